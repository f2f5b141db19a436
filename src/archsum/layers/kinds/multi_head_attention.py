"""Attention of several heads, each of which sees its own projections of query, key and value."""

from itertools import chain
from typing import Any, ClassVar, Literal, NamedTuple, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers.activations import activation_work
from archsum.layers.arithmetic import Product, Sum
from archsum.layers.attention import AttentionLayer, known_features
from archsum.layers.axis import Sizes
from archsum.layers.base import Backward, Cached, Gradient, Kept, Operations, Weight, Work
from archsum.layers.fields import Positive, TiedBias, none_where_equal
from archsum.layers.operators import Composition, Operator, Operators, Role, UnknownOperatorsError, lacking
from archsum.layers.shapes import Shape, may_equal, product, show, total


class Projection(NamedTuple):
    """A dense layer within attention: at each position it makes the last axes of its kernel of the first ones."""

    name: str
    positions: Shape
    takes: tuple[tuple[str, int], ...]
    gives: tuple[tuple[str, int], ...]

    @property
    def kernel(self) -> Weight:
        """The kernel: by Keras's name, which is its path."""
        axes, sizes = zip(*self.takes, *self.gives, strict=True)
        return Weight(f"{self.name}/kernel", sizes, axes)

    @property
    def bias(self) -> Weight:
        """The bias that goes with it."""
        axes, sizes = zip(*self.gives, strict=True)
        return Weight(f"{self.name}/bias", sizes, axes)


class Heads(NamedTuple):
    """How many heads there are, and the features of one."""

    query: int
    key: int
    """Of the key, and of the value."""
    key_dim: int
    value_dim: int


class ProjectedAttention(AttentionLayer):
    """Attention of several heads, each of which sees its own projections of query, key and value.

    Weights:
        query/kernel (features, heads, key_dim); key/kernel (key's features, key's heads, key_dim);
        gate/kernel (features, heads, value_dim) with use_gate; value/kernel (value's features, key's heads, value_dim);
        attention_output/kernel (heads, value_dim, *output).
        With a bias each has one, such as query/bias, of its kernel's last sizes: (heads, key_dim).
    MACs:
        each kernel's elements × its positions, which are the query's, the key's or the value's;
        + query's positions × value's positions × heads × (key_dim, for the scores, + value_dim, for their mean).
    FLOPs:
        2 × MACs + 1 for each element that a projection gives, for its bias
        + query's positions × heads × (key_dim, for the scale of the scores, + 2 × value_dim with use_gate)
        + query's positions × value's positions × heads × 3, for the softmax, + 1 with score_bias.
    Cached:
        key and value of all their heads, for each token: key's heads × (key_dim + value_dim).
    Errors:
        Inputs of fewer than 2 axes, or not of as many; a key and a value of different lengths;
        an unknown number of features;
        with score_bias a last input that is not (heads, query's positions, value's positions).
    """

    most_inputs: ClassVar[int | None] = 4

    use_gate: bool = Field(False, description="Multiply what each head gives by a projection of the query, the gate.")
    bias: TiedBias = Field("tied", description="tied: each projection has one, for all positions; false: none.")
    score_bias: bool = Field(
        False,
        description="The last input is a bias, (heads, query's positions, value's positions), which is added to the "
        "scores, such as a `relative_position_bias`.",
    )

    @property
    def heads(self) -> Heads:
        """The heads of query, key and value."""
        raise NotImplementedError

    def output_sizes(self, features: int) -> tuple[int, ...]:
        """Return the output's sizes at each position: the query's features."""
        return (features,)

    def attended(self, positions: Shape) -> Shape:
        """Return those of a value's positions that a position of the query sees: all."""
        return positions

    def attending(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the inputs that are projected: all but the bias of the scores."""
        return inputs[:-1] if self.score_bias else inputs

    def query_value_key(self, *inputs: Shape) -> tuple[Shape, Shape, Shape]:
        """Return their shapes. Errors: ShapeError where they, or the bias of the scores, do not go together."""
        projected = self.attending(*inputs)
        if not 1 <= len(projected) <= 3:
            raise self._wrong_number(len(inputs))
        query, value, key = super().query_value_key(*projected)
        return query, value, key

    def output_shape(self, *inputs: Shape) -> Shape:
        query, _, _ = self.query_value_key(*inputs)
        self._check_bias(*inputs)
        return (*query[:-1], *self.output_sizes(*known_features(query, "query")))

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        each = ((each.kernel, each.bias) if self.bias else (each.kernel,) for each in self._projections(*inputs))
        return tuple(chain.from_iterable(each))

    def bias_note(self, *inputs: Shape) -> str:
        count = total(each.bias.size for each in self._projections(*inputs))
        return "added at every position" if self.bias else f"no biases; they would be {count:,}"

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        projections, scores = self._projections(*inputs), self._scores(*inputs)
        projected = (Product(*each.positions, *each.kernel.shape) for each in projections)
        attended = (Product(*scores, size) for size in (self.heads.key_dim, self.heads.value_dim))
        names = ", ".join(projection.name for projection in projections)
        note = f"positions × kernel of {names}; query's positions × value's positions × heads, for scores and mean"
        return Operations(Sum(*projected, *attended), note)

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        query, _, _ = self.query_value_key(*inputs)
        heads, _, key_dim, value_dim = self.heads
        scores = product(self._scores(*inputs))
        return (
            *(Work("bias", 1, self._biased(*inputs)),) * bool(self.bias),
            Work("scaled query", 1, product((*query[:-1], heads, key_dim))),
            *(Work("bias of the scores", 1, scores),) * self.score_bias,
            *activation_work("softmax", scores),
            *(Work("gate", 2, product((*query[:-1], heads, value_dim))),) * self.use_gate,
        )

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        query, value, key = self.query_value_key(*inputs)
        query_heads, key_heads, key_dim, value_dim = self.heads
        heads = (*query[:-1], query_heads)
        projected = (
            Kept("query", shape=(*heads, key_dim)),
            Kept("key", shape=(*key[:-1], key_heads, key_dim)),
            Kept("value", shape=(*value[:-1], key_heads, value_dim)),
        )
        if not self.fused:
            scaled_key = Kept("scaled_key", shape=(*key[:-1], query_heads, key_dim))
            weights = self.weights_kept(self._scores(*inputs))
            attention = (projected[0]._replace(name="scaled_query"), scaled_key, *weights)
            attention += self.with_value_kept(projected, len(self.attending(*inputs)))
        else:
            attention = (*projected, Kept("logsumexp", shape=heads, itemsize=4))
        attended = Kept("attended", shape=(*heads, value_dim), for_weights=not self.fused and not self.use_gate)
        gate = (attended._replace(name="gate"), attended._replace(name="gated", for_weights=True)) * self.use_gate
        operation = len(self.projected(*inputs))
        inner = (tensor._replace(operation=operation) for tensor in (*attention, attended, *gate))
        return *self.inputs_kept(*self.attending(*inputs)), *inner

    def cached(self, *inputs: Shape) -> Cached:
        """Return what the key's and value's heads are given; the positions that are attended to are the tokens."""
        _, value, _ = self.query_value_key(*inputs)
        _, heads, key_dim, value_dim = self.heads
        tokens_of = min(1, len(self.attending(*inputs)) - 1)
        return Cached(heads * (key_dim + value_dim), product(value[:-1]), tokens_of, self.causal)

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradients of what the heads give, of the scores where these are computed, and of projections."""
        query, _, _ = self.query_value_key(*inputs)
        attended = (*query[:-1], self.heads.query, self.heads.value_dim)
        scores = (self._scores(*inputs),) * (0 if self.fused else 3 if self.dropout else 2)
        between = (*self.projected(*inputs), *scores, *(attended,) * (1 + self.use_gate))
        return Backward(between=between, of_weights=Gradient.VIEW)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return query, key and value of all heads, copies of those projected together, scores, and what heads give.

        Without dropout, which acts in training only, a bias of the scores does not keep the attention from being fused.
        """
        query, _, _ = self.query_value_key(*inputs)
        attended = (*query[:-1], self.heads.query, self.heads.value_dim)
        scores = (self._scores(*inputs),) * (2 * (self.heads.key_dim != self.heads.value_dim))
        projected = self.projected(*inputs)[0]
        return projected, *self.copied(*inputs), *scores, *(attended,) * (1 + self.use_gate)

    @property
    def fused(self) -> bool:
        """Whether the attention is one operation, which keeps no scores."""
        return not (self.dropout or self.score_bias) and self.heads.key_dim == self.heads.value_dim

    def projected(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the shapes of tensors between the inputs and the attention: query, key and value of all heads."""
        query, value, key = self.query_value_key(*inputs)
        query_heads, key_heads, key_dim, value_dim = self.heads
        shapes = (
            (*query[:-1], query_heads, key_dim),
            (*key[:-1], key_heads, key_dim),
            (*value[:-1], key_heads, value_dim),
        )
        return ((total(map(product, shapes)),),)

    def copied(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the shape of what comes of one input in one projection, and is copied to be apart."""
        return ()

    def inputs_kept(self, *inputs: Shape) -> tuple[Kept, ...]:
        """Return what the projections take."""
        return tuple(Kept("input", number, for_weights=True) for number in range(len(inputs)))

    def with_value_kept(self, projected: tuple[Kept, ...], inputs: int) -> tuple[Kept, ...]:
        """Return the storage that the value is in, where the attention is not fused; the others are scaled."""
        raise NotImplementedError

    def connections(self, *inputs: Shape) -> int | None:
        return total((self.macs(*inputs), self._biased(*inputs) if self.bias else 0))

    def _biased(self, *inputs: Shape) -> int | None:
        """Return the number of elements that the projections give, to which biases are added."""
        return total(product((*each.positions, each.bias.size)) for each in self._projections(*inputs))

    def _projections(self, *inputs: Shape) -> list[Projection]:
        query, value, key = self.query_value_key(*inputs)
        heads, key_heads, key_dim, value_dim = self.heads

        def into_heads(name: str, shape: Shape, heads: int, size: int) -> Projection:
            (features,) = known_features(shape, name)
            return Projection(
                name, shape[:-1], (("features", features),), (("heads", heads), ("features of a head", size))
            )

        gate = [into_heads("gate", query, heads, value_dim)] if self.use_gate else []
        together = (("heads", heads), ("features of a head", value_dim))
        sizes = self.output_sizes(*known_features(query, "query"))
        return [
            into_heads("query", query, heads, key_dim),
            into_heads("key", key, key_heads, key_dim),
            *gate,
            into_heads("value", value, key_heads, value_dim),
            Projection("attention_output", query[:-1], together, tuple(("output", size) for size in sizes)),
        ]

    def _check_bias(self, *inputs: Shape) -> None:
        """Errors: ShapeError where the bias of the scores has not their shape."""
        if not self.score_bias:
            return
        query, value, _ = self.query_value_key(*inputs)
        positions = (product(self.attended(shape[:-1])) for shape in (query, value))
        scores, bias = (self.heads.query, *positions), inputs[-1]
        if not may_equal(scores, bias):
            raise ShapeError(
                f"takes a bias {show(scores)} of its scores as its last input, not {show(bias)}",
                "it has an axis of the heads, one of the query's positions, and one of the value's",
            )

    def _wrong_number(self, count: int) -> ShapeError:
        if self.score_bias:
            return ShapeError(
                "takes the bias of its scores as its last input, and has one input alone",
                "name both, as in `inputs: [words, bias]`",
            )
        return ShapeError(
            f"takes 1 to 3 inputs, not {count}", "with `score_bias: true` the last of four is a bias of the scores"
        )

    def _scores(self, *inputs: Shape) -> Shape:
        """Return the sizes whose product is the number of scores."""
        query, value, _ = self.query_value_key(*inputs)
        return (*query[:-1], *self.attended(value[:-1]), self.heads.query)


_MOST_AXES = 24
"""Of the query and of `output_shape` together: Keras names them, and two more, by the letters of the alphabet."""


class MultiHeadAttention(ProjectedAttention):
    """Attention in several heads, each of which projects query, key and value anew, as in Transformers.

    PyTorch's MultiheadAttention(embed_dim, num_heads) is `key_dim: =embed_dim / num_heads`.

    Shape:
        query (*positions, features), value (*positions, …), key (*positions, …)
        → the query's, with output_shape in the place of its features.
        One input is query, value and key (self-attention); of two the second is value and key; three are all.
        With score_bias comes a last one, (heads, query's positions, value's positions).
    Kept:
        a copy of each input, which PyTorch turns; query, key and value of all heads, and what these give;
        query's positions × heads, 4 bytes each, by which the softmax is computed anew;
        with use_gate also the gate, and what comes out of it.
        With dropout or score_bias, or where value_dim is not key_dim, the attention is not fused: also the scaled query
        and key and, instead of the 4 bytes, the softmax of the scores, with dropout its mask and what is left.
        With either of these, projections of one input are one storage; one that holds no value is kept scaled only.
    Source: https://keras.io/api/layers/attention_layers/multi_head_attention/
    """

    type: Literal["multi_head_attention"] = "multi_head_attention"
    shown_fields: ClassVar[tuple[str, ...]] = ("num_heads",)

    num_heads: Positive = Field(description="The number of heads.", examples=[8])
    key_dim: Positive = Field(description="The features of a head's query and key.", examples=[64])
    value_dim: Positive | None = Field(None, description="The features of a head's value; by default `key_dim`.")
    output_shape_: Sizes | None = Field(
        None, alias="output_shape", description="The output's sizes at each position; by default the query's features."
    )
    attention_axes: Sizes | None = Field(
        None, description="The axes of positions that see one another, one or a list, from 1; by default all."
    )

    @field_validator("value_dim")
    @classmethod
    def _the_key_s_by_default(cls, value_dim: Any, info: ValidationInfo) -> Any:
        return none_where_equal(value_dim, info, "key_dim")

    @property
    def heads(self) -> Heads:
        return Heads(self.num_heads, self.num_heads, self.key_dim, self.value_dim or self.key_dim)

    def projected(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return query, key and value; those of one input are parts of one tensor, whose gradient is put together.

        That takes five tensors of the query's size beside it, at most.
        """
        projected = super().projected(*inputs)
        if len(self.attending(*inputs)) > 1:
            return projected
        query, _, _ = self.query_value_key(*inputs)
        return *projected, (5, *query[:-1], self.heads.query, self.heads.key_dim)

    def copied(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return query, key and value of one input, key and value of two, as PyTorch copies them."""
        query, value, key = self.query_value_key(*inputs)
        heads, _, key_dim, value_dim = self.heads
        shapes = ((*query[:-1], heads, key_dim), (*key[:-1], heads, key_dim), (*value[:-1], heads, value_dim))
        copied = {1: shapes, 2: shapes[1:]}.get(len(self.attending(*inputs)), ())
        return ((total(map(product, copied)),),) * bool(copied)

    def operators(self, *inputs: Shape) -> Operators:
        """Return the projections, each with its heads taken apart and turned, and the attention between them.

        Errors: UnknownOperatorsError with use_gate or score_bias, several axes of positions or of the output, and for
        three inputs.
        """
        query, value, _ = self.query_value_key(*inputs)
        beside = self.use_gate or self.score_bias
        if beside or len(query) > 2 or len(self.output_sizes(0)) > 1 or len(inputs) > 2:
            raise UnknownOperatorsError(
                "it is only known of one or two inputs (length, features), without `use_gate` and `score_bias`"
            )
        heads, _, key_dim, value_dim = self.heads
        length, positions = query[0], value[0]
        of_query, of_key, of_value, of_output = self._projections(*inputs)
        role: Role | None = "reshape" if heads == 1 else None
        made = Composition(len(inputs))
        query_input, value_input = made.inputs[0], made.inputs[-1]

        def by_heads(projection: Projection, positions: int | None, features: int, taken: int) -> int:
            """Project an input, and take the heads apart."""
            projected = self._dense(projection, (positions, heads * features))
            return made.add(projected, Operator((positions, heads, features), "reshape"), takes=[taken])

        query_by_heads = by_heads(of_query, length, key_dim, query_input)
        key_by_heads = by_heads(of_key, positions, key_dim, value_input)
        queries = made.add(Operator((heads, length, key_dim), role), takes=[query_by_heads])
        keys = made.add(Operator((heads, key_dim, positions)), takes=[key_by_heads])
        scores = Operator((heads, length, positions))
        softmax = made.add(scores, scores, scores, takes=[keys, queries])
        by_heads(of_value, positions, value_dim, value_input)
        values = made.add(Operator((heads, positions, value_dim), role))
        made.add(Operator((heads, length, value_dim)), takes=[values, softmax])
        made.add(Operator((length, heads, value_dim), role), Operator((length, heads * value_dim), "reshape"))
        made.add(self._dense(of_output, self.output_shape(*inputs)))
        return made.operators

    def _dense(self, projection: Projection, output: Shape) -> Operator:
        return Operator(output, weights=projection.kernel.size, biases=projection.bias.size if self.bias else 0)

    def inputs_kept(self, *inputs: Shape) -> tuple[Kept, ...]:
        """Return copies of the inputs: PyTorch turns batch and positions, though it takes them batch first."""
        return tuple(Kept("input_copy", shape=shape, for_weights=True) for shape in inputs)

    def with_value_kept(self, projected: tuple[Kept, ...], inputs: int) -> tuple[Kept, ...]:
        """Return what is projected together with the value: what comes of the same input, with heads of one size."""
        return projected[inputs - 1 if self.heads.key_dim == self.heads.value_dim else -1 :]

    def output_sizes(self, features: int) -> tuple[int, ...]:
        return self.output_shape_ or (features,)

    def attended(self, positions: Shape) -> Shape:
        if self.attention_axes is None:
            return positions
        return tuple(positions[axis - 1] for axis in self.attention_axes)

    def query_value_key(self, *inputs: Shape) -> tuple[Shape, Shape, Shape]:
        query, value, key = super().query_value_key(*inputs)
        count = len(query) - 1
        axes = range(1, count + 1) if self.attention_axes is None else self.attention_axes
        if len(set(axes)) < len(axes) or max(axes, default=1) > count:
            raise ShapeError(
                f"has `attention_axes: {list(axes)}`, and its query {show(query)} has positions on axes 1 to {count}",
                f"name axes of 1 to {count}, each once",
            )
        apart = [axis for axis in range(count) if axis + 1 not in axes]
        if not may_equal(tuple(query[axis] for axis in apart), tuple(value[axis] for axis in apart)):
            raise ShapeError(
                f"takes a query and a value alike on the axes that are not among its `attention_axes`, "
                f"not {show(query)} and {show(value)}",
                "name the axes on which they differ, or give it inputs of the same sizes on the others",
            )
        stated, most = len(self.output_shape_ or ()), _MOST_AXES - len(query)
        if stated > most:
            raise ShapeError(
                f"has an `output_shape` of {stated} axes; for an input {show(query)}, Keras has letters for {most}",
                "write one size, their product, and `reshape` what comes out",
            )
        return query, value, key


class GroupedQueryAttention(ProjectedAttention):
    """Attention in which several heads of the query share a head of key and value; with one such head, multi-query.

    Shape:
        query (length, features), value (length, features), key (length, …) → (query's length, features).
        One input is query, value and key (self-attention); of two the second is value and key; three are all.
        With score_bias comes a last one, (query's heads, query's positions, value's positions).
    Errors:
        Inputs that are not (length, features); a key and a value of different lengths;
        a query and a value of different numbers of features, or an unknown number;
        a num_query_heads that is not divisible by num_key_value_heads;
        with score_bias a last input of another shape.
    Kept:
        each input, unless the kernels are frozen; query, key and value of all their heads, and what the query's give;
        query's positions × heads, 4 bytes each, by which the softmax is computed anew;
        with use_gate also the gate, and what comes out of it.
        With dropout or score_bias the attention is not fused: scaled query and key, and the value, for each of the
        query's heads; instead of the 4 bytes the softmax of the scores, with dropout its mask and what is left.
    Source: https://keras.io/api/layers/attention_layers/group_query_attention/
    """

    type: Literal["grouped_query_attention"] = "grouped_query_attention"
    shown_fields: ClassVar[tuple[str, ...]] = ("num_query_heads", "num_key_value_heads")

    head_dim: Positive = Field(description="The features of a head.", examples=[64])
    num_query_heads: Positive = Field(description="The number of the query's heads.", examples=[8])
    num_key_value_heads: Positive = Field(description="The number of heads of key and value.", examples=[2])

    @model_validator(mode="after")
    def _heads_are_groups(self) -> Self:
        if self.num_query_heads % self.num_key_value_heads:
            raise FieldError(
                f"has `num_query_heads` (={self.num_query_heads}), which must be divisible by "
                f"`num_key_value_heads` (={self.num_key_value_heads})",
                f"choose `num_key_value_heads` among the divisors of {self.num_query_heads}",
            )
        return self

    @property
    def heads(self) -> Heads:
        return Heads(self.num_query_heads, self.num_key_value_heads, self.head_dim, self.head_dim)

    def operators(self, *inputs: Shape) -> Operators:
        raise lacking("TILE", "by which the converter repeats the heads of key and value")

    def with_value_kept(self, projected: tuple[Kept, ...], inputs: int) -> tuple[Kept, ...]:
        """Return the value, which each of the query's heads has a copy of."""
        *_, value = projected
        return (value._replace(shape=(value.shape[0], self.num_query_heads, self.head_dim)),)

    def query_value_key(self, *inputs: Shape) -> tuple[Shape, Shape, Shape]:
        query, value, key = super().query_value_key(*inputs)
        if len(query) != 2:
            raise ShapeError(f"takes inputs of 2 axes (length, features), not {show(query)}", "`reshape` them")
        if not may_equal(query[-1:], value[-1:]):
            raise ShapeError(
                f"takes a query and a value of as many features, not {show(query)} and {show(value)}",
                "a `dense` layer brings both to the same number of features",
            )
        return query, value, key
