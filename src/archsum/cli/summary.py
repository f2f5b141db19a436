"""`archsum summary`."""

import argparse

from archsum.cli.arguments import add_file_arguments, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print a network's summary."""
    from archsum.api import summarize
    from archsum.render import table

    summary = summarize(opened(arguments.file), variables=dict(arguments.variables), input=arguments.input)
    print(table.render(summary))
    return 0
