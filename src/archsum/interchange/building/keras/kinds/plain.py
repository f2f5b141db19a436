"""Kinds of which one layer is one of Keras's, with the same fields."""

from collections.abc import Callable
from functools import partial

from archsum.interchange.building.keras.arguments import layer
from archsum.interchange.building.keras.calls import LayerCall, Stage
from archsum.interchange.building.keras.kinds.convolutions import with_bias
from archsum.interchange.building.source import Code, call
from archsum.layers import FAMILIES

_RANKS = (1, 2, 3)


def _plain(made: LayerCall, cls: str, positional: tuple[str, ...] = ()) -> tuple[Stage, ...]:
    return (Stage(layer(made, cls, positional)),)


def _dense(made: LayerCall) -> tuple[Stage, ...]:
    return with_bias(made, "Dense", ("units",))


def _activation(made: LayerCall) -> tuple[Stage, ...]:
    return (Stage(layer(made, "Activation", activation=None, **{}) if False else _named(made)),)


def _named(made: LayerCall):
    return call(f"{made.use('keras', 'layers')}.Activation", Code(f'"{made.kind}"'))


def _merge(made: LayerCall, cls: str) -> tuple[Stage, ...]:
    return (Stage(layer(made, cls), is_list=True),)


def _pooling(made: LayerCall, cls: str) -> tuple[Stage, ...]:
    return (Stage(layer(made, cls, ("pool_size",))),)


TABLE: dict[str, Callable[[LayerCall], tuple[Stage, ...]]] = {
    "dense": _dense,
    "activation": partial(_plain, cls="Activation", positional=("activation",)),
    **{kind: _activation for kind in FAMILIES["activation_functions"] if kind != "threshold"},
    "relu": partial(_plain, cls="ReLU"),
    "flatten": partial(_plain, cls="Flatten"),
    "dropout": partial(_plain, cls="Dropout", positional=("rate",)),
    "batch_normalization": partial(_plain, cls="BatchNormalization"),
    "layer_normalization": partial(_plain, cls="LayerNormalization"),
    **{f"max_pooling{rank}d": partial(_pooling, cls=f"MaxPooling{rank}D") for rank in _RANKS},
    **{f"average_pooling{rank}d": partial(_pooling, cls=f"AveragePooling{rank}D") for rank in _RANKS},
    **{
        f"global_{how}_pooling{rank}d": partial(_plain, cls=f"Global{how.title()}Pooling{rank}D")
        for how in ("average", "max")
        for rank in _RANKS
    },
    "add": partial(_merge, cls="Add"),
    "multiply": partial(_merge, cls="Multiply"),
    "concatenate": partial(_merge, cls="Concatenate"),
}
