"""Attention: each position of a query takes from a value's positions what their keys say is of use."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.activations import activation_work
from archsum.layers.arithmetic import Product, Sum
from archsum.layers.attention import AttentionLayer, known_features
from archsum.layers.base import Backward, Cached, Kept, Operations, Step, Weight, Work
from archsum.layers.operators import Composition, Operator, Operators, UnknownOperatorsError, reducing_operator
from archsum.layers.shapes import Shape, may_equal, product, show, total


class UnprojectedAttention(AttentionLayer):
    """Attention without kernels: query and key are compared as they come.

    Shape:
        query (*positions, features), value (*positions, channels), key (*positions, features)
        → the query's positions and the value's channels.
        One input is query, value and key (self-attention); of two the second is value and key; three are all.
    Cached:
        value and key as they come, for each token: channels + features, once where they are one input.
    Errors:
        Inputs of fewer than 2 axes, or not of as many; a key and a value of different lengths;
        a query and a key of different numbers of features.
    """

    def output_shape(self, *inputs: Shape) -> Shape:
        query, value, _ = self.query_value_key(*inputs)
        return (*query[:-1], value[-1])

    def query_value_key(self, *inputs: Shape) -> tuple[Shape, Shape, Shape]:
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
        query, value, key = self.query_value_key(*inputs)
        scores = product((*query[:-1], value[-2]))
        return *self.score_work(scores, product((scores, key[-1]))), *activation_work("softmax", scores)

    def scores_kept(self, scores: Shape, *inputs: Shape) -> tuple[Kept, ...]:
        """Return what is kept to make the scores, which have a shape."""
        raise NotImplementedError

    def add_scores(self, made: Composition, scores: Shape, *inputs: Shape) -> None:
        """Add the operators that make the scores of the layer's inputs."""
        raise NotImplementedError

    def operators(self, *inputs: Shape) -> Operators:
        """Return what makes the scores, their softmax and the mean, a matrix product.

        Errors: UnknownOperatorsError for inputs of more than two axes.
        """
        query, value, _ = self.query_value_key(*inputs)
        if len(query) > 2:
            raise UnknownOperatorsError("it is only known for inputs (length, features)")
        scores = (*query[:-1], value[-2])
        made = Composition(len(inputs))
        self.add_scores(made, scores, *inputs)
        softmax = made.add(Operator(scores))
        made.add(Operator(self.output_shape(*inputs)), takes=[softmax, made.inputs[:2][-1]])
        return made.operators

    def add_summed_tanh(
        self, made: Composition, scores: Shape, *inputs: Shape, before: Operators = (), behind: Operators = ()
    ) -> None:
        """Add the sum of tanh(query + key) over the features, with what comes before and behind the tanh."""
        query, _, key = self.query_value_key(*inputs)
        pairs = (*scores, key[-1])
        apart = made.add(Operator((query[0], 1, query[1]), "reshape"), takes=made.inputs[:1])
        made.add(Operator(pairs), *before, takes=[apart, made.inputs[-1]])
        made.add(Operator(pairs), *behind, reducing_operator(scores, pairs, 1, sums=True))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        query, value, _ = self.query_value_key(*inputs)
        scores = (*query[:-1], value[-2])
        value_number = min(1, len(inputs) - 1)
        return *self.scores_kept(scores, *inputs), *self.weights_kept(scores), Kept("input", value_number)

    def cached(self, *inputs: Shape) -> Cached:
        _, value, _ = self.query_value_key(*inputs)
        value_and_key = inputs[1:] or inputs
        features = total(shape[-1] for shape in value_and_key)
        return Cached(features, product(value[:-1]), min(1, len(inputs) - 1), self.causal)

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradients of the scores; what takes an input in several places has as many, and their sum."""
        query, value, _ = self.query_value_key(*inputs)
        scores = (*query[:-1], value[-2])
        between = (*self.scored(scores, *inputs), *(scores,) * (2 if self.dropout else 1))
        uses = 4 - len(inputs)
        return Backward(between=between, scratch=inputs[-1:] * (uses if uses > 1 else 0))

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return what the scores are made of, and these before and behind the softmax."""
        query, value, _ = self.query_value_key(*inputs)
        scores = (*query[:-1], value[-2])
        return *self.summed(scores, *inputs), *self.scored(scores, *inputs), scores

    def scored(self, scores: Shape, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the shapes of what is between the inputs and the softmax: the scores, unless more is stated."""
        return (scores,)

    def summed(self, scores: Shape, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the shape of query + key, where scores are made of that: its gradient is no tensor of its own."""
        return ()

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        query, value, key = self.query_value_key(*inputs)
        pairs = (*query[:-1], value[-2])
        mean, note = Product(*pairs, value[-1]), "query's positions × value's positions × channels, for the mean"
        if not self.scores_multiply:
            return Operations(mean, note)
        scores_note = "query's positions × key's positions × features, for the scores"
        return Operations(Sum(Product(*pairs, key[-1]), mean), f"{scores_note}; {note}")

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        _, value, _ = self.query_value_key(*inputs)
        yield Step.of("channels", value[-1], "the value's; the positions are the query's")


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
        return self.score_mode == "dot"

    def score_work(self, scores: int | None, features: int | None) -> tuple[Work, ...]:
        if self.scores_multiply:
            return (Work("scale", 1, scores),) * self.use_scale
        return Work("sum of tanh(query + key)", 3 + self.use_scale, features), Work("weight of the sum", 1, scores)

    def scores_kept(self, scores: Shape, *inputs: Shape) -> tuple[Kept, ...]:
        scaled = Kept("scores", shape=scores, for_weights=True)
        if self.scores_multiply:
            return Kept("input"), Kept("input", len(inputs) - 1), *((scaled,) * self.use_scale)
        pairs = (*scores, inputs[-1][-1])
        sums = (Kept("sums", shape=pairs, for_weights=True),) * self.use_scale
        return *sums, Kept("tanh", shape=pairs), scaled

    def scored(self, scores: Shape, *inputs: Shape) -> tuple[Shape, ...]:
        if self.scores_multiply:
            return super().scored(scores, *inputs)
        return *_pairs(scores, *inputs) * (2 + self.use_scale), scores

    def add_scores(self, made: Composition, scores: Shape, *inputs: Shape) -> None:
        factor = (Operator(scores, weights=1),)
        if self.scores_multiply:
            made.add(Operator(scores), *factor * self.use_scale, takes=[made.inputs[0], made.inputs[-1]])
            return
        before = (Operator((*scores, inputs[-1][-1]), weights=1),) * self.use_scale
        self.add_summed_tanh(made, scores, *inputs, before=before)
        made.add(*factor)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
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
        return self.use_scale

    def score_work(self, scores: int | None, features: int | None) -> tuple[Work, ...]:
        """Return what tanh(query + key) takes, and the sum, which the products with the scale have."""
        return (
            Work("tanh(query + key)" if self.use_scale else "sum of tanh(query + key)", 3 - self.use_scale, features),
        )

    def scores_kept(self, scores: Shape, *inputs: Shape) -> tuple[Kept, ...]:
        return (Kept("tanh", shape=(*scores, inputs[-1][-1])),)

    def scored(self, scores: Shape, *inputs: Shape) -> tuple[Shape, ...]:
        return *_pairs(scores, *inputs) * (1 + self.use_scale), scores

    def summed(self, scores: Shape, *inputs: Shape) -> tuple[Shape, ...]:
        return _pairs(scores, *inputs)

    def add_scores(self, made: Composition, scores: Shape, *inputs: Shape) -> None:
        pairs, constants = (*scores, inputs[-1][-1]), total(weight.size for weight in self.weights(*inputs))
        behind = (Operator(pairs, weights=constants),) * self.use_scale
        self.add_summed_tanh(made, scores, *inputs, behind=behind)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        query, _, _ = self.query_value_key(*inputs)
        if not self.use_scale:
            return ()
        return (Weight("scale", known_features(query, "scale"), ("features",)),)


def _pairs(scores: Shape, *inputs: Shape) -> tuple[Shape, ...]:
    """Return the shape of what is made of the features of each pair of query and key."""
    return ((*scores, inputs[-1][-1]),)
