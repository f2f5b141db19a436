"""What the tests of the language share: files written out."""

import io
from typing import Any

import pytest

from archsum import SpecError, load
from archsum.graph import Graph, Node


def expand(text: str, **overrides: Any) -> Graph:
    """Return the graph that a file stands for."""
    return load(io.StringIO(text), **overrides).graph


def nodes(text: str, **overrides: Any) -> dict[str, Node]:
    """Return a file's layers, written out, by their names."""
    return {node.name: node for node in expand(text, **overrides).nodes}


def connections(text: str, **overrides: Any) -> dict[str, tuple[str, ...]]:
    """Return what each layer takes."""
    return {name: node.inputs for name, node in nodes(text, **overrides).items()}


def field(text: str, name: str) -> list[Any]:
    """Return a field of the layers that have it, in order."""
    return [getattr(node.layer, name) for node in expand(text).nodes if name in type(node.layer).model_fields]


def error(text: str) -> str:
    """Return what is said of a file with one error."""
    with pytest.raises(SpecError) as caught:
        load(io.StringIO(text))
    (diagnostic,) = caught.value.diagnostics
    return diagnostic.message
