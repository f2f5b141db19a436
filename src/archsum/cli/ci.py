"""The formats that CI systems read, of the commands that have them."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from archsum.cli.console import report
from archsum.errors import SpecError

if TYPE_CHECKING:
    from archsum.budget import Check
    from archsum.errors import Diagnostic

FORMATS = ("github", "sarif", "junit", "gitlab")
"""Modules of `render.check`."""


def render(checks: "Sequence[tuple[str, Check]]", style: str) -> str:
    """Return the checks of files in one of the formats."""
    rendered: str = import_module(f"archsum.render.check.{style}").render(checks)
    return rendered


def not_checked(error: SpecError | None, warnings: "tuple[Diagnostic, ...]" = ()) -> "Check":
    """Return the check of a file that cannot be checked at all, or of which nothing is limited: the warnings alone."""
    from archsum.budget import Check

    return Check(None, (), tuple(error.diagnostics) if error else (), warnings)


def report_problems(problems: Iterable[SpecError], style: str) -> None:
    """Write diagnostics to stderr, unless they are in an output that a log shows, as GitHub's annotations."""
    if (found := list(problems)) and style != "github":
        report(*found)
