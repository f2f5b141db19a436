"""`archsum diagram`."""

import argparse
import os
import sys

from archsum.cli.arguments import add_file_arguments, network, number_of
from archsum.writing import write

_ENDINGS = {
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".svg": "svg",
    ".pdf": "pdf",
    ".png": "png",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    from archsum.render.diagram import FORMATS
    from archsum.render.diagram.boxes import MAX_BOXES

    add_file_arguments(parser)
    parser.add_argument(
        "block", metavar="BLOCK", nargs="?", help="a block's name, as `archsum summary` shows it; without it, all"
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="mermaid, which GitHub draws in Markdown; dot, for Graphviz; or svg, pdf or png, laid out by Graphviz, "
        "which `pip install pygraphviz` brings (default: what the ending of --output says, else mermaid)",
    )
    parser.add_argument(
        "--depth",
        metavar="N",
        type=number_of("levels"),
        help="draw blocks more than N levels deep as one box (default: as deep as "
        f"there are no more than {MAX_BOXES} boxes, at least 1)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", default="-", help="a file to write, instead of printing")
    parser.set_defaults(error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Print a network's diagram, or write it to a file."""
    from archsum.api import diagram
    from archsum.results.pictures import TEXTS

    format_ = arguments.format or _format(arguments)
    if arguments.output == "-" and format_ not in TEXTS:
        arguments.error(f"a {format_} is no text to print: write it to a file, with -o")

    source = network(arguments.file, arguments)
    drawn = diagram(source, arguments.block, format=format_, depth=arguments.depth)
    if arguments.output == "-":
        print(drawn)
    else:
        is_text = format_ in TEXTS
        write(arguments.output, f"{drawn}\n".encode() if is_text else drawn.content)
    if format_ == "mermaid":
        _warn(drawn.text)
    return 0


def _format(arguments: argparse.Namespace) -> str:
    if arguments.output == "-":
        return "mermaid"
    ending = os.path.splitext(arguments.output)[1].lower()
    if ending not in _ENDINGS:
        arguments.error(f"which --format? `{arguments.output}` ends in none of {', '.join(_ENDINGS)}")
    return _ENDINGS[ending]


def _warn(text: str) -> None:
    from archsum.render.diagram.mermaid import excess

    if too_large := excess(text):
        print(f"archsum: the diagram has {too_large}: fold it with --depth, or name a block", file=sys.stderr)
