"""What fields have in common: strict values, unknown fields, names that methods have already, and how they copy."""

import copy
import io
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import Field, ValidationError

from archsum import Summary, summarize
from archsum.layers import layer_class
from archsum.layers.base import Layer
from archsum.layers.fields import StrictModel, TupleOf, named_fields

CUSTOM = {"macs": 3, "weights": {"kernel": [2, 3]}}


class Kind(StrictModel):
    count: int = Field(description="A count.")
    rate: float = Field(0.5, description="A rate.")
    word: str | None = Field(None, description="A word.")
    flag: bool = Field(False, description="A flag.")
    sizes: TupleOf[int] = Field((), description="Sizes.")


def errors(values: dict[str, Any]) -> list[tuple[str, tuple[int | str, ...]]]:
    with pytest.raises(ValidationError) as caught:
        Kind.model_validate(values)
    return [(error["type"], error["loc"]) for error in caught.value.errors()]


@pytest.mark.parametrize("count", ["3", 3.0, True, None])
def test_numbers_are_not_converted(count: object) -> None:
    assert errors({"count": count}) == [("int_type", ("count",))]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"rate": "1"}, "float_type"),
        ({"rate": float("inf")}, "finite_number"),
        ({"word": 3}, "string_type"),
        ({"flag": 0}, "bool_type"),
        ({"sizes": 3}, "tuple_type"),
        ({"unknown": 3}, "extra_forbidden"),
    ],
)
def test_other_values_are_not_converted(values: dict[str, Any], kind: str) -> None:
    assert errors({"count": 3, **values}) == [(kind, tuple(values))]


def test_a_list_becomes_a_tuple_of_values_that_are_not_converted() -> None:
    assert Kind.model_validate({"count": 3, "sizes": [4, 5]}).sizes == (4, 5)
    assert errors({"count": 3, "sizes": [4, 5.0]}) == [("int_type", ("sizes", 1))]


def test_everything_wrong_is_found_at_once() -> None:
    assert errors({"word": 3, "sizes": [4, "5"], "unknown": 1}) == [
        ("missing", ("count",)),
        ("string_type", ("word",)),
        ("int_type", ("sizes", 1)),
        ("extra_forbidden", ("unknown",)),
    ]


def test_fields_by_the_names_of_a_file() -> None:
    assert {"output_shape", "weights", "macs", "flops", "kept"} < named_fields(layer_class("custom")).keys()
    assert layer_class("custom").model_validate(CUSTOM).macs((8,)) == 3


def test_a_layer_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        layer_class("relu").model_validate({}).trainable = False


def test_layers_with_the_same_values_are_equal() -> None:
    convolution = layer_class("conv2d")
    one = convolution.model_validate({"filters": 8, "kernel_size": 3})
    same = convolution.model_validate({"filters": 8, "kernel_size": [3, 3], "padding": "valid"})
    assert one == same
    assert hash(one) == hash(same)
    assert one != convolution.model_validate({"filters": 9, "kernel_size": 3})
    assert one != layer_class("conv1d").model_validate({"filters": 8, "kernel_size": 3})


def test_equal_layers_have_the_same_hash_whatever_they_hold() -> None:
    custom = layer_class("custom")
    one, same = (custom.model_validate({**CUSTOM, "kept": 0, "flops": 8}) for _ in range(2))
    assert one == same
    assert len({one, same, custom.model_validate({"macs": 3})}) == 2


@pytest.mark.parametrize("deep", [False, True])
def test_a_copy_with_other_fields_computes_with_these(deep: bool) -> None:
    layer = layer_class("conv2d").model_validate({"filters": 8, "kernel_size": 3})
    assert layer.output_shape((9, 9, 3)) == (7, 7, 8)
    other = layer.model_copy(update={"kernel_size": (5, 5)}, deep=deep)
    assert other.output_shape((9, 9, 3)) == (5, 5, 8)
    assert other.identity is not layer.identity


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_copies(copied: Callable[[Layer], Layer]) -> None:
    layer = layer_class("custom").model_validate(CUSTOM)
    again = copied(layer)
    assert again == layer
    assert again.model_fields_set == layer.model_fields_set == {"macs_", "weights_"}


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda summary: pickle.loads(pickle.dumps(summary))])
def test_copies_of_a_summary(copied: Callable[[Summary], Summary]) -> None:
    layers = "[conv2d: {filters: 8, kernel_size: 3}, custom: {macs: =input_elements}, flatten]"
    summary = summarize(io.StringIO(f"input: [8, 8, 3]\nlayers: {layers}\n"))
    again = copied(summary)
    assert again == summary
    assert str(again) == str(summary)
