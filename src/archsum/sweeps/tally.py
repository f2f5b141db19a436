"""What came of a sweep, counted as its rows come."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archsum.sweeps.rows import REFUSED, UNKNOWN, Row

_MOST = 5
"""The reasons of refusals that are told apart."""
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass
class Refusals:
    """Variants that are refused for one reason, which may have other numbers in each."""

    first: Row | None
    """The first of them; None where they are of several reasons."""
    variants: int = 0


class Tally:
    """How many variants there were, and what came of them."""

    def __init__(self, before: int = 0) -> None:
        """Begin after as many variants, which were computed before."""
        self.before = before
        self.variants = before
        self.rows = 0
        """Those that keep what they have to, or of which that is unknown."""
        self.unknown = 0
        self.refused = 0
        self.on_front: int | None = None
        """The rows that no other beats; None where these are not asked for."""
        self._refusals: dict[tuple[str | None, str], Refusals] = {}
        self._others = Refusals(None)

    @property
    def refusals(self) -> Sequence[Refusals]:
        """The refused ones by their reason; of many reasons, those behind the first together."""
        return [*self._refusals.values(), *([self._others] if self._others.variants else [])]

    def add(self, variants: int, rows: Sequence[Row]) -> None:
        """Count variants, and the rows that came of them."""
        self.variants += variants
        for row in rows:
            if row.verdict == REFUSED:
                self._refuse(row)
            else:
                self.rows += 1
                self.unknown += row.verdict == UNKNOWN

    def _refuse(self, row: Row) -> None:
        self.refused += 1
        reason = row.code, _NUMBER.sub("0", row.message or "")
        if reason not in self._refusals and len(self._refusals) < _MOST:
            self._refusals[reason] = Refusals(row)
        self._refusals.get(reason, self._others).variants += 1
