"""Two networks on a command line: before and after."""

import argparse
from collections.abc import Iterable
from typing import Any

from archsum.cli.arguments import shown
from archsum.formula import Value


def sides(arguments: argparse.Namespace) -> list[tuple[str | None, argparse.Namespace]]:
    """Return the sources before and after, None for what the last commit has, and what is overridden of each."""
    first, *others = arguments.file
    overridden = {**vars(arguments), "variables": [*arguments.variables, *arguments.variables_after]}
    if arguments.input_after is not None:
        overridden["input"] = arguments.input_after
    before = None if not others and not overrides_after(arguments) else first
    if before is None and first == "-":
        arguments.error("standard input is in no commit: name two networks")
    return [(before, arguments), (others[0] if others else first, argparse.Namespace(**overridden))]


def overrides_after(arguments: argparse.Namespace) -> bool:
    """Whether anything is overridden of the second network alone."""
    return bool(arguments.variables_after) or arguments.input_after is not None


def titles(arguments: argparse.Namespace) -> tuple[str, str]:
    """Return what the networks are called."""
    (before, _), (after, _) = sides(arguments)
    assert after is not None
    title = called(after, arguments.variables_after, arguments.input_after)
    return shown(before or f"HEAD:{after}"), title


def called(file: str, variables: Iterable[tuple[str, Value]], shape: Any) -> str:
    """Return what a network is called of which variables, or the input's shape, are overridden."""
    changed = [f"{name}={value}" for name, value in variables]
    changed += [] if shape is None else [f"input {shape}"]
    return f"{shown(file)} with {', '.join(changed)}" if changed else shown(file)
