"""The first sentence: whether two networks are equal, and if not, what changed above all."""

from collections.abc import Iterable, Iterator

from archsum.comparison import Change, Difference
from archsum.errors import one_line
from archsum.render.diff.groups import Group, grouped, innermost, rough
from archsum.render.diff.lines import counted
from archsum.render.diff.report import Report
from archsum.render.diff.words import describe
from archsum.render.numbers import count, growth

_MOST = 3
"""The changes that the sentence names."""


def verdict(report: Report) -> str:
    """Return the sentence, without a full stop."""
    difference = report.difference
    compared = [f"{' and '.join(report.compared)} alone"] if report.compared else []
    if difference.equal:
        size = f"{len(difference.after.layers):,} layers, {count(difference.after.params)} parameters"
        return "; ".join([f"equal: {size}", *compared, *_named_otherwise(difference)])
    details = (detail for detail in difference.details if detail.aspect != "names")
    said = [*map(describe, details), *_clauses(difference)] or ["sizes"]
    more = [f"{len(said) - _MOST:,} more"] if len(said) > _MOST else []
    return f"different ({'; '.join([*compared, _growth(difference)])}): {'; '.join([*said[:_MOST], *more])}"


def _growth(difference: Difference) -> str:
    before, after = difference.before, difference.after
    figures = {
        "parameters": growth(before.params, after.params),
        "MACs": growth(before.macs, after.macs),
    }
    if before.params is None or after.params is None:
        figures["parameters"] = "unknown"
    if any(figures.values()):
        return ", ".join(f"{title} {more}" for title, more in figures.items() if more)
    return f"{count(after.params)} parameters as before"


def _named_otherwise(difference: Difference) -> list[str]:
    if difference.is_regrouped:
        return ["in other blocks, or in another order"]
    return ["some names differ"] if difference.changes or difference.details else []


def _clauses(difference: Difference) -> list[str]:
    """Return what was changed, most parameters first, without what follows from it; if there is no more, that."""
    groups = grouped(innermost(difference.whole), rough)
    causes = [group for group in groups if not group.follows and group.first.status != "renamed"]
    causes.sort(key=lambda group: -abs(group.params or 0))
    return [_clause(group) for group in causes]


def _clause(group: Group) -> str:
    first, number = group.first, len(group.members)
    (parent,) = group.parents[:1]
    title = f"{number:,} × {one_line(first.part.kind)}" if number > 1 else one_line(first.part.name)
    if group.is_lonely:
        where = (
            f" in {one_line(parent.part.name)}" if number > 1 and len(group.parents) == 1 and parent.part.path else ""
        )
        return f"{title} {first.status}{where}{counted(group)}"
    common = [detail for detail in group.common if not detail.follows]
    if first.is_moved:
        return " ".join([title, "moved", *_all(map(describe, common))])
    return f"{title} {', '.join(_all(map(describe, common)) or _all(_own_names(first)))}"


def _own_names(change: Change) -> Iterator[str]:
    return (one_line(detail.name) for detail in change.details if not detail.follows)


def _all(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
