"""Classes that are kinds of ours: a layer is its fields, and what its activation is where we have no word for that."""

from collections.abc import Mapping, Sequence
from typing import Any

from archsum.errors import quote
from archsum.interchange.builder import ANY_WEIGHTS
from archsum.interchange.keras.activations import is_layer, name_of, word_of
from archsum.interchange.keras.classes import CLASSES
from archsum.interchange.keras.fields import UNKNOWN_WEIGHTS, Fields, Plain, read_fields
from archsum.interchange.keras.items import BadItemError, Item
from archsum.interchange.keras.reading import is_keras
from archsum.interchange.keras.use import Use, Value

_ACTIVATIONS = ("activation", "recurrent_activation")


def add_plain(use: Use, plain: Plain, others: Mapping[str, Any] | None = None) -> Sequence[Value]:
    """Add a layer of a class that is a kind of ours, with `others` as further fields. Errors: BadItemError."""
    fields, activation = read_layer(use, plain, use.entry.config)
    made = use.add(plain.kind, {**fields, **(others or {})}, use.inputs, whole=activation is None)
    return [made if activation is None else _add_function(use, activation, [made], part="activation")]


def add_activation(use: Use) -> Sequence[Value]:
    """Add an Activation. Errors: BadItemError."""
    stated = use.entry.config["activation"]
    word = word_of(stated.value)
    if word is None:
        return [_add_function(use, stated, use.inputs)]
    return [use.add("activation", {"activation": word}, use.inputs)]


def read_layer(use: Use, plain: Plain, config: Item) -> tuple[Fields, Item | None]:
    """Return a layer's fields, and the activation where we have no word for it. Errors: BadItemError."""
    fields = read_fields(plain, config, lambda key: _warn_of(use, config, key))
    left = None
    for name in _ACTIVATIONS:
        if name not in fields:
            continue
        word = word_of(config.value.get(name))
        if word is None:
            left, word = Item(config.value[name], config.at(name)), "linear"
        fields[name] = word
    return fields, left


def read_whole_layer(use: Use, plain: Plain, config: Item) -> Fields:
    """Return the fields of a layer whose activation cannot be a layer of its own. Errors: BadItemError."""
    fields, activation = read_layer(use, plain, config)
    if activation is not None:
        message = f"{use.called} has the activation {quote(name_of(activation.value))}, whose operations are unknown"
        cure = "archsum has Keras's own activations"
        raise BadItemError("unsupported", message, activation.within, cure)
    return fields


def _warn_of(use: Use, config: Item, key: str) -> None:
    message = f"{use.called} has {quote(key)}, which is not known, and left out"
    place = use.graph.builder.place(config.at(key))
    use.graph.builder.warn("unknown-field", message, place, "look whether it changes what you count")


def _add_function(use: Use, stated: Item, inputs: Sequence[Value], part: str = "") -> Value:
    """Add an activation that is a layer, or a function of which nothing is known."""
    if not is_layer(stated.value):
        use.warn_custom(f"{use.called} has the activation {quote(name_of(stated.value))}, whose operations are unknown")
        return use.add("custom", {}, inputs, part=part, whole=False)
    name = stated["class_name"].text()
    plain = CLASSES.get(name)
    own = is_keras(stated.text_of("module"), stated.text_of("registered_name"), name)
    if name == "Activation" and own:
        return _add_function(use, stated["config"]["activation"], inputs, part)
    if plain is None or not own:
        if use.graph.allow_unknown:
            return use.add("custom", {"weights": ANY_WEIGHTS}, inputs, part=part, whole=False)
        message = f"{use.called} has the activation {quote(name)}, a layer whose weights are unknown"
        raise BadItemError("unknown-weights", message, stated.within, UNKNOWN_WEIGHTS)
    fields, _ = read_layer(use, plain, stated["config"])
    return use.add(plain.kind, fields, inputs, part=part, whole=False)
