"""The layers that are planned → the graph: those that lead to an output, with their names and shared weights."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import NamedTuple

from archsum.errors import Location
from archsum.graph import Origin
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.imported import Expected
from archsum.interchange.onnx.naming import names_of
from archsum.interchange.onnx.plan import Plan, Planned
from archsum.interchange.onnx.values import Operator, Tensor

_UNKNOWN = "it counts with its weights, and what it computes is unknown: state it in the layer, after `archsum convert`"


class _Owner(NamedTuple):
    """The layer that a weight of the file belongs to, what it is called in the graph, and the weight in it."""

    planned: Planned
    called: str
    weight: str


def write(
    plan: Plan,
    builder: GraphBuilder,
    inputs: Mapping[str, str],
    outputs: Sequence[str],
    places: Mapping[int, Location],
) -> list[str]:
    """Add the layers to a graph, and return what its outputs are called; `inputs` are what its inputs are called."""
    layers = _leading_to(plan, outputs)
    called = dict(inputs)
    owners: dict[str, _Owner] = {}
    for planned, name in zip(layers, names_of(layers), strict=True):
        place = places[id(planned.operator)]
        owned = [owners[use.weight.source] for use in planned.uses if use.weight.source in owners]
        shared = _shared(planned, owned)
        made = builder.add(
            planned.kind,
            [called[plan.resolved(taken)] for taken in planned.inputs],
            planned.fields,
            name.path,
            place,
            groups=name.groups,
            origin=Origin(_title(planned.operator), planned.operator.type),
            expected=Expected(planned.expected, tuple(use.weight.shape for use in planned.uses)),
            shared_with=shared,
        )
        called[planned.output] = made
        for use in planned.uses:
            owners.setdefault(use.weight.source, _Owner(planned, made, use.name))
        if planned.warning:
            message = f"`{made}` ({planned.operator.type}) becomes a `custom` layer: {planned.warning}"
            builder.warn("custom-layer", message, place, _UNKNOWN)
    return [called[plan.resolved(output)] for output in outputs]


def unused_weights(plan: Plan, outputs: Sequence[str], initializers: Mapping[str, Tensor], taken: set[str]) -> list[str]:
    """Return the tensors of the file that would be weights, and that nothing which leads to an output takes."""
    used = {use.weight.source.partition("\0")[0] for planned in _leading_to(plan, outputs) for use in planned.uses}
    taken_by_dead = {use.weight.source.partition("\0")[0] for planned in plan.layers for use in planned.uses} - used
    return [
        name
        for name, tensor in initializers.items()
        if tensor.is_float and prod(tensor.shape) > 1 and name not in used and (name not in taken or name in taken_by_dead)
    ]


def _leading_to(plan: Plan, outputs: Sequence[str]) -> list[Planned]:
    """Return the layers that an output depends on, in their order."""
    wanted = {plan.resolved(output) for output in outputs}
    found = []
    for planned in reversed(plan.layers):
        if planned.output in wanted:
            found.append(planned)
            wanted.update(map(plan.resolved, planned.inputs))
    return found[::-1]


def _shared(planned: Planned, owned: list[_Owner]) -> str | None:
    """Return the layer whose weights a layer uses, all of them and as they are there."""
    if not owned or len(owned) < len(planned.uses):
        return None
    first = owned[0]
    same = all(
        owner.called == first.called and owner.weight == use.name for owner, use in zip(owned, planned.uses, strict=True)
    )
    return first.called if same and len(first.planned.uses) == len(planned.uses) else None


def _title(operator: Operator) -> str:
    return operator.name or (operator.outputs[0] if operator.outputs else operator.type)
