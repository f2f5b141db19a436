"""Layers that hold another: applied to each step, or in both directions."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SerializeAsAny, field_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers import kind_of
from archsum.layers.arithmetic import Amount, Product, value_of
from archsum.layers.base import Backward, Cached, Kept, Layer, Operations, Reuse, Step, Weight, Work
from archsum.layers.fields import ANY_LAYER
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

    @property
    def reuse(self) -> Reuse:
        return self.layer.reuse

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
                "a recurrent layer has a direction: `lstm`, `gru` or `simple_rnn`",
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


def _for_each_step(tensor: Kept, steps: int | None) -> Kept:
    """Keep a tensor of each step, unless it is the same for all."""
    return tensor._replace(shape=(steps, *tensor.shape)) if tensor.is_own and not tensor.per_batch else tensor
