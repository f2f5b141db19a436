"""An input beside layers and blocks: what the figures of a summary are of."""

from collections.abc import Iterator

from archsum.folding import BlockSummary
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape
from archsum.summary import LayerSummary, Summary


class Input:
    """An input as a row of the table, as in Keras. It is data: no weights, no neurons, no operations."""

    type = "InputLayer"
    weights: tuple[Weight, ...] = ()
    params = trainable_params = bias_params = weight_memory = macs = flops = neurons = connections = 0
    shared_with = None

    def __init__(self, name: str, output_shape: Shape) -> None:
        self.name = name
        self.output_shape = output_shape


Figures = Input | LayerSummary | BlockSummary


def figures(summary: Summary) -> Iterator[Figures]:
    """Return the inputs, then the layers."""
    for name, shape in summary.inputs.items():
        yield Input(name, shape)
    yield from summary.layers
