"""Which rows are best: the first of an order, or those that no other is better than in everything."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from archsum.bounds import MAX_DRAWN_ROWS
from archsum.errors import Diagnostic, SpecError, quote
from archsum.sweeps.rows import Row
from archsum.variants import METRICS, suggest_metric

Number = int | float


class Objective(NamedTuple):
    """A metric or a variable, of which less is better, or more."""

    name: str
    is_more_better: bool = False

    def value(self, row: Row) -> Number | None:
        """Return what a row has of it; None where that is no number, or unknown."""
        value = row.metrics.get(self.name, row.values.get(self.name))
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def of(self, row: Row) -> Number | None:
        """Return the same, so that less is better."""
        value = self.value(row)
        return -value if value is not None and self.is_more_better else value


def read_objectives(text: str, varied: Collection[str]) -> tuple[Objective, ...]:
    """Read `params, -macs`: little of the first, and much of the second. Errors: SpecError for unknown names."""
    words = [word.strip() for word in text.split(",")]
    objectives = [Objective(word.lstrip("-").strip(), word.startswith("-")) for word in words]
    problems = [
        Diagnostic(
            "unknown-name",
            f"{quote(one.name)} is no metric, and no variable that is varied",
            None,
            suggest_metric(one.name, varied),
        )
        for one in objectives
        if one.name not in (*METRICS, *varied)
    ]
    if problems:
        raise SpecError(problems)
    return tuple(objectives)


class Cloud:
    """Rows as points, by their objectives; of very many, some that are evenly spread over them."""

    def __init__(self, objectives: Sequence[Objective], rows: Iterable[Row] = ()) -> None:
        self.objectives = objectives
        self.seen = 0
        """How many points there were."""
        self._points: list[list[Number]] = []
        self._every = 1
        self.add(rows)

    def add(self, rows: Iterable[Row]) -> None:
        """Take rows in; those in which an objective is unknown are no points."""
        for row in rows:
            point = [value for objective in self.objectives if (value := objective.value(row)) is not None]
            if len(point) < len(self.objectives):
                continue
            if self.seen % self._every == 0:
                self._points.append(point)
            self.seen += 1
            if len(self._points) > MAX_DRAWN_ROWS:
                self._points, self._every = self._points[::2], 2 * self._every

    @property
    def coordinates(self) -> list[list[Number]]:
        """The points' places along each axis."""
        return [[point[axis] for point in self._points] for axis in range(len(self.objectives))]


class Order:
    """Rows in the order of objectives, what is unknown last; of `most`, the first so many."""

    def __init__(self, objectives: Sequence[Objective], most: int | None = None) -> None:
        self.objectives = objectives
        self._most = most
        self._rows: list[Row] = []

    def add(self, rows: Iterable[Row]) -> None:
        """Take rows in."""
        self._rows += rows
        if self._most is not None and len(self._rows) > 2 * self._most:
            self._rows = self.rows

    @property
    def rows(self) -> list[Row]:
        """The rows in their order."""
        return sorted(self._rows, key=self._key)[: self._most]

    def _key(self, row: Row) -> tuple[tuple[bool, Number], ...]:
        values = [objective.of(row) for objective in self.objectives]
        return tuple((value is None, value or 0) for value in values)


class Front:
    """The Pareto front: rows that no other equals in every objective and beats in one."""

    def __init__(self, objectives: Sequence[Objective]) -> None:
        self.objectives = objectives
        self._rows: dict[tuple[Number, ...], list[Row]] = {}

    def add(self, rows: Iterable[Row]) -> None:
        """Take rows in; those in which an objective is unknown are on no front."""
        for row in rows:
            values = [value for objective in self.objectives if (value := objective.of(row)) is not None]
            if len(values) == len(self.objectives):
                self._add(tuple(values), row)

    def _add(self, values: tuple[Number, ...], row: Row) -> None:
        if values in self._rows:
            self._rows[values].append(row)
        elif not any(_beats(other, values) for other in self._rows):
            self._rows = {other: rows for other, rows in self._rows.items() if not _beats(values, other)}
            self._rows[values] = [row]

    @property
    def rows(self) -> list[Row]:
        """The front, by the first objective."""
        return [row for values in sorted(self._rows) for row in self._rows[values]]


def _beats(one: tuple[Number, ...], other: tuple[Number, ...]) -> bool:
    """Whether different values are nowhere worse."""
    return all(mine <= theirs for mine, theirs in zip(one, other, strict=True))
