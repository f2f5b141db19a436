"""Formulas know the sizes of layers above, by their names."""

import io

import pytest

import archsum

HEAD = "input: {image: [64, 48, 3], style: [10]}\n"


def units(formula: str, layers: str = "", head: str = "") -> int:
    """Return what a formula gives below some layers."""
    text = f"{HEAD}{head}layers:\n{layers}  - dense: {{name: found, inputs: style, units: {formula}}}\n"
    names = [name for name in ("stem", "inner") if f"name: {name}" in layers]
    flat = "".join(f"  - flatten: {{name: flat_{name}, inputs: {name}}}\n" for name in names or ["image"])
    joined = ", ".join(["found", *(f"flat_{name}" for name in names or ["image"])])
    summary = archsum.summarize(archsum.load(io.StringIO(f"{text}{flat}  - concatenate: {{inputs: [{joined}]}}\n")))
    return next(layer.output_shape[-1] for layer in summary.layers if layer.name == "found") or 0


STEM = "  - conv2d: {name: stem, inputs: image, filters: 8, kernel_size: 3, strides: 2}\n"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=stem.height", 31),
        ("=stem.width", 23),
        ("=stem.channels * 2", 16),
        ("=stem.elements // 8", 31 * 23),
        ("=max(stem.height, 100)", 100),
    ],
)
def test_a_layer(formula: str, expected: int) -> None:
    assert units(f'"{formula}"', STEM) == expected


def test_an_input() -> None:
    assert units("=image.height + style.features") == 74


def test_a_layer_in_a_block() -> None:
    head = "blocks: {b: {layers: [conv2d: {name: c, filters: 6, kernel_size: 3}]}}\n"
    assert units("=inner.c.height", "  - b: {name: inner, inputs: image}\n", head) == 62


def test_a_value_of_a_variable_does_not_hide_it() -> None:
    assert units("=stem * stem.channels", STEM, "variables: {stem: 3}\n") == 24


def test_each_repetition_has_its_own() -> None:
    layers = "[conv1d: {name: c, filters: =index + 3, kernel_size: 3}, dense: {units: =c.length + c.channels}]"
    text = f"input: [20, 4]\nlayers: [repeat: {{times: 2, layers: {layers}}}]\n"
    summary = archsum.summarize(archsum.load(io.StringIO(text)))
    assert [layer.output_shape for layer in summary.layers] == [(18, 3), (18, 21), (16, 4), (16, 20)]


def test_what_a_custom_layer_computes_knows_it_too() -> None:
    text = (
        "input: [8]\nlayers: [dense: {name: a, units: 5}, custom: {weights: {w: [=a.features, =input_features * 2]}}]"
    )
    (_, custom) = archsum.summarize(archsum.load(io.StringIO(text))).layers
    assert [weight.shape for weight in custom.weights] == [(5, 10)]
