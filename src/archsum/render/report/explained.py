"""The derivations behind the numbers: of equal layers, and of equal blocks, one."""

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from archsum.explanation import TotalExplanation, explain_layer, explain_totals
from archsum.render.explanation import Row, rows_of_layer, rows_of_total
from archsum.render.layout import cut
from archsum.render.numbers import quantity, sizes
from archsum.summary import LayerSummary, Summary

_MOST = 400
"""As many different layers, and as many blocks, are explained."""
_MOST_ROWS = 60
_MOST_NAMED = 3


class Explained(NamedTuple):
    """A derivation; `id` is by what the page finds it."""

    id: str
    title: str
    type: str
    where: str
    """Its place in the file, or of a block how many layers it has."""
    alike: str
    """How many others are equal, and what the first of them are called."""
    rows: Sequence[Row]
    more: Sequence[str]


class Derivations:
    """Those of a network, and what they are of."""

    def __init__(self, summary: Summary, prefix: str, *, totals: bool = True) -> None:
        """Of two networks, each has another `prefix`; without the `totals` it is quick for very large ones too."""
        self.all: list[Explained] = []
        self.whole = ""
        """The id of that of the network's totals, which of a single layer are its own; empty where there is none."""
        self.memory = f"{prefix}-memory"
        """The id of what derives the network's memory."""
        self._prefix = prefix
        self._ids: dict[str, str] = {}
        self._add_layers(summary.layers)
        if totals:
            self._add_totals(explain_totals(summary))

    def of(self, name: str) -> str:
        """Return the id of that of a layer or a block; empty where it has none."""
        return self._ids.get(name, "")

    def _add_layers(self, layers: Sequence[LayerSummary]) -> None:
        alike: dict[Hashable, list[LayerSummary]] = {}
        for layer in layers:
            alike.setdefault((layer.alike, len(layer.input_shapes)), []).append(layer)
        for first, *others in list(alike.values())[:_MOST]:
            rows = [*rows_of_layer(explain_layer(first)), Row("kept", _kept(first))]
            self._add(first.name, first.type, first.span.place, [layer.name for layer in others], rows)

    def _add_totals(self, totals: Sequence[TotalExplanation]) -> None:
        if not totals:
            self.whole = self.all[0].id if self.all else ""
            return
        *blocks, network = totals
        for total in blocks[:_MOST]:
            self._add(total.name, total.kind, _together(total), total.alike, rows_of_total(total))
        self.whole = self._add("", "", _together(network), (), rows_of_total(network))

    def _add(self, name: str, type_: str, where: str, others: Sequence[str], rows: Sequence[Row]) -> str:
        id_ = f"{self._prefix}{len(self.all)}"
        self._ids |= dict.fromkeys((name, *others), id_)
        shown, more = cut(rows, _MOST_ROWS, "line")
        self.all.append(Explained(id_, name, type_, where, "".join(_alike(others)), shown, more))
        return id_


def _kept(layer: LayerSummary) -> str:
    """Return which tensors training keeps of each sample for the backward pass."""
    kept = layer.computed.kept
    if kept is None:
        return "unknown"
    own = {"input": layer.input_shapes, "output": (layer.output_shape,)}
    shapes = (own.get(tensor.name, (tensor.shape,) * (tensor.number + 1))[tensor.number] for tensor in kept)
    named = (f"{tensor.name} {sizes(shape)}" for tensor, shape in zip(kept, shapes, strict=True))
    return ", ".join(named) or "nothing"


def _together(total: TotalExplanation) -> str:
    return f"{quantity(total.layers, 'layer')} together"


def _alike(names: Sequence[str]) -> Iterator[str]:
    if names:
        hidden = len(names) - _MOST_NAMED
        yield f"and {len(names):,} more alike: {', '.join(names[:_MOST_NAMED])}"
        yield f" and {hidden:,} more" if hidden > 0 else ""
