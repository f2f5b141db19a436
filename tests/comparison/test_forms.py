"""What frameworks write in several ways, made one; and what is a difference all the same."""

import pytest

from archsum import summarize
from archsum.comparison import compare
from tests.support.imported import imported, written

SUM = """
    input: [8]
    layers:
      - branch: {paths: [[dense: 8], [dense: 8], [dense: 8]], merge: add}
"""
TERMS = """
        input: {x: [8]}
        layers:
          - dense: {name: a, units: 8, inputs: x}
          - dense: {name: b, units: 8, inputs: x}
          - dense: {name: c, units: 8, inputs: x}
"""
UNPOOLED = """
    input: [9, 9, 2]
    layers:
      - relu: {name: x}
      - max_pooling2d: {name: pool}
      - conv2d: {name: y, filters: 2, kernel_size: 1}
      - max_unpooling2d: {inputs: [y, pool, x]}
"""
CAUSAL = "input: [9, 2]\nlayers: [conv1d: {filters: 4, kernel_size: 3, dilation_rate: 2, padding: causal}]"
SAME: dict[str, tuple[str, str]] = {
    "a causal padding in numbers": (CAUSAL, CAUSAL.replace("causal", "[[4, 0]]")),
    "a causal padding as a layer": (
        CAUSAL,
        """
        input: [9, 2]
        layers: [zero_padding1d: [[4, 0]], conv1d: {filters: 4, kernel_size: 3, dilation_rate: 2}]
        """,
    ),
    "what attention takes, said once and three times": (
        "input: [4, 8]\nlayers: [dense: 8, attention, multi_head_attention: {num_heads: 2, key_dim: 4}]",
        """
        input: [4, 8]
        layers:
          - dense: {name: x, units: 8}
          - attention: {name: y, inputs: [x, x, x]}
          - multi_head_attention: {inputs: [y, y], num_heads: 2, key_dim: 4}
        """,
    ),
    "a dense layer for each step": (
        "input: [4, 8]\nlayers: [time_distributed: {layer: {dense: {units: 3, activation: relu}}}]",
        "input: [4, 8]\nlayers: [dense: {units: 3, activation: relu}]",
    ),
    "identities": (
        "input: [8]\nlayers: [dense: 8, identity, dense: {units: 4, activation: linear}, activation: linear, "
        "dropout: 0, relu]",
        "input: [8]\nlayers: [dense: 8, dense: 4, relu]",
    ),
    "a sum of two and a third": (
        SUM,
        TERMS
        + """\
          - add: {name: both, inputs: [a, b]}
          - add: {inputs: [both, c]}
        """,
    ),
    "a first and a sum of two": (
        SUM,
        TERMS
        + """\
          - add: {name: both, inputs: [b, c]}
          - add: {inputs: [a, both]}
        """,
    ),
    "a sum along a stack": (
        SUM,
        TERMS
        + """\
          - stack: {inputs: [a, b, c], axis: 2}
          - reduce: {function: sum, axis: -1}
        """,
    ),
    "a pooling that keeps axes, and one row": (
        "input: [8, 8, 3]\nlayers: [global_average_pooling2d, dense: 4]",
        "input: [8, 8, 3]\nlayers: [adaptive_average_pooling2d: 1, flatten, dense: 4]",
    ),
    "the size of an unpooling": (
        UNPOOLED,
        UNPOOLED.replace("inputs: [y, pool, x]", "inputs: [y, pool], output_size: 9"),
    ),
    "the size of a resizing": (
        """
        input: {x: [8, 8, 3], y: [12, 9, 5]}
        layers: [resizing: {inputs: [x, y]}, conv2d: {filters: 5, kernel_size: 1, name: z}, add: {inputs: [z, y]}]
        """,
        """
        input: {x: [8, 8, 3], y: [12, 9, 5]}
        layers:
          - resizing: {inputs: x, height: 12, width: 9}
          - conv2d: {filters: 5, kernel_size: 1, name: z}
          - add: {inputs: [z, y]}
        """,
    ),
}
OTHER: dict[str, tuple[str, str]] = {
    "a dropout": ("input: [8]\nlayers: [dense: 8]", "input: [8]\nlayers: [dense: 8, dropout: 0.1]"),
    "a padding behind": (CAUSAL, CAUSAL.replace("causal", "[[0, 4]]")),
    "a padding of another dilation": (CAUSAL, CAUSAL.replace("causal", "[[2, 0]]").replace("rate: 2", "rate: 1")),
    "another sum": (
        SUM,
        TERMS
        + """\
          - multiply: {name: both, inputs: [a, b]}
          - add: {inputs: [both, c]}
        """,
    ),
    "a sum that something else takes": (
        """
        input: {x: [8]}
        layers:
          - dense: {name: b, units: 8, inputs: x}
          - dense: {name: c, units: 8, inputs: x}
          - add: {name: all, inputs: [x, b, c]}
          - multiply: {inputs: [all, b]}
        """,
        """
        input: {x: [8]}
        layers:
          - dense: {name: b, units: 8, inputs: x}
          - dense: {name: c, units: 8, inputs: x}
          - add: {name: both, inputs: [x, b]}
          - add: {name: all, inputs: [both, c]}
          - multiply: {inputs: [all, both]}
        """,
    ),
    "a mean along a stack": (
        SAME["a sum along a stack"][1],
        SAME["a sum along a stack"][1].replace("function: sum", "function: mean"),
    ),
    "a dense layer with a bias of each step": (
        "input: [4, 8]\nlayers: [time_distributed: {layer: {dense: {units: 3, bias: untied}}}]",
        "input: [4, 8]\nlayers: [dense: {units: 3, bias: untied}]",
    ),
    "a dense layer for each step that is frozen": (
        "input: [4, 8]\nlayers: [time_distributed: {layer: {dense: 3}, trainable: false}]",
        "input: [4, 8]\nlayers: [dense: 3]",
    ),
    "another key than the query": (
        "input: [4, 8]\nlayers: [dense: {name: x, units: 8}, relu: {name: y}, attention: {inputs: [x, y]}]",
        "input: [4, 8]\nlayers: [dense: {name: x, units: 8}, relu: {name: y}, attention: {inputs: [x, y, x]}]",
    ),
    "another axis than the stack's": (
        "input: [8]\nlayers: [branch: {paths: [[dense: 8], [dense: 8]], merge: add}]",
        """
        input: {x: [8]}
        layers:
          - dense: {name: a, units: 8, inputs: x}
          - dense: {name: b, units: 8, inputs: x}
          - stack: {inputs: [a, b], axis: 1}
          - reduce: {function: sum, axis: 2}
        """,
    ),
    "a pooling whose axes are taken": (
        "input: [8, 8, 3]\nlayers: [global_average_pooling2d: {name: a}, dense: 3]",
        """
        input: [8, 8, 3]
        layers:
          - global_average_pooling2d: {name: a, keepdims: true}
          - flatten: {name: b}
          - dense: {name: c, units: 3}
          - add: {inputs: [a, c]}
        """,
    ),
    "a pooling of more than one location": (
        "input: [8, 8, 3]\nlayers: [global_average_pooling2d, dense: {units: 4, bias: false}]",
        "input: [8, 8, 3]\nlayers: [adaptive_average_pooling2d: [1, 2], flatten, dense: {units: 4, bias: false}]",
    ),
    "another size of an unpooling": (
        UNPOOLED,
        UNPOOLED.replace("inputs: [y, pool, x]", "inputs: [y, pool], output_size: 8"),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_what_is_the_same(name: str) -> None:
    ours, theirs = SAME[name]
    assert compare(summarize(written(ours)), imported(theirs)).equal
    assert compare(imported(ours), summarize(written(theirs))).equal


@pytest.mark.parametrize("name", OTHER)
def test_what_differs(name: str) -> None:
    ours, theirs = OTHER[name]
    assert not compare(summarize(written(ours)), imported(theirs)).equal
    assert not compare(imported(ours), summarize(written(theirs))).equal


def test_an_identity_is_a_difference_between_two_files() -> None:
    ours, theirs = SAME["identities"]
    assert not compare(summarize(written(ours)), summarize(written(theirs))).equal
