"""The layers that are planned → the graph: those that lead to an output, with their names and shared weights."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from archsum.errors import Location, quote
from archsum.graph import Origin, Owner
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.imported import Expected
from archsum.interchange.onnx.naming import names_of
from archsum.interchange.onnx.plan import Plan, Planned, Use
from archsum.interchange.onnx.values import Operator, Tensor

_UNKNOWN = "it counts with its weights, and what it computes is unknown: state it in the layer, after `archsum convert`"


class _Owned(NamedTuple):
    """A weight of the file in the layer that it belongs to."""

    layer: str
    """What that is called in the graph."""
    kind: str
    fields: Mapping[str, Any]
    weight: str
    """What the weight is called in it."""
    shape: tuple[int, ...]
    weights: int
    """How many weights the layer has."""


class Sharing:
    """Whose the weights are that several layers use: those of the layer that uses them first."""

    def __init__(self) -> None:
        self.twice: list[str] = []
        """The tensors that count in two layers, as these do not have them in the same way."""
        self._owned: dict[tuple[str, bool], _Owned] = {}

    def owners(self, planned: Planned) -> dict[str, _Owned]:
        """Return the weights of a layer that are those of others, by their names in it."""
        found: dict[str, _Owned] = {}
        own: dict[tuple[str, bool], _Owned] = {}
        for use in planned.uses:
            key = _key(use)
            owned = self._owned.get(key) or own.get(key)
            if owned is not None and _is_same(use.weight.shape, owned.shape):
                found[use.name] = owned
                continue
            other = (key[0], not key[1])
            if owned is not None or other in self._owned or other in own:
                self.twice.append(use.weight.source)
            own[key] = _Owned("", planned.kind, planned.fields, use.name, use.weight.shape, 0)
        return found

    def add(self, planned: Planned, called: str) -> None:
        """Note whose weights are whose from here on."""
        for use in planned.uses:
            owned = _Owned(called, planned.kind, planned.fields, use.name, use.weight.shape, len(planned.uses))
            self._owned.setdefault(_key(use), owned)


def _is_same(shape: tuple[int, ...], owned: tuple[int, ...]) -> bool:
    """Whether a weight is another, which may be transposed."""
    return shape == owned or (len(shape) == 2 and shape[::-1] == owned)


def _key(use: Use) -> tuple[str, bool]:
    """Return what two uses of one tensor have in common; moving statistics are not trained, whatever their elements."""
    return use.weight.source, use.name.startswith("moving_")


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
    sharing = Sharing()
    for planned, name in zip(layers, names_of(layers), strict=True):
        place = places[id(planned.operator)]
        shared = sharing.owners(planned)
        whole = _whole(planned, shared)
        own = tuple(use.weight.shape for use in planned.uses if use.name not in shared)
        made = builder.add(
            planned.kind,
            [called[plan.resolved(taken)] for taken in planned.inputs],
            planned.fields,
            name.path,
            place,
            groups=name.groups,
            origin=Origin(_title(planned.operator), planned.operator.type),
            expected=Expected(planned.expected, own),
            shared_with=whole,
            shared_weights={} if whole else {here: Owner(owned.layer, owned.weight) for here, owned in shared.items()},
        )
        called[planned.output] = made
        sharing.add(planned, made)
        if planned.warning:
            message = f"`{made}` ({planned.operator.type}) becomes a `custom` layer: {planned.warning}"
            builder.warn("custom-layer", message, place, _UNKNOWN)
    _warn_twice(builder, sharing.twice)
    return [called[plan.resolved(output)] for output in outputs]


def _whole(planned: Planned, shared: Mapping[str, _Owned]) -> str | None:
    """Return the layer whose weights a layer uses, all of them and as they are there."""
    if not shared or len(shared) < len(planned.uses):
        return None
    first = next(iter(shared.values()))
    same = all(owned.layer == first.layer and owned.weight == here for here, owned in shared.items())
    equal = first.kind == planned.kind and first.fields == planned.fields and first.weights == len(planned.uses)
    return first.layer if same and equal else None


def _warn_twice(builder: GraphBuilder, names: Sequence[str]) -> None:
    if names:
        message = f"{len(names):,} tensors count twice, such as {quote(names[0])}: layers of different kinds share them"
        cure = "an exporter has merged equal tensors, as those of a model that is not trained yet"
        builder.warn("merged-weights", message, builder.place("graph"), cure)


def unused_weights(
    plan: Plan, outputs: Sequence[str], initializers: Mapping[str, Tensor], taken: set[str]
) -> list[str]:
    """Return the tensors of the file that would be weights, and that nothing which leads to an output takes."""
    used = {name for planned in _leading_to(plan, outputs) for use in planned.uses for name in use.weight.origins}
    taken_by_dead = {name for planned in plan.layers for use in planned.uses for name in use.weight.origins} - used
    return [
        name
        for name, tensor in initializers.items()
        if tensor.is_float
        and prod(tensor.shape) > 1
        and name not in used
        and (name not in taken or name in taken_by_dead)
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


def _title(operator: Operator) -> str:
    return operator.name or (operator.outputs[0] if operator.outputs else operator.type)
