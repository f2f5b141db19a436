"""What `check` returns."""

from collections.abc import Iterator
from typing import Any

from archsum import budget
from archsum.budget import Verdict
from archsum.results import Figures


class Check(Figures, budget.Check):
    """A network's verdicts, and why some limits could not be checked; printed, they are a table.

    It is a sequence of its verdicts, and true where all limits are known to be kept.
    """

    def __len__(self) -> int:
        return len(self.verdicts)

    def __bool__(self) -> bool:
        return self.ok is True

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.verdicts)

    def _json(self) -> str:
        from archsum.render.check.json import render

        return render([(self.name or "", self)])

    def to_dict(self) -> dict[str, Any]:
        """Return the verdicts as `archsum check --format json` prints them of a file."""
        of_file: dict[str, Any] = super().to_dict()["files"][0]
        return of_file

    def __str__(self) -> str:
        from archsum.render.check import text

        return text.render(self, self.name or "")
