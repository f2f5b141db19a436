"""The modules that `archsum build` writes into files, read back as the layers that they are."""

from collections.abc import Callable
from typing import Any

from torch import nn

from archsum.interchange.torch import kernels
from archsum.interchange.torch.steps import Reader, Steps, View

_ALSO = {"Conv": kernels.convolution, "MaxPool": kernels.max_pooling, "AvgPool": kernels.average_pooling}


def built(module: Any) -> Reader | None:
    """Return what reads a module that pads as TensorFlow does, which others, such as timm, call so too."""
    cls = type(module)
    for word, read in _ALSO.items():
        for rank in (1, 2, 3):
            if cls.__name__ == f"{word}{rank}dSame" and isinstance(module, getattr(nn, f"{word}{rank}d")):
                return _padded_as_same(read)
    return None


def _padded_as_same(read: Callable[[View], Steps]) -> Reader:
    def read_same(view: View) -> Steps:
        return [step._replace(fields={**step.fields, "padding": "same"}) for step in read(view)]

    return read_same
