"""A network → a document with a line for each layer, in the network's order and by its names."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from archsum.graph import Node
from archsum.interchange.writing.alike import STATES
from archsum.interchange.writing.entries import Document, Entry
from archsum.interchange.writing.fields import Fields, cares, in_file
from archsum.interchange.writing.sharing import Share, Shares, shares_of, stated
from archsum.layers import kind_of
from archsum.layers.fields import NAME_LENGTH, NO_NAME_CHARACTERS
from archsum.summary import LayerSummary, Summary

_LONGEST_TITLE = 200
_AXES_OF_AN_IMAGE = 3


def flat(summary: Summary, fields: Fields) -> Document:
    """Return a document with a line for each layer."""
    names = _names(summary)
    shares = shares_of(summary.layers)
    labels = _labels(shares, names)
    layers: list[Entry] = []
    before: tuple[str, ...] = tuple(summary.inputs)
    for node in (layer.node for layer in summary.layers):
        shared = shares.get(node.name)
        layers.append(entry(node, fields, names, before, stated(shared, labels) if shared else None))
        before = (node.name,)
    document = head(summary, layers)
    document.input = {names[name]: list(shape) for name, shape in summary.inputs.items()}
    document.outputs = None if summary.outputs == before else [names[name] for name in summary.outputs]
    layers = layers or [Entry("identity", {"if": False})]  # a file has at least one
    document.layers = [Entry(one.kind, in_file(one, document.data_format)) for one in layers]
    return document


def _labels(shares: Shares, names: Mapping[str, str]) -> dict[Share, str]:
    """Return a label for all that is shared: the name of what has the weights, and of several of its own theirs too."""
    labels: dict[Share, str] = {}
    taken: set[str] = set()
    for mapping in shares.values():
        for share in mapping.values():
            if share not in labels:
                labels[share] = _free(
                    names[share.owner] if share.weight is None else f"{names[share.owner]}.{share.weight}", taken
                )
    return labels


def entry(node: Node, fields: Fields, names: Mapping[str, str], before: tuple[str, ...], shared: object) -> Entry:
    """Return a node as an entry, with its name in a file and those of what it takes where that is not `before`."""
    placed: dict[str, object] = {"name": names[node.name]}
    taken = node.inputs[: len(node.inputs) - node.states]
    if taken != before and (taken or node.layer.most_inputs != 0):
        called = [names[name] for name in taken]
        placed["inputs"] = called[0] if len(called) == 1 else called
    if shared is not None:
        placed["shared"] = shared
    own = fields.of(node.layer)
    states = {STATES: names[node.inputs[-1]]} if node.states else {}
    return Entry(kind_of(type(node.layer)), {**placed, **own, **states})


def head(summary: Summary, layers: Sequence[Entry]) -> Document:
    """Return a document without layers; its data format is that of most of the layers that have one, or imply it."""
    formats = Counter(one.fields.get("data_format", "channels_last") for one in layers if cares(one))
    implied = sum(map(_has_channels_last, summary.layers, layers))
    first = formats["channels_first"] > formats["channels_last"] + implied
    name = summary.name if 1 <= len(summary.name) <= _LONGEST_TITLE else None
    inputs = {name: list(shape) for name, shape in summary.inputs.items()}
    return Document(name, inputs, [], "channels_first" if first else "channels_last")


def _has_channels_last(layer: LayerSummary, written: Entry) -> bool:
    """Whether a layer, which needs no data format, says that an image's channels come last: it normalizes these."""
    is_image = bool(layer.input_shapes) and len(layer.input_shapes[0]) == _AXES_OF_AN_IMAGE
    return (
        is_image and written.kind == "layer_normalization" and written.fields.get("axis", -1) in (-1, _AXES_OF_AN_IMAGE)
    )


def _names(summary: Summary) -> dict[str, str]:
    """Return what the inputs and the nodes are called in a file, where a name has no `/`, and each is there once."""
    taken: set[str] = set()
    return {name: _free(name, taken) for name in (*summary.inputs, *(layer.name for layer in summary.layers))}


def _free(name: str, taken: set[str]) -> str:
    """Return a name, with a number where it is taken."""
    wanted = NO_NAME_CHARACTERS.sub(".", name)[-NAME_LENGTH:] or "layer"
    for candidate in _numbered(wanted):
        if candidate not in taken:
            taken.add(candidate)
            return candidate
    raise AssertionError


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        yield f"{name[: NAME_LENGTH - 1 - len(str(number))]}_{number}"
        number += 1
