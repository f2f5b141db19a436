"""A live Keras model → graph: its configuration, held to its weights and shapes."""

from typing import Any

from archsum.bounds import MAX_NOTES
from archsum.errors import Diagnostic, Location, SpecError, enumerate_words
from archsum.interchange.imported import Imported, Options
from archsum.interchange.keras.items import parse
from archsum.interchange.keras.network import import_model


def read_model(model: Any, name: str, options: Options) -> Imported:
    """Read a live model.

    Errors: SpecError with all that is wrong with it, and what its own code raises.
    """
    _require_weights_in_layers(model, name)
    content = model.to_json().encode()
    return import_model(parse(content, name), name, options, len(content), model)


def _require_weights_in_layers(model: Any, name: str) -> None:
    """Check that a model has no weights beside its layers', of which its configuration says nothing."""
    held = {id(weight) for layer in model.layers for weight in layer.weights}
    others = [weight.name for weight in model.weights if id(weight) not in held]
    if others:
        message = f"the model has weights of its own beside those of its layers: {enumerate_words(others[:MAX_NOTES])}"
        cure = "give them to a layer of the model's"
        raise SpecError([Diagnostic("unsupported", message, Location(name, ""), cure)])
