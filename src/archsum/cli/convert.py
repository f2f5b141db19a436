"""`archsum convert`."""

import argparse
import os

from archsum.cli.arguments import add_file_arguments, network
from archsum.writing import write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)
    parser.add_argument("-o", "--output", metavar="FILE", default="-", help="a file to write, instead of printing")
    parser.add_argument(
        "--flat", action="store_true", help="write a line for each layer, by its name in the source, and fold nothing"
    )
    parser.add_argument(
        "--map",
        metavar="FILE",
        help="a file to write too: in each line a layer's name, a tab, and what the layer is called in the source",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print a network as our YAML, or write it to a file."""
    from archsum.api import convert

    source = network(arguments.file, arguments)
    origin = "standard input" if arguments.file == "-" else os.path.basename(arguments.file)
    converted = convert(source, flat=arguments.flat, origin=origin)
    if arguments.map is not None:
        lines = (f"{name}\t{path}\n" for name, path in converted.names.items())
        write(arguments.map, "".join(lines).encode())
    if arguments.output == "-":
        print(converted)
    else:
        write(arguments.output, converted.text.encode())
    return 0
