"""Layers that hold another: applied to each step, or in both directions."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers import kind_of
from archsum.layers.arithmetic import Amount, Product, value_of
from archsum.layers.base import Biases, Kept, Layer, Operations, Reuse, Step, Weight, Work
from archsum.layers.fields import ANY_LAYER
from archsum.layers.sequence import SequenceLayer
from archsum.layers.shapes import Shape, product, show

HeldLayer = Annotated[Layer, ANY_LAYER]
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
        trainable = self.layer.trainable
        return tuple(
            weight._replace(name=f"{name}/{weight.name}", trainable=weight.trainable and trainable)
            for weight in self.layer.weights(self.held_input(shape))
        )

    def biases(self, *inputs: Shape) -> Biases | None:
        return self.layer.biases(self.held_input(*inputs))


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

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        step = self.held_input(shape)
        return (shape[0], *self.layer.output_shape(step))

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return self.held_weights(self.held, *inputs)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        (shape,) = inputs
        each = self.layer.macs(self.held_input(shape))
        return Operations(Product(shape[0], each) if each != 0 else 0, f"steps × `{self.held}`'s")

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        (shape,) = inputs
        return _repeated(self.layer.work(self.held_input(shape)), shape[0])

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the layer's, for which the steps are a larger batch."""
        (shape,) = inputs
        kept = self.layer.kept(self.held_input(shape))
        return None if kept is None else tuple(_for_each_step(tensor, shape[0]) for tensor in kept)

    @property
    def reuse(self) -> Reuse:
        return self.layer.reuse

    def connections(self, *inputs: Shape) -> int | None:
        (shape,) = inputs
        return product((shape[0], self.layer.connections(self.held_input(shape))))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        (shape,) = inputs
        yield Step.of("steps", shape[0], f"`{self.held}` sees each by itself")
        yield from self.layer.explain_output(self.held_input(shape))


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
                "a recurrent layer has a direction: `lstm`, `gru` or `simple_rnn`",
            )
        return value

    def held_input(self, shape: Shape) -> Shape:
        """Return the input: both directions see all of it."""
        return shape

    def output_shape(self, *inputs: Shape) -> Shape:
        *leading, features = self.layer.output_shape(*inputs)
        return (*leading, value_of(self._merged(features)))

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        directions = (f"forward_{self.held}", f"backward_{self.held}")
        return tuple(weight for name in directions for weight in self.held_weights(name, *inputs))

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        return Operations(Product(2, self.layer.macs(*inputs)), f"`{self.held}`'s in both directions")

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        work = _repeated(self.layer.work(*inputs), 2)
        operations = {"concat": 0, "sum": 1, "mul": 1, "ave": 2}[self.merge_mode]
        merge = Work(self.merge_mode, operations, product(self.output_shape(*inputs)))
        return None if work is None else (*work, *((merge,) * bool(operations)))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        kept = self.layer.kept(*inputs)
        outputs = (Kept("direction", shape=self.output_shape(*inputs)),) * (self.merge_mode == "mul")
        return None if kept is None else (*kept, *outputs) * 2

    def connections(self, *inputs: Shape) -> int | None:
        return product((2, self.layer.connections(*inputs)))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        *_, each = self.layer.output_shape(*inputs)
        both = self.merge_mode == "concat"
        note = "those of both directions, one behind the other" if both else f"`{self.merge_mode}` of both directions"
        yield Step.of("features", self._merged(each), note)

    def _merged(self, features: int | None) -> Amount:
        return Product(2, features) if self.merge_mode == "concat" else features


def _repeated(work: tuple[Work, ...] | None, times: int | None) -> tuple[Work, ...] | None:
    return None if work is None else tuple(part._replace(elements=product((part.elements, times))) for part in work)


def _for_each_step(tensor: Kept, steps: int | None) -> Kept:
    """Keep a tensor of each step, unless it is the same for all."""
    return tensor._replace(shape=(steps, *tensor.shape)) if tensor.is_own and not tensor.per_batch else tensor
