"""`archsum layers`."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "kind",
        metavar="KIND",
        nargs="?",
        help="a kind, such as conv2d, or a part of several, such as pool; without it, all are listed",
    )
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="the output's format")


def run(arguments: argparse.Namespace) -> int:
    """Print the kinds, or one kind's documentation."""
    from archsum.cli.console import reading_width
    from archsum.errors import Diagnostic, SpecError, quote
    from archsum.language.advice.spelling import suggest_kind
    from archsum.language.spec.containers import CONTAINERS
    from archsum.layers import KINDS
    from archsum.render import layers

    word, markdown = arguments.kind, arguments.format == "markdown"
    words = (*KINDS, *CONTAINERS)
    found = [word] if word in words else [kind for kind in words if word is None or word in kind]
    if not found or (len(found) == 1 and word != found[0]):
        cure = suggest_kind(word, words)
        raise SpecError([Diagnostic("unknown-layer", f"there is no layer {quote(word)}", None, cure)])
    if arguments.format == "json":
        print(layers.render_json(found))
    elif word is None:
        print(layers.render_list_markdown() if markdown else layers.render_list(reading_width()))
    elif len(found) > 1:
        print(layers.render_some_markdown(found) if markdown else layers.render_some(found, reading_width()))
    else:
        print(layers.render_kind_markdown(word) if markdown else layers.render_kind(word, reading_width()))
    return 0
