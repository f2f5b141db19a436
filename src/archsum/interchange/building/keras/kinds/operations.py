"""What `keras.ops` has for us: elements that get another place, functions of each, and reductions."""

from functools import partial

from archsum.interchange.building.keras.arguments import layer, own_layer
from archsum.interchange.building.keras.calls import Inputs, LayerCall, Stage, Table
from archsum.interchange.building.program import NotSymbolicError
from archsum.interchange.building.reading import same
from archsum.interchange.building.source import Code, Expression, call, literal

_RANKS = (1, 2, 3)


def _function(made: LayerCall, name: str, *fields: str, **others: Expression) -> tuple[Stage, ...]:
    """Return a function of `keras.ops` with some of the fields."""
    ops = made.use("keras", "ops")
    arguments = {field: _single(made, field) for field in fields if made.has(field)}

    def called(inputs: Inputs) -> Expression:
        return call(f"{ops}.{name}", *inputs.variables, **arguments, **others)

    return (Stage(function=called),)


def _single(made: LayerCall, field: str) -> Expression:
    """Write a field, a list of one as what is in it."""
    stated = made.fields[field]
    return made.writer.write(stated[0] if isinstance(stated, list) and len(stated) == 1 else stated, whole=True)


def _blocks(made: LayerCall, name: str) -> tuple[Stage, ...]:
    first = {"data_format": literal("channels_first")} if made.is_channels_first else {}
    return _function(made, name, "block_size", **first)


def _axis(made: LayerCall) -> Expression:
    """Write the axis, which follows from the data format where none is stated."""
    if made.has("axis"):
        return made.get("axis")
    return Code("1" if made.is_channels_first else "-1")


def _split(made: LayerCall) -> tuple[Stage, ...]:
    ops, parts, part, axis = made.use("keras", "ops"), made.get("parts"), made.get("part"), _axis(made)

    def taken(inputs: Inputs) -> Expression:
        return Code(f"{call(f'{ops}.split', inputs.first, parts, axis=axis)}[{part}]")

    return (Stage(function=taken),)


def _slice(made: LayerCall) -> tuple[Stage, ...]:
    """Return Python's slice: `x[:, 2:4]`."""
    axis: int = same([getattr(layer, "chosen_axis") for layer in made.layers])  # noqa: B009  what every part has
    start, stop, step = (str(made.get(name)) if made.has(name) else "" for name in ("start", "stop", "step"))
    start, stop, step = ("" if part == none else part for part, none in ((start, "0"), (stop, "None"), (step, "1")))
    colon = ":" if all(map(_is_simple, (start, stop, step))) else " : "
    part = colon.join((start, stop, *([step] if step else []))).strip()
    index = ", ".join(("...", part, *[":"] * (-axis - 1)) if axis < 0 else (*[":"] * axis, part))
    return (Stage(function=lambda inputs: Code(f"{inputs.first}[{index}]")),)


def _is_simple(text: str) -> bool:
    """Whether ruff has no spaces around the colon of a slice beside this."""
    return text.removeprefix("-").replace(".", "").replace("_", "").isalnum() or not text


def _pad(made: LayerCall) -> tuple[Stage, ...]:
    if made.known("mode") != "constant":
        return (Stage(own_layer(made, "Pad", ("padding",))),)
    ops = made.use("keras", "ops")
    pairs = [(0, 0), *made.known("padding")]
    return (Stage(function=lambda inputs: call(f"{ops}.pad", inputs.first, literal(pairs))),)


def _padding(made: LayerCall, mode: str) -> tuple[Stage, ...]:
    return (Stage(own_layer(made, "SidePadding", ("padding",), mode=literal(mode))),)


def _tile(made: LayerCall) -> tuple[Stage, ...]:
    repeats, rank = made.known("repeats"), made.rank
    if len(repeats) > rank:
        raise NotSymbolicError("tile")
    ops, all_axes = made.use("keras", "ops"), literal((1, *(1,) * (rank - len(repeats)), *repeats))
    return (Stage(function=lambda inputs: call(f"{ops}.tile", inputs.first, all_axes)),)


def _roll(made: LayerCall) -> tuple[Stage, ...]:
    return _function(made, "roll", "shift", "axis")


def _reduce(made: LayerCall) -> tuple[Stage, ...]:
    name = {"variance": "var"}.get(made.known("function"), made.known("function"))
    ops, rank = made.use("keras", "ops"), made.rank
    axes = made.known("axis")
    axis = literal(list(range(1, rank + 1))) if axes is None else _single(made, "axis")
    if (axes is None and rank == 1) or (axes is not None and len(axes) == 1):
        axis = literal(1 if axes is None else axes[0])
    if name in ("argmax", "argmin") and str(axis)[0] == "(":
        raise NotSymbolicError(name)
    keepdims = made.get("keepdims") if made.has("keepdims") else None
    return (Stage(function=lambda inputs: call(f"{ops}.{name}", inputs.first, axis=axis, keepdims=keepdims)),)


_FUNCTIONS = {
    **{name: name for name in ("abs", "absolute", "negative", "sign", "reciprocal", "sqrt", "rsqrt", "square", "exp")},
    **{name: name for name in ("exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "sinh", "cosh")},
    **{name: name for name in ("arcsin", "arccos", "arctan", "arctan2", "erf", "erfc", "floor", "ceil", "round")},
    **{name: name for name in ("trunc", "isnan", "isinf", "isfinite", "logical_not", "where", "mod", "floor_divide")},
    **{name: name for name in ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal", "power")},
    **{name: name for name in ("logical_and", "logical_or", "logical_xor", "sigmoid", "tanh")},
}
_INPUTS = {
    **dict.fromkeys(("arctan2", "mod", "floor_divide", "equal", "not_equal", "greater", "greater_equal", "less"), 2),
    **dict.fromkeys(("less_equal", "power", "logical_and", "logical_or", "logical_xor"), 2),
    "where": 3,
}
"""How many inputs they take, those that do not take one."""


def _elementwise(made: LayerCall) -> tuple[Stage, ...]:
    """Return a function of `keras.ops`, or a layer to fill in where there is none, or a number is missing."""
    function = made.known("function")
    if function in _FUNCTIONS and len(made.inputs) == _INPUTS.get(function, 1) and made.known("operations") == 1:
        return _function(made, _FUNCTIONS[function])
    return (Stage(own_layer(made, "Elementwise", ("function",)), is_list=len(made.inputs) > 1),)


def _by_itself(made: LayerCall, cls: str, positional: tuple[str, ...] = ("shape",)) -> tuple[Stage, ...]:
    """Return what takes no input: in Keras it takes a tensor for the batch."""
    return (Stage(own_layer(made, cls, positional), takes=()),)


def _own(made: LayerCall, cls: str, positional: tuple[str, ...] = ()) -> tuple[Stage, ...]:
    return (Stage(own_layer(made, cls, positional)),)


def _resizing(made: LayerCall) -> tuple[Stage, ...]:
    sizes = {"height": made.get("height"), "width": made.get("width")} if made.has("height") else _sizes(made)
    return (Stage(layer(made, "Resizing", ("height", "width"), **sizes, factor=None), takes=(0,)),)


def _sizes(made: LayerCall) -> dict[str, Expression]:
    """Write the sizes that follow from a factor, or from another input."""
    first = 2 if made.is_channels_first else 1
    if len(made.inputs) > 1:
        other = made.inputs[1]
        return {"height": Code(f"{other}.shape[{first}]"), "width": Code(f"{other}.shape[{first + 1}]")}
    factor, x = made.known("factor"), made.inputs[0]
    factors = factor if isinstance(factor, tuple) else (factor, factor)
    names = zip(("height", "width"), factors, strict=True)
    return {name: Code(f"int({x}.shape[{first + axis}] * {literal(each)})") for axis, (name, each) in enumerate(names)}


TABLE: Table = {
    "split": _split,
    "slice": _slice,
    "pad": _pad,
    **{
        f"{kind}_padding{rank}d": partial(_padding, mode=mode)
        for kind, mode in {"reflection": "reflect", "replication": "replicate", "circular": "circular"}.items()
        for rank in _RANKS
    },
    "tile": _tile,
    "expand": partial(_own, cls="Expand", positional=("shape",)),
    "expand_dims": lambda made: _function(made, "expand_dims", "axis"),
    "squeeze": lambda made: _function(made, "squeeze", "axis"),
    "roll": _roll,
    "reduce": _reduce,
    "elementwise": _elementwise,
    "space_to_depth": partial(_blocks, name="space_to_depth"),
    "depth_to_space": partial(_blocks, name="depth_to_space"),
    "channel_shuffle": partial(_own, cls="ChannelShuffle", positional=("groups",)),
    "resizing": _resizing,
    "parameter": partial(_by_itself, cls="Parameter"),
    "constant": partial(_by_itself, cls="Constant"),
    "relative_position_bias": partial(_by_itself, cls="RelativePositionBias", positional=("num_heads", "window_size")),
    "stochastic_depth": partial(_own, cls="StochasticDepth", positional=("rate",)),
    "layer_scale": partial(_own, cls="LayerScale"),
    "instance_normalization": partial(_own, cls="InstanceNormalization"),
    "local_response_normalization": partial(_own, cls="LocalResponseNormalization", positional=("size",)),
}
