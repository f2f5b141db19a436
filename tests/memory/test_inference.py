"""The memory of a forward pass, by hand: what is alive at each layer, in the file's order."""

import io
from typing import Any

import pytest

from archsum import costs
from archsum.memory.inference import InferenceMemory

FLOAT = 4

RESIDUAL = """\
input: [8]
layers:
  - dense: {name: a, units: 16}
  - residual: {name: r, layers: [dense: {name: b, units: 4}, dense: {name: c, units: 16}]}
  - dense: {name: d, units: 2}
"""


def inferred(text: str = RESIDUAL, **options: Any) -> InferenceMemory:
    memory = costs(io.StringIO(text), {"batch": 1, **options}).inference
    assert memory
    return memory


def test_what_a_skip_passes_by_stays() -> None:
    memory = inferred()
    assert memory.steps == tuple(FLOAT * elements for elements in (8 + 16, 16 + 4, 16 + 4 + 16, 16 + 16 + 16, 16 + 2))
    assert memory.at
    assert memory.at.name == "r/add"
    assert [(tensor.name, size) for tensor, size in memory.alive] == [("a", 64), ("r/c", 64), ("r/add", 64)]
    assert memory.weights == ((8 + 1) * 16 + (16 + 1) * 4 + (4 + 1) * 16 + (16 + 1) * 2) * FLOAT
    assert memory.peak == memory.weights + 48 * FLOAT


@pytest.mark.parametrize(
    ("layers", "steps"),
    [
        # Views, and what acts in training only, have no memory of their own.
        ("[reshape: {target_shape: [2, 4]}, flatten, dense: {units: 4}]", (8, 8, 12)),
        ("[dropout: {rate: 0.5}, gaussian_noise: {stddev: 1}, dense: {units: 4}]", (8, 8, 12)),
        # Nothing else works in place.
        ("[relu, relu]", (16, 16)),
    ],
)
def test_steps(layers: str, steps: tuple[int, ...]) -> None:
    assert inferred(f"input: [8]\nlayers: {layers}\n").steps == tuple(FLOAT * elements for elements in steps)


def test_outputs_are_needed_to_the_end() -> None:
    text = "input: [2]\nlayers: [dense: {name: a, units: 8}, dense: {name: b, units: 4}, dense: {name: c, units: 1}]\n"
    assert inferred(text).steps == (40, 48, 20)
    assert inferred(f"{text}outputs: [a, c]\n").steps == (40, 48, 52)


def test_what_is_only_looked_at_does_not_stay() -> None:
    layers = "[conv2d: {filters: 1, kernel_size: 3, name: x}, resizing: {inputs: [x, input]}]"
    assert inferred(f"input: [6, 6, 9]\nlayers: {layers}\n").steps == ((324 + 16) * FLOAT, (16 + 36) * FLOAT)


def test_indices_stay_until_they_are_taken() -> None:
    layers = "[max_pooling2d: {name: p}, relu: {name: x}, max_unpooling2d: {inputs: [x, p]}]"
    memory = inferred(f"input: [4, 4, 2]\nlayers: {layers}\n")
    indices = 8 * 8
    assert memory.steps == (
        (32 + 8) * FLOAT + indices,
        (8 + 8) * FLOAT + indices,
        (8 + 32) * FLOAT + indices,
    )
    assert {tensor.name: size for tensor, size in memory.alive} == {"input": 128, "p": 32, "p (indices)": 64}


def test_branches_wait_for_one_another() -> None:
    text = "input: [4]\nlayers: [branch: [[dense: {units: 8}], [dense: {units: 2}], []]]\n"
    memory = inferred(text)
    assert memory.steps == ((4 + 8) * FLOAT, (4 + 8 + 2) * FLOAT, (4 + 8 + 2 + 14) * FLOAT)


@pytest.mark.parametrize(
    ("precision", "weights", "activations"), [("float32", 4, 4), ("float16", 2, 2), ("mixed", 6, 2)]
)
def test_batch_and_precision(precision: str, weights: int, activations: int) -> None:
    """In mixed precision the layers compute with 16-bit copies of the weights."""
    memory = inferred(batch=10, precision=precision)
    assert (memory.weights, memory.activations) == (326 * weights, 480 * activations)


def test_shared_weights_count_once() -> None:
    text = "input: [4]\nlayers: [dense: {units: 4, shared: a}, dense: {units: 4, shared: a}]\n"
    assert inferred(text).weights == 20 * FLOAT


BIASED = """\
input: [6, 8]
layers:
  - relative_position_bias: {name: bias, num_heads: 2, window_size: 6}
  - multi_head_attention: {inputs: [input, bias], num_heads: 2, key_dim: 4, score_bias: true}
"""


def test_what_no_sample_changes_is_there_once_for_the_batch() -> None:
    data, bias = 6 * 8, 2 * 6 * 6
    projected_and_copies = 2 * 10 * 3 * data
    assert inferred(BIASED, batch=10).steps == (
        (10 * data + bias) * FLOAT,
        (10 * data + bias + projected_and_copies) * FLOAT,
    )


@pytest.mark.parametrize(
    ("layers", "steps"),
    [
        # What a kernel gives is there beside what its activation makes of it, and the layer's input.
        ("[dense: {units: 16, activation: gelu}, dense: {units: 4}]", (8 + 16 + 16, 16 + 4)),
        ("[dense: {units: 16, activation: linear}]", (8 + 16,)),
        # So much takes an activation that is a layer too, when the input has gone.
        ("[dense: {units: 16}, gelu, dense: {units: 4}]", (8 + 16, 16 + 16, 16 + 4)),
        # Around a view there is nothing else.
        ("[time_distributed: {layer: {dense: {units: 3, activation: relu}}}, flatten]", (8 + 12 + 12, 12)),
    ],
)
def test_what_is_inside_a_layer(layers: str, steps: tuple[int, ...]) -> None:
    shape = "[4, 2]" if "time_distributed" in layers else "[8]"
    assert inferred(f"input: {shape}\nlayers: {layers}\n").steps == tuple(FLOAT * elements for elements in steps)


INSIDE = """\
input: [6, 6, 2]
layers:
  - separable_conv2d: {name: wide, filters: 1, kernel_size: 2, padding: same, depth_multiplier: 4}
  - dense: {name: last, units: 1}
"""


def test_an_operation_before_the_last_can_be_the_largest() -> None:
    """The output comes after it."""
    memory = inferred(INSIDE)
    data, padded, depthwise = 6 * 6 * 2, 7 * 7 * 2, 6 * 6 * 8
    assert memory.steps == ((data + padded + depthwise) * FLOAT, (36 + 36) * FLOAT)
    alive = [(tensor.name, size) for tensor, size in memory.alive]
    assert alive == [("wide (inside)", (padded + depthwise) * FLOAT), ("input", data * FLOAT)]


def test_what_is_inside_a_view_of_several_operations_takes_nothing() -> None:
    assert inferred("input: [6, 6, 2]\nlayers: [cropping2d: {cropping: 1}]\n").steps == (6 * 6 * 2 * FLOAT,)


def test_frozen_weights_count() -> None:
    assert inferred("input: [4]\nlayers: [dense: {units: 4, trainable: false}]\n").weights == 20 * FLOAT
