"""What adds or cuts off elements along axes: padding, cropping, resizing, unpooling."""

from typing import Any

from archsum.interchange.building.torch.code import Code, call, joined, known, plus, times
from archsum.interchange.building.torch.steps import (
    Kind,
    LayerUse,
    Made,
    UnsupportedError,
    function,
    module,
    plain,
)
from archsum.interchange.building.torch.windows import around


def _pad_module(word: str) -> Kind:
    def write(use: LayerUse) -> Made:
        pairs = [tuple(pair) for pair in use.layer.padding]
        rank = use.layer.rank
        even = len({side for pair in pairs for side in pair}) == 1
        use.read.add("padding")
        sides = str(use.formulas.get("padding") or pairs[0][0]) if even else around(pairs)
        sizes = [
            plus(size, known(sum(pair))) if "padding" not in use.formulas else Code(f"{size} + 2 * {sides}", None)
            for size, pair in zip(use.input.sizes[1:], pairs, strict=True)
        ]
        step = module(f"nn.{word}Pad{rank}d({sides})")
        return Made([step], (use.channels, *sizes), moved=use.layer.data_format == "channels_last")

    return Kind(write, channels_first=True)


def _cropping(use: LayerUse) -> Made:
    pairs = [tuple(pair) for pair in use.layer.cropping]
    use.read.add("cropping")
    stated = use.formulas.get("cropping")
    moved = use.layer.data_format == "channels_last"
    if stated is not None and len({side for pair in pairs for side in pair}) == 1:
        sides = f"(-{stated.atom},) * {2 * len(pairs)}"
        sizes = [
            plus(size, known(-sum(pair)))
            if size.is_literal and stated.is_literal
            else Code(f"{size} - 2 * {stated.atom}", None if size.value is None else size.value - sum(pair))
            for size, pair in zip(use.input.sizes[1:], pairs, strict=True)
        ]
    else:
        sides = joined(str(-side) for pair in reversed(pairs) for side in pair)
        sizes = [plus(size, known(-sum(pair))) for size, pair in zip(use.input.sizes[1:], pairs, strict=True)]
    return Made([function(f"F.pad({{0}}, {sides})")], (use.channels, *sizes), moved=moved)


def _pad(use: LayerUse) -> Made:
    sides = around([tuple(pair) for pair in use.layer.padding])
    sizes = [plus(size, known(sum(pair))) for size, pair in zip(use.input.sizes, use.layer.padding, strict=True)]
    mode = "" if use.layer.mode == "constant" else f', mode="{use.layer.mode}"'
    return plain(use, function(f"F.pad({{0}}, {sides}{mode})"), sizes=sizes)


_MODES = ("nearest", "bilinear", "bicubic")


def _up_sampling(use: LayerUse) -> Made:
    interpolation = getattr(use.layer, "interpolation", "nearest")
    if interpolation not in _MODES:
        raise UnsupportedError(
            f"interpolates by {interpolation}, which PyTorch lacks", "write `interpolation: bicubic`"
        )
    mode = None if interpolation == "nearest" else f'"{interpolation}"'
    factor = use.per_axis("size")
    sizes = [
        times(size, known(many) if factor.is_literal else factor)
        for size, many in zip(use.input.sizes[1:], use.layer.size, strict=True)
    ]
    stated = factor if not factor.text.startswith("(") else Code(joined(f"{many}.0" for many in use.layer.size))
    step = module(call("nn.Upsample", scale_factor=stated, mode=mode))
    return Made([step], (use.channels, *sizes), moved=use.layer.data_format == "channels_last")


def _resizing(use: LayerUse) -> Made:
    layer = use.layer
    if layer.interpolation not in _MODES:
        raise UnsupportedError(
            f"interpolates by {layer.interpolation}, which PyTorch lacks", "write `interpolation: bicubic`"
        )
    if layer.crop_to_aspect_ratio or layer.pad_to_aspect_ratio:
        raise UnsupportedError("keeps the aspect ratio, which PyTorch does not", "crop or pad the image before it")
    moved = layer.data_format == "channels_last"
    mode = '"nearest-exact"' if layer.interpolation == "nearest" else f'"{layer.interpolation}"'
    spatial = _spatial(use)
    if len(use.inputs) > 1:
        spatial = list(use.inputs[1].sizes[1:])
        return Made(
            [function(call("F.interpolate", "{0}", "{1}.shape[2:]", mode=mode))], (use.channels, *spatial), moved
        )
    if layer.factor is not None:
        factor = use.per_axis("factor")
        # Elements are found by the size that there is, as where it is stated: of 7 elements 9, and not 9.1.
        stated = f"scale_factor={factor}, mode={mode}, recompute_scale_factor=True"
        step = function(f"F.interpolate({{0}}, {stated})", f"nn.Upsample({stated})")
        return Made([step], (use.channels, *spatial), moved)
    size = joined([use["height"], use["width"]])
    step = function(call("F.interpolate", "{0}", size, mode=mode), call("nn.Upsample", size, mode=mode))
    return Made([step], (use.channels, use["height"], use["width"]), moved)


def _spatial(use: LayerUse) -> list[Code]:
    """Return the sizes of the output beside the channels, for the file's defaults."""
    last = use.layer.data_format == "channels_last"
    return [known(size) for size in (use.output[:-1] if last else use.output[1:])]


def _center_crop(use: LayerUse) -> Made:
    step = function(f"_center_crop({{0}}, {use['height']}, {use['width']})", helpers=["_center_crop"])
    sizes = (use.channels, use["height"], use["width"])
    return Made([step], sizes, moved=use.layer.data_format == "channels_last")


def _unpooling(use: LayerUse) -> Made:
    layer, rank = use.layer, use.layer.rank
    size: Code | None = None
    if len(use.inputs) == 3:
        spatial, size = list(use.inputs[2].sizes[1:]), Code("{2}.shape[2:]")
    else:
        spatial = _spatial(use)
        size = None if layer.output_size is None else use.per_axis("output_size")
        size = known((size.value,) * rank) if size is not None and isinstance(size.value, int) else size
    strides = None if layer.strides is None else _each("strides", use)
    padding = None if set(layer.padding) == {0} else _each("padding", use)
    stated = call(
        f"F.max_unpool{rank}d",
        "{0}",
        "{1}_indices",
        _each("pool_size", use),
        stride=strides,
        padding=padding,
        output_size=size,
    )
    return Made([function(stated)], (use.channels, *spatial), moved=layer.data_format == "channels_last")


def _each(name: str, use: LayerUse) -> Code:
    """Return a field with a number for each axis, as functions take it."""
    code = use.per_axis(name)
    return known((code.value,) * use.layer.rank) if code.is_literal and isinstance(code.value, int) else code


def _first(write: Any) -> Kind:
    return Kind(write, channels_first=True)


KINDS: dict[str, Kind] = {
    **{f"zero_padding{rank}d": _pad_module("Zero") for rank in (1, 2, 3)},
    **{f"reflection_padding{rank}d": _pad_module("Reflection") for rank in (1, 2, 3)},
    **{f"replication_padding{rank}d": _pad_module("Replication") for rank in (1, 2, 3)},
    **{f"circular_padding{rank}d": _pad_module("Circular") for rank in (1, 2, 3)},
    **{f"cropping{rank}d": _first(_cropping) for rank in (1, 2, 3)},
    "pad": Kind(_pad, channels_first=False),
    **{f"up_sampling{rank}d": _first(_up_sampling) for rank in (1, 2, 3)},
    "resizing": _first(_resizing),
    "center_crop": _first(_center_crop),
    **{f"max_unpooling{rank}d": _first(_unpooling) for rank in (1, 2, 3)},
}
