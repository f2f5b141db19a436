"""The memory of a training step, by hand on small networks; what PyTorch itself keeps is in the parity tests."""

import io
from typing import Any

import pytest

from archsum import costs
from archsum.memory.training import TrainingMemory

FLOAT = 4

CONV = """\
input: [4, 4, 3]
layers: [conv2d: {filters: 2, kernel_size: 3, padding: same}, batch_normalization, relu, flatten, dense: {units: 5}]
"""
WEIGHTS, STATISTICS = (3 * 3 * 3 * 2 + 2) + 2 * 2 + (32 * 5 + 5), 2 * 2


def trained(text: str = CONV, **options: Any) -> TrainingMemory:
    memory = costs(io.StringIO(text), {"batch": 2, "optimizer": "sgd", **options}).training
    assert memory
    return memory


def network(shape: str, *layers: str) -> str:
    return f"input: {shape}\nlayers: [{', '.join(layers)}]\n"


def dense(units: int, fields: str = "") -> str:
    return f"dense: {{units: {units}{fields}}}"


def test_items() -> None:
    memory = trained()
    assert (memory.weights, memory.gradients) == (WEIGHTS * FLOAT, WEIGHTS * FLOAT)
    assert (memory.buffers, memory.copies, memory.optimizer_state) == (STATISTICS * FLOAT, 0, 0)
    # The image, the convolution's result, and the relu's, which the dense layer takes flattened; and of the batch
    # normalization two numbers for each channel.
    assert memory.kept_for_backward == (48 + 32 + 32) * 2 * FLOAT + 2 * 2 * FLOAT
    assert [kept for _, kept in memory.kept_by_layer] == [384, 256 + 16, 256, 0, 0]


@pytest.mark.parametrize(
    ("optimizer", "elements"),
    [
        ("sgd", 0),
        ("momentum", WEIGHTS),
        ("rmsprop", WEIGHTS),
        ("adagrad", WEIGHTS),
        ("adam", 2 * WEIGHTS),
        ("adamw", 2 * WEIGHTS),
        ("lion", WEIGHTS),
        # Rows and columns of the kernels, (3, 3, 3, 2) and (32, 5); the vectors as they are.
        ("adafactor", 9 * (3 + 2) + 2 + 2 + 2 + (32 + 5) + 5),
    ],
)
def test_optimizer_state(optimizer: str, elements: int) -> None:
    assert trained(optimizer=optimizer).optimizer_state == elements * FLOAT


@pytest.mark.parametrize(
    ("precision", "weights", "copies", "gradients", "state", "activations"),
    [("float32", 4, 0, 4, 4, 4), ("bfloat16", 2, 0, 2, 2, 2), ("float16", 2, 0, 2, 2, 2), ("mixed", 4, 2, 4, 4, 2)],
)
def test_precision(precision: str, weights: int, copies: int, gradients: int, state: int, activations: int) -> None:
    memory = trained(precision=precision, optimizer="adam")
    assert (memory.weights, memory.buffers, memory.copies, memory.gradients, memory.optimizer_state) == (
        WEIGHTS * weights,
        STATISTICS * weights,
        WEIGHTS * copies,
        WEIGHTS * gradients,
        2 * WEIGHTS * state,
    )
    # Batch normalization computes its statistics in 32 bits.
    assert memory.kept_for_backward == (48 + 32 + 32) * 2 * activations + 2 * 2 * FLOAT


def test_batch() -> None:
    small, large = trained(), trained(batch=20)
    assert large.weights == small.weights
    assert large.kept_for_backward - 16 == 10 * (small.kept_for_backward - 16)


def test_turns_by_hand() -> None:
    memory = trained(optimizer="momentum")
    always = 2 * WEIGHTS * FLOAT + STATISTICS * FLOAT
    data = 32 * 2 * FLOAT
    # Forward, what is there and not kept: at the end the output.
    assert [(turn.kept, turn.passing) for turn in memory.forward] == [
        (384, data),
        (384 + 272, data),
        (384 + 272 + data, data),
        (384 + 272 + data, 0),
        (384 + 272 + data, 5 * 2 * FLOAT),
    ]
    # Backward, the gradients of weights come while what is kept goes; a tensor's is as large as the tensor. The
    # output is held, its gradient is given, the image has none, and flatten passes on what it gets.
    output = 5 * 2 * FLOAT
    assert [(turn.layer.name, turn.kept, turn.gradients, turn.passing) for turn in memory.backward] == [
        ("dense", 912, 660, output + data),
        ("flatten", 912, 660, output + data),
        ("relu", 912, 660, output + 2 * data),
        ("batch_normalization", 656, 660 + 16, output + 2 * data),
        ("conv2d", 384, 660 + 16 + 224, output + data),
    ]
    assert {turn.always for turn in (*memory.forward, *memory.backward)} == {always}
    assert memory.peak == always + 912 + 660 + output + 2 * data
    assert (memory.at and memory.at.name, memory.in_pass) == ("relu", "backward")
    assert memory.optimizer_step == always + WEIGHTS * FLOAT + 48 * 2 * FLOAT + output


def test_peak_in_the_optimizers_step() -> None:
    """Adam's step makes a copy of all weights when it updates them at once."""
    memory = trained(optimizer="adam")
    assert memory.peak == memory.optimizer_step == (5 * WEIGHTS + STATISTICS + (48 + 5) * 2) * FLOAT
    assert (memory.at, memory.in_pass) == (None, None)


def test_shared_weights_count_once() -> None:
    memory = trained(network("[8]", dense(8, ", shared: a"), "relu", dense(8, ", shared: a")), optimizer="adam")
    assert (memory.weights, memory.gradients, memory.optimizer_state) == (288, 288, 576)
    # The input and the relu's result, which each use takes. The gradient is there from the last use on; the first use
    # has another, and the sum is a third, but for the biases', which are added in place.
    assert memory.kept_for_backward == (8 + 8) * 2 * FLOAT
    assert [turn.gradients for turn in memory.backward] == [288, 288, 2 * 288, 3 * 288 - 8 * FLOAT]


def tied(*shared: str) -> str:
    """Write a network of three dense layers, and what each shares."""
    return network("[8]", *(dense(8, f", shared: {{{labels}}}") for labels in shared))


def test_single_weights_that_are_shared_count_once() -> None:
    memory = trained(tied("kernel: k", "bias: b", "kernel: k, bias: b"), optimizer="adam")
    assert (memory.weights, memory.gradients, memory.optimizer_state) == (576, 576, 1152)
    kernel, bias = 8 * 8 * FLOAT, 8 * FLOAT
    # The last layer's gradients are those of the first's kernel and the second's bias. To that bias the second's is
    # added in place; to that kernel the first's, and the sum is a third tensor.
    there = [(1, 1), (2, 2), (3, 2), (4, 2)]
    assert [turn.gradients for turn in memory.backward] == [one * kernel + other * bias for one, other in there]


def test_of_single_weights_that_are_frozen_there_are_no_gradients() -> None:
    frozen = dense(8, ", shared: {kernel: k}, trainable: false")
    memory = trained(network("[8]", dense(8), frozen, frozen, dense(3)))
    assert memory.weights == ((8 * 8 + 8) + (8 * 8 + 8 + 8) + (8 * 3 + 3)) * FLOAT
    assert memory.gradients == ((8 * 8 + 8) + (8 * 3 + 3)) * FLOAT
    assert memory.kept_for_backward == (8 + 8) * 2 * FLOAT


def test_shared_weights_that_are_frozen_keep_nothing() -> None:
    frozen = dense(8, ", shared: a, trainable: false")
    memory = trained(network("[8]", dense(8), frozen, frozen, dense(3)))
    assert memory.kept_for_backward == (8 + 8) * 2 * FLOAT


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        # A frozen dense layer needs nothing to pass the gradient on; a frozen convolution keeps its input all the same.
        (network("[8]", dense(6), dense(4, ", trainable: false"), dense(2)), 8 + 4),
        (
            network(
                "[4, 4, 1]",
                "conv2d: {filters: 2, kernel_size: 1}",
                "conv2d: {filters: 3, kernel_size: 1, trainable: false}",
            ),
            16 + 32,
        ),
        # Before the first layer that learns nothing is kept, not even a relu's result.
        (network("[8]", dense(6, ", trainable: false"), "relu", dense(4), "relu", dense(2)), 6 + 4),
        (network("[8]", "relu", "relu", dense(2)), 8),
        (network("[8]", dense(6, ", trainable: false"), "relu"), 0),
        # A view is the storage that it is a view of.
        (network("[8]", dense(6), "reshape: {target_shape: [2, 3]}", "flatten", dense(2)), 8 + 6),
        (network("[8]", dense(6), "relu", "reshape: {target_shape: [2, 3]}", "flatten", dense(2)), 8 + 6),
        # Dropout keeps its mask, and the next layer its result; at a rate of 0 it does nothing.
        (network("[8]", dense(6), "dropout: {rate: 0.5}", dense(2)), 8 + 6 + 6),
        (network("[8]", dense(6), "dropout: {rate: 0}", dense(2)), 8 + 6),
        # An addition keeps nothing; what it gives is kept by what takes it.
        (network("[8]", dense(8), f"residual: [{dense(8)}]", dense(2)), 8 + 8 + 8),
        # A product keeps both factors.
        (network("[8]", dense(8), f"residual: {{merge: multiply, layers: [{dense(8)}]}}"), 8 + 8 + 8),
    ],
)
def test_kept(text: str, elements: int) -> None:
    assert trained(text).kept_for_backward == elements * 2 * FLOAT


def test_rows_of_a_table_of_distances_and_their_gradient_are_there_once_for_the_batch() -> None:
    text = network(
        "[6, 8]",
        "relative_position_bias: {name: bias, num_heads: 2, window_size: 6}",
        "multi_head_attention: {inputs: [input, bias], num_heads: 2, key_dim: 4, score_bias: true}",
    )
    one, two, three = (trained(text, batch=batch, optimizer="sgd") for batch in (1, 2, 3))
    rows, gradient = 6 * 6 * 8, 2 * 6 * 6 * 4
    assert two.kept_for_backward - one.kept_for_backward == one.kept_for_backward - rows
    at_bias = [memory.backward_by_layer[-1].bytes for memory in (one, two, three)]
    # What grows with the batch are the input and the output, which are held; once for all the gradient is there.
    assert at_bias[1] - at_bias[0] == at_bias[2] - at_bias[1] == 2 * 6 * 8 * 4
    assert at_bias[0] == one.weights + one.gradients + 2 * 6 * 8 * 4 + rows + gradient


def test_indices_of_pooling_have_64_bits() -> None:
    text = network("[4, 4, 1]", "conv2d: {filters: 2, kernel_size: 1}", "max_pooling2d")
    assert trained(text).kept_for_backward == (16 + 32) * 2 * FLOAT + 8 * 2 * 8


def test_input_is_there_though_nobody_keeps_it() -> None:
    memory = trained(network("[8]", dense(4, ", trainable: false"), dense(2)))
    weights, image, hidden = 46 * FLOAT, 8 * 2 * FLOAT, 4 * 2 * FLOAT
    assert [turn.bytes for turn in memory.forward] == [weights + image + hidden, weights + image + hidden + 16]
    output = 16
    assert [turn.bytes for turn in memory.backward] == [
        weights + image + more for more in (hidden + 40 + output, 40 + output)
    ]
    assert memory.optimizer_step == weights + image + 40 + output


def test_peak_in_the_forward_pass_before_the_first_layer_that_learns() -> None:
    """As many bytes as PyTorch allocates at once, measured storage by storage: where the first two are both there."""
    text = """\
    input: [32, 32, 3]
    defaults: {conv2d: {kernel_size: 3, padding: same, trainable: false}}
    layers:
      [conv2d: {filters: 64}, relu, conv2d: {filters: 64}, relu, conv2d: {filters: 8}, relu,
       global_average_pooling2d, dense: {units: 10}]
    """
    memory = trained(text, batch=8, optimizer="momentum")
    assert memory.peak == 4_466_672 == (43_426 + 90 + 8 * 3072 + 2 * 8 * 64 * 1024) * FLOAT
    assert (memory.at and memory.at.name, memory.in_pass) == ("relu", "forward")
