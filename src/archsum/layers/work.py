"""The elementwise work of activations, which many layers do beside their multiply-accumulates."""

from typing import get_args

from archsum.layers.base import Work
from archsum.layers.fields import Activation

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
