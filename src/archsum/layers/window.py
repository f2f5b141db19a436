"""Integer arithmetic of sliding windows, shared by convolution and pooling: one axis, its rule and its derivation."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, GetJsonSchemaHandler, field_validator

from archsum.bounds import MAX_SIZE
from archsum.errors import FieldError, ShapeError
from archsum.layers.arithmetic import Arithmetic, Ceiling, Difference, Floor, Sum
from archsum.layers.base import Kept, Step
from archsum.layers.fields import AT_LEAST_0, one_or_list
from archsum.layers.operators import Operator
from archsum.layers.shapes import Shape
from archsum.layers.spatial import Spatial

Sides = tuple[int, int]
"""Padding before and after an axis."""

_PAIR = {"type": "array", "items": AT_LEAST_0, "minItems": 2, "maxItems": 2}
SIDES_SCHEMA = one_or_list(AT_LEAST_0, {"anyOf": [AT_LEAST_0, _PAIR]})
"""The ways to write the sides of each axis, which `parse_padding` reads."""


@dataclass(frozen=True)
class SizeRule(ABC):
    """What a window makes of the size of one axis, and why. `padding` is Keras's word or the padding on both sides."""

    kernel: int
    stride: int = 1
    dilation: int = 1
    padding: str | Sides = "valid"

    @property
    def extent(self) -> int:
        """What the window covers, its holes included."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    @abstractmethod
    def sides_in_numbers(self) -> Sides:
        """The padding, as numbers, with which every size that goes in gives what it gives with the word."""

    @abstractmethod
    def output(self, size: int) -> Arithmetic:
        """Return the size that comes out; 0 or less where nothing would."""

    def output_size(self, size: int | None) -> int | None:
        """Return the size that comes out as a number, unknown where the one that goes in is."""
        return None if size is None else self.output(size).value

    @abstractmethod
    def note(self, size: int) -> str:
        """Explain the output in words."""

    @abstractmethod
    def misfit(self, size: int, axis: str) -> ShapeError:
        """Return the error for a size of which nothing would come out."""


@dataclass(frozen=True)
class Window(SizeRule):
    """A window that slides along one axis.

    Source: https://keras.io/api/layers/convolution_layers/convolution2d/ for the words;
    https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html for sides and `ceil`.
    """

    ceil: bool = False
    name: str = "kernel"
    """What the layer's fields call it."""

    @property
    def sides(self) -> Sides:
        """The stated padding; nothing where the padding is a word."""
        return (0, 0) if isinstance(self.padding, str) else self.padding

    @property
    def keeps_size(self) -> bool:
        """Whether the padding follows the size, so that only the stride changes it."""
        return self.padding in ("same", "causal")

    @property
    def sides_in_numbers(self) -> Sides:
        match self.padding:
            case "same":
                return halves(self.extent - 1)
            case "causal":
                return (self.extent - 1, 0)
        return self.sides

    def output(self, size: int) -> Arithmetic:
        """Return how many positions the window takes; 0 or less where it does not fit."""
        if self.keeps_size:
            return Ceiling(size, self.stride)
        positions = Sum(self._steps(size), 1)
        return Difference(positions, 1) if self._last_begins_behind(size) else positions

    def _steps(self, size: int) -> Arithmetic:
        """Return how many steps there are from the window's first position."""
        padded = Sum(size, *self.sides) if any(self.sides) else size
        return (Ceiling if self.ceil else Floor)(Difference(padded, self.extent), self.stride)

    def _last_begins_behind(self, size: int) -> bool:
        """Whether the window that `ceil` adds would begin behind the data: then it is left out."""
        steps = self._steps(size).value if self.ceil else None
        return steps is not None and steps * self.stride >= size + self.sides[0]

    def hangs_over(self, size: int | None) -> bool:
        """Whether the last window hangs over the end, which `ceil` allows."""
        return self.output_size(size) != replace(self, ceil=False).output_size(size)

    def note(self, size: int) -> str:
        if self.keeps_size:
            return f"{self.padding} padding: only the stride changes the size"
        padded = "size + padding" if any(self.sides) else "size"
        rounded = ", rounded up by `ceil_mode`" if self.ceil else ""
        notes = [f"({padded} − {self.name}) / stride{rounded}", "+ 1 for the window's first position"]
        if self._last_begins_behind(size):
            notes.append("− 1 as the last would begin behind the data")
        if self.dilation > 1:
            notes.append(f"the dilated {self.name} is {self.dilation} × ({self.kernel} − 1) + 1 = {self.extent} wide")
        return "; ".join(notes)

    def misfit(self, size: int, axis: str) -> ShapeError:
        """Return an error: the window is larger than what it slides over."""
        padded = f"{size} + {sum(self.sides)} of padding" if any(self.sides) else f"{size}"
        return ShapeError(
            f"has a window of {axis} {self.extent}, larger than its input's {axis} ({padded})",
            "take a smaller window, `padding: same`, or a larger input",
        )


def parse_padding(value: Any, rank: int, words: tuple[str, ...]) -> str | tuple[Sides, ...]:
    """Bring the ways to write a padding into two: one of `words`, which are Keras's, or (before, after) for each axis.

    An integer is for every side, as in PyTorch; a list has an integer, or a pair [before, after], for each axis;
    where there is one axis, the list may be its pair.

    Errors: FieldError for anything else.
    """
    if isinstance(value, str) and value in words:
        return value
    items = list(value) if isinstance(value, list | tuple) else [value] * rank
    if rank == 1 and len(items) == 2:
        items = [items]
    pairs = [tuple(item) if isinstance(item, list | tuple) else (item, item) for item in items]
    numbers = [number for pair in pairs for number in pair]
    if (
        len(pairs) != rank
        or any(len(pair) != 2 for pair in pairs)
        or any(type(number) is not int or not 0 <= number <= MAX_SIZE for number in numbers)
    ):
        per_axis = {1: "[before, after]", 2: "[height, width] or [[top, bottom], [left, right]]"}
        many = per_axis.get(rank, "a number or a pair [before, after] for each axis")
        message = f"takes {', '.join([*words, 'a number for every side'])}, or {many}"
        cure = f"write one of them, such as `{words[0] if words else 1}`"
        if value == "same" and words:
            cure = "a number for every side keeps the size: under a kernel of 3 write `1`, under one of 5 `2`"
        raise FieldError(message, cure, words=words)
    return tuple(pairs)


def halves(whole: int) -> Sides:
    """Return what is before and after an axis of what is on both sides together."""
    return whole // 2, whole - whole // 2


def write_padding(sides: Iterable[Sides]) -> str:
    """Write the sides of each axis as `parse_padding` reads them, as short as can be."""
    pairs = tuple(sides)
    if any(before != after for before, after in pairs):
        return str([list(pair) for pair in pairs] if len(pairs) > 1 else list(pairs[0]))
    return write_per_axis(before for before, _ in pairs)


def write_per_axis(numbers: Iterable[int]) -> str:
    """Write a number for each axis: one where they are the same."""
    listed = list(numbers)
    return str(listed if len(set(listed)) > 1 else listed[0])


def _same_padding(size: int, window: SizeRule) -> int:
    """Return how much Keras's `same` adds to the size of an axis."""
    return max((-(-size // window.stride) - 1) * window.stride + window.extent - size, 0)


def _is_same(size: int | None, sides: Sides, window: SizeRule) -> bool:
    """Whether the sides of an axis are those that Keras's `same` gives it."""
    if size is None:
        return False
    return sides == halves(_same_padding(size, window))


def _evenly_padded(size: int | None, padding: str | Sides, window: SizeRule) -> int | None:
    """Return the size that an axis has once one side is padded by what it has more than the other."""
    if size is None or padding == "valid":
        return size
    if padding == "same":
        return size + _same_padding(size, window) % 2
    before, after = (window.extent - 1, 0) if isinstance(padding, str) else padding
    return size + abs(before - after)


class Sliding(Spatial):
    """What convolution and pooling share: a window that slides, and the padding it sees."""

    padding_words: ClassVar[tuple[str, ...]] = ("valid", "same")

    padding: Annotated[str | tuple[Sides, ...], SIDES_SCHEMA] = Field(
        "valid",
        description="Keras's word, or the padding itself, as in PyTorch: an integer, or one or a pair for each axis.",
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Add the words to what `padding` takes."""
        found = handler(schema)
        padding = handler.resolve_ref_schema(found)["properties"]["padding"]
        padding["anyOf"] = [{"enum": [*cls.padding_words]}, *padding["anyOf"]]
        return found

    @field_validator("padding", mode="before")
    @classmethod
    def _parse_padding(cls, value: Any) -> str | tuple[Sides, ...]:
        return parse_padding(value, cls.rank, cls.padding_words)

    @property
    def paddings(self) -> tuple[str | Sides, ...]:
        """The padding of each axis."""
        return (self.padding,) * self.rank if isinstance(self.padding, str) else self.padding

    @property
    def dilations(self) -> tuple[int, ...]:
        """The distance between the window's elements along each axis."""
        return (1,) * self.rank

    @cached_property
    def windows(self) -> tuple[SizeRule, ...]:
        """The window of each axis."""
        raise NotImplementedError

    @cached_property
    def _slid(self) -> dict[Shape, Shape]:
        """What `slide` has given, by what it was given: it is asked for the same several times."""
        return {}

    def slide(self, spatial: Shape) -> Shape:
        """Return the size that comes out along each axis: how many positions its window takes.

        Errors: ShapeError where a window does not fit.
        """
        if spatial not in self._slid:
            self._slid[spatial] = tuple(self._slide(spatial))
        return self._slid[spatial]

    def _slide(self, spatial: Shape) -> Iterator[int | None]:
        for window, size, axis in zip(self.windows, spatial, self.axes, strict=True):
            output = window.output_size(size)
            if size is not None and output is not None and output <= 0:
                raise window.misfit(size, axis)
            yield output

    def with_zeros(self, zeros: tuple[Sides, ...]) -> Self | None:
        """Return the layer with so much padding more, where its own is stated in numbers, or is nothing."""
        if isinstance(self.padding, str) and self.padding != "valid":
            return None
        own = ((0, 0),) * self.rank if isinstance(self.padding, str) else self.padding
        padding = tuple((one[0] + more[0], one[1] + more[1]) for one, more in zip(own, zeros, strict=True))
        return self.model_copy(update={"padding": padding})

    def padding_operators(self, shape: Shape) -> tuple[Operator, ...]:
        """Return what pads the data on a microcontroller, where kernels know `valid` and `same` alone."""
        spatial, channels = self.parts(shape)
        if self.padding in ("valid", "same"):
            return ()
        windows = self.windows
        before_all = tuple((window.extent - 1, 0) for window in windows)
        sides = before_all if isinstance(self.padding, str) else self.padding
        if not any(map(any, sides)) or all(map(_is_same, spatial, sides, windows)):
            return ()
        padded = (None if size is None else size + sum(around) for size, around in zip(spatial, sides, strict=True))
        return (Operator(self.join(tuple(padded), channels)),)

    def padded_as_same(self, spatial: Shape) -> Shape:
        """Return the sizes that Keras's `same` makes of those that go in."""
        return tuple(
            None if size is None else size + _same_padding(size, window)
            for size, window in zip(spatial, self.windows, strict=True)
        )

    def padded(self, shape: Shape) -> tuple[Shape, ...]:
        """Return the shape of the copy that PyTorch pads first where sides are padded unevenly; none elsewhere."""
        spatial, channels = self.parts(shape)
        padded = tuple(map(_evenly_padded, spatial, self.paddings, self.windows))
        return () if padded == spatial else (self.join(padded, channels),)

    def kept_input(self, shape: Shape) -> Kept:
        """Keep the input, or the padded copy of it."""
        return next((Kept("padded_input", shape=padded, operation=1) for padded in self.padded(shape)), Kept("input"))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        spatial, _ = self.parts(*inputs)
        for window, size, axis in zip(self.windows, spatial, self.axes, strict=True):
            if size is None:
                yield Step.of(axis, None, f"the input's {axis} is unknown")
            else:
                yield Step.of(axis, window.output(size), window.note(size))
