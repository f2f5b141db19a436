"""Recurrent layers: each step of a sequence sees the step and what the layer remembers."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, ClassVar, Literal

from archsum.layers.base import Step, Weight, Work
from archsum.layers.fields import Activation, Positive, Rate, TiedBias, true_is_tied
from archsum.layers.sequence import SequenceLayer
from archsum.layers.shapes import Shape, product, times
from archsum.layers.work import activation_work
from archsum.model import JsonSchema, field

RecurrentBias = Annotated[
    Literal["tied", "double", False],
    true_is_tied,
    JsonSchema({"enum": ["tied", "double", True, False]}),
]
"""tied: one bias, as in Keras; double: one for each of the two kernels, as in PyTorch; false: none.

cuDNN calls it so too: https://docs.nvidia.com/deeplearning/cudnn/backend/latest/api/cudnn-adv-library.html
"""


class RecurrentLayer(SequenceLayer):
    """A recurrent layer, with a kernel for the step, one for what it remembers, and so many `gates` of units.

    Shape:
        (steps, features) → (units), or (steps, units) with return_sequences.
    MACs:
        steps × (the elements of kernel and recurrent_kernel).
    FLOPs:
        2 × MACs + steps × units × (gates × biases of each
        + 1 for each activation, the gates' too + the products and sums that a unit's gates make).
    Errors:
        An input that is not (steps, features); an unknown number of features.
    """

    gates: ClassVar[int]
    """How many of the output's vectors the kernels compute."""

    units: Positive = field(description="The number of output features, and of those that it remembers.", example=64)
    activation: Activation | None = field("tanh", description="An elementwise function of the output.")
    dropout: Rate = field(0.0, description="The part of a step's features that training drops.")
    recurrent_dropout: Rate = field(0.0, description="The part of what it remembers that training drops.")

    @property
    def features(self) -> int:
        """The units."""
        return self.units

    @property
    def biases(self) -> int:
        """How many biases each gate of a unit has."""
        raise NotImplementedError

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the two kernels and the bias."""
        _, features = self.split(*inputs)
        outputs, axis = self.gates * self.units, "units" if self.gates == 1 else "gates of units"
        kernel = Weight("kernel", (features, outputs), ("features", axis))
        recurrent_kernel = Weight("recurrent_kernel", (self.units, outputs), ("units", axis))
        if not self.biases:
            return kernel, recurrent_kernel
        # As Keras keeps the two biases of its GRU.
        double = self.biases > 1
        bias = Weight("bias", (self.biases,) * double + (outputs,), ("kernels",) * double + (axis,))
        return kernel, recurrent_kernel, bias

    def macs(self, *inputs: Shape) -> int | None:
        """Return the kernels' weights, each of which works once in a step."""
        steps, features = self.split(*inputs)
        return product((steps, features + self.units, self.gates, self.units))

    @property
    def functions(self) -> tuple[str | None, ...]:
        """The activations that a unit takes in a step, one for each time."""
        return (self.activation,)

    @property
    def gating(self) -> int:
        """The products, sums and differences that a unit's gates make in a step."""
        return 0

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        """Return what the biases, the activations and the gates do."""
        steps, _ = self.split(*inputs)
        elements = product((steps, self.units))
        biases, gating = Work("biases", self.gates * self.biases, elements), Work("gating", self.gating, elements)
        functions = Counter(self.functions).items()
        activations = (activation_work(function, product((steps, self.units, count))) for function, count in functions)
        return *((biases,) * bool(self.biases)), *chain(*activations), *((gating,) * bool(self.gating))

    def connections(self, *inputs: Shape) -> int | None:
        """Return the links in all steps and the biases they use: every weight works once in a step."""
        steps, _ = self.split(*inputs)
        return product((steps, sum(weight.size for weight in self.weights(*inputs))))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        """Name the units."""
        yield Step("features", str(self.units), self.units, "one for each unit")

    def explain_bias(self, *inputs: Shape) -> str:
        """Say what the bias is, and what it would be."""
        count = self.gates * self.units
        each = "unit" if self.gates == 1 else f"unit in each of the {self.gates} gates"
        if self.biases > 1:
            return f"two for each {each}: beside the kernel and beside the recurrent kernel"
        return f"one for each {each}" if self.biases else f"no bias; it would be {count:,}"

    def explain_macs(self, *inputs: Shape) -> Step:
        """Derive the multiply-accumulates."""
        steps, features = self.split(*inputs)
        formula = f"{times(steps)} × ({features} + {self.units}) × {times(self.gates, self.units)}"
        note = "steps × (features + units) × gates × units: each weight of both kernels works once in a step"
        return Step("MACs", formula, self.macs(*inputs), note)


class WithRecurrentBias(RecurrentLayer):
    """A recurrent layer with the bias of Keras, or the two of PyTorch."""

    bias: RecurrentBias = field(
        "tied", description="tied: one for each unit and gate; double: two, as in PyTorch and cuDNN; false: none."
    )

    @property
    def biases(self) -> int:
        """How many biases each gate of a unit has."""
        return 2 if self.bias == "double" else 1 if self.bias else 0


class SimpleRNN(WithRecurrentBias):
    """A dense layer that sees each step together with its own output at the step before.

    Weights:
        kernel (features, units); recurrent_kernel (units, units);
        bias (units) if tied, (2, units) if double.
    Source: https://keras.io/api/layers/recurrent_layers/simple_rnn/
    """

    type: Literal["simple_rnn"] = "simple_rnn"
    gates: ClassVar[int] = 1


class LSTM(WithRecurrentBias):
    """Long short-term memory: gates say what each step adds to a memory, keeps of it and gives out.

    Weights:
        kernel (features, 4 × units); recurrent_kernel (units, 4 × units);
        bias (4 × units) if tied, (2, 4 × units) if double.
    Source: https://keras.io/api/layers/recurrent_layers/lstm/
    """

    type: Literal["lstm"] = "lstm"
    gates: ClassVar[int] = 4

    recurrent_activation: Activation | None = field("sigmoid", description="The function of the gates.")

    @property
    def functions(self) -> tuple[str | None, ...]:
        """The activations: of three gates, of what is added to the memory, and of the memory."""
        return *(self.recurrent_activation,) * 3, *(self.activation,) * 2

    @property
    def gating(self) -> int:
        """What is kept and added, and their sum; what is given out."""
        return 4


class GRU(RecurrentLayer):
    """A gated recurrent unit: two gates say what each step forgets and what it renews.

    Weights:
        kernel (features, 3 × units); recurrent_kernel (units, 3 × units);
        bias (2, 3 × units) with reset_after, else (3 × units).
    Source: https://keras.io/api/layers/recurrent_layers/gru/
    """

    type: Literal["gru"] = "gru"
    gates: ClassVar[int] = 3

    recurrent_activation: Activation | None = field("sigmoid", description="The function of the gates.")
    reset_after: bool = field(
        True,
        description="Forget after the recurrent kernel, as PyTorch and cuDNN do: each kernel has a bias of its own.",
    )
    bias: TiedBias = field(
        "tied", description="tied: two for each unit and gate with reset_after, else one; false: none."
    )

    @property
    def biases(self) -> int:
        """How many biases each gate of a unit has."""
        return 0 if not self.bias else 2 if self.reset_after else 1

    @property
    def functions(self) -> tuple[str | None, ...]:
        """The activations: of two gates, and of what is new."""
        return *(self.recurrent_activation,) * 2, self.activation

    @property
    def gating(self) -> int:
        """What is forgotten, and with reset_after its sum with the rest; z × old + (1 − z) × new."""
        return 5 + self.reset_after
