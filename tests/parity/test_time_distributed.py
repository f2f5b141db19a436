"""`time_distributed` around a list of layers and around a block, against Keras's around a model."""

import io
from typing import Any, NamedTuple

import keras
import numpy
import pytest
from keras import layers as kl

import archsum
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras's own, of NumPy


class Case(NamedTuple):
    """A model of Keras for each step, and the same in a file: its blocks, what holds it, and the layers by themselves.

    `alone` is what a step alone goes through.
    """

    step: Any
    shape: tuple[int, ...]
    blocks: str
    around: str
    alone: str


def cnn() -> Any:
    return keras.Sequential(
        [
            kl.Input((32, 32, 3)),
            kl.Conv2D(8, 3, activation="relu"),
            kl.BatchNormalization(),
            kl.MaxPooling2D(),
            kl.Conv2D(16, 3, strides=2, padding="same"),
            kl.Flatten(),
            kl.Dropout(0.3),
            kl.Dense(10),
        ]
    )


CNN = """[conv2d: {filters: 8, kernel_size: 3, activation: relu}, batch_normalization, max_pooling2d,
      conv2d: {filters: 16, kernel_size: 3, strides: 2, padding: same}, flatten, dropout: 0.3, dense: 10]"""


def residual() -> Any:
    given = kl.Input((24, 24, 4))
    x = kl.Conv2D(4, 3, padding="same", use_bias=False)(given)
    x = kl.BatchNormalization()(x)
    x = kl.Add()([given, kl.Activation("relu")(x)])
    gate = kl.GlobalAveragePooling2D(keepdims=True)(x)
    gate = kl.Conv2D(4, 1, activation="sigmoid")(gate)
    x = kl.Multiply()([x, gate])
    paths = [kl.Conv2D(6, 1)(x), kl.DepthwiseConv2D(3, padding="same")(x), x]
    x = kl.Concatenate()(paths)
    for _ in range(2):
        x = kl.SeparableConv2D(5, 3)(x)
    return keras.Model(given, kl.GlobalMaxPooling2D()(x))


RESIDUAL = """
  part:
    layers:
      - residual:
          - conv2d: {filters: =input_channels, kernel_size: 3, padding: same, bias: false}
          - batch_normalization
          - relu
      - residual:
          merge: multiply
          layers:
            - global_average_pooling2d: {keepdims: true}
            - conv2d: {filters: =input_channels, kernel_size: 1, activation: sigmoid}
      - branch: [[conv2d: {filters: 6, kernel_size: 1}], [depthwise_conv2d: {kernel_size: 3, padding: same}], []]
      - repeat: {times: 2, layers: [separable_conv2d: {filters: 5, kernel_size: 3}]}
      - global_max_pooling2d
"""


def reader() -> Any:
    """Words in sentences of documents: a recurrent layer, attention, and what both give, side by side."""
    given = kl.Input((12, 8))
    states = kl.Bidirectional(kl.GRU(6, return_sequences=True))(given)
    attended = kl.MultiHeadAttention(2, 5)(states, given)
    return keras.Model(given, kl.Concatenate()([kl.LSTM(7)(attended), kl.GlobalAveragePooling1D()(states)]))


READER = """
  part:
    layers:
      - identity: {name: given}
      - bidirectional: {name: states, layer: {gru: {units: 6, return_sequences: true}}}
      - multi_head_attention: {inputs: [states, given], num_heads: 2, key_dim: 5}
      - lstm: {name: last, units: 7}
      - global_average_pooling1d: {name: mean, inputs: states}
      - concatenate: {inputs: [last, mean]}
"""


CASES = {
    "list": Case(cnn(), (32, 32, 3), "", f"{{layers: {CNN}}}", CNN),
    "plain_list": Case(cnn(), (32, 32, 3), "", CNN, CNN),
    "block": Case(residual(), (24, 24, 4), RESIDUAL, "{layer: part}", "[part]"),
    "list_of_a_block": Case(residual(), (24, 24, 4), RESIDUAL, "[part]", "[part]"),
    "layers_of_several_inputs": Case(reader(), (12, 8), READER, "{layer: part}", "[part]"),
}


def summary_of(shape: tuple[int, ...], blocks: str, layers: str) -> archsum.Summary:
    blocks = f"blocks: {blocks}" if blocks else ""
    return archsum.summarize(io.StringIO(f"input: {list(shape)}\n{blocks}\nlayers: {layers}\n"))


def shapes(weights: list[Weight]) -> list[tuple[Shape, bool]]:
    return [(weight.shape, weight.trainable) for weight in weights]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("steps", [5, None])
def test_a_model_for_each_step(case: Case, steps: int | None) -> None:
    outer = keras.Sequential([kl.Input((steps, *case.shape)), kl.TimeDistributed(case.step), kl.LSTM(9), kl.Dense(3)])
    ours = summary_of((steps or 7, *case.shape), case.blocks, f"[time_distributed: {case.around}, lstm: 9, dense: 3]")
    each = ours.layers[-3].output_shape
    assert each[1:] == case.step.output_shape[1:] == outer.layers[0].output.shape[2:]
    trained = {id(weight) for weight in outer.trainable_weights}
    expected = [(tuple(weight.shape), id(weight) in trained) for weight in outer.weights]
    found = shapes([weight for layer in ours.layers for weight in layer.weights])
    # Keras lists the layers of a model of several paths by their depth.
    assert sorted(found) == sorted(expected)
    assert ours.params == outer.count_params()
    assert ours.trainable_params == sum(int(numpy.prod(weight.shape)) for weight in outer.trainable_weights)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_layer_works_once_in_each_step(case: Case) -> None:
    ours = summary_of((5, *case.shape), case.blocks, f"[time_distributed: {case.around}]")
    alone = summary_of(case.shape, case.blocks, case.alone)
    assert [layer.name.rpartition("/")[2] for layer in ours.layers] == [
        layer.name.rpartition("/")[2] for layer in alone.layers
    ]
    for each, one in zip(ours.layers, alone.layers, strict=True):
        assert each.output_shape == (5, *one.output_shape)
        assert (each.params, each.trainable_params) == (one.params, one.trainable_params)
        assert (each.macs, each.flops) == (5 * (one.macs or 0), 5 * (one.flops or 0))


def test_the_whole_is_computed_as_keras_computes_it() -> None:
    data = numpy.zeros((2, 5, 24, 24, 4), dtype="float32")
    ours = summary_of((5, 24, 24, 4), RESIDUAL, "[time_distributed: {layer: part}]")
    assert kl.TimeDistributed(residual())(data).shape == (2, *ours.layers[-1].output_shape)


def test_one_in_another() -> None:
    inner = keras.Sequential([kl.Input((6, 10)), kl.TimeDistributed(kl.Dense(4)), kl.LSTM(3)])
    outer = keras.Sequential([kl.Input((5, 6, 10)), kl.TimeDistributed(inner), kl.GRU(2)])
    ours = summary_of((5, 6, 10), "", "[time_distributed: [time_distributed: [dense: 4, relu], lstm: 3], gru: 2]")
    assert [layer.output_shape for layer in ours.layers] == [(5, 6, 4), (5, 6, 4), (5, 3), (2,)]
    assert ours.params == outer.count_params()
