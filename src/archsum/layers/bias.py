"""Tied and untied biases: how many there are, and why."""

from archsum.layers.arithmetic import Product, equation
from archsum.layers.base import Weight
from archsum.layers.fields import Bias
from archsum.layers.shapes import Shape, require_known


def bias_weights(bias: Bias, output: Shape, axes: tuple[str, ...], count: int, each: str) -> tuple[Weight, ...]:
    """Return the bias of a layer with `count` filters or units (`each`), whose output has `axes`.

    Errors: ShapeError for an untied bias where an axis of the output is unknown.
    """
    if bias == "tied":
        return (Weight("bias", (count,), (each,)),)
    if bias == "untied":
        shape = require_known(output, axes, "its untied bias, one for each output location", "write `bias: tied`")
        untied = len(shape) > 1
        return (Weight("bias", shape, axes, untied=untied, tied_size=count if untied else None),)
    return ()


def bias_note(bias: Bias, output: Shape, count: int, each: str) -> str:
    """Say what the bias is, and what the other kind of bias would be."""
    tied, untied = f"{count:,}", _untied(output)
    if len(output) == 1:
        same = "tied and untied are the same where there is one location"
        return f"one for each of the {each}; {same}" if bias else f"no bias; it would be {tied}"
    if bias == "tied":
        return f"one for each of the {each}; untied, one for each output location too: {untied}"
    if bias == "untied":
        return f"one for each of the {each} and each output location; tied it would be {tied}"
    return f"no bias; tied it would be {tied}, untied {untied}"


def _untied(output: Shape) -> str:
    size = Product(*output)
    return "unknown, as a size is" if size.value is None else equation(size)
