"""Checks as JSON, for scripts."""

from collections.abc import Iterable
from typing import Any

from archsum.budget import Check, Contributor, Verdict
from archsum.errors import Diagnostic
from archsum.render.json import document


def render(checks: Iterable[tuple[str, Check]]) -> str:
    """Return the checks of several files. `ok` is null where a limit could not be checked; `errors` say why."""
    files = [_file(file, check) for file, check in checks]
    return document({"files": files}, ensure_ascii=False)


def _file(file: str, check: Check) -> dict[str, Any]:
    return {
        "file": file,
        "name": check.name,
        "ok": check.ok,
        "verdicts": [_verdict(verdict) for verdict in check.verdicts],
        "errors": [_error(problem) for problem in check.problems],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "metric": verdict.name,
        "block": verdict.block,
        "value": verdict.value,
        "limit": verdict.limit,
        "used": verdict.value / verdict.limit if verdict.value is not None and verdict.limit else None,
        "ok": verdict.ok,
        "warns": verdict.warns,
        "help": verdict.cures,
        "contributors": [_contributor(contributor) for contributor in verdict.contributors],
    }


def _contributor(contributor: Contributor) -> dict[str, Any]:
    layer, value, whole = contributor
    span = layer.span
    place = {"file": span.file, "line": span.line, "column": span.column}
    return {"name": layer.name, "type": layer.type, **place, "value": value, "share": value / whole}


def _error(problem: Diagnostic) -> dict[str, Any]:
    span = problem.span
    place = {"line": span.line, "column": span.column} if span else {"line": None, "column": None}
    return {"code": problem.code, "message": problem.message, **place, "help": problem.cure}
