"""Reductions: the elements along axes become one, such as their mean."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from archsum.layers.axis import Axes, axis_name, positions, sample_position
from archsum.layers.base import Backward, Gradient, Kept, Step, WeightlessLayer, Work
from archsum.layers.operators import Operators, UnknownOperatorsError, reducing_operator
from archsum.layers.shapes import Shape, product

_Function = Literal[
    "mean", "sum", "max", "min", "prod", "std", "variance", "any", "all", "argmax", "argmin", "logsumexp", "norm"
]


class _Rule(NamedTuple):
    """What a function takes for each input element, and what PyTorch keeps of it and makes on its way back."""

    operations: int = 1
    kept: tuple[str, ...] = ()
    inputs: int = 0
    """How many tensors like the input there are beside its gradient."""
    outputs: int = 0


_RULES: dict[str, _Rule] = {
    **dict.fromkeys(("mean", "sum", "any", "all", "argmax", "argmin"), _Rule()),
    **dict.fromkeys(("max", "min"), _Rule(kept=("input", "output"), outputs=3)),
    "prod": _Rule(kept=("input", "output"), inputs=1, outputs=5),
    "variance": _Rule(4, ("input",), 1, 2),
    "std": _Rule(4, ("input", "output"), 1, 3),
    "logsumexp": _Rule(4, ("input", "output"), 2),
    "norm": _Rule(2, ("input", "output"), 1),
}


class Reduce(WeightlessLayer):
    """The elements along some axes, or all of a sample, become one: their mean, sum, maximum, or where that is.

    Shape:
        Without the axes; with keepdims they stay, each of size 1.
    FLOPs:
        1 for each input element; 2 of norm, the square and the sum; 4 of variance and std, the mean, the deviation, its
        square and the sum; 4 of logsumexp, the maximum, the difference, the exponential and the sum.
    Kept:
        of mean and sum nothing, nor of any, all, argmax and argmin, which have no gradient;
        of max and min along one axis their places, as whole numbers of 8 bytes;
        of variance the input; of others, and of max and min along several axes, input and output.
    Errors:
        An axis that the input does not have, the batch, or an axis twice.
    Source: https://keras.io/api/ops/numpy/#mean-function;
        https://docs.pytorch.org/docs/stable/torch.html#reduction-ops
    """

    type: Literal["reduce"] = "reduce"
    main_field: ClassVar[str] = "function"
    shown_fields: ClassVar[tuple[str, ...]] = ("function",)

    function: _Function = Field(description="What the elements become.", examples=["mean"])
    axis: Annotated[Axes, Field(min_length=1)] | None = Field(
        None, description="The axis, or a list of several, counted from 1; by default all of a sample."
    )
    keepdims: bool = Field(False, description="Keep the axes, each of size 1.")

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        axes = self._axes(shape)
        sizes = ((1 if axis in axes else size, axis) for axis, size in enumerate(shape, start=1))
        return tuple(size for size, axis in sizes if self.keepdims or axis not in axes)

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        self._axes(*inputs)
        return (Work(f"{self.function} of the input elements", _RULES[self.function].operations, product(*inputs)),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        if self._finds_places(*inputs):
            return (Kept.indices(self.output_shape(*inputs)),)
        return tuple(map(Kept, _RULES[self.function].kept))

    def backward(self, *inputs: Shape) -> Backward:
        if self._finds_places(*inputs):
            return Backward()
        if self.function == "sum":
            return Backward((Gradient.VIEW,))
        rule = _RULES[self.function]
        return Backward(scratch=(*inputs * rule.inputs, *(self.output_shape(*inputs),) * rule.outputs))

    def passes_gradient(self, number: int) -> bool:
        return self.function not in ("any", "all", "argmax", "argmin")

    def operators(self, *inputs: Shape) -> Operators:
        """Return that of a mean or a maximum. Errors: UnknownOperatorsError for other functions."""
        (shape,) = inputs
        if self.function not in ("mean", "max"):
            raise UnknownOperatorsError(f"it is not known which operators `{self.function}` becomes")
        sums = self.function == "mean"
        return (reducing_operator(self.output_shape(shape), shape, len(self._axes(shape)), sums=sums),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        (shape,) = inputs
        axes = self._axes(shape)
        left = [(axis, size) for axis, size in enumerate(shape, start=1) if axis not in axes]
        for number, (axis, size) in enumerate(() if self.keepdims else left, start=1):
            yield Step.of(axis_name(number), size, f"{axis_name(axis)} of the input")

    def _axes(self, shape: Shape) -> tuple[int, ...]:
        """Return the axes that become one, counted from 1. Errors: ShapeError where there is no such axis."""
        if self.axis is None:
            return tuple(range(1, len(shape) + 1))
        for axis in self.axis:
            sample_position(axis, shape)
        return positions(self.axis, shape)

    def _finds_places(self, shape: Shape) -> bool:
        """Whether PyTorch's function is the one that gives the places of the maxima too, which takes one axis."""
        return self.function in ("max", "min") and len(self._axes(shape)) == 1
