"""What a file's structure becomes: each network is built, run and read back, and so are others of the same code."""

import sys
from typing import Any

import pytest

import archsum
from archsum.interchange.building.live import run
from tests.support.paths import EXAMPLES

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras warns of networks that no one would train

CONV = "conv2d: {filters: 4, kernel_size: 3, padding: same}"
NETWORKS = {
    "an if by a size": f"""
        input: [8, 8, 3]
        layers: [{CONV}, relu: {{if: =input_channels > 3}}, max_pooling2d: {{if: =input_height > 8}}]""",
    "an if with a name": """
        input: [8]
        variables: {deep: true}
        outputs: [head, more]
        layers:
          - dense: {name: head, units: 4}
          - dense: {name: more, units: 3, if: =deep}""",
    "an if that leaves nothing": """
        input: [8]
        variables: {deep: false}
        layers: [dense: 4, dense: {units: 3, if: =deep}, relu]""",
    "an if of several that take axes away": """
        input: [6, 3]
        variables: {cell: lstm}
        layers: [lstm: {units: 5, if: =cell == 'lstm'}, gru: {units: 5, if: =cell == 'gru'}, dense: 2]""",
    "two ifs by what changes": f"""
        input: [8, 8, 3]
        layers: [{CONV}, max_pooling2d: {{if: =input_height > 5}}, max_pooling2d: {{if: =input_height > 5}}]""",
    "sizes of a layer": """
        input: [8, 8, 3]
        layers:
          - conv2d: {name: stem, filters: 6, kernel_size: 3}
          - dense: {units: =stem.channels * 2}
          - reshape: [=stem.height * stem.width, 12]
          - dense: =input_elements // 8""",
    "loops in loops": """
        input: [8]
        variables: {depths: [1, 2], units: 4}
        layers:
          - repeat:
              over: {depth: =depths, units: [5, 6]}
              layers: [repeat: {times: =depth, layers: [dense: =units + index]}, dense: =units * (index + 1)]
          - dense: =units""",
    "rows": """
        input: [8]
        layers: [repeat: {over: [{units: 3, twice: true}, {units: 4, twice: false}], layers:
          [dense: =units, dense: {units: =units, if: =twice}]}]""",
    "outputs of a repeat": """
        input: [8]
        layers:
          - repeat: {times: 3, outputs: [a, b], layers: [dense: {name: a, units: 8}, dense: {name: b, units: 8}]}
          - add""",
    "what one layer gives again and again": """
        input: [8]
        layers:
          - repeat: {times: 3, outputs: a, layers: [dense: {name: a, units: 8}]}
          - concatenate
          - dense: 3""",
    "all parts of a split": f"""
        input: [8, 8, 6]
        layers:
          - branch: [[split: {{parts: 2, part: 0}}], [split: {{parts: 2, part: 1}}, {CONV}, relu]]
          - branch: [[split: {{parts: 7, part: 1}}], [split: {{parts: 7, part: 0}}, {CONV}]]""",
    "a sequence of an image's locations": """
        input: [=size, =size, 3]
        variables: {size: 8, width: 6}
        layers:
          - conv2d: {filters: =width, kernel_size: 2, strides: 2}
          - reshape: [-1, =width]
          - dense: =width
          - slice: {axis: 1, stop: 1}
          - flatten
          - dense: 2""",
    "layers without weights that have names": f"""
        input: [8, 8, 3]
        layers:
          - {CONV}
          - relu: {{name: active}}
          - max_pooling2d: {{name: pooled}}
          - flatten: {{name: row}}
          - dense: 5
          - softmax: {{name: chances}}""",
    "a loop that counts": """
        input: [8]
        variables: {widths: [4, 6, 5]}
        layers:
          - repeat: {over: {stage: [0, 1, 2], width: =widths}, layers: [dense: =width + stage]}
          - repeat: {over: {stage: [0, 1, 2], width: =widths}, layers: [dense: =width + stage + index]}
          - repeat: {over: {stage: [0, 1, 2], width: =widths}, layers: [dense: =width]}
          - repeat: {over: {stage: [1, 2, 3], width: =widths}, layers: [dense: =width + stage]}""",
    "residuals in residuals": """
        input: [8]
        layers:
          - residual: [dense: 8, residual: [relu, dense: 8], residual: {merge: multiply, layers: [dense: 8]}]
          - residual: {layers: [dense: 5], shortcut: [dense: 5, relu], shortcut_when: shape_changes}
          - residual: {layers: [dense: 6], when: shape_stays}
          - residual: {layers: [dense: 6], when: never}""",
    "a shortcut of the input, whose channels move": """
        input: [5, 5, 5, 2]
        layers:
          - residual:
              layers: [dense: 4, instance_normalization]
              shortcut: [conv3d: {filters: 4, kernel_size: 3, padding: same}]
              shortcut_when: shape_changes""",
    "a shortcut of a named layer": """
        input: [8]
        layers:
          - dense: {name: a, units: 8}
          - residual: {inputs: a, layers: [dense: 4], shortcut: [dense: 4]}
          - concatenate: {inputs: [a, b]}""".replace("- residual: {", "- residual: {name: b, "),
    "nothing but a loop": """
        input: [8]
        layers: [repeat: {times: 3, layers: [dense: 8]}]""",
    "weights shared in a loop": """
        input: [8]
        layers:
          - dense: {units: 8, shared: w}
          - repeat: {times: 3, layers: [residual: [dense: {units: 8, shared: w}, relu]]}""",
    "a block shared in a loop": """
        input: [8]
        blocks: {twin: {layers: [dense: 8, relu]}}
        layers: [repeat: {times: 3, layers: [twin: {shared: w}]}, residual: [twin: {shared: w}]]""",
    "weights shared below an if": """
        input: [8]
        variables: {deep: false}
        layers: [dense: {units: 8, shared: w, if: =deep}, dense: {units: 8, shared: w}]""",
    "a variable called like a size": """
        input: [3, 16, 16]
        data_format: channels_first
        variables: {width: 2}
        blocks:
          stage:
            parameters: {filters: , depth: }
            layers:
              - repeat:
                  times: =depth
                  layers:
                    - conv2d: {filters: =filters * width, kernel_size: 3, strides: =2 if index == 0 else 1, padding: 1}
        layers: [stage: {filters: 4, depth: 1}, stage: {filters: 6, depth: 2}]""",
    "branches": """
        input: [8]
        layers:
          - branch: [[dense: 3], [], [branch: [[relu], [tanh, residual: [dense: 8]]]]]
          - branch: {paths: [[dense: 27], [identity]], merge: add}""",
    "a default that is computed": """
        input: [8]
        blocks:
          b:
            parameters: {units: , hidden: =2 * units, also: =hidden + input_features}
            layers: [dense: =hidden, dense: =also, dense: =units]
        layers: [b: {units: 4}, b: {units: 3, hidden: 9}, b: {units: 2, also: 7}]""",
    "several inputs and outputs": """
        input: {left: [8], right: [4]}
        outputs: [one, two]
        blocks:
          both:
            inputs: [a, b]
            outputs: [x, y]
            layers: [dense: {name: x, inputs: a, units: 3}, dense: {name: y, inputs: b, units: 3}]
        layers:
          - both: {inputs: [left, right]}
          - both
          - repeat: {times: 2, layers: [both]}
          - add: {name: one}
          - relu: {name: two}""",
    "shared weights": """
        input: {a: [8], b: [8]}
        blocks: {twin: {layers: [dense: 6, dense: 4]}}
        layers:
          - twin: {name: l, inputs: a, shared: t}
          - twin: {name: r, inputs: b, shared: t}
          - subtract: {inputs: [l, r]}
          - dense: {units: 4, shared: d}
          - dense: {units: 4, shared: d}""",
    "frozen blocks": """
        input: [8]
        blocks:
          inner: {layers: [dense: 3]}
          b: {parameters: {units: }, layers: [dense: =units, inner]}
        layers: [b: {units: 4, trainable: false}, b: {units: 4}, residual: {trainable: false, layers: [dense: 3]}]""",
    "names of Python's": """
        input: {def: [8], print: [8]}
        variables: {layers: 3, keras: 4, x: 5, y: 6, list: 7, index_: 2}
        blocks: {lambda: {parameters: {x: , y: =keras}, layers: [dense: =x + y + layers]}}
        layers:
          - lambda: {inputs: def, x: =list}
          - dense: {name: x, units: =y}
          - concatenate: {inputs: [x, print]}
          - dense: =index_""",
    "a block for each step": """
        input: [5, 8]
        blocks: {b: {layers: [dense: 4, relu]}}
        layers: [time_distributed: {layer: b}, b]""",
    "whole numbers": """
        input: [8]
        variables: {width: 1.0, half: 0.5}
        layers:
          - dense: =16 * width
          - dropout: =half / 2
          - dense: =input_features * half
          - dense: =make_divisible(9 * width)
          - dense: =ceil(4.2 * width)
          - dense: =max(3, round(4.4))
          - dense: =2 ** 3 // 3 % 4 + 1
          - dense: =4 if 0 < half <= width < input_features != 2 else 5""",
    "words": """
        input: [8, 8, 3]
        variables: {activation: tanh, padding: same, bias: false, nothing: null}
        layers:
          - conv2d: {filters: 4, kernel_size: 3, activation: =activation, padding: =padding, bias: =bias}
          - dense: "=4 if nothing == null else 5"
          - relu: {if: "=not (activation == 'relu') and padding != 'valid'"}""",
    "paddings that are words and numbers": """
        input: [8, 8, 3]
        blocks: {b: {parameters: {padding: }, layers: [conv2d: {filters: 3, kernel_size: 3, padding: =padding}]}}
        layers: [b: {padding: same}, b: {padding: 1}]""",
    "a layer in a block": """
        input: [8]
        blocks: {b: {layers: [dense: {name: inner, units: 4}, dense: 3]}}
        layers: [b: {name: one}, concatenate: {inputs: [one, one/inner]}]""",
    "unknown sizes": """
        input: [null, null, 3]
        layers:
          - residual: {layers: [conv2d: {filters: 3, kernel_size: 3, strides: 2, padding: same}], when: shape_stays}
          - residual: {layers: [conv2d: {filters: 3, kernel_size: 3, padding: same}], when: shape_stays}
          - conv2d_transpose: {filters: 3, kernel_size: 2, strides: 2}
          - conv2d_transpose: {filters: 3, kernel_size: 3, strides: 2}
          - global_average_pooling2d""",
    "a shape of its own in each use": """
        input: [8, 8, 3]
        variables: {rows: [{units: 3}, {units: 4}]}
        layers: [repeat: {over: =rows, layers: [dense: =units]}]""",
}
OTHERS: dict[str, dict[str, Any]] = {
    "resnet50": {"depths": [2, 1, 3, 1], "classes": 7},
    "efficientnet": {"width": 0.5, "depth": 0.6, "classes": 5},
    "convnext": {"depths": [1, 2, 1, 1], "widths": [8, 16, 24, 32], "drop": 0.0},
    "densenet121": {"depths": [2, 1, 1, 2], "growth": 8},
    "gpt2": {"width": 32, "depth": 2, "heads": 4, "words": 100, "context": 12},
    "swin": {"depths": [1, 2, 1, 1], "heads": [1, 2, 4, 8], "width": 16},
    "regnet_y_400mf": {"widths": [16, 24, 32, 48], "depths": [1, 1, 2, 1], "squeeze": 0},
    "inception_v3": {"auxiliary": False, "classes": 3},
    "vit": {"image": 64, "patch": 16, "width": 32, "depth": 2, "heads": 2},
}
"""Of examples, other values of their variables."""


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_read_back(name: str) -> None:
    read = archsum.load(NETWORKS[name] + "\n")
    assert archsum.diff(read, archsum.from_keras(archsum.to_keras(read))).equal


@pytest.mark.parametrize("name", OTHERS)
def test_the_arguments_are_the_variables(name: str) -> None:
    file = EXAMPLES / f"{name}.yaml"
    made = archsum.build(file)
    namespace: dict[str, Any] = {"__name__": f"arguments_of_{name}"}
    exec(made.text, namespace)  # it is our own
    model = namespace[made.name](**OTHERS[name])
    wanted = archsum.load(file, variables=OTHERS[name])
    assert archsum.diff(wanted, archsum.from_keras(model)).equal


def test_what_python_cannot_say_of_every_use_is_written_layer_by_layer() -> None:
    text = archsum.build(NETWORKS["paddings that are words and numbers"] + "\n").text
    assert "def b(" not in text
    assert text.count("Conv2D") == 2


def test_the_code_is_run_once_for_each_model() -> None:
    made = archsum.build("input: [4]\nlayers: [dense: 2]\n")
    assert run(made.text, made.name, "keras") is not run(made.text, made.name, "keras")


def test_shared_weights_with_other_activations() -> None:
    text = """
        input: [8]
        layers:
          - dense: {name: a, units: 8, shared: d, activation: relu}
          - dense: {units: 8, shared: d}
          - dense: {name: b, units: 8, shared: d, activation: tanh}
    """
    made, model = archsum.build(text), archsum.to_keras(text)
    assert made.text.count("layers.Dense(") == 1
    assert made.text.count("layers.Activation(") == 2
    assert model.count_params() == archsum.summarize(text).params


@pytest.mark.parametrize(("make", "framework"), [(archsum.to_keras, "keras"), (archsum.to_torch, "torch")])
def test_a_framework_that_is_missing_is_named(make: Any, framework: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, framework, None)
    with pytest.raises(ModuleNotFoundError, match=f"{framework} is not installed.*`pip install {framework}` brings it"):
        make("input: [8]\nlayers: [relu]\n")


CUSTOM = """
input: [8]
variables: {units: 4, ratio: 2.0, self: 3}
blocks:
  own:
    parameters: {kwargs: 5}
    layers:
      - custom: {name: mine, output_shape: [=units * kwargs], weights: {kernel: [=input_features, =units * kwargs],
          bias: {shape: [=self]}}, macs: =units * ratio}
layers: [own, dense: =units, own: {kwargs: 6}, dense: 2]
"""
"""A layer whose formulas name variables, a parameter, and a size of its input."""


def test_a_layer_to_fill_in_is_made_with_what_its_formulas_name() -> None:
    made = archsum.build(CUSTOM)
    assert made.text.count("class Mine(") == 1
    namespace: dict[str, Any] = {"__name__": "made_with_what_its_formulas_name"}
    exec(made.text, namespace)  # it is our own
    for units in (4, 7):
        model = namespace[made.name](units=units)
        assert model.count_params() == archsum.summarize(CUSTOM, variables={"units": units}).params


def test_weights_are_not_called_like_what_layers_have() -> None:
    names = ("call", "forward", "path", "dtype", "training", "add_weight", "get_config", "weights", "a.b", "a-b")
    layer = {"output_shape": [4], "weights": {name: [2] for name in names}, "macs": 8}
    model = archsum.to_keras({"input": [8], "layers": [{"custom": layer}]})
    assert [weight.name for weight in model.weights] == [*names]
