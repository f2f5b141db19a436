"""Data formats: where networks differ in them, shapes and axes are compared up to the place of the channels."""

from collections.abc import Sequence
from typing import Any

from archsum.layers import kind_of
from archsum.layers.shapes import Shape
from archsum.summary import Summary

FORMAT = "data_format"
AXES = frozenset({"axis", "axes", "shared_axes", "attention_axes"})
"""Fields that are numbers of axes, of which the first behind the batch is 1."""
_SIZES = frozenset({"target_shape", "output_shape", "shape", "noise_shape", "dims"})
"""Fields that are lists with an item for each axis."""
FIELDS = AXES | _SIZES | {FORMAT}
"""The fields whose values depend on the data format."""


def data_format(summary: Summary) -> str | None:
    """Return the data format of all layers that have one, and no axis of their own; None where they differ.

    That of a `flatten` says nothing: what comes out has one axis. Nor does a `custom` layer's, which says what its
    formulas call the sizes.
    """
    layers = (layer.layer for layer in summary.layers if kind_of(type(layer.layer)) not in ("flatten", "custom"))
    formats = {getattr(layer, FORMAT, None) for layer in layers if not hasattr(layer, "axis")} - {None}
    return formats.pop() if len(formats) == 1 else None


class Layouts:
    """The data formats of two networks, as far as they differ."""

    def __init__(self, before: Summary, after: Summary) -> None:
        self.before, self.after = data_format(before), data_format(after)
        self.differ = self.before is not None and self.after is not None and self.before != self.after

    def same_shape(self, before: Shape, after: Shape) -> bool:
        """Whether two shapes are the same, wherever their channels are."""
        return before == after or (self.differ and self._moved(before, self.before) == self._moved(after, self.after))

    def same_field(self, name: str, before: Any, after: Any, axes: int) -> bool:
        """Whether two values of a field are the same, wherever the channels of data of so many `axes` are."""
        if before == after and type(before) is type(after):
            return True
        if not self.differ or name not in FIELDS:
            return False
        if name in AXES:
            return self._positions(before, axes, self.before) == self._positions(after, axes, self.after)
        if name in _SIZES and isinstance(before, list) and isinstance(after, list):
            return self.same_shape(tuple(before), tuple(after))
        return name == FORMAT

    @staticmethod
    def _moved(shape: Shape, layout: str | None) -> Shape:
        """Return a shape with its channels last."""
        return (*shape[1:], *shape[:1]) if layout == "channels_first" else shape

    @staticmethod
    def _positions(stated: Any, axes: int, layout: str | None) -> object:
        """Return axes as they are counted where the channels are last."""
        listed = stated if isinstance(stated, Sequence) else [stated]
        if not all(isinstance(axis, int) for axis in listed):
            return stated
        positions = [axis % (axes + 1) for axis in listed]
        if layout == "channels_first":
            positions = [axis and (axes if axis == 1 else axis - 1) for axis in positions]
        return sorted(positions)
