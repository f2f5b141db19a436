"""What `diff` returns."""

from typing import Any

from archsum.render.diff.report import Report
from archsum.results import Text


class Diff(Text, Report):
    """What changed from one network to another; printed, it is a text. `equal` is whether nothing did."""

    def to_dict(self) -> dict[str, Any]:
        """Return what changed as `archsum diff --format json` prints it."""
        import json

        from archsum.render.diff.json import render

        figures: dict[str, Any] = json.loads(render(self))
        return figures

    def to_markdown(self) -> str:
        """Return what changed for a pull request."""
        from archsum.render.diff.markdown import render

        return render(self)

    def __repr__(self) -> str:
        return f"<Diff: equal={self.equal}>"

    def __str__(self) -> str:
        from archsum.render.diff.text import render

        return render(self)
