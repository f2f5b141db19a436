"""Single weights that layers share → parameters of PyTorch's modules that are one."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from archsum.errors import quote
from archsum.interchange.building.program import LayerStep, Program
from archsum.interchange.building.torch.steps import Step, UnsupportedError
from archsum.layers.shapes import Shape

_PARAMETERS = {"kernel": "weight", "embeddings": "weight", "bias": "bias"}
_MODULES = re.compile(r"(nn\.)?(Linear|Embedding|Conv\dd(Same)?|ConvTranspose\dd)\(")
_CURE = "leave `shared` out, and let the code that is built have them in common"


class Tied(NamedTuple):
    """A parameter, and its shape wherever its layer is used."""

    attribute: str
    shapes: Sequence[Shape]


def tied(program: Program, step: LayerStep, modules: Sequence[tuple[str, Step]], name: str) -> Tied:
    """Return the parameter that is a layer's weight of that name; `modules` are what its steps are called.

    Errors: UnsupportedError where it is none.
    """
    ((module, made), *others) = modules or [("", Step())]
    if others or name not in _PARAMETERS or not _MODULES.match(made.module):
        raise UnsupportedError(f"shares its {quote(name)}, which is no parameter of a module of PyTorch's", _CURE)
    shapes = []
    for use, layer in zip(step.uses, step.layers, strict=True):
        weights = layer.weights(*map(program.shape, use.inputs))
        (shape,) = (weight.shape for weight in weights if weight.name == name)
        shapes.append((shape[-1], shape[-2], *shape[:-2]) if name == "kernel" else shape)
    return Tied(f"{module}.{_PARAMETERS[name]}", shapes)


def require_same(one: Tied, other: Tied, name: str) -> None:
    """Check that parameters can be one. Errors: UnsupportedError where they are each other's transposes."""
    if one.shapes != other.shapes:
        raise UnsupportedError(
            f"shares its {quote(name)} transposed, and PyTorch's modules have parameters as they are", _CURE
        )
