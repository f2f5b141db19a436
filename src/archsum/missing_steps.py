"""What to write where a layer takes the steps of a sequence, and one before it gives the last step alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from archsum.errors import Place, ShapeError, enumerate_words
from archsum.graph import Node
from archsum.layers.base import KeepingSteps, Layer
from archsum.layers.shapes import Shape
from archsum.summary import Computed, LayerSummary

_FARTHEST = 30
"""The layers that are looked back at for such a one."""

Above = Mapping[str, LayerSummary]
"""The layers further up, by their names, without the faulty ones."""

Compute = Callable[[Layer, tuple[Shape, ...]], Computed]
"""What a layer gives for the shapes of its inputs."""

Help = tuple[str, list[tuple[str, Place]]]
"""A cure, and notes."""


class _LeavesOut(NamedTuple):
    """A layer that leaves out steps, and as it would keep them."""

    summary: LayerSummary
    kept: KeepingSteps


def keep_steps(node: Node, inputs: tuple[Shape, ...], above: Above, compute: Compute) -> Help | None:
    """Return what keeps the steps that a node lacks, whose inputs do not fit; None where that is not what it lacks.

    It is tried: the node, and what is between, fit then.
    """
    if _fits(lambda: compute(node.layer, inputs)):
        return None  # something else is wrong with it
    found, between = _look_back(node, above)
    for chosen in (*([one] for one in found), found):
        trial = _Trial({one.summary.name: one.kept for one in chosen}, between, above, compute)
        if chosen and _fits(lambda trial=trial: compute(node.layer, trial.inputs(node, inputs))):  # type: ignore[misc]
            return _help(node, chosen)
    return None


def _fits(compute: Callable[[], Computed]) -> bool:
    try:
        compute()
    except ShapeError:
        return False
    return True


def _look_back(node: Node, above: Above) -> tuple[list[_LeavesOut], set[str]]:
    """Return the nearest layers before a node that leave out steps, and the names of those between."""
    found: list[_LeavesOut] = []
    between: set[str] = set()
    waiting = [*_sequences(node)]
    seen: set[str] = set()
    while waiting and len(seen) < _FARTHEST:
        name = waiting.pop(0)
        summary = above.get(name)
        if summary is None or name in seen:
            continue
        seen.add(name)
        if kept := summary.layer.keeping_steps:
            found.append(_LeavesOut(summary, kept))
        else:
            between.add(name)
            waiting += _sequences(summary.node)
    return found, between


def _sequences(node: Node) -> Sequence[str]:
    """Return what a node takes, without the states that it begins with."""
    return node.inputs[: len(node.inputs) - node.states]


class _Trial:
    """The shapes that there would be if some layers kept their steps."""

    def __init__(self, kept: Mapping[str, KeepingSteps], between: set[str], above: Above, compute: Compute) -> None:
        self._kept = kept
        self._between = between
        self._above = above
        self._compute = compute
        self._outputs: dict[str, Shape] = {}

    def inputs(self, node: Node, stated: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shapes of a node's inputs, which are otherwise as stated. Errors: ShapeError, as of any layer."""
        flowing = _sequences(node)
        return *map(self._output, flowing, stated), *stated[len(flowing) :]

    def _output(self, name: str, stated: Shape) -> Shape:
        if name not in self._kept and name not in self._between:
            return stated
        if name not in self._outputs:
            summary = self._above[name]
            if name in self._kept:
                layer, inputs = self._kept[name].layer, summary.input_shapes
            else:
                layer, inputs = summary.layer, self.inputs(summary.node, summary.input_shapes)
            self._outputs[name] = self._compute(layer, inputs).output
        return self._outputs[name]


def _help(node: Node, chosen: Sequence[_LeavesOut]) -> Help:
    first, written = chosen[0], f"{chosen[0].kept.field}: true"
    inside = f", in its `{first.kept.inside}`" if first.kept.inside else ""
    cure = f"write `{written}` in {enumerate_words(one.summary.name for one in chosen)}{inside}"
    innermost = next(iter(first.summary.node.uses), None)
    if innermost and innermost.repetitions and innermost.span in [use.span for use in node.uses]:
        formula = f"{first.kept.field}: =index < {innermost.repetitions - 1}"
        cure = f"{cure}, or `{formula}` where the last repetition gives its last step alone"
    notes = [(f"the last step alone comes from `{one.summary.name}` at", one.summary.span) for one in chosen]
    return cure, notes
