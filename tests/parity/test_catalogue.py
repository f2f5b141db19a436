"""Every layer class of Keras and every module of PyTorch is a kind, by this or another name, or is said to lack."""

from collections.abc import Iterable
from typing import Any

import keras
import pytest

from archsum.language.advice.absent import ABSENT
from archsum.language.advice.spelling import meant_kind
from archsum.language.advice.synonyms import KIND_REASONS
from archsum.language.spec.containers import CONTAINERS
from archsum.layers import KINDS

WORDS = (*KINDS, *CONTAINERS)


def unknown(classes: Iterable[type]) -> set[str]:
    names = {cls.__name__ for cls in classes}
    return {name for name in names if not meant_kind(name, WORDS) and name.lower() not in KIND_REASONS}


def classes_in(module: Any, base: type) -> list[type]:
    return [cls for cls in vars(module).values() if isinstance(cls, type) and issubclass(cls, base)]


def test_keras() -> None:
    assert not unknown(classes_in(keras.layers, keras.layers.Layer))


@pytest.mark.torch
def test_pytorch() -> None:
    torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
    assert not unknown(classes_in(torch.nn, torch.nn.Module))


def test_what_is_absent_is_no_kind() -> None:
    for names in ABSENT.values():
        assert not [name for name in names if meant_kind(name, WORDS)]
