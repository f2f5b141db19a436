"""Every layer and function of Keras and PyTorch is a kind, by this or another name, or there is a cure."""

import inspect
from collections.abc import Iterable
from typing import Any

import keras
import pytest

from archsum.language.advice.spelling import suggest_kind
from archsum.language.spec.containers import CONTAINERS
from archsum.layers import KINDS

WORDS = (*KINDS, *CONTAINERS)
OTHERS = suggest_kind("no such kind at all", WORDS)


def unknown(names: Iterable[str]) -> list[str]:
    """Return the names of which nothing is known, or only that another word looks like them."""
    cures = {name: suggest_kind(name, WORDS) for name in names}
    return [name for name, cure in cures.items() if cure == OTHERS or "did you mean" in cure]


def classes_in(module: Any, base: type) -> list[str]:
    found = [cls for cls in vars(module).values() if isinstance(cls, type) and issubclass(cls, base)]
    return [cls.__name__ for cls in found]


def test_layers_of_keras() -> None:
    names = classes_in(keras.layers, keras.layers.Layer)
    assert len(names) > 100
    assert not unknown(names)


def test_operations_of_keras() -> None:
    names = [name for name in dir(keras.ops) if name[0] != "_" and inspect.isfunction(getattr(keras.ops, name))]
    assert len(names) > 200
    assert not unknown(names)


@pytest.mark.torch
def test_modules_of_pytorch() -> None:
    torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
    names = classes_in(torch.nn, torch.nn.Module)
    assert len(names) > 100
    assert not unknown(names)


INTERNAL = ("Optional", "assert_int_or_pair", "boolean_dispatch", "handle_torch_function", "has_torch_function")
"""What the module has beside its functions: types, and helpers of its own code."""


@pytest.mark.torch
def test_functions_of_pytorch() -> None:
    torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
    functions = vars(torch.nn.functional)
    names = [
        name
        for name, value in functions.items()
        if callable(value) and not isinstance(value, type) and name[0] != "_" and not name.startswith(INTERNAL)
    ]
    assert len(names) > 100
    assert not unknown(names)
