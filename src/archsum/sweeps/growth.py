"""How a metric grows with a variable: as a polynomial, where it is one on every value computed, or about as a power."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from archsum.bounds import MAX_FITTED
from archsum.errors import Diagnostic, SpecError, quote, suggest
from archsum.sweeps.rows import Row
from archsum.sweeps.space import Space
from archsum.variants import METRICS

MAX_DEGREE = 6
_MORE = 2
"""The values beyond those that a polynomial is drawn through, on which it has to be right as well."""


@dataclass
class Growth:
    """The values of a metric by those of a variable, gathered as rows come."""

    metric: str
    name: str
    points: dict[Fraction, int] = field(default_factory=dict)

    def add(self, rows: Iterable[Row]) -> None:
        """Take rows in; those in which one of the two is unknown, or no number, tell nothing."""
        for row in rows:
            value, figure = row.values.get(self.name), row.metrics.get(self.metric)
            if isinstance(value, int | float) and not isinstance(value, bool) and figure is not None:
                self.points[Fraction(repr(value))] = figure

    @property
    def polynomial(self) -> list[Fraction] | None:
        """The coefficients of the polynomial that goes through all points, from the constant on.

        None where there is none of a low degree, or there are not enough points to tell.
        """
        places = sorted(self.points)
        differences = [Fraction(self.points[place]) for place in places]
        leading = []
        for degree in range(MAX_DEGREE + 1):
            if len(differences) <= _MORE:
                return None
            leading.append(differences[0])
            steps = zip(differences, differences[1:], places, places[degree + 1 :], strict=False)
            differences = [(after - before) / (end - start) for before, after, start, end in steps]
            if not any(differences):
                return _expanded(leading, places)
        return None

    @property
    def power(self) -> tuple[float, float] | None:
        """The exponent of the power that is nearest to the points, and how well it explains them: R², 1 at best.

        None where there are too few points, or not all are above 0.
        """
        logs = [(math.log(place), math.log(figure)) for place, figure in self.points.items() if place > 0 < figure]
        if len(logs) < len(self.points) or len(logs) <= _MORE:
            return None
        mean_x, mean_y = (sum(axis) / len(logs) for axis in zip(*logs, strict=True))
        along = sum((x - mean_x) ** 2 for x, _ in logs)
        across = sum((y - mean_y) ** 2 for _, y in logs)
        together = sum((x - mean_x) * (y - mean_y) for x, y in logs)
        return together / along, together**2 / (along * across) if across else 1.0


def _expanded(leading: Sequence[Fraction], places: Sequence[Fraction]) -> list[Fraction]:
    """Return the coefficients of Newton's polynomial: each divided difference times what is before its place."""
    found: list[Fraction] = []
    for difference, place in zip(reversed(leading), reversed(places[: len(leading)]), strict=True):
        shifted = [Fraction(0), *found]
        for power, coefficient in enumerate(found):
            shifted[power] -= coefficient * place
        found = shifted
        found[0] += difference
    return found


def read_growth(text: str, space: Space, names: Collection[str]) -> Growth:
    """Read `params~width`. Errors: SpecError for what is no metric or variable, and where other variables vary too."""
    metric, tilde, name = (part.strip() for part in text.partition("~"))
    if not tilde:
        raise SpecError([Diagnostic("bad-value", f"{quote(text)} is no growth", None, "write `params~width`")])
    for word, known, what, example in (
        (metric, METRICS, "metric", "params~width"),
        (name, names, "variable that is varied", f"{metric}~{next(iter(names), 'width')}"),
    ):
        if word not in known:
            cure = suggest(word, known) or f"write one, as in {quote(example)}"
            raise SpecError([Diagnostic("unknown-name", f"{quote(word)} is no {what}", None, cure)])
    if not any(axis.types.get(name, frozenset()) & {int, float} for axis in space.axes):
        message = f"{quote(name)} has no numbers, and growth is with a number"
        raise SpecError([Diagnostic("bad-value", message, None, "vary a variable that is a number, and name it")])
    if any(axis.count != 1 and tuple(axis.names) != (name,) for axis in space.axes):
        message = f"how {metric} grows with {name} is not to be seen where others vary too"
        raise SpecError([Diagnostic("bad-value", message, None, f"vary {name} alone")])
    if space.count > MAX_FITTED:
        message = f"{space.count:,} values are more than growth is told by; {MAX_FITTED:,} are the most"
        raise SpecError([Diagnostic("too-large", message, None, "write a larger step")])
    return Growth(metric, name)
