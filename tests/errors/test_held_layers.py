"""Layers that are not in the field that holds them: the cure, written there, gives what was meant."""

import io

import pytest

import archsum
from archsum import Summary
from tests.support.problems import problems

BLOCK = "blocks: {encoder: {parameters: {units: }, layers: [dense: =units, relu]}}\n"


def file(layers: str) -> str:
    return f"input: [5, 4]\n{BLOCK}layers:\n  - {layers}\n"


def shown(summary: Summary) -> list[tuple[str, object]]:
    return [(layer.type, layer.params) for layer in summary.layers]


@pytest.mark.parametrize(
    ("wrong", "cure", "right"),
    [
        ("time_distributed: {dense: 3}", "`layer: {dense: 3}`", "time_distributed: {layer: {dense: 3}}"),
        (
            "time_distributed: {encoder: {units: 3}}",
            "`layer: {encoder: {units: 3}}`",
            "time_distributed: {layer: {encoder: {units: 3}}}",
        ),
        (
            "time_distributed: {dense: {units: 3}, relu: }",
            "`layers: [dense: {units: 3}, relu]`",
            "time_distributed: {layers: [dense: {units: 3}, relu]}",
        ),
        ("time_distributed: relu", "`time_distributed: {layer: relu}`", "time_distributed: {layer: relu}"),
        (
            "time_distributed: {type: dense, units: 3}",
            "`layer: {type: dense, …}`",
            "time_distributed: {layer: {type: dense, units: 3}}",
        ),
        (
            "time_distributed: {layer: [dense: 3, relu]}",
            "`layers: [dense: 3, relu]`",
            "time_distributed: {layers: [dense: 3, relu]}",
        ),
        (
            "bidirectional: {lstm: 4, merge_mode: sum}",
            "`layer: {lstm: 4}`",
            "bidirectional: {layer: {lstm: 4}, merge_mode: sum}",
        ),
        ("bidirectional: [gru: {units: 4}]", "`bidirectional: {layer: {gru: {units: 4}}}`", None),
        ("bidirectional: {layer: [lstm: 4]}", "`layer: {lstm: 4}`", "bidirectional: {layer: {lstm: 4}}"),
        ("bidirectional: {layers: [lstm: 4]}", "`layer: {lstm: 4}`", "bidirectional: {layer: {lstm: 4}}"),
        ("spectral_normalization: {dense: 3}", "`layer: {dense: 3}`", "spectral_normalization: {layer: {dense: 3}}"),
        ("residual: {dense: 4}", "`layers: [dense: 4]`", "residual: {layers: [dense: 4]}"),
        ("residual: {layer: {dense: 4}}", "`layers: [dense: 4]`", "residual: {layers: [dense: 4]}"),
        ("residual: relu", "`residual: {layers: [relu]}`", None),
        ("repeat: {times: 2, dense: 3}", "`layers: [dense: 3]`", "repeat: {times: 2, layers: [dense: 3]}"),
        ("repeat: [dense: 3, relu]", "`repeat: {times: 3, layers: [dense: 3, relu]}`", None),
        (
            "branch: {dense: 3, encoder: {units: 2}}",
            "`paths: [[dense: 3], [encoder: {units: 2}]]`",
            "branch: {paths: [[dense: 3], [encoder: {units: 2}]]}",
        ),
        ("branch: relu", "`branch: {paths: [[relu], […]]}`", "branch: {paths: [[relu], [tanh]]}"),
    ],
)
def test_followed(wrong: str, cure: str, right: str | None) -> None:
    (problem,) = problems(file(wrong))
    assert f"write {cure}" in problem.cure
    followed = cure.strip("`") if right is None else right
    assert cure.strip("`").partition("…")[0].rstrip(", [") in followed
    assert problems(file(followed)) == []


def test_what_is_meant_is_what_comes_out() -> None:
    meant = archsum.summarize(io.StringIO(file("time_distributed: {layer: {dense: 3}}")))
    # Keras's TimeDistributed(Dense(3)) on (5, 4): 4 × 3 + 3.
    assert shown(meant) == [("TimeDistributed", 15)]


def test_a_field_of_the_layer_in_it() -> None:
    _, problem = problems(file("bidirectional: {layer: lstm, units: 4}"))
    assert problem.cure == "it is a field of `lstm`: write `layer: {lstm: {units: 4}}`"
    assert problems(file("bidirectional: {layer: {lstm: {units: 4}}}")) == []


def test_one_that_holds_one_layer_has_no_room_for_two() -> None:
    (problem,) = problems(file("bidirectional: {lstm: 3, relu: }"))
    assert problem.cure == "it holds one: write `layer: {lstm: 3}`, and the others before it or behind it"
    assert problems(file("bidirectional: {layer: {lstm: 3}}") + "  - relu\n") == []


def test_what_is_long_or_on_several_lines_is_three_dots() -> None:
    text = file("time_distributed:\n      dense:\n        units: 3")
    (problem,) = problems(text)
    assert problem.cure == "write `layer: {dense: {…}}` instead of `dense: {…}`"
    assert problem.span
    assert problem.span.line == 5
    (problem,) = problems(file("residual:\n      dense: =max(4, 3)"))
    assert problem.cure == 'write `layers: [dense: "=max(4, 3)"]` instead of `dense: "=max(4, 3)"`'
    assert problems(file('residual: {layers: [dense: "=max(4, 3)"]}')) == []


@pytest.mark.parametrize(
    "stated", ["{}", "[]", "[[]]", "[3]", "{type: }", "{type: [relu]}", "{[relu]: 3}", "{layers: }"]
)
@pytest.mark.parametrize("kind", ["time_distributed", "bidirectional", "repeat", "residual", "branch"])
def test_what_is_no_layer_is_an_error_like_others(kind: str, stated: str) -> None:
    found = problems(file(f"{kind}: {stated}"))
    assert found or (kind, stated) == ("branch", "[[]]")
    assert all(problem.cure for problem in found)
