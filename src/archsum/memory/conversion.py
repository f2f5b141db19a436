"""A network as TensorFlow's converter writes it for a microcontroller: fewer operators than the layers have.

A factor of each channel goes into the weights of what computes the tensor before it, an offset into the bias, and so
batch normalization into both; a ReLU becomes a bound on an output; a reshape whose elements a dense layer reads in the
same order, or which another follows, goes. All of this only where the tensor in between has no other taker. Weights
that layers share are there once for all that absorb the same, and write them in the same order of axes and, in int8,
with scales of the same kind: so a table of words that gives scores too is there once in float32, and twice in int8.

In int8, what stays in float32 is put between a DEQUANTIZE and a QUANTIZE, of which two that follow one another do not
need those between them.

What the converter does beyond that is left out: it finds `same` padding in an explicit zero padding, moves reshapes
about, takes one factor and offset for all channels into a convolution behind them, as of a rescaling, writes operators
that are alike and take the same once, and runs what does not depend on one another in an order of its own, where here
it is the file's. There the figures can differ from the device's, by the tensors in question.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from archsum.graph import Owner
from archsum.layers import kind_of
from archsum.layers.operators import Operator, Operators, UnknownOperatorsError
from archsum.layers.shapes import Shape
from archsum.summary import LayerSummary, SharedWeight, Summary

ArenaPrecision = Literal["int8", "float32"]
"""What a network on a microcontroller is computed in."""

ITEMSIZES: dict[ArenaPrecision, int] = {"int8": 1, "float32": 4}
"""The bytes of an element of its tensors, and of its weights; a bias has four in both."""


class Converted(NamedTuple):
    """A layer's operators, or in their place one that has its weights, and what keeps its arena from being known."""

    operators: Operators
    problem: UnknownOperatorsError | None = None


ConvertedByLayer = Mapping[str, Converted]


def convert_layers(summary: Summary, precision: ArenaPrecision) -> ConvertedByLayer:
    """Ask every layer for its operators, equal ones on equal shapes once."""
    different = {id(layer.computed): layer for layer in summary.layers}
    converted = {computed: _converted(layer, precision) for computed, layer in different.items()}
    return {layer.name: converted[id(layer.computed)] for layer in summary.layers}


def _converted(layer: LayerSummary, precision: ArenaPrecision) -> Converted:
    try:
        operators = layer.layer.operators(*layer.input_shapes)
    except UnknownOperatorsError as problem:
        return Converted((layer.layer.as_one_operator(*layer.input_shapes),), problem)
    lacked = next((operator.float_only for operator in operators if operator.float_only), "")
    if lacked and precision == "int8":
        message = f"TensorFlow Lite Micro has {lacked} in float32 alone"
        return Converted(
            operators,
            UnknownOperatorsError(
                message, 'do not quantize it: `--precision float32`, in Python `training={"precision": "float32"}`'
            ),
        )
    return Converted(operators, UnknownOperatorsError("a size is unknown") if layer.has_unknown_size else None)


class Tensor(NamedTuple):
    """A tensor: the layer, or the input, whose it is, and which of all operations makes it, among its parts."""

    layer: str
    number: int = 0
    part: int = 0


class Constants(NamedTuple):
    """What tells the weights and the biases of an operation from those of others: equal ones are there once."""

    weights: Hashable
    biases: Hashable


@dataclass
class Operation:
    """An operator in its place: the tensor that it makes, the first of several, and those that it takes."""

    operator: Operator
    makes: Tensor
    takes: tuple[Tensor, ...]
    constants: tuple[Constants, ...] = ()
    """Of what its constants are made: its owner's, and those that it has absorbed."""

    @property
    def all_made(self) -> list[Tensor]:
        """What it puts into the arena."""
        parts = range(0 if self.operator.is_constant else self.operator.parts)
        return [self.makes._replace(part=part) for part in parts]


class Conversion:
    """A network's operations in order, its inputs, and the tensors that it gives."""

    def __init__(self, summary: Summary, layers: ConvertedByLayer, precision: ArenaPrecision) -> None:
        self.inputs = {Tensor(name): shape for name, shape in summary.inputs.items()}
        self.precision = precision
        outputs, operations = _Writing(summary, layers, precision).written
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

    @property
    def words(self) -> frozenset[Tensor]:
        """The tensors that are whole numbers of four bytes: what an embedding takes, and of what that is made."""
        words: set[Tensor] = set()
        for operation in reversed(self.operations):
            operator = operation.operator
            passes_words_on = operator.weights == operator.biases == 0 and not words.isdisjoint(operation.all_made)
            if operator.takes_words or passes_words_on:
                words.update(operation.takes)
        return frozenset(words)

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
            if role != "clamp":
                absorber.constants += operation.constants
            self._leave_out(operation)
            return
        self._made[operation.makes] = operation

    def _reach_back(self, dense: Operation) -> None:
        """Let a dense layer read before reshapes, and absorb factors before it, into its bias offsets."""
        has_bias = dense.operator.biases != 0
        while before := self._only_taken(dense):
            role = before.operator.role
            absorbed = role == "factor" or (role == "offset" and has_bias)
            if not absorbed and not (role == "reshape" and self._keeps_features(before)):
                break
            if absorbed:
                dense.constants += before.constants
            self._drop(before, dense)
        if before and before.operator.collapses and before.operator.absorbs and has_bias:
            # The bias of a dense layer without a bound is an offset too.
            before.operator = before.operator._replace(biases=0)

    def _keeps_features(self, reshape: Operation) -> bool:
        output, taken = reshape.operator.output, self._shape(reshape.takes[0])
        return len(output) == 1 and output[-1] == taken[-1]

    def _only_taken(self, operation: Operation) -> Operation | None:
        """Return what makes the tensor that an operation takes, if it takes no other, and nothing else takes it."""
        (tensor, *others) = operation.takes
        return self._made.get(tensor) if not others and self._takers[tensor] == 1 else None

    def _absorber(self, operation: Operation) -> Operation | None:
        """Return what computes the tensor that an operation takes, whatever shape it has since."""
        role = operation.operator.role
        before = self._only_taken(operation)
        while before and (before.operator.role == "reshape" or role in before.operator.passes):
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
        made = self._made.get(tensor._replace(part=0))
        return made.operator.output if made else self.inputs[tensor]


class _Writing:
    """All operators of all layers, before any become one, and the tensors that the network gives."""

    def __init__(self, summary: Summary, layers: ConvertedByLayer, precision: ArenaPrecision) -> None:
        self._quantized = precision == "int8"
        self._operations: list[Operation] = []
        self._merged: dict[Hashable, Operation] = {}
        self._floats: dict[Tensor, Tensor] = {}
        """Of what is quantized, the same in float32."""
        self._shapes: dict[Tensor, Shape] = {Tensor(name): shape for name, shape in summary.inputs.items()}
        outputs = {name: Tensor(name) for name in summary.inputs}
        for layer in summary.layers:
            tensors = [outputs[name] for name in layer.node.inputs]
            for position, operator in enumerate(layers[layer.name].operators):
                counted_back = operator.takes or (range(len(tensors), 0, -1) if position == 0 else (1,))
                takes = tuple(tensors[-back] for back in counted_back)
                constants = self._constants(operator, layer, position)
                tensors.append(self._write(operator, layer.name, takes, constants))
            outputs[layer.name] = tensors[-1]
        given = {outputs[name] for name in summary.outputs}
        needed = given.union(*(operation.takes for operation in self._operations))
        unneeded = self._floats.keys() - needed
        self.written = given, [operation for operation in self._operations if operation.makes not in unneeded]

    def _constants(self, operator: Operator, layer: LayerSummary, position: int) -> Constants:
        name = layer.shared_with or layer.name
        constant, shared = operator.constant, layer.shared_weights
        if constant is None:
            return Constants((name, position), (name, position))
        owner, transposed = shared.get(constant.weight) or SharedWeight(Owner(name, constant.weight))
        order = kind_of(type(layer.layer)) if constant.is_reversed is None else constant.is_reversed ^ transposed
        bias, _ = shared.get("bias") or SharedWeight(Owner(name, "bias"))
        # Where a layer is several operators, each has biases, or zeros, of its own.
        return Constants((owner, order, constant.has_one_scale and self._quantized), (bias, position))

    def _write(self, operator: Operator, layer: str, takes: tuple[Tensor, ...], constants: Constants) -> Tensor:
        """Write an operator, unless it is there already, and return the tensor that is passed on."""
        if operator.stays_float and self._quantized:
            for taken in takes:
                if taken not in self._floats:
                    self._floats[taken] = self._append(Operator(self._shapes[taken], itemsize=4), layer, (taken,))
            result = self._append(operator._replace(itemsize=4), layer, tuple(self._floats[taken] for taken in takes))
            quantized = self._append(Operator(operator.output), layer, (result,))
            self._floats[quantized] = result
            return quantized
        merged = operator.merges and (operator.merges, takes)
        if merged in self._merged:
            return self._merged[merged].makes._replace(part=operator.part)
        tensor = self._append(operator, layer, takes, (constants,))
        if merged:
            self._merged[merged] = self._operations[-1]
        return tensor._replace(part=operator.part)

    def _append(
        self, operator: Operator, layer: str, takes: tuple[Tensor, ...], constants: tuple[Constants, ...] = ()
    ) -> Tensor:
        # Operations of all layers are counted on, which tells each from every other.
        makes = Tensor(layer, len(self._operations))
        self._operations.append(Operation(operator, makes, takes, constants))
        self._shapes |= {makes._replace(part=part): operator.output for part in range(operator.parts)}
        return makes


def _absorbing(operator: Operator, other: Operator) -> Operator:
    """Return an operator that has absorbed another; after a bound on the output it absorbs no more."""
    if other.role == "clamp":
        return operator._replace(role=None, absorbs=frozenset())
    if other.role == "factor" or operator.biases != 0:
        return operator
    # One number for all channels becomes a bias of each.
    return operator._replace(biases=operator.output[-1] or 0 if other.weights in (0, 1) else other.weights)
