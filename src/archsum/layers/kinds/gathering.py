"""Layers that take elements by their numbers."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.axis import AlongChannels, Sizes, axis_name, sample_position
from archsum.layers.base import Kept, MovingLayer, Step
from archsum.layers.shapes import Shape

_INDEX_BYTES = 8


class Gather(AlongChannels, MovingLayer):
    """The elements of an axis that have certain numbers, in their order, some more than once and some not at all.

    The numbers are the network's own, and `size` says how many there are; or a second input gives them. Swin's bias of
    positions that see one another is taken so from a learned table.

    Shape:
        (…, size of the axis, …) → (…, *`size`, …); of two inputs (…, *the second's sizes, …).
    Kept:
        the numbers, as whole numbers of 8 bytes; those of the network's own once for the batch.
    Errors:
        An axis that the input does not have; one input without `size`, two with it.
    Source: https://keras.io/api/ops/numpy/#take-function;
        https://docs.pytorch.org/docs/stable/generated/torch.index_select.html
    """

    most_inputs: ClassVar[int | None] = 2
    takes_numbers: ClassVar[frozenset[int]] = frozenset({1})

    type: Literal["gather"] = "gather"

    size: Annotated[Sizes, Field(min_length=1)] | None = Field(
        None, description="How many elements are taken; a list puts several axes in the axis's place.", examples=[4]
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        data, *_ = inputs
        axis = sample_position(self.chosen_axis, data)
        return (*data[: axis - 1], *self._taken(inputs), *data[axis:])

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the numbers, which say where a gradient goes."""
        if len(inputs) == 2:
            return (Kept("input", 1, itemsize=_INDEX_BYTES),)
        return (Kept("numbers", shape=self._taken(inputs), itemsize=_INDEX_BYTES, per_batch=True),)

    def passes_gradient(self, number: int) -> bool:
        return number == 0

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        axis = sample_position(self.chosen_axis, inputs[0])
        note = "elements that are taken" if len(inputs) == 1 else "the second input's"
        for number, size in enumerate(self._taken(inputs), start=axis):
            yield Step.of(axis_name(number), size, note)

    def _taken(self, inputs: tuple[Shape, ...]) -> Shape:
        """Return the sizes that come in the axis's place. Errors: ShapeError where none are stated, or twice."""
        if len(inputs) == 2 and self.size is not None:
            raise ShapeError("has a `size`, and a second input that gives the numbers", "leave `size` out")
        if len(inputs) == 2:
            return inputs[1]
        if self.size is None:
            raise ShapeError(
                "has one input and no `size`", "state how many elements are taken, or a second input that gives them"
            )
        return self.size
