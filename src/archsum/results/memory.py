"""What `costs` and `fit` return."""

from typing import Any

from archsum.memory import costs, fit
from archsum.results import Text


class Costs(Text, costs.Costs):
    """A network's memory in training and at inference; printed, it is a text."""

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as `archsum memory --format json` prints them."""
        import json

        from archsum.render.memory import costs as text

        figures: dict[str, Any] = json.loads(text.render_json(self))
        return figures

    def __str__(self) -> str:
        from archsum.render.memory import costs as text

        return text.render(self)


class Fit(fit.Fit):
    """The largest batches that fit into a device's memory; printed, they are a text."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as `archsum fit --format json` prints them."""
        import json

        from archsum.render.memory import fit as text

        figures: dict[str, Any] = json.loads(text.render_json(self))
        return figures

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"

    def __repr__(self) -> str:
        return f"<Fit on {self.device.title}: training={self.training:,}, inference={self.inference:,}>"

    def __str__(self) -> str:
        from archsum.render.memory import fit as text

        return text.render(self)
