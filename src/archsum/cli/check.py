"""`archsum check`."""

import argparse
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from archsum.cli import ci
from archsum.cli.arguments import add_file_arguments, add_training_arguments, network, shown, training
from archsum.cli.console import paint
from archsum.cli.exit_codes import BAD_INPUT, OK, OVER_BUDGET
from archsum.cli.project import Project, networks_in
from archsum.errors import Diagnostic, FieldError, SpecError, quote

if TYPE_CHECKING:
    from archsum.budget import Base, Check
    from archsum.memory.costs import Costs

_IN_POWERS_OF_TEN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?[eE]\+?[0-9]{1,2}")
"""As in 36e6."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser, "*")
    add_limits(parser)
    parser.add_argument(
        "--against",
        metavar="REV",
        help="the Git revision, or a SOURCE, that limits which are a growth, as in +2%%, are relative to",
    )
    add_training_arguments(parser)
    parser.add_argument(
        "--format",
        choices=("table", "json", *ci.FORMATS),
        default="table",
        help="a table, JSON for scripts, annotations for GitHub's pull requests, SARIF for its code scanning, JUnit's "
        "XML, or GitLab's Code Quality",
    )


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Add one option for each limit that a budget has."""
    from archsum.budget import METRICS
    from archsum.language.spec.budget import Budget
    from archsum.language.spec.quantities import parse_bytes, parse_count

    limits = parser.add_argument_group("limits", "They take the place of the file's own, or are added to them.")
    for name, metric in METRICS.items():
        in_bytes = metric.unit == "bytes"
        limits.add_argument(
            f"--{name.replace('_', '-')}",
            metavar="BYTES" if in_bytes else "COUNT",
            type=_limit(parse_bytes if in_bytes else parse_count),
            help=Budget.model_fields[name].description,
        )
    limits.add_argument(
        "--device",
        metavar="NAME",
        help="a device whose memory is the limit: one that `archsum devices` lists, or a GPU by its memory as in 24GB",
    )


def stated_limits(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the limits that the command states."""
    from archsum.budget import METRICS

    given = {name: getattr(arguments, name) for name in (*METRICS, "device")}
    return {name: limit for name, limit in given.items() if limit is not None}


def run(arguments: argparse.Namespace) -> int:
    """Print the verdicts on every file; what could not be checked counts more than what is over budget."""
    limits = stated_limits(arguments)
    project = Project()
    files = [file for source in arguments.file for file in networks_in(source)] if arguments.file else project.files()
    if not files:
        raise SpecError([_nothing_to_check(arguments.file)])
    checks = [(shown(file), _check(file, limits, arguments, project)) for file in files]
    ci.report_problems((SpecError(check.problems) for _, check in checks if check.problems), arguments.format)
    if text := _render(checks, arguments.format):
        print(text)
    codes = {True: OK, False: OVER_BUDGET, None: BAD_INPUT}
    return max(codes[check.ok] for _, check in checks)


def _nothing_to_check(sources: list[str]) -> Diagnostic:
    if sources:
        message = f"there is no network file in {' and '.join(map(quote, sources))}"
        return Diagnostic("no-files", message, None, "network files end in .yaml, and have `input` and `layers`")
    cure = 'name a file or a folder, or write `files = ["models"]` under `[tool.archsum]` in pyproject.toml'
    return Diagnostic("no-files", "which network? there is none to check", None, cure)


def _check(file: str, limits: dict[str, Any], arguments: argparse.Namespace, project: Project) -> "Check":
    """Check one file; a file that cannot be read leaves the others to be checked.

    What the command says comes before what the file says, and that before what the project says.
    """
    from archsum.api import check

    try:
        loaded = network(file, arguments)
    except SpecError as error:
        return ci.not_checked(error)
    try:
        limits = {**project.limits(loaded.budget), **limits}
        trained = {**project.training(loaded.training), **training(arguments)}
        return check(loaded, limits, trained, against=_base(file, arguments, project))
    except SpecError as error:
        return ci.not_checked(error, loaded.warnings)


def _base(file: str, arguments: argparse.Namespace, project: Project) -> "Base | None":
    """Return what limits are relative to, which is read when there are such."""
    from archsum.api import costs
    from archsum.budget import Base
    from archsum.sources import as_it_was, called_as_it_was

    against = arguments.against or project.against
    if against is None:
        return None

    def read() -> "Costs | None":
        source = as_it_was(shown(file), against)
        if source is None:
            return None
        was = network(source, arguments)
        return costs(was, {**project.training(was.training), **training(arguments)})

    return Base(called_as_it_was(shown(file), against), read)


def _render(checks: "list[tuple[str, Check]]", style: str) -> str:
    if style == "json":
        from archsum.render.check import json as verdicts_json

        return verdicts_json.render(checks)
    if style in ci.FORMATS:
        return ci.render(checks, style)
    from archsum.render.check import text as verdicts

    return "\n\n".join(verdicts.render(check, file, paint(sys.stdout)) for file, check in checks)


def _limit(parse: Callable[[Any], Any]) -> Callable[[str], Any]:
    from archsum.language.spec.quantities import parse_limit

    def read(text: str) -> Any:
        if _IN_POWERS_OF_TEN.fullmatch(text) and (written := float(text)).is_integer():
            text = f"{written:.0f}"
        try:
            return parse_limit(text, parse)
        except FieldError as error:
            raise argparse.ArgumentTypeError(f"{error.message}: {error.cure}") from None

    return read
