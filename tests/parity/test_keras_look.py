"""Our table against what Keras itself prints on a terminal of 80 columns, character for character.

Where a text is wider than Keras's column, Keras wraps it and we widen the column, so no such text is here.
"""

import io
from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers

from archsum import summarize

IMAGE = """
name: image
input: [100, 100, 1]
layers:
  - conv2d: {filters: 10, kernel_size: 5}
  - conv2d: {name: stem, filters: 3, kernel_size: 3, strides: 2, bias: false}
"""
CLASSIFIER = """
name: sequential
input: [100, 100, 1]
layers:
  - conv2d: {filters: 10, kernel_size: 5}
  - flatten
  - dense: {units: 10, activation: softmax}
"""
UNKNOWN_SIZE = """
name: a name with blanks and [brackets]
input: {picture: [null, null, 3]}
layers:
  - conv2d: {filters: 32, kernel_size: 7, padding: same}
  - conv2d: {filters: 30, kernel_size: 7}
"""
FROZEN = """
name: frozen
input: [50, 4]
layers:
  - conv1d: {filters: 8, kernel_size: 3, trainable: false}
  - conv1d: {filters: 8, kernel_size: 3, padding: causal}
"""
VOLUME = """
name: volume
input: [9, 9, 9, 2]
layers:
  - conv3d: {filters: 4, kernel_size: 3, activation: relu}
"""


def image() -> Any:
    start = layers.Input((100, 100, 1), name="input")
    middle = layers.Conv2D(10, 5, name="conv2d")(start)
    return keras.Model(start, layers.Conv2D(3, 3, 2, use_bias=False, name="stem")(middle), name="image")


def classifier() -> Any:
    start = layers.Input((100, 100, 1), name="input")
    flat = layers.Flatten(name="flatten")(layers.Conv2D(10, 5, name="conv2d")(start))
    return keras.Model(start, layers.Dense(10, activation="softmax", name="dense")(flat), name="sequential")


def unknown_size() -> Any:
    start = layers.Input((None, None, 3), name="picture")
    middle = layers.Conv2D(32, 7, padding="same", name="conv2d")(start)
    end = layers.Conv2D(30, 7, name="conv2d_1")(middle)
    return keras.Model(start, end, name="a name with blanks and [brackets]")


def frozen() -> Any:
    start = layers.Input((50, 4), name="input")
    middle = layers.Conv1D(8, 3, trainable=False, name="conv1d")(start)
    return keras.Model(start, layers.Conv1D(8, 3, padding="causal", name="conv1d_1")(middle), name="frozen")


def volume() -> Any:
    start = layers.Input((9, 9, 9, 2), name="input")
    return keras.Model(start, layers.Conv3D(4, 3, activation="relu", name="conv3d")(start), name="volume")


@pytest.mark.parametrize(
    ("text", "build"),
    [
        (IMAGE, image),
        (CLASSIFIER, classifier),
        (UNKNOWN_SIZE, unknown_size),
        (FROZEN, frozen),
        (VOLUME, volume),
    ],
)
def test_the_table_is_the_one_that_keras_prints(
    text: str, build: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    printed: list[str] = []
    build().summary(print_fn=printed.append)
    assert str(summarize(io.StringIO(text))) + "\n" == "".join(printed)
