"""The models of torchvision, built on PyTorch's meta device, where tensors have a shape and no data."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any, ClassVar

from archsum.layers.shapes import Shape
from tests.support.parity.real_models import Facts, image_size
from tests.support.parity.tensors import Tensor, Tensors, learned_data, sizes

BATCH = 2
"""A model in training, with the auxiliary heads that it may have, cannot normalize a batch of one."""


@dataclass(frozen=True)
class Torchvision:
    """A model of torchvision, by the name of the function that builds it, and the function's arguments.

    `published` is whether the MACs that torchvision publishes are those of this model: they leave auxiliary heads out.
    The function of RegNet computes the widths with tensors, which it can on the `device` "cpu" only.
    """

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    published: bool = True
    device: str = "meta"

    needs_torch: ClassVar[bool] = True

    def __str__(self) -> str:
        return ", ".join([f"torchvision's {self.name}", *(f"{key}={value}" for key, value in self.arguments.items())])

    def build(self) -> Any:
        """Build the model; on the meta device its weights have no values."""
        import torch

        with torch.device(self.device), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of how weights will be initialized, which does not matter
            return torchvision().models.get_model(self.name, weights=None, **self.arguments)

    def facts(self, input_shape: Shape) -> Facts:
        """Build the model, run it, and collect what it has."""
        import torch

        images = torch.empty(BATCH, 3, *image_size(input_shape), device="meta")
        facts = facts_of(self.build().to("meta"), images)
        if not self.published:
            return facts
        weights = torchvision().models.get_model_weights(self.name)
        return facts._replace(published_gigamacs=weights.DEFAULT.meta["_ops"])


def torchvision() -> Any:
    """Import torchvision, also where its compiled operators do not fit PyTorch, as beside a build without CUDA.

    The models need none of them; but when it is imported, torchvision says of two what shapes they give.
    """
    try:
        import torchvision
    except RuntimeError:
        _declare_operators()
        import torchvision
    return torchvision


@cache
def _declare_operators() -> Any:
    """Declare the two operators; the declarations live as long as what is returned."""
    import torch

    operators = torch.library.Library("torchvision", "FRAGMENT")
    operators.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    operators.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return operators


def facts_of(model: Any, batch: Any) -> Facts:
    """Run a model on a batch, both on the meta device, and collect what the model has."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    outputs: dict[Any, tuple[int, ...]] = {}
    windowed = {module for module in model.modules() if type(module).__name__ == "ShiftedWindowAttention"}
    stacked = {module.qkv for module in windowed}

    def record(module: Any, _: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple) else output
        outputs[module] = sizes(first.shape[1:])
        if isinstance(module, torch.nn.MultiheadAttention):
            outputs[module.out_proj] = outputs[module]  # which it uses without running it
        if module in windowed:
            # It runs neither of its layers, and works on windows: each spatial axis is one of windows, one of places.
            _, *image, channels = first.shape
            sides = ((size // side, side) for size, side in zip(image, module.window_size, strict=True))
            outputs[module.qkv] = outputs[module.proj] = sizes((*chain.from_iterable(sides), channels))

    for module in model.modules():
        if any(True for _ in module.parameters(recurse=False)):
            module.register_forward_hook(record)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(batch)

    tensors: Tensors = {}
    for name, module in model.named_modules():
        for tensor in _tensors(module, outputs.get(module, ()), is_stacked=module in stacked):
            tensors.setdefault(tensor, []).append(name)
    params = sum(parameter.numel() for parameter in model.parameters())
    return Facts(tensors, {"torch_params": params, "macs": counter.get_total_flops() // (2 * len(batch))})


NORMALIZATION = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}
"""Keras's names for what PyTorch's normalizations have."""


def _tensors(module: Any, output: tuple[int, ...], *, is_stacked: bool = False) -> Iterator[Tensor]:
    """Write a module's own tensors, without those of the modules in it.

    `is_stacked` is whether they are the query's, key's and value's in one, as a MultiheadAttention's are.
    """
    from torch import nn

    normalizations = nn.modules.batchnorm._BatchNorm | nn.LayerNorm | nn.GroupNorm
    statistics = [(name, buffer) for name, buffer in module.named_buffers(recurse=False) if buffer.is_floating_point()]
    for name, tensor in [*module.named_parameters(recurse=False), *statistics]:
        shape, trainable = tuple(tensor.shape), tensor.requires_grad
        if isinstance(module, normalizations):
            yield Tensor(NORMALIZATION[name], shape, output, trainable)
        elif isinstance(module, nn.RMSNorm):
            yield Tensor("scale", shape, output, trainable)
        elif is_stacked or isinstance(module, nn.MultiheadAttention):
            yield from [_tensor(name, (shape[0] // 3, *shape[1:]), output, trainable=trainable)] * 3
        elif isinstance(module, nn.modules.conv._ConvNd | nn.Linear):
            yield _tensor(name, shape, output, trainable=trainable)
        elif isinstance(module, nn.Embedding):
            yield Tensor("embeddings", shape, output, trainable)
        else:
            yield learned_data(shape, trainable=trainable)


def _tensor(name: str, shape: tuple[int, ...], output: tuple[int, ...], *, trainable: bool) -> Tensor:
    """Write a kernel, which PyTorch begins with the two axes that Keras ends with, or a bias."""
    if name.endswith("bias"):
        return Tensor("bias", shape, output, trainable)
    return Tensor("kernel", (*shape[2:], shape[1], shape[0]), output, trainable)
