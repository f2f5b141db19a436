"""A configuration → the model that it describes, of Keras 3 or 2."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from archsum.bounds import MAX_NESTING
from archsum.errors import quote
from archsum.interchange.keras.items import BadItemError, Item
from archsum.interchange.keras.nodes import read_call, read_tensors
from archsum.interchange.keras.structure import Call, Entry, Model, Ref, tensors
from archsum.layers.shapes import Shape

_KERAS = ("keras.", "tf_keras.", "tensorflow.python.keras.", "tensorflow.keras.")
INPUT = "InputLayer"


def is_keras(module: str, registered: str, name: str) -> bool:
    """Whether a class is Keras's own, and no other of the same name; Keras 2 wrote no modules."""
    if not module:
        return not registered
    return (module == "keras" or module.startswith(_KERAS)) and registered in ("", name)


class _Head(NamedTuple):
    """What a layer is, without what it is made of."""

    name: str
    type: str
    module: str
    registered: str
    config: Item


def read_model(item: Item, live: Any = None) -> Model:
    """Read the model of a whole configuration. Errors: BadItemError."""
    head = _read_head(item)
    model = _read_network(head, live, {}, 0)
    if model is None:
        cure = "models of layers can be read: Sequential, and Model(inputs, outputs)"
        raise BadItemError("no-graph", f"{quote(head.type)} has no `layers`", head.config.within, cure)
    _add_live_outputs(model, live)
    return model


def _read_head(item: Item) -> _Head:
    stated = item.mapping()
    kind = item["class_name"].text()
    module, registered = item.text_of("module"), item.text_of("registered_name")
    # Early versions of Keras 2 write the layers alone of a Sequential.
    is_list = type(stated.get("config")) is list
    config = Item({"layers": stated["config"]}, item.within) if is_list else item["config"]
    if ">" in kind:  # Keras 2 has the registered name here
        registered = kind
    name = item.text_of("name") or config.text_of("name") or kind.lower()
    return _Head(name, kind, module, registered, config)


def _read_network(head: _Head, live: Any, shared: dict[object, Entry], depth: int) -> Model | None:
    """Read a model; None where it is a layer."""
    config = head.config
    if type(config.mapping().get("layers")) is not list:
        return None
    is_graph = "input_layers" in config.value and "output_layers" in config.value
    if not is_graph and head.type != "Sequential":
        return None
    if depth > MAX_NESTING:
        raise BadItemError("too-deep", "models are nested too deep", config.within)
    trainable = config.mapping().get("trainable", True) is not False
    entries: dict[str, Entry] = {}
    items = config["layers"].items()
    nodes: dict[str, list[Item]] = {}
    living = {layer.name: layer for layer in getattr(live, "operations", None) or getattr(live, "layers", None) or ()}
    for item in items:
        entry = _read_entry(item, living, shared, depth)
        if entry.name in entries:
            raise BadItemError("bad-model", f"two layers are called {quote(entry.name)}", item.within)
        entries[entry.name] = entry
        found = item.get("inbound_nodes") if is_graph else None
        nodes[entry.name] = found.items() if found else []
    if not is_graph:
        return _chain(head, entries, trainable)
    shapes: dict[Ref, Shape] = {}
    for name, calls in nodes.items():
        entries[name].calls.extend(read_call(call, entries, shapes) for call in calls)
    model = Model(
        head.name,
        head.type,
        entries,
        read_tensors(config["input_layers"]),
        read_tensors(config["output_layers"]),
        shapes,
        {},
        trainable,
    )
    is_new = any(type(call.value) is dict for calls in nodes.values() for call in calls)
    return model._replace(outputs=_renumber(model.outputs, entries)) if is_new else model


def _read_entry(item: Item, living: Mapping[str, Any], shared: dict[object, Entry], depth: int) -> Entry:
    head = _read_head(item)
    own = living.get(head.name)
    model = _read_network(head, own, shared, depth + 1)
    held = None
    if head.type == "TimeDistributed":
        held = _read_network(_read_head(head.config["layer"]), getattr(own, "layer", None), shared, depth + 1)
    build = item.mapping().get("build_config")
    built = build.get("input_shape") if type(build) is dict else None
    entry = Entry(*head, item.within, [], model, held, object(), own, built)
    if own is None:
        return entry
    # A layer can be in several models. Files do not say it: Keras loads one for each.
    return entry._replace(identity=shared.setdefault(id(own), entry).identity)


def _renumber(structure: Any, entries: dict[str, Entry]) -> Any:
    """Return a model's outputs as Keras 3 has them, without the call that each graph of layers has of itself."""
    if isinstance(structure, Ref):
        entry = entries.get(structure.layer)
        counts_itself = entry is not None and entry.model is not None and entry.type != "Sequential"
        return structure._replace(call=max(0, structure.call - 1)) if counts_itself else structure
    if type(structure) is dict:
        return {key: _renumber(part, entries) for key, part in structure.items()}
    return [_renumber(part, entries) for part in structure]


def _chain(head: _Head, entries: dict[str, Entry], trainable: bool) -> Model:
    """Return a Sequential: each layer takes what the one before gives."""
    first = next(iter(entries.values()), None)
    if first is None:
        raise BadItemError(
            "bad-model", "the model has no layers", head.config.within, "add layers to it before it is saved"
        )
    if first.type != INPUT:
        name = "input" if "input" not in entries else f"{first.name}_input"
        item = Item({"batch_shape": next(_input_shapes(head.config, first), None)}, head.config.within)
        entries = {name: Entry(name, INPUT, "", "", item, "", [], None, None, object(), None, None), **entries}
    names = list(entries)
    hints: dict[Ref, Shape] = {}
    for before, name in pairwise(names):
        entry, taken = entries[name], Ref(before, 0, 0)
        entry.calls.append(Call([taken], {}, (taken,), entry.within))
        if type(entry.built) is list and entry.built and type(entry.built[0]) is not list:
            hints[taken] = Item(entry.built, f"{entry.within}.build_config.input_shape").shape()
    ends = [Ref(names[0], 0, 0)], [Ref(names[-1], 0, 0)]
    return Model(head.name, head.type, entries, *ends, {}, hints, trainable)


def _add_live_outputs(model: Model, live: Any) -> None:
    """Add the shapes of a live model's outputs, which nothing in it takes, so that its configuration lacks them."""
    outputs = [ref for ref in tensors(model.outputs) if isinstance(ref, Ref)]
    shapes = [tuple(tensor.shape[1:]) for tensor in getattr(live, "outputs", None) or ()]
    model.shapes.update(zip(outputs, shapes, strict=False))


def _input_shapes(config: Item, first: Entry) -> Iterator[Any]:
    """Yield the shapes, with the batch axis, that the input of a Sequential without an input layer can have."""
    for place, key in (
        (first.config, "batch_input_shape"),
        (first.config, "batch_shape"),
        (config, "build_input_shape"),
    ):
        found = place.get(key)
        if found is not None:
            yield found.value
    if first.model:
        inputs = [entry for entry in first.model.entries.values() if entry.type == INPUT]
        if inputs:
            yield input_shape(inputs[0])


def input_shape(entry: Entry) -> Any:
    """Return the shape, with the batch axis, that an input layer states; None where it states none."""
    for key in ("batch_shape", "batch_input_shape"):
        found = entry.config.get(key)
        if found is not None:
            return found.value
    return None
