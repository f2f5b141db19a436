"""The usual mistakes with layers that merge, and with names of layers where layers should be: cures that are true."""

import pytest

from tests.support.problems import problems


def file(layer: str) -> str:
    return (
        "input: [8]\nlayers:\n  - dense: {name: a, units: 8}\n  - dense: {name: b, units: 8, inputs: input}\n"
        f"  - {layer}\n"
    )


ADDED = "add: {inputs: [a, b]}"


@pytest.mark.parametrize(
    ("wrong", "cure", "right"),
    [
        ('add: {inputs: "a, b"}', "a list has each by itself: write `[a, b]`", ADDED),
        ("add: {inputs: a + b}", "a list has each by itself: write `[a, b]`", ADDED),
        ("add: {inputs: [a b]}", "a list has each by itself: write `[a, b]`", ADDED),
        ("add: {inputs: a, b}", "write `inputs: [a, b]`", ADDED),
        ("add: [a, b]", "what it takes is in `inputs`: write `add: {inputs: [a, b]}`", ADDED),
        ("add: a, b", "what it takes is in `inputs`: write `add: {inputs: [a, b]}`", ADDED),
        ("add: a", "what it takes is in `inputs`: write `add: {inputs: [a, …]}`", ADDED),
        (
            "concatenate: [a, b]",
            "what it takes is in `inputs`: write `concatenate: {inputs: [a, b]}`",
            "concatenate: {inputs: [a, b]}",
        ),
        (
            "dot: [a, b]",
            "what it takes is in `inputs`: write `dot: {inputs: [a, b]}`",
            "dot: {axes: 1, inputs: [a, b]}",  # whose axes it needs too
        ),
        ("subtract: {inputs: [a, b, a]}", "name those it takes, as in `inputs: [a, b]`", "subtract: {inputs: [a, b]}"),
        ("merge: add", "write what merges them, with `inputs: [a, b]`: `add`, `multiply`, `concatenate` …", ADDED),
        (
            "add: {inputs: [a, b], merge: sum}",
            "what merges is a layer by itself, as in `add: {inputs: [a, b]}`; `branch` and `residual` have `merge`",
            ADDED,
        ),
        (
            "branch: {inputs: [a, b]}",
            "what merges layers is no branch: write `concatenate: {inputs: [a, b]}`",
            "concatenate: {inputs: [a, b]}",
        ),
        (
            "branch: {inputs: [a, b], merge: add}",
            "what merges layers is no branch: write `add: {inputs: [a, b]}`",
            ADDED,
        ),
    ],
)
def test_followed(wrong: str, cure: str, right: str) -> None:
    first, *_ = problems(file(wrong))
    assert first.cure == cure
    assert problems(file(right)) == []


PATHS = "paths: [[relu: {inputs: a}], [tanh: {inputs: b}]]"


@pytest.mark.parametrize(
    ("wrong", "cure", "right"),
    [
        (f"branch: {{{PATHS}, add: }}", "write `merge: add`", f"branch: {{{PATHS}, merge: add}}"),
        (
            f"branch: {{{PATHS}, concatenate: {{axis: 1}}}}",
            "write `merge: {concatenate: {axis: 1}}`",
            f"branch: {{{PATHS}, merge: {{concatenate: {{axis: 1}}}}}}",
        ),
        (
            f"branch: {{{PATHS}, merge: [add]}}",
            "one layer merges them: write `add`",
            f"branch: {{{PATHS}, merge: add}}",
        ),
        (f"branch: {{{PATHS}, merge: [sum]}}", "write `add`", f"branch: {{{PATHS}, merge: add}}"),
        *(
            (
                f"branch: {{{PATHS}, merge: {nothing}}}",
                "something merges them: write `add`, `concatenate` or the like, or leave it out for the default",
                f"branch: {{{PATHS}}}",
            )
            for nothing in ("none", "false", "", "no")
        ),
        (
            "branch: {paths: [[{inputs: a}, relu], [tanh: {inputs: b}]]}",
            "it is a field of the next layer: `inputs: a`, or `inputs: [a, b]`; `identity` with it takes what is there",
            f"branch: {{{PATHS}}}",
        ),
        (
            "branch: [[a], [b]]",
            "it is the name of a layer above: `inputs: a` in the next layer, or `identity: {inputs: a}`, takes what "
            "that gives; `add: {inputs: [a, b]}` merges several",
            "branch: [[identity: {inputs: a}], [identity: {inputs: b}]]",
        ),
        (
            "residual: {layers: [tanh], shortcut: a}",
            "it is the name of a layer above: write `[identity: {inputs: a}]`",
            "residual: {layers: [tanh], shortcut: [identity: {inputs: a}]}",
        ),
        (
            "residual: {layers: {dense: 8}, shortcut: [identity: {inputs: a}]}",
            "a list has them in [ ]: write `[dense: 8]`",
            "residual: {layers: [dense: 8], shortcut: [identity: {inputs: a}]}",
        ),
        (
            "branch: {inputs: [a, b], paths: [[relu], [tanh]]}",
            "say which: `inputs: name`; or merge them first, with `add` or `concatenate`",
            f"branch: {{{PATHS}}}",
        ),
    ],
)
def test_followed_in_containers(wrong: str, cure: str, right: str) -> None:
    first, *_ = problems(file(wrong))
    assert first.cure == cure
    assert problems(file(right)) == []


def test_a_repeat_does_not_merge_and_what_is_behind_it_does() -> None:
    repeat = "input: [8]\nlayers:\n  - repeat: {times: 2, layers: [relu: {name: part}], merge: add}\n"
    (problem,) = problems(repeat)
    assert problem.cure == (
        "write what merges behind the repeat, which gives it what its `outputs` name in each repetition"
    )
    assert problems(f"{repeat.replace('merge: add', 'outputs: part')}  - add\n") == []


@pytest.mark.parametrize(
    "stated", ["=axis", "3", "[1, 2]", "[=a, b]", "[a, 2]", '""', '["a b c", 3]', f'"{"a," * 999}"']
)
@pytest.mark.parametrize("kind", ["add", "concatenate", "dot", "attention"])
def test_what_is_no_name_is_an_error_like_others(kind: str, stated: str) -> None:
    found = problems(file(f"{kind}: {stated}"))
    assert found
    assert all(problem.cure for problem in found)
