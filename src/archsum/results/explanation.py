"""What `explain` returns."""

from archsum import explanation
from archsum.results import Text


class Explanation(Text, explanation.Explanation):
    """The derivation of a network's numbers, or of one layer's; printed, it is a text."""

    def __str__(self) -> str:
        from archsum.render import explanation

        return explanation.render(self)
