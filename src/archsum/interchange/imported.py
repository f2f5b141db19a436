"""What a reader of another format makes of a file or a model, before it is checked."""

from collections.abc import Mapping
from typing import NamedTuple

from archsum.errors import Diagnostic
from archsum.graph import Graph
from archsum.language.read.settings import InputShape
from archsum.layers.shapes import Shape


class Options(NamedTuple):
    """What whoever asks for a network says of how it is read."""

    input: InputShape | None = None
    """Sizes of the input, or of several by name, in the place of those that the source says."""
    allow_unknown: bool = False
    """Whether layers are accepted whose weights cannot be known."""


class Expected(NamedTuple):
    """What the source itself says of a node; None is what it does not say."""

    output: Shape | None = None
    """Without the batch axis."""
    weights: tuple[Shape, ...] | None = None
    """The shapes of its own weights, in any order; of each the sizes in any order, as frameworks lay them out."""
    trainable_params: int | None = None


class Imported(NamedTuple):
    """A graph that has been read, and what the source says of its nodes, by their names."""

    graph: Graph
    expected: Mapping[str, Expected]
    characters: int
    """How long the source's description of it is: what it may take to compute is in proportion."""
    warnings: tuple[Diagnostic, ...] = ()
    blamed: tuple[Diagnostic, ...] = ()
    """What is wrong where the network does not fit together: sizes that were given in the place of the source's own."""
