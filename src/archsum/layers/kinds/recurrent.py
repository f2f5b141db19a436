"""Recurrent layers: each step of a sequence sees the step and what the layer remembers."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers.activations import result_kept
from archsum.layers.arithmetic import Product, Sum
from archsum.layers.base import Backward, Gradient, Kept, Operations, Step, Weight
from archsum.layers.fields import Activation, NonNegative, Positive, TiedBias, true_is_tied
from archsum.layers.operators import Operator, Operators, Scratch, lacking, slicing_operator
from archsum.layers.sequence import LongShortTermMemory, SequenceLayer
from archsum.layers.shapes import Shape, product, show, total

RecurrentBias = Annotated[
    Literal["tied", "double", False],
    BeforeValidator(true_is_tied, json_schema_input_type=Literal["tied", "double", True, False]),
]
"""tied: one bias, as in Keras; double: one for each of the two kernels, as in PyTorch; false: none.

cuDNN calls it so too: https://docs.nvidia.com/deeplearning/cudnn/backend/latest/api/cudnn-adv-library.html
"""


class RecurrentLayer(SequenceLayer):
    """A recurrent layer, with a kernel for the step, one for what it remembers, and so many `gates` of units.

    It keeps what PyTorch's own steps keep; libraries that do all steps at once, oneDNN and cuDNN, have workspaces.

    Shape:
        (steps, features) → (units), or (steps, units) with return_sequences. A second input is a state: (units).
    MACs:
        steps × (the elements of kernel and recurrent_kernel).
    FLOPs:
        2 × MACs + steps × units × (gates × biases of each
        + 1 for each activation, the gates' too + the products and sums that a unit's gates make).
    Errors:
        An input that is not (steps, features); an unknown number of features; a state of other sizes.
    """

    main_field: ClassVar[str] = "units"

    units: Positive = Field(description="The number of output features, and of those that it remembers.", examples=[64])

    def split(self, shape: Shape, *states: Shape) -> tuple[int | None, int]:
        """Take the shape of the sequence apart into the steps and the features of each.

        Errors: ShapeError where it has other axes, or the number of features is not known.
        """
        if len(shape) != 2:
            cure = (
                "a `reshape` makes steps of the other axes" if len(shape) > 2 else "an `embedding` or a `reshape` does"
            )
            raise ShapeError(f"takes an input of 2 axes (steps, features), not {show(shape)}", cure)
        steps, features = shape
        if features is None:
            raise ShapeError(
                "needs a known number of features, the last axis of its input",
                "give `input` a number for the last axis",
            )
        return steps, features

    def states(self, *inputs: Shape) -> Shape:
        steps, _ = self.split(*inputs)
        return (steps, self.remembered)

    def gated(self, *inputs: Shape) -> Shape:
        steps, _ = self.split(*inputs)
        return (steps, self.units)

    @property
    def remembered(self) -> int:
        """The features of the state."""
        return self.units

    @property
    def remembered_note(self) -> str:
        """What these are."""
        return "one for each unit"

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        _, features = self.split(*inputs)
        outputs, axis = self.gates * self.units, "units" if self.gates == 1 else "gates of units"
        kernel = Weight("kernel", (features, outputs), ("features", axis))
        recurrent_kernel = Weight(
            "recurrent_kernel",
            (self.remembered, outputs),
            ("units" if self.remembered == self.units else "projected features", axis),
        )
        bias = Weight("bias", (outputs,), (axis,))
        if self.biases_of_gate > 1:
            # Two biases are one weight, as Keras keeps those of its GRU.
            bias = Weight("bias", (self.biases_of_gate, outputs), ("kernels", axis))
        return kernel, recurrent_kernel, *(bias,) * bool(self.biases_of_gate)

    def bias_note(self, *inputs: Shape) -> str:
        each = "unit" if self.gates == 1 else f"unit in each of the {self.gates} gates"
        if self.biases_of_gate > 1:
            return f"two for each {each}: beside the kernel and beside the recurrent kernel"
        return f"one for each {each}" if self.biases_of_gate else f"no bias; it would be {self.gates * self.units:,}"

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        steps, features = self.split(*inputs)
        note = "steps × (features + units) × gates × units: each weight of both kernels works once in a step"
        return Operations(Product(steps, Sum(features, self.units), self.gates, self.units), note)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        steps, features = self.split(*inputs)
        each = self.gated(*inputs)
        taken = _multiplied("input_copy", (steps, features), self.dropout)
        tensors = *self.states_kept(self.states(*inputs)), *self.steps_kept(each), *self.activations_kept(each)
        in_steps = (tensor._replace(operation=1) for tensor in self.given_kept(tensors, *inputs))
        return *taken, *in_steps

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradient of the state, step by step, which frees what the steps keep, and leaves the gates'.

        Each step uses the recurrent kernel, so that there are for a moment three gradients of it.
        """
        steps, _ = self.split(*inputs)
        gates, recurrent_kernel = (self.gates, steps, self.units), (self.gates, self.remembered, self.units)
        kernels = (recurrent_kernel,) * (1 if steps == 1 else 3)
        return Backward(between=((self.remembered,),), scratch=(gates,), per_batch=kernels, of_weights=Gradient.VIEW)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the outputs of all steps, where the last is taken."""
        return () if self.return_sequences else (self.states(*inputs),)

    def states_kept(self, each: Shape) -> tuple[Kept, ...]:
        """Return the states before each step, of which there are `each`."""
        return _multiplied("states", each, self.recurrent_dropout)

    def connections(self, *inputs: Shape) -> int | None:
        """Return the links in all steps and the biases they use: every weight works once in a step."""
        steps, _ = self.split(*inputs)
        return product((steps, total(weight.size for weight in self.weights(*inputs))))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        yield Step.of("features", self.remembered, self.remembered_note)


class WithRecurrentBias(RecurrentLayer):
    """A recurrent layer with the bias of Keras, or the two of PyTorch."""

    bias: RecurrentBias = Field(
        "tied", description="tied: one for each unit and gate; double: two, as in PyTorch and cuDNN; false: none."
    )

    @property
    def biases_of_gate(self) -> int:
        return 2 if self.bias == "double" else 1 if self.bias else 0


class SimpleRNN(WithRecurrentBias):
    """A dense layer that sees each step together with its own output at the step before.

    Weights:
        kernel (features, units); recurrent_kernel (units, units);
        bias (units) if tied, (2, units) if double.
    Kept:
        a copy of the input, (steps, features), and the states, (steps + 1, units);
        with dropout the mask, (features), with recurrent_dropout (units), and what it makes of the states;
        of an activation that keeps its input, that instead of the last state.
    Source: https://keras.io/api/layers/recurrent_layers/simple_rnn/
    """

    type: Literal["simple_rnn"] = "simple_rnn"
    gates: ClassVar[int] = 1

    def states_kept(self, each: Shape) -> tuple[Kept, ...]:
        """Return the states: those before each step, and as activations keep their result, those after it."""
        if Kept("output") not in result_kept(self.activation, each):
            return super().states_kept(each)
        results = Kept("results", shape=each)
        if self.recurrent_dropout:
            return *super().states_kept(each), results
        return results, Kept("first_state", shape=(1, self.units), for_weights=True)


class LSTM(LongShortTermMemory, WithRecurrentBias):
    """Long short-term memory: gates say what each step adds to a memory, keeps of it and gives out.

    Shape:
        (steps, features) → (units), or (steps, units) with return_sequences; proj_size features where it is stated.
        A second and a third input are a state, as the output of a step, and a memory, (units).
    Weights:
        kernel (features, 4 × units); recurrent_kernel (units, 4 × units);
        bias (4 × units) if tied, (2, 4 × units) if double.
        With proj_size recurrent_kernel (proj_size, 4 × units), and projection (units, proj_size).
    MACs:
        steps × (the elements of kernel and recurrent_kernel, and of projection).
    Kept:
        a copy of the input, (steps, features), and in each step state, gates, memory and its activation, 7 × units;
        with proj_size the state both before it is projected and behind;
        with dropout the mask, (features), with recurrent_dropout (units), or (proj_size);
        what activations keep that is not their result.
    Errors:
        An input that is not (steps, features); an unknown number of features; a state or a memory of other sizes;
        a proj_size that is not smaller than units.
    Source: https://keras.io/api/layers/recurrent_layers/lstm/
        and for proj_size https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
    """

    type: Literal["lstm"] = "lstm"

    proj_size: NonNegative = Field(
        0, description="The features that each output, which is also the state, is projected to; 0: it is not."
    )

    @model_validator(mode="after")
    def _smaller_projection(self) -> Self:
        if self.proj_size >= self.units:
            message = f"has a `proj_size` of {self.proj_size}, which must be smaller than `units` (={self.units})"
            raise FieldError(message, "write fewer features, or leave `proj_size` out")
        return self

    @property
    def remembered(self) -> int:
        return self.proj_size or self.units

    @property
    def remembered_note(self) -> str:
        return "what the units are projected to" if self.proj_size else super().remembered_note

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        projection = Weight("projection", (self.units, self.proj_size), ("units", "projected features"))
        return *super().weights(*inputs), *(projection,) * bool(self.proj_size)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        operations = super().multiply_accumulates(*inputs)
        if not self.proj_size:
            return operations
        steps, features = self.split(*inputs)
        kernels = Product(steps, Sum(features, self.proj_size), self.gates, self.units)
        note = "steps × (features + projected features) × gates × units; steps × units × projected features"
        return Operations(Sum(kernels, Product(steps, self.units, self.proj_size)), note)

    def steps_kept(self, each: Shape) -> tuple[Kept, ...]:
        """Return what an LSTM keeps, and with a projection what is projected."""
        projected = (Kept("projected", shape=each, for_weights=True),) * bool(self.proj_size)
        return *super().steps_kept(each), *projected

    def operators(self, *inputs: Shape) -> Operators:
        """Return UNIDIRECTIONAL_SEQUENCE_LSTM, as Keras 2 writes it, and what passes on the last step.

        Its kernel computes the gates in numbers of two bytes. The state and the memory are variables, which the runtime
        keeps behind the arena's head.

        Errors: UnknownOperatorsError for activations or biases that it does not have, and for a state to begin with.
        Source: tensorflow/lite/micro/kernels/unidirectional_sequence_lstm.cc.
        """
        steps, _ = self.split(*inputs)
        if len(inputs) > 1:
            raise lacking("LSTM that begins with a state")
        values = (self.activation, self.recurrent_activation, self.bias, self.recurrent_dropout, self.proj_size)
        if values != ("tanh", "sigmoid", "tied", 0, 0):
            fields = "`activation: tanh`, `recurrent_activation: sigmoid`, `bias: tied`"
            raise lacking(f"LSTM other than with {fields}, no `recurrent_dropout` and no `proj_size`")
        kernels = total(weight.size for weight in self.weights(*inputs) if not weight.is_bias)
        gates = (Scratch(self.units, int8=2),) * self.gates
        every = Operator((steps, self.units), weights=kernels, biases=self.gates * self.units, scratch=gates)
        return every, *(() if self.return_sequences else (slicing_operator((self.units,)),))


class GRU(RecurrentLayer):
    """A gated recurrent unit: two gates say what each step forgets and what it renews.

    Weights:
        kernel (features, 3 × units); recurrent_kernel (units, 3 × units);
        bias (2, 3 × units) with reset_after, else (3 × units).
    Kept:
        a copy of the input, (steps, features), and in each step state, gates, what is new, its parts and the change,
        7 × units, 6 without reset_after; with dropout the mask, (features), with recurrent_dropout (units);
        what activations keep that is not their result.
    Source: https://keras.io/api/layers/recurrent_layers/gru/
    """

    type: Literal["gru"] = "gru"
    gates: ClassVar[int] = 3

    recurrent_activation: Activation | None = Field("sigmoid", description="The function of the gates.")
    reset_after: bool = Field(
        True,
        description="Forget after the recurrent kernel, as PyTorch and cuDNN do: each kernel has a bias of its own.",
    )
    bias: TiedBias = Field(
        "tied", description="tied: two for each unit and gate with reset_after, else one; false: none."
    )

    @property
    def biases_of_gate(self) -> int:
        return 0 if not self.bias else 2 if self.reset_after else 1

    @property
    def functions(self) -> tuple[str | None, ...]:
        """The activations: of two gates, and of what is new."""
        return *(self.recurrent_activation,) * 2, self.activation

    @property
    def gating(self) -> int:
        """What is forgotten, and with reset_after its sum with the rest; z × old + (1 − z) × new."""
        return 5 + self.reset_after

    def steps_kept(self, each: Shape) -> tuple[Kept, ...]:
        """Return the gates, what is new, the state minus that, and what the reset gate is multiplied with."""
        names = ["update_gate", "reset_gate", "new", "change", "reset_part"]
        if self.reset_after:
            # Nothing needs it, but it lies with the gates in one storage.
            names += ["reset_product"]
        return tuple(Kept(name, shape=each) for name in names)


def _multiplied(name: str, shape: Shape, dropout: float) -> tuple[Kept, ...]:
    """Keep what a kernel is multiplied with, and the mask of its dropout, the same in each step."""
    mask = (Kept(f"{name}_mask", shape=shape[1:]),) if dropout else ()
    # With a mask it is what that makes of it.
    return *mask, Kept(f"dropped_{name}" if dropout else name, shape=shape, for_weights=True)
