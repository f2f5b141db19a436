"""Functions of `keras.ops`, and TensorFlow's in models of Keras 2 → our kinds."""

from collections.abc import Sequence

from archsum.interchange.keras.custom import add_without_weights
from archsum.interchange.keras.structure import Entry
from archsum.interchange.keras.use import Use, Value

_MODULES = ("keras.src.ops.", "keras.ops")
_OLD = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")


def is_operation(entry: Entry) -> bool:
    """Whether a layer is a function."""
    return entry.module.startswith(_MODULES) or (not entry.registered and entry.type in _OLD)


def add_operation(use: Use) -> Sequence[Value | None]:
    """Add the call of a function. Errors: BadItemError."""
    inputs = use.args
    names = {"Add": "add", "Multiply": "multiply", "Subtract": "subtract", "Maximum": "maximum", "Minimum": "minimum"}
    kind = names.get(use.entry.type)
    if kind and len(inputs) == 2 and all(isinstance(value, Value) for value in inputs):
        return [use.add(kind, {}, inputs)]
    if kind == "multiply" and len(inputs) == 2:
        return [use.add("rescaling", {"scale": inputs[1]}, inputs[:1])]
    if kind == "add" and len(inputs) == 2:
        return [use.add("rescaling", {"scale": 1, "offset": inputs[1]}, inputs[:1])]
    return add_without_weights(use)
