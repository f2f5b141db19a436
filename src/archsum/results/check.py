"""What `check` returns."""

from archsum import budget
from archsum.results import Text


class Check(Text, budget.Check):
    """A network's verdicts, and why some limits could not be checked; printed, they are a table."""

    def __str__(self) -> str:
        from archsum.render.check import text

        return text.render(self, self.name or "")
