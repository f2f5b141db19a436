"""What gives elements another place: reshaping, moving, and parts of axes."""

from typing import Any

from archsum.interchange.building.torch.code import ONE, Code, call, divided, joined, known, spelled, times
from archsum.interchange.building.torch.steps import (
    Kind,
    LayerUse,
    Made,
    Step,
    UnsupportedError,
    function,
    module,
    plain,
    same,
)
from archsum.layers.axis import new_positions, positions


def _flatten(use: LayerUse) -> Made:
    if use.input.rank == 0:
        return plain(use, function("{0}.unsqueeze(1)"))
    return plain(use, function("{0}.flatten(1)", "nn.Flatten()"), sizes=[spelled(*use.input.sizes)])


def _reshape(use: LayerUse) -> Made:
    target = use.list_of("target_shape")
    if use.input.moved:
        sizes = [spelled(*use.input.sizes[1:]), use.channels]
        return plain(use, function("{0}.flatten(2).transpose(1, 2)"), sizes=sizes)
    sizes = [known(size) if item.value == -1 else item for item, size in zip(target, use.output, strict=True)]
    rest = [number for number, item in enumerate(target) if item.value == -1]
    if rest and len(target) > 1:
        others = times(*(item for item in target if item.value != -1))
        sizes[rest[0]] = _quotient(times(*use.input.sizes), others, use.output[rest[0]])
    elif rest:
        sizes[0] = times(*use.input.sizes)
    return plain(use, function(f"{{0}}.reshape({{0}}.shape[0], {', '.join(map(str, target))})"), sizes=sizes)


def joins_locations(use: LayerUse) -> bool:
    """Whether a `reshape` makes a sequence of an image's locations, each with its channels."""
    target = use.list_of("target_shape")
    is_sequence = len(target) == 2 and target[0].value == -1 and use.input.rank > 2
    return is_sequence and use.input.moved and target[1].text == use.channels.text


def _quotient(whole: Code, part: Code, value: int | None) -> Code:
    if whole.is_literal and part.is_literal:
        return known(value)
    if whole.text.endswith(f" * {part.text}") and "+" not in whole.text:
        return Code(whole.text.removesuffix(f" * {part.text}"), value)
    return divided(whole, part)._replace(value=value)


def _permute(use: LayerUse) -> Made:
    dims = use.layer.dims
    sizes = [use.input.sizes[axis - 1] for axis in dims]
    if sorted(dims) == [1, 2] and dims[0] == 2:
        return plain(use, function("{0}.transpose(1, 2)"), sizes=sizes)
    return plain(use, function(f"{{0}}.permute(0, {', '.join(map(str, dims))})"), sizes=sizes)


def _expand_dims(use: LayerUse) -> Made:
    axes = sorted(new_positions(use.layer.axis, use.input.shape, len(use.layer.axis)))
    sizes = list(use.input.sizes)
    for axis in axes:
        sizes.insert(axis - 1, ONE)
    return plain(use, *(function(f"{{0}}.unsqueeze({axis})") for axis in axes), sizes=sizes)


def _squeeze(use: LayerUse) -> Made:
    axes = positions(use.layer.axis, use.input.shape)
    sizes = [size for axis, size in enumerate(use.input.sizes, start=1) if axis not in axes]
    stated = str(axes[0]) if len(axes) == 1 else str(tuple(axes))
    return plain(use, function(f"{{0}}.squeeze({stated})"), sizes=sizes)


def _repeat_vector(use: LayerUse) -> Made:
    step = function(f"{{0}}.unsqueeze(1).repeat(1, {use['n'].text}, 1)")
    return plain(use, step, sizes=[use["n"], *use.input.sizes])


def _dim(use: LayerUse, axis: int) -> int:
    """Return an axis of the file as PyTorch's dimension: from the end where the file counts so and nothing is moved."""
    return use.input.axis(axis)


def _resized(use: LayerUse, axis: int, size: Code) -> tuple[Code, ...]:
    """Return the input's sizes with another along an axis."""
    position = use.input.axis(axis) % (use.input.rank + 1)
    return (*use.input.sizes[: position - 1], size, *use.input.sizes[position:])


def _slice(use: LayerUse) -> Made:
    layer = use.layer
    axis = _dim(use, layer.chosen_axis) % (use.input.rank + 1)
    start, stop = use["start"], use["stop"]
    first, last = ("" if start.text == "0" else start.text), ("" if stop.value is None else stop.text)
    is_simple = all(not text or text.lstrip("-").isalnum() for text in (first, last))
    bounds = f"{first}:{last}" if is_simple else f"{first} : {last}".strip()
    bounds += f":{layer.step}" if layer.step != 1 else ""
    index = ", ".join([*[":"] * axis, bounds])
    given = use.input.sizes[axis - 1]
    output = _output_size(use, axis)
    size = known(output)
    if layer.step == 1 and not (given.is_literal and start.is_literal and stop.is_literal):
        if stop.value is None and start.value is not None and start.value >= 0:
            size = Code(f"{given} - {start.atom}", output)
        elif start.text == "0" and stop.value is not None and stop.value >= 0:
            size = stop._replace(value=output)
    return Made([function(f"{{0}}[{index}]")], _resized(use, layer.chosen_axis, size), use.input.moved)


def _output_size(use: LayerUse, axis: int) -> int | None:
    """Return the size of one of PyTorch's dimensions in the output, for the file's defaults."""
    output = (*use.output[-1:], *use.output[:-1]) if use.input.moved else use.output
    return output[axis - 1]


def _split(use: LayerUse) -> Made:
    axis = _dim(use, use.layer.chosen_axis)
    given = use.input.sizes[axis % (use.input.rank + 1) - 1]
    parts, part = use["parts"], use["part"]
    step = function(f"{{0}}.chunk({parts}, {axis})[{part}]")
    return Made([step], _resized(use, use.layer.chosen_axis, divided(given, parts)), use.input.moved)


def _roll(use: LayerUse) -> Made:
    shifts, axes = use.list_of("shift"), [_dim(use, axis) for axis in use.layer.axis]
    if len(axes) == 1:
        return same(use, function(f"{{0}}.roll({shifts[0]}, {axes[0]})"))
    return same(use, function(f"{{0}}.roll({joined(shifts)}, {joined(map(known, axes))})"))


def _gather(use: LayerUse) -> Made:
    axis = _dim(use, use.layer.chosen_axis)
    if len(use.inputs) == 2:
        step = function(f"_gather({{0}}, {{1}}, {axis})", helpers=["_gather"])
        return plain(use, step)
    size = use.list_of("size")
    made = call("Gather", known(axis), *size)
    return plain(use, module(made, helpers=["Gather"]))


_REDUCED = {"max": "amax", "min": "amin", "variance": "var", "std": "std"}


def _reduce(use: LayerUse) -> Made:
    layer = use.layer
    name = _REDUCED.get(layer.function, layer.function)
    axes = range(1, use.input.rank + 1) if layer.axis is None else layer.axis
    dims = [use.input.axis(axis) for axis in axes]
    several = name not in ("argmax", "argmin", "prod", "any", "all") or len(dims) == 1
    dim = str(dims[0]) if len(dims) == 1 else str(tuple(dims))
    if not several:
        raise UnsupportedError(f"reduces several axes by `{layer.function}`", "write one layer for each axis")
    keep = ", keepdim=True" if layer.keepdims else ""
    unbiased = ", correction=0" if name in ("var", "std") else ""
    step = function(f"{{0}}.{name}({dim}{unbiased}{keep})")
    chosen = {dim % (use.input.rank + 1) for dim in dims}
    numbered = enumerate(use.input.sizes, start=1)
    sizes = [ONE if axis in chosen else size for axis, size in numbered if layer.keepdims or axis not in chosen]
    moved = use.input.moved and (layer.keepdims or (1 not in chosen and len(sizes) > 1))
    return Made([step], tuple(sizes), moved)


def _global(function_name: str) -> Kind:
    def write(use: LayerUse) -> Made:
        rank, keeps = use.layer.rank, use.layer.keepdims
        dims = str(tuple(range(2, rank + 2))) if rank > 1 else "2"
        keep = ", keepdim=True" if keeps else ""
        word = "Avg" if function_name == "mean" else "Max"
        as_module = f"nn.Adaptive{word}Pool{rank}d(1)" if keeps else ""
        step = function(f"{{0}}.{function_name}({dims}{keep})", as_module)
        sizes = (use.channels, *([ONE] * rank if keeps else []))
        return Made([step], sizes, moved=keeps and use.layer.data_format == "channels_last")

    return Kind(write, channels_first=True)


def _channel_shuffle(use: LayerUse) -> Made:
    if use.input.rank == 1:  # PyTorch's takes images alone
        return same(use, function(f"{{0}}.unflatten(1, ({use['groups']}, -1)).transpose(1, 2).flatten(1)"))
    return same(use, module(f"nn.ChannelShuffle({use['groups']})"))


def _space_to_depth(use: LayerUse) -> Made:
    block = use["block_size"]
    channels, *spatial = use.input.sizes
    sizes = (times(channels, block, block), *(divided(size, block) for size in spatial))
    moved = use.layer.data_format == "channels_last"
    return Made([_of_blocks("SpaceToDepth", "PixelUnshuffle", block, moved=moved)], sizes, moved)


def _of_blocks(own: str, name: str, block: Code, *, moved: bool) -> Step:
    """Return PyTorch's module, or one of our own for Keras's order of the channels where they are last."""
    return module(f"{own}({block})", helpers=[own]) if moved else module(f"nn.{name}({block})")


def _depth_to_space(use: LayerUse) -> Made:
    block = use["block_size"]
    channels, *spatial = use.input.sizes
    sizes = (divided(channels, times(block, block)), *(times(size, block) for size in spatial))
    moved = use.layer.data_format == "channels_last"
    return Made([_of_blocks("DepthToSpace", "PixelShuffle", block, moved=moved)], sizes, moved)


def _stack(use: LayerUse) -> Made:
    axis = use.layer.axis
    position = axis % (use.input.rank + 2)
    sizes = [*use.input.sizes]
    sizes.insert(position - 1, known(len(use.inputs)))
    taken = ", ".join(f"{{{number}}}" for number in range(len(use.inputs)))
    return plain(use, function(f"torch.stack(({taken}), {axis})"), sizes=sizes)


def _expand(use: LayerUse) -> Made:
    shape = use.list_of("shape")
    new = len(shape) - use.input.rank
    added = f"[:, {', '.join(['None'] * new)}]" if new else ""
    sizes = [known(size) if item.value == -1 else item for item, size in zip(shape, use.output, strict=True)]
    return plain(use, function(f"{{0}}{added}.expand(-1, {', '.join(map(str, shape))})"), sizes=sizes)


def _tile(use: LayerUse) -> Made:
    repeats = use.list_of("repeats")
    count = max(use.input.rank, len(repeats))
    new = count - use.input.rank
    added = f"[:, {', '.join(['None'] * new)}]" if new else ""
    stated = [ONE] * (count - len(repeats)) + repeats
    sizes = [times(many, size) for many, size in zip(stated, [ONE] * new + list(use.input.sizes), strict=True)]
    return plain(use, function(f"{{0}}{added}.repeat(1, {', '.join(map(str, stated))})"), sizes=sizes)


def _first(write: Any) -> Kind:
    return Kind(write, channels_first=True)


def _as_in_file(write: Any) -> Kind:
    return Kind(write, channels_first=False)


KINDS: dict[str, Kind] = {
    "flatten": Kind(_flatten),
    "reshape": _as_in_file(_reshape),
    "permute": _as_in_file(_permute),
    "expand_dims": _as_in_file(_expand_dims),
    "squeeze": _as_in_file(_squeeze),
    "repeat_vector": _as_in_file(_repeat_vector),
    "slice": Kind(_slice),
    "split": Kind(_split),
    "roll": Kind(_roll),
    "gather": _as_in_file(_gather),
    "reduce": Kind(_reduce),
    **{f"global_average_pooling{rank}d": _global("mean") for rank in (1, 2, 3)},
    **{f"global_max_pooling{rank}d": _global("amax") for rank in (1, 2, 3)},
    "channel_shuffle": _first(_channel_shuffle),
    "space_to_depth": _first(_space_to_depth),
    "depth_to_space": _first(_depth_to_space),
    "stack": _as_in_file(_stack),
    "expand": _as_in_file(_expand),
    "tile": _as_in_file(_tile),
}
