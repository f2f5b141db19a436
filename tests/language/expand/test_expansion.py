"""What blocks are given, and what they give."""

from collections import Counter

from tests.support.written_out import connections, expand, field


def test_a_block_s_inputs_and_outputs() -> None:
    text = """
        input: {left: [8], right: [4]}
        blocks:
          swap: {inputs: [a, b], outputs: [y, x], layers: [relu: {name: x, inputs: a}, relu: {name: y, inputs: b}]}
        layers: [swap: {inputs: [left, right]}, swap: {name: again}, concatenate]
    """
    assert connections(text) == {
        "swap/x": ("left",),
        "swap/y": ("right",),
        "again/x": ("swap/y",),
        "again/y": ("swap/x",),
        "concatenate": ("again/y", "again/x"),
    }


def test_a_block_s_output_may_be_its_input() -> None:
    text = """
        input: [8]
        blocks: {fork: {outputs: [input, x], layers: [dense: {name: x, units: 8}]}}
        layers: [fork, add]
    """
    assert connections(text)["add"] == ("input", "fork/x")


def test_defaults_have_formulas_and_values_of_any_type() -> None:
    text = """
        input: [8]
        variables: {base: 3}
        blocks:
          b:
            parameters: {first: =base, second: =first + 1, sizes: [=second, 9], kind: relu, rest: {units: 2}}
            layers:
              - dense: {units: =first, activation: =kind}
              - dense: {units: =second}
              - dense: {units: "=sizes[0]"}
              - dense: {units: "=sizes[1]"}
        layers: [b, b: {first: 6}, b: {sizes: [1, 2], kind: tanh}]
    """
    assert field(text, "units") == [3, 4, 4, 9, 6, 7, 7, 9, 3, 4, 1, 2]
    assert field(text, "activation")[::4] == ["relu", "relu", "tanh"]


def test_arguments_are_computed_where_the_block_is_used() -> None:
    text = """
        input: [8]
        blocks:
          inner: {parameters: {n: }, layers: [dense: {units: =n}]}
          outer: {parameters: {n: }, layers: [inner: {n: =2 * n}, repeat: {times: 2, layers: [inner: {n: =n + index}]}]}
        layers: [outer: {n: 5}]
    """
    assert field(text, "units") == [10, 5, 6]


def test_equal_layers_are_one_object() -> None:
    """What is computed of one is not computed again for the others."""
    text = """
        input: [8]
        blocks: {b: {parameters: {n: }, layers: [dense: {units: =n}, relu]}}
        layers: [b: {n: 8}, repeat: {times: 2, layers: [b: {n: =7 + 1}]}, b: {n: 9}, relu]
    """
    layers = [id(node.layer) for node in expand(text).nodes]
    assert sorted(Counter(layers).values()) == [1, 3, 5]
