"""The derivation of a layer's numbers, as a text."""

import re
from collections.abc import Hashable, Iterable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from archsum.explanation import LayerExplanation
from archsum.layers.base import Step
from archsum.layers.shapes import Shape
from archsum.render.layout import wrap
from archsum.render.numbers import sizes
from archsum.summary import LayerSummary

_MARGIN = "  "
_MAX_LABEL = 24


class _Row(NamedTuple):
    label: str
    text: str
    note: str = ""


def render(layers: Iterable[LayerExplanation], width: int = 80) -> str:
    """Return a text: for each layer its label, formula and value, and below them what they mean."""
    derivations: dict[Hashable, str] = {}
    texts = []
    for explanation in layers:
        layer = explanation.layer
        key = layer.alike, layer.node.inputs if len(layer.input_shapes) > 1 else ()
        if key not in derivations:
            derivations[key] = _derivation(explanation, width)
        texts.append(f"{_heading(layer, width)}\n\n{derivations[key]}")
    return "\n\n".join(texts) or "There are no layers: what comes in goes out."


def _heading(layer: LayerSummary, width: int) -> str:
    lines = wrap(f"{layer.name} ({layer.type})  {layer.span.place}", width)
    for use in layer.node.uses:
        lines += wrap(f"{use.what} at {use.span.place}", width, len(_MARGIN))
    return "\n".join(lines)


def _derivation(explanation: LayerExplanation, width: int) -> str:
    layer = explanation.layer
    rows = [
        *_input_rows(layer),
        *_step_rows(explanation.output),
        _shape_row("output", layer.output_shape, "" if explanation.output else _unchanged(explanation)),
        *_step_rows(explanation.weights),
        *_step_rows(explanation.parameters),
        *_step_rows([explanation.macs, explanation.flops]),
    ]
    indent = min(max(len(row.label) for row in rows), _MAX_LABEL) + 2
    return "\n".join(line for row in rows for line in _lines(row, indent, width))


def _input_rows(layer: LayerSummary) -> Iterator[_Row]:
    several, outputs = len(layer.input_shapes) > 1, len(layer.input_shapes) - layer.node.states
    said = ["from"] * outputs + [f"the {state} of" for state in layer.layer.state_names[: layer.node.states]]
    for name, shape, what in zip(layer.node.inputs, layer.input_shapes, said, strict=True):
        yield _shape_row("input", shape, f"{what} `{name}`" if several else "")


def _shape_row(label: str, shape: Shape, note: str = "") -> _Row:
    notes = [note, "None is a size that is unknown" if None in shape else ""]
    return _Row(_MARGIN + label, sizes(shape), "; ".join(filter(None, notes)))


def _unchanged(explanation: LayerExplanation) -> str:
    layer = explanation.layer
    if set(layer.input_shapes) != {layer.output_shape}:
        return ""
    return "the input's shape" if len(layer.input_shapes) == 1 else "the inputs' shape"


def _step_rows(steps: Iterable[Step]) -> Iterator[_Row]:
    """Yield a row for each step; a note that the next step repeats is said once, after the last of them."""
    steps = list(steps)
    for step, following in zip_longest(steps, steps[1:]):
        repeated = following is not None and following.note == step.note
        yield _Row(_MARGIN + step.label, _equation(step), "" if repeated else step.note)


def _equation(step: Step) -> str:
    value = "unknown" if step.value is None else f"{step.value:,}"
    if step.formula in ("", "?", str(step.value)):
        return value
    # The numbers of a formula are plain; people read them with separators.
    formula = re.sub(r"\d+", lambda number: f"{int(number[0]):,}", step.formula)
    return f"{formula} = {value}"


def _lines(row: _Row, indent: int, width: int) -> Iterator[str]:
    if len(row.label) < indent:
        yield from wrap(row.text, width, indent, row.label)
    else:
        yield row.label
        yield from wrap(row.text, width, indent)
    yield from wrap(row.note, width, indent + 2)
