"""A sweep as one document of JSON, which is written as rows come: its beginning, its rows, and its end."""

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from archsum.render.json import document
from archsum.render.sweep.lines import as_object
from archsum.sweeps.growth import Growth
from archsum.sweeps.rows import Question, Row
from archsum.sweeps.tally import Refusals, Tally


def begin(question: Question, variants: int) -> str:
    """Return what is said before there is a row: what is varied, the metrics, and how many variants there are."""
    figures = {"name": question.template.name, "varied": question.varied, "metrics": question.metrics}
    return document({**figures, "variants": variants}).removesuffix("\n}") + ',\n  "rows": ['


def rows(found: Sequence[Row], columns: Sequence[str], is_first: bool) -> str:
    """Return rows, each on a line, as JSON Lines has them."""
    lines = ",".join(f"\n    {as_object(row, columns)}" for row in found)
    return lines if is_first or not lines else f",{lines}"


def end(tally: Tally, growth: Growth | None, has_rows: bool) -> str:
    """Return what is said after the last row: how many variants were computed, what came of them, and how they grow."""
    figures = {
        "computed": tally.variants,
        "ok": tally.rows - tally.unknown,
        "over": tally.variants - tally.rows - tally.refused,
        "unknown": tally.unknown,
        "refused": tally.refused,
        "refusals": [_refusals(refusals) for refusals in tally.refusals],
        "growth": growth and _growth(growth),
    }
    after = "\n  ]" if has_rows else "]"
    return f"{after},{json.dumps(figures, indent=2).removeprefix('{')}\n"


def _refusals(refusals: Refusals) -> dict[str, Any]:
    """Return how many variants are refused for a reason, and the first of them; of other reasons, the number alone."""
    first = refusals.first
    return {
        "variants": refusals.variants,
        "first": first and first.number,
        "code": first and first.code,
        "message": first and first.message,
    }


def _growth(growth: Growth) -> dict[str, Any]:
    """Return how a metric grows; a coefficient, from the constant on, is a text where it is no whole number."""
    polynomial = growth.polynomial
    exponent, explained = (None, None) if polynomial is not None else growth.power or (None, None)
    return {
        "metric": growth.metric,
        "name": growth.name,
        "values": len(growth.points),
        "polynomial": None if polynomial is None else [_number(coefficient) for coefficient in polynomial],
        "exponent": exponent,
        "r_squared": explained,
    }


def _number(value: Fraction) -> int | str:
    return int(value) if value.denominator == 1 else str(value)
