"""A layer's fields as a file has them: built from them again, it is the same layer."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given

from archsum.formula import BoundFormula, Formula, Value
from archsum.layers import KINDS, layer_class
from archsum.layers.written import fields_of_layer, highlights
from tests.support.layers import layer
from tests.support.parity.cases import REFUSED, Case, build, ours
from tests.support.parity.keras_kinds import CASES

CUSTOM = {
    "output_shape": [BoundFormula(Formula("=input_height // 2"), {}), None],
    "weights": {"kernel": {"shape": [3, 3, 8], "trainable": False}, "bias": [8]},
    "macs": BoundFormula(Formula("=input_elements * widths[1] ** -shift"), {"widths": [8, 16], "shift": -2}),
}


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("defaults", [True, False])
def test_it_is_the_same_layer_again(kind: str, defaults: bool) -> None:
    @given(CASES[kind])
    def compare(case: Case) -> None:
        if ours(kind, case) is REFUSED:
            return
        stated = build(kind, case.fields)
        fields = json.loads(json.dumps(fields_of_layer(stated, defaults=defaults)))
        again = build(kind, fields)
        assert fields_of_layer(again) == fields_of_layer(stated)
        assert again.begins_with == stated.begins_with
        if defaults:
            assert len(fields) == len(type(stated).model_fields) - 1

    compare()


def test_without_defaults_only_what_differs_is_there() -> None:
    conv = layer("conv2d", filters=8, kernel_size=3, strides=1, padding=[0, 1])
    assert fields_of_layer(conv, defaults=False) == {
        "filters": 8,
        "kernel_size": [3, 3],
        "padding": [[0, 0], [1, 1]],
    }


def test_a_bias_that_is_untied_along_an_axis() -> None:
    conv = layer("conv2d", filters=8, kernel_size=3, bias={"untied": ["height"]})
    assert fields_of_layer(conv)["bias"] == {"untied": ["height"]}


def test_a_held_layer_has_its_kind() -> None:
    held = build("time_distributed", {"layer": {"dense": {"units": 3}}})
    assert fields_of_layer(held, defaults=False) == {"layer": {"dense": {"units": 3}}}


@pytest.mark.parametrize(
    ("fields", "axis", "without_defaults"),
    [
        ({}, -1, {}),
        ({"data_format": "channels_first"}, 1, {"data_format": "channels_first"}),
        ({"data_format": "channels_first", "axis": -1}, -1, {"data_format": "channels_first", "axis": -1}),
        ({"data_format": "channels_first", "axis": 1}, 1, {"data_format": "channels_first"}),
    ],
)
def test_a_default_that_follows_from_another_field(
    fields: Mapping[str, Any], axis: int, without_defaults: dict[str, Any]
) -> None:
    concatenate = layer("concatenate", **fields)
    assert fields_of_layer(concatenate)["axis"] == axis
    assert fields_of_layer(concatenate, defaults=False) == without_defaults


def test_what_a_custom_layer_states() -> None:
    assert fields_of_layer(layer("custom", **CUSTOM), defaults=False) == {
        "output_shape": ["=input_height // 2", None],
        "weights": {"kernel": {"shape": [3, 3, 8], "trainable": False}, "bias": {"shape": [8], "trainable": True}},
        "macs": "=input_elements * 256",
    }


@pytest.mark.parametrize(
    ("text", "known", "written"),
    [
        ("=input_height", {"input_height": 4}, "=input_height"),
        ("=input_height ** shift", {"shift": -2}, "=input_height ** (-2)"),
        ("=2 - shift + input_height", {"shift": -2}, "=4 + input_height"),
        ("=shift ** input_height", {"shift": -2}, "=(-2) ** input_height"),
        ("=1 / zero if zero else input_width", {"zero": 0}, "=1 / zero if 0 else input_width"),
        ("=max(input_width, min(a, b), 3)", {"a": 4, "b": 5}, "=max(input_width, 4, 3)"),
        ("=sizes[input_width]", {"sizes": [1, 2]}, "=sizes[input_width]"),
        ("=1 if first else input_width", {"first": False}, "=1 if False else input_width"),
        ("=stem.height * input_width", {"stem.height": 7}, "=7 * input_width"),
    ],
)
def test_a_formula_names_what_it_waits_for(text: str, known: Mapping[str, Value], written: str) -> None:
    formula = BoundFormula(Formula(text), known)
    assert formula.written(frozenset({"input_height", "input_width"})) == written
    Formula(written)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_picture_shows_of_a_kind_are_fields_of_it(kind: str) -> None:
    fields = layer_class(kind).model_fields
    assert set(layer_class(kind).shown_fields) <= set(fields)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("conv2d", {"filters": 4, "kernel_size": 3}, []),
        (
            "conv2d",
            {"filters": 4, "kernel_size": 3, "strides": 2, "groups": 2, "activation": "relu"},
            ["strides 2", "groups 2", "relu"],
        ),
        ("conv2d", {"filters": 4, "kernel_size": 3, "strides": [2, 1]}, ["strides 2×1"]),
        ("activation", {"activation": "silu"}, ["silu"]),
        ("dropout", {"rate": 0.5}, []),
        ("multi_head_attention", {"num_heads": 8, "key_dim": 64}, ["num heads 8"]),
        ("reversible_embedding", {"input_dim": 50, "output_dim": 8, "reverse": True}, ["reverse"]),
        (
            "time_distributed",
            {"layer": {"conv1d": {"filters": 4, "kernel_size": 3, "strides": 2}}},
            ["conv1d", "strides 2"],
        ),
    ],
)
def test_highlights(kind: str, fields: dict[str, Any], words: list[str]) -> None:
    assert list(highlights(build(kind, fields))) == words
