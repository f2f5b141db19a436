"""`archsum memory`."""

import argparse

from archsum.cli.arguments import add_file_arguments, add_training_arguments, opened, training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)
    add_training_arguments(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="a table, or JSON for scripts")


def run(arguments: argparse.Namespace) -> int:
    """Print what a network needs of memory, item by item."""
    from archsum.api import costs
    from archsum.render.memory import json, text

    found = costs(
        opened(arguments.file), training(arguments), variables=dict(arguments.variables), input=arguments.input
    )
    print(json.render(found) if arguments.format == "json" else text.render(found))
    return 0
