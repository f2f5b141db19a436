"""What came of a sweep, counted as its rows come."""

from collections.abc import Sequence

from archsum.sweeps.rows import REFUSED, UNKNOWN, Row

_MOST = 5
"""The reasons of refusals that are told apart."""
_OTHERS = None, "for other reasons"


class Tally:
    """How many variants there were, and what came of them."""

    def __init__(self, before: int = 0) -> None:
        """Begin after as many variants, which were computed before."""
        self.before = before
        self.variants = before
        self.rows = 0
        """Those that keep what they have to, or of which that is unknown."""
        self.unknown = 0
        self.refusals = 0
        self.refused: dict[tuple[str | None, str | None], tuple[int, int]] = {}
        """For each reason, its code and message: how many variants were refused, and the number of the first."""

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
        self.refusals += 1
        reason = row.code, row.message
        if reason not in self.refused and len(self.refused) >= _MOST:
            reason = _OTHERS
        number, first = self.refused.get(reason, (0, row.number))
        self.refused[reason] = number + 1, first
