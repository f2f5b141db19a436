"""The derivation of a layer's numbers, as a text."""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from archsum.errors import one_line
from archsum.explanation import LayerExplanation, TotalExplanation
from archsum.layers.base import Step
from archsum.layers.shapes import Shape
from archsum.render.layout import wrap
from archsum.render.numbers import quantity, sizes
from archsum.summary import LayerSummary

_MARGIN = "  "
_MAX_LABEL = 24
_MAX_NAMED = 6


class Row(NamedTuple):
    """A line of a derivation: what is derived, how, and why; without a label it is another form of the one before."""

    label: str
    text: str
    note: str = ""


def render(layers: Sequence[LayerExplanation], width: int = 80, totals: Iterable[TotalExplanation] = ()) -> str:
    """Return a text: for each layer its label, formula and value, and below them what they mean; then the totals.

    Layers that are equal but for their names, and for what they take, are derived once.
    """
    alike: dict[Hashable, list[LayerExplanation]] = {}
    for explanation in layers:
        alike.setdefault((explanation.layer.alike, len(explanation.layer.input_shapes)), []).append(explanation)
    texts = []
    for first, *others in alike.values():
        heading = _heading(first.layer, width)
        names = _alike([other.layer.name for other in others], width)
        texts.append("\n".join([*heading, *names, "", *_table(rows_of_layer(first), width)]))
    texts += ["\n".join(_total(total, width)) for total in totals]
    return "\n\n".join(texts) or "There are no layers: what comes in goes out."


def _heading(layer: LayerSummary, width: int) -> list[str]:
    lines = wrap(f"{layer.name} ({layer.type})  {layer.span.place}", width)
    for use in layer.node.uses:
        lines += wrap(f"{use.what} at {use.span.place}", width, len(_MARGIN))
    return lines


def _alike(names: Sequence[str], width: int) -> list[str]:
    """Return how many others are equal, and what the first of them are called."""
    if not names:
        return []
    hidden = len(names) - _MAX_NAMED
    listed = ", ".join(map(one_line, names[:_MAX_NAMED])) + (f" and {hidden:,} more" if hidden > 0 else "")
    return wrap(f"and {len(names):,} more alike: {listed}", width, len(_MARGIN))


def _total(total: TotalExplanation, width: int) -> Iterator[str]:
    """Yield the sums of a block, or of the network."""
    kind = f" ({total.kind})" if total.kind else ""
    yield from wrap(f"{one_line(total.name)}{kind}: {quantity(total.layers, 'layer')} together", width)
    yield from _alike(total.alike, width)
    yield ""
    yield from _table(rows_of_total(total), width)


def rows_of_total(total: TotalExplanation) -> list[Row]:
    """Return the derivation of what a block, or the network, has in all."""
    return list(_step_rows(total.steps))


def rows_of_layer(explanation: LayerExplanation) -> list[Row]:
    """Return a layer's derivation."""
    layer = explanation.layer
    return [
        *_input_rows(layer),
        *_step_rows(explanation.output),
        _shape_row("output", layer.output_shape, "" if explanation.output else _unchanged(explanation)),
        *_step_rows(explanation.weights),
        *_step_rows(explanation.parameters),
        *_step_rows([explanation.macs, explanation.flops]),
    ]


def _table(rows: list[Row], width: int) -> Iterator[str]:
    rows = [row._replace(label=_MARGIN + row.label) for row in rows]
    indent = min(max(len(row.label) for row in rows), _MAX_LABEL) + 2
    for row in rows:
        yield from _lines(row, indent, width)


def _input_rows(layer: LayerSummary) -> Iterator[Row]:
    several, outputs = len(layer.input_shapes) > 1, len(layer.input_shapes) - layer.node.states
    said = ["from"] * outputs + [f"the {state} of" for state in layer.layer.state_names[: layer.node.states]]
    for name, shape, what in zip(layer.node.inputs, layer.input_shapes, said, strict=True):
        yield _shape_row("input", shape, f"{what} `{name}`" if several else "")


def _shape_row(label: str, shape: Shape, note: str = "") -> Row:
    notes = [note, "None is a size that is unknown" if None in shape else ""]
    return Row(label, sizes(shape), "; ".join(filter(None, notes)))


def _unchanged(explanation: LayerExplanation) -> str:
    layer = explanation.layer
    if set(layer.input_shapes) != {layer.output_shape}:
        return ""
    return "the input's shape" if len(layer.input_shapes) == 1 else "the inputs' shape"


def _step_rows(steps: Iterable[Step]) -> Iterator[Row]:
    """Yield a row for each step; a note that the next step repeats is said once, after the last of them."""
    steps = list(steps)
    for step, following in zip_longest(steps, steps[1:]):
        repeated = following is not None and following.note == step.note
        yield Row(step.label, _equation(step), "" if repeated else step.note)


def _equation(step: Step) -> str:
    value = "unknown" if step.value is None else f"{step.value:,}"
    if step.formula in ("", "?", str(step.value)):
        return value
    # The numbers of a formula are plain; people read them with separators.
    formula = re.sub(r"\d+", lambda number: f"{int(number[0]):,}", step.formula)
    return f"{formula} = {value}"


def _lines(row: Row, indent: int, width: int) -> Iterator[str]:
    if len(row.label) < indent:
        yield from wrap(row.text, width, indent, row.label)
    else:
        yield row.label
        yield from wrap(row.text, width, indent)
    yield from wrap(row.note, width, indent + 2)
