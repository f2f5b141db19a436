"""`archsum diff`."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from archsum.cli import ci
from archsum.cli.arguments import add_file_arguments, add_overrides, known_word, network, number_of, shown
from archsum.cli.console import paint, reading_width
from archsum.cli.exit_codes import BAD_INPUT, DIFFERENT, OK
from archsum.cli.pairs import sides, titles
from archsum.errors import Diagnostic, SpecError

if TYPE_CHECKING:
    from archsum.api import Network
    from archsum.results.diff import Diff
    from archsum.revisions import RevisionFile

_FORMATS = ("table", "markdown", "json", "html", *ci.FORMATS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser, "+")
    add_overrides(parser, "after")
    parser.add_argument(
        "--only",
        metavar="ASPECT,…",
        type=_aspects,
        default=(),
        help="compare some aspects alone: fields, shapes, weights, inputs, names; layers that one network lacks always "
        "count",
    )
    parser.add_argument("--exit-code", action="store_true", help="exit with 1 where the networks differ, as `git diff`")
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="table",
        help="what to print (default: table); those for CI say how the second network keeps to its budget",
    )
    parser.add_argument(
        "--depth",
        metavar="N",
        type=number_of("levels"),
        help="fold what is in blocks more than N levels deep (default: as many as can be taken in)",
    )
    parser.set_defaults(error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Print what changed from one network to another; a network by itself is compared with the last commit's.

    Where it is given other variables or another input, it is compared with itself.
    """
    if len(arguments.file) > 2:
        arguments.error("two networks are compared, or one with what the last commit has")
    if arguments.depth and arguments.format == "json":
        arguments.error("--depth is for the table, markdown and html; json always has every part")
    from archsum.api import diff

    networks: list[Network] = []
    broken: list[tuple[str, SpecError]] = []
    for file, overrides in sides(arguments):
        try:
            networks.append(_read(file, overrides))
        except SpecError as error:
            broken.append((shown(file or f"HEAD:{arguments.file[0]}"), error))
    if broken:
        return _refuse(broken, arguments.format)
    before, after = networks
    try:
        found = diff(before, after, only=arguments.only, titles=titles(arguments))
    except SpecError as error:
        return _refuse([(shown(arguments.file[-1]), error)], arguments.format)
    if text := _render(found, after, arguments):
        print(text)
    return DIFFERENT if arguments.exit_code and not found.equal else OK


def _refuse(broken: "list[tuple[str, SpecError]]", style: str) -> int:
    """Say what is wrong with files, and return the exit code."""
    ci.report_problems((error for _, error in broken), style)
    if style in ci.FORMATS:
        print(ci.render([(file, ci.not_checked(error)) for file, error in broken], style))
    return BAD_INPUT


def _read(file: str | None, arguments: argparse.Namespace) -> "Network":
    if file is not None:
        return _summarized(file, arguments)
    from archsum.revisions import open_at

    (path,) = arguments.file
    try:
        return _summarized(open_at(path), arguments)
    except SpecError as error:
        if all(problem.code == "unreadable" for problem in error.diagnostics):
            raise
        broken = f"cannot compare with HEAD:{path}: what the last commit has is broken"
        pair = f"archsum diff REV:./{os.path.relpath(path)} {path}"
        cure = f"name a revision in which it is sound, as in `{pair}`, or another file"
        raise SpecError([Diagnostic("unreadable", broken, None, cure), *error.diagnostics]) from None


def _summarized(source: "str | RevisionFile", arguments: argparse.Namespace) -> "Network":
    """Return a network, whose shapes fit."""
    from archsum.api import summarize

    found = network(source, arguments)
    summarize(found)
    return found


def _render(found: "Diff", after: "Network", arguments: argparse.Namespace) -> str:
    if arguments.format == "json":
        from archsum.render.diff import json

        return json.render(found)
    if arguments.format == "html":
        from archsum.render.report import render_difference

        return render_difference(found, arguments.depth)
    if arguments.format == "markdown":
        from archsum.render.diff import markdown

        return markdown.render(found, arguments.depth)
    if arguments.format in ci.FORMATS:
        check = ci.not_checked(None, after.warnings) if found.checks[1] is None else found.checks[1]
        return ci.render([(shown(arguments.file[-1]), check)], arguments.format)
    from archsum.render.diff import text

    return text.render(found, paint(sys.stdout), reading_width(), arguments.depth)


def _aspects(text: str) -> tuple[str, ...]:
    from archsum.comparison import ASPECTS

    return tuple(known_word("aspect", word.strip(), ASPECTS) for word in text.split(","))
