"""A network as TensorFlow's converter writes it for a microcontroller: fewer operators than the layers have.

A factor or an offset of each channel, and so batch normalization, goes into the weights and the bias of what computes
the tensor before it; a ReLU becomes a bound on an output; a reshape whose elements a dense layer reads in the same
order, or which another follows, goes. All of this only where the tensor in between has no other taker.

What the converter does beyond that is left out: it finds `same` padding in an explicit zero padding, moves reshapes
about, and runs what does not depend on one another in an order of its own, where here it is the file's. There the
figures can differ from the device's, by the tensors in question.
"""

from collections import Counter
from dataclasses import dataclass

from archsum.layers.operators import Operator
from archsum.layers.shapes import Shape
from archsum.summary import LayerSummary, Summary


@dataclass
class Step:
    """An operator in its place: its name, which is its tensor's too, and the tensors that it takes."""

    name: str
    operator: Operator
    takes: tuple[str, ...]

    @property
    def layer(self) -> str:
        """The layer that it is of."""
        return layer_of(self.name)


def layer_of(name: str) -> str:
    """Return the layer, or the input, that a tensor is named after: a space, which such names have not, ends it."""
    return name.partition(" ")[0]


class Conversion:
    """A network's operators in order, its inputs, and the tensors that it gives."""

    def __init__(self, summary: Summary) -> None:
        self.inputs = summary.inputs
        self._written_as: dict[str, str] = {}
        steps = self._steps(summary)
        self.outputs = frozenset(self._tensor(name) for name in summary.outputs)
        self._takers = Counter([*self.outputs, *(name for step in steps for name in dict.fromkeys(step.takes))])
        self._made: dict[str, Step] = {}
        for step in steps:
            self._add(step)
        self.outputs = frozenset(map(self._tensor, self.outputs))

    @property
    def steps(self) -> tuple[Step, ...]:
        """The operators in order."""
        return tuple(self._made.values())

    def _steps(self, summary: Summary) -> list[Step]:
        """Return all operators of all layers. Those of a layer are numbered but for the last, which has its name."""
        steps = []
        for layer in summary.layers:
            operators = layer.layer.operators(*layer.input_shapes) or ()
            tensors = [self._tensor(name) for name in layer.node.inputs]
            if not operators:
                self._written_as[layer.name] = tensors[0]
            for number, operator in enumerate(operators, start=1):
                counted_back = operator.takes or (range(len(tensors), 0, -1) if number == 1 else (1,))
                name = layer.name if number == len(operators) else f"{layer.name} ({number})"
                own = operator._replace(weights=0, biases=0) if layer.shared_with else operator
                steps.append(Step(name, own, tuple(tensors[-back] for back in counted_back)))
                tensors.append(name)
        return steps

    def _tensor(self, name: str) -> str:
        """Return the tensor that stands for another after operators have become one."""
        while name in self._written_as:
            name = self._written_as[name]
        return name

    def _add(self, step: Step) -> None:
        """Add an operator, unless one that is there does its work."""
        step.takes = tuple(map(self._tensor, step.takes))
        role, shape = step.operator.role, step.operator.output
        if step.operator.collapses:
            self._take_in(step)
        elif role == "reshape":
            while (before := self._only_taken(step)) and before.operator.role == "reshape":
                self._drop(before, step)
            if self._shape(step.takes[0]) == shape:
                self._become_one(step)
                return
        elif role and (absorber := self._absorber(step)) and role in absorber.operator.absorbs:
            absorber.operator = _doing(absorber.operator, step.operator)
            self._become_one(step)
            return
        self._made[step.name] = step

    def _take_in(self, dense: Step) -> None:
        """Let a dense layer read what it can read before a reshape, and do the work of factors and offsets."""
        while before := self._only_taken(dense):
            if before.operator.role == "scale":
                bias = dense.operator.biases or dense.operator.output[-1] or 0
                dense.operator = dense.operator._replace(biases=bias)
            elif not (before.operator.role == "reshape" and self._keeps_features(before)):
                return
            self._drop(before, dense)

    def _keeps_features(self, reshape: Step) -> bool:
        output, taken = reshape.operator.output, self._shape(reshape.takes[0])
        return len(output) == 1 and output[-1] == taken[-1]

    def _only_taken(self, step: Step) -> Step | None:
        """Return the operator whose tensor a step takes, if it takes no other, and nothing else takes it."""
        (name, *others) = step.takes
        return self._made.get(name) if not others and self._takers[name] == 1 else None

    def _absorber(self, step: Step) -> Step | None:
        """Return the operator that computes what a step takes, whatever shape it has since."""
        before = self._only_taken(step)
        while before and before.operator.role == "reshape":
            before = self._only_taken(before)
        return before

    def _drop(self, before: Step, step: Step) -> None:
        del self._made[before.name]
        step.takes = before.takes

    def _become_one(self, step: Step) -> None:
        """Let what an operator takes stand for what it would have made."""
        (name,) = step.takes
        self._written_as[step.name] = name
        self._takers[name] += self._takers[step.name] - 1

    def _shape(self, name: str) -> Shape:
        return self._made[name].operator.output if name in self._made else self.inputs[name]


def _doing(operator: Operator, other: Operator) -> Operator:
    """Return an operator that does another's work as well; after a bound on the output it does no more."""
    if other.role == "clamp":
        return operator._replace(role=None, absorbs=frozenset())
    return operator._replace(biases=operator.biases or other.weights)


def unconvertible_layers(summary: Summary) -> list[LayerSummary]:
    """Return the layers whose operators are not known, or not what size their tensors have."""
    return [layer for layer in summary.layers if not _is_known(layer)]


def _is_known(layer: LayerSummary) -> bool:
    operators = layer.layer.operators(*layer.input_shapes)
    if operators is None or layer.has_unknown_size:
        return False
    return not any(None in (*operator.output, *operator.scratch) for operator in operators)
