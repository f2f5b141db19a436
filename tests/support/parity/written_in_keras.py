"""Models that neither keras.applications nor torchvision has, written in Keras as their authors do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from archsum.layers.shapes import Shape
from tests.support.parity.keras_models import facts_of
from tests.support.parity.real_models import Facts


@dataclass(frozen=True)
class WrittenInKeras:
    """A model that a function here builds."""

    build: Callable[[], Any]

    needs_torch: ClassVar[bool] = False

    def __str__(self) -> str:
        return self.build.__name__

    def facts(self, input_shape: Shape) -> Facts:
        """Build the model, and collect what it has; its input is its own, whatever the file's."""
        return facts_of(self.build())


def bidirectional_lstm() -> Any:
    """https://keras.io/examples/nlp/bidirectional_lstm_imdb/."""
    from keras import Sequential, layers

    return Sequential(
        [
            layers.Input((200,), dtype="int32"),
            layers.Embedding(20000, 128),
            layers.Bidirectional(layers.LSTM(64, return_sequences=True)),
            layers.Bidirectional(layers.LSTM(64)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def letter_by_letter_translation() -> Any:
    """https://keras.io/examples/nlp/lstm_seq2seq/."""
    from keras import Input, Model, layers

    encoder_inputs, decoder_inputs = Input((16, 71)), Input((59, 93))
    _, *states = layers.LSTM(256, return_state=True)(encoder_inputs)
    decoder = layers.LSTM(256, return_sequences=True, return_state=True)
    outputs, _, _ = decoder(decoder_inputs, initial_state=states)
    return Model([encoder_inputs, decoder_inputs], layers.Dense(93, activation="softmax")(outputs))


def video_prediction() -> Any:
    """https://keras.io/examples/vision/conv_lstm/."""
    from keras import Sequential, layers

    same: dict[str, Any] = {"padding": "same", "return_sequences": True, "activation": "relu"}
    return Sequential(
        [
            layers.Input((19, 64, 64, 1)),
            layers.ConvLSTM2D(64, (5, 5), **same),
            layers.BatchNormalization(),
            layers.ConvLSTM2D(64, (3, 3), **same),
            layers.BatchNormalization(),
            layers.ConvLSTM2D(64, (1, 1), **same),
            layers.Conv3D(1, (3, 3, 3), activation="sigmoid", padding="same"),
        ]
    )


def unet() -> Any:
    """Ronneberger et al. 2015, arXiv:1505.04597, figure 1."""
    from keras import Input, Model, layers

    def convolutions(x: Any, filters: int) -> Any:
        return layers.Conv2D(filters, 3, activation="relu")(layers.Conv2D(filters, 3, activation="relu")(x))

    x = inputs = Input((572, 572, 1))
    skips = []
    for filters in (64, 128, 256, 512):
        x = convolutions(x, filters)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = convolutions(x, 1024)
    for skip in reversed(skips):
        x = layers.Conv2DTranspose(skip.shape[-1], 2, strides=2)(x)
        margin = (skip.shape[1] - x.shape[1]) // 2
        x = layers.Concatenate()([layers.Cropping2D(margin)(skip), x])
        x = convolutions(x, skip.shape[-1])
    return Model(inputs, layers.Conv2D(2, 1)(x))


def siamese_twins() -> Any:
    """Koch et al. 2015, "Siamese neural networks for one-shot image recognition", figure 4."""
    from keras import Input, Model, Sequential, layers, ops

    twin = Sequential([layers.Input((105, 105, 1))])
    for filters, kernel_size in ((64, 10), (128, 7), (128, 4)):
        twin.add(layers.Conv2D(filters, kernel_size, activation="relu"))
        twin.add(layers.MaxPooling2D())
    twin.add(layers.Conv2D(256, 4, activation="relu"))
    twin.add(layers.Flatten())
    twin.add(layers.Dense(4096, activation="sigmoid"))
    images = [Input((105, 105, 1)), Input((105, 105, 1))]
    left, right = map(twin, images)
    return Model(images, layers.Dense(1, activation="sigmoid")(ops.absolute(left - right)))


def anomaly_detection() -> Any:
    """https://github.com/mlcommons/tiny, benchmark/training/anomaly_detection/keras_model.py."""
    from keras import Sequential, layers

    model = Sequential([layers.Input((640,))])
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        model.add(layers.Dense(units))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
    model.add(layers.Dense(640))
    return model


def keyword_spotting() -> Any:
    """https://github.com/mlcommons/tiny, benchmark/training/keyword_spotting/keras_model.py, ds_cnn."""
    from keras import Sequential, layers

    def normalized(layer: Any) -> list[Any]:
        return [layer, layers.BatchNormalization(), layers.Activation("relu")]

    separable = [
        layer
        for _ in range(4)
        for layer in [
            *normalized(layers.DepthwiseConv2D(3, padding="same")),
            *normalized(layers.Conv2D(64, 1, padding="same")),
        ]
    ]
    return Sequential(
        [
            layers.Input((49, 10, 1)),
            *normalized(layers.Conv2D(64, (10, 4), strides=2, padding="same")),
            layers.Dropout(0.2),
            *separable,
            layers.Dropout(0.4),
            layers.AveragePooling2D((25, 5)),
            layers.Flatten(),
            layers.Dense(12, activation="softmax"),
        ]
    )


def image_classification() -> Any:
    """https://github.com/mlcommons/tiny, benchmark/training/image_classification/keras_model.py, with 16 filters."""
    from keras import Input, Model, layers

    def normalized(x: Any, filters: int, strides: int = 1) -> Any:
        return layers.BatchNormalization()(layers.Conv2D(filters, 3, strides, padding="same")(x))

    inputs = Input((32, 32, 3))
    x = layers.Activation("relu")(normalized(inputs, 16))
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        y = layers.Activation("relu")(normalized(x, filters, strides))
        y = normalized(y, filters)
        if strides > 1:
            x = layers.Conv2D(filters, 1, strides, padding="same")(x)
        x = layers.Activation("relu")(layers.Add()([x, y]))
    x = layers.Flatten()(layers.AveragePooling2D(8)(x))
    return Model(inputs, layers.Dense(10, activation="softmax")(x))


def visual_wake_words() -> Any:
    """https://github.com/mlcommons/tiny, benchmark/training/visual_wake_words/vww_model.py."""
    from keras import Sequential, layers

    model = Sequential([layers.Input((96, 96, 3))])

    def add(layer: Any) -> None:
        model.add(layer)
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))

    filters = 8
    add(layers.Conv2D(filters, 3, strides=2, padding="same"))
    for strides, wider in ((1, 2), (2, 2), (1, 1), (2, 2), (1, 1), (2, 2), *((1, 1),) * 5, (2, 2), (1, 1)):
        add(layers.DepthwiseConv2D(3, strides=strides, padding="same"))
        filters *= wider
        add(layers.Conv2D(filters, 1, padding="same"))
    model.add(layers.AveragePooling2D(3))
    model.add(layers.Flatten())
    model.add(layers.Dense(2, activation="softmax"))
    return model
