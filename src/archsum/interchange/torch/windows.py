"""Attention within windows, which torchvision's Swin and MaxViT write out in functions: each module as few layers."""

from math import prod
from typing import Any, NamedTuple

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.steps import Reader, Step, Steps, View
from archsum.interchange.torch.values import Value

_BIAS_TABLE = "relative_position_bias_table"


def windowed(module: Any) -> Reader | None:
    """Return what reads a module with attention within windows; None where it is none of torchvision's own.

    A class that is derived from one of these may do something else, and is read function by function.
    """
    cls = type(module)
    reader = WINDOWED.get(f"{cls.__module__}.{cls.__qualname__}")
    return reader if reader and _has_biases_or_none(module) else None


def _has_biases_or_none(module: Any) -> bool:
    """Whether both of its projections have a bias, or neither: our kind has no other."""
    pairs = (("qkv", "proj"), ("to_qkv", "merge"))
    first, last = next((getattr(module, one), getattr(module, two)) for one, two in pairs if hasattr(module, one))
    return (first.bias is None) == (last.bias is None)


class _Windows(NamedTuple):
    """The windows of an image, whose channels come last."""

    image: tuple[int, int]
    channels: int
    size: tuple[int, int]
    shift: tuple[int, int]
    padding: tuple[int, int]
    """Below, and to the right."""

    @property
    def padded(self) -> tuple[int, int]:
        """The image's sizes, which are multiples of the windows'."""
        height, width = (size + more for size, more in zip(self.image, self.padding, strict=True))
        return height, width

    @property
    def apart(self) -> list[int]:
        """The shape in which each axis of the image is one of windows and one of places within a window."""
        (rows, columns), (height, width) = self.padded, self.size
        return [rows // height, height, columns // width, width]

    @property
    def number(self) -> int:
        """How many windows there are."""
        return self.apart[0] * self.apart[2]


def _windows_of(view: View) -> _Windows:
    layout, it = view.layout(view.input), view.module
    if layout.batch != 0 or layout.is_merged or layout.rank != 4:
        raise NotUnderstoodError("takes other data than images")
    height, width, channels = layout.shape
    image = height, width
    rows, columns = (-size % window for size, window in zip(image, it.window_size, strict=True))
    padded = height + rows, width + columns
    down, right = (
        0 if window >= size else shift
        for window, size, shift in zip(it.window_size, padded, it.shift_size, strict=True)
    )
    return _Windows(image, channels, (*it.window_size,), (down, right), (rows, columns))


def _entered(windows: _Windows) -> Steps:
    """Return what is done to the image first: it is made larger, and moved."""
    rows, columns = windows.padding
    padding = [Step("zero_padding2d", {"padding": [[0, rows], [0, columns]]})] if rows or columns else []
    return [*padding, *_moved(windows, -1)]


def _left(windows: _Windows) -> Steps:
    """Return what undoes that."""
    rows, columns = windows.padding
    cropping = [Step("cropping2d", {"cropping": [[0, rows], [0, columns]]})] if rows or columns else []
    return [*_moved(windows, 1), *cropping]


def _moved(windows: _Windows, sign: int) -> Steps:
    if not any(windows.shift):
        return []
    return [Step("roll", {"shift": [sign * shift for shift in windows.shift], "axis": [1, 2]})]


def shifted(view: View) -> Steps:
    """Read torchvision's ShiftedWindowAttention; which positions its mask leaves out counts nothing."""
    it, windows = view.module, _windows_of(view)
    bias = _position_bias(view, windows.size)
    apart = Step("reshape", {"target_shape": [*windows.apart, windows.channels]})
    entered = _chained(view.input, [*_entered(windows), apart])
    attention = _attention(view, entered, bias, it.num_heads, windows.channels, axes=[2, 4])
    together = Step("reshape", {"target_shape": [*windows.padded, windows.channels]})
    return _named([attention, *_dropped(it.dropout), together, *_left(windows)])


def relative(view: View) -> Steps:
    """Read the attention of torchvision's MaxViT, which is given the windows."""
    it = view.module
    if view.layout(view.input).batch != 0 or view.layout(view.input).rank != 4:
        raise NotUnderstoodError("takes other data than windows")
    bias = _position_bias(view, (it.size, it.size))
    channels = it.n_heads * it.head_dim
    return _named([_attention(view, view.input, bias, it.n_heads, channels, axes=[2])])


def _position_bias(view: View, size: tuple[int, int]) -> Step:
    it = view.module
    heads = it.relative_position_bias_table.shape[-1]
    fields = {"num_heads": heads, "window_size": [*size]}
    return Step("relative_position_bias", fields, (), view.weights(table=_BIAS_TABLE))


def _attention(view: View, taken: Value | Step, bias: Step, heads: int, channels: int, *, axes: list[int]) -> Step:
    it = view.module
    fields: dict[str, Any] = {"num_heads": heads, "key_dim": channels // heads, "attention_axes": axes}
    if rate := getattr(it, "attention_dropout", 0.0):
        fields["dropout"] = rate
    if not any(name.endswith(".bias") for name in view.all_weights):
        fields["bias"] = False
    weights = {name: value for name, value in view.all_weights.items() if name != _BIAS_TABLE}
    return Step("multi_head_attention", {**fields, "score_bias": True}, (taken, bias), weights, in_one=True)


def shifted_by_cosine(view: View) -> Steps:
    """Read torchvision's ShiftedWindowAttentionV2: its scores are cosines, their bias is computed."""
    it, windows = view.module, _windows_of(view)
    heads, positions = it.num_heads, prod(windows.size)
    features = windows.channels // heads
    rows, height, columns, width = windows.apart
    by_heads = _chained(
        view.input,
        [
            *_entered(windows),
            _dense(view, "qkv"),
            Step("reshape", {"target_shape": [*windows.apart, 3, heads, features]}),
            Step("permute", {"dims": [5, 1, 3, 6, 2, 4, 7]}),
            Step("reshape", {"target_shape": [3, windows.number, heads, positions, features]}),
        ],
    )
    query, key, value = (
        Step("split", {"axis": 1, "parts": 3, "part": part}, (by_heads,), name=name)
        for part, name in enumerate(("query", "key", "value"))
    )
    cosines = Step(
        "einsum",
        {"equation": "bowhqd,bowhkd->bowhqk"},
        tuple(Step("unit_normalization", {"axis": -1}, (each,)) for each in (query, key)),
    )
    factor = Step("elementwise", {"function": "clamp"}, (view.weights(scale="logit_scale")["scale"],))
    scaled = Step("multiply", {}, (cosines, Step("elementwise", {"function": "exp"}, (factor,))))
    scores = Step("add", {}, (scaled, _computed_bias(view, heads, positions)))
    weights = _chained(scores, [Step("softmax"), *_dropped(it.attention_dropout)])
    return _named(
        [
            Step("matmul", {}, (weights, value)),
            Step("reshape", {"target_shape": [rows, columns, heads, height, width, features]}),
            Step("permute", {"dims": [1, 4, 2, 5, 3, 6]}),
            Step("reshape", {"target_shape": [*windows.padded, windows.channels]}),
            _dense(view, "proj"),
            *_dropped(it.dropout),
            *_left(windows),
        ]
    )


def _computed_bias(view: View, heads: int, positions: int) -> Step:
    """Return the bias of the scores, computed of the distances within a window, the same for each sample."""
    distances = Step("constant", {"shape": [*view.module.relative_coords_table.shape[1:]]}, ())
    return _chained(
        distances,
        [
            _dense(view, "cpb_mlp.0"),
            Step("relu"),
            _dense(view, "cpb_mlp.2"),
            Step("reshape", {"target_shape": [prod(view.module.relative_coords_table.shape[1:3]), heads]}),
            Step("gather", {"axis": 1, "size": [positions, positions]}),
            Step("permute", {"dims": [3, 1, 2]}),
            Step("sigmoid"),
            Step("rescaling", {"scale": 16}),
        ],
    )


def _dense(view: View, path: str) -> Step:
    """Return a dense layer that the module has in it."""
    weights = view.weights(kernel=f"{path}.weight", bias=f"{path}.bias")
    fields: dict[str, Any] = {"units": weights["kernel"].shape[0]}
    if "bias" not in weights:
        fields["bias"] = False
    return Step("dense", fields, weights=weights)


def _dropped(rate: float) -> Steps:
    return [Step("dropout", {"rate": rate})] if rate else []


def _chained(first: Value | Step, steps: Steps) -> Step:
    """Return the last of steps of which each takes what the one before gives."""
    *before, last = steps
    for step in before:
        first = step._replace(inputs=(first,))
    return last._replace(inputs=(first,))


def _named(steps: Steps) -> Steps:
    """Return steps that are in a block, which is their module's."""
    return [step._replace(name=step.name or step.kind) for step in steps]


WINDOWED: dict[str, Reader] = {
    "torchvision.models.swin_transformer.ShiftedWindowAttention": shifted,
    "torchvision.models.swin_transformer.ShiftedWindowAttentionV2": shifted_by_cosine,
    "torchvision.models.maxvit.RelativePositionalMultiHeadAttention": relative,
}
"""By the names of their classes: torchvision need not be there."""
