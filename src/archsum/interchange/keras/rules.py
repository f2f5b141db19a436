"""How the call of a layer is added to the graph, by its class."""

from collections.abc import Callable, Sequence

from archsum.interchange.keras import attention, recurrent, wrappers
from archsum.interchange.keras.built import add_built, is_built
from archsum.interchange.keras.classes import CLASSES, MERGES, WITHOUT_WEIGHTS
from archsum.interchange.keras.custom import add_unknown, add_without_weights, require_known_weights
from archsum.interchange.keras.items import BadItemError
from archsum.interchange.keras.operations import add_operation, is_operation
from archsum.interchange.keras.plain import add_activation, add_plain
from archsum.interchange.keras.reading import is_keras
from archsum.interchange.keras.use import Use, Value

Rule = Callable[[Use], Sequence[Value | None]]


def _add_layer_scale(use: Use) -> Sequence[Value]:
    """Add the layer of keras.applications' ConvNeXt."""
    return [use.add("layer_scale", {"axis": -1}, [use.input])]


def _add_custom_scale(use: Use) -> Sequence[Value]:
    """Add the layer of keras.applications' InceptionResNetV2: the first input plus so many times the second."""
    if len(use.inputs) != 2:
        raise use.refuse("bad-model", f"takes two inputs, not {len(use.inputs)}", "is it of InceptionResNetV2?")
    first, second = use.inputs
    scale = use.entry.config["scale"].value
    scaled = use.add("rescaling", {"scale": scale}, [second], part="scale", output=None, whole=False)
    return [use.add("add", {}, [first, scaled])]


def _add_reversible_embedding(use: Use) -> Sequence[Value]:
    """Add the embedding, or its way back to tokens."""
    fields = {"reverse": True} if use.argument(1, "reverse") is True else {}
    return add_plain(use, CLASSES["ReversibleEmbedding"], fields)


RULES: dict[str, Rule] = {
    "Activation": add_activation,
    "LayerScale": _add_layer_scale,
    "CustomScaleLayer": _add_custom_scale,
    "ReversibleEmbedding": _add_reversible_embedding,
    **dict.fromkeys(recurrent.CLASSES, recurrent.add_recurrent),
    **dict.fromkeys(attention.CLASSES, attention.add_attention),
    "TimeDistributed": wrappers.add_time_distributed,
    "Bidirectional": wrappers.add_bidirectional,
    "SpectralNormalization": wrappers.add_wrapper,
}
"""The classes that are more than their fields."""


def add_call(use: Use) -> Sequence[Value | None]:
    """Add a call; return what it gives. Errors: BadItemError where it cannot be read."""
    try:
        return _add_known(use)
    except BadItemError as error:
        if error.code != "unknown-weights" or (use.entry.live is None and not use.graph.allow_unknown):
            raise
        return add_unknown(use)


def check_class(use: Use) -> None:
    """Check that the weights of a layer's class are known, or accepted as unknown. Errors: BadItemError otherwise."""
    entry = use.entry
    is_known = entry.type in RULES or entry.type in CLASSES or entry.type in WITHOUT_WEIGHTS
    if (
        not is_operation(use)
        and not is_built(entry.registered, entry.type)
        and not (is_known and is_keras(entry.module, entry.registered, entry.type))
    ):
        require_known_weights(use)


def _add_known(use: Use) -> Sequence[Value | None]:
    entry = use.entry
    if is_operation(use):
        return add_operation(use)
    if is_built(entry.registered, entry.type):
        return add_built(use)
    if not is_keras(entry.module, entry.registered, entry.type):
        return add_unknown(use)
    if entry.type in MERGES and len(use.inputs) == 1:
        return [use.add("identity", {}, use.inputs)]
    if entry.type in RULES:
        return RULES[entry.type](use)
    if entry.type in CLASSES:
        return add_plain(use, CLASSES[entry.type])
    return add_without_weights(use) if entry.type in WITHOUT_WEIGHTS else add_unknown(use)
