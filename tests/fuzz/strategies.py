"""What hypothesis draws: bytes, texts, trees and networks, with whatever may be wrong in any place of them."""

import json
from typing import Any

from hypothesis import strategies as st

from archsum.layers import KINDS, layer_class
from archsum.layers.fields import named_fields
from tests.fuzz.words import FORMULAS, VALUES, WORDS
from tests.support.paths import EXAMPLES

YAML_SIGNS = st.text(alphabet="ab1 \t\n\r-?:,[]{}#&*!|>'\"%@`=<~.é\u2028\x85\ufeff\x00", max_size=200)
NUMBERS = st.integers(-3, 70) | st.sampled_from([10**12, 10**30, -(10**30)]) | st.floats()
TEXTS = st.sampled_from(WORDS) | st.sampled_from([*FORMULAS, *VALUES]) | st.text(max_size=5)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
TREES = st.recursive(
    SCALARS, lambda trees: st.lists(trees, max_size=3) | st.dictionaries(TEXTS, trees, max_size=3), max_leaves=8
)


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a layer as its documentation shows it, with some fields more, of any type."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    declared = named_fields(layer_class(kind))
    fields = {name: info.examples[0] for name, info in declared.items() if info.is_required() and info.examples}
    small = st.integers(0, 4) | st.sampled_from(["same", "untied", "relu", *FORMULAS]) | st.lists(st.integers(0, 4))
    names = st.sampled_from(sorted(declared)) if draw(st.integers(0, 9)) else TEXTS
    return {kind: fields | draw(st.dictionaries(names, small if draw(st.integers(0, 9)) else TREES, max_size=1))}


SIZES = st.none() | st.integers(1, 40) | st.sampled_from([1, 10**12])
INPUTS = st.sampled_from([[8], [16, 4], [9, 9, 4], [None, 9, 4], [5, 6, 7, 2]]) | st.lists(
    SIZES, min_size=1, max_size=4
)
NETWORKS = st.fixed_dictionaries(
    {
        "input": INPUTS,
        "layers": st.lists(entries(), min_size=1, max_size=2) | st.lists(entries() | TREES, max_size=3),
    },
    optional={
        "name": TREES,
        "data_format": st.sampled_from(["channels_first", "channels_last"]),
        "variables": st.dictionaries(st.sampled_from(["width", "a", "b c"]), SCALARS) | TREES,
        "defaults": entries() | TREES,
        "budget": st.dictionaries(st.sampled_from(["max_params", "max_macs", "max_layers"]), SCALARS) | TREES,
    },
)


NAMES = st.sampled_from(["a", "b", "c", "a/b", "b/a", "input", "left", "right", "nothing"])
PLACES = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "inputs": NAMES | st.lists(NAMES, max_size=3),
        "shared": st.sampled_from(["s", "t", {"kernel": "u"}, {"kernel": "u", "bias": "v"}, {"parameter": "s"}]),
        "if": st.sampled_from([True, False, "=index == 0", "=width > 4", "=input_height == null", 3]),
    },
)
SIMPLE = [
    "relu", "flatten", "identity", "add", "concatenate", "b", "c", {"parameter": {"shape": [4]}},
    {"dense": {"units": 4}}, {"dense": {"units": "=width"}}, {"dense": {"units": "=4 + index"}},
    {"dense": {"units": "=input_channels"}}, {"custom": {"weights": {"w": [None, 4]}}},
    {"conv2d": {"filters": 4, "kernel_size": 3, "padding": "same"}}, {"b": {"width": 4}}, {"c": {"width": "=a"}},
]  # fmt: skip
MERGES = st.sampled_from(["add", "multiply", "concatenate", {"concatenate": {"axis": 1}}, "b", "relu"])
TABLES = st.sampled_from([{"a": [1, 4]}, {"width": [2, 3], "a": [1, 2]}, [{"a": 1}, {"a": 4}], {"a": [1], "b": []}])


def mostly(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw what is usual, but for one time in thirty."""
    return st.integers(0, 29).flatmap(lambda number: TREES if number == 29 else usual)


@st.composite
def placed(draw: st.DrawFn, layer: Any) -> Any:
    """Draw a layer in its place: most often just there."""
    if draw(st.integers(0, 9)) < 8:
        return layer
    ((kind, fields),) = layer.items() if isinstance(layer, dict) else ((layer, {}),)
    return {kind: fields | draw(PLACES)} if isinstance(fields, dict) else layer


def containers(layers: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = mostly(st.lists(mostly(layers), min_size=1, max_size=3))
    paths = mostly(st.lists(lists | st.just([]), min_size=1, max_size=3))
    fields = {
        "repeat": st.fixed_dictionaries({"times": st.integers(0, 3), "layers": lists})
        | st.fixed_dictionaries({"over": TABLES, "layers": lists}),
        "residual": lists
        | st.fixed_dictionaries(
            {"layers": lists},
            optional={
                "shortcut": lists,
                "shortcut_when": st.sampled_from(["always", "shape_changes"]),
                "when": st.sampled_from(["always", "shape_stays"]),
                "merge": MERGES,
            },
        ),
        "branch": paths | st.fixed_dictionaries({"paths": paths}, optional={"merge": MERGES}),
    }
    drawn = st.sampled_from(sorted(fields)).flatmap(lambda word: fields[word].map(lambda value: {word: value}))
    return drawn.flatmap(placed)


LAYERS = st.recursive(st.sampled_from(SIMPLE).flatmap(placed), containers, max_leaves=6)
BLOCKS = st.fixed_dictionaries(
    {"layers": st.lists(mostly(LAYERS), min_size=1, max_size=3)},
    optional={
        "parameters": mostly(st.sampled_from([{"width": 4}, {"width": None}, {"width": "=2 * a", "b": 3}, None])),
        "inputs": mostly(st.sampled_from([["left"], ["left", "right"], "right"])),
        "outputs": mostly(NAMES | st.lists(NAMES, min_size=1, max_size=3)),
    },
)
NESTED = st.fixed_dictionaries(
    {
        "input": st.sampled_from([[4], [8, 8, 4], [None, 8, 4], {"left": [4], "right": [4]}, {"input": [4], "a": [4]}]),
        "variables": st.sampled_from([{"width": 4, "a": 2}, {"width": [4, 8], "a": "=width[0]"}]),
        "blocks": st.fixed_dictionaries({"b": mostly(BLOCKS), "c": mostly(BLOCKS)}),
        "layers": st.lists(mostly(LAYERS), min_size=1, max_size=4),
    },
    optional={"outputs": NAMES | st.lists(NAMES, min_size=1, max_size=3), "data_format": st.just("channels_first")},
)


CLOSING = {"[": "]", "{k: ": "}", "{<<: ": "}", "[1, ": ", 2]"}


@st.composite
def nested_aliases(draw: st.DrawFn) -> str:
    """Draw values of which each wraps the one before in brackets, and a layer with the last."""
    levels = draw(st.lists(st.tuples(st.sampled_from(sorted(CLOSING)), st.integers(0, 40)), min_size=1, max_size=20))
    lines = ["variables:", f"  a0: &a0 {draw(st.sampled_from(['1', '{k: 1}']))}"]
    for number, (opening, times) in enumerate(levels, start=1):
        wrapped = f"{opening * times}*a{number - 1} {CLOSING[opening] * times}"
        lines.append(f"  a{number}: &a{number} {wrapped if times else '1'}")
    field = draw(st.sampled_from(["units", "bias", "<<"]))
    return "\n".join([*lines, "input: [8]", f"layers: [dense: {{{field}: *a{len(levels)}}}]"])


SOUND_FILES = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.yaml"))]
SHAPES = st.lists(st.none() | st.integers(-2, 300), max_size=4)
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "variables": st.dictionaries(st.sampled_from(["width", "classes", "a"]), SCALARS),
        "input": SHAPES | st.dictionaries(st.sampled_from(["input", "left", "right"]), SHAPES, max_size=2),
    },
)

FILES: dict[str, st.SearchStrategy[Any]] = {
    "any bytes": st.binary(max_size=300),
    "any text": st.text(max_size=300),
    "YAML signs": YAML_SIGNS,
    "any tree": TREES.map(json.dumps),
    "any network": NETWORKS.map(json.dumps),
    "any nested network": NESTED.map(json.dumps),
    "nested aliases": nested_aliases(),
    "any override": st.tuples(st.sampled_from(SOUND_FILES), OVERRIDES),
}
"""A file's content, or its content and what overrides it, by what it is called."""
