"""Which options of `archsum sweep` go together, and what format they ask for."""

import argparse
import os

from archsum.bounds import MAX_PROCESSES

FORMATS = ("table", "json", "csv", "jsonl", "parquet")
_RESUMABLE = ("csv", "jsonl")


def style_of(arguments: argparse.Namespace) -> str:
    """Return the format: the one asked for, or as the file's name ends, or a table."""
    ending = os.path.splitext(arguments.output or "")[1].removeprefix(".").lower()
    style: str = arguments.format or (ending if ending in FORMATS else "table")
    return style


def check_usage(arguments: argparse.Namespace, style: str) -> None:
    """End the command where its options do not go together, before anything is read."""
    error = arguments.error
    if arguments.file == "-" == arguments.rows:
        error("the network and its rows cannot both be standard input: name a file of one of them")
    if arguments.output and style == "table":
        error("-o writes rows: end the file's name in .csv, .jsonl, .json or .parquet, or add --format")
    if style == "parquet" and not arguments.output:
        error("parquet is for a file: add -o rows.parquet")
    if arguments.resume and not arguments.output:
        error("--resume goes on with a file: name it with -o rows.csv")
    if arguments.resume and style not in _RESUMABLE:
        error(f"--resume goes on with lines, and {style} is whole at its end alone: write -o rows.csv or rows.jsonl")
    if arguments.resume and not is_resumable(arguments, style):
        error("--resume goes on with rows in the variants' order, as they come: leave out --sort, --pareto and --fit")
    if arguments.seed is not None and arguments.samples is None:
        error("--seed is for --samples")
    if arguments.pareto and (arguments.sort or arguments.top):
        error("--pareto has an order of its own, and all of the front: leave out --sort and --top")
    if arguments.top and not arguments.sort:
        error("--top takes the first rows of an order: add --sort")
    if arguments.plot and not arguments.pareto:
        error("--plot draws rows by two metrics: name them, as in --pareto params,-macs")
    if arguments.fit and not (arguments.output or style in ("table", "json")):
        error("--fit is told below a table, in JSON, or of a file: add -o rows.csv")
    if arguments.jobs > MAX_PROCESSES:
        error(f"--jobs takes at most {MAX_PROCESSES:,} processes")
    if arguments.executor and arguments.jobs > 1:
        error("--jobs is of this machine, and --executor a cluster: choose one")


def is_resumable(arguments: argparse.Namespace, style: str) -> bool:
    """Whether what is written can be gone on with: a line for each row, in the order in which they come."""
    at_its_end = arguments.sort or arguments.pareto or arguments.fit
    return bool(arguments.output) and style in _RESUMABLE and not at_its_end
