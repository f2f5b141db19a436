"""What of a tensor is the batch, and what is each sample's: two runs with batches of different sizes tell."""

from typing import NamedTuple

from archsum.interchange.torch.tracing import Trace
from archsum.interchange.torch.values import Value

FIRST, SECOND = 2, 3
"""The samples of the two runs: at least two, as batch normalization in training takes no fewer."""


class NotUnderstoodError(Exception):
    """A call is none that we have a layer for; the message reads on from what it is. `macs` are known sometimes."""

    def __init__(self, message: str, macs: int | None = None) -> None:
        super().__init__(message)
        self.macs = macs


class Layout(NamedTuple):
    """The shape of a tensor for one sample, and where the batch is among its axes in PyTorch."""

    shape: tuple[int, ...]
    batch: int | None
    """The axis with the batch; None where the tensor does not depend on the batch's size."""
    is_merged: bool = False
    """Whether that axis has something of each sample too, as windows of an image, and so is one of the sample's."""

    @property
    def dropped(self) -> int | None:
        """The axis in PyTorch that a sample does not have."""
        return None if self.is_merged else self.batch

    @property
    def rank(self) -> int:
        """The number of axes in PyTorch."""
        return len(self.shape) + (self.dropped is not None)

    def axis(self, dim: int) -> int:
        """Return the number of an axis of PyTorch's for a sample, counted from 1.

        Errors: NotUnderstoodError for the axis of the batch.
        """
        dim %= max(self.rank, 1)
        if dim == self.dropped:
            raise NotUnderstoodError("works along the batch")
        return dim + 1 - (self.dropped is not None and self.dropped < dim)


class Layouts:
    """The layouts of all tensors of two runs that made the same calls; asked for by those of the first."""

    def __init__(self, second: Trace) -> None:
        self._shapes = [value.shape for value in second.values]
        self._known: dict[Value, Layout] = {}

    def __getitem__(self, value: Value) -> Layout:
        """Return a tensor's layout. Errors: NotUnderstoodError where it is not as large as the batch is."""
        if value not in self._known:
            self._known[value] = _layout(value.shape, self._shapes[value.number])
        return self._known[value]


def _layout(first: tuple[int, ...], second: tuple[int, ...]) -> Layout:
    if len(first) != len(second):
        raise NotUnderstoodError("has as many axes as the batch decides")
    different = [axis for axis, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    if not different:
        return Layout(first, None)
    (axis, *others) = different
    each, rest = divmod(first[axis], FIRST)
    if others or rest or second[axis] != SECOND * each:
        raise NotUnderstoodError("puts samples of the batch together")
    if each == 1:
        return Layout((*first[:axis], *first[axis + 1 :]), axis)
    return Layout((*first[:axis], each, *first[axis + 1 :]), axis, is_merged=True)
