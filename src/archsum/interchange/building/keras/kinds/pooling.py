"""Poolings, which PyTorch also pads by numbers, rounds up and dilates; and what undoes them."""

from functools import partial

from archsum.formula import is_formula
from archsum.interchange.building.expressions import values_of
from archsum.interchange.building.keras.arguments import layer, own_layer
from archsum.interchange.building.keras.calls import Inputs, LayerCall, Stage, Table
from archsum.interchange.building.keras.lacking import LackingError
from archsum.interchange.building.keras.windows import padded
from archsum.interchange.building.source import Brackets, Expression, call, literal

_RANKS = (1, 2, 3)


def _max(made: LayerCall, rank: int) -> tuple[Stage, ...]:
    if any(max(rate) > 1 for rate in made.each("dilation_rate")):
        return (Stage(own_layer(made, "DilatedMaxPooling", ("pool_size",), padding=_padding(made))),)
    if any(made.each("ceil_mode")):
        others = {"padding": _padding(made), "ceil_mode": None, "dilation_rate": None}
        return (Stage(own_layer(made, "CeilMaxPooling", ("pool_size",), **others)),)
    return *_low_around(made), Stage(_pooling(made, f"MaxPooling{rank}D"))


def _low_around(made: LayerCall) -> tuple[Stage, ...]:
    """Return what pads with what is never a maximum; nothing where Keras's own words say it."""
    if all(isinstance(padding, str) or not any(map(any, padding)) for padding in made.each("padding")):
        return ()
    nothing = literal((0, 0))
    pairs = [nothing, *_sides(made), nothing]
    if made.is_channels_first:
        pairs = [nothing, nothing, *pairs[1:-1]]
    ops, low = made.use("keras", "ops"), f"-{made.use('math')}.inf"

    def padded_low(inputs: Inputs) -> Expression:
        return call(f"{ops}.pad", inputs.first, Brackets("", tuple(pairs)), constant_values=low)

    return (Stage(function=padded_low),)


def _sides(made: LayerCall) -> list[Expression]:
    """Write what is before and after each axis, as a formula where that gives one number for all."""
    stated = made.fields["padding"]
    if is_formula(stated) and all(isinstance(value, int) for value in values_of(stated, made.step.uses)):
        one = made.writer.write(stated, whole=True)
        return [Brackets("", (one, one))] * len(made.each("padding")[0])
    return [literal(sides) for sides in made.known("padding")]


def _average(made: LayerCall, rank: int) -> tuple[Stage, ...]:
    if any(made.each("ceil_mode")):
        return (Stage(own_layer(made, "CeilAveragePooling", ("pool_size",), padding=_padding(made), ceil_mode=None)),)
    return *padded(made, rank), Stage(_pooling(made, f"AveragePooling{rank}D"))


def _pooling(made: LayerCall, cls: str) -> Brackets:
    return layer(made, cls, ("pool_size",), ceil_mode=None, dilation_rate=None)


def _padding(made: LayerCall) -> Expression | None:
    """Write a padding in numbers, of which `valid` is none."""
    if not made.has("padding") or made.fields["padding"] == "valid":
        return None
    return made.known_or_written("padding")


def _unpooling(made: LayerCall) -> tuple[Stage, ...]:
    if len(made.inputs) < 3:
        cure = "name what was pooled as a third input, as in `inputs: [x, pool, pooled]`"
        raise LackingError("does not say where the maxima were that a pooling took", cure)
    return (Stage(own_layer(made, "MaxUnpooling"), is_list=True),)


TABLE: Table = {
    **{f"max_pooling{rank}d": partial(_max, rank=rank) for rank in _RANKS},
    **{f"average_pooling{rank}d": partial(_average, rank=rank) for rank in _RANKS},
    **{f"max_unpooling{rank}d": _unpooling for rank in _RANKS},
}
