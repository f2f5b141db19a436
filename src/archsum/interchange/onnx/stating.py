"""Operators that no kind of layer is: `custom` layers, with the weights they have, and what they compute unknown."""

import re
from math import prod

from archsum.interchange.onnx.call import Call
from archsum.interchange.onnx.plan import Planned, Use, Weight
from archsum.interchange.onnx.subgraphs import has_graphs, names_within, tensors_within
from archsum.interchange.onnx.values import RefusedError, UnknownRankError
from archsum.layers.shapes import Shape

_NAME = re.compile(r"[A-Za-z]\w{0,60}")


def add_custom(call: Call, reason: str) -> None:
    """Add a layer that states its shape and its weights, and warns that its operations are not known.

    Errors: UnknownRankError where not even the number of axes of its output is known.
    """
    plan, operator = call.plan, call.operator
    try:
        shapes = {
            number: call.made(number).sample
            for number in range(len(operator.outputs))
            if number == 0 or call.is_taken(number)
        }
    except RefusedError as error:
        raise UnknownRankError("gives a tensor whose number of axes is not known") from error
    around = [*operator.inputs, *names_within(operator)]
    taken = list(dict.fromkeys(name for name in around if name and plan.gives(name)))
    uses = _uses(call, around)
    if not taken:
        taken = [plan.layer_of(use.weight.source, operator) for use in uses if use.weight.source in plan.weights]
        uses = [use for use in uses if use.weight.source not in plan.weights]
    if not taken:
        first = shapes[0]
        sizes = [size or 1 for size in first]
        call.add("constant", {"shape": sizes}, [])
        return
    weights = {use.name: list(use.weight.shape) for use in uses}
    for number, shape in shapes.items():
        fields: dict[str, object] = {"output_shape": list(shape)}
        if number == 0:
            fields["weights"] = weights
        else:
            fields |= {"macs": 0, "flops": 0}
        call.add("custom", fields, taken, uses if number == 0 else (), number=number)
        planned: Planned = plan.layers[-1]
        planned.expected = _without_zeros(shape)
        if number == 0:
            planned.warning = reason
        fields["output_shape"] = [size or None for size in shape]


def _without_zeros(shape: Shape) -> Shape:
    return tuple(size or None for size in shape)


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
