"""Layers that hold another: applied to each step, in both directions, or with a kernel that is normalized."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SerializeAsAny, field_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers import kind_of
from archsum.layers.arithmetic import Amount, Product, value_of
from archsum.layers.base import Backward, Cached, Kept, Layer, Operations, Reuse, Step, Weight, Work
from archsum.layers.fields import ANY_LAYER, Positive
from archsum.layers.kernel import FILTERS_OF_A_CHANNEL
from archsum.layers.operators import CLAMPS, Composition, Operator, Operators, UnknownOperatorsError
from archsum.layers.sequence import SequenceLayer
from archsum.layers.shapes import Shape, product, show

HeldLayer = Annotated[SerializeAsAny[Layer], ANY_LAYER]
"""A layer in a field of another, written as in the list of layers."""


class Wrapper(Layer):
    """A layer that holds one other, which takes a part of its input."""

    layer_fields: ClassVar[frozenset[str]] = frozenset({"layer"})

    layer: HeldLayer = Field(description="The layer that it holds.", examples=[{"dense": {"units": 64}}])

    @field_validator("layer", mode="before")
    @classmethod
    def _held_layer_fits(cls, value: Any) -> Any:
        if isinstance(value, Layer) and (value.least_inputs > 1 or value.most_inputs == 0):
            raise FieldError(
                f"holds `{kind_of(type(value))}`, which does not take one input", "a wrapper passes one on"
            )
        if isinstance(value, Layer) and value.begins_with:
            raise FieldError(
                f"holds `{kind_of(type(value))}` with an `initial_state`, and passes on one input", "write it by itself"
            )
        return value

    @property
    def held(self) -> str:
        """What Keras calls the layer that it holds."""
        return kind_of(type(self.layer))

    def held_input(self, shape: Shape) -> Shape:
        """Return the shape that the held layer takes."""
        raise NotImplementedError

    def held_weights(self, name: str, shape: Shape) -> tuple[Weight, ...]:
        """Return the held layer's weights, by its name and theirs."""
        freezes = not self.layer.trainable
        return tuple(
            weight._replace(
                name=f"{name}/{weight.name}",
                trainable=weight.trainable and not freezes,
                frozen=weight.trainable and freezes,
            )
            for weight in self.layer.weights(self.held_input(shape))
        )

    def uses(self, *inputs: Shape) -> int | None:
        """Return how many times it is used for one sample."""
        raise NotImplementedError

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        work, uses = self.layer.work(self.held_input(*inputs)), self.uses(*inputs)
        return None if work is None else tuple(part._replace(elements=product((part.elements, uses))) for part in work)

    def connections(self, *inputs: Shape) -> int | None:
        return product((self.uses(*inputs), self.layer.connections(self.held_input(*inputs))))

    def bias_note(self, *inputs: Shape) -> str:
        return self.layer.bias_note(self.held_input(*inputs))


class TimeDistributed(Wrapper):
    """One layer for each step of a sequence, by itself, with the same weights for all.

    Shape:
        (steps, *sizes) → (steps, *what the layer makes of the sizes).
    Weights:
        The layer's.
    MACs:
        steps × the layer's.
    FLOPs:
        steps × the layer's.
    Kept:
        input and output where the layer keeps them; tensors of the layer's own, once for each step.
    Cached:
        what the layer does, of the tokens of all steps.
    Errors:
        An input of fewer than 2 axes;
        what the layer refuses.
    Source: https://keras.io/api/layers/recurrent_layers/time_distributed/
    """

    type: Literal["time_distributed"] = "time_distributed"

    def held_input(self, shape: Shape) -> Shape:
        """Return a step's shape. Errors: ShapeError where there are no steps."""
        if len(shape) < 2:
            raise ShapeError(
                f"takes an input of at least 2 axes (steps, *sizes), not {show(shape)}", "write the layer by itself"
            )
        return shape[1:]

    def uses(self, *inputs: Shape) -> int | None:
        return inputs[0][0]

    def output_shape(self, *inputs: Shape) -> Shape:
        each = self.layer.output_shape(self.held_input(*inputs))
        return (self.uses(*inputs), *each)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return self.held_weights(self.held, *inputs)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        each = self.layer.macs(self.held_input(*inputs))
        return Operations(Product(self.uses(*inputs), each) if each != 0 else 0, f"steps × `{self.held}`'s")

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the layer's, for which the steps are a larger batch."""
        kept, steps = self.layer.kept(self.held_input(*inputs)), self.uses(*inputs)
        return None if kept is None else tuple(_for_each_step(tensor, steps) for tensor in kept)

    def cached(self, *inputs: Shape) -> Cached:
        cached = self.layer.cached(self.held_input(*inputs))
        return cached._replace(tokens=product((self.uses(*inputs), cached.tokens)))

    def reuse_for(self, *inputs: Shape) -> Reuse:
        return self.layer.reuse_for(self.held_input(*inputs))

    def backward(self, *inputs: Shape) -> Backward:
        """Return the layer's, for which the steps are a larger batch."""
        backward, steps = self.layer.backward(self.held_input(*inputs)), self.uses(*inputs)
        between, scratch = (
            tuple((steps, *shape) for shape in shapes) for shapes in (backward.between, backward.scratch)
        )
        return backward._replace(between=between, scratch=scratch)

    def operators(self, *inputs: Shape) -> Operators:
        """Raise UnknownOperatorsError: Keras's versions write it otherwise, and some once for each step."""
        cure = "write the `dense` layer by itself, which is the same" if self.held == "dense" else None
        raise UnknownOperatorsError("the versions of Keras write it in different operators", cure)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        yield Step.of("steps", self.uses(*inputs), f"`{self.held}` sees each by itself")
        yield from self.layer.explain_output(self.held_input(*inputs))


class Bidirectional(Wrapper):
    """Two recurrent layers alike, of which one goes through the sequence from its end.

    Shape:
        The layer's output, with twice as many features under merge_mode concat.
    Weights:
        The layer's, twice: forward and backward.
    MACs:
        2 × the layer's.
    FLOPs:
        2 × the layer's, + 1 for each output element under merge_mode sum and mul, + 2 under ave.
    Kept:
        2 × the layer's; under merge_mode mul also the output of each direction.
    Errors:
        A layer that is not recurrent; what the layer refuses.
    Source: https://keras.io/api/layers/recurrent_layers/bidirectional/
    """

    type: Literal["bidirectional"] = "bidirectional"

    layer: HeldLayer = Field(description="The recurrent layer.", examples=[{"lstm": {"units": 64}}])
    merge_mode: Literal["concat", "sum", "ave", "mul"] = Field(
        "concat", description="How the outputs of both directions become one."
    )

    @field_validator("layer", mode="before")
    @classmethod
    def _held_layer_fits(cls, value: Any) -> Any:
        if isinstance(value, Layer) and not isinstance(value, SequenceLayer):
            raise FieldError(
                f"holds `{kind_of(type(value))}`, which does not go through a sequence step by step",
                "a recurrent layer has a direction: `lstm`, `gru`, `simple_rnn` or a `conv_lstm2d`",
            )
        return super()._held_layer_fits(value)

    @field_validator("merge_mode", mode="before")
    @classmethod
    def _one_output(cls, value: Any) -> Any:
        if value is None:
            raise FieldError(
                "cannot be null: that gives two outputs, and a layer has one",
                "write two layers of that kind, with the same `inputs`: the direction does not change the counts",
            )
        return value

    def held_input(self, shape: Shape) -> Shape:
        """Return the input: both directions see all of it."""
        return shape

    def uses(self, *inputs: Shape) -> int | None:
        return 2

    def output_shape(self, *inputs: Shape) -> Shape:
        *leading, features = self.layer.output_shape(*inputs)
        return (*leading, value_of(self._merged(features)))

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        directions = (f"forward_{self.held}", f"backward_{self.held}")
        return tuple(weight for name in directions for weight in self.held_weights(name, *inputs))

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        return Operations(Product(2, self.layer.macs(*inputs)), f"`{self.held}`'s in both directions")

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        work = super().work(*inputs)
        operations = {"concat": 0, "sum": 1, "mul": 1, "ave": 2}[self.merge_mode]
        merge = Work(self.merge_mode, operations, product(self.output_shape(*inputs)))
        return None if work is None else (*work, *((merge,) * bool(operations)))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        kept = self.layer.kept(*inputs)
        outputs = (Kept("direction", shape=self.output_shape(*inputs)),) * (self.merge_mode == "mul")
        return None if kept is None else (*kept, *outputs) * 2

    def backward(self, *inputs: Shape) -> Backward:
        """Return one direction's, which is done before the other begins; each has a gradient of the input."""
        backward = self.layer.backward(*inputs)
        return backward._replace(scratch=(*backward.scratch, *inputs))

    def operators(self, *inputs: Shape) -> Operators:
        """Return the direction from the end, which is computed first, the one from the start, and the merge."""
        every, *last = self.layer.operators(*inputs)
        turned, turned_back = Operator(inputs[0]), Operator(every.output)
        merge = Operator(self.output_shape(*inputs), absorbs=frozenset() if self.merge_mode == "concat" else CLAMPS)
        mean = (merge._replace(weights=1),) * (self.merge_mode == "ave")
        made = Composition()
        (x,) = made.inputs
        from_end = made.add(turned, every, *(last or [turned_back]), takes=[x])
        from_start = made.add(every, *last, takes=[x])
        made.add(merge, *mean, takes=[from_start, from_end])
        return made.operators

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        *_, each = self.layer.output_shape(*inputs)
        both = self.merge_mode == "concat"
        note = "those of both directions, one behind the other" if both else f"`{self.merge_mode}` of both directions"
        yield Step.of("features", self._merged(each), note)

    def _merged(self, features: int | None) -> Amount:
        return Product(2, features) if self.merge_mode == "concat" else features


class KernelWrapper(Wrapper):
    """A layer that holds one with a kernel, or a table, and makes another of it while the network is trained.

    Shape:
        The layer's.
    MACs:
        The layer's; what is made of the kernel is the same for all samples, and at inference made once.
    FLOPs:
        The layer's.
    Errors:
        A layer without a kernel or a table; what the layer refuses.
    """

    layer: HeldLayer = Field(
        description="The layer that it holds.", examples=[{"conv2d": {"filters": 64, "kernel_size": 3}}]
    )

    def held_input(self, shape: Shape) -> Shape:
        return shape

    def uses(self, *inputs: Shape) -> int | None:
        return 1

    def kernel(self, *inputs: Shape) -> Weight:
        """Return the kernel, or the table. Errors: ShapeError where the layer has none."""
        # A recurrent layer's belongs to its cell, which neither Keras nor PyTorch looks into.
        is_recurrent = isinstance(self.layer, SequenceLayer)
        weights = () if is_recurrent else self.layer.weights(*inputs)
        for weight in weights:
            if weight.name in ("kernel", "embeddings") and weight.shape:
                return weight
        raise ShapeError(
            f"holds `{self.held}`, which has no kernel of its own and no table", "write the layer by itself"
        )

    def output_shape(self, *inputs: Shape) -> Shape:
        self.kernel(*inputs)
        return self.layer.output_shape(*inputs)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        return self.layer.multiply_accumulates(*inputs)

    def reuse_for(self, *inputs: Shape) -> Reuse:
        return self.layer.reuse_for(self.held_input(*inputs))

    def made_kernel(self, *inputs: Shape) -> tuple[Kept, ...]:
        """Return the kernel that is made, which is kept where the data are multiplied by it, and not for a table."""
        kernel = self.kernel(*inputs)
        return (Kept("made_kernel", shape=kernel.shape, per_batch=True),) * (kernel.name == "kernel")

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        yield from self.layer.explain_output(*inputs)


class SpectralNormalization(KernelWrapper):
    """A layer whose kernel is divided by its largest singular value, as for the discriminator of a GAN.

    The value comes of vector_u, which power iterations bring nearer to it in each step of training.

    Weights:
        The layer's; not trainable: vector_u (1, the kernel's last size).
    Kept:
        The layer's; the kernel that is made, of the kernel's shape, once for the batch; unless the kernel is frozen
        two vectors, one of the kernel's last size and one of its others, and the value, one number.
    Source: https://keras.io/api/layers/normalization_layers/spectral_normalization/
        (PyTorch's has vector_v too, as a second tensor that is not trained.)
    """

    type: Literal["spectral_normalization"] = "spectral_normalization"

    power_iterations: Positive = Field(1, description="How often a step of training brings vector_u nearer.")

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        kernel = self.kernel(*inputs)
        vector = Weight("vector_u", (1, kernel.shape[-1]), ("1", *kernel.axes[-1:]), trainable=False)
        held = self.held_weights(self.held, *inputs)
        of_kernel = tuple(weight for weight in held if weight.name == f"{self.held}/{kernel.name}")
        # Keras takes the kernel for the wrapper's own weight, so that it comes before vector_u, and others after it.
        return *of_kernel, vector, *(weight for weight in held if weight not in of_kernel)

    def operators(self, *inputs: Shape) -> Operators:
        """Return the layer's: at inference Keras applies it as it is."""
        self.kernel(*inputs)
        return self.layer.operators(*inputs)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return what PyTorch's `spectral_norm` keeps beside the layer."""
        kept, (*others, last) = self.layer.kept(*inputs), self.kernel(*inputs).shape
        vectors = {"vector_u": (last,), "vector_v": (product(tuple(others)),), "norm": ()}
        of_norm = (Kept(name, shape=shape, per_batch=True, for_weights=True) for name, shape in vectors.items())
        return None if kept is None else (*kept, *self.made_kernel(*inputs), *of_norm)

    def backward(self, *inputs: Shape) -> Backward:
        """Return the layer's, and what PyTorch computes with on both ways that lead to the kernel."""
        backward, kernel = self.layer.backward(*inputs), self.kernel(*inputs)
        return backward._replace(per_batch=(*backward.per_batch, *(kernel.shape,) * 4))


class WeightNormalization(KernelWrapper):
    """A layer whose kernel has a length and a direction as its weights: a length for each filter.

    What PyTorch's `weight_norm` is with `dim: 0`, its default: the lengths are along the first axis of PyTorch's
    weights, which is the last of a kernel here, or of a depthwise kernel the last two, and the first of a table.

    Weights:
        The layer's, with two in the place of the kernel: original0, the lengths, of its shape with 1 along other axes;
        original1, the directions, of its shape.
    Kept:
        The layer's; the kernel that is made, of the kernel's shape, once for the batch; unless the kernel is frozen
        the lengths that the directions have.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.weight_norm.html
    """

    type: Literal["weight_normalization"] = "weight_normalization"

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return tuple(part for weight in self.held_weights(self.held, *inputs) for part in self._parts(weight, *inputs))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return what PyTorch keeps beside the layer."""
        kept, lengths = self.layer.kept(*inputs), _lengths(self.kernel(*inputs))
        norm = Kept("norm", shape=lengths, per_batch=True, for_weights=True)
        return None if kept is None else (*kept, *self.made_kernel(*inputs), norm)

    def backward(self, *inputs: Shape) -> Backward:
        """Return the layer's, and the gradient of the kernel that is made."""
        backward, kernel = self.layer.backward(*inputs), self.kernel(*inputs)
        return backward._replace(per_batch=(*backward.per_batch, kernel.shape))

    def _parts(self, weight: Weight, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the two weights in the place of the kernel; another is left as it is."""
        kernel = self.kernel(*inputs)
        if weight.name != f"{self.held}/{kernel.name}":
            return (weight,)
        lengths = weight._replace(name=f"{weight.name}/original0", shape=_lengths(kernel), note="lengths")
        return lengths, weight._replace(name=f"{weight.name}/original1", note="directions")


def _lengths(kernel: Weight) -> Shape:
    """Return the shape of what there is for each element of the first axis of PyTorch's weights."""
    places = range(len(kernel.shape))
    if kernel.name == "embeddings":
        of_each = places[:1]
    else:
        of_each = places[-2:] if kernel.axes[-1:] == (FILTERS_OF_A_CHANNEL,) else places[-1:]
    return tuple(size if place in of_each else 1 for place, size in enumerate(kernel.shape))


def _for_each_step(tensor: Kept, steps: int | None) -> Kept:
    """Keep a tensor of each step, unless it is the same for all."""
    return tensor._replace(shape=(steps, *tensor.shape)) if tensor.is_own and not tensor.per_batch else tensor
