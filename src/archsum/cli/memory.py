"""`archsum memory`."""

import argparse

from archsum.cli.arguments import (
    add_file_arguments,
    add_format_argument,
    add_training_arguments,
    network,
    number_of,
    training,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)
    add_training_arguments(parser)
    parser.add_argument(
        "--context",
        metavar="TOKENS",
        type=number_of("tokens"),
        help="the tokens that attention caches (default: as many as the network is given)",
    )
    add_format_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what a network needs of memory, item by item."""
    from archsum.api import costs
    from archsum.render.memory import costs as text

    found = costs(network(arguments.file, arguments), training(arguments), context=arguments.context)
    print(text.render_json(found) if arguments.format == "json" else text.render(found))
    return 0
