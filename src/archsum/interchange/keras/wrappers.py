"""Layers that hold another."""

from collections.abc import Sequence
from typing import Any

from archsum.bounds import MAX_NESTING
from archsum.errors import quote
from archsum.interchange.keras.classes import CLASSES
from archsum.interchange.keras.fields import UNKNOWN_WEIGHTS, Plain
from archsum.interchange.keras.items import BadItemError, Item
from archsum.interchange.keras.plain import read_whole_layer
from archsum.interchange.keras.reading import is_keras
from archsum.interchange.keras.recurrent import cells_of, split_states
from archsum.interchange.keras.use import Use, Value
from archsum.layers.base import Layer

_MERGES = {"sum": "add", "ave": "average", "mul": "multiply", "concat": "concatenate"}


def add_time_distributed(use: Use) -> Sequence[Value | None]:
    """Add a layer, or all layers of a model, for each step. Errors: BadItemError."""
    if use.entry.held is not None:
        return use.graph.nested(use.entry.held, use, steps=1)
    return add_wrapper(use)


def add_wrapper(use: Use) -> Sequence[Value | None]:
    """Add a wrapper of one layer. Errors: BadItemError."""
    plain = CLASSES[use.entry.type]
    fields = read_whole_layer(use, plain, use.entry.config)
    layer = hold(use, use.entry.config["layer"])
    return [use.add(plain.kind, {**fields, "layer": layer}, use.inputs)] if layer else [None]


def add_bidirectional(use: Use) -> Sequence[Value | None]:
    """Add both directions: as one layer where they are alike and give one output. Errors: BadItemError."""
    config = use.entry.config
    forward = hold(use, config["layer"])
    stated = config.get("backward_layer")
    backward = hold(use, stated) if stated else forward
    sequence, states = split_states(use)
    if states:
        raise use.refuse("unsupported", "begins with states", "write both directions as layers of their own")
    if forward is None or backward is None:
        return [None]
    mode = config.mapping().get("merge_mode", "concat")
    if forward == backward and mode is not None:
        merged = use.add("bidirectional", {"layer": forward, "merge_mode": mode}, [sequence])
        return [merged, *_states(use, config["layer"], merged)]
    directions = [
        use.add(layer.model_dump()["type"], _fields(layer), [sequence], part=part, output=output, whole=False)
        for layer, part, output in ((forward, "forward", None), (backward, "backward", None))
    ]
    if mode is None:
        return directions
    if type(mode) is not str or mode not in _MERGES:
        raise BadItemError("bad-model", f"`merge_mode` is none of {', '.join(_MERGES)}", config.at("merge_mode"))
    return [use.add(_MERGES[mode], {}, directions, whole=False)]


def hold(use: Use, item: Item, depth: int = 0) -> Layer | None:
    """Return a layer that another holds; None where its fields are wrong, which is reported. Errors: BadItemError."""
    name, config = item["class_name"].text(), item["config"]
    own = is_keras(item.text_of("module"), item.text_of("registered_name"), name)
    plain = CLASSES.get(name)
    cells = cells_of(config["cell"]) if name == "RNN" and own else None
    if cells and len(cells) == 1:
        return _of_cell(use, cells[0], item)
    if plain is None or not own:
        message = f"{use.called} holds {quote(name)}, whose weights are unknown"
        raise BadItemError("unknown-weights", message, item.within, UNKNOWN_WEIGHTS)
    if depth > MAX_NESTING:
        raise BadItemError("too-deep", "layers are nested too deep", item.within)
    fields: dict[str, Any] = read_whole_layer(use, plain, config)
    if "layer" in fields:
        fields["layer"] = hold(use, config["layer"], depth + 1)
        if fields["layer"] is None:
            return None
    if config.value.get("trainable") is False:
        fields["trainable"] = False
    return use.graph.builder.layer(plain.kind, fields, use.graph.builder.place(item.within))


def _of_cell(use: Use, cell: tuple[Plain, Item], item: Item) -> Layer | None:
    """Return the recurrent layer that goes through a sequence with a cell."""
    plain, config = cell
    fields = {**read_whole_layer(use, plain, config), "return_sequences": item["config"].value.get("return_sequences")}
    return use.graph.builder.layer(plain.kind, fields, use.graph.builder.place(item.within))


def _fields(layer: Layer) -> dict[str, Any]:
    return {name: getattr(layer, name) for name in layer.model_fields_set if name != "type"}


def _states(use: Use, held: Item, merged: Value) -> list[Value | None]:
    """Return the states of both directions, where they are given."""
    if held["config"].value.get("return_state") is not True:
        return []
    made: list[Value | None] = []
    for number in range(1, max(use.used, default=0) + 1):
        shape = use.stated_shape(number)
        if number not in use.used or shape is None:
            made.append(None)
            continue
        stated = {"output_shape": list(shape), "macs": 0, "flops": 0, "kept": 0}
        made.append(use.add("custom", stated, [merged], part=f"state{number}", output=number, whole=False))
    return made
