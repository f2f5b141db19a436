"""Keras's models are made quickly: what their weights begin with does not matter."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy
import pytest
from keras.src.backend.numpy import random


def _zeros(shape: Any, *_: Any, **__: Any) -> Any:
    return numpy.zeros(shape, "float32")


@pytest.fixture(scope="package", autouse=True)
def _weights_of_zeros() -> Iterator[None]:
    """Take zeros, which take no memory before they are written, in the place of random numbers."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("normal", "uniform", "truncated_normal"):
            patch.setattr(random, name, _zeros)
        yield


@pytest.fixture(autouse=True)
def _names_begin_anew() -> None:
    keras.utils.clear_session()
