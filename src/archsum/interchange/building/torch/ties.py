"""Single weights that layers share → parameters of PyTorch's modules that are one."""

import ast
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from archsum.errors import quote
from archsum.interchange.building.program import LayerStep, Program
from archsum.interchange.building.torch.steps import Step, UnsupportedError
from archsum.layers.shapes import Shape

_PARAMETERS = {"kernel": "weight", "embeddings": "weight", "bias": "bias"}
_MODULES = re.compile(r"(nn\.)?(Linear|Embedding|Conv\dd(Same)?|ConvTranspose\dd)\(")
_CURE = "leave `shared` out, and let the code that is built have them in common"

_TURNED = {"nn.Linear": "{{0}} @ {0}", "nn.Embedding": "F.embedding({{0}}, {0}.T)"}
"""What layers are by a parameter that is the transpose of their own: the weight of a linear layer is so already."""


class Tied(NamedTuple):
    """A parameter, and its shape wherever its layer is used."""

    attribute: str
    function: str
    """What makes the module that has it."""
    shapes: Sequence[Shape]


def tied(program: Program, step: LayerStep, modules: Sequence[tuple[str, Step]], name: str) -> Tied:
    """Return the parameter that is a layer's weight of that name; `modules` are what its steps are called.

    Errors: UnsupportedError where it is none.
    """
    own = [(module, found[0][:-1]) for module, made in modules if (found := _MODULES.match(made.module))]
    if len(own) != 1 or name not in _PARAMETERS or (name == "bias" and len(modules) > 1):
        raise UnsupportedError(f"shares its {quote(name)}, which is no parameter of a module of PyTorch's", _CURE)
    [(module, function)] = own
    return Tied(f"{module}.{_PARAMETERS[name]}", function, _shapes(program, step, name))


def _shapes(program: Program, step: LayerStep, name: str) -> list[Shape]:
    shapes = []
    for use, layer in zip(step.uses, step.layers, strict=True):
        weights = layer.weights(*map(program.shape, use.inputs))
        (shape,) = (weight.shape for weight in weights if weight.name == name)
        shapes.append((shape[-1], shape[-2], *shape[:-2]) if name == "kernel" else shape)
    return shapes


def turned(
    program: Program, step: LayerStep, steps: Sequence[Step], known: Mapping[str, Tied]
) -> Sequence[Step] | None:
    """Return a layer's steps where its kernel is the transpose of a parameter that is known; None where it is not.

    Errors: UnsupportedError where it shares other weights, too.
    """
    for name, label in step.item.shared_weights.items():
        first, made = known.get(label), steps[0]
        function = made.module.partition("(")[0]
        if first is None or name not in ("kernel", "embeddings") or function not in _TURNED:
            continue
        if _shapes(program, step, name) != first.shapes:
            if len(step.item.shared_weights) > 1:
                raise UnsupportedError("shares its kernel transposed, and another weight", _CURE)
            has_bias = function == "nn.Linear" and "bias=False" not in made.module
            bias = _bias(made.module) if has_bias else ""
            call = _TURNED[function].format(first.attribute) + " + {self}" * has_bias
            return [Step(call, bias, word="bias"), *steps[1:]]
    return None


def require_same(one: Tied, other: Tied, name: str) -> None:
    """Check that parameters can be one. Errors: UnsupportedError where they are each other's transposes."""
    if one.shapes != other.shapes:
        raise UnsupportedError(f"shares its {quote(name)} transposed, within a wrapper", _CURE)


def _bias(linear: str) -> str:
    """Return the bias that a linear layer would have, as a parameter by itself."""
    made, _, frozen = linear.partition(".requires_grad_(")
    units = ast.unparse(ast.parse(made, mode="eval").body.args[1])  # type: ignore[attr-defined]
    trained = f", requires_grad={frozen[:-1]}" if frozen else ""
    return f"nn.Parameter(torch.zeros({units}){trained})"
