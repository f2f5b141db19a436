"""`outputs` of a repeat: what is taken of every repetition."""

import io

import archsum


def taken(layers: str) -> list[tuple[str, ...]]:
    summary = archsum.summarize(archsum.load(io.StringIO(f"input: [8]\nlayers:\n{layers}")))
    return [summary.layers[-1].node.inputs, summary.outputs]


def test_each_repetition_gives_its_own() -> None:
    repeat = "  - repeat: {times: 3, outputs: a, layers: [dense: {name: a, units: 8}, relu: {if: =index < 2}]}\n"
    assert taken(f"{repeat}  - add\n") == [("a", "a_1", "a_2"), ("add",)]


def test_several_come_repetition_by_repetition() -> None:
    repeat = "  - repeat: {times: 2, outputs: [b, a], layers: [relu: {name: a}, tanh: {name: b}]}\n"
    assert taken(f"{repeat}  - concatenate\n")[0] == ("b", "a", "b_1", "a_1")


def test_what_an_if_leaves_out_is_not_given() -> None:
    layers = "[dense: {name: a, units: 8}, dense: {name: b, units: 8, inputs: a, if: =index > 0}]"
    repeat = f"  - repeat: {{times: 3, outputs: [a, b], layers: {layers}}}\n"
    assert taken(f"{repeat}  - add\n")[0] == ("a", "a_1", "b", "a_2", "b_1")


def test_by_the_name_of_the_repeat() -> None:
    repeat = "  - repeat: {name: r, times: 2, outputs: a, layers: [dense: {name: a, units: 8}]}\n"
    assert taken(f"{repeat}  - add: {{inputs: [input, r]}}\n")[0] == ("input", "r/a", "r/a_1")


def test_a_layer_of_a_block_and_a_container() -> None:
    layers = "[residual: {name: a, layers: [dense: {name: x, units: 8}]}]"
    repeat = f"  - repeat: {{times: 2, outputs: [a], layers: {layers}}}\n"
    assert taken(f"{repeat}  - add\n")[0] == ("a/add", "a_1/add")


def test_they_can_be_the_network_s_outputs() -> None:
    assert taken("  - repeat: {times: 2, outputs: a, layers: [dense: {name: a, units: 8}]}\n")[1] == ("a", "a_1")
