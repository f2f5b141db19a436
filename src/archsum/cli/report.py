"""`archsum report`."""

import argparse
import sys
from typing import TYPE_CHECKING

from archsum.cli.arguments import (
    add_file_arguments,
    add_overrides,
    add_training_arguments,
    network,
    training,
)
from archsum.cli.check import add_limits, stated_limits
from archsum.cli.console import report as report_problems
from archsum.cli.exit_codes import BAD_INPUT, OK
from archsum.cli.pairs import called, overrides_after, sides, titles
from archsum.errors import SpecError
from archsum.writing import write

if TYPE_CHECKING:
    from archsum.api import Network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser, "+")
    add_overrides(parser, "after")
    parser.add_argument(
        "-o", "--output", metavar="FILE", default="-", help="the file to write, instead of printing, as in report.html"
    )
    add_limits(parser)
    add_training_arguments(parser)
    parser.set_defaults(error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Write the page of a network, or of two, or of one with other variables or another input."""
    if len(arguments.file) > 2:
        arguments.error("a page is of one network, or of two, before and after")
    if arguments.output == "-" and sys.stdout.isatty():
        arguments.error("a page is no text to read on a terminal: write it to a file, as with `-o report.html`")
    from archsum.api import report

    is_pair = len(arguments.file) == 2 or overrides_after(arguments)
    networks: list[Network] = []
    problems: list[SpecError] = []
    for file, overridden in sides(arguments) if is_pair else [(arguments.file[0], arguments)]:
        assert file is not None
        try:
            networks.append(network(file, overridden))
        except SpecError as error:
            problems.append(error)
    if problems:
        report_problems(*problems)
        return BAD_INPUT
    first, *others = networks
    names = titles(arguments) if is_pair else (called(arguments.file[0], arguments.variables, arguments.input),)
    other = others[0] if others else None
    how, limits = training(arguments), stated_limits(arguments)
    page = report(first, other, training=how, budget=limits, titles=names).html
    if arguments.output == "-":
        print(page, end="")
    else:
        write(arguments.output, page.encode())
    return OK
