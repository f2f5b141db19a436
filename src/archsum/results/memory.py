"""What `costs` and `fit` return."""

from archsum.memory import costs, fit
from archsum.results import Figures


class Costs(Figures, costs.Costs):
    """A network's memory in training and at inference; printed, it is a text."""

    def _json(self) -> str:
        from archsum.render.memory import costs as text

        return text.render_json(self)

    def __str__(self) -> str:
        from archsum.render.memory import costs as text

        return text.render(self)


class Fit(Figures, fit.Fit):
    """The largest batches that fit into a device's memory; printed, they are a text."""

    def _json(self) -> str:
        from archsum.render.memory import fit as text

        return text.render_json(self)

    def __repr__(self) -> str:
        return f"<Fit on {self.device.title}: training={self.training:,}, inference={self.inference:,}>"

    def __str__(self) -> str:
        from archsum.render.memory import fit as text

        return text.render(self)
