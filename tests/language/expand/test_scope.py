"""What names stand for: what a layer takes, how layers are numbered, and which names are known where."""

import pytest

from tests.support.written_out import connections, error, expand, field, nodes


def test_a_layer_takes_what_stands_before_it() -> None:
    text = "input: [8]\nlayers: [relu, dense: {units: 4}, relu]\n"
    assert connections(text) == {"relu": ("input",), "dense": ("relu",), "relu_1": ("dense",)}


def test_a_layer_takes_what_it_names() -> None:
    text = """
        input: [8]
        layers:
          - relu: {name: a}
          - relu: {name: b, inputs: input}
          - add: {inputs: [a, b]}
          - relu
    """
    assert connections(text) == {"a": ("input",), "b": ("input",), "add": ("a", "b"), "relu": ("add",)}


def test_the_first_layer_takes_all_inputs_and_the_next_all_outputs() -> None:
    text = """
        input: {left: [8], right: [8]}
        blocks:
          both: {inputs: [a, b], outputs: [x, y], layers: [relu: {name: x, inputs: a}, relu: {name: y, inputs: b}]}
        layers: [both, add]
    """
    assert connections(text) == {"both/x": ("left",), "both/y": ("right",), "add": ("both/x", "both/y")}


def test_a_kind_without_inputs_begins_anew() -> None:
    text = "input: [8]\nlayers: [relu: {name: a}, parameter: {shape: [8]}, add: {inputs: [a, parameter]}]\n"
    assert error(text) == "`parameter` is what tables call a layer that has no name"
    text = text.replace("shape:", "name: p, shape:").replace("parameter]", "p]")
    assert connections(text) == {"a": ("input",), "p": (), "add": ("a", "p")}


def test_outputs_are_what_the_last_layer_gives_or_those_named() -> None:
    text = "input: [8]\nlayers: [relu: {name: a}, relu: {name: b}]\n"
    assert expand(text).outputs == ("b",)
    assert expand(f"{text}outputs: [a, b]\n").outputs == ("a", "b")


def test_layers_without_names_are_numbered_as_in_keras() -> None:
    text = "input: [8]\nlayers: [relu, relu, dense: {units: 4}, relu]\n"
    assert list(nodes(text)) == ["relu", "relu_1", "dense", "relu_2"]


def test_numbers_leave_out_the_names_that_the_file_gives() -> None:
    text = "input: [8]\nlayers: [relu, relu, relu: {name: relu_1}, relu]\n"
    assert list(nodes(text)) == ["relu", "relu_2", "relu_1", "relu_3"]


def test_a_name_is_numbered_too_where_a_repeat_gives_it_again() -> None:
    text = "input: [8]\nlayers: [repeat: {times: 3, layers: [relu: {name: a}]}]\n"
    assert list(nodes(text)) == ["a", "a_1", "a_2"]


def test_a_block_s_use_is_a_level_and_unnamed_ones_are_numbered() -> None:
    text = """
        input: [8]
        blocks:
          inner: {layers: [relu, relu]}
          outer: {layers: [inner, relu, inner: {name: last}]}
        layers: [outer, relu, outer: {name: second}]
    """
    assert [node.path for node in expand(text).nodes] == [
        ("outer", "inner", "relu"),
        ("outer", "inner", "relu_1"),
        ("outer", "relu"),
        ("outer", "last", "relu"),
        ("outer", "last", "relu_1"),
        ("relu",),
        ("second", "inner", "relu"),
        ("second", "inner", "relu_1"),
        ("second", "relu"),
        ("second", "last", "relu"),
        ("second", "last", "relu_1"),
    ]
    assert all(node.name == "/".join(node.path) for node in expand(text).nodes)


@pytest.mark.parametrize(
    ("container", "names"),
    [
        ("repeat: {times: 2, layers: [relu]}", ["relu", "relu_1"]),
        ("repeat: {name: r, times: 2, layers: [relu]}", ["r/relu", "r/relu_1"]),
        ("residual: [relu]", ["relu", "add"]),
        ("residual: {name: r, layers: [relu]}", ["r/relu", "r/add"]),
        ("branch: [[relu], [relu]]", ["relu", "relu_1", "concatenate"]),
        ("branch: {name: r, paths: [[relu], [relu]]}", ["r/relu", "r/relu_1", "r/concatenate"]),
    ],
)
def test_containers_are_levels_where_they_have_a_name(container: str, names: list[str]) -> None:
    text = f"input: [8]\nlayers: [{container}]\n"
    assert list(nodes(text)) == names
    assert list(expand(text).groups) == ([("r",)] if "name: r" in container else [])


def test_what_a_layer_came_out_of_goes_with_it() -> None:
    text = """
        input: [8]
        blocks: {b: {layers: [relu]}}
        layers: [repeat: {times: 2, layers: [b]}]
    """
    assert [use.what for use in expand(text).nodes[1].uses] == [
        "in the block `b`, used",
        "in repetition 2 of 2 of the repeat",
    ]


SEEN = "branch: {paths: [[], [relu: {inputs: x}]], merge: add}"
"""Layers that name x, and take what is before them too."""


def test_a_name_is_known_below_its_place() -> None:
    assert "add" in nodes(f"input: [8]\nlayers: [relu: {{name: x}}, {SEEN}]\n")
    assert error(f"input: [8]\nlayers: [{SEEN}, relu: {{name: x}}]\n") == "`x` is further down"


@pytest.mark.parametrize(
    "nested",
    [
        f"repeat: {{times: 2, layers: [{SEEN}]}}",
        f"residual: [{SEEN}]",
        f"residual: {{layers: [relu], shortcut: [{SEEN}]}}",
        f"branch: [[{SEEN}], []]",
        f"repeat: {{times: 1, layers: [residual: [branch: [[{SEEN}], []], dense: {{units: 8}}]]}}",
        f"residual: {{name: level, layers: [{SEEN}]}}",
    ],
)
def test_a_name_is_known_in_everything_nested(nested: str) -> None:
    taken = connections(f"input: [8]\nlayers: [relu: {{name: x}}, dense: {{units: 8}}, {nested}]\n")
    assert ("x",) in [inputs for name, inputs in taken.items() if name.endswith(("relu", "relu_1"))]


@pytest.mark.parametrize(
    "container",
    [
        "residual: [relu: {name: x}]",
        "residual: {layers: [relu], shortcut: [relu: {name: x}]}",
        "branch: {paths: [[relu: {name: x}], []], merge: add}",
        "residual: {name: level, layers: [relu: {name: x}]}",
    ],
)
def test_a_residual_or_a_branch_keeps_no_names_to_itself(container: str) -> None:
    assert nodes(f"input: [8]\nlayers: [{container}, {SEEN}]\n")


def test_a_repetition_s_names_are_its_own() -> None:
    layers = "relu: {name: x}, relu: {name: y}, add: {inputs: [x, y]}"
    taken = connections(f"input: [8]\nlayers: [repeat: {{times: 2, layers: [{layers}]}}]\n")
    assert (taken["add"], taken["add_1"]) == (("x", "y"), ("x_1", "y_1"))
    text = f"input: [8]\nlayers: [repeat: {{times: 2, layers: [relu: {{name: x}}]}}, {SEEN}]\n"
    assert error(text) == "`x` is in a repetition, and is not known outside it"
    text = f"input: [8]\nlayers: [repeat: {{times: 2, layers: [{SEEN}, relu: {{name: x}}]}}]\n"
    assert error(text) == "`x` is further down"


def test_a_block_sees_no_names_outside() -> None:
    text = f"""
        input: [8]
        blocks: {{inner: {{layers: [{SEEN}]}}, outer: {{layers: [relu: {{name: x}}, inner]}}}}
        layers: [outer]
    """
    assert error(text) == "there is no `x` above"
    text = f"""
        input: [8]
        blocks: {{inner: {{layers: [{SEEN}]}}}}
        layers: [relu: {{name: x}}, inner]
    """
    assert error(text) == "`x` is outside this block, which sees its inputs alone"


def test_a_block_sees_its_inputs_its_parameters_and_the_file_s_variables() -> None:
    text = """
        input: [8]
        variables: {file: 3}
        blocks:
          b: {parameters: {own: 5}, layers: [dense: {name: d, units: =file + own}, add: {inputs: [input, d]}]}
        layers: [relu: {name: before}, b]
    """
    assert field(text, "units") == [8]
    assert connections(text)["b/add"] == ("before", "b/d")


@pytest.mark.parametrize("value", ["index", "column", "outer"])
def test_a_block_sees_no_values_outside(value: str) -> None:
    text = f"""
        input: [8]
        blocks:
          inner: {{layers: [dense: {{units: ={value}}}]}}
          outer: {{parameters: {{outer: 3}}, layers: [repeat: {{over: {{column: [1, 2]}}, layers: [inner]}}]}}
        layers: [outer]
    """
    assert error(text) == f"the formula names `{value}`, which is not a variable"


def test_a_parameter_goes_before_the_variable_of_its_name() -> None:
    text = "input: [8]\nvariables: {n: 3}\nblocks: {b: {parameters: {n: 5}, layers: [dense: {units: =n}]}}\n"
    assert field(f"{text}layers: [b, b: {{n: 7}}, dense: {{units: =n}}, b: {{n: =n}}]\n", "units") == [5, 7, 3, 3]


def test_from_outside_a_layer_in_a_block_has_the_block_s_name_before_its_own() -> None:
    text = """
        input: [8]
        blocks:
          inner: {layers: [relu: {name: x}, relu]}
          outer: {layers: [inner: {name: i}, add: {inputs: [i, i/x]}]}
        layers: [outer: {name: o}, add: {inputs: [o, o/i, o/i/x]}]
    """
    taken = connections(text)
    assert taken["o/add"] == ("o/i/relu", "o/i/x")
    assert taken["add"] == ("o/add", "o/i/relu", "o/i/x")


def test_a_block_s_inputs_are_no_names_outside() -> None:
    text = "input: [8]\nblocks: {b: {layers: [relu]}}\nlayers: [b: {name: b}, add: {inputs: [b, b/input]}]\n"
    assert error(text) == "there is no `b/input` above"


@pytest.mark.parametrize(
    "layer", ["conv2d: {filters: =input_channels, kernel_size: 1}", "relu: {if: =input_height > 2}"]
)
def test_a_layer_is_not_unused_where_what_follows_cannot_know_its_shape(layer: str) -> None:
    text = f"input: [4, 4, 3]\nlayers:\n  - conv2d: {{filters: 8, kernel_size: 7}}\n  - {layer}\n  - flatten\n"
    assert "has a window of height 7, larger than its input's height (4)" in error(text)
