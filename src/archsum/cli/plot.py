"""`archsum plot`."""

import argparse

from archsum.cli.arguments import add_file_arguments, add_training_arguments, figure_file, network, training
from archsum.writing import write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=figure_file,
        required=True,
        help="the file to write; svg, pdf or png, as its ending says",
    )
    add_training_arguments(parser)
    parser.add_argument(
        "--device", metavar="NAME", help="what it is trained on, for a line at its memory; `archsum devices` lists them"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the figure of a training step's memory."""
    from archsum.api import plot

    path, format_ = arguments.output
    source = network(arguments.file, arguments)
    drawn = plot(source, training(arguments), format=format_, device=arguments.device)
    write(path, drawn.content)
    return 0
