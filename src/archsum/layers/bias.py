"""Tied and untied biases: how many there are, and why."""

from typing import NamedTuple

from archsum.layers.arithmetic import Product, equation
from archsum.layers.base import Weight, Work
from archsum.layers.fields import Bias
from archsum.layers.shapes import Shape, product, require_known


class OutputBias(NamedTuple):
    """The bias of a layer with `number` filters or units (`each`), whose output has `axes`; of kind False none."""

    kind: Bias
    output: Shape
    axes: tuple[str, ...]
    number: int
    each: str

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The bias itself. Errors: ShapeError for an untied one where an axis of the output is unknown."""
        if self.kind == "tied":
            return (Weight("bias", (self.number,), (self.each,)),)
        if self.kind == "untied":
            purpose = "its untied bias, one for each output location"
            shape = require_known(self.output, self.axes, purpose, "write `bias: tied`")
            return (Weight("bias", shape, self.axes, tied_size=self.number if len(shape) > 1 else None),)
        return ()

    @property
    def work(self) -> tuple[Work, ...]:
        """What it takes to add it."""
        return (Work("bias", 1, product(self.output)),) if self.kind else ()

    @property
    def note(self) -> str:
        """What the bias is, and what the other kind of bias would be."""
        tied, untied = f"{self.number:,}", self._untied_size
        if len(self.output) == 1:
            same = "tied and untied are the same where there is one location"
            return f"one for each of the {self.each}; {same}" if self.kind else f"no bias; it would be {tied}"
        if self.kind == "tied":
            return f"one for each of the {self.each}; untied, one for each output location too: {untied}"
        if self.kind == "untied":
            return f"one for each of the {self.each} and each output location; tied it would be {tied}"
        return f"no bias; tied it would be {tied}, untied {untied}"

    @property
    def _untied_size(self) -> str:
        size = Product(*self.output)
        return "unknown, as a size is" if size.value is None else equation(size)
