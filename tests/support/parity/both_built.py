"""The Keras model and the PyTorch model that are built of a network, compared with the same weights."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy
import torch

import archsum
from tests.support.parity.copied_weights import draw_weights


def inputs_of(model: Any, summary: archsum.Summary) -> Iterator[Any]:
    """Draw two samples of what a PyTorch model takes."""
    random = torch.Generator().manual_seed(0)
    said = model.input_shape
    words = {
        taken
        for layer in summary.layers
        for number, taken in enumerate(layer.node.inputs)
        if number in layer.layer.takes_numbers
    }
    for name, shape in zip(summary.inputs, said.values() if isinstance(said, dict) else [said], strict=True):
        if name in words:
            yield torch.randint(0, 4, (2, *shape), generator=random)
        else:
            yield torch.rand(2, *shape, generator=random) * 4


def difference(theirs: Any, ours: Any, inputs: Sequence[Any]) -> float:
    """Copy the weights of a Keras model, which are drawn anew, and return how far apart what both give is at most."""
    draw_weights(theirs)
    archsum.copy_weights(theirs, ours)
    given = [_as_keras(data, one.shape) for data, one in zip(inputs, theirs.inputs, strict=True)]
    expected = theirs(given if len(given) > 1 else given[0], training=False)
    with torch.no_grad():
        found = ours(*inputs)
    both = ([*each] if isinstance(each, tuple | list) else [each] for each in (expected, found))
    return max(_apart(numpy.asarray(one), other.numpy()) for one, other in zip(*both, strict=True))


def _as_keras(data: Any, shape: tuple[int | None, ...]) -> Any:
    """Return data as a Keras model takes them."""
    return (data if tuple(data.shape[1:]) == tuple(shape[1:]) else data.movedim(1, -1)).numpy()


def _apart(expected: Any, found: Any) -> float:
    """Return the largest difference of two outputs, of which PyTorch's may have the channels first."""
    moved = numpy.moveaxis(found, 1, -1) if found.ndim > 2 else found
    alike = [one for one in (found, moved) if one.shape == expected.shape]
    assert alike, f"{found.shape} for {expected.shape}"
    return float(min(abs(one - expected).max() for one in alike))
