"""`archsum explain`."""

import argparse

from archsum.cli.arguments import add_file_arguments, network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)
    parser.add_argument("layer", metavar="LAYER", nargs="?", help="a layer's or a block's name; without it, all layers")


def run(arguments: argparse.Namespace) -> int:
    """Print how a network's numbers come about."""
    from archsum.api import explain
    from archsum.cli.console import reading_width
    from archsum.render import explanation

    explained = explain(network(arguments.file, arguments), arguments.layer)
    print(explanation.render(explained.layers, reading_width(), explained.totals))
    return 0
