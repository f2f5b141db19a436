"""The schema accepts what `load` accepts, and refuses what an editor can know to be wrong."""

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from archsum import SpecError, load
from archsum.language.schema.network import network_schema
from archsum.language.spec.containers import CONTAINERS, class_of
from archsum.language.spec.items import PLACEMENT
from archsum.language.text.reader import read
from archsum.layers import KINDS
from archsum.layers.documentation import example
from archsum.layers.fields import named_fields
from tests.support.paths import EXAMPLES

FILES = sorted(EXAMPLES.rglob("*.yaml"))


@cache
def network_validator() -> Any:
    return Draft7Validator(network_schema())


@pytest.fixture
def validator() -> Any:
    return network_validator()


def accepted_by_load(text: str) -> bool:
    """Whether every layer could be made, be it that their shapes do not fit."""
    try:
        load(io.StringIO(text))
    except SpecError as error:
        return all(diagnostic.code == "shape" for diagnostic in error.diagnostics)
    return True


def test_schema_is_a_schema() -> None:
    Draft7Validator.check_schema(network_schema())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_examples(validator: Any, path: Path) -> None:
    validator.validate(read(path.read_bytes(), path.name).places.data)


SPELLINGS = [
    "- flatten",
    "- flatten:",
    "- flatten: {}",
    "- {type: flatten}",
    "- flatten: {name: flat}",
    "- {type: flatten, name: flat}",
    "- conv2d: {filters: 8, kernel_size: 3}",
    "- {type: conv2d, filters: 8, kernel_size: 3, activation: relu}",
    "- {type: activation, activation: relu}",
    "- activation: {activation: =function}",
    "- conv2d: {filters: =2 * width, kernel_size: [=width, 3], strides: =width}",
    "- conv2d: {filters: 8, kernel_size: [5, 3], padding: [[0, 1], 2], bias: untied}",
    "- conv2d: {filters: 8, kernel_size: 3, bias: {untied: [height]}}",
    "- conv2d: {filters: 8, kernel_size: 3, bias: {untied: [width, =axis]}}",
    "- conv2d: {filters: 8, kernel_size: 3, bias: {untied: =axes}}",
    "- conv2d: {filters: 8, kernel_size: 3, bias: =tied}",
    "- dense: {units: 8, bias: {untied: [1]}}",
    "- scale: {bias: {untied: [width]}}",
    "- conv2d: {filters: 8, kernel_size: 3, bias: false, padding: =word, trainable: =width > 5}",
    "- conv2d: {filters: 2, kernel_size: 1, connection_table: [[0, =width - 7], [1]]}",
    "- conv1d: {filters: 8, kernel_size: 3, padding: causal}",
    "- dense: {units: 10, activation: null}",
    "- dropout: {rate: 0.5}",
    "- custom: {weights: {w: [null], v: [3, null, =width], u: {shape: [null], trainable: false}}}",
]


VARIABLES = "{width: 8, function: relu, word: same, axis: height, axes: [width], tied: tied}"


@pytest.mark.parametrize("layer", SPELLINGS)
def test_spellings_of_a_layer(validator: Any, layer: str) -> None:
    text = f"input: [8, 8, 3]\nvariables: {VARIABLES}\nlayers:\n  {layer}\n"
    assert accepted_by_load(text)
    validator.validate(read(text, "net.yaml").places.data)


PLACES = [
    "- relu: {name: größe.1, inputs: input, shared: twin, if: true}",
    "- dense: {units: 3, shared: {kernel: table, bias: other}}",
    "- {type: dense, units: 3, shared: {kernel: table}}",
    "- relu: {inputs: [input], if: =width > 3}",
    "- {type: dense, units: 3, name: a, shared: twin, if: =flag}",
    "- repeat: {times: 2, layers: [relu]}",
    "- {type: repeat, times: =width, layers: [{type: relu}], name: loop, if: =flag}",
    '- repeat: {times: 2, layers: [dense: {units: "=sizes[index]"}]}',
    "- repeat: {over: {units: [1, 2], rate: [=1 / 2, 0]}, layers: [dense: {units: =units}, dropout: {rate: =rate}]}",
    "- repeat: {over: [{units: 1}, {units: =width}], layers: [dense: {units: =units}]}",
    "- repeat: {over: {units: =sizes}, layers: [dense: {units: =units}]}",
    "- repeat: {over: =rows, layers: [dense: {units: =units}]}",
    "- residual: [relu, relu: {name: last}]",
    "- residual: {layers: [relu], trainable: false}",
    "- {type: repeat, times: 2, layers: [relu], trainable: =flag}",
    "- residual: {layers: [relu], shortcut: [], shortcut_when: always, merge: multiply}",
    "- residual: {layers: [relu], shortcut: [identity], when: =when, merge: {concatenate: {axis: 1}}}",
    "- residual: {layers: [relu], merge: {type: add, name: sum}}",
    "- branch: [[relu], [], [dense: {units: 3}, {type: relu}]]",
    "- {type: branch, paths: [[relu], []], merge: add, inputs: input}",
    "- branch: [[repeat: {times: 2, layers: [residual: [branch: [[relu], [relu]]]]}]]",
    "- reshape: {target_shape: =shape}",
    "- conv2d: {filters: 8, kernel_size: =sizes}",
    "- time_distributed: {layer: {dense: {units: =width}}}",
    "- time_distributed: {layers: [{dense: {units: =width}}, relu], trainable: =flag}",
    "- time_distributed: [dense: =width, residual: [relu]]",
    "- time_distributed: {layer: {repeat: {times: 2, layers: [relu]}}}",
    "- {type: time_distributed, layers: [relu]}",
    "- bidirectional: {layer: {type: lstm, units: =width}}",
]


@pytest.mark.parametrize("layer", PLACES)
def test_containers_and_places(validator: Any, layer: str) -> None:
    variables = "{width: 8, flag: true, sizes: [3, 5], rows: [{units: 1}], shape: [8, -1], when: always}"
    text = f"input: [8, 8, 3]\nvariables: {variables}\nlayers:\n  {layer}\n"
    assert accepted_by_load(text)
    validator.validate(read(text, "net.yaml").places.data)


BLOCKS = [
    "part: {layers: [relu]}\nlayers: [part, part: , part: {}, {type: part}, part: {name: a, shared: twin, if: true}]",
    "part: {parameters: , inputs: , outputs: , layers: [relu]}\nlayers: [part]",
    "part: {parameters: {n: , list: [1, 2], map: {a: 1}, word: =more}, layers: [dense: {units: =n}]}\n"
    "layers: [part: {n: 3}, {type: part, n: =more, map: {}}, repeat: {times: 2, layers: [part: {n: 1}]}]",
    "part: {inputs: [a, b], outputs: sum, layers: [add: {name: sum, inputs: [a, b]}]}\n"
    "layers: [relu: {name: x}, part: {inputs: [x, input]}, residual: {layers: [relu], merge: part}]",
    "part: {inputs: x, outputs: [y, z], layers: [relu: {name: y, inputs: x}, relu: {name: z}]}\n"
    "layers: [part: {name: p}, add: {inputs: [p/y, p/z]}]",
    "part: {layers: [relu]}\nlayers: [part: {trainable: false}, {type: part, trainable: =more == 3}]",
    "part: {parameters: {trainable: 3}, layers: [dense: {units: =trainable}]}\nlayers: [part: {trainable: 4}]",
    "part: {layers: [relu: {name: a}, relu: {name: b}]}\nlayers: [part]\noutputs: part",
]


@pytest.mark.parametrize("blocks", BLOCKS)
def test_blocks(validator: Any, blocks: str) -> None:
    text = f"input: [8]\nvariables: {{more: 3}}\nblocks:\n  {blocks}\n"
    assert "outputs: part" in text or accepted_by_load(text)
    validator.validate(read(text, "net.yaml").places.data)


def test_every_field_of_a_place_is_known(validator: Any) -> None:
    for field in PLACEMENT:
        value = False if field == "if" else "input"
        validator.validate({"input": [8], "layers": [{"relu": {field: value}}]})


HEADS = [
    "input: {image: [null, 32, 3]}",
    "input: {left: [8], right: [8]}\noutputs: left",
    "input: [8]\noutputs: [dropout]\nblocks:",
    "input: =shape\nvariables: {shape: [8, 8]}",
    "input: [=width, 2]\nvariables: {width: 3}\nname: =width",
    "input: [3]\nname:\nvariables:\ndefaults:\nbudget:\ndata_format:",
    "input: [3]\nbudget: {max_params: 250k, max_macs: 40M, max_weight_memory: 1 MiB, max_layers: 3}",
    "input: [3]\nbudget: {max_params: 250000, max_layer_params: =10 * 1000}",
    "input: [3]\nbudget: {max_params: +2%, max_macs: + 1.5k, max_sram: -5 %, max_flash: +1 KiB, max_layers: +0}",
    "input: [3]\nbudget: {blocks: {dropout: {max_params: +0%}}}",
    "input: [3]\ndata_format: channels_first\ndefaults: {dense: {activation: =function}}\nvariables: {function: relu}",
]


@pytest.mark.parametrize("head", HEADS)
def test_heads_of_a_file(validator: Any, head: str) -> None:
    text = f"{head}\nlayers: [dropout: {{rate: 0.5}}]\n"
    assert any(word in head for word in ("name: =width", "outputs:")) or accepted_by_load(text)
    validator.validate(read(text, "net.yaml").places.data)


def test_a_required_field_may_come_from_the_defaults(validator: Any) -> None:
    text = "input: [8, 8, 3]\ndefaults: {conv2d: {kernel_size: 3}}\nlayers: [conv2d: {filters: 8}]\n"
    assert accepted_by_load(text)
    validator.validate(read(text, "net.yaml").places.data)


WRONG = [
    "layers: [flatten]",
    "input: [8, 8, 3]",
    "input: 8\nlayers: [flatten]",
    "input: [0]\nlayers: [flatten]",
    "input: [8]\nlayer: []\nlayers: [flatten]",
    "input: [8]\nlayers: flatten",
    "input: [8]\nlayers: [flaten]",
    "input: [8]\nlayers: [Flatten]",
    "input: [8]\nlayers: [7]",
    "input: [8]\nlayers: [null]",
    "input: [8]\nlayers: [{}]",
    "input: [8]\nlayers: [dens: {units: 3}]",
    "input: [8]\nlayers: [custom: {weights: {w: null}}]",
    "input: [8]\nlayers: [custom: {weights: {w: {shape: null}}}]",
    "input: [8]\nlayers: [{type: dens, units: 3}]",
    "input: [8]\nlayers: [{type: dense, unit: 3}]",
    "input: [8]\nlayers: [{type: dense, units: many}]",
    "input: [8]\nlayers: [{type: dense}]",
    "input: [8]\nlayers: [dense]",
    "input: [8]\nlayers: [dense: ]",
    "input: [8]\nlayers: [dense: {unit: 3}]",
    "input: [8]\nlayers: [dense: {units: 0}]",
    "input: [8]\nlayers: [dense: {units: 1.5}]",
    "input: [8]\nlayers: [dense: {units: true}]",
    "input: [8]\nlayers: [dense: {units: [3]}]",
    "input: [8]\nlayers: [dense: {units: 3, activation: Relu}]",
    "input: [8]\nlayers: [dense: {units: 3, bias: yes}]",
    "input: [8, 8]\nlayers: [dense: {units: 3, bias: {untied: []}}]",
    "input: [8, 8]\nlayers: [dense: {units: 3, bias: {untied: [0]}}]",
    "input: [8, 8]\nlayers: [dense: {units: 3, bias: {tied: [1]}}]",
    "input: [8, 8]\nlayers: [conv1d: {filters: 3, kernel_size: 3, bias: {untied: [height]}}]",
    "input: [8, 8]\nlayers: [conv1d: {filters: 3, kernel_size: 3, bias: {untied: [1]}}]",
    "input: [8, 8]\nlayers: [conv1d: {filters: 3, kernel_size: 3, bias: {untied: [length, length]}}]",
    "input: [8, 8]\nlayers: [conv1d: {filters: 3, kernel_size: 3, bias: [length]}]",
    "input: [8]\nlayers: [dense: {units: 3, name: 3}]",
    "input: [8]\nlayers: [dense: {units: 3, type: flatten}]",
    "input: [8]\nlayers:\n  - dense:\n    units: 3",
    "input: [8]\nlayers: [{dense: {units: 3}, flatten: }]",
    "input: [8, 8, 3]\nlayers: [conv2d: {filters: 8, kernel_size: 3, padding: sam}]",
    "input: [8, 8, 3]\nlayers: [conv2d: {filters: 8, kernel_size: 3, padding: causal}]",
    "input: [8, 8, 3]\nlayers: [conv2d: {out_channels: 8, kernel_size: 3}]",
    "input: [8]\nbudget: {max_parameters: 3}\nlayers: [flatten]",
    "input: [8]\nbudget: {max_params: lots}\nlayers: [flatten]",
    "input: [8]\nbudget: {max_params: 2%}\nlayers: [flatten]",
    "input: [8]\nbudget: {max_params: -5k}\nlayers: [flatten]",
    "input: [8]\nbudget: {max_weight_memory: 3M}\nlayers: [flatten]",
    "input: [8]\ndata_format: NCHW\nlayers: [flatten]",
    "input: [8]\ndefaults: {dens: {units: 3}}\nlayers: [flatten]",
    "input: [8]\ndefaults: {dense: {unit: 3}}\nlayers: [dense: {units: 3}]",
    "input: [8]\ndefaults: {dense: {name: a}}\nlayers: [dense: {units: 3}]",
    "input: [8]\ndefaults: {repeat: {times: 3}}\nlayers: [repeat: {layers: [relu]}]",
    "input: [8]\nlayers: []",
    "input: [8]\noutputs: []\nlayers: [relu]",
    "input: [8]\nvariables: {a: {b: 1}}\nlayers: [relu]",
    "input: [8]\nlayers: [relu: {name: a/b}]",
    "input: [8]\nlayers: [relu: {name: }]",
    "input: [8]\nlayers: [relu: {inputs: []}]",
    "input: [8]\nlayers: [relu: {inputs: 3}]",
    "input: [8]\nlayers: [relu: {inputs: }]",
    "input: [8]\nlayers: [relu: {shared: 1}]",
    "input: [8]\nlayers: [dense: {units: 1, shared: {}}]",
    "input: [8]\nlayers: [dense: {units: 1, shared: [kernel]}]",
    "input: [8]\nlayers: [dense: {units: 1, shared: {kernel: }}]",
    "input: [8]\nlayers: [repeat: {times: 2, shared: {kernel: a}, layers: [relu]}]",
    "input: [8]\nblocks: {b: {layers: [relu]}}\nlayers: [b: {shared: {kernel: a}}]",
    "input: [8]\nlayers: [relu: {if: yes}]",
    "input: [8]\nlayers: [relu: {if: 1}]",
    "input: [8]\nlayers: [repeat]",
    "input: [8]\nlayers: [repeat: ]",
    "input: [8]\nlayers: [repeat: {times: 3}]",
    "input: [8]\nlayers: [repeat: {times: 0, layers: [relu]}]",
    "input: [8]\nlayers: [repeat: {times: 2, layers: []}]",
    "input: [8]\nlayers: [repeat: {times: 2, layers: relu}]",
    "input: [8]\nlayers: [repeat: [relu]]",
    "input: [8]\nlayers: [repeat: {over: [], layers: [relu]}]",
    "input: [8]\nlayers: [repeat: {over: {a: 3}, layers: [relu]}]",
    "input: [8]\nlayers: [repeat: {times: 2, shared: a, layers: [relu]}]",
    "input: [8]\nlayers: [residual]",
    "input: [8]\nlayers: [residual: []]",
    "input: [8]\nlayers: [residual: {layers: [relu], trainable: 0}]",
    "input: [8]\nlayers: [residual: {layers: [relu], merge: plus}]",
    "input: [8]\nlayers: [residual: {layers: [relu], merge: dense}]",
    "input: [8]\nlayers: [residual: {layers: [relu], when: shape_changes}]",
    "input: [8]\nlayers: [branch: [relu]]",
    "input: [8]\nlayers: [branch: {paths: []}]",
    "input: [8]\nlayers: [branch: [[relu], [flaten]]]",
    "input: [8]\nlayers: [{type: branch, paths: [[{type: flaten}]]}]",
    "input: [8]\nlayers: [residual: [residual: [residual: [dens: {units: 3}]]]]",
    "input: [8]\nlayers: [residual: [{type: residual, layers: [branch: [[dense]]]}]]",
    "input: [8, 8]\nlayers: [time_distributed: {layer: dense}]",
    "input: [8, 8]\nlayers: [time_distributed: {layer: {dens: {units: 3}}}]",
    "input: [8, 8]\nlayers: [time_distributed: {layers: [dense]}]",
    "input: [8, 8]\nlayers: [time_distributed: [dens: 3]]",
    "input: [8, 8]\nlayers: [time_distributed: []]",
    "input: [8, 8]\nlayers: [time_distributed]",
    "input: [8, 8]\nlayers: [time_distributed: {trainable: false}]",
    "input: [8]\nblocks: {part: }\nlayers: [relu]",
    "input: [8]\nblocks: {part: [relu]}\nlayers: [relu]",
    "input: [8]\nblocks: {part: {}}\nlayers: [relu]",
    "input: [8]\nblocks: {part: {layers: [dense]}}\nlayers: [part]",
    "input: [8]\nblocks: {part: {layers: [relu], input: a}}\nlayers: [part]",
    "input: [8]\nblocks: {dense: {layers: [relu]}}\nlayers: [relu]",
    "input: [8]\nblocks: {repeat: {layers: [relu]}}\nlayers: [relu]",
    "input: [8]\nblocks: {part: {parameters: {name: a}, layers: [relu]}}\nlayers: [part]",
    "input: [8]\nblocks: {part: {parameters: [a], layers: [relu]}}\nlayers: [part]",
    "input: [8]\nblocks: {part: {layers: [relu]}}\nlayers: [part: 3]",
    "input: [8]\nblocks: {part: {layers: [relu]}}\nlayers: [part: {name: 3}]",
    "input: [8]\nblocks: {part: {layers: [relu]}}\nlayers: [{type: part, if: 3}]",
]


@pytest.mark.parametrize("text", WRONG)
def test_wrong_files(validator: Any, text: str) -> None:
    assert not accepted_by_load(text)
    assert not validator.is_valid(read(text, "net.yaml").places.data)


def test_every_kind_completes_with_an_example_that_is_valid(validator: Any) -> None:
    for word in (*KINDS, *CONTAINERS):
        validator.validate({"input": [8, 8, 3], "layers": [{word: example(class_of(word))}]})


SCALARS: list[Any] = [
    0,
    1,
    2,
    -1,
    0.5,
    True,
    False,
    None,
    "same",
    "relu",
    "tied",
    "channels_first",
    "=2",
    "=1 / 2",
    "=1 > 2",
]
BIASES: list[Any] = [{"untied": ["height"]}, {"untied": [1]}, {"untied": []}]
VALUES = st.sampled_from([*SCALARS, *BIASES, [1], [1, 2], [2, 1, 2], [[1, 1], [0, 2]], [], {}])


def stated(word: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw fields of a layer or a container, most of them wrong."""
    names = [name for name in (*named_fields(class_of(word)), *PLACEMENT) if name != "type"]
    others = st.lists(st.tuples(st.sampled_from(names), VALUES), max_size=2)
    return others.map(lambda fields: example(class_of(word)) | dict(fields))


@given(word=st.sampled_from([*KINDS, *CONTAINERS]), value=VALUES)
def test_what_load_accepts_as_a_plain_value(word: str, value: Any) -> None:
    text = json.dumps({"input": [8, 8, 3], "layers": [{word: value}]})
    if accepted_by_load(text):
        network_validator().validate(json.loads(text))


ENTRIES = st.sampled_from([*KINDS, *CONTAINERS]).flatmap(lambda word: st.tuples(st.just(word), stated(word)))


@given(entry=ENTRIES, spelled_out=st.booleans())
def test_what_load_accepts(entry: tuple[str, dict[str, Any]], spelled_out: bool) -> None:
    word, fields = entry
    assume(fields.get("if", True) not in (False, "=1 > 2"))  # nobody looks at what is left out
    layer = {"type": word, **fields} if spelled_out else {word: fields}
    text = json.dumps({"input": [8, 8, 3], "layers": [layer]})
    if accepted_by_load(text):
        network_validator().validate(json.loads(text))
