"""The first sentence: whether two networks are equal, and if not, what changed above all."""

from collections.abc import Hashable, Iterable, Iterator, Sequence

from archsum.comparison import Change, Difference
from archsum.errors import one_line
from archsum.render.diff.groups import Group, grouped, innermost
from archsum.render.diff.lines import counted
from archsum.render.diff.report import Report, limit
from archsum.render.diff.words import describe, value
from archsum.render.numbers import count, growth, quantity

_MOST = 3
"""The changes that the sentence names."""
_MOST_VARIABLES = 6


def verdict(report: Report) -> str:
    """Return the sentence, without a full stop."""
    difference = report.difference
    compared = f" in {_enumerate(report.compared)}" if report.compared else ""
    if difference.equal:
        sizes = [quantity(len(difference.after.layers), "layer")]
        if difference.before.params == difference.after.params:
            sizes.append(quantity(difference.after.params, "parameter"))
        return "; ".join([f"equal{compared}: {', '.join(sizes)}", *_named_otherwise(difference)])
    details = [detail for detail in difference.details if detail.aspect != "names"]
    said = [*map(describe, details), *_clauses(difference, are_all=not details)]
    more = [f"{len(said) - _MOST:,} more"] if len(said) > _MOST else []
    return f"different{compared} ({_growth(difference)}): {'; '.join([*said[:_MOST], *more])}"


def variables(report: Report) -> str:
    """Return which variables have other values, of which much may come; nothing where the networks are equal."""
    if report.equal:
        return ""
    said = [f"{one_line(name)} {value(before)} → {value(after)}" for name, before, after in report.changed_variables]
    more = [f"{len(said) - _MOST_VARIABLES:,} more"] if len(said) > _MOST_VARIABLES else []
    return f"variables: {', '.join([*said[:_MOST_VARIABLES], *more])}" if said else ""


def _enumerate(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def over_budget(report: Report) -> str:
    """Return which limits the network breaks after the change; nothing where it keeps all."""
    broken = [f"{one_line(verdict.title)} {count(verdict.value)} of {limit(verdict)}" for verdict in report.broken]
    return f"over budget: {', '.join(broken)}" if broken else ""


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
    return f"{quantity(after.params, 'parameter')} as before"


def _named_otherwise(difference: Difference) -> list[str]:
    if difference.is_regrouped:
        return ["in other blocks, or in another order"]
    return ["some names differ"] if difference.changes or difference.details else []


def _clauses(difference: Difference, *, are_all: bool) -> list[str]:
    """Return what was changed, most parameters first, without what follows from it; if there is no more, that.

    `are_all`: nothing else is said.
    """
    groups = grouped(innermost(difference.whole), _alike)
    changed = [group for group in groups if group.first.status != "renamed"]
    causes = [group for group in changed if not group.follows]
    if not causes and are_all:  # where causes are not compared
        causes = changed
    causes.sort(key=lambda group: -abs(group.params or 0))
    return [_clause(group) for group in causes]


def _alike(change: Change) -> Hashable:
    """Return what changes have in common that are one clause: of layers, what was changed in them."""
    if change.follows or not (change.before and change.after):
        return change.status, change.follows, change.part.kind
    return change.status, frozenset(detail.name for detail in change.details if not detail.follows)


def _clause(group: Group) -> str:
    first, number = group.first, len(group.members)
    (parent,) = group.parents[:1]
    kinds = {change.part.kind for change in group.changes}
    many = f"{number:,} × {one_line(first.part.kind)}" if len(kinds) == 1 else f"{number:,} layers"
    title = many if number > 1 else one_line(first.part.name)
    if group.is_lonely:
        where = (
            f" in {one_line(parent.part.name)}" if number > 1 and len(group.parents) == 1 and parent.part.path else ""
        )
        return f"{title} {first.status}{where}{counted(group)}"
    common = [detail for detail in group.common if group.follows or not detail.follows]
    if first.is_moved:
        return " ".join([title, "moved", *_all(map(describe, common))])
    if said := _all(map(describe, common)):
        return f"{title} {', '.join(said)}"
    return f"{', '.join(_all(_own_names(first)))} of {title}"


def _own_names(change: Change) -> Iterator[str]:
    return (one_line(detail.name) for detail in change.details if change.follows or not detail.follows)


def _all(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
