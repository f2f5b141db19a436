"""Models of Keras, each with something that its configuration says in a way of its own."""

from collections.abc import Callable
from typing import Any

import keras
from keras import Input, Model, Sequential, layers, ops


def nested_sequential() -> Any:
    x = Input((16, 16, 3))
    stem = Sequential([layers.Conv2D(8, 3), layers.BatchNormalization(), layers.ReLU()], name="stem")
    return Model(x, layers.Dense(4)(layers.Flatten()(stem(x))))


def nested_functional_twice() -> Any:
    a = Input((8,), name="one")
    hidden = layers.Dense(5, activation="relu")(a)
    encoder = Model(a, [hidden, layers.Dense(3, name="second")(hidden)], name="encoder")
    left, right = Input((8,), name="left"), Input((8,), name="right")
    (h, s), (t, u) = encoder(left), encoder(right)
    return Model([left, right], [layers.Concatenate()([h, t]), layers.Add()([s, u])])


def nested_deep() -> Any:
    inner = Sequential([Input((4,)), layers.Dense(4, name="d")], name="inner")
    x = Input((4,))
    middle = Model(x, layers.Add()([x, inner(x)]), name="middle")
    y = Input((4,))
    return Model(y, layers.Dense(2)(middle(middle(y))), name="outer")


def shared_layer() -> Any:
    a, b = Input((7,)), Input((7,))
    dense = layers.Dense(5, name="shared")
    later = layers.Dense(7, name="later")(dense(a))
    return Model([a, b], layers.Concatenate()([dense(later), dense(b)]))


def multi_io() -> Any:
    image, meta = Input((12, 12, 3), name="image"), Input((5,), name="meta")
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(6, 3, activation="relu")(image))
    x = layers.Concatenate()([x, layers.Dense(4)(meta)])
    return Model({"image": image, "meta": meta}, {"b": layers.Dense(2, name="b")(x), "a": layers.Dense(3, name="a")(x)})


def time_distributed() -> Any:
    x = Input((5, 8, 8, 3))
    y = layers.TimeDistributed(layers.Conv2D(4, 3, activation="relu"), name="frames")(x)
    return Model(x, layers.LSTM(6)(layers.TimeDistributed(layers.Flatten())(y)))


def time_distributed_model() -> Any:
    a = Input((8, 8, 3))
    b = layers.Conv2D(3, 3, padding="same")(a)
    add = layers.Concatenate(axis=3)([layers.Add()([a, b]), a])
    merged = Model(a, add, name="merged")
    net = Sequential([Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(5)], name="frame")
    x = Input((6, 8, 8, 3))
    frames = layers.TimeDistributed(merged)(x)
    features = layers.TimeDistributed(net, name="each")(x)
    return Model(x, [layers.LSTM(3)(features), frames])


def bilstm() -> Any:
    x = Input((10,), dtype="int32")
    y = layers.Embedding(50, 8, mask_zero=True)(x)
    y = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(y)
    y = layers.Bidirectional(layers.GRU(5), merge_mode="sum")(y)
    return Model(x, layers.Dense(1, activation="sigmoid")(y))


def bidirectional_kinds() -> Any:
    x = Input((10, 4))
    ends = layers.Bidirectional(layers.LSTM(3, return_state=True))(x)
    both = layers.Bidirectional(layers.SimpleRNN(3), merge_mode=None)(x)
    other = layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3, go_backwards=True, dropout=0.5))(x)
    return Model(x, [layers.Concatenate()([ends[0], ends[1], ends[4]]), *both, other])


def seq2seq() -> Any:
    a, b = Input((None,), name="source"), Input((None,), name="target")
    _, h, c = layers.LSTM(16, return_state=True, name="encoder")(layers.Embedding(30, 8)(a))
    y, _, _ = layers.LSTM(16, return_sequences=True, return_state=True, name="decoder")(
        layers.Embedding(40, 8)(b), initial_state=[h, c]
    )
    return Model([a, b], layers.Dense(40, activation="softmax")(y))


def states() -> Any:
    x = Input((9, 4))
    sequence, state = layers.GRU(6, return_sequences=True, return_state=True)(x)
    ends = layers.LSTM(6, return_state=True)(sequence)
    given = layers.LSTM(6)(sequence, initial_state=[state, layers.Dense(6)(state)])
    return Model(x, layers.Concatenate()([state, ends[2], given, ends[0]]))


def rnn_cells() -> Any:
    x = Input((9, 4))
    y = layers.RNN(layers.LSTMCell(6), return_sequences=True)(x)
    y = layers.RNN([layers.GRUCell(5), layers.SimpleRNNCell(3), layers.LSTMCell(4)])(y)
    return Model(x, y)


def convlstm() -> Any:
    return Sequential([Input((4, 10, 10, 3)), layers.ConvLSTM2D(5, 3, return_sequences=True), layers.ConvLSTM2D(2, 3)])


def lambda_() -> Any:
    x = Input((6, 4))
    y = layers.Lambda(lambda t: t[:, ::2], output_shape=(3, 4))(x)
    return Model(x, layers.Dense(3)(y))


def channels_first() -> Any:
    x = Input((3, 16, 16))
    y = layers.Conv2D(8, 3, data_format="channels_first")(x)
    y = layers.BatchNormalization(axis=1)(y)
    y = layers.MaxPooling2D(data_format="channels_first")(y)
    y = layers.Concatenate(axis=1)([y, y])
    return Model(x, layers.Flatten(data_format="channels_first")(y))


def variable_sizes() -> Any:
    x = Input((None, None, 3))
    return Model(x, layers.Conv2DTranspose(2, 3, strides=2)(layers.Conv2D(4, 3, strides=2)(x)))


def ops_layers() -> Any:
    x = Input((8, 8, 6))
    y = ops.add(x / 127.5 - 1.0, 2 * x)
    y = ops.relu(y) + ops.sigmoid(y) * (1 - y)
    y = ops.concatenate([y, -y], axis=-1)
    left, right = ops.split(y, 2, axis=-1)
    z = ops.reshape(left * right, (-1, 64, 6))
    z = ops.transpose(z, (0, 2, 1))
    return Model(x, layers.Dense(3)(z[:, 1:, :]))


def ops_more() -> Any:
    x = Input((6, 8))
    y = ops.matmul(x, ops.transpose(x, (0, 2, 1)))
    y = ops.softmax(y / 2.0, axis=-1)
    m, s = ops.mean(y, axis=-1), ops.max(y, axis=(1,))
    z = ops.stack([m, s], axis=1)
    z = ops.squeeze(ops.expand_dims(z, 2), 2)
    return Model(x, [ops.sqrt(ops.abs(z)), ops.einsum("bij,bjk->bik", y, x), z[:, 0], ops.maximum(m, s)])


def preprocessing() -> Any:
    return Sequential(
        [
            Input((40, 40, 3)),
            layers.Rescaling(1 / 255),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.1),
            layers.RandomZoom(0.1),
            layers.RandomContrast(0.1),
            layers.Resizing(32, 32),
            layers.CenterCrop(28, 28),
            layers.Normalization(),
            layers.Conv2D(2, 3),
        ]
    )


def mha() -> Any:
    x, y = Input((10, 16)), Input((7, 12))
    a = layers.MultiHeadAttention(2, 8)(x, x)
    b = layers.MultiHeadAttention(4, 4, value_dim=6, output_shape=16, use_bias=False)(a, y)
    c = layers.LayerNormalization()(layers.Add()([a, b]))
    return Model([x, y], layers.MultiHeadAttention(2, 8)(c, c, x))


def mha_scores() -> Any:
    x = Input((10, 16))
    out, scores = layers.MultiHeadAttention(2, 8)(x, x, return_attention_scores=True)
    return Model(x, [out, layers.Flatten()(scores)])


def attention_kinds() -> Any:
    q, v = Input((5, 8)), Input((7, 8))
    a = layers.Attention(use_scale=True)([q, v])
    b = layers.AdditiveAttention()([q, v, v])
    c = layers.GroupQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)(q, v)
    return Model([q, v], layers.Average()([a, b, c]))


def conv13() -> Any:
    return Sequential(
        [
            Input((50, 4)),
            layers.Conv1D(8, 3, padding="causal", dilation_rate=2),
            layers.SeparableConv1D(6, 3),
            layers.DepthwiseConv1D(3, depth_multiplier=2),
            layers.Conv1DTranspose(4, 4, strides=2),
            layers.ZeroPadding1D(2),
            layers.Cropping1D((1, 2)),
            layers.UpSampling1D(2),
            layers.AveragePooling1D(2),
            layers.GlobalMaxPooling1D(),
        ]
    )


def conv3d() -> Any:
    return Sequential(
        [
            Input((12, 12, 12, 2)),
            layers.Conv3D(4, 3, groups=2),
            layers.Conv3DTranspose(3, 2, strides=2, output_padding=1),
            layers.MaxPooling3D(),
            layers.SpatialDropout3D(0.2),
            layers.GlobalAveragePooling3D(keepdims=True),
        ]
    )


def frozen() -> Any:
    base = keras.applications.MobileNetV2(input_shape=(32, 32, 3), include_top=False, weights=None, alpha=0.35)
    base.trainable = False
    x = Input((32, 32, 3))
    y = layers.GlobalAveragePooling2D()(base(x, training=False))
    unfrozen = Sequential([layers.Dense(5), layers.Dense(4, trainable=False)])
    return Model(x, unfrozen(y))


def discretize() -> Any:
    x = Input((3,))
    bins = layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0], output_mode="one_hot")(x)
    return Model(x, layers.Dense(2)(bins))


def relu_args() -> Any:
    x = Input((8,))
    y = layers.ReLU(6.0, negative_slope=0.1)(layers.LeakyReLU(0.2)(layers.ELU(0.5)(layers.PReLU()(x))))
    return Model(x, layers.Softmax()(y))


def activations() -> Any:
    x = Input((8, 8, 3))
    y = layers.Conv2D(4, 3, activation=layers.LeakyReLU(0.1))(x)
    y = layers.Activation("gelu")(layers.Dense(4, activation=None)(y))
    y = layers.Conv2D(4, 3, activation=layers.ELU(0.5))(y)
    return Model(x, layers.Activation(layers.ReLU(6.0))(layers.Dense(3, activation="swish")(y)))


def merges() -> Any:
    a, b = Input((6, 4)), Input((6, 4))
    one = layers.Add()([a])
    parts = [cls()([one, b]) for cls in (layers.Subtract, layers.Multiply, layers.Maximum, layers.Minimum)]
    return Model([a, b], layers.Dot(axes=(2, 2), normalize=True)([layers.Average()(parts), b]))


def normalizations() -> Any:
    x = Input((8, 8, 16))
    y = layers.GroupNormalization(4)(layers.LayerNormalization(axis=[1, 2])(x))
    y = layers.RMSNormalization()(layers.UnitNormalization()(y))
    return Model(x, layers.BatchNormalization(scale=False, center=False)(y))


def embeddings() -> Any:
    x = Input((12,), dtype="int32")
    table = layers.ReversibleEmbedding(30, 8)
    y = layers.EinsumDense("abc,cd->abd", output_shape=(None, 8), bias_axes="d")(table(x))
    return Model(x, table(y, reverse=True))


def many_kinds() -> Any:
    x = Input((9, 9, 2))
    y = layers.SpectralNormalization(layers.Conv2D(4, 3))(x)
    y = layers.DepthwiseConv2D(3)(layers.SeparableConv2D(4, 3)(y))
    y = layers.Permute((2, 3, 1))(layers.Reshape((3, 3, 4))(y))
    y = layers.Masking()(layers.GaussianNoise(0.1)(layers.AlphaDropout(0.1)(y)))
    y = layers.ActivityRegularization(0.1)(layers.AdaptiveAveragePooling2D(2)(y))
    return Model(x, layers.RepeatVector(3)(layers.Flatten()(layers.Identity()(y))))


MODELS: dict[str, Callable[[], Any]] = {
    make.__name__: make
    for make in (
        *(nested_sequential, nested_functional_twice, nested_deep, shared_layer, multi_io, time_distributed),
        *(time_distributed_model, bilstm, bidirectional_kinds, seq2seq, states, rnn_cells, convlstm, lambda_),
        *(channels_first, variable_sizes, ops_layers, ops_more, preprocessing, mha, mha_scores, attention_kinds),
        *(conv13, conv3d, frozen, discretize, relu_args, activations, merges, normalizations, embeddings, many_kinds),
    )
}
