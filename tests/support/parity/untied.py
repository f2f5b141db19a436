"""Untied biases, which neither framework's layers have: how to draw them, and what is added to what a layer gives."""

from typing import Any

from hypothesis import strategies as st

from archsum.layers.shapes import Shape
from tests.support.parity.cases import Strategy

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""What files call the axes beside the channels, by how many there are."""


def untied_biases(rank: int) -> Strategy:
    """Draw a bias that is untied along all axes, or along some."""
    return st.just("untied") | st.lists(st.sampled_from(AXES[rank]), min_size=1, unique=True).map(
        lambda axes: {"untied": axes}
    )


def is_untied(bias: Any) -> bool:
    """Whether a bias is untied along any axis."""
    return bias == "untied" or isinstance(bias, dict)


def added_to(output: Shape, bias: Any, data_format: str = "channels_last") -> Shape:
    """Return the shape of what is added to an output, which repeats it along the axes along which it is tied."""
    sizes = list(output)
    names = [*AXES[len(output) - 1]]
    names.insert(0 if data_format == "channels_first" else len(names), "channels")
    for position, name in enumerate(names):
        if name != "channels" and isinstance(bias, dict) and name not in bias["untied"]:
            sizes[position] = 1
    return tuple(sizes)
