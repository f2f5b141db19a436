"""Cures that say more than what to write in one place: who follows them has a sound file, and what was meant."""

import io

import pytest

import archsum
from tests.support.problems import problems

CASES = {
    "a colon and a space": (
        "input: [8]\nlayers:\n  - dense {units: 3}\n",
        "write a `:` and a space behind it: `dense: {…}`",
        ("dense {", "dense: {"),
    ),
    "a space": (
        "input: [8]\nlayers:\n  - dense:{units: 3}\n",
        "write a space behind the `:`: `dense: {…}`",
        ("dense:{", "dense: {"),
    ),
    "both, and several fields": (
        "input: [8]\nlayers:\n  - dense {units: 3, activation: relu}\n",
        "write `dense: {`",
        ("dense {", "dense: {"),
    ),
    "the name is where the kind should be": (
        "input: [8]\nlayers:\n  - fc1: {type: dense, units: 3}\n  - add: {inputs: [fc1, fc1]}\n",
        "write `dense` there, and `name: fc1` instead of `type: dense`",
        ("fc1: {type: dense", "dense: {name: fc1"),
    ),
    "the name is a number": (
        "input: [8]\nlayers:\n  - 1: {type: dense, units: 3}\n",
        'write `dense` there, and `name: "1"` instead of `type: dense`',
        ("1: {type: dense", 'dense: {name: "1"'),
    ),
    "a name that a table gives": (
        "input: [8]\nlayers:\n  - relu\n  - tanh: {name: last}\n  - add: {inputs: [relu, last]}\n",
        "give that layer the name, `name: relu`",
        ("- relu\n", "- relu: {name: relu}\n"),
    ),
    "a number that a table gives": (
        "input: [8]\nlayers:\n  - relu\n  - relu\n  - add: {inputs: [input, relu_1]}\n",
        "give that layer the name, `name: relu_1`",
        ("- relu\n  - relu\n", "- relu\n  - relu: {name: relu_1}\n"),
    ),
    "names of a block and in it that a table gives": (
        "input: [8]\nblocks: {b: {layers: [tanh]}}\nlayers:\n  - b\n  - relu: {inputs: b/tanh}\n",
        "give the block and the layer in it these names, each with `name: …`",
        ("[tanh]}}\nlayers:\n  - b\n", "[tanh: {name: tanh}]}}\nlayers:\n  - b: {name: b}\n"),
    ),
    "variables by another word": (
        "input: [8]\nconstants: {width: 3}\nlayers:\n  - dense: =width\n",
        "write `variables`",
        ("constants", "variables"),
    ),
    "yes and no": ("input: [8]\nlayers:\n  - relu: {if: no}\n  - tanh\n", "write `false`", ("no}", "false}")),
    "an output padding": (
        "input: [8, 8, 3]\nlayers:\n  - conv2d_transpose: {filters: 2, kernel_size: 3, output_padding: 1}\n",
        "leave it out; an output that is larger still takes larger `strides`, or a `zero_padding2d` behind it",
        (", output_padding: 1", ""),
    ),
    "same padding of a locally connected layer": (
        "input: [8, 8, 3]\nlayers:\n  - locally_connected2d: {filters: 2, kernel_size: 5, padding: same}\n",
        "a number for every side keeps the size: under a kernel of 3 write `1`, under one of 5 `2`",
        ("same", "2"),
    ),
    "a value glued to its layer": (
        "input: [8]\nlayers:\n  - dense 10\n",
        "write a `:` and a space behind it: `dense: 10`",
        ("dense 10", "dense: 10"),
    ),
    "a size that is not known, in Python's word": (
        "input: [None, 3]\nlayers: [relu]\n",
        "write `null`",
        ("None", "null"),
    ),
    "a variable in a shell's words": (
        "input: [8]\nvariables: {width: 3}\nlayers:\n  - dense: $width\n",
        "write `=width` for the variable",
        ("$width", "=width"),
    ),
    "a variable in brackets, of a shell": (
        "input: [8]\nvariables: {width: 3}\nlayers:\n  - dense: ${width}\n",
        "write `=width` for the variable",
        ("${width}", "=width"),
    ),
    "a variable in a template's quotes": (
        "input: [8]\nvariables: {width: 3}\nlayers:\n  - dense: '{{ width }}'\n",
        "write `=width` for the variable",
        ("'{{ width }}'", "=width"),
    ),
    "a variable in a template's words": (
        "input: [8]\nvariables: {width: 3}\nlayers:\n  - dense: {{width}}\n",
        "write `=width` for a variable, without brackets",
        ("{{width}}", "=width"),
    ),
    "channels that come from the layer before": (
        "input: [9, 9, 8]\nlayers:\n  - group_normalization: {groups: 4, num_channels: 8}\n",
        "leave it out: the channels come from the layer before",
        (", num_channels: 8", ""),
    ),
    "a number that comes from the layer before": (
        "input: [9, 9, 8]\nlayers:\n  - batch_normalization: 8\n",
        "leave the number out, `- batch_normalization`: the sizes come from the layer before",
        ("- batch_normalization: 8", "- batch_normalization"),
    ),
    "a merge conflict": (
        "input: [8]\nlayers:\n<<<<<<< HEAD\n  - dense: 10\n=======\n  - dense: 20\n>>>>>>> other\n",
        "resolve the conflict: keep one of the two sides, and remove the lines `<<<<<<<`, `=======` and `>>>>>>>`",
        ("<<<<<<< HEAD\n  - dense: 10\n=======\n  - dense: 20\n>>>>>>> other\n", "  - dense: 20\n"),
    ),
    "a wrapper around a layer that needs a field": (
        "input: [8, 3]\nlayers:\n  - bidirectional: lstm\n",
        "write `bidirectional: {layer: {lstm: {units: 64}}}`",
        ("bidirectional: lstm", "bidirectional: {layer: {lstm: {units: 64}}}"),
    ),
    "a kernel without padding in a residual": (
        "input: [32, 32, 16]\nlayers:\n  - residual:\n      - conv2d: {filters: 16, kernel_size: 3}\n",
        "`padding: same` keeps the size, where layers without padding make 30 of 32",
        ("kernel_size: 3", "kernel_size: 3, padding: same"),
    ),
    "another size and other channels in a residual": (
        "input: [32, 32, 16]\nlayers:\n  - residual:\n      layers: [conv2d: {filters: 24, kernel_size: 3, strides: 2, "
        "padding: same}]\n",
        "`conv2d: {filters: 24, kernel_size: 1, strides: 2}` makes [16, 16, 24] of [32, 32, 16]",
        ("layers: [", "shortcut: [conv2d: {filters: 24, kernel_size: 1, strides: 2}]\n      layers: ["),
    ),
    "other channels in a residual": (
        "input: [9, 9, 16]\nlayers:\n  - residual:\n      layers: [conv2d: {filters: 24, kernel_size: 1}]\n",
        "`conv2d: {filters: 24, kernel_size: 1}` makes [9, 9, 24] of [9, 9, 16]",
        ("layers: [conv2d", "shortcut: [conv2d: {filters: 24, kernel_size: 1}]\n      layers: [conv2d"),
    ),
    "other features in a residual": (
        "input: [16]\nlayers:\n  - residual:\n      layers: [dense: 24]\n",
        "`dense: 24` makes [24] of [16]",
        ("layers: [dense", "shortcut: [dense: 24]\n      layers: [dense"),
    ),
    "positions": (
        "input: [256]\nlayers:\n  - embedding: {input_dim: 9, output_dim: 128, name: tokens}\n  - position_embedding\n",
        "write `parameter: {name: positions, shape: [256, 128]}` with the sizes of what it is added to, "
        "and behind it `add: {inputs: [tokens, positions]}`, where `tokens` is the name of the layer before",
        (
            "- position_embedding",
            "- parameter: {name: positions, shape: [256, 128]}\n  - add: {inputs: [tokens, positions]}",
        ),
    ),
    "an item of a list in a formula": (
        'input: [8]\nvariables: {sizes: [3, 5]}\nlayers:\n  - dense: "=[3, 5][0]"\n',
        "give it a name under `variables`, as in `sizes: [3, 5]`; its items are `=sizes[0]` and `=sizes[1]`",
        ("=[3, 5][0]", "=sizes[0]"),
    ),
}
"""What is wrong, the cure of the first of it, and what is written instead of what."""


@pytest.mark.parametrize("case", CASES)
def test_followed(case: str) -> None:
    text, cure, (wrong, right) = CASES[case]
    first, *_ = problems(text)
    assert first.cure == cure
    assert text.count(wrong) == 1
    assert problems(text.replace(wrong, right)) == []


def test_same_padding_of_a_locally_connected_layer_keeps_the_size() -> None:
    for kernel, padding in ((3, 1), (5, 2)):
        layer = f"locally_connected2d: {{filters: 2, kernel_size: {kernel}, padding: {padding}}}"
        summary = archsum.summarize(io.StringIO(f"input: [8, 8, 3]\nlayers: [{layer}]\n"))
        assert summary.layers[0].output_shape == (8, 8, 2)


def test_an_output_that_is_unused_in_a_repetition() -> None:
    text = """
        input: [8]
        layers:
          - relu: {name: first}
          - repeat:
              times: 2
              layers:
                - relu: {name: side}
                - tanh: {name: main, inputs: first}
    """
    (problem,) = problems(text)
    assert problem.cure.endswith(
        "list it, with a `name`, under the `outputs` of the `repeat`, beside what else that gives"
    )
    listed = text.replace("times: 2", "times: 2\n              outputs: [side, main]").rstrip()
    assert problems(f"{listed}\n          - concatenate\n") == []


def test_what_is_passed_on_beside_what_is_collected() -> None:
    before = "- identity: {name: before}\n        - conv1d: {name: gated, filters: 4, kernel_size: 1}\n        "
    change = "- conv1d: {name: change, inputs: gated, filters: 4, kernel_size: 1}\n        "
    added = "- add: {inputs: [before, change]}\n        "
    skip = "- conv1d: {name: skip, inputs: gated, filters: 8, kernel_size: 1}\n        "
    head = "input: [9, 4]\nlayers:\n  - repeat:\n      times: 3\n      outputs: skip\n      layers:\n        "
    first, *_ = problems(f"{head}{before}{change}{added}{skip}\n  - add\n")
    assert "write it last, as the next repetition takes what the last layer gives" in first.cure
    ordered = f"{head}{before}{skip}{change}{added}\n  - add\n"
    first, *_ = problems(ordered)
    assert first.cure.endswith("leave it out of the last repetition, with `if: =index < 2`")
    followed = ordered.replace("change]}", "change], if: =index < 2}")
    (only,) = problems(followed)
    assert only.cure.endswith("leave it out of the last repetition, with `if: =index < 2`")
    followed = followed.replace("{name: change, ", "{name: change, if: =index < 2, ")
    assert problems(followed) == []
    (problem,) = problems(followed.replace("outputs: skip", "collect: skip"))
    assert problem.cure == "write `outputs`"


def test_errors_in_the_head_hide_none_in_the_layers() -> None:
    layers = "layers:\n  - dense: {unit: =width}\n"
    for head in (
        "input: [x]\nvariables: {width: 3}\n",
        "input: [8]\nvars: {width: 3}\n",
        "input: [8]\nvariables: 3\n",
        "input: [8]\nvariables: {width: 3}\ndefaults: [3]\n",
        "input: [8]\nvariables: {width: 3}\nblocks: none\n",
        "input: [8]\nvariables: {width: 3}\ndata_format: first\n",
    ):
        in_head, in_layers = problems(head + layers)
        assert in_head.span
        assert in_head.span.start < len(head)
        assert in_layers.message == "dense has no field `unit`"


def test_an_input_that_cannot_be_read_hides_nothing_behind_the_others() -> None:
    text = """
        input: {image: [32, 32, x], words: [8]}
        layers:
          - conv2d: {filters: =input_channels, kernel_size: 3, inputs: image}
          - lstm: {units: 3, inputs: words}
    """
    in_head, in_layers = problems(text)
    assert in_head.message == "`input.image[2]` takes a whole number, not `x`"
    assert in_layers.message == "`lstm` takes an input of 2 axes (steps, features), not [8]"
