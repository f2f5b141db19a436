"""`archsum memory`."""

import argparse
import sys

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
    parser.add_argument(
        "--device",
        metavar="NAME",
        help="tell how much of a device's memory is used: one that `archsum devices` lists, the file's own, or a GPU "
        "by its memory as in 24GB",
    )
    add_format_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what a network needs of memory, item by item."""
    from archsum.api import costs, device_of
    from archsum.cli.console import terminal_width
    from archsum.render.memory import costs as text

    read = network(arguments.file, arguments)
    used = device_of(arguments.device, read) if arguments.device else None
    found = costs(read, training(arguments), context=arguments.context)
    is_json = arguments.format == "json"
    print(text.render_json(found, used) if is_json else text.render(found, used, terminal_width(sys.stdout)))
    return 0
