"""Attention: each position of a query takes from a value's positions what their keys say is of use."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator

from archsum.errors import ShapeError
from archsum.layers.axis import listed
from archsum.layers.base import Kept, Layer, Step, Weight, Work
from archsum.layers.fields import Positive, Rate, TiedBias, TupleOf
from archsum.layers.shapes import Shape, may_equal, product, require_known, show, times, total
from archsum.layers.work import activation_work, bias_work

Sizes = Annotated[TupleOf[Positive], BeforeValidator(listed, json_schema_input_type=Positive | list[Positive])]


class AttentionLayer(Layer):
    """A layer that takes a query, a value and a key.

    Errors:
        Inputs of fewer than 2 axes, or not of as many; a key and a value of different lengths.
    """

    least_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int | None] = 3

    dropout: Rate = Field(0.0, description="The part of the attention that training drops.")

    def weights_kept(self, scores: Shape) -> tuple[Kept, ...]:
        """Return what the softmax of the scores, and its dropout, keep; the mean keeps what comes out of them."""
        weights = (Kept("weights", shape=scores),)
        return weights if not self.dropout else (*weights, Kept("mask", shape=scores), Kept("dropped", shape=scores))

    def query_value_key(self, *inputs: Shape) -> tuple[Shape, Shape, Shape]:
        """Return the shapes of query, value and key, for which the last input stands where fewer are given.

        Errors: ShapeError where they do not go together.
        """
        query, value, key = (*inputs, *inputs[-1:] * (3 - len(inputs)))
        for shape in inputs:
            if len(shape) < 2:
                cure = "a `reshape` gives the data an axis of positions"
                raise ShapeError(f"takes inputs of at least 2 axes (*positions, features), not {show(shape)}", cure)
        if not len(query) == len(value) == len(key):
            *first, last = map(show, inputs)
            raise ShapeError(f"takes inputs of as many axes each, not {', '.join(first)} and {last}")
        if not may_equal(value[:-1], key[:-1]):
            raise ShapeError(
                f"takes a key for each position of the value, not a value {show(value)} and a key {show(key)}",
                "its inputs are the query, the value and the key",
            )
        return query, value, key


class UnprojectedAttention(AttentionLayer):
    """Attention without kernels: query and key are compared as they come.

    Shape:
        query (*positions, features), value (*positions, channels), key (*positions, features)
        → the query's positions and the value's channels.
        One input is query, value and key (self-attention); of two the second is value and key; three are all.
    Errors:
        Inputs of fewer than 2 axes, or not of as many; a key and a value of different lengths;
        a query and a key of different numbers of features.
    """

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return the query's positions and the value's channels."""
        query, value, _ = self.query_value_key(*inputs)
        return (*query[:-1], value[-1])

    def query_value_key(self, *inputs: Shape) -> tuple[Shape, Shape, Shape]:
        """Return the three shapes. Errors: ShapeError where they do not go together."""
        query, value, key = super().query_value_key(*inputs)
        if not may_equal((*query[:-2], query[-1]), (*key[:-2], key[-1])):
            raise ShapeError(
                f"takes a query and a key that differ in their positions alone, not {show(query)} and {show(key)}",
                "a `dense` layer brings both to the same number of features",
            )
        return query, value, key

    @property
    def scores_multiply(self) -> bool:
        """Whether a score is a sum of products; else it is one of elementwise work."""
        raise NotImplementedError

    def score_work(self, scores: int | None, features: int | None) -> tuple[Work, ...]:
        """Return what makes the scores beside the products: of each score, or of each of its features."""
        raise NotImplementedError

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        """Return what makes the scores, and the weights of them."""
        query, value, key = self.query_value_key(*inputs)
        scores = product((*query[:-1], value[-2]))
        return *self.score_work(scores, product((scores, key[-1]))), *activation_work("softmax", scores)

    def scores_kept(self, scores: Shape, *inputs: Shape) -> tuple[Kept, ...]:
        """Return what is kept to make the scores, which have a shape."""
        raise NotImplementedError

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return what makes the scores, what makes weights of them, and the value that these weight."""
        query, value, _ = self.query_value_key(*inputs)
        scores = (*query[:-1], value[-2])
        value_number = min(1, len(inputs) - 1)
        return *self.scores_kept(scores, *inputs), *self.weights_kept(scores), Kept.input(value_number)

    def macs(self, *inputs: Shape) -> int | None:
        """Return those of the scores and of the mean that they weight."""
        return total(map(product, self._products(*inputs)))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        """Name the channels."""
        _, value, _ = self.query_value_key(*inputs)
        yield Step("channels", times(value[-1]), value[-1], "the value's; the positions are the query's")

    def explain_macs(self, *inputs: Shape) -> Step:
        """Derive the multiply-accumulates."""
        note = "query's positions × value's positions × channels, for the mean"
        if self.scores_multiply:
            note = f"query's positions × key's positions × features, for the scores; {note}"
        formula = " + ".join(times(*sizes) for sizes in self._products(*inputs))
        return Step("MACs", formula, self.macs(*inputs), note)

    def _products(self, *inputs: Shape) -> list[Shape]:
        """Return the sizes whose product each of the two steps takes."""
        query, value, key = self.query_value_key(*inputs)
        pairs = (*query[:-1], value[-2])
        return [(*pairs, key[-1])] * self.scores_multiply + [(*pairs, value[-1])]


class Attention(UnprojectedAttention):
    """The mean of a value's positions, weighted by how alike their keys are to the query.

    Weights:
        scale () with use_scale; concat_score_weight () under score_mode concat.
    MACs:
        query's positions × value's positions × (features, for the scores under score_mode dot, + channels).
    FLOPs:
        2 × MACs + query's positions × value's positions × (3 for the softmax, + 1 with use_scale);
        under score_mode concat also 1 for the weight and features × 3, for query + key, tanh and the sum,
        and use_scale is 1 for each feature.
    Kept:
        value; the softmax of the scores, query's positions × value's positions, with dropout also its mask and what is
        left; with a learned number the scores; under score_mode dot also query and key,
        under concat tanh(query + key), × features, and with use_scale query + key.
    Source: https://keras.io/api/layers/attention_layers/attention/
    """

    type: Literal["attention"] = "attention"

    use_scale: bool = Field(False, description="Multiply the scores by a learned number.")
    score_mode: Literal["dot", "concat"] = Field(
        "dot", description="dot: the product of query and key; concat: the sum of tanh(query + key)."
    )

    @property
    def scores_multiply(self) -> bool:
        """Whether a score is a product of vectors."""
        return self.score_mode == "dot"

    def score_work(self, scores: int | None, features: int | None) -> tuple[Work, ...]:
        """Return what the numbers that scale do, and the sum of tanh(query + key)."""
        if self.scores_multiply:
            return (Work("scale", 1, scores),) * self.use_scale
        return Work("sum of tanh(query + key)", 3 + self.use_scale, features), Work("weight of the sum", 1, scores)

    def scores_kept(self, scores: Shape, *inputs: Shape) -> tuple[Kept, ...]:
        """Return what is multiplied, or the sums and their tanh; and what a learned number scales."""
        scaled = Kept("scores", shape=scores, for_weights=True)
        if self.scores_multiply:
            return Kept.input(), Kept.input(len(inputs) - 1), *((scaled,) * self.use_scale)
        pairs = (*scores, inputs[-1][-1])
        sums = (Kept("sums", shape=pairs, for_weights=True),) * self.use_scale
        return *sums, Kept("tanh", shape=pairs), scaled

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the numbers that scale the scores."""
        concat = self.score_mode == "concat"
        return (Weight("scale", ()),) * self.use_scale + (Weight("concat_score_weight", ()),) * concat


class AdditiveAttention(UnprojectedAttention):
    """The mean of a value's positions, weighted by a score that adds their keys and the query (Bahdanau's).

    Weights:
        scale (features) with use_scale.
    MACs:
        query's positions × value's positions × (features, for the scores with use_scale, + channels).
    FLOPs:
        2 × MACs + query's positions × value's positions × (3 for the softmax + features × 2, for query + key and tanh);
        without use_scale features × 3, with the sum, which the MACs have otherwise.
    Kept:
        value; tanh(query + key), query's positions × value's positions × features; the softmax of the scores,
        query's positions × value's positions, with dropout also its mask and what is left.
    Errors:
        Inputs of fewer than 2 axes, or not of as many; a key and a value of different lengths;
        a query and a key of different numbers of features; an unknown number of features with use_scale.
    Source: https://keras.io/api/layers/attention_layers/additive_attention/
    """

    type: Literal["additive_attention"] = "additive_attention"

    use_scale: bool = Field(True, description="Weight the features of tanh(query + key) by learned numbers.")

    @property
    def scores_multiply(self) -> bool:
        """Whether a score is a product with the scale."""
        return self.use_scale

    def score_work(self, scores: int | None, features: int | None) -> tuple[Work, ...]:
        """Return what tanh(query + key) takes, and the sum, which the products with the scale have."""
        return (
            Work("tanh(query + key)" if self.use_scale else "sum of tanh(query + key)", 3 - self.use_scale, features),
        )

    def scores_kept(self, scores: Shape, *inputs: Shape) -> tuple[Kept, ...]:
        """Return the tanh of the sums."""
        return (Kept("tanh", shape=(*scores, inputs[-1][-1])),)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the scale."""
        query, _, _ = self.query_value_key(*inputs)
        if not self.use_scale:
            return ()
        return (Weight("scale", _known_features(query, "scale"), ("features",)),)


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
        + query's positions × value's positions × heads × 3, for the softmax.
    Errors:
        Inputs of fewer than 2 axes, or not of as many; a key and a value of different lengths;
        an unknown number of features.
    """

    use_gate: bool = Field(False, description="Multiply what each head gives by a projection of the query, the gate.")
    bias: TiedBias = Field("tied", description="tied: each projection has one, for all positions; false: none.")

    @property
    def heads(self) -> int:
        """The number of the query's heads."""
        raise NotImplementedError

    @property
    def key_heads(self) -> int:
        """The number of the key's and the value's heads."""
        raise NotImplementedError

    @property
    def head_sizes(self) -> tuple[int, int]:
        """The features of a head: of query and key, and of the value."""
        raise NotImplementedError

    def output_sizes(self, features: int) -> tuple[int, ...]:
        """Return the output's sizes at each position: the query's features."""
        return (features,)

    def attended(self, positions: Shape) -> Shape:
        """Return those of a value's positions that a position of the query sees: all."""
        return positions

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return the query's positions, and the features that it had or that are stated."""
        query, _, _ = self.query_value_key(*inputs)
        return (*query[:-1], *self.output_sizes(*_known_features(query, "query")))

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return a kernel and a bias for each projection."""
        projections = self._projections(*inputs)
        each = (
            (projection.kernel, projection.bias) if self.bias else (projection.kernel,) for projection in projections
        )
        return tuple(weight for weights in each for weight in weights)

    def macs(self, *inputs: Shape) -> int | None:
        """Return those of the projections, of the scores and of the mean that they weight."""
        return total(map(product, self._products(*inputs)))

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        """Return what the biases, the scale of the scores, the softmax and the gate do."""
        query, _, _ = self.query_value_key(*inputs)
        key_dim, value_dim = self.head_sizes
        return (
            *bias_work(self.bias, self._biased(*inputs)),
            Work("scaled query", 1, product((*query[:-1], self.heads, key_dim))),
            *activation_work("softmax", product(self._scores(*inputs))),
            *(Work("gate", 2, product((*query[:-1], self.heads, value_dim))),) * self.use_gate,
        )

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return what the projections take, what the attention keeps, and what the gate does."""
        query, value, key = self.query_value_key(*inputs)
        key_dim, value_dim = self.head_sizes
        heads = (*query[:-1], self.heads)
        projected = (
            Kept("query", shape=(*heads, key_dim)),
            Kept("key", shape=(*key[:-1], self.key_heads, key_dim)),
            Kept("value", shape=(*value[:-1], self.key_heads, value_dim)),
        )
        fused = not self.dropout and key_dim == value_dim
        if not fused:
            scaled_key = Kept("scaled_key", shape=(*key[:-1], self.heads, key_dim))
            weights = self.weights_kept(self._scores(*inputs))
            attention = (projected[0]._replace(name="scaled_query"), scaled_key, *weights)
            attention += self.with_value_kept(projected, len(inputs))
        else:
            attention = (*projected, Kept("logsumexp", shape=heads, itemsize=4))
        attended = Kept("attended", shape=(*heads, value_dim), for_weights=not fused and not self.use_gate)
        gate = (attended._replace(name="gate"), attended._replace(name="gated", for_weights=True)) * self.use_gate
        return *self.inputs_kept(*inputs), *attention, attended, *gate

    def inputs_kept(self, *inputs: Shape) -> tuple[Kept, ...]:
        """Return what the projections take."""
        return tuple(Kept.input(number, for_weights=True) for number in range(len(inputs)))

    def with_value_kept(self, projected: tuple[Kept, ...], inputs: int) -> tuple[Kept, ...]:
        """Return the storage that the value is in, where the attention is not fused; the others are scaled."""
        raise NotImplementedError

    def connections(self, *inputs: Shape) -> int | None:
        """Return the links, and the biases that each position uses."""
        return total((self.macs(*inputs), self._biased(*inputs) if self.bias else 0))

    def explain_bias(self, *inputs: Shape) -> str:
        """Say what the biases are, or what they would be."""
        count = sum(projection.bias.size for projection in self._projections(*inputs))
        return "added at every position" if self.bias else f"no biases; they would be {count:,}"

    def explain_macs(self, *inputs: Shape) -> Step:
        """Derive the multiply-accumulates."""
        formula = " + ".join(times(*sizes) for sizes in self._products(*inputs))
        names = ", ".join(projection.name for projection in self._projections(*inputs))
        note = f"positions × kernel of {names}; query's positions × value's positions × heads, for scores and mean"
        return Step("MACs", formula, self.macs(*inputs), note)

    def _projections(self, *inputs: Shape) -> list[Projection]:
        query, value, key = self.query_value_key(*inputs)
        key_dim, value_dim = self.head_sizes

        def into_heads(name: str, shape: Shape, heads: int, size: int) -> Projection:
            (features,) = _known_features(shape, name)
            return Projection(
                name, shape[:-1], (("features", features),), (("heads", heads), ("features of a head", size))
            )

        gate = [into_heads("gate", query, self.heads, value_dim)] if self.use_gate else []
        together = (("heads", self.heads), ("features of a head", value_dim))
        sizes = self.output_sizes(*_known_features(query, "query"))
        return [
            into_heads("query", query, self.heads, key_dim),
            into_heads("key", key, self.key_heads, key_dim),
            *gate,
            into_heads("value", value, self.key_heads, value_dim),
            Projection("attention_output", query[:-1], together, tuple(("output", size) for size in sizes)),
        ]

    def _products(self, *inputs: Shape) -> list[Shape]:
        """Return the sizes whose product each step takes: the projections, the scores and their mean."""
        projections = [(*each.positions, *each.kernel.shape) for each in self._projections(*inputs)]
        scores = self._scores(*inputs)
        return [*projections, *((*scores, size) for size in self.head_sizes)]

    def _scores(self, *inputs: Shape) -> Shape:
        """Return the sizes whose product is the number of scores."""
        query, value, _ = self.query_value_key(*inputs)
        return (*query[:-1], *self.attended(value[:-1]), self.heads)

    def _biased(self, *inputs: Shape) -> int | None:
        """Return the elements that the projections give, to each of which a bias is added."""
        return total(product((*each.positions, each.bias.size)) for each in self._projections(*inputs))


class MultiHeadAttention(ProjectedAttention):
    """Attention in several heads, each of which projects query, key and value anew, as in Transformers.

    PyTorch's MultiheadAttention(embed_dim, num_heads) is `key_dim: =embed_dim / num_heads`.

    Shape:
        query (*positions, features), value (*positions, …), key (*positions, …)
        → the query's, with output_shape in the place of its features.
        One input is query, value and key (self-attention); of two the second is value and key; three are all.
    Kept:
        a copy of each input, which PyTorch turns; query, key and value of all heads, and what these give;
        query's positions × heads, 4 bytes each, by which the softmax is computed anew;
        with use_gate also the gate, and what comes out of it.
        With dropout, or where value_dim is not key_dim, the attention is not fused: also the scaled query and key
        and, instead of the 4 bytes, the softmax of the scores, with dropout its mask and what is left.
        With dropout, projections of one input are one storage; one that holds no value is kept scaled only.
    Source: https://keras.io/api/layers/attention_layers/multi_head_attention/
    """

    type: Literal["multi_head_attention"] = "multi_head_attention"

    num_heads: Positive = Field(description="The number of heads.", examples=[8])
    key_dim: Positive = Field(description="The features of a head's query and key.", examples=[64])
    value_dim: Positive | None = Field(None, description="The features of a head's value; by default `key_dim`.")
    output_shape_: Sizes | None = Field(
        None, alias="output_shape", description="The output's sizes at each position; by default the query's features."
    )
    attention_axes: Sizes | None = Field(
        None, description="The axes of positions that see one another, one or a list, from 1; by default all."
    )

    @property
    def heads(self) -> int:
        """The number of the query's heads."""
        return self.num_heads

    @property
    def key_heads(self) -> int:
        """The number of the key's and the value's heads: as many."""
        return self.num_heads

    @property
    def head_sizes(self) -> tuple[int, int]:
        """The features of a head."""
        return self.key_dim, self.value_dim or self.key_dim

    def inputs_kept(self, *inputs: Shape) -> tuple[Kept, ...]:
        """Return copies of the inputs: PyTorch turns batch and positions, though it takes them batch first."""
        return tuple(Kept("input_copy", shape=shape, for_weights=True) for shape in inputs)

    def with_value_kept(self, projected: tuple[Kept, ...], inputs: int) -> tuple[Kept, ...]:
        """Return what is projected together with the value: what comes of the same input, with heads of one size."""
        key_dim, value_dim = self.head_sizes
        return projected[inputs - 1 if key_dim == value_dim else -1 :]

    def output_sizes(self, features: int) -> tuple[int, ...]:
        """Return the sizes that are stated, or the query's features."""
        return self.output_shape_ or (features,)

    def attended(self, positions: Shape) -> Shape:
        """Return the sizes of the axes that see one another."""
        if self.attention_axes is None:
            return positions
        return tuple(positions[axis - 1] for axis in self.attention_axes)

    def query_value_key(self, *inputs: Shape) -> tuple[Shape, Shape, Shape]:
        """Return the three shapes. Errors: ShapeError where they do not go together."""
        query, value, key = super().query_value_key(*inputs)
        count = len(query) - 1
        axes = range(1, count + 1) if self.attention_axes is None else self.attention_axes
        if len(set(axes)) < len(axes) or max(axes, default=1) > count:
            raise ShapeError(
                f"has `attention_axes: {list(axes)}`, and its query {show(query)} has positions on axes 1 to {count}",
                "name each axis once",
            )
        apart = [axis for axis in range(count) if axis + 1 not in axes]
        if not may_equal(tuple(query[axis] for axis in apart), tuple(value[axis] for axis in apart)):
            raise ShapeError(
                f"takes a query and a value alike on the axes that are not among its `attention_axes`, "
                f"not {show(query)} and {show(value)}"
            )
        return query, value, key


class GroupedQueryAttention(ProjectedAttention):
    """Attention in which several heads of the query share a head of key and value; with one such head, multi-query.

    Shape:
        query (length, features), value (length, features), key (length, …) → (query's length, features).
        One input is query, value and key (self-attention); of two the second is value and key; three are all.
    Errors:
        Inputs that are not (length, features); a key and a value of different lengths;
        a query and a value of different numbers of features, or an unknown number;
        a num_query_heads that is not divisible by num_key_value_heads.
    Kept:
        each input, unless the kernels are frozen; query, key and value of all their heads, and what the query's give;
        query's positions × heads, 4 bytes each, by which the softmax is computed anew;
        with use_gate also the gate, and what comes out of it.
        With dropout the attention is not fused: scaled query and key, and the value, for each of the query's heads;
        instead of the 4 bytes the softmax of the scores, its mask and what is left.
    Source: https://keras.io/api/layers/attention_layers/group_query_attention/
    """

    type: Literal["grouped_query_attention"] = "grouped_query_attention"

    head_dim: Positive = Field(description="The features of a head.", examples=[64])
    num_query_heads: Positive = Field(description="The number of the query's heads.", examples=[8])
    num_key_value_heads: Positive = Field(description="The number of heads of key and value.", examples=[2])

    @model_validator(mode="after")
    def _heads_are_groups(self) -> Self:
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"has `num_query_heads` (={self.num_query_heads}), which must be divisible by "
                f"`num_key_value_heads` (={self.num_key_value_heads})"
            )
        return self

    @property
    def heads(self) -> int:
        """The number of the query's heads."""
        return self.num_query_heads

    @property
    def key_heads(self) -> int:
        """The number of the key's and the value's heads."""
        return self.num_key_value_heads

    @property
    def head_sizes(self) -> tuple[int, int]:
        """The features of a head, which are as many for all."""
        return self.head_dim, self.head_dim

    def with_value_kept(self, projected: tuple[Kept, ...], inputs: int) -> tuple[Kept, ...]:
        """Return the value, which each of the query's heads has a copy of."""
        *_, value = projected
        return (value._replace(shape=(value.shape[0], self.heads, self.head_dim)),)

    def query_value_key(self, *inputs: Shape) -> tuple[Shape, Shape, Shape]:
        """Return the three shapes. Errors: ShapeError where they do not go together."""
        query, value, key = super().query_value_key(*inputs)
        if len(query) != 2:
            raise ShapeError(f"takes inputs of 2 axes (length, features), not {show(query)}", "`reshape` them")
        if not may_equal(query[-1:], value[-1:]):
            raise ShapeError(
                f"takes a query and a value of as many features, not {show(query)} and {show(value)}",
                "a `dense` layer brings both to the same number of features",
            )
        return query, value, key


def _known_features(shape: Shape, weight: str) -> tuple[int, ...]:
    """Return the number of features. Errors: ShapeError where it is not known."""
    return require_known(shape[-1:], ("number of features",), f"its weight `{weight}`")
