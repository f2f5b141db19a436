"""A plain value is the main field of its kind, wherever a layer is written."""

import io
from typing import Any, get_args

import jsonschema
import pytest
import yaml

import archsum
from archsum.language.schema.network import network_schema
from archsum.layers import FAMILIES, KINDS, layer_class
from archsum.layers.documentation import field_names
from archsum.layers.fields import Activation, named_fields

MAIN_FIELDS = {kind: main for kind in KINDS if (main := layer_class(kind).main_field)}
VALUES: dict[str, Any] = {
    "activation": "silu", "alpha": 0.5, "axes": -1, "axis": -1, "block_size": 2, "cropping": 1, "dims": [2, 1],
    "equation": "bij->bji", "factor": 1.0, "function": "mean", "groups": 4, "height_factor": 0.2, "kernel_size": 3,
    "mode": "horizontal", "n": 3, "num_tokens": 9, "repeats": [2, 1],
    "mask_value": 1.5, "max_value": 6, "negative_slope": 0.2, "output_size": 2, "padding": 1, "pool_size": 2,
    "rate": 0.5, "scale": 0.5, "shape": [8, 4], "size": 2, "stddev": 0.1, "target_shape": [-1], "units": 8,
}  # fmt: skip
OTHER_VALUES = {"pad": [1, 1]}
"""Of kinds that take something else in such a field."""
INPUTS = {1: "[8, 4]", 2: "[8, 8, 4]", 3: "[8, 8, 8, 4]"}


def load(layers: str, input_: str = "[8, 4]", head: str = "") -> archsum.Network:
    return archsum.load(io.StringIO(f"input: {input_}\n{head}layers:\n{layers}"))


def summary_of(*arguments: str) -> list[Any]:
    return [(layer.name, layer.layer, layer.output_shape) for layer in archsum.summarize(load(*arguments)).layers]


def input_of(kind: str) -> str:
    others = {
        "dense": "[8]",
        "repeat_vector": "[8]",
        "category_encoding": "[8]",
        "local_response_normalization": INPUTS[2],
    }
    others |= dict.fromkeys(FAMILIES["augmentation"], "[8, 8, 3]")
    return others.get(kind) or INPUTS[getattr(layer_class(kind), "rank", 1)]


def written(kind: str, value: str) -> str:
    match kind:
        case "concatenate" | "dot" | "stack":
            return f"  - branch: {{paths: [[relu], []], merge: {{{kind}: {value}}}}}\n"
        case "squeeze":
            return f"  - reshape: [8, 4, 1]\n  - squeeze: {value}\n"
        case "parameter" | "constant":
            return f"  - branch: {{paths: [[relu], [{kind}: {value}]]}}\n"
    return f"  - {kind}: {value}\n"


@pytest.mark.parametrize("kind", MAIN_FIELDS)
def test_it_is_the_main_field(kind: str) -> None:
    main = MAIN_FIELDS[kind]
    value = yaml.safe_dump(OTHER_VALUES.get(kind, VALUES[main]), default_flow_style=True).removesuffix("...\n").strip()
    plain = summary_of(written(kind, value), input_of(kind))
    assert plain == summary_of(written(kind, f"{{{main}: {value}}}"), input_of(kind))


@pytest.mark.parametrize("kind", MAIN_FIELDS)
def test_it_is_all_that_the_kind_needs(kind: str) -> None:
    infos = named_fields(layer_class(kind))
    assert MAIN_FIELDS[kind] in field_names(layer_class(kind))
    assert {name for name, info in infos.items() if info.is_required()} <= {MAIN_FIELDS[kind]}


def test_a_kind_that_needs_one_field_takes_it_plain() -> None:
    for kind in KINDS:
        required = [name for name, info in named_fields(layer_class(kind)).items() if info.is_required()]
        if len(required) == 1 and not layer_class(kind).layer_fields:
            assert layer_class(kind).main_field == required[0], kind


def test_every_activation_is_a_word() -> None:
    words = {*FAMILIES["activation_functions"], *FAMILIES["activation"]}
    assert words >= {*get_args(Activation)} - {"linear"}  # `identity`; to PyTorch `Linear` is a dense layer


@pytest.mark.parametrize("word", FAMILIES["activation_functions"])
def test_a_word_is_the_activation_of_that_name(word: str) -> None:
    (own,), (named,) = (archsum.summarize(load(f"  - {layer}\n")).layers for layer in (word, f"activation: {word}"))
    assert own.name == word
    for aspect in ("output_shape", "params", "macs", "flops"):
        assert getattr(own, aspect) == getattr(named, aspect)
    assert own.layer.kept((8, 4)) == named.layer.kept((8, 4))
    assert own.layer.backward((8, 4)) == named.layer.backward((8, 4))


def test_formulas_blocks_and_defaults() -> None:
    head = "variables: {width: 3}\ndefaults: {dropout: 0.25}\nblocks: {b: {parameters: {n: 2}, layers: [dense: =n]}}\n"
    plain = summary_of("  - dense: =2 * width\n  - dropout\n  - b\n  - b: {n: 5}\n", "[8]", head)
    head = head.replace("0.25", "{rate: 0.25}").replace("=n", "{units: =n}")
    assert plain == summary_of("  - dense: {units: =2 * width}\n  - dropout\n  - b\n  - b: {n: 5}\n", "[8]", head)


def test_inside_a_wrapper() -> None:
    plain = summary_of("  - time_distributed: {layer: {dense: 5}}\n  - bidirectional: {layer: {lstm: 6}}\n")
    assert plain == summary_of(
        "  - time_distributed: {layer: {dense: {units: 5}}}\n  - bidirectional: {layer: {lstm: {units: 6}}}\n"
    )


@pytest.mark.parametrize(
    ("layers", "is_sound"),
    [
        ("[dense: 10, dropout: 0.5, max_pooling1d: 2, silu, reshape: [-1], dense: =2 * 3]", True),
        ("[dense: [10]]", False),
        ("[dropout: half]", False),
        ("[flatten: 3]", False),
        ("[conv2d: 8]", False),
        ("[{type: dense}]", False),
        ("[dense: ]", False),
    ],
)
def test_the_schema_knows_it(layers: str, is_sound: bool) -> None:
    document = {"input": [8, 4], "layers": yaml.safe_load(layers)}
    assert jsonschema.Draft7Validator(network_schema()).is_valid(document) == is_sound
