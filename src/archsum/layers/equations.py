"""Equations of a product: which axes are multiplied, which are added up, and what PyTorch copies for it."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from archsum.errors import FieldError, ShapeError, quote
from archsum.layers.axis import axis_name
from archsum.layers.shapes import Shape, show

_FORM = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")
_EXAMPLE = "write it as in `abc,cd->abd` or `...x,xy->...y`: the data's axes, the kernel's, and the output's"


class Equation(NamedTuple):
    """The names of the axes of data, kernel and output, and on which side of data and output there may be more."""

    data: Sequence[str]
    kernel: Sequence[str]
    output: Sequence[str]
    open_at: Literal["front", "end"] | None = None

    @classmethod
    def parse(cls, text: str) -> "Equation":
        """Errors: FieldError for what is none of Keras's forms, and for letters that it cannot place."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise FieldError(f"is {quote(text)}, which is not an equation of data and a kernel", _EXAMPLE)
        front, data, end, kernel, output_front, output, output_end = found.groups()
        if (front, end) != (output_front, output_end) or (front and end):
            raise FieldError("has `...` that are not once each, on the same side of data and output", _EXAMPLE)
        if end and len(data) == 1:
            message = "has data of one axis before its `...`, which is the batch, so that there is none to multiply"
            raise FieldError(message, "write `...` first, as in `...x,xy->...y`, or name another axis")
        for letters in (data, kernel, output):
            if len(set(letters)) < len(letters):
                raise FieldError(f"names an axis twice: {quote(letters)}", "give each axis a letter of its own")
        for what, letters, others in (("kernel", kernel, data + output), ("output", output, data + kernel)):
            for letter in letters:
                if letter not in others:
                    message = f"has an axis `{letter}` of the {what} that nothing else has"
                    raise FieldError(message, "each axis of kernel and output is one of two of data, kernel and output")
        return cls(data, kernel, output, "front" if front else "end" if end else None)

    def on(self, shape: Shape) -> "Equation":
        """Return the equation with a name for each axis of the input, the batch first.

        Errors: ShapeError where the input has more or fewer axes than the equation, or the batch does not stay first.
        """
        axes = len(shape) + 1
        more = axes - len(self.data)
        if more < 0 or (more and self.open_at is None):
            least = "at least " * (self.open_at is not None)
            raise ShapeError(
                f"has an equation for data of {least}{len(self.data)} axes with the batch, "
                f"and its input {show(shape)} has {axes}",
                "give each axis of the input a letter, the batch too, or write `...` for the first axes",
            )
        if self.open_at == "front":
            unnamed = tuple(map(axis_name, range(more)))
            data, output = (*unnamed, *self.data), (*unnamed, *self.output)
        else:
            unnamed = tuple(map(axis_name, range(axes - more, axes)))
            data, output = (*self.data, *unnamed), (*self.output, *unnamed)
        if data[0] != output[0] or data[0] in self.kernel:
            raise ShapeError(
                f"has an equation whose first axis of the data, `{data[0]}`, is the batch, and does not stay the first",
                "the batch is the first axis of data and output, and none of the kernel's: write it, or `...`",
            )
        return Equation(data, tuple(self.kernel), output)

    @property
    def added_up(self) -> tuple[str, ...]:
        """The axes of data and kernel that the output lacks, in PyTorch's order."""
        return tuple(sorted(name for name in self.data if name in self.kernel and name not in self.output))

    @property
    def left(self) -> tuple[str, ...]:
        """The data's axes without those that are added up first, as neither kernel nor output has them."""
        return tuple(name for name in self.data if name in self.kernel or name in self.output)

    def groups(self, factor: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the output's axes that both factors have, and those that the one has alone, data or kernel."""
        both = [name for name in self.output if name in self.data and name in self.kernel]
        return both, [name for name in self.output if name in factor and name not in both]

    def turns(self, factor: Sequence[str]) -> bool:
        """Whether PyTorch copies data or kernel in another order: as matrices they are no view of what they were."""
        return bool(self.added_up) and not _is_view((*self.groups(factor), self.added_up), factor)

    @property
    def turns_output(self) -> bool:
        """Whether the same is true of the output, and so of its gradient."""
        both, of_data = self.groups(self.data)
        _, of_kernel = self.groups(self.kernel)
        return bool(self.added_up) and not _is_view((both, of_data, of_kernel), self.output)

    @property
    def turns_kernel_back(self) -> bool:
        """Whether the kernel's gradient is made in another order than the kernel has, so that it is copied."""
        both, of_kernel = self.groups(self.kernel)
        return [*both, *self.added_up, *of_kernel] != list(self.kernel)


def _is_view(groups: Iterable[Sequence[str]], axes: Sequence[str]) -> bool:
    """Whether each group of axes is one axis of the same elements, seen otherwise: they are neighbours in order."""
    places = ([axes.index(name) for name in group] for group in groups)
    return all(second == first + 1 for group in places for first, second in pairwise(group))
