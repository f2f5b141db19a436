"""Layers that merge sizes which leave rests: the cure names sizes of the input that leave none."""

import io
import re

import pytest

import archsum
from archsum import SpecError


def cures(text: str) -> list[str]:
    try:
        archsum.summarize(io.StringIO(text))
    except SpecError as error:
        return [problem.cure for problem in error.diagnostics]
    return []


def u_net(shape: str, depth: int, *, merge: str = "concatenate", rank: int = 2, head: str = "") -> str:
    """Return a network that goes down and up again, and takes on its way up what it had on its way down."""
    down = [f"max_pooling{rank}d: {{pool_size: 2, name: down{level}}}" for level in range(depth)]
    skips = [f"conv{rank}d: {{filters: 4, kernel_size: 3, padding: same, name: skip{level}}}" for level in range(depth)]
    up = [
        layer
        for level in reversed(range(depth))
        for layer in (
            f"up_sampling{rank}d: {{size: 2, name: up{level}}}",
            f"{merge}: {{inputs: [skip{level}, up{level}]}}",
            f"conv{rank}d: {{filters: 4, kernel_size: 1}}",
        )
    ]
    layers = [layer for pair in zip(skips, down, strict=True) for layer in pair]
    return f"{head}input: {shape}\nlayers:\n" + "".join(f"  - {layer}\n" for layer in (*layers, *up))


@pytest.mark.parametrize(
    ("shape", "depth", "rank", "head", "divisor", "fitting"),
    [
        ("[100, 100, 3]", 3, 2, "", 8, "[104, 104, 3]"),
        ("[99, 128, 3]", 1, 2, "", 2, "[100, 128, 3]"),
        ("[3, 100, 100]", 4, 2, "data_format: channels_first\n", 16, "[3, 112, 112]"),
        ("[30, 3]", 2, 1, "", 4, "[32, 3]"),
        ("[10, 12, 12, 1]", 2, 3, "", 4, "[12, 12, 12, 1]"),
        ("[null, 30, 3]", 2, 2, "", 4, "[null, 32, 3]"),
    ],
)
@pytest.mark.parametrize("merge", ["concatenate", "add"])
def test_sizes_that_leave_rests(
    shape: str, depth: int, rank: int, head: str, divisor: int, fitting: str, merge: str
) -> None:
    text = u_net(shape, depth, rank=rank, head=head, merge=merge)
    (cure,) = cures(text)
    assert cure.startswith(f"take sizes of the input that are divisible by {divisor}, as in `input: {fitting}`; ")
    assert cures(text.replace(shape, fitting)) == []


def test_several_inputs() -> None:
    text = u_net("{left: [30, 30, 3], right: [30, 30, 3]}", 2)
    text = text.replace("layers:\n", "layers:\n  - add: {inputs: [left, right]}\n")
    (cure,) = cures(text)
    assert "`input: {left: [32, 32, 3], right: [32, 32, 3]}`" in cure


@pytest.mark.parametrize(
    "layers",
    [
        "conv2d: {filters: 3, kernel_size: 3, name: a}, conv2d: {filters: 3, kernel_size: 3, name: b}, "
        "concatenate: {inputs: [a, b]}",  # whatever the input's sizes are
        "max_pooling2d: {pool_size: 2, name: a}, conv2d: {filters: 3, kernel_size: 20}",  # no merge
    ],
)
def test_what_no_sizes_solve(layers: str) -> None:
    assert not [cure for cure in cures(f"input: [15, 15, 3]\nlayers: [{layers}]\n") if "divisible" in cure]


@pytest.mark.parametrize("sizes", [("30, 30, 4", "28, 28, 4"), ("28, 30, 4", "30, 28, 4")])
def test_the_larger_is_cropped(sizes: tuple[str, str]) -> None:
    first, second = sizes
    text = f"input: {{a: [{first}], b: [{second}]}}\nlayers: [concatenate: {{inputs: [a, b]}}]\n"
    (cure,) = cures(text)
    crop = re.findall(r"`(center_crop: \{.*?)\}`", cure)[0]
    cropped = "".join(f"  - {crop}, inputs: {name}, name: {name}2}}\n" for name in ("a", "b"))
    merged = "  - concatenate: {inputs: [a2, b2]}\n"
    assert cures(text.partition("layers")[0] + "layers:\n" + cropped + merged) == []
