"""Single weights that layers share, as Keras counts them: a model has a variable once, however many layers use it."""

import io
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import archsum

keras = pytest.importorskip("keras", reason='Keras is missing: pip install -e ".[test]"')


class Tied(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Multiplies with another layer's matrix, turned or as it is, and adds a bias of its own, or none."""

    def __init__(self, owner: Any, *, turned: bool, bias: bool = True) -> None:
        super().__init__()
        self.owner, self.turned, self.has_bias = owner, turned, bias

    def build(self, shape: Any) -> None:
        features = self.owner.weights[0].shape[0 if self.turned else 1]
        self.bias = self.add_weight(shape=(features,)) if self.has_bias else 0

    def compute_output_shape(self, shape: Any) -> Any:
        return *shape[:-1], self.owner.weights[0].shape[0 if self.turned else 1]

    def call(self, x: Any) -> Any:
        matrix = self.owner.weights[0]
        return keras.ops.matmul(x, keras.ops.transpose(matrix) if self.turned else matrix) + self.bias


def language_model(*, bias: bool) -> Any:
    words = keras.Input((16,))
    table = keras.layers.Embedding(50, 8)
    vectors = keras.layers.Dense(8, activation="relu")(table(words))
    return keras.Model(words, Tied(table, turned=True, bias=bias)(vectors))


def autoencoder(*, trainable: bool) -> Any:
    data = keras.Input((20,))
    outer = keras.layers.Dense(12, activation="relu", trainable=trainable)
    inner = keras.layers.Dense(4, activation="relu", trainable=trainable)
    decoders = [Tied(layer, turned=True) for layer in (inner, outer)]
    for decoder in decoders:
        decoder.trainable = trainable
    x = inner(outer(data))
    for decoder in decoders:
        x = decoder(x)
    return keras.Model(data, x)


def one_kernel() -> Any:
    data = keras.Input((6,))
    first = keras.layers.Dense(6)
    return keras.Model(data, Tied(first, turned=False)(first(data)))


def dense(units: int, label: str, fields: str = "") -> str:
    return f"dense: {{units: {units}, shared: {{kernel: {label}}}{fields}}}"


TABLE = "embedding: {input_dim: 50, output_dim: 8, shared: {embeddings: t}}"
FROZEN = ", trainable: false"


@pytest.mark.parametrize(
    ("build", "shape", "layers"),
    [
        (partial(language_model, bias=True), 16, [TABLE, "dense: {units: 8}", dense(50, "t")]),
        (partial(language_model, bias=False), 16, [TABLE, "dense: {units: 8}", dense(50, "t", ", bias: false")]),
        (partial(autoencoder, trainable=True), 20, [dense(12, "o"), dense(4, "i"), dense(12, "i"), dense(20, "o")]),
        (
            partial(autoencoder, trainable=False),
            20,
            [dense(12, "o", FROZEN), dense(4, "i", FROZEN), dense(12, "i", FROZEN), dense(20, "o", FROZEN)],
        ),
        (one_kernel, 6, [dense(6, "k"), dense(6, "k")]),
    ],
    ids=["head with a bias", "head without", "autoencoder", "frozen autoencoder", "one kernel"],
)
def test_totals(build: Callable[[], Any], shape: int, layers: list[str]) -> None:
    model = build()
    summary = archsum.summarize(io.StringIO(f"input: [{shape}]\nlayers: [{', '.join(layers)}]\n"))
    trainable = sum(int(variable.value.size) for variable in model.trainable_variables)
    assert (summary.params, summary.trainable_params) == (model.count_params(), trainable)
    assert (None, *summary.layers[-1].output_shape) == model.output_shape
