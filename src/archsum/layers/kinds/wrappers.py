"""Layers that hold another: applied to each step, or in both directions."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers import kind_of
from archsum.layers.arithmetic import Amount, Product, value_of
from archsum.layers.base import Backward, Cached, KeepingSteps, Kept, Layer, Operations, Reuse, Step, Weight, Work
from archsum.layers.operators import CLAMPS, Composition, Operator, Operators, UnknownOperatorsError
from archsum.layers.sequence import InitialState, SequenceLayer, check_given
from archsum.layers.shapes import Shape, product, show
from archsum.layers.wrapper import HeldLayer, Wrapper

_DIRECTIONS = ("forward", "backward")


class TimeDistributed(Wrapper):
    """One layer for each step of a sequence, by itself, with the same weights for all.

    It may be a layer of several inputs: each has an axis of steps. Around a list, as in `time_distributed: [conv2d:
    {filters: 8, kernel_size: 3}, flatten]` or with `layers: […]`, or around a block, `layer: my_block`, it is written
    out as one around each of the layers there. What takes no input, as a `parameter` does, is the same in each step.

    Shape:
        (steps, *sizes), of each input → (steps, *what the layer makes of the sizes).
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
        An input of fewer than 2 axes; inputs of different numbers of steps;
        what the layer refuses.
    Source: https://keras.io/api/layers/recurrent_layers/time_distributed/
    """

    most_inputs: ClassVar[int | None] = None

    type: Literal["time_distributed"] = "time_distributed"

    @property
    def takes(self) -> tuple[int, int | None]:
        """As many inputs as the layer, and of one that takes none, one for the number of its steps."""
        least, most = self.layer.takes
        return max(least, 1), None if most is None else max(most, 1)

    @property
    def shape_only(self) -> frozenset[int]:
        return frozenset({0}) if self._takes_none else self.layer.shape_only

    @property
    def finds_indices(self) -> bool:
        return self.layer.finds_indices

    @property
    def indices_of(self) -> int | None:
        return self.layer.indices_of

    def require_indices(self, name: str, found_by: Layer | None) -> None:
        self.layer.require_indices(name, found_by.layer if isinstance(found_by, TimeDistributed) else found_by)

    @property
    def begins_with(self) -> str | None:
        return self.layer.begins_with

    @property
    def state_names(self) -> tuple[str, ...]:
        return self.layer.state_names

    @property
    def gives_first_state(self) -> bool:
        return self.layer.gives_first_state

    def final_states(self, *inputs: Shape) -> tuple[Shape, ...]:
        steps = self.uses(*inputs)
        return tuple((steps, *state) for state in self.layer.final_states(*self.held_inputs(*inputs)))

    @property
    def _takes_none(self) -> bool:
        return self.layer.takes == (0, 0)

    def held_inputs(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the shapes in a step. Errors: ShapeError where there are no steps, or not as many of each input."""
        steps = self.uses(*inputs)
        for shape in inputs:
            if len(shape) < 2:
                cure = "what makes each of them sees each step, too" if len(inputs) > 1 else "write the layer by itself"
                raise ShapeError(f"takes an input of at least 2 axes (steps, *sizes), not {show(shape)}", cure)
            if None not in (steps, shape[0]) and shape[0] != steps:
                message = f"takes the same number of steps of each input, not {steps} and {shape[0]}"
                raise ShapeError(message, "give it sequences that are as long, as of layers on one and the same")
        return () if self._takes_none else tuple(shape[1:] for shape in inputs)

    def uses(self, *inputs: Shape) -> int | None:
        return next((shape[0] for shape in inputs if shape and shape[0] is not None), None)

    def output_shape(self, *inputs: Shape) -> Shape:
        each = self.layer.output_shape(*self.held_inputs(*inputs))
        return (self.uses(*inputs), *each)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return self.held_weights(self.held, *inputs)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        each = self.layer.macs(*self.held_inputs(*inputs))
        return Operations(Product(self.uses(*inputs), each) if each != 0 else 0, f"steps × `{self.held}`'s")

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the layer's, for which the steps are a larger batch."""
        kept, steps = self.layer.kept(*self.held_inputs(*inputs)), self.uses(*inputs)
        return None if kept is None else tuple(_for_each_step(tensor, steps) for tensor in kept)

    def cached(self, *inputs: Shape) -> Cached:
        cached = self.layer.cached(*self.held_inputs(*inputs))
        return cached._replace(tokens=product((self.uses(*inputs), cached.tokens)))

    def reuse_for(self, *inputs: Shape) -> Reuse:
        return Reuse() if self._takes_none else self.layer.reuse_for(*self.held_inputs(*inputs))

    def backward(self, *inputs: Shape) -> Backward:
        """Return the layer's, for which the steps are a larger batch."""
        backward, steps = self.layer.backward(*self.held_inputs(*inputs)), self.uses(*inputs)
        between, scratch = (
            tuple((steps, *shape) for shape in shapes) for shapes in (backward.between, backward.scratch)
        )
        return backward._replace(between=between, scratch=scratch)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        return tuple((self.uses(*inputs), *shape) for shape in super().between(*inputs))

    def operators(self, *inputs: Shape) -> Operators:
        """Raise UnknownOperatorsError: Keras's versions write it otherwise, and some once for each step."""
        cure = "write the `dense` layer by itself, which is the same" if self.held == "dense" else None
        raise UnknownOperatorsError("the versions of Keras write it in different operators", cure)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        note = f"`{self.held}` is the same in each" if self._takes_none else f"`{self.held}` sees each by itself"
        yield Step.of("steps", self.uses(*inputs), note)
        yield from self.layer.explain_output(*self.held_inputs(*inputs))


class Bidirectional(Wrapper):
    """Two recurrent layers alike, of which one goes through the sequence from its end.

    It ends with the states of both directions, forward first, and begins with as many where it is given some: further
    inputs, or by `initial_state` those of another such layer.

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
        A layer that is not recurrent; what the layer refuses; states of other sizes, or of one direction alone.
    Source: https://keras.io/api/layers/recurrent_layers/bidirectional/
    """

    most_inputs: ClassVar[int | None] = 5

    type: Literal["bidirectional"] = "bidirectional"

    layer: HeldLayer = Field(description="The recurrent layer.", examples=[{"lstm": {"units": 64}}])
    merge_mode: Literal["concat", "sum", "ave", "mul"] = Field(
        "concat", description="How the outputs of both directions become one."
    )
    initial_state: InitialState = Field(
        None,
        description="A bidirectional layer further up, whose last states this one begins with. "
        "Or give the states as further inputs: those of the forward layer, then those of the backward layer.",
    )

    @field_validator("layer", mode="before")
    @classmethod
    def _held_layer_fits(cls, value: Any) -> Any:
        if isinstance(value, Layer) and not isinstance(value, SequenceLayer):
            raise FieldError(
                f"holds `{kind_of(type(value))}`, which does not go through a sequence step by step",
                "a recurrent layer has a direction: `lstm`, `gru`, `simple_rnn` or a `conv_lstm2d`",
            )
        if isinstance(value, Layer) and value.begins_with:
            message = f"holds `{kind_of(type(value))}` with an `initial_state`, which is that of one direction"
            raise FieldError(message, "write it beside `layer`, and name a `bidirectional` layer: it ends with both")
        return value

    @field_validator("merge_mode", mode="before")
    @classmethod
    def _one_output(cls, value: Any) -> Any:
        if value is None:
            raise FieldError(
                "cannot be null: that gives two outputs, and a layer has one",
                "write two layers of that kind, with names and the same `inputs`: the direction changes no count",
            )
        return value

    @property
    def takes(self) -> tuple[int, int | None]:
        return 1, 1 + len(self.state_names)

    @property
    def begins_with(self) -> str | None:
        return self.initial_state

    @property
    def state_names(self) -> tuple[str, ...]:
        return tuple(f"{direction} {name}" for direction in _DIRECTIONS for name in self.layer.state_names)

    @property
    def keeping_steps(self) -> KeepingSteps | None:
        kept = self.layer.keeping_steps
        return kept and KeepingSteps(self.model_copy(update={"layer": kept.layer}), kept.field, self.held)

    def final_states(self, *inputs: Shape) -> tuple[Shape, ...]:
        return self.layer.final_states(inputs[0]) * 2

    def held_inputs(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the sequence, all of which both directions see, and the states of one, as the other's are alike."""
        return inputs[: 1 + len(inputs) // 2]

    def uses(self, *inputs: Shape) -> int | None:
        return 2

    def output_shape(self, *inputs: Shape) -> Shape:
        check_given(self, inputs)
        *leading, features = self.layer.output_shape(*self.held_inputs(*inputs))
        return (*leading, value_of(self._merged(features)))

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        names = (f"{direction}_{self.held}" for direction in _DIRECTIONS)
        return tuple(weight for name in names for weight in self.held_weights(name, *inputs))

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        each = self.layer.macs(*self.held_inputs(*inputs))
        return Operations(Product(2, each), f"`{self.held}`'s in both directions")

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        work = super().work(*inputs)
        operations = {"concat": 0, "sum": 1, "mul": 1, "ave": 2}[self.merge_mode]
        merge = Work(self.merge_mode, operations, product(self.output_shape(*inputs)))
        return None if work is None else (*work, *((merge,) * bool(operations)))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        # What begins with another layer's states keeps them as its own.
        taken = inputs[:1] if self.begins_with else self.held_inputs(*inputs)
        kept = self.layer.kept(*taken)
        outputs = (Kept("direction", shape=self.output_shape(*inputs)),) * (self.merge_mode == "mul")
        if kept is None:
            return None
        backward = (
            tensor._replace(number=tensor.number + len(taken) - 1) if tensor.number else tensor for tensor in kept
        )
        return *kept, *outputs, *backward, *outputs

    def backward(self, *inputs: Shape) -> Backward:
        """Return one direction's, which is done before the other begins; each has a gradient of the sequence."""
        backward = self.layer.backward(*self.held_inputs(*inputs))
        return backward._replace(scratch=(*backward.scratch, inputs[0]))

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return those of both directions, and what these give, where it is more than put together."""
        held = self.held_inputs(*inputs)
        merged = (self.layer.output_shape(*held),) * (self.merge_mode != "concat")
        return tuple((2, *shape) for shape in (*super().between(*inputs), *merged))

    def operators(self, *inputs: Shape) -> Operators:
        """Return the direction from the end, which is computed first, the one from the start, and the merge."""
        every, *last = self.layer.operators(*self.held_inputs(*inputs))
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
        *_, each = self.layer.output_shape(*self.held_inputs(*inputs))
        both = self.merge_mode == "concat"
        note = "those of both directions, one behind the other" if both else f"`{self.merge_mode}` of both directions"
        yield Step.of("features", self._merged(each), note)

    def _merged(self, features: int | None) -> Amount:
        return Product(2, features) if self.merge_mode == "concat" else features


def _for_each_step(tensor: Kept, steps: int | None) -> Kept:
    """Keep a tensor of each step, unless it is the same for all."""
    return tensor._replace(shape=(steps, *tensor.shape)) if tensor.is_own and not tensor.per_batch else tensor
