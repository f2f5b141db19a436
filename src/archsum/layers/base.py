"""What a layer promises: it alone knows its fields, its shape rule, its weights and its operations."""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self

from pydantic import Field

from archsum.layers.arithmetic import Amount, Product, Sum, formula_of, value_of
from archsum.layers.fields import StrictModel
from archsum.layers.operators import Operator, Operators, UnknownOperatorsError
from archsum.layers.shapes import Shape, product, total


class Weight(NamedTuple):
    """A tensor of parameters: its shape, what each axis stands for, and whether training changes it."""

    name: str
    shape: Shape
    """Its sizes; None is a size that nobody knows, which a custom layer can state."""
    axes: tuple[str, ...] = ()
    trainable: bool = True
    note: str = ""
    """Where its sizes come from, if the axes do not say it."""
    tied_size: int | None = None
    """Of a bias that is untied along all axes or some, the number of parameters that it would have tied."""
    frozen: bool = False
    """Whether it is the layer that holds it, and not what it is, that keeps it from being trained."""

    @property
    def is_bias(self) -> bool:
        """Whether it is a bias, which is what every weight called `bias` is, a custom or a held layer's too."""
        return self.name.rpartition("/")[2] == "bias"

    @property
    def untied(self) -> bool:
        """Whether it is a bias with parameters of its own for each output location, or each along some axes."""
        return self.tied_size is not None

    @property
    def size(self) -> int | None:
        """The number of parameters; None where a size is unknown."""
        return product(self.shape)


INDICES = "indices"
INDEX_BYTES = 8


class Kept(NamedTuple):
    """A tensor that a layer keeps, in training, from its forward pass for its backward pass."""

    name: str
    """`input`, `output`, or the name of a tensor of its own."""
    number: int = 0
    """Which of the inputs."""
    shape: Shape = ()
    """Of a tensor of its own, without the batch axis."""
    itemsize: int | None = None
    """The bytes of an element; None: as many as the activations have."""
    per_batch: bool = False
    """Whether it is there once for the batch, and not for each sample."""
    for_weights: bool = False
    """Whether it is kept for the gradient of the layer's weights alone, and not where they are frozen."""
    operation: int = 0
    """Which of the layer's operations keeps it, counted from the inputs: the way back frees it after this one."""
    of_input: bool = False
    """Of indices, whether they are those that the layer which gives the input has found."""

    @classmethod
    def indices(cls, output: Shape) -> "Kept":
        """Keep where each element of the output was in the input, as PyTorch counts: in 64 bits."""
        return cls(INDICES, shape=output, itemsize=INDEX_BYTES)

    @property
    def is_own(self) -> bool:
        """Whether it is neither an input nor the output."""
        return self.name not in ("input", "output")


class Cached(NamedTuple):
    """What a layer caches where a sequence is generated a token at a time: elements of the tokens that came before."""

    per_token: int | None = 0
    """How many elements of each token."""
    tokens: int | None = 0
    """How many tokens there are in the network as it is given its inputs."""
    tokens_of: int = 0
    """Which of the inputs has these tokens; the first is that of what is generated."""
    causal: bool = False
    """Whether a token sees those before it alone, so that it stays what it is when others come."""


class Reuse(NamedTuple):
    """What a layer makes that takes no memory of its own, as it is in memory already."""

    at_inference: bool = False
    """Whether the output is the first input's elements at inference, or some of them, seen otherwise."""
    in_training: bool = False
    """Whether it is so in training too."""


VIEW = Reuse(at_inference=True, in_training=True)
"""The reuse of a layer whose output is its input seen otherwise, or a part of it."""


class Gradient(Enum):
    """What a layer passes back as the gradient of an input, or of its weights."""

    NEW = "new"
    """A tensor of its own."""
    SAME = "same"
    """The very tensor that is the output's gradient."""
    VIEW = "view"
    """A view: of the output's gradient, or of a new tensor where it is of the weights."""


class Backward(NamedTuple):
    """What a layer makes in memory on its way back, as PyTorch does, beside the gradients of its weights.

    A layer can be several operations, one after another, such as a convolution and its activation. Each frees what it
    has kept and taken when it is done.
    """

    gradients: tuple[Gradient, ...] = ()
    """That of each input; by default all are new tensors."""
    between: tuple[Shape, ...] = ()
    """The shapes of the tensors between the operations, from the inputs on: each has a gradient too."""
    scratch: tuple[Shape, ...] = ()
    """What the operation on the inputs computes with, the last on the way back."""
    per_batch: tuple[Shape, ...] = ()
    """What the layer's last operation computes with, the first on the way back, once for the batch."""
    of_weights: Gradient = Gradient.NEW
    """What the gradients of the weights are."""

    def gradient_of(self, number: int) -> Gradient:
        """Return what the gradient of an input is."""
        return self.gradients[number] if self.gradients else Gradient.NEW


class Work(NamedTuple):
    """Elementwise work, such as an activation: what it is, the operations for each element, how many elements."""

    what: str
    operations: int | None
    elements: int | None

    @property
    def amount(self) -> Product:
        """The operations for all elements."""
        return Product(self.elements) if self.operations == 1 else Product(self.operations, self.elements)


class Operations(NamedTuple):
    """Operations of a layer: how many, with the arithmetic that gives the number, and in words why."""

    amount: Amount
    note: str = ""


NO_MACS = Operations(0, "no multiply-accumulates of weights")
"""What layers have that compute with elements alone, or nothing."""


class Step(NamedTuple):
    """One line of an explanation: `label`: `formula` = `value`, and why."""

    label: str
    formula: str
    value: int | None
    note: str = ""

    @classmethod
    def of(cls, label: str, amount: Amount, note: str = "") -> "Step":
        """Explain an amount by its own arithmetic."""
        return cls(label, formula_of(amount), value_of(amount), note)


class KeepingSteps(NamedTuple):
    """A layer that leaves out all steps but the last, as it would be if it gave every step."""

    layer: "Layer"
    field: str
    """The field that a file states to be true for that."""
    inside: str = ""
    """The kind of the layer that it holds, where the field is that one's."""


class Layer(StrictModel):
    """A kind of layer. A subclass with a `type` is a kind; one without is what a family has in common.

    Shapes come and go without the batch axis. Every method takes one shape for each input; what cannot be computed
    from them raises a ShapeError whose message reads on from the layer's name ("needs a known height for …").

    A kind, or its family, states `output_shape`, `weights`, `multiply_accumulates`, `work`, `kept`, `backward`,
    `between` and `operators`. `macs`, `elementwise` and `flops` are the numbers that come out of these, and are not
    overridden.
    """

    deferred_fields: ClassVar[frozenset[str]] = frozenset()
    """The fields whose formulas the layer computes itself, when it knows its input; they reach it as BoundFormula."""

    main_field: ClassVar[str | None] = None
    """The field that a plain value is, in the place of all fields: `dense: 10`. It is all that the kind needs."""

    layer_fields: ClassVar[frozenset[str]] = frozenset()
    """The fields that hold a layer, as those of wrappers; they reach the class as layers."""

    shown_fields: ClassVar[tuple[str, ...]] = ()
    """What a picture has room for: the fields, where not at their default, by which layers of one structure differ."""

    least_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int | None] = 1
    """How many inputs a layer of the kind takes; None: as many as there are."""

    trainable: bool = Field(True, description="False freezes the weights: they count as non-trainable.")

    @cached_property
    def identity(self) -> object:
        """What tells the layer from every other, equal ones too: caches go by it, as comparing fields takes long."""
        return object()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy that computes anew what follows from its fields, of which some may be others."""
        copied = super().model_copy(update=update, deep=deep)
        for name in vars(copied).keys() - type(self).model_fields.keys():
            del vars(copied)[name]
        return copied

    def passes_gradient(self, number: int) -> bool:
        """Whether a gradient goes back to one of the inputs: none does to indices, nor through a comparison."""
        return number not in self.shape_only

    @property
    def implied(self) -> Mapping[str, Any]:
        """The defaults that follow from other fields, by the names of the fields that have them."""
        return {}

    @property
    def takes(self) -> tuple[int, int | None]:
        """How many inputs it takes, at least and at most. The engine sees to it before it asks anything."""
        return self.least_inputs, self.most_inputs

    @property
    def shape_only(self) -> frozenset[int]:
        """Which of the inputs it takes no elements of: they need not be in memory for it, and get no gradient."""
        return frozenset()

    @property
    def takes_numbers(self) -> frozenset[int]:
        """Which of the inputs are whole numbers, such as those of words."""
        return frozenset()

    @property
    def finds_indices(self) -> bool:
        """Whether it knows where each element of its output was in its input, as max pooling does."""
        return False

    @property
    def indices_of(self) -> int | None:
        """Which of the inputs it takes no elements of, but such indices."""
        return None

    @property
    def begins_with(self) -> str | None:
        """The name of the layer whose last states this one takes, behind its other inputs."""
        return None

    @property
    def state_names(self) -> tuple[str, ...]:
        """What the states are called that it ends with, for another to begin with; most layers have none."""
        return ()

    @property
    def gives_first_state(self) -> bool:
        """Whether the output is the first of these states itself."""
        return False

    @property
    def zeros_around(self) -> tuple[tuple[int, int], ...] | None:
        """The zeros before and after each spatial axis, where it does nothing but put them there."""
        return None

    @property
    def cut_off(self) -> tuple[tuple[int, int], ...] | None:
        """The elements before and after each spatial axis that it takes away, where it does nothing else."""
        return None

    def with_zeros(self, zeros: tuple[tuple[int, int], ...]) -> Self | None:
        """Return the layer that puts zeros around its input itself; None where there is none."""
        return None

    @property
    def filled_around(self) -> tuple[tuple[int, int], ...] | None:
        """The elements before and after each axis, where it does nothing but put the same number there."""
        return None

    def with_fill(self, filled: tuple[tuple[int, int], ...]) -> Self | None:
        """Return the layer that puts what counts for nothing around its input itself; None where there is none."""
        return None

    def with_cut(self, cut: tuple[tuple[int, int], ...]) -> Self | None:
        """Return the layer that takes elements away from its output itself; None where there is none."""
        return None

    @property
    def keeping_steps(self) -> KeepingSteps | None:
        """What gives every step of a sequence, of a layer that gives the last alone; others leave none out."""
        return None

    def final_states(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the shapes of these states."""
        return ()

    @property
    def steps(self) -> int:
        """What it takes to compute its numbers, beyond what most layers take; see `archsum.work`."""
        return 0

    def require_indices(self, name: str, found_by: "Layer | None") -> None:
        """Check what finds the indices that it takes: a layer, or an input of the network, and its name.

        Errors: ShapeError for what finds none, or none of such data.
        """

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return the shape of the output."""
        raise NotImplementedError

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the weights, in Keras's order and by Keras's names."""
        raise NotImplementedError

    def bias_note(self, *inputs: Shape) -> str:
        """Return what the biases are, or without any what they would be; nothing for a kind that never has one."""
        return ""

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        """Return the multiply-accumulates for one sample; unknown by default."""
        return Operations(None)

    def macs(self, *inputs: Shape) -> int | None:
        """Return the number of multiply-accumulates; None where it is unknown."""
        return value_of(self.multiply_accumulates(*inputs).amount)

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        """Return what is done to elements beside the multiply-accumulates, at inference; None where it is unknown."""
        return None

    def elementwise(self, *inputs: Shape) -> int | None:
        """Return the number of operations beside the multiply-accumulates; None where it is unknown."""
        work = self.work(*inputs)
        return None if work is None else total(part.amount.value for part in work)

    def floating_point_operations(self, *inputs: Shape) -> Operations:
        """Return the operations for one sample: two for each multiply-accumulate, and the elementwise ones."""
        macs, work = self.macs(*inputs), self.work(*inputs)
        if macs == 0 and work == ():
            return Operations(0, "nothing is computed")
        terms: list[tuple[str, Amount]] = [] if macs == 0 else [("2 × MACs", Product(2, macs))]
        terms += [("an unknown rest", None)] if work is None else [(part.what, part.amount) for part in work]
        words, amounts = zip(*terms, strict=True)
        return Operations(Sum(*amounts), " + ".join(words))

    def flops(self, *inputs: Shape) -> int | None:
        """Return the number of floating-point operations; None where it is unknown."""
        return value_of(self.floating_point_operations(*inputs).amount)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return what training keeps for the backward pass, as PyTorch does; None where that is unknown."""
        return None

    def cached(self, *inputs: Shape) -> Cached:
        """Return what generation caches of each token, so that it is not computed again: by default nothing."""
        return Cached()

    @property
    def reuse(self) -> Reuse:
        """What takes no memory of its own."""
        return Reuse()

    def reuse_for(self, *inputs: Shape) -> Reuse:
        """Return the same, for a kind whose inputs' shapes it depends on."""
        return self.reuse

    def backward(self, *inputs: Shape) -> Backward:
        """Return what the way back makes: by default a new gradient of each input, in one operation."""
        return Backward()

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the shapes of the tensors between the layer's operations at inference, from the inputs on.

        While an operation runs, what it takes and what it gives are both in memory. By default they are those that
        have gradients on the way back.
        """
        return self.backward(*inputs).between

    def operators(self, *inputs: Shape) -> Operators:
        """Return what the layer is at inference on a microcontroller; a size that is unknown may be among its shapes.

        Errors: UnknownOperatorsError where that is not known.
        """
        raise UnknownOperatorsError("it is not known in which operators TensorFlow Lite Micro has it")

    def as_one_operator(self, *inputs: Shape) -> Operator:
        """Return the layer as one operator, whatever it is: what is known of any is which weights are in flash."""
        weights: list[int | None] = []
        biases: list[int | None] = []
        for weight in self.weights(*inputs):
            is_of_channels = weight.is_bias and weight.tied_size in (None, weight.size)
            (biases if is_of_channels else weights).append(weight.size)
        return Operator(self.output_shape(*inputs), weights=total(weights), biases=total(biases))

    def connections(self, *inputs: Shape) -> int | None:
        """Return the links into this layer's neurons and the biases they use, as LeCun counts them."""
        links = self.macs(*inputs)
        if not any(weight.is_bias for weight in self.weights(*inputs)):
            return links
        return total((links, product(self.output_shape(*inputs))))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        """Derive the output's sizes; nothing where the shape is passed on or simply stated."""
        yield from ()


class MaclessLayer(Layer):
    """A layer without multiply-accumulates, unless it says otherwise."""

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        return NO_MACS


class WeightlessLayer(MaclessLayer):
    """A layer without weights.

    Weights:
        None.
    MACs:
        0.
    """

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return ()


class IdleLayer(MaclessLayer):
    """A layer that computes nothing."""

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return ()


class MovingLayer(IdleLayer, WeightlessLayer):
    """A layer that gives elements another place, repeats them or leaves them out, and computes nothing.

    FLOPs:
        0; elements are moved, not computed.
    Kept:
        Nothing.
    """

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return nothing: the gradient is moved back, whatever the elements were."""
        return ()


class ElementwiseLayer(MaclessLayer):
    """A layer that passes the shape on; its work is one operation or a few for each element.

    Shape:
        The input's.
    MACs:
        0; elementwise work is not multiply-accumulates of weights.
    """

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        return shape

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return (Work(*self.each, product(self.output_shape(*inputs))),)

    @property
    def each(self) -> tuple[str, int | None]:
        """What is done to an element, in words, and how many operations that takes."""
        raise NotImplementedError
