"""Products of matrices, none of which need be a weight."""

from collections.abc import Iterator
from typing import ClassVar, Literal, NamedTuple

from archsum.errors import ShapeError
from archsum.layers.arithmetic import Product
from archsum.layers.axis import axis_name
from archsum.layers.base import Backward, Kept, Operations, Step, WeightlessLayer, Work
from archsum.layers.broadcasting import broadcast
from archsum.layers.shapes import Shape, may_equal, show


class _Sizes(NamedTuple):
    """What is multiplied: so many products, of rows and columns of a length."""

    leading: Shape
    rows: Shape
    """One size, or none of a vector."""
    length: int | None
    columns: Shape

    @classmethod
    def of(cls, first: Shape, second: Shape) -> "_Sizes":
        """Errors: ShapeError where there is no vector, and for vectors of different lengths."""
        if () in (first, second):
            raise ShapeError(
                f"multiplies matrices or vectors, not {show(first)} and {show(second)}", "`multiply` takes numbers"
            )
        *_, length = first
        other, columns = (second[-2], second[-1:]) if len(second) > 1 else (second[0], ())
        if not may_equal((length,), (other,)):
            raise ShapeError(
                f"cannot multiply {show(first)} and {show(second)}: the first has rows of {length} elements, "
                f"the second columns of {other}",
                "the first's last size is the second's last but one; a `permute` turns one round",
            )
        cure = "the sizes of a leading axis are equal, or 1"
        leading = broadcast((first[:-2], second[:-2]), "multiply", shown=(first, second), cure=cure)
        return cls(leading, first[-2:-1], other if length is None else length, columns)


class Matmul(WeightlessLayer):
    """The matrix product of two inputs, as of queries and keys, one for each index of their leading axes.

    A vector as the first input is a row, as the second a column; the output lacks that axis.

    Shape:
        (*leading, rows, length), (*leading, length, columns) → (*leading, rows, columns). Along a leading axis an input
        is repeated where its size is 1, or where it lacks the axis.
    MACs:
        output elements × length.
    FLOPs:
        2 × MACs.
    Kept:
        both inputs; of one that is repeated along a leading axis of size 1 the repetitions.
    Errors:
        More or fewer than two inputs, or an input of a single number; rows and columns of different lengths;
        sizes of a leading axis that differ and are not 1.
    Source: https://keras.io/api/ops/numpy/#matmul-function;
        https://docs.pytorch.org/docs/stable/generated/torch.matmul.html
    """

    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = 2

    type: Literal["matmul"] = "matmul"

    def output_shape(self, *inputs: Shape) -> Shape:
        sizes = _Sizes.of(*inputs)
        return (*sizes.leading, *sizes.rows, *sizes.columns)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        sizes = _Sizes.of(*inputs)
        note = "each output element is a product of a row and a column, which takes one for each of their elements"
        return Operations(Product(*self.output_shape(*inputs), sizes.length), note)

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return ()

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        repeated = self._repeated(*inputs)
        return tuple(
            Kept("repeated", shape=repeated[number]) if number in repeated else Kept("input", number)
            for number in range(2)
        )

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradients of what is repeated, before they are added up."""
        return Backward(scratch=tuple(self._repeated(*inputs).values()))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        sizes = _Sizes.of(*inputs)
        notes = (
            *(len(sizes.leading) * ["a leading axis of the inputs"]),
            *(len(sizes.rows) * ["the first input's rows"]),
            *(len(sizes.columns) * ["the second input's columns"]),
        )
        for axis, (size, note) in enumerate(zip(self.output_shape(*inputs), notes, strict=True), start=1):
            yield Step.of(axis_name(axis), size, note)

    def _repeated(self, *inputs: Shape) -> dict[int, Shape]:
        """Return the shapes of the inputs that are repeated along leading axes of size 1, by their numbers.

        One that lacks these axes, as weights lack the batch, is multiplied as it is.
        """
        leading = _Sizes.of(*inputs).leading
        return {
            number: (*leading, *shape[-2:])
            for number, shape in enumerate(inputs)
            if len(shape) == len(leading) + 2 and shape[:-2] != leading
        }
