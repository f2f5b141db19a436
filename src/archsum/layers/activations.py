"""What activations are, as layers and as parts of others: their work, and what training keeps of them."""

from collections.abc import Callable
from typing import get_args

from archsum.layers.base import Kept, Work
from archsum.layers.fields import Activation
from archsum.layers.shapes import Shape

ACTIVATION_OPERATIONS: dict[str, int | None] = {
    **dict.fromkeys(get_args(Activation), 1),
    "linear": 0,
    "softmax": 3,
    "log_softmax": 3,
    "sparsemax": None,
}
"""The operations for each element: one for a function's value; of softmax the exponential, the sum and the quotient, or
the difference. Sparsemax sorts: what that takes depends on the data."""


def activation_work(activation: str | None, elements: int | None) -> tuple[Work, ...]:
    """Return the work of a layer that may have an activation."""
    if activation is None or activation == "linear":
        return ()
    return (Work(activation, ACTIVATION_OPERATIONS[activation], elements),)


def _each(*tensors: Kept) -> Callable[[Shape], tuple[Kept, ...]]:
    """Keep tensors with an element for each of the data."""
    return lambda shape: tuple(tensor._replace(shape=shape) if tensor.is_own else tensor for tensor in tensors)


def _sparsemax(shape: Shape) -> tuple[Kept, ...]:
    """Keep what orders a row of numbers, and finds how many of them count."""
    return (
        Kept("order", shape=shape, itemsize=8),
        Kept("ranks", shape=shape[-1:], per_batch=True),
        Kept("support", shape=shape, itemsize=1),
        Kept("support_size", shape=(*shape[:-1], 1), itemsize=8),
        Kept("distance", shape=shape),
    )


ACTIVATION_KEPT: dict[str, Callable[[Shape], tuple[Kept, ...]]] = {
    **dict.fromkeys(get_args(Activation), _each(Kept("input"))),
    **dict.fromkeys(("exponential", "log_softmax", "relu", "sigmoid", "softmax", "tanh"), _each(Kept("output"))),
    "linear": _each(),
    "log_sigmoid": _each(Kept("input"), Kept("exponential")),
    "softsign": _each(Kept("input"), Kept("divisor")),
    "sparse_plus": _each(Kept("sum"), Kept("below", itemsize=1), Kept("inside", itemsize=1)),
    "sparse_sigmoid": _each(Kept("below", itemsize=1), Kept("above", itemsize=1)),
    "sparsemax": _sparsemax,
    "squareplus": _each(Kept("input"), Kept("root")),
    "tanh_shrink": _each(Kept("tanh")),
}
"""For each activation what it keeps of data of a shape, for the backward pass: result, input, or other tensors.

As PyTorch 2.13 does, eager and on a CPU; those that it lacks as Keras 3.15 composes them.
"""


ACTIVATION_SCRATCH: dict[str, int] = {
    "softsign": 3,
    "sparse_plus": 4,
    "sparse_sigmoid": 1,
    "sparsemax": 2,
    "squareplus": 4,
    "tanh_shrink": 1,
}
"""For an activation that is composed of several operations, how many tensors of the data's shape there are on its way
back at most, beside the gradient."""


def activation_kept(activation: str, shape: Shape) -> tuple[Kept, ...]:
    """Return what an activation keeps that is a layer."""
    return ACTIVATION_KEPT[activation](shape)


def result_kept(activation: str | None, output: Shape) -> tuple[Kept, ...]:
    """Return what an activation keeps that is a part of another layer, whose output is its result."""
    return tuple(
        tensor if tensor.is_own or tensor.name == "output" else Kept("before_activation", shape=output)
        for tensor in activation_kept(activation or "linear", output)
    )
