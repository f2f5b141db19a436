"""What optimizers keep for each weight, and what their step takes beside it."""

from collections.abc import Callable
from math import prod
from typing import NamedTuple

Sizes = tuple[int, ...]


class Optimizer(NamedTuple):
    """An optimizer: the elements of its state for a weight, and whether its step makes a copy of all weights."""

    state: Callable[[Sizes], int]
    copies: bool = False


def _slots(count: int) -> Callable[[Sizes], int]:
    return lambda shape: count * prod(shape)


def _factored(shape: Sizes) -> int:
    """Return a matrix's rows and columns, which are kept in place of its elements; other axes are kept."""
    if len(shape) < 2:
        return prod(shape)
    *others, rows, columns = shape
    return prod(others) * (rows + columns)


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer(_slots(0)),
    "momentum": Optimizer(_slots(1)),
    "rmsprop": Optimizer(_slots(1), copies=True),
    "adagrad": Optimizer(_slots(1), copies=True),
    "adam": Optimizer(_slots(2), copies=True),
    "adamw": Optimizer(_slots(2), copies=True),
    "lion": Optimizer(_slots(1), copies=True),
    "adafactor": Optimizer(_factored, copies=True),
}
"""By the words of a file. What a step copies is as on a GPU, where PyTorch updates all weights at once (`foreach`).

Source: https://pytorch.org/docs/stable/optim.html; lion: Chen et al. 2023, arXiv:2302.06675; adafactor: Shazeer, Stern
2018, arXiv:1804.04235.
"""
