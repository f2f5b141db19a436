"""PyTorch's optimizers, of which the memory of a training step is measured."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

Optimizer = Literal["sgd", "momentum", "adam"]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)


def make_optimizer(name: Optimizer, parameters: Iterable[Any]) -> Any:
    """Return an optimizer that changes all weights at once (`foreach`), as is the default on a GPU."""
    import torch

    if name == "adam":
        return torch.optim.Adam(parameters, lr=1e-5, foreach=True)
    return torch.optim.SGD(parameters, lr=1e-5, momentum=0.9 if name == "momentum" else 0, foreach=True)
