"""What `diff` returns."""

from archsum.render.diff.report import Report
from archsum.results import Figures


class Diff(Figures, Report):
    """What changed from one network to another; printed, it is a text. `equal` is whether nothing did."""

    def _json(self) -> str:
        from archsum.render.diff.json import render

        return render(self)

    def to_markdown(self) -> str:
        """Return what changed for a pull request."""
        from archsum.render.diff.markdown import render

        return render(self)

    def to_html(self) -> str:
        """Return a page of what changed. Errors: SpecError where Jinja, which writes it, is not installed."""
        from archsum.render.report import render_difference

        return render_difference(self)

    def __repr__(self) -> str:
        return f"<Diff: equal={self.equal}>"

    def __str__(self) -> str:
        from archsum.render.diff.text import render

        return render(self)
