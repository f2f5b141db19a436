"""A live Keras model → graph: its configuration, held to its weights and shapes."""

from typing import Any

from archsum.interchange.imported import Imported, Options
from archsum.interchange.keras.items import parse
from archsum.interchange.keras.network import import_model


def read_model(model: Any, name: str, options: Options) -> Imported:
    """Read a live model.

    Errors: SpecError with all that is wrong with it, and what its own code raises.
    """
    content = model.to_json().encode()
    return import_model(parse(content, name), name, options, len(content), model)
