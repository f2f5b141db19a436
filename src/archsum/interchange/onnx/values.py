"""What an ONNX file has, as plain values: operators, tensors, and the sizes of what flows between them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from archsum.layers.shapes import Shape


class ModelError(Exception):
    """Something that is wrong with an operator; the message reads on from its name."""


class UnknownRankError(ModelError):
    """Not even the number of axes of what an operator gives is known."""


class RefusedError(Exception):
    """An operator is not what a kind of layer can be; the message says why, and it becomes a `custom` layer."""


class Tensor(NamedTuple):
    """A tensor that is in the file."""

    shape: tuple[int, ...]
    is_float: bool
    """Whether its elements are numbers that training can change; indices and masks are none."""
    is_narrow: bool = False
    """Whether its elements are whole numbers of 8 bits or fewer, as quantized weights are."""
    values: Any = None
    """The elements, an array, where they are few."""
    is_zero: bool = False
    """Whether all its elements are 0, however many."""
    is_elsewhere: bool = False
    """Whether its elements are in another file, and are not known."""


class Operator(NamedTuple):
    """A node of an ONNX graph."""

    name: str
    type: str
    domain: str
    inputs: tuple[str, ...]
    """The names of tensors; one that is left out is empty."""
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    """As the file has them, by their names."""
    metadata: Mapping[str, str]
    message: Any
    """The protobuf message itself."""

    @property
    def is_standard(self) -> bool:
        """Whether it is an operator of ONNX itself."""
        return self.domain in ("", "ai.onnx")

    def integer(self, name: str, default: int) -> int:
        """Return a whole number. Errors: ModelError where the attribute is something else."""
        return int(self._value(name, "INT", "i", default))

    def number(self, name: str, default: float) -> float:
        """Return a number. Errors: ModelError where the attribute is something else."""
        return float(f"{self._value(name, 'FLOAT', 'f', default):.7g}")  # the file has it in 32 bits

    def text(self, name: str, default: str) -> str:
        """Return a text. Errors: ModelError where the attribute is something else."""
        value = self._value(name, "STRING", "s", default)
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

    def integers(self, name: str) -> tuple[int, ...] | None:
        """Return whole numbers; None where they are left out. Errors: ModelError for something else."""
        values = self._value(name, "INTS", "ints", None)
        return None if values is None else tuple(values)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return texts. Errors: ModelError where the attribute is something else."""
        return tuple(text.decode("utf-8", "replace") for text in self._value(name, "STRINGS", "strings", ()))

    def _value(self, name: str, wanted: str, field: str, default: Any) -> Any:
        attribute = self.attributes.get(name)
        if attribute is None:
            return default
        if attribute.type not in (0, attribute.AttributeType.Value(wanted)):  # old files leave the type out
            raise ModelError(f"has a `{name}` of another type")
        return getattr(attribute, field)


class Sized(NamedTuple):
    """The sizes of a tensor, and which of its axes is the batch."""

    shape: Shape
    """All sizes, the batch's too."""
    batch: int | None = None
    """The axis that goes with the batch, counted from 0; None of what is the same for each sample."""
    times: int | None = 1
    """What the batch is multiplied by along the axis, as by the windows that are taken out of each image."""

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that a sample has, counted as in the file."""
        return tuple(axis for axis in range(len(self.shape)) if axis != self.batch or self.times != 1)

    @property
    def sample(self) -> Shape:
        """The sizes that a sample has."""
        return tuple(self.times if axis == self.batch else self.shape[axis] for axis in self.axes)

    def position(self, axis: int) -> int:
        """Return where a sample has an axis of the file, counted from 0. Errors: RefusedError for the batch."""
        axes = self.axes
        if axis not in axes:
            raise RefusedError("it works along the batch")
        return axes.index(axis)

    def axis(self, axis: int) -> int:
        """Return the same as our kinds count it: from 1, the batch being 0; a negative one counts from the end."""
        return self.position(self.normalized(axis)) + 1

    def normalized(self, axis: int) -> int:
        """Return an axis counted from the beginning. Errors: ModelError where there is none."""
        rank = len(self.shape)
        if not -rank <= axis < rank:
            raise ModelError(f"names axis {axis} of a tensor of {rank} axes")
        return axis % rank
