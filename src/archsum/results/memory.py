"""What `costs` and `fit` return."""

from archsum.memory import costs, fit
from archsum.results import Text


class Costs(Text, costs.Costs):
    """A network's memory in training and at inference; printed, it is a text."""

    def __str__(self) -> str:
        from archsum.render.memory import costs as text

        return text.render(self)


class Fit(fit.Fit):
    """The largest batches that fit into a device's memory; printed, they are a text."""

    __slots__ = ()

    def __str__(self) -> str:
        from archsum.render.memory import fit as text

        return text.render(self)
