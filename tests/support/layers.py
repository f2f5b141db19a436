"""Layers as a file would state them, and what they say of inputs that do not fit."""

from typing import Any

import pytest

from archsum.errors import ShapeError
from archsum.layers import layer_class
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape


def layer(kind: str, **fields: Any) -> Layer:
    """Return a layer of a kind."""
    return layer_class(kind).model_validate(fields)


def note_of_biases(layer: Layer, *shapes: Shape) -> str:
    """Return what a layer explains of its biases."""
    biases = layer.biases(*shapes)
    assert biases is not None
    return biases.note


def complaint(kind: str, *shapes: Shape, **fields: Any) -> tuple[str, str | None]:
    """Return the message and the help with which a layer refuses to compute its output's shape."""
    with pytest.raises(ShapeError) as error:
        layer(kind, **fields).output_shape(*shapes)
    return error.value.message, error.value.cure
