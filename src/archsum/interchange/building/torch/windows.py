"""Convolutions and poolings."""

from dataclasses import replace
from typing import Any

from archsum.interchange.building.torch.activations import activated
from archsum.interchange.building.torch.code import ONE, UNKNOWN, Code, call, divided, joined, known, plus, times
from archsum.interchange.building.torch.steps import Kind, LayerUse, Made, Step, module, unless
from archsum.layers.spatial import AXES
from archsum.layers.untied import UntiedAlong

RANKS = (1, 2, 3)
_OF_WINDOWS = {"kernel_size", "pool_size", "strides", "padding", "dilation_rate"}


def _channels_of(use: LayerUse) -> bool:
    """Whether the file has the channels last, so that they are moved."""
    return bool(use.layer.data_format == "channels_last")


def _made(use: LayerUse, steps: list[Step], channels: Code, spatial: list[Code]) -> Made:
    moved = _channels_of(use)
    return Made(
        [*steps, *(activated(use, moved) if hasattr(use.layer, "activation") else ())], (channels, *spatial), moved
    )


def _item(use: LayerUse, name: str, axis: int) -> Code:
    """Return one axis's value of a field that has a number, or one for each axis."""
    value = getattr(use.layer, name)[axis]
    if name in use.lists:
        return use.lists[name][axis]
    stated = use.formulas.get(name)
    if stated is None:
        return known(value)
    if use.differs_by_axis(name):
        return Code(f"{stated.atom}[{axis}]", value)
    return stated._replace(value=value)


def slid(use: LayerUse) -> list[Code]:
    """Return the sizes of what a window gives."""
    stated = "strides" if getattr(use.layer, "strides", None) else "pool_size"
    sizes = []
    for axis, (size, window) in enumerate(zip(use.input.sizes[1:], use.layer.windows, strict=True)):
        stride = _item(use, stated, axis)
        value = window.output_size(size.value)
        if size.value is None or ("padding" in use.formulas and use.differs("padding") and _is_word(use)):
            sizes.append(Code(UNKNOWN, value))
        elif size.is_literal and _is_known(use):
            sizes.append(known(value))
        elif _keeps(window, size.value):
            base, strides = size.without_strides
            more = () if stride.text == "1" else (stride.text,)
            whole = divided(size, stride) if size.value % stride.value == 0 else _ceiling(size, stride)
            sizes.append(whole._replace(value=value, strided=(base, (*strides, *more))))
        else:
            sizes.append(_windows(use, axis, size, stride, value))
    return sizes


def _is_word(use: LayerUse) -> bool:
    """Whether the padding is a word where the layer is used."""
    return any(isinstance(layer.padding, str) for layer in use.layers)


def _is_known(use: LayerUse) -> bool:
    return not (use.formulas.keys() | use.lists.keys()) & _OF_WINDOWS


def _keeps(window: Any, size: int) -> bool:
    """Whether nothing but the stride changes the size."""
    return bool(window.keeps_size or sum(_sides(window)) == window.extent - 1)


def _sides(window: Any) -> tuple[int, int]:
    """Return the padding in numbers, as far as it is stated so."""
    return (0, 0) if isinstance(window.padding, str) else window.padding


def _ceiling(size: Code, stride: Code) -> Code:
    return Code(f"-(-{size.atom} // {stride.atom})")


def _windows(use: LayerUse, axis: int, size: Code, stride: Code, value: int | None) -> Code:
    """Return how many windows there are along an axis."""
    name = "pool_size" if hasattr(use.layer, "pool_size") else "kernel_size"
    kernel = _item(use, name, axis)
    window = use.layer.windows[axis]
    if (
        kernel.text == stride.text
        and not sum(_sides(window))
        and window.dilation == 1
        and not getattr(window, "ceil", False)
    ):
        return divided(size, stride)._replace(value=value)
    reach = plus(size, known(sum(_sides(window))), known(-window.extent))
    if "kernel_size" in use.formulas or "padding" in use.formulas:
        padding = use.formulas.get("padding", known(sum(_sides(window)) // 2))
        reach = Code(
            f"{plus(size, times(known(2), padding))} - {kernel.atom}", size.value + sum(_sides(window)) - window.extent
        )
    return plus(divided(reach, stride), ONE)._replace(value=value)


def is_same(use: LayerUse) -> bool:
    """Whether the padding follows the size, and the strides may be others than 1."""
    return bool(use.layer.padding == "same")


def padding_of(use: LayerUse) -> Code | None:
    """Return the padding that PyTorch's own module takes; None for none."""
    use.read.add("padding")
    if "padding" in use.formulas:
        return use.formulas["padding"]
    if "padding" in use.lists:
        return Code(joined(use.lists["padding"]), None)
    padding = use.layer.padding
    if padding == "valid":
        return None
    pairs = padding if not isinstance(padding, str) else ()
    sides = [before for before, _ in pairs]
    if not any(sides):
        return None
    return known(sides[0] if len(set(sides)) == 1 else tuple(sides))


def uneven(use: LayerUse) -> list[tuple[int, int]]:
    """Return what is around each axis, where the sides differ; nothing where they do not."""
    padding = use.layer.padding
    if isinstance(padding, str):
        if padding == "causal":
            return [(window.extent - 1, 0) for window in use.layer.windows]
        return []
    return [*padding] if any(before != after for before, after in padding) else []


def around(pairs: list[tuple[int, int]]) -> str:
    """Write sides as PyTorch has them: those of the last axis first."""
    return joined(known(side) for pair in reversed(pairs) for side in pair)


def _padded(use: LayerUse, value: str = "0.0") -> list[Step]:
    """Return the module that pads unevenly, if there is one."""
    if use.layer.padding == "causal" and use.formulas.keys() & {"dilation_rate", "kernel_size"}:
        reach = times(_item(use, "dilation_rate", 0), plus(_item(use, "kernel_size", 0), known(-1)))
        return [module(f"nn.ConstantPad1d(({reach}, 0), {value})", word="padding")]
    sides = uneven(use)
    return [module(f"nn.ConstantPad{use.layer.rank}d({around(sides)}, {value})", word="padding")] if sides else []


def untied_bias(use: LayerUse, channels: Code, spatial: list[Code]) -> list[Step]:
    """Return what adds a bias of each location, or each along some axes."""
    bias = use.layer.bias
    if bias in (False, "tied"):
        return []
    sizes = list(spatial)
    if isinstance(bias, UntiedAlong):
        names = AXES[len(spatial)]
        along = {names.index(axis) if isinstance(axis, str) else axis for axis in bias.axes}
        sizes = [size if number in along else ONE for number, size in enumerate(sizes)]
    return [module(call("Bias", channels, *sizes), word="bias", helpers=["Bias"])]


def own_bias(use: LayerUse, channels: Code, spatial: list[Code]) -> list[Step]:
    """Return what adds a bias of any kind, behind a module that has none."""
    if use.layer.bias == "tied":
        return [module(call("Bias", channels, *[ONE] * len(spatial)), word="bias", helpers=["Bias"])]
    return untied_bias(use, channels, spatial)


def tied(use: LayerUse) -> str | None:
    """Return the argument `bias` of PyTorch's own module."""
    if use.differs("bias"):
        return use["bias"].text
    return None if use.layer.bias == "tied" else "False"


def _convolution(use: LayerUse, channels: Code, filters: Code, groups: Code | None) -> list[Step]:
    rank = use.layer.rank
    strides = use.per_axis("strides")
    name, helpers, padding = f"nn.Conv{rank}d", [], padding_of(use)
    steps = _padded(use)
    if steps:
        padding = None
    elif is_same(use) and "padding" not in use.formulas:
        padding = known("same")
        if strides.text != "1":
            name, padding = f"Conv{rank}dSame", None
            helpers = [name]
    elif padding is not None and any(it.padding == "same" and max(it.strides) > 1 for it in use.layers):
        name = f'(Conv{rank}dSame if {padding.atom} == "same" else nn.Conv{rank}d)'
        helpers = [f"Conv{rank}dSame"]
        padding = Code(f'0 if {padding.atom} == "same" else {padding.text}')
    if padding is not None and "kernel_size" not in use.formulas and padding.text == "0":
        padding = None
    made = call(
        name,
        channels,
        filters,
        use.per_axis("kernel_size"),
        stride=unless(strides, 1),
        padding=padding,
        dilation=unless(use.per_axis("dilation_rate"), 1),
        groups=groups and unless(groups, 1),
        bias=tied(use),
    )
    return [*steps, module(made, helpers=helpers)]


def _conv(use: LayerUse) -> Made:
    spatial, filters = slid(use), use["filters"]
    if getattr(use.layer, "connection_table", None) is not None:
        steps = _connected(use)
    else:
        steps = _convolution(use, use.channels, filters, use["groups"])
    return _made(use, [*steps, *untied_bias(use, filters, spatial)], filters, spatial)


def _connected(use: LayerUse) -> list[Step]:
    """Return a convolution whose filters see the channels of a table."""
    padding = "same" if is_same(use) else padding_of(use)
    if uneven(use) or (padding == "same" and max(use.layer.strides) > 1):
        steps = _padded(use)
        padding = None
    else:
        steps = []
    table = use["connection_table"]
    made = call(
        "ConnectedConv2d",
        use.channels,
        table,
        use.per_axis("kernel_size"),
        stride=unless(use.per_axis("strides"), 1),
        padding=known("same") if padding == "same" else padding,
        dilation=unless(use.per_axis("dilation_rate"), 1),
        bias=tied(use),
    )
    return [*steps, module(made, helpers=["ConnectedConv2d"])]


def _depthwise(use: LayerUse) -> Made:
    spatial, filters = slid(use), times(use.channels, use["depth_multiplier"])
    steps = _convolution(use, use.channels, filters, use.channels)
    return _made(use, [*steps, *untied_bias(use, filters, spatial)], filters, spatial)


def _separable(use: LayerUse) -> Made:
    spatial, filters = slid(use), use["filters"]
    between = times(use.channels, use["depth_multiplier"])
    without = replace(use, layer=use.layer.model_copy(update={"bias": False}), layers=())
    *padding, depthwise = _convolution(without, use.channels, between, use.channels)
    pointwise = module(call(f"nn.Conv{use.layer.rank}d", between, filters, ONE, bias=tied(use)), word="pointwise")
    depthwise = Step(module=depthwise.module, word="depthwise", helpers=depthwise.helpers)
    return _made(use, [*padding, depthwise, pointwise, *untied_bias(use, filters, spatial)], filters, spatial)


def _transposed(use: LayerUse) -> Made:
    """Write a transposed convolution; where more is cut off behind than before, what is left is cut off after it."""
    layer, filters, rank = use.layer, use["filters"], use.layer.rank
    spatial = [
        known(size)
        if given.is_literal
        else times(given, stride)._replace(value=size)
        if _reach(window) == window.stride
        else Code(_enlarged(given, window), size)
        for given, size, window, stride in zip(
            use.input.sizes[1:],
            layer.slide(tuple(size.value for size in use.input.sizes[1:])),
            layer.windows,
            [_item(use, "strides", axis) for axis in range(rank)],
            strict=True,
        )
    ]
    before, extra, cut = [], [], []
    for window in layer.windows:
        first, last = window.cut
        rest = first - last + window.added
        before.append(first)
        extra.append(max(rest, 0))
        cut.append((0, min(rest, 0)))
    padding = use.formulas.get("padding") or known(before[0] if len(set(before)) == 1 else tuple(before))
    output_padding = known(extra[0] if len(set(extra)) == 1 else tuple(extra))
    made = call(
        f"nn.ConvTranspose{rank}d",
        use.channels,
        filters,
        use.per_axis("kernel_size"),
        stride=unless(use.per_axis("strides"), 1),
        padding=unless(padding, 0),
        output_padding=unless(output_padding, 0),
        groups=unless(use["groups"], 1),
        bias=tied(use),
        dilation=unless(use.per_axis("dilation_rate"), 1),
    )
    steps = [module(made)]
    if any(map(any, cut)):
        steps.append(module(f"nn.ConstantPad{rank}d({around(cut)}, 0.0)", word="cropping"))
    return _made(use, [*steps, *untied_bias(use, filters, spatial)], filters, spatial)


def _enlarged(size: Code, window: Any) -> str:
    return str(plus(times(plus(size, known(-1)), known(window.stride)), known(_reach(window))))


def _reach(window: Any) -> int:
    """Return the size that a transposed convolution makes of 1."""
    return sum(number for number, _ in window.ends)


def _pooling(word: str, pad: str) -> Any:
    def write(use: LayerUse) -> Made:
        layer, rank = use.layer, use.layer.rank
        name, helpers, padding = f"nn.{word}Pool{rank}d", list[str](), padding_of(use)
        strides = None if layer.strides is None else use.per_axis("strides")
        pool = use.per_axis("pool_size")
        steps = _padded(use, pad)
        count: str | None = None
        if steps:
            padding = None
        elif is_same(use):
            name, padding = f"{word}Pool{rank}dSame", None
            even = strides is not None and strides.text == "1" and all(size % 2 for size in layer.pool_size)
            if (even and pool.is_literal and not hasattr(layer, "dilation_rate")) or (
                even and getattr(layer, "dilation_rate", (1,)) == (1,) * rank
            ):
                sides = [size // 2 for size in layer.pool_size]
                name, padding = f"nn.{word}Pool{rank}d", known(sides[0] if len(set(sides)) == 1 else tuple(sides))
                if not pool.is_literal:
                    padding = divided(pool, known(2))
                count = "False" if word == "Avg" else None
            else:
                helpers = [name]
        shifted = strides if strides is not None and strides.text != pool.text else None
        dilation = unless(use.per_axis("dilation_rate"), 1) if hasattr(layer, "dilation_rate") else None
        made = call(
            name,
            pool,
            stride=shifted,
            padding=padding,
            dilation=dilation,
            ceil_mode="True" if layer.ceil_mode else None,
            count_include_pad=count,
        )
        return _made(use, [*steps, module(made, helpers=helpers)], use.channels, slid(use))

    return write


def _adaptive(word: str) -> Any:
    def write(use: LayerUse) -> Made:
        size = use.per_axis("output_size")
        sizes = [_item(use, "output_size", axis) for axis in range(use.layer.rank)]
        return _made(use, [module(f"nn.Adaptive{word}Pool{use.layer.rank}d({size})")], use.channels, sizes)

    return write


def _channels_first(write: Any) -> Kind:
    return Kind(write, channels_first=True)


KINDS: dict[str, Kind] = {
    **{f"conv{rank}d": _channels_first(_conv) for rank in RANKS},
    **{f"depthwise_conv{rank}d": _channels_first(_depthwise) for rank in RANKS},
    **{f"separable_conv{rank}d": _channels_first(_separable) for rank in RANKS},
    **{f"conv{rank}d_transpose": _channels_first(_transposed) for rank in RANKS},
    **{f"max_pooling{rank}d": _channels_first(_pooling("Max", 'float("-inf")')) for rank in RANKS},
    **{f"average_pooling{rank}d": _channels_first(_pooling("Avg", "0.0")) for rank in RANKS},
    **{f"adaptive_max_pooling{rank}d": _channels_first(_adaptive("Max")) for rank in RANKS},
    **{f"adaptive_average_pooling{rank}d": _channels_first(_adaptive("Avg")) for rank in RANKS},
}
