"""What prepares data, what holds another layer, and what states itself."""

from archsum.interchange.building.torch.activations import activated
from archsum.interchange.building.torch.code import call, joined, known
from archsum.interchange.building.torch.steps import (
    Kind,
    LayerUse,
    Made,
    UnsupportedError,
    flag,
    function,
    module,
    plain,
    same,
    unless,
)
from archsum.interchange.building.torch.windows import around, own_bias, slid
from archsum.layers import FAMILIES
from archsum.layers.axis import positions


def _rescaling(use: LayerUse) -> Made:
    scale, offset = use["scale"], use["offset"]
    if isinstance(scale.value, tuple) or isinstance(offset.value, tuple):
        made = call("Rescaling", scale, offset, known(use.input.rank - 1))
        return same(use, module(made, helpers=["Rescaling"]))
    added = "" if offset.value == 0 and offset.is_literal else f" + {offset.atom}"
    return same(use, function(f"{{0}} * {scale.atom}{added}"))


def _normalization(use: LayerUse) -> Made:
    layer = use.layer
    axes = sorted(positions(layer.axis, use.input.shape))
    shape = [use.input.sizes[axis - 1] if axis in axes else known(1) for axis in range(1, use.input.rank + 1)]
    if isinstance(layer.mean, tuple) and axes:
        shape[axes[-1] - 1] = known(len(layer.mean))
    stated = layer.mean is not None
    made = call(
        "Normalization",
        mean=use["mean"] if stated else None,
        variance=use["variance"] if stated else None,
        shape=joined(shape) if isinstance(layer.mean, tuple) or not stated else None,
        invert=flag(layer.invert),
    )
    return same(use, module(made, helpers=["Normalization"]))


def _category_encoding(use: LayerUse) -> Made:
    made = call("CategoryEncoding", use["num_tokens"], unless(use["output_mode"], "multi_hot") or "")
    return plain(use, module(made.replace(", )", ")"), helpers=["CategoryEncoding"]))


def _discretization(use: LayerUse) -> Made:
    if use.layer.bin_boundaries is None:
        raise UnsupportedError("finds its ranges in data, which PyTorch cannot", "state them as `bin_boundaries`")
    made = call("Discretization", use["bin_boundaries"], output_mode=unless(use["output_mode"], "int"))
    return plain(use, module(made, helpers=["Discretization"]))


def _locally_connected(use: LayerUse) -> Made:
    layer, rank, filters = use.layer, use.layer.rank, use["filters"]
    spatial, moved = slid(use), layer.data_format == "channels_last"
    pairs = [window.sides for window in layer.windows]
    padding = around(pairs) if any(map(any, pairs)) else None
    made = call(
        f"LocallyConnected{rank}d",
        use.channels,
        filters,
        joined(spatial),
        known(layer.kernel_size),
        known(layer.strides),
        padding=padding,
    )
    steps = [module(made, helpers=[f"LocallyConnected{rank}d"]), *own_bias(use, filters, spatial)]
    return Made([*steps, *activated(use, moved)], (filters, *spatial), moved)


def _augmentation(use: LayerUse) -> Made:
    raise UnsupportedError(
        "changes the data in training, which in PyTorch is what loads them does, not the model",
        "leave it out, and use `torchvision.transforms.v2`",
    )


KINDS: dict[str, Kind] = {
    "rescaling": Kind(_rescaling, channels_first=True),
    "normalization": Kind(_normalization, channels_first=False),
    "category_encoding": Kind(_category_encoding, channels_first=False),
    "discretization": Kind(_discretization, channels_first=False),
    **{f"locally_connected{rank}d": Kind(_locally_connected, channels_first=True) for rank in (1, 2)},
    **{kind: Kind(_augmentation) for kind in FAMILIES["augmentation"]},
}
