"""Checks as JSON, for scripts."""

from collections.abc import Iterable
from typing import Any

from archsum.budget import Check, Contributor, Verdict
from archsum.errors import Diagnostic, Place
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
        "errors": [_problem(problem) for problem in check.problems],
        "warnings": [_problem(warning) for warning in check.warnings],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    value, limit = verdict.value, verdict.limit
    return {
        "metric": verdict.name,
        "block": verdict.block,
        "value": value,
        "limit": limit,
        "used": value / limit if value is not None and limit else None,
        "ok": verdict.ok,
        "warns": verdict.warns,
        "relative": _relative(verdict),
        "help": verdict.cures,
        "contributors": [_contributor(contributor) for contributor in verdict.contributors],
    }


def _relative(verdict: Verdict) -> dict[str, Any] | None:
    relative, value = verdict.relative, verdict.value
    if relative is None:
        return None
    return {
        "growth": relative.growth.text,
        "against": relative.against,
        "base": relative.base,
        "grown": None if value is None or relative.base is None else value - relative.base,
        "new": relative.is_new,
    }


def _contributor(contributor: Contributor) -> dict[str, Any]:
    layer, value, whole = contributor
    return {"name": layer.name, "type": layer.type, **_place(layer.span), "value": value, "share": value / whole}


def _problem(problem: Diagnostic) -> dict[str, Any]:
    return {"code": problem.code, "message": problem.message, **_place(problem.span), "help": problem.cure}


def _place(place: Place | None) -> dict[str, Any]:
    """Return where something is; the file may be another one than what is checked, such as what that was."""
    if place is None:
        return {"file": None, "line": None, "column": None}
    return {"file": place.file, "line": place.line, "column": place.column}
