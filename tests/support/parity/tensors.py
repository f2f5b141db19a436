"""The weights of a network in one notation, whoever built it, what their layers give, and how two networks differ."""

from collections.abc import Iterable
from typing import NamedTuple

from archsum import Summary
from archsum.layers.shapes import known


class Tensor(NamedTuple):
    """A weight by Keras's names and in Keras's order of axes; kernels and biases of every layer are called just that.

    A kernel is (*window, input channels of a group, filters), a depthwise one too. The heads of an attention are one
    axis with their sizes. `output` is what the layer gives, as `sizes` writes it.
    """

    role: str
    shape: tuple[int, ...]
    output: tuple[int, ...]
    trainable: bool

    def __str__(self) -> str:
        where = f" for an output of {self.output}" if self.output else ""
        return f"{self.role} {self.shape}{where}{'' if self.trainable else ', not trained'}"


Tensors = dict[Tensor, list[str]]
"""The tensors of a network, each with the names of the layers that have one."""

LEARNED_DATA = {"Parameter", "LayerScale", "RelativePositionBias"}
"""Layers that are a mere tensor, which PyTorch's models keep without a layer: only elements and sizes are compared."""


def sizes(shape: Iterable[int]) -> tuple[int, ...]:
    """Write an output in any data format, and whether it keeps its axes of size 1 or not."""
    return tuple(sorted(size for size in shape if size > 1))


def learned_data(shape: Iterable[int], *, trainable: bool) -> Tensor:
    """Write a tensor that is no layer's: axes of size 1 only say how it meets the data."""
    return Tensor("parameter", tuple(size for size in shape if size > 1), (), trainable)


def keras_tensor(kind: str, name: str, shape: tuple[int, ...], output: Iterable[int], *, trainable: bool) -> Tensor:
    """Write a weight of one of Keras's layers, or of ours, which have the same names."""
    if kind in LEARNED_DATA:
        return learned_data(shape, trainable=trainable)
    role = next((role for role in ("kernel", "bias") if name.endswith(role)), name)
    if name == "depthwise_kernel" or (kind.startswith("Depthwise") and role == "kernel"):
        *window, channels, multiplier = shape
        shape = (*window, 1, channels * multiplier)
    if name == "attention_output/kernel":
        heads, size, features = shape
        shape = (heads * size, features)
    elif name.startswith(("query/", "key/", "value/")):
        *features_in, heads, size = shape
        shape = (*features_in, heads * size)
    return Tensor(role, shape, sizes(output), trainable)


def of_summary(summary: Summary) -> Tensors:
    """Collect the tensors of a file's network."""
    tensors: Tensors = {}
    for layer in summary.layers:
        output = [size or 0 for size in layer.output_shape]
        for weight in layer.weights:
            trainable = weight.trainable and layer.layer.trainable
            shape = tuple(map(known, weight.shape))
            tensor = keras_tensor(layer.type, weight.name, shape, output, trainable=trainable)
            tensors.setdefault(tensor, []).append("/".join(layer.node.path))
    return tensors


MOST_PLACES = 4


def difference(ours: Tensors, theirs: Tensors) -> str:
    """List the tensors that one has more often than the other, and where; nothing where the networks are equal."""
    return "\n".join(
        f"{tensor}: file {_places(ours.get(tensor, []))}, model {_places(theirs.get(tensor, []))}"
        for tensor in sorted({*ours, *theirs})
        if len(ours.get(tensor, [])) != len(theirs.get(tensor, []))
    )


def _places(names: list[str]) -> str:
    if not names:
        return "0"
    shown = names[:MOST_PLACES] + ["…"] * (len(names) > MOST_PLACES)
    return f"{len(names)} ({', '.join(shown)})"
