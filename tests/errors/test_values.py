"""Values that Python has and a network file cannot mean: numbers beyond any float, and halves of characters."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

import archsum
from archsum import SpecError
from archsum.formula import Formula, FormulaError
from archsum.language.spec.budget import Budget, StatedDevice
from archsum.language.spec.training import Training
from archsum.layers import KINDS, layer_class
from archsum.layers.fields import named_fields

HUGE = [10**310, -(10**310), [10**310], {"a": 10**310}, '="\\ud800"', '="\\ud800" == "a"', ["=10 ** 18 * 10 ** 18"]]


def examine(document: dict[str, Any]) -> str:
    """Return what is said of a file: all that is known of the network, or what is wrong; both can be written."""
    try:
        network = archsum.load(io.StringIO(json.dumps(document)))
        said = f"{archsum.summarize(network)}{archsum.explain(network)}{archsum.costs(network)}"
    except SpecError as error:
        said = str(error)
    said.encode()
    return said


@pytest.mark.parametrize("kind", KINDS)
def test_in_every_field_of_a_layer(kind: str) -> None:
    fields = named_fields(layer_class(kind))
    needed = {name: info.examples[0] for name, info in fields.items() if info.is_required() and info.examples}
    for field in fields.keys() - {"type"}:
        for value in HUGE:
            examine({"input": [8, 8, 3], "layers": [{kind: {**needed, field: value}}]})


@pytest.mark.parametrize(
    "document",
    [
        *(lambda value, field=field: {"training": {field: value}} for field in Training.model_fields),
        *(lambda value, field=field: {"budget": {field: value}} for field in Budget.model_fields),
        *(
            lambda value, field=field: {"devices": {"d": {"memory": 5, field: value}}, "budget": {"device": "d"}}
            for field in StatedDevice.model_fields
        ),
        *(lambda value, field=field: {field: value} for field in ("name", "input", "variables", "outputs", "layers")),
        lambda value: {"variables": {"v": value}, "layers": [{"dropout": {"rate": "=v", "name": "=v"}}]},
        lambda value: {"layers": [{"repeat": {"times": value, "layers": ["relu"]}}]},
        lambda value: {"layers": [{"relu": {"if": value, "name": value, "inputs": value}}]},
        lambda value: {
            "blocks": {"b": {"parameters": {"p": value}, "layers": ["relu"]}},
            "layers": [{"b": {"p": value}}],
        },
    ],
)
def test_in_the_rest_of_a_file(document: Callable[[Any], dict[str, Any]]) -> None:
    for value in HUGE:
        examine({"input": [8], "layers": ["relu"], **document(value)})


@pytest.mark.parametrize("kind", ["rescaling", "normalization"])
def test_what_is_said_of_a_number_beyond_any_float(kind: str) -> None:
    field = {"rescaling": "scale", "normalization": "mean"}[kind]
    fields = {field: 10**310} if kind == "rescaling" else {"mean": 10**310, "variance": 1}
    assert f"`{field}` takes a number, or a list of numbers" in examine({"input": [8], "layers": [{kind: fields}]})


def test_half_a_character_in_a_formula() -> None:
    with pytest.raises(FormulaError, match="half a surrogate pair"):
        Formula('="\\ud800"').evaluate({})


OVERRIDES: dict[str, Callable[[io.StringIO, Any], object]] = {
    "variables": lambda file, value: archsum.summarize(file, variables={"v": value}),
    "input": lambda file, value: archsum.summarize(file, input=[value]),
    "an input's name": lambda file, value: archsum.summarize(file, input={str(value)[:9]: [8]}),
    "training": lambda file, value: archsum.costs(file, {"batch": value, "optimizer": value, "checkpointing": [value]}),
    "budget": lambda file, value: archsum.check(file, {"max_params": value, "max_sram": value, "warn_at": value}),
    "device": lambda file, value: archsum.fit(file, str(value)[:9]),
}


@pytest.mark.parametrize("override", OVERRIDES)
@pytest.mark.parametrize("value", [10**310, "\ud800", "a\udcff", float("inf"), float("nan"), 1e308])
def test_in_what_overrides_a_file(override: str, value: Any) -> None:
    file = io.StringIO("input: [8]\nvariables: {v: 1}\nlayers: [dense: {units: =v}]\n")
    with pytest.raises(SpecError) as caught:
        OVERRIDES[override](file, value)
    str(caught.value).encode()


def test_a_number_too_long_to_be_written() -> None:
    """Python writes no more than some thousand digits, and raises."""
    file = io.StringIO("input: [8]\nvariables: {v: 1}\nlayers: [dense: {units: =v}]\n")
    with pytest.raises(SpecError, match="not a number of more than 1,000 digits"):
        archsum.summarize(file, input=[10**5000])
