"""Activations."""

from functools import partial

from archsum.interchange.building.keras.arguments import layer
from archsum.interchange.building.keras.calls import LayerCall, Stage, Table
from archsum.interchange.building.keras.kinds.plain import plain
from archsum.interchange.building.keras.lacking import LackingError
from archsum.interchange.building.source import literal
from archsum.layers import FAMILIES


def _function(made: LayerCall) -> tuple[Stage, ...]:
    return (Stage(layer(made, "Activation", ("activation",), activation=literal(made.kind))),)


def _sparsemax(made: LayerCall) -> tuple[Stage, ...]:
    return (Stage(layer(made, "Activation", ("activation",), activation=made.own("_sparsemax"))),)


def _threshold(made: LayerCall) -> tuple[Stage, ...]:
    raise LackingError("has no threshold whose value is not known", "write `relu`, or `custom`")


TABLE: Table = {
    "activation": partial(plain, cls="Activation", positional=("activation",)),
    **dict.fromkeys(FAMILIES["activation_functions"], _function),
    "sparsemax": _sparsemax,
    "threshold": _threshold,
    "relu": partial(plain, cls="ReLU"),
    "leaky_relu": partial(plain, cls="LeakyReLU", positional=("negative_slope",)),
    "elu": partial(plain, cls="ELU", positional=("alpha",)),
    "prelu": partial(plain, cls="PReLU"),
    "softmax": partial(plain, cls="Softmax"),
}
