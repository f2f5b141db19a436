"""What repeats, conditions, residuals and branches stand for."""

import pytest

from archsum.language.expand.containers import WRITERS
from archsum.language.spec.containers import AROUND_SEVERAL, CONTAINERS
from tests.support.written_out import connections, expand, field, nodes


def test_every_container_can_be_written_out() -> None:
    assert WRITERS.keys() == {*CONTAINERS.values(), *AROUND_SEVERAL.values()}


def test_index_counts_from_0_and_the_innermost_goes_first() -> None:
    text = """
        input: [8]
        layers:
          - repeat:
              times: 2
              layers:
                - dense: {units: =1 + index}
                - repeat: {times: 3, layers: [dense: {units: =10 + index}]}
    """
    assert field(text, "units") == [1, 10, 11, 12, 2, 10, 11, 12]


@pytest.mark.parametrize(
    "table",
    [
        "{n: [4, 6, 8], last: [false, false, true]}",
        "[{n: 4, last: false}, {n: 6, last: false}, {n: 8, last: true}]",
        "=rows",
        "{n: =widths, last: [=1 > 2, false, =classes == 10]}",
    ],
)
def test_each_repetition_has_values_of_its_own(table: str) -> None:
    text = f"""
        input: [8]
        variables:
          widths: [4, 6, 8]
          classes: 10
          rows: [{{n: 4, last: false}}, {{n: 6, last: false}}, {{n: 8, last: true}}]
        layers: [repeat: {{over: {table}, layers: [dense: {{units: =n + index}}, relu: {{if: =last}}]}}]
    """
    assert field(text, "units") == [4, 7, 10]
    assert list(nodes(text)) == ["dense", "dense_1", "dense_2", "relu"]


def test_values_of_a_repetition_are_seen_in_repeats_within() -> None:
    text = """
        input: [8]
        layers:
          - repeat: {over: {n: [4, 8], times: [1, 2]}, layers: [repeat: {times: =times, layers: [dense: {units: =n}]}]}
    """
    assert field(text, "units") == [4, 8, 8]


def test_an_element_of_a_list_for_each_repetition() -> None:
    text = """
        input: [8]
        variables: {depths: [1, 3]}
        layers: [repeat: {times: 2, layers: [repeat: {times: "=depths[index]", layers: [relu]}]}]
    """
    assert len(nodes(text)) == 4
    assert len(expand(text, variables={"depths": [2, 4]}).nodes) == 6


@pytest.mark.parametrize(("there", "names"), [("true", ["a", "b", "c"]), ("false", ["a", "c"]), ("=n > 3", ["a", "c"])])
def test_what_its_condition_leaves_out_passes_its_input_on(there: str, names: list[str]) -> None:
    layers = f"[relu: {{name: a}}, relu: {{name: b, if: {there}}}, relu: {{name: c}}]"
    text = f"input: [8]\nvariables: {{n: 3}}\nlayers: {layers}\n"
    assert list(nodes(text)) == names
    assert connections(text)["c"] == (names[-2],)


@pytest.mark.parametrize(
    "item",
    ["b: {if: =n > 3}", "residual: {if: =n > 3, layers: [relu]}", "repeat: {if: =n > 3, times: 2, layers: [relu]}"],
)
def test_blocks_and_containers_are_left_out_too(item: str) -> None:
    text = f"input: [8]\nvariables: {{n: 3}}\nblocks: {{b: {{layers: [relu]}}}}\nlayers: [{item}, flatten]\n"
    assert list(nodes(text)) == ["flatten"]
    assert len(nodes(text, variables={"n": 4})) > 1


def test_an_output_that_is_left_out_is_none() -> None:
    text = """
        input: [8]
        variables: {aux: true}
        layers: [relu: {name: a, if: =aux}, relu: {name: b, inputs: input}]
        outputs: [a, b]
    """
    assert expand(text).outputs == ("a", "b")
    assert expand(text, variables={"aux": False}).outputs == ("b",)


WIDER = "conv2d: {filters: 8, kernel_size: 3, padding: same}"
SAME = "conv2d: {filters: 4, kernel_size: 3, padding: same}"
SMALLER = "conv2d: {filters: 4, kernel_size: 3, padding: same, strides: 2}"


@pytest.mark.parametrize("sizes", ["8, 8, 4", "null, null, 4", "null, 8, 4"])
@pytest.mark.parametrize(
    ("layer", "changes"),
    [(SAME, False), (WIDER, True), (SMALLER, True), ("conv2d: {filters: 4, kernel_size: 3}", True)],
)
def test_shortcuts_that_depend_on_the_shape(sizes: str, layer: str, changes: bool) -> None:
    """A size that is unknown is the same before and after where the layers pass any size on."""
    shortcut = layer.replace("conv2d: {", "conv2d: {name: projection, ")
    residual = f"residual: {{layers: [{layer}], shortcut: [{shortcut}], shortcut_when: shape_changes}}"
    text = f"input: [{sizes}]\nlayers:\n  - {residual}\n"
    assert connections(text)["add"] == ("projection" if changes else "input", "conv2d")
    text = f"input: [{sizes}]\nlayers:\n  - residual: {{layers: [{layer}], when: shape_stays}}\n"
    assert ("add" in nodes(text)) == (not changes)


def test_a_projection_that_is_always_there() -> None:
    text = f"input: [8, 8, 4]\nlayers: [residual: {{layers: [{SAME}], shortcut: [{SAME}]}}]\n"
    assert connections(text) == {"conv2d": ("input",), "conv2d_1": ("input",), "add": ("conv2d_1", "conv2d")}


@pytest.mark.parametrize("merge", ["multiply", "{multiply: }", "{type: multiply}", "{multiply: {name: merged}}"])
def test_any_spelling_of_what_merges(merge: str) -> None:
    text = f"input: [8]\nlayers: [residual: {{layers: [relu], merge: {merge}}}]\n"
    assert type(expand(text).nodes[-1].layer).__name__ == "Multiply"


def test_a_block_merges_too() -> None:
    text = """
        input: [8]
        blocks: {gate: {inputs: [a, b], layers: [multiply: {inputs: [a, b]}, relu]}}
        layers: [residual: {layers: [relu], merge: gate}]
    """
    assert connections(text) == {
        "relu": ("input",),
        "gate/multiply": ("input", "relu"),
        "gate/relu": ("gate/multiply",),
    }


def test_paths_take_the_same_input_and_an_empty_one_passes_it_on() -> None:
    text = "input: [8]\nlayers: [relu, branch: [[dense: {units: 4}, relu], [], [dense: {units: 2}]]]\n"
    assert connections(text) == {
        "relu": ("input",),
        "dense": ("relu",),
        "relu_1": ("dense",),
        "dense_1": ("relu",),
        "concatenate": ("relu_1", "relu", "dense_1"),
    }
