"""Modules that are still to be written, as `archsum build` leaves them: they say what they give, and do not run."""

from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.steps import Steps, View


def is_unfinished(module: Any) -> bool:
    """Whether all that a module's `forward` does is to raise NotImplementedError, and its `output_shape` says more."""
    code = getattr(type(module).forward, "__code__", None)
    if code is None or code.co_names != ("NotImplementedError",):
        return False
    shape = getattr(module, "output_shape", None)
    return isinstance(shape, tuple) and all(type(size) is int and size > 0 for size in shape)


def let_run(model: Any) -> None:
    """Have the modules of a copy of a model that are still to be written give tensors of the shapes that they say."""
    for module in model.modules():
        if is_unfinished(module):
            module.forward = lambda data, *others, shape=module.output_shape: data.new_empty(len(data), *shape)


def unfinished(view: View) -> Steps:
    """Refuse a module of which nothing but its shape and its weights is known."""
    raise NotUnderstoodError("is still to be written")
