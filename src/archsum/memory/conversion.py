"""A network as TensorFlow's converter writes it for a microcontroller: fewer operators than the layers have.

A factor or an offset of each channel, and so batch normalization, goes into the weights and the bias of what computes
the tensor before it; a ReLU becomes a bound on an output; a reshape whose elements a dense layer reads in the same
order, or which another follows, goes. All of this only where the tensor in between has no other taker.

What the converter does beyond that is left out: it finds `same` padding in an explicit zero padding, moves reshapes
about, and runs what does not depend on one another in an order of its own, where here it is the file's. There the
figures can differ from the device's, by the tensors in question.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from archsum.layers.operators import Operator, Operators
from archsum.layers.shapes import Shape
from archsum.summary import LayerSummary, Summary

OperatorsByLayer = Mapping[str, Operators]
"""The operators of each layer, by its name; None where they are not known, or not what size their tensors have."""


def operators_by_layer(summary: Summary) -> OperatorsByLayer:
    """Ask every layer for its operators."""
    return {layer.name: _operators(layer) for layer in summary.layers}


def _operators(layer: LayerSummary) -> Operators:
    operators = layer.layer.operators(*layer.input_shapes)
    if operators is None or layer.has_unknown_size:
        return None
    if any(None in (*operator.output, *operator.scratch) for operator in operators):
        return None
    return operators


class Tensor(NamedTuple):
    """A tensor: the layer, or the input, whose it is, and which of those that the layer's operators make."""

    layer: str
    number: int = 0


@dataclass
class Operation:
    """An operator in its place: the tensor that it makes, and those that it takes."""

    operator: Operator
    makes: Tensor
    takes: tuple[Tensor, ...]


class Conversion:
    """A network's operations in order, its inputs, and the tensors that it gives. Every layer's operators are known."""

    def __init__(self, summary: Summary, operators: OperatorsByLayer) -> None:
        self.inputs = {Tensor(name): shape for name, shape in summary.inputs.items()}
        outputs, operations = _operations(summary, operators)
        self._takers = Counter([*outputs, *(tensor for operation in operations for tensor in set(operation.takes))])
        self._written_as: dict[Tensor, Tensor] = {}
        self._made: dict[Tensor, Operation] = {}
        for operation in operations:
            self._add(operation)
        self.outputs = frozenset(map(self._tensor, outputs))

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations in order."""
        return tuple(self._made.values())

    def _tensor(self, tensor: Tensor) -> Tensor:
        """Return the tensor that is there in the place of another after operators have become one."""
        while tensor in self._written_as:
            tensor = self._written_as[tensor]
        return tensor

    def _add(self, operation: Operation) -> None:
        """Add an operation, unless one that is there absorbs it."""
        operation.takes = tuple(map(self._tensor, operation.takes))
        role = operation.operator.role
        if operation.operator.collapses:
            self._reach_back(operation)
        elif role == "reshape":
            while (before := self._only_taken(operation)) and before.operator.role == "reshape":
                self._drop(before, operation)
            if self._shape(operation.takes[0]) == operation.operator.output:
                self._leave_out(operation)
                return
        elif role and (absorber := self._absorber(operation)) and role in absorber.operator.absorbs:
            absorber.operator = _absorbing(absorber.operator, operation.operator)
            self._leave_out(operation)
            return
        self._made[operation.makes] = operation

    def _reach_back(self, dense: Operation) -> None:
        """Let a dense layer read what it can read before a reshape, and absorb factors and offsets before it."""
        while before := self._only_taken(dense):
            if before.operator.role == "scale":
                bias = dense.operator.biases or dense.operator.output[-1] or 0
                dense.operator = dense.operator._replace(biases=bias)
            elif not (before.operator.role == "reshape" and self._keeps_features(before)):
                return
            self._drop(before, dense)

    def _keeps_features(self, reshape: Operation) -> bool:
        output, taken = reshape.operator.output, self._shape(reshape.takes[0])
        return len(output) == 1 and output[-1] == taken[-1]

    def _only_taken(self, operation: Operation) -> Operation | None:
        """Return what makes the tensor that an operation takes, if it takes no other, and nothing else takes it."""
        (tensor, *others) = operation.takes
        return self._made.get(tensor) if not others and self._takers[tensor] == 1 else None

    def _absorber(self, operation: Operation) -> Operation | None:
        """Return what computes the tensor that an operation takes, whatever shape it has since."""
        before = self._only_taken(operation)
        while before and before.operator.role == "reshape":
            before = self._only_taken(before)
        return before

    def _drop(self, before: Operation, operation: Operation) -> None:
        """Remove the operation before another, which then takes what that took."""
        del self._made[before.makes]
        operation.takes = before.takes

    def _leave_out(self, operation: Operation) -> None:
        """Let what an operation takes be there in the place of what it would have made."""
        (tensor,) = operation.takes
        self._written_as[operation.makes] = tensor
        self._takers[tensor] += self._takers[operation.makes] - 1

    def _shape(self, tensor: Tensor) -> Shape:
        return self._made[tensor].operator.output if tensor in self._made else self.inputs[tensor]


def _operations(summary: Summary, operators: OperatorsByLayer) -> tuple[set[Tensor], list[Operation]]:
    """Return the network's outputs, and all operators of all layers, before any become one."""
    outputs = {name: Tensor(name) for name in summary.inputs}
    operations: list[Operation] = []
    for layer in summary.layers:
        tensors = [outputs[name] for name in layer.node.inputs]
        for number, operator in enumerate(operators[layer.name] or ()):
            counted_back = operator.takes or (range(len(tensors), 0, -1) if number == 0 else (1,))
            own = operator._replace(weights=0, biases=0) if layer.shared_with else operator
            operation = Operation(own, Tensor(layer.name, number), tuple(tensors[-back] for back in counted_back))
            operations.append(operation)
            tensors.append(operation.makes)
        outputs[layer.name] = tensors[-1]
    return {outputs[name] for name in summary.outputs}, operations


def _absorbing(operator: Operator, other: Operator) -> Operator:
    """Return an operator that has absorbed another; after a bound on the output it absorbs no more."""
    if other.role == "clamp":
        return operator._replace(role=None, absorbs=frozenset())
    return operator._replace(biases=operator.biases or other.weights)
