"""`archsum layers`."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("kind", metavar="KIND", nargs="?", help="a kind, such as conv2d; without it, all are listed")
    parser.add_argument("--format", choices=("text", "markdown"), default="text", help="the output's format")


def run(arguments: argparse.Namespace) -> int:
    """Print the kinds, or one kind's documentation."""
    from archsum.cli.console import reading_width
    from archsum.errors import Diagnostic, SpecError, quote
    from archsum.language.advice.spelling import suggest_kind
    from archsum.language.spec.containers import CONTAINERS
    from archsum.layers import KINDS
    from archsum.render import layers

    kind, markdown = arguments.kind, arguments.format == "markdown"
    words = (*KINDS, *CONTAINERS)
    if kind is None:
        print(layers.render_list_markdown() if markdown else layers.render_list(reading_width()))
    elif kind in words:
        print(layers.render_kind_markdown(kind) if markdown else layers.render_kind(kind, reading_width()))
    else:
        cure = suggest_kind(kind, words)
        raise SpecError([Diagnostic("unknown-layer", f"there is no layer {quote(kind)}", None, cure)])
    return 0
