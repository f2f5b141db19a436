"""Operators that no kind of layer is: `custom` layers, with the weights they have, and what they compute unknown."""

import re
from math import prod
from typing import Any

from archsum.interchange.onnx.call import Call
from archsum.interchange.onnx.plan import Use, Weight
from archsum.interchange.onnx.subgraphs import has_graphs, names_within, tensors_within
from archsum.interchange.onnx.values import RefusedError, UnknownRankError
from archsum.layers.shapes import Shape

_NAME = re.compile(r"[A-Za-z]\w{0,60}")


def add_custom(call: Call, reason: str) -> None:
    """Add a layer that states its shape and its weights, and warns that its operations are not known.

    It gives the first output that something takes; the others are layers behind it, so that its weights count whichever
    of them leads on.

    Errors: UnknownRankError where not even the number of axes of its output is known.
    """
    plan, operator = call.plan, call.operator
    try:
        numbers = [number for number in range(len(operator.outputs)) if call.is_taken(number)] or [0]
        shapes = {number: call.made(number).sample for number in numbers}
    except RefusedError as error:
        raise UnknownRankError("gives a tensor whose number of axes is not known") from error
    around = [*operator.inputs, *names_within(operator)]
    taken = list(dict.fromkeys(name for name in around if name and plan.gives(name)))
    uses = _uses(call, around)
    if not taken:
        for use in uses:
            plan.weights.setdefault(use.weight.source, use.weight)
        taken, uses = [plan.layer_of(use.weight.source, operator) for use in uses], []
    if not taken:
        for number, shape in shapes.items():
            call.add("constant", {"shape": [size or 1 for size in shape]}, [], number=number)
        return
    weights = {use.name: list(use.weight.shape) for use in uses}
    first, *others = shapes
    made = _add(call, first, shapes[first], {"weights": weights}, taken, uses)
    plan.layers[-1].warning = reason
    for number in others:
        _add(call, number, shapes[number], {"macs": 0, "flops": 0}, [made] if uses else taken, [])


def _add(call: Call, number: int, shape: Shape, fields: dict[str, Any], taken: list[str], uses: list[Use]) -> str:
    """Add the layer of an output, and return what it gives."""
    possible = [size or None for size in shape]
    made = call.add("custom", {"output_shape": possible, **fields}, taken, uses, number=number)
    call.plan.layers[-1].expected = tuple(possible)
    return made


def _uses(call: Call, names: list[str]) -> list[Use]:
    """Return the weights among what an operator takes, and those of the graphs within."""
    plan = call.plan
    found = {weight.source: weight for name in names if plan.counts(name) and (weight := plan.weights[name])}
    if has_graphs(call.operator):
        for name, tensor in tensors_within(call.operator).items():
            if tensor.is_float and prod(tensor.shape) > 1:
                found[name] = Weight(name, tensor.shape)
    uses: list[Use] = []
    taken: set[str] = set()
    for number, weight in enumerate(found.values()):
        last = weight.origins[0].rpartition("/")[2].rpartition(".")[2]
        name = last if _NAME.fullmatch(last) and last not in taken else f"weight_{number}"
        taken.add(name)
        if 0 not in weight.shape:
            uses.append(Use(name, weight))
    return uses
