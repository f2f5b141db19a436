"""What layers have in common that go through a sequence step by step, and remember what they saw."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated, ClassVar

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.activations import activation_work, result_kept
from archsum.layers.base import KeepingSteps, Kept, Layer, Work
from archsum.layers.fields import Activation, Rate
from archsum.layers.operators import Operators, UnknownOperatorsError
from archsum.layers.shapes import Shape, may_equal, product, show

InitialState = Annotated[str, Field(min_length=1)] | None
"""The name of a layer whose last states another begins with."""


class SequenceLayer(Layer):
    """A layer that goes through a sequence of steps, and remembers what it saw: its state, which it also gives out.

    A step computes so many `gates`, from what it takes and from the state.
    """

    most_inputs: ClassVar[int | None] = 2
    shown_fields: ClassVar[tuple[str, ...]] = ("activation",)

    gates: ClassVar[int]
    """How many tensors the kernels compute in a step."""

    return_sequences: bool = Field(False, description="Give the output of every step, not only of the last one.")
    activation: Activation | None = Field("tanh", description="An elementwise function of the output.")
    dropout: Rate = Field(0.0, description="The part of a step's features that training drops.")
    recurrent_dropout: Rate = Field(0.0, description="The part of what it remembers that training drops.")

    initial_state: InitialState = Field(
        None,
        description="A recurrent layer further up, whose last state this one begins with. "
        "Or give the state as a further input, of an LSTM the state and the memory.",
    )

    @property
    def begins_with(self) -> str | None:
        return self.initial_state

    @property
    def state_names(self) -> tuple[str, ...]:
        return ("state",)

    @property
    def gives_first_state(self) -> bool:
        return not self.return_sequences

    @property
    def keeping_steps(self) -> KeepingSteps | None:
        if self.return_sequences:
            return None
        return KeepingSteps(self.model_copy(update={"return_sequences": True}), "return_sequences")

    def final_states(self, *inputs: Shape) -> tuple[Shape, ...]:
        return (self.states(*inputs)[1:],)

    def states(self, *inputs: Shape) -> Shape:
        """Return the shape of the states in all steps: (steps, *sizes)."""
        raise NotImplementedError

    def gated(self, *inputs: Shape) -> Shape:
        """Return the shape of a gate in all steps: by default that of the states."""
        return self.states(*inputs)

    def output_shape(self, *inputs: Shape) -> Shape:
        states = self.states(*inputs)
        check_given(self, inputs)
        return states if self.return_sequences else states[1:]

    def given_kept(self, tensors: Iterable[Kept], *inputs: Shape) -> Iterator[Kept]:
        """Return what the steps keep, where the first of them keep the states that are inputs, and not their own."""
        numbers = {"first_state": 1, "states": 1, "memory": 2} if len(inputs) > 1 and not self.begins_with else {}
        for tensor in tensors:
            number = numbers.get(tensor.name)
            if number is None:
                yield tensor
                continue
            steps, *sizes = tensor.shape
            if tensor.name != "first_state":
                yield tensor._replace(shape=(None if steps is None else steps - 1, *sizes))
            yield Kept("input", number, for_weights=tensor.for_weights)

    @property
    def biases_of_gate(self) -> int:
        """How many biases each gate has."""
        raise NotImplementedError

    @property
    def functions(self) -> tuple[str | None, ...]:
        """The activations that an element of the gates takes in a step, one for each time."""
        return (self.activation,)

    @property
    def gating(self) -> int:
        """The products, sums and differences that the gates of an element make in a step."""
        return 0

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        each = self.gated(*inputs)
        elements = product(each)
        biases = Work("biases", self.gates * self.biases_of_gate, elements)
        functions = Counter(self.functions).items()
        activations = (activation_work(function, product((*each, count))) for function, count in functions)
        gating = Work("gating", self.gating, elements)
        return *(biases,) * bool(self.biases_of_gate), *chain(*activations), *(gating,) * bool(self.gating)

    def steps_kept(self, each: Shape) -> tuple[Kept, ...]:
        """Return what the steps keep beside the states, and what activations keep that is not their result."""
        return ()

    def activations_kept(self, each: Shape) -> Iterator[Kept]:
        """Return what activations keep in all steps that is not their result."""
        kept = chain.from_iterable(result_kept(function, each) for function in self.functions)
        return (tensor for tensor in kept if tensor.is_own)

    def operators(self, *inputs: Shape) -> Operators:
        raise UnknownOperatorsError(
            "TensorFlow Lite Micro has no operator for it, "
            "and what the loop that the converter writes needs is not known"
        )


class LongShortTermMemory(SequenceLayer):
    """A layer with a memory beside its state: gates say what each step adds to it, keeps of it and gives out."""

    most_inputs: ClassVar[int | None] = 3
    gates: ClassVar[int] = 4

    recurrent_activation: Activation | None = Field("sigmoid", description="The function of the gates.")

    @property
    def state_names(self) -> tuple[str, ...]:
        return ("state", "memory")

    def final_states(self, *inputs: Shape) -> tuple[Shape, ...]:
        return self.states(*inputs)[1:], self.gated(*inputs)[1:]

    @property
    def functions(self) -> tuple[str | None, ...]:
        """The activations: of three gates, of what is added to the memory, and of the memory."""
        return *(self.recurrent_activation,) * 3, *(self.activation,) * 2

    @property
    def gating(self) -> int:
        """What is kept and added, and their sum; what is given out."""
        return 4

    def steps_kept(self, each: Shape) -> tuple[Kept, ...]:
        """Return the gates and what is added, the memory before the step, and the activation of that behind it."""
        return Kept("gates", shape=(self.gates, *each)), Kept("memory", shape=each), Kept("activated", shape=each)


def check_given(layer: Layer, inputs: tuple[Shape, ...]) -> None:
    """Check the states that a layer begins with, behind the sequence. Errors: ShapeError where they are not its own."""
    sequence, *given = inputs
    names, own = layer.state_names, layer.final_states(sequence)
    if given and len(given) != len(own):
        wanted = " and ".join(names)
        raise ShapeError(
            f"begins with its {wanted}, and is given {len(given)} of {len(own)}",
            f"`inputs` are the sequence and the {wanted}, or the sequence alone",
        )
    for name, shape, one in zip(names, own, given, strict=False):
        if not may_equal(shape, one):
            message = f"has a {name} of {show(shape)}, and cannot begin with one of {show(one)}"
            raise ShapeError(message, "both need the same sizes, as of the same `units` or `filters`")
