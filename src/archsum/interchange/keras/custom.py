"""Layers that we have no kind for: what is known of them is stated, and all else is unknown."""

from collections.abc import Sequence
from typing import Any

from archsum.interchange.builder import ANY_WEIGHTS
from archsum.interchange.keras.fields import UNKNOWN_WEIGHTS
from archsum.interchange.keras.use import Use, Value
from archsum.layers.shapes import Shape

_IN_LIVE = "give the live model, as `module:name`: it has all weights and shapes"


def add_without_weights(use: Use) -> Sequence[Value | None]:
    """Add a layer or a function that is known to have no weights; its operations are unknown. Errors: BadItemError."""
    use.warn_custom(f"{use.called} is no kind of archsum's: its operations are unknown, and it has no weights")
    return _add(use, {})


def add_unknown(use: Use) -> Sequence[Value | None]:
    """Add a layer whose weights are those of the live layer, or accepted as unknown.

    Errors: BadItemError where they are neither.
    """
    live = use.entry.live
    if live is not None:
        weights = _weights_of(live)
        use.warn_custom(
            f"{use.called} is no kind of archsum's: its operations are unknown; its weights are the model's"
        )
        return _add(use, weights)
    require_known_weights(use)
    use.warn_custom(f"{use.called} is no kind of archsum's: its weights and operations are unknown")
    return _add(use, ANY_WEIGHTS)


def require_known_weights(use: Use) -> None:
    """Check that the weights of a class that we do not have are known, or accepted as unknown. Errors: BadItemError."""
    if use.entry.live is None and not use.graph.allow_unknown:
        message = "is no class of Keras's that archsum has, so that its weights are unknown"
        raise use.refuse("unknown-weights", message, _IN_LIVE if use.likely_shape() is None else UNKNOWN_WEIGHTS)


def _weights_of(live: Any) -> dict[str, Any]:
    trained = {id(weight) for weight in live.trainable_weights}
    found: dict[str, Any] = {}
    for number, weight in enumerate(live.weights):
        name = weight.name if weight.name not in found else f"{weight.name}_{number}"
        found[name] = {"shape": list(weight.shape), "trainable": id(weight) in trained}
    return found


def _add(use: Use, weights: dict[str, Any]) -> Sequence[Value | None]:
    """Add a layer for each output that is taken; the first has all the weights."""
    made: list[Value | None] = []
    for output in range(max(use.used, default=0) + 1):
        if output not in use.used and output:
            made.append(None)
            continue
        fields: dict[str, Any] = {"output_shape": list(_shape(use, output)), "weights": weights if not output else {}}
        part = f"output{output}" if output else ""
        made.append(use.add("custom", fields, use.inputs, part=part, output=output, whole=not output))
    return made


def _shape(use: Use, output: int) -> Shape:
    shape = use.likely_shape(output)
    if shape is None:
        raise use.refuse("unsupported", "gives something whose shape is not known", _IN_LIVE)
    return shape
