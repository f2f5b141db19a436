"""Neighbours of one structure → a run of repetitions."""

from collections.abc import Sequence

from archsum.interchange.writing.folding.elements import (
    Body,
    Cell,
    Element,
    Leaf,
    Run,
    Source,
    bodies,
    enclose,
    leaves,
    replace_taken,
    taken_by,
)
from archsum.interchange.writing.folding.keys import Keys

_LONGEST = 12
"""The most elements of a repetition."""
_MANY = 3
"""So many repetitions of anything are a run; of two each has at least so many layers:"""
_LARGE = 5


Banned = set[int]
"""The keys of bodies that are not repeated."""


def fold_runs(body: Body, keys: Keys, banned: Banned, *, is_inner: bool = False) -> None:
    """Put what repeats itself into runs, the innermost first; all elements have keys, and have them again."""
    for element in body:
        for inner in bodies(element):
            fold_runs(inner, keys, banned, is_inner=True)
    keys.number(body, is_inner=is_inner)
    period = 1
    while period <= min(_LONGEST, len(body) // 2):
        if _fold(body, period, keys, banned):
            keys.number(body, is_inner=is_inner)
            period = 1
        else:
            period += 1


def _fold(body: Body, period: int, keys: Keys, banned: Banned) -> bool:
    """Put repetitions of so many elements into runs; return whether there are any."""
    every = _times([element.key for element in body], period)
    done: Body = []
    index, found = 0, False
    while index < len(body):
        times = every[index]
        unit = body[index : index + period]
        if times > 1 and _has_no_weights(body[index]) and every[index + 1] == times:
            times = 0  # a repetition begins with what has weights, if it can
        if times > 1 and (keys.of(unit) in banned or not _is_worth(unit, times)):
            times = 0
        if times > 1 and not are_closed([unit, body[index + period : index + 2 * period]]):
            times = 0
        units = [body[start : start + period] for start in range(index, index + times * period, period)]
        if times > 1 and are_closed(units):
            done.append(run_over(units))
            index, found = index + times * period, True
        else:
            done.append(body[index])
            index += 1
    body[:] = done
    return found


def _times(listed: Sequence[int], period: int) -> list[int]:
    """Return for each index how many times the elements from there on are there, one after the other."""
    alike = [0] * (len(listed) + 1)
    for index in reversed(range(len(listed) - period)):
        alike[index] = alike[index + 1] + 1 if listed[index] == listed[index + period] else 0
    return [(number + period) // period for number in alike]


def _has_no_weights(element: Element) -> bool:
    return isinstance(element, Leaf) and not element.layer.computed.weights


def _is_worth(unit: Body, times: int) -> bool:
    if any(leaf.shares for leaf in leaves(unit)):
        return False
    return times >= _MANY or sum(1 for _ in leaves(unit)) >= _LARGE


def are_closed(units: list[Body]) -> bool:
    """Whether each repetition takes nothing but what the one before gives, and gives it to the next alone."""
    for unit, after in zip(units, [*units[1:], None], strict=True):
        inside = set(map(id, unit))
        outside = {id(taken) for element in unit for taken in taken_by(element) if id(taken) not in inside}
        next_one = set(map(id, after)) if after else None
        if len(outside) != 1 or any(id(user) not in inside for element in unit[:-1] for user in element.users):
            return False
        if next_one is not None and any(id(user) not in next_one for user in unit[-1].users):
            return False
    return True


def run_over(units: list[Body]) -> Run:
    """Return a run of repetitions, in whose place it is taken."""
    cells: list[Cell] = []
    for unit in units:
        given = _given(unit)
        cell = Cell([given], entry=Source(shape=given.shape), body=unit, is_unit=True)
        enclose(cell, cell.entry, unit)
        cells.append(cell)
    given, last = cells[0].takes[0], cells[-1]
    run = Run([given], last.users, last.shape, units=cells)
    given.users = [user for user in given.users if user is not cells[0]] + [run]
    for user in run.users:
        replace_taken(user, last, run)
    return run


def run_of(units: list[Cell], run: Run) -> Run:
    """Return a run of other repetitions in the place of one."""
    other = Run(run.takes, run.users, run.shape, units=units)
    for taken in other.takes:
        taken.users = [other if user is run else user for user in taken.users]
    for user in other.users:
        replace_taken(user, run, other)
    return other


def unfolded(run: Run) -> Body:
    """Return the layers of all repetitions of a run, one after the other."""
    return _let_all_out(run, run.units)


def dissolved(cell: Cell) -> Body:
    """Return the layers of a cell in its place."""
    return _let_all_out(cell, [cell])


def _let_all_out(outer: Element, cells: list[Cell]) -> Body:
    """Put the layers of cells, each of which takes what the one before gives, in the place of what they are in."""
    (given,) = outer.takes
    given.users = [user for user in given.users if user is not outer]
    body: Body = []
    for cell in cells:
        given = _let_out(cell, given)
        body += cell.body
    given.users = outer.users
    for user in given.users:
        replace_taken(user, outer, given)
    return body


def _let_out(cell: Cell, given: Element) -> Element:
    """Let a cell's layers take what the cell was given, and return what gives its output."""
    for element in cell.body:
        given.users += [element for taken in taken_by(element) if taken is cell.entry]
        replace_taken(element, cell.entry, given)
    last = cell.body[-1]
    last.users = []
    return last


def _given(unit: Body) -> Element:
    inside = set(map(id, unit))
    return next(taken for element in unit for taken in element.takes if id(taken) not in inside)
