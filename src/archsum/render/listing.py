"""A network as a list of facts, one a line, for tools that compare lines, such as Git.

Nothing is aligned, and no name has a number that counts equal ones: what is changed, added or removed is a line for
itself, and no other line becomes another by it.
"""

from collections.abc import Iterator, Mapping

from archsum.comparison.facts import Catalogue
from archsum.comparison.parts import Part, tree
from archsum.graph import Path
from archsum.interchange.writing.entries import Entry
from archsum.interchange.writing.fields import Fields, cares, in_file
from archsum.interchange.writing.flat import head
from archsum.interchange.writing.scalars import scalar
from archsum.interchange.writing.text import flow
from archsum.language.network import Network
from archsum.layers import kind_of
from archsum.layers.fields import StrictModel
from archsum.layers.shapes import Shape
from archsum.render.numbers import count, sizes
from archsum.summary import LayerSummary, Summary

_ABOVE = "above"
"""What the layer in the line above gives."""


def render(network: Network, summary: Summary) -> str:
    """Return a network's inputs, layers and outputs, what its file says of budget and training, and its totals."""
    return "".join(f"{line}\n" for line in _lines(network, summary))


def _lines(network: Network, summary: Summary) -> Iterator[str]:
    names = _names(summary)
    for name, shape in summary.inputs.items():
        yield _fact(names[name], "InputLayer", shape, 0)
    fields = Fields()
    entries = [Entry(kind_of(type(layer.layer)), fields.of(layer.layer)) for layer in summary.layers]
    data_format = head(summary, entries).data_format
    before = next(reversed(summary.inputs), "")
    for layer, entry in zip(summary.layers, entries, strict=True):
        more = [*_stated(in_file(entry, data_format)), *_taken(layer, before, names), *_shared(layer, names)]
        yield _fact(names[layer.name], layer.type, layer.output_shape, layer.params, *more)
        before = layer.name
    if summary.outputs != (before,):
        yield from (_joined("output", names[name]) for name in summary.outputs)
    if any(map(cares, entries)):
        yield _joined("data_format", data_format)
    yield from _settings("training", network.training)
    yield from _settings("budget", network.budget)
    for name, device in network.devices.items():
        yield from _settings(f"device {scalar(name)}", device)
    yield _joined("layers", count(len(summary.layers)))
    yield _joined("parameters", count(summary.params))
    yield _joined("trainable", count(summary.trainable_params))
    yield _joined("MACs", count(summary.macs))


def _names(summary: Summary) -> dict[str, str]:
    """Return what inputs and layers are called here: layers by the blocks around them, without numbers."""
    names = {name: scalar(name) for name in summary.inputs}
    waiting: list[tuple[Part, Path]] = [(tree(summary, Catalogue(up_to_layout=False)), ())]
    while waiting:
        part, path = waiting.pop()
        if part.layer:
            names[part.layer.name] = scalar("/".join(path))
        waiting += ((child, (*path, child.label or child.kind)) for child in part.children)
    return names


def _fact(name: str, kind: str, shape: Shape, params: int | None, *more: str) -> str:
    return _joined(name, kind, sizes(shape), count(params), *more)


def _joined(*words: str) -> str:
    return "  ".join(words)


def _stated(fields: Mapping[str, object]) -> Iterator[str]:
    if fields:
        yield flow(fields)


def _taken(layer: LayerSummary, before: str, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what a layer takes, unless that is what the line above gives, whose name is left out in any case."""
    if layer.node.inputs != (before,):
        taken = [_ABOVE if name == before else names[name] for name in layer.node.inputs]
        yield f"takes {', '.join(taken) or 'nothing'}"


def _shared(layer: LayerSummary, names: Mapping[str, str]) -> Iterator[str]:
    owners = dict.fromkeys(names[shared.owner.node] for shared in layer.shared_weights.values())
    if owners:
        yield f"weights of {', '.join(owners)}"


def _settings(title: str, settings: StrictModel) -> Iterator[str]:
    """Yield a line for each thing that a file states; of blocks one for each of them."""
    for name, value in settings.model_dump(exclude_unset=True).items():
        several = value.items() if isinstance(value, dict) else [(None, value)]
        for key, one in several:
            yield _joined(title, name, *([scalar(key)] if key else []), flow(one))
