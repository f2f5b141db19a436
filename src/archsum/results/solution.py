"""What `solve` returns."""

from archsum.results import Figures
from archsum.sweeps import solving


class Solution(Figures, solving.Solution):
    """The value of a variable that was looked for; printed, it is a text."""

    def _json(self) -> str:
        from archsum.render.sweep.solution import render_json

        return render_json(self)

    def __repr__(self) -> str:
        return f"<Solution: {self.name}={self.value}>"

    def __str__(self) -> str:
        from archsum.render.sweep.solution import render

        return render(self)
