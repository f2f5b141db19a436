"""Whatever a file holds, it is summarized, explained and checked, or refused with a SpecError: no other exception."""

import io
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsum import Diagnostic, Network, SpecError, Summary, check, explain, load, summarize
from archsum.language.spec.containers import CONTAINERS
from archsum.language.spec.document import Block, Document
from archsum.language.spec.items import PLACEMENT
from archsum.layers import KINDS, layer_class
from archsum.layers.fields import named_fields
from archsum.render.summary import csv, html
from archsum.render.summary import json as json_format
from archsum.render.summary import text as table
from archsum.render.summary.columns import OPTIONAL
from tests.support.paths import EXAMPLES

Record = Callable[[str, object], None]

WITHOUT_PLACE = {"not-text", "unreadable"}
"""Codes of what is wrong with a file as a whole."""


LAYERS_SHOWN = 100
"""Networks with more layers are shown in one way only: the others take long, and are alike."""


class Examiner:
    """Reads files, shows what came of them in every way there is, and counts."""

    def __init__(self) -> None:
        self.tally: Counter[str] = Counter()

    def __call__(self, content: bytes | str, **overrides: Any) -> None:
        file: Any = io.BytesIO(content) if isinstance(content, bytes) else io.StringIO(content)
        try:
            model = load(file, **overrides)
            summary = summarize(model)
        except SpecError as error:
            refusal = error
        else:
            self.tally["fuzzed files that are summarized"] += 1
            return check_outputs(model, summary)
        self.tally["fuzzed files that are refused"] += 1
        return check_refusal(refusal, placed=not overrides)


def check_outputs(model: Network, summary: Summary) -> None:
    assert str(summary)
    if len(summary.layers) > LAYERS_SHOWN:
        return
    for width in (None, 40, 80):
        assert table.render(summary, tuple(OPTIONAL), "keras", width)
    for render in (csv.render, html.render, table.render_markdown):
        assert render(summary)
    assert json.loads(json_format.render(summary))["totals"]["params"] == summary.params
    assert str(explain(model))
    result = check(model, {"max_params": 10, "max_macs": 10, "max_layer_params": 10})
    assert str(result)
    for problem in result.problems:
        check_place(problem)


def check_refusal(refusal: SpecError, *, placed: bool) -> None:
    assert refusal.diagnostics
    assert str(refusal)
    for diagnostic in refusal.diagnostics:
        check_place(diagnostic)
        assert diagnostic.span or not placed or diagnostic.code in WITHOUT_PLACE, diagnostic


def check_place(diagnostic: Diagnostic) -> None:
    assert str(diagnostic)
    for span in (diagnostic.span, *(span for _, span in diagnostic.notes)):
        assert not span or 0 <= span.start <= span.end <= len(span.source.text) + 1


def examine_all(contents: st.SearchStrategy[Any], record: Record) -> Counter[str]:
    """Examine what is drawn: a file's content, or its content and what overrides it."""
    examiner = Examiner()

    @settings(max_examples=3 * settings().max_examples)
    @given(contents)
    def examine(content: bytes | str | tuple[str, dict[str, Any]]) -> None:
        if isinstance(content, tuple):
            examiner(content[0], **content[1])
        else:
            examiner(content)

    examine()
    for what, count in examiner.tally.items():
        record(what, count)
    return examiner.tally


def test_any_bytes(record_property: Record) -> None:
    examine_all(st.binary(max_size=300), record_property)


def test_any_text(record_property: Record) -> None:
    examine_all(st.text(max_size=300), record_property)


YAML_SIGNS = st.text(alphabet="ab1 \t\n\r-?:,[]{}#&*!|>'\"%@`=<~.é\u2028\x85\ufeff\x00", max_size=200)


def test_any_text_of_yaml_signs(record_property: Record) -> None:
    examine_all(YAML_SIGNS, record_property)


@pytest.mark.parametrize("content", ["a: !%", "%TAG ! %"])
def test_text_that_was_refused_at_a_place_outside_it(content: str) -> None:
    Examiner()(content)


FIELDS = sorted({field for kind in KINDS for field in named_fields(layer_class(kind))})
FIELDS_OF_CONTAINERS = sorted({field for container in CONTAINERS.values() for field in container.model_fields})
WORDS = [
    *Document.model_fields, *Block.model_fields, *PLACEMENT, *CONTAINERS, *FIELDS_OF_CONTAINERS, *KINDS, *FIELDS,
]  # fmt: skip
VALUES = ["same", "valid", "causal", "untied", "channels_first", "5M", "1 MiB", "null", "\x1b[31m", "a" * 300]
FORMULAS = [
    "=1", "=width", "=a", "=1/0", "=9**9**9", "=(", "=2 * width", "=round(1.5)", "=-1", '="a"', "=1 < 2", "=None",
    "=input_height // 2", "=input_channels", "=input_elements", "=1e18 * 1e18", "=min()", "=min(1)", "=abs(-a)",
    "=0.1", "=1 if a else 2", "=a.b", "=[1]", "=max(1, 2, 3)", "=2 ** -1", "=(-8) ** 0.5", "=make_divisible(3, 0)",
]  # fmt: skip
NUMBERS = st.integers(-3, 70) | st.sampled_from([10**12, 10**30, -(10**30)]) | st.floats()
TEXTS = st.sampled_from(WORDS) | st.sampled_from([*FORMULAS, *VALUES]) | st.text(max_size=5)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
TREES = st.recursive(
    SCALARS, lambda trees: st.lists(trees, max_size=3) | st.dictionaries(TEXTS, trees, max_size=3), max_leaves=8
)


def test_any_tree(record_property: Record) -> None:
    examine_all(TREES.map(json.dumps), record_property)


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


def test_any_network(record_property: Record) -> None:
    tally = examine_all(NETWORKS.map(json.dumps), record_property)
    assert min(tally.values()) > tally.total() // 10, "most of what is drawn comes out alike"


NAMES = st.sampled_from(["a", "b", "c", "a/b", "b/a", "input", "left", "right", "nothing"])
PLACES = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "inputs": NAMES | st.lists(NAMES, max_size=3),
        "shared": st.sampled_from(["s", "t"]),
        "if": st.sampled_from([True, False, "=index == 0", "=width > 4", "=input_height == null", 3]),
    },
)
SIMPLE = [
    "relu", "flatten", "identity", "add", "concatenate", "b", "c", {"parameter": {"shape": [4]}},
    {"dense": {"units": 4}}, {"dense": {"units": "=width"}}, {"dense": {"units": "=4 + index"}},
    {"dense": {"units": "=input_channels"}},
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


def test_any_nested_network(record_property: Record) -> None:
    tally = examine_all(NESTED.map(json.dumps), record_property)
    assert min(tally.values()) > tally.total() // 20, "most of what is drawn comes out alike"


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


def test_nested_aliases(record_property: Record) -> None:
    examine_all(nested_aliases(), record_property)


SOUND_FILES = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.yaml"))]
TOKENS = re.compile(r"\s+|\w+|.")


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """Draw one of the examples with a few of its tokens deleted, replaced or added to."""
    tokens = TOKENS.findall(draw(st.sampled_from(SOUND_FILES)))
    others = st.sampled_from(tokens) | st.sampled_from(
        [*WORDS, *FORMULAS, "-1", "[", "}", ": ", "\n", "- ", "<<", "&a"]
    )
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(tokens) - 1))
        tokens[place : place + draw(st.integers(0, 2))] = draw(st.lists(others, max_size=2))
    return "".join(tokens)


def test_mutations_of_examples(record_property: Record) -> None:
    examine_all(mutations(), record_property)


SHAPES = st.lists(st.none() | st.integers(-2, 300), max_size=4)
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "variables": st.dictionaries(st.sampled_from(["width", "classes", "a"]), SCALARS),
        "input": SHAPES | st.dictionaries(st.sampled_from(["input", "left", "right"]), SHAPES, max_size=2),
    },
)


def test_any_override(record_property: Record) -> None:
    examine_all(st.tuples(st.sampled_from(SOUND_FILES), OVERRIDES), record_property)
