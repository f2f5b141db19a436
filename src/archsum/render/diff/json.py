"""A difference as JSON, for scripts."""

from typing import Any

from archsum.budget import Verdict
from archsum.comparison import Change, Detail
from archsum.comparison.facts import WeightFacts
from archsum.comparison.parts import Part
from archsum.render.diff.report import Report
from archsum.render.diff.verdict import verdict
from archsum.render.json import document


def render(report: Report) -> str:
    """Return whether the networks are equal, what they have in all, and every part that changed."""
    difference = report.difference
    return document(
        {
            "equal": report.equal,
            "verdict": verdict(report),
            "before": report.titles[0],
            "after": report.titles[1],
            "compared": report.compared or None,
            "variables": {name: {"before": before, "after": after} for name, before, after in report.changed_variables},
            "regrouped": difference.is_regrouped,
            "totals": {
                total.name: {"before": total.before, "after": total.after, "difference": total.difference}
                for total in report.totals
            },
            "budget": [
                {"metric": one.verdict.name, "block": one.verdict.block}
                | {"before": _verdict(one.before), "after": _verdict(one.after)}
                for one in report.judged
            ],
            "details": [_detail(detail) for detail in difference.details],
            "changes": [_change(change) for change in difference.changes],
        },
        ensure_ascii=False,
    )


def _change(change: Change) -> dict[str, Any]:
    return {
        "status": change.status,
        "follows": change.follows,
        "before": _part(change.before),
        "after": _part(change.after),
        "details": [_detail(detail) for detail in change.details],
        "changes": [_change(child) for child in change.children],
    }


def _part(part: Part | None) -> dict[str, Any] | None:
    if part is None:
        return None
    return {
        "name": part.name,
        "kind": part.kind,
        "layers": part.size,
        "output_shape": (None, *part.output),
        "params": part.params,
        "macs": part.macs,
    }


def _detail(detail: Detail) -> dict[str, Any]:
    before, after = (value._asdict() if isinstance(value, WeightFacts) else value for value in detail[2:])
    return {"aspect": detail.aspect, "name": detail.name, "before": before, "after": after}


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    figures = {"value": verdict.value, "limit": verdict.limit, "ok": verdict.ok, "warns": verdict.warns}
    return {**figures, "growth": verdict.relative.growth.text if verdict.relative else None}
