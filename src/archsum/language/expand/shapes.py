"""The shapes of a network while it is written out: formulas name sizes, and shortcuts depend on what changes them."""

from collections.abc import Mapping, Sequence

from archsum.errors import Span
from archsum.formula import BROKEN, Value
from archsum.graph import Node
from archsum.language.expand.scope import Outputs
from archsum.layers.axis import input_sizes
from archsum.layers.fields import INPUT_SIZES, DataFormat
from archsum.layers.shapes import Shape, may_equal
from archsum.propagate import Computations, Engine
from archsum.work import Work

LARGE_SIZE = 2**10 * 3**4 * 5**2 * 7 * 11
"""What an unknown size counts as, where it is asked whether layers change the shape.

Every window fits into it, and what divides sizes, such as strides, divides it without a rest: so layers change it where
they change all large sizes, and keep it where they divide a size and multiply it again by as much.
"""


class NetworkShapes:
    """The shapes of the inputs and of what the nodes give, which may grow in number."""

    def __init__(
        self,
        inputs: Mapping[str, Shape],
        data_format: DataFormat,
        nodes: Sequence[Node],
        input_places: Mapping[str, Span],
        computations: Computations,
        work: Work,
    ) -> None:
        self.engine = Engine(inputs, nodes, computations, work, input_places=input_places)
        self._engine_of_large_sizes = Engine(inputs, nodes, computations, work, unknown=LARGE_SIZE)
        self._data_format = data_format

    def sizes(self, taken: Outputs, wrappers: int = 0) -> dict[str, Value]:
        """Return the sizes of what a layer takes, or of the first of several, by the names that formulas use.

        With so many wrappers around it, it takes what is behind as many axes of steps.
        """
        shape = self.engine.shape(taken[0]) if taken else ()
        if shape is None:
            return dict.fromkeys(INPUT_SIZES, BROKEN)
        sizes = input_sizes(shape[wrappers:], self._data_format)
        return {name: size for name, size in sizes.items() if size is not None}

    def change(self, inputs: Outputs, outputs: Outputs) -> bool:
        """Whether layers change the shape; not where it cannot be told, as behind a faulty layer."""
        if len(inputs) != len(outputs):
            return True
        for engine in (self.engine, self._engine_of_large_sizes):
            before, after = (list(map(engine.shape, names)) for names in (inputs, outputs))
            pairs = zip(before, after, strict=True)
            if not all(one is None or other is None or may_equal(one, other) for one, other in pairs):
                return True
            if not any(shape is None or None in shape for shape in (*before, *after)):
                return False
        return False
