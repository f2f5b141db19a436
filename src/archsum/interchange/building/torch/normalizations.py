"""Normalizations and factors of channels."""

from archsum.interchange.building.torch.code import Code, call, joined, known
from archsum.interchange.building.torch.steps import (
    Kind,
    LayerUse,
    Made,
    Step,
    UnsupportedError,
    flag,
    function,
    module,
    same,
    unless,
)
from archsum.interchange.building.torch.windows import own_bias
from archsum.layers.axis import positions


def _batch(use: LayerUse) -> Made:
    """Write a batch normalization; PyTorch's momentum is what is taken of the new, Keras's what is kept of the old."""
    rank = max(use.input.rank - 1, 1)
    if rank > 3:
        raise UnsupportedError(
            "normalizes data of more than 3 axes beside the channels", "`reshape` the data before it"
        )
    name, helpers, affine = f"nn.BatchNorm{rank}d", list[str](), None
    scale, center = use.layer.scale, use.layer.center
    if not (scale or center):
        affine = "False"
    elif not (scale and center):
        name = f"{'Centered' if center else 'Scaled'}BatchNorm{rank}d"
        helpers = [name]
    stated = use.formulas.get("momentum")
    momentum = known(round(1 - use.layer.momentum, 12)) if stated is None else Code(f"1 - {stated.atom}")
    epsilon = unless(use["epsilon"], 1e-5)
    made = call(name, use.channels, eps=epsilon, momentum=unless(momentum, 0.1), affine=affine)
    return same(use, module(made, helpers=helpers))


def _group(use: LayerUse) -> Made:
    scale, center = use.layer.scale, use.layer.center
    if scale != center:
        raise UnsupportedError("has one of `scale` and `center`, of which PyTorch has both or none", "write both")
    affine = None if scale else "False"
    return same(use, module(call("nn.GroupNorm", use["groups"], use.channels, eps=use["epsilon"], affine=affine)))


def _instance(use: LayerUse) -> Made:
    scale, center = use.layer.scale, use.layer.center
    rank = use.input.rank - 1
    if scale != center or rank < 1:
        raise UnsupportedError("has one of `scale` and `center`, of which PyTorch has both or none", "write both")
    made = call(
        f"nn.InstanceNorm{rank}d",
        use.channels,
        eps=unless(use["epsilon"], 1e-5),
        affine=flag(scale),
        track_running_stats=flag(use.layer.track_running_stats),
    )
    return same(use, module(made))


def _last(use: LayerUse) -> tuple[str, bool]:
    """Return the sizes of the axes that are normalized, and whether these are the last."""
    found = sorted(positions(use.layer.axis, use.input.shape))
    sizes = [use.input.sizes[position - 1] for position in found]
    are_last = found == [*range(use.input.rank - len(found) + 1, use.input.rank + 1)]
    return (str(sizes[0]) if len(sizes) == 1 else joined(sizes)), are_last


def _layer(use: LayerUse) -> Made:
    shape, are_last = _last(use)
    scale, center = use.layer.scale, use.layer.center
    if center and not scale:
        raise UnsupportedError("has a `center` without a `scale`, which PyTorch lacks", "write `scale: true` as well")
    affine, bias = (None if scale else "False"), (None if center or not scale else "False")
    made = call("nn.LayerNorm", shape, eps=unless(use["epsilon"], 1e-5), elementwise_affine=affine, bias=bias)
    return _behind(use, module(made), are_last=are_last)


def _rms(use: LayerUse) -> Made:
    shape, are_last = _last(use)
    return _behind(use, module(call("nn.RMSNorm", shape, eps=use["epsilon"])), are_last=are_last)


def _behind(use: LayerUse, step: Step, *, are_last: bool) -> Made:
    """Return what normalizes the last axes; others are moved there, and back."""
    if are_last:
        return same(use, step)
    found = sorted(positions(use.layer.axis, use.input.shape))
    ends = tuple(range(-len(found), 0))
    axes, target = (found[0], -1) if len(found) == 1 else (tuple(found), ends)
    there = function(f"{{0}}.movedim({axes}, {target})")
    back = function(f"{{0}}.movedim({target}, {axes})")
    return same(use, there, step, back)


def _unit(use: LayerUse) -> Made:
    dims = [use.input.axis(axis) for axis in use.layer.axis]
    dim = dims[0] if len(dims) == 1 else tuple(dims)
    return same(use, function(f"F.normalize({{0}}, dim={dim})"))


def _local_response(use: LayerUse) -> Made:
    made = call(
        "nn.LocalResponseNorm",
        use["size"],
        alpha=unless(use["alpha"], 0.0001),
        beta=unless(use["beta"], 0.75),
        k=unless(use["k"], 1.0),
    )
    return same(use, module(made))


def _scale(use: LayerUse) -> Made:
    scale = module(f"Scale({use.channels}, {use.input.rank - 1})", helpers=["Scale"])
    return same(use, scale, *own_bias(use, use.channels, list(use.input.sizes[1:])))


def _layer_scale(use: LayerUse) -> Made:
    """Write factors that lie along an axis: with as many axes of size 1 behind as the data have there."""
    axis = use.input.axis(use.layer.chosen_axis) % (use.input.rank + 1)
    behind = use.input.rank - axis
    arguments = [use.input.sizes[axis - 1], *([known(behind)] if behind else [])]
    return same(use, module(call("LayerScale", *arguments), helpers=["LayerScale"]))


KINDS: dict[str, Kind] = {
    "batch_normalization": Kind(_batch, channels_first=True),
    "group_normalization": Kind(_group, channels_first=True),
    "instance_normalization": Kind(_instance, channels_first=True),
    "layer_normalization": Kind(_layer, channels_first=False),
    "rms_normalization": Kind(_rms, channels_first=False),
    "unit_normalization": Kind(_unit),
    "local_response_normalization": Kind(_local_response, channels_first=True),
    "scale": Kind(_scale, channels_first=True),
    "layer_scale": Kind(_layer_scale),
}
