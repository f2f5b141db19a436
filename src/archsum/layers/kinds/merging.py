"""Layers that make one output of several inputs."""

from collections.abc import Iterator
from itertools import accumulate
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from archsum.errors import ShapeError
from archsum.layers.arithmetic import Product, Sum
from archsum.layers.axis import AlongChannels, Axes, axis_name, reduced, sample_position
from archsum.layers.base import Backward, Gradient, Kept, MovingLayer, Operations, Step, WeightlessLayer, Work
from archsum.layers.broadcasting import broadcast, explain_broadcast
from archsum.layers.fields import per_axis
from archsum.layers.operators import CLAMPS, Composition, Operator, Operators, Role, UnknownOperatorsError
from archsum.layers.shapes import Shape, product, show, show_all, total


class Merging(WeightlessLayer):
    """A layer that makes one output of its inputs.

    Keras takes a single input too, and passes it on; here that is an error, most often forgotten `inputs`.
    """

    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = None


class ElementwiseMerging(Merging):
    """A merge of the elements at the same place.

    Shape:
        (*sizes), (*sizes), … → (*sizes). An input is repeated along an axis where its size is 1, and along those that
        it lacks at the front; where a size is unknown, so is the output's.
    MACs:
        0; elementwise work is not multiply-accumulates of weights.
    FLOPs:
        (inputs − 1) for each output element.
    Kept:
        Nothing.
    Errors:
        Sizes of an axis that differ and are not 1.
    """

    verb: ClassVar[str]
    """What it cannot do with inputs that do not fit."""

    absorbs: ClassVar[frozenset[Role]] = frozenset()
    """What its operator on a microcontroller does as well."""

    def output_shape(self, *inputs: Shape) -> Shape:
        return broadcast(inputs, self.verb)

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return (Work("(inputs − 1) × output elements", len(inputs) - 1, product(self.output_shape(*inputs))),)

    def operators(self, *inputs: Shape) -> Operators:
        """Return one for each input but the first, which takes what the one before made."""
        each = Operator(self.output_shape(*inputs), absorbs=self.absorbs)
        made = Composition(len(inputs))
        merged, *others = made.inputs
        for other in others:
            merged = made.add(each, takes=[merged, other])
        return made.operators

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return nothing: what the inputs were does not change the gradient."""
        return ()

    def merged(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the shapes of what comes out of the first two inputs, and is merged with the next, and so on."""
        return tuple(accumulate(inputs, self.output_shape))[1:-1]

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        return self.merged(*inputs)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        yield from explain_broadcast(inputs, self.output_shape(*inputs))


class PairwiseMerging(ElementwiseMerging):
    """A merge of two inputs, then of what came out and the next, whose gradient depends on both.

    Kept:
        each input; of more than two inputs also what comes out in between, of the output's shape each.
    """

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return *(Kept("input", number) for number in range(len(inputs))), *(
            Kept("merged", shape=shape) for shape in self.merged(*inputs)
        )

    def backward(self, *inputs: Shape) -> Backward:
        """Return that each gradient has the output's shape first, and is then added up where an input was repeated."""
        output = self.output_shape(*inputs[:2])
        return Backward(between=self.merged(*inputs), scratch=tuple(output for shape in inputs[:2] if shape != output))


class Add(ElementwiseMerging):
    """The sum of the inputs, as at the end of a residual connection.

    Source: https://keras.io/api/layers/merging_layers/add/
    """

    type: Literal["add"] = "add"
    verb: ClassVar[str] = "add"
    absorbs: ClassVar[frozenset[Role]] = CLAMPS

    def backward(self, *inputs: Shape) -> Backward:
        return Backward(_passed_on(inputs, self.output_shape(*inputs)))


class Subtract(ElementwiseMerging):
    """The first input minus the second.

    Errors:
        Sizes of an axis that differ and are not 1; more or fewer than two inputs.
    Source: https://keras.io/api/layers/merging_layers/subtract/
    """

    type: Literal["subtract"] = "subtract"
    verb: ClassVar[str] = "subtract"
    absorbs: ClassVar[frozenset[Role]] = CLAMPS
    most_inputs: ClassVar[int | None] = 2

    def backward(self, *inputs: Shape) -> Backward:
        first, _ = _passed_on(inputs, self.output_shape(*inputs))
        return Backward((first, Gradient.NEW))


class Multiply(PairwiseMerging):
    """The product of the inputs, element by element, as of an image and the weights of its channels.

    Source: https://keras.io/api/layers/merging_layers/multiply/
    """

    type: Literal["multiply"] = "multiply"
    verb: ClassVar[str] = "multiply"
    absorbs: ClassVar[frozenset[Role]] = CLAMPS


class Divide(PairwiseMerging):
    """The first input divided by the second, element by element.

    Errors:
        Sizes of an axis that differ and are not 1; more or fewer than two inputs.
    Source: https://keras.io/api/ops/numpy/#divide-function;
        https://docs.pytorch.org/docs/stable/generated/torch.div.html
    """

    type: Literal["divide"] = "divide"
    verb: ClassVar[str] = "divide"
    most_inputs: ClassVar[int | None] = 2

    def backward(self, *inputs: Shape) -> Backward:
        """Return what the divisor's gradient is computed with, and each gradient before an input's is added up."""
        output = self.output_shape(*inputs)
        return Backward(scratch=(output,) * (2 + sum(shape != output for shape in inputs)))

    def operators(self, *inputs: Shape) -> Operators:
        """Raise UnknownOperatorsError: what the converter makes one with a quotient is not known."""
        raise UnknownOperatorsError("it is not known what TensorFlow's converter makes of a quotient")


class Average(ElementwiseMerging):
    """The mean of the inputs, element by element.

    FLOPs:
        inputs for each output element: (inputs − 1) sums, and the quotient.
    Source: https://keras.io/api/layers/merging_layers/average/
    """

    type: Literal["average"] = "average"
    verb: ClassVar[str] = "average"

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return (Work("inputs × output elements", len(inputs), product(self.output_shape(*inputs))),)

    def backward(self, *inputs: Shape) -> Backward:
        """Return that the quotient's gradient is passed on as that of each input."""
        output = self.output_shape(*inputs)
        return Backward(_passed_on(inputs, output), between=(output,))

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the sums, the last of which is divided."""
        return *self.merged(*inputs), self.output_shape(*inputs)

    def operators(self, *inputs: Shape) -> Operators:
        return *super().operators(*inputs), Operator(self.output_shape(*inputs), absorbs=CLAMPS, weights=1)


class ExtremeMerging(PairwiseMerging):
    """A merge that takes one of two elements."""

    def backward(self, *inputs: Shape) -> Backward:
        """Return one more tensor, of the halves that equal elements get."""
        backward = super().backward(*inputs)
        return backward._replace(scratch=(*backward.scratch, self.output_shape(*inputs[:2])))


class Maximum(ExtremeMerging):
    """The largest of the inputs, element by element.

    Source: https://keras.io/api/layers/merging_layers/maximum/
    """

    type: Literal["maximum"] = "maximum"
    verb: ClassVar[str] = "take the maximum of"


class Minimum(ExtremeMerging):
    """The smallest of the inputs, element by element.

    Source: https://keras.io/api/layers/merging_layers/minimum/
    """

    type: Literal["minimum"] = "minimum"
    verb: ClassVar[str] = "take the minimum of"


class Concatenate(AlongChannels, Merging, MovingLayer):
    """The inputs one after another along an axis, most often the channels.

    Shape:
        Along the axis the sum of the sizes; the others are the first input's.
    Errors:
        An axis that the inputs do not have; other sizes, or numbers of axes, that differ.
    Source: https://keras.io/api/layers/merging_layers/concatenate/
    """

    type: Literal["concatenate"] = "concatenate"
    main_field: ClassVar[str] = "axis"

    def output_shape(self, *inputs: Shape) -> Shape:
        joined, sizes = self._joined_axis(inputs)
        first = inputs[0]
        return (*first[: joined - 1], total(sizes), *first[joined:])

    def backward(self, *inputs: Shape) -> Backward:
        return Backward((Gradient.VIEW,) * len(inputs))

    def operators(self, *inputs: Shape) -> Operators:
        return (Operator(self.output_shape(*inputs)),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        joined, sizes = self._joined_axis(inputs)
        yield Step.of(axis_name(joined), Sum(*sizes), "the inputs' sizes, added")

    def _joined_axis(self, inputs: tuple[Shape, ...]) -> tuple[int, Shape]:
        """Return the axis along which the inputs are joined, and each one's size.

        Errors: ShapeError where they have no such axis, or differ along another.
        """
        joined = sample_position(self.chosen_axis, inputs[0])
        count, *others = dict.fromkeys(map(len, inputs))
        if others:
            message = f"cannot concatenate {show_all(inputs)}: they have different numbers of axes"
            raise ShapeError(f"{message}, {count} and {others[0]}", "a `reshape` gives an input other axes")
        for axis, sizes in enumerate(zip(*inputs, strict=True), start=1):
            known = list(dict.fromkeys(size for size in sizes if size is not None))
            if axis != joined and len(known) > 1:
                message = f"cannot concatenate {show_all(inputs)} along axis {joined}: {axis_name(axis)} differs"
                raise ShapeError(f"{message}, {known[0]} and {known[1]}", _equal_sizes(joined, inputs))
        return joined, tuple(shape[joined - 1] for shape in inputs)


def _equal_sizes(joined: int, inputs: tuple[Shape, ...]) -> str:
    """Return how inputs get equal sizes, of images that of the smallest."""
    cure = f"all sizes but those of axis {joined} are equal"
    axes = len(inputs[0])
    if axes == 3 and joined in (1, 3):
        spatial = [shape[1:] if joined == 1 else shape[:2] for shape in inputs]
        height, width = (min((size for size in sizes if size), default=1) for sizes in zip(*spatial, strict=True))
        return f"{cure}, as behind `center_crop: {{height: {height}, width: {width}}}` of the larger"
    return f"{cure}, as behind a `cropping{axes - 1}d` of the larger" if axes in (2, 4) else cure


class Dot(Merging):
    """The products of the first input's vectors with the second's: a matrix product.

    The vectors lie along one axis of each input. Of two vectors, the product is one number.

    Shape:
        (*sizes), (*others) → (*sizes but its axis, *others but its axis); of two vectors (1).
    MACs:
        output elements × size of the axes.
    FLOPs:
        2 × MACs, + 3 for each input element with normalize: its square, what that adds to the length, and the quotient.
    Kept:
        both inputs; with normalize also of each the vectors of length 1, the length, and the same bounded from below.
    Errors:
        An axis that an input does not have; axes of different sizes, or of which one is unknown;
        more or fewer than two inputs.
    Source: https://keras.io/api/layers/merging_layers/dot/
    """

    most_inputs: ClassVar[int | None] = 2

    type: Literal["dot"] = "dot"
    main_field: ClassVar[str] = "axes"

    axes: Axes = Field(
        description="The axis along which the vectors lie, or one for each input; the batch is 0.", examples=[-1]
    )
    normalize: bool = Field(False, description="Bring the vectors to length 1: the product is their cosine.")

    @field_validator("axes", mode="before")
    @classmethod
    def _one_per_input(cls, value: object) -> object:
        return per_axis(value, 2)

    def output_shape(self, *inputs: Shape) -> Shape:
        return tuple(size for _, _, size in self._kept(inputs)) or (1,)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        note = "each output element is a product of two vectors, which takes one for each of their elements"
        return Operations(Product(*self.output_shape(*inputs), self._length(inputs)), note)

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        elements = total(map(product, inputs))
        return (Work("normalization of the inputs", 3, elements),) if self.normalize else ()

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        if not self.normalize:
            return Kept("input", 0), Kept("input", 1)
        return tuple(
            kept
            for number, (shape, axis) in enumerate(zip(inputs, self._multiplied(inputs), strict=True))
            for kept in (
                Kept("input", number),
                Kept("normalized", shape=shape),
                *(Kept(name, shape=reduced((axis,), shape)[0]) for name in ("length", "divisor")),
            )
        )

    def backward(self, *inputs: Shape) -> Backward:
        """Return the tensors of the operations that a normalization is composed of, four at a time."""
        return Backward(scratch=inputs[:1] * (4 * self.normalize))

    def operators(self, *inputs: Shape) -> Operators:
        """Return the matrix product; of vectors, that of a row and a column.

        Errors: UnknownOperatorsError with normalize, and for inputs of more than two axes, or of different numbers.
        """
        first, second = inputs
        if self.normalize or len(first) != len(second) or len(first) > 2:
            raise UnknownOperatorsError("it is only known for matrices and vectors, without `normalize`")
        if len(first) == 2:
            return (Operator(self.output_shape(*inputs)),)
        made = Composition(2)
        one, two = made.inputs
        column = made.add(Operator((*first, 1), "reshape"), takes=[one])
        row = made.add(Operator((1, *second), "reshape"), takes=[two])
        made.add(Operator((1, 1)), Operator((1,), "reshape"), takes=[row, column])
        return made.operators

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        for number, (which, axis, size) in enumerate(self._kept(inputs), start=1):
            yield Step.of(axis_name(number), size, f"{axis_name(axis)} of the {which} input")

    def _kept(self, inputs: tuple[Shape, ...]) -> Iterator[tuple[str, int, int | None]]:
        """Yield the axes that are not multiplied: which input's, its number and its size."""
        for which, shape, multiplied in zip(("first", "second"), inputs, self._multiplied(inputs), strict=True):
            for axis, size in enumerate(shape, start=1):
                if axis != multiplied:
                    yield which, axis, size

    def _length(self, inputs: tuple[Shape, ...]) -> int | None:
        return inputs[0][self._multiplied(inputs)[0] - 1]

    def _multiplied(self, inputs: tuple[Shape, ...]) -> tuple[int, ...]:
        """Return the axis of each input along which its vectors lie.

        Errors: ShapeError where there is none, or the vectors have different lengths.
        """
        axes = tuple(sample_position(axis, shape, "axes") for axis, shape in zip(self.axes, inputs, strict=True))
        first, second = (shape[axis - 1] for axis, shape in zip(axes, inputs, strict=True))
        if first != second:
            message = f"cannot multiply {show(inputs[0])} and {show(inputs[1])}"
            raise ShapeError(
                f"{message}: axis {axes[0]} of the first has size {first}, axis {axes[1]} of the second {second}",
                "`axes` names an axis of each input, both of the same known size",
            )
        return axes


def _passed_on(inputs: tuple[Shape, ...], output: Shape) -> tuple[Gradient, ...]:
    """Return the gradients of what is added: the output's, but a new one where an input was repeated."""
    return tuple(Gradient.SAME if shape == output else Gradient.NEW for shape in inputs)
