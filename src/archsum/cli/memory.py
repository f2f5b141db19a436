"""`archsum memory`."""

import argparse

from archsum.cli.arguments import add_file_arguments, add_format_argument, add_training_arguments, network, training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)
    add_training_arguments(parser)
    add_format_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what a network needs of memory, item by item."""
    from archsum.api import costs
    from archsum.render.memory import costs as text

    found = costs(network(arguments.file, arguments), training(arguments))
    print(text.render_json(found) if arguments.format == "json" else text.render(found))
    return 0
