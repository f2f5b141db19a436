"""`archsum summary`."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archsum.cli.arguments import (
    add_file_arguments,
    add_training_arguments,
    known_word,
    network,
    number_of,
    training,
)

if TYPE_CHECKING:
    from archsum.language.network import Network
    from archsum.render.summary.columns import Column
    from archsum.summary import Summary

_FORMATS = ("table", "json", "csv", "markdown")
_ALL = "all"
_OF_TRAINING = frozenset(("kept", "alive"))
"""The columns that depend on how a network is trained."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)
    parser.add_argument("--format", choices=_FORMATS, default="table", help="what to print (default: table)")
    parser.add_argument(
        "--style",
        type=_style,
        help="the table's look: keras (the default), classic, or a format of tabulate's, such as grid; "
        "one that is markup, such as html or latex, has the table alone, without name and totals",
    )
    parser.add_argument(
        "--columns",
        metavar="NAME,…",
        type=_columns,
        default=(),
        help="columns to add to the table: weights, biases, kernel, macs, flops, neurons, connections, memory (csv and "
        "json always have these); and, also in csv and json, kept and alive: the bytes that a training step keeps of "
        "a layer for the way back, which checkpointing it would save, and all in memory at its turn",
    )
    parser.add_argument(
        "--convention",
        metavar="TOOL",
        type=_convention,
        help="add a column of operations as another tool counts them: torch (its FlopCounterMode), fvcore or ptflops",
    )
    parser.add_argument(
        "--depth",
        metavar="N",
        type=_depth,
        help="fold blocks more than N levels deep into one row with their sums; `all` folds none (default: all, or "
        "on a terminal what is seen at a glance, equal blocks that follow one another as one row)",
    )
    parser.add_argument(
        "--spreadsheet",
        action="store_true",
        help="let no cell of csv be a formula: a text that begins as one has an apostrophe before it",
    )
    add_training_arguments(parser)
    parser.set_defaults(error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Print a network's summary."""
    is_data = arguments.format in ("json", "csv")
    if is_data and not set(arguments.columns) <= _OF_TRAINING:
        arguments.error(
            "--columns is for the table and markdown; csv and json always have every figure, and take kept and alive"
        )
    if arguments.depth not in (None, _ALL) and is_data:
        arguments.error("--depth is for the table and markdown; csv and json always have every layer")
    if arguments.style and arguments.format != "table":
        arguments.error("--style is for the table")
    if arguments.spreadsheet and arguments.format != "csv":
        arguments.error("--spreadsheet is for csv")
    if training(arguments) and not set(arguments.columns) & _OF_TRAINING:
        arguments.error("how it is trained is for the columns kept and alive: add `--columns kept,alive`")
    from archsum.api import summarize

    read = network(arguments.file, arguments)
    print(_render(summarize(read), arguments, read))
    return 0


def _render(summary: "Summary", arguments: argparse.Namespace, read: "Network") -> str:
    """Return a summary in a format asked for; each imports only what it needs."""
    columns = _chosen(arguments, read)
    if arguments.format == "json":
        from archsum.render.summary import json
        from archsum.work import Work

        return json.render(summary, Work(read.steps_allowed), columns)
    if arguments.format == "csv":
        from archsum.render.summary import csv

        return csv.render(summary, columns, spreadsheet=arguments.spreadsheet)
    depth = None if arguments.depth == _ALL else arguments.depth
    if arguments.format == "markdown":
        from archsum.render.summary import text

        return text.render_markdown(summary, tuple(columns.values()), depth)
    return _table(summary, arguments, tuple(columns.values()), depth, read)


def _chosen(arguments: argparse.Namespace, read: "Network") -> "dict[str, Column]":
    """Return the columns asked for, by what they are called in csv and json."""
    if not arguments.columns and not arguments.convention:
        return {}
    from archsum.render.summary.columns import OPTIONAL, as_counted_by, key_of_convention

    known = OPTIONAL
    if set(arguments.columns) & _OF_TRAINING:
        from archsum.api import costs
        from archsum.render.summary.memory import memory_columns

        known = {**OPTIONAL, **memory_columns(costs(read, training(arguments)))}
    columns = {name: known[name] for name in arguments.columns}
    if arguments.convention:
        columns[key_of_convention(arguments.convention)] = as_counted_by(arguments.convention)
    return columns


def _table(
    summary: "Summary",
    arguments: argparse.Namespace,
    columns: "Sequence[Column]",
    depth: int | None,
    read: "Network",
) -> str:
    """Return a table: in Keras's look, but on a terminal, where nothing else is asked for, a nested network folded."""
    from archsum.cli.console import paint, terminal_width
    from archsum.render.summary import text

    on_terminal = sys.stdout.isatty()
    width = terminal_width(sys.stdout)
    marks = (paint(sys.stdout), read.budget if on_terminal else None)
    if on_terminal and arguments.style is None and arguments.depth is None:
        from archsum.render.summary.outline import is_nested

        if is_nested(summary):
            return text.render_outline(summary, columns, width, *marks)
    return text.render(summary, columns, arguments.style or "keras", width, depth, *marks)


def _depth(text: str) -> int | str:
    return _ALL if text == _ALL else number_of("levels")(text)


def _style(text: str) -> str:
    from archsum.render.table import STYLES

    return known_word("style", text, STYLES, "choose keras, classic, grid, simple or another of tabulate's formats")


def _columns(text: str) -> tuple[str, ...]:
    from archsum.render.summary.columns import OPTIONAL

    return tuple(known_word("column", name.strip(), (*OPTIONAL, *sorted(_OF_TRAINING))) for name in text.split(","))


def _convention(text: str) -> str:
    from archsum.conventions import CONVENTIONS

    return known_word("convention", text, CONVENTIONS)
