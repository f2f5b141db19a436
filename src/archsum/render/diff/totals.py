"""The totals of a difference, written for people."""

from collections.abc import Iterator

from archsum.comparison.totals import Total
from archsum.render.diff.report import Report
from archsum.render.numbers import binary, count, signed

_IN_JSON_ALONE = "flops"


def shown(report: Report) -> Iterator[Total]:
    """Yield the totals that tell something: no memory that is unknown, nor trainable parameters that are all."""
    params = next(total for total in report.totals if total.name == "params")
    for total in report.totals:
        is_repeated = total.name == "trainable_params" and total[2:4] == params[2:4]
        is_unknown = total.in_bytes and total.before is None and total.after is None
        if total.name != _IN_JSON_ALONE and not is_repeated and not is_unknown:
            yield total


def written(total: Total) -> tuple[str, str, str]:
    """Return what it was, what it is, and the difference, bytes in units."""
    if not total.in_bytes:
        return count(total.before), count(total.after), signed(total.difference) or "–"
    more = total.difference
    sign = "" if not more else "+" if more > 0 else "−"
    difference = "unknown" if more is None else f"{sign}{binary(abs(more))}" if more else "–"
    return _bytes(total.before), _bytes(total.after), difference


def _bytes(size: int | None) -> str:
    return "unknown" if size is None else binary(size)
