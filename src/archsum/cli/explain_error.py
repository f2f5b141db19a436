"""`archsum explain-error`."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "code", metavar="CODE", nargs="?", help="a code, such as unknown-field; without it, all are listed"
    )
    parser.set_defaults(error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Print the codes, or what one means and what to do."""
    from archsum.cli.console import reading_width
    from archsum.codes import CODES
    from archsum.errors import suggest
    from archsum.render import codes

    word = arguments.code
    if word is None:
        print(codes.render_list(reading_width()))
    elif word in CODES:
        print(codes.render_code(word, reading_width()))
    else:
        cure = suggest(word, CODES) or "`archsum explain-error` lists the codes"
        arguments.error(f"there is no code `{word}`: {cure}")
    return 0
