"""What messages never say, whatever is wrong: the words of Python and pydantic. And each has a cure."""

import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import archsum
from archsum import Diagnostic, SpecError
from archsum.formula import FUNCTIONS
from archsum.language.spec.budget import Budget, StatedDevice
from archsum.language.spec.containers import CONTAINERS
from archsum.language.spec.document import Block, Document
from archsum.language.spec.items import PLACEMENT
from archsum.language.spec.training import Training
from archsum.layers import KINDS, layer_class
from archsum.layers.documentation import example
from archsum.layers.fields import named_fields
from archsum.render.layers import _yaml as yaml

PYTHON = re.compile(
    r"(?<![\w.])(None|True|False|tuple|dict|NoneType|str|int|float|bool|inf|nan|Traceback|Error|Exception|codec|decode|pydantic|"
    r"unhashable|iterable|operand|positional|kwargs?|object at|Input should|Value error|Extra inputs|Field required|"
    r"valid (integer|number|string|list|dictionary|boolean)|unable to parse)\b|<class|'\w+'|\(\d+,\)"
)

SCALARS = [
    "", "null", "~", "true", "false", "0", "1", "-1", "3", "2.0", "0.5", "-0.5", "1e300", ".inf", "-.inf", ".nan",
    "9" * 30, "9" * 310, "0x10", '"3"', '""', "some", "same", "(3, 3)", "3x3", "5M", "1,000", "a b", "é", "[", "*a",
    '"=null"', '"=true"', '"=1 / 3"', '"=1 / 0"', '"=nothing"', '"=("', '"=-1"', '"=1 < 2"', '"=text"', '"=many"',
    '"=some"', '"=empty"', '"=many[9]"', '"=text + 1"', '"=none + 1"', '"=many * 2"', '"=min(many)"', '"=many[text]"',
]  # fmt: skip
"""Values as a file writes them; few fields take most of them."""

VARIABLES = "variables: {text: word, none: null, some: true, many: [1, 2.5, null, true], empty: []}\n"

VALUES = st.recursive(
    st.sampled_from(SCALARS),
    lambda values: (
        st.lists(values, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(["a", "layers", "shape", "2", "null"]), values, max_size=2).map(
            lambda items: "{" + ", ".join(f"{key}: {item}" for key, item in items.items()) + "}"
        )
    ),
    max_leaves=5,
)
INPUTS = st.sampled_from(
    ["[8]", "[9, 4]", "[null, 4]", "[9, 9, 4]", "[null, 9, 4]", "[9, 9, null]", "[5, 6, 7, 2]", "[]"]
)


def problems(text: str, **overrides: Any) -> list[Diagnostic]:
    """Return what is wrong with a file."""
    try:
        archsum.costs(archsum.load(io.StringIO(text), **overrides))
    except SpecError as error:
        return error.diagnostics
    return []


def check(text: str) -> int:
    """Check the words of what is wrong with a file, and return how much that is."""
    found = problems(text)
    for diagnostic in found:
        assert diagnostic.cure.strip(), (text, diagnostic.message)
        for said in (diagnostic.message, diagnostic.cure, *(note for note, _ in diagnostic.notes)):
            # `int` is one of Keras's words for what discretization gives.
            assert not PYTHON.search(said.replace("one of int, one_hot", "")), (text, said)
    return len(found)


MODELS: list[tuple[str, type[BaseModel]]] = [
    *((kind, layer_class(kind)) for kind in KINDS),
    *CONTAINERS.items(),
    ("the file", Document),
    ("block", Block),
    ("training", Training),
    ("budget", Budget),
    ("device", StatedDevice),
]


def file_with(word: str, fields: dict[str, str], shape: str) -> str:
    """Return a file in which a layer, or what the word stands for, has fields with these values."""
    flow = "{" + ", ".join(f"{name}: {value}" for name, value in fields.items()) + "}"
    head = "" if "variables" in fields and word == "the file" else VARIABLES
    match word:
        case "the file":
            stated = {"input": shape, "layers": "[relu]", **fields}
            return head + "".join(f"{name}: {value}\n" for name, value in stated.items())
        case "block":
            return f"{head}input: {shape}\nblocks: {{b: {flow}}}\nlayers: [b]\n"
        case "training" | "budget":
            return f"{head}input: {shape}\n{word}: {flow}\nlayers: [relu]\n"
        case "device":
            return f"{head}input: {shape}\ndevices: {{d: {flow}}}\nlayers: [relu]\n"
    return f"{head}input: {shape}\nlayers:\n  - {word}: {flow}\n"


def needed(model: type[BaseModel]) -> dict[str, str]:
    """Return the fields that a first use has, as a file writes them."""
    return {name: yaml(value) for name, value in example(model).items()}


def fields(word: str, model: type[BaseModel]) -> list[str]:
    """Return the fields of a layer, and those that it has as one, and one that there is not."""
    placed = PLACEMENT if word in KINDS or word in CONTAINERS else ()
    return [*(name for name in named_fields(model) if name != "type"), *placed, "no_such_field"]


@pytest.mark.parametrize(("word", "model"), MODELS, ids=[word for word, _ in MODELS])
def test_every_field_with_every_wrong_value(word: str, model: type[BaseModel]) -> None:
    stated = needed(model)
    found = sum(
        check(file_with(word, {**stated, name: value}, "[9, 9, 4]"))
        for name in fields(word, model)
        for value in (*SCALARS, "[]", "{}", "[null]", "[3, true]", "[[1]]", "{a: 1}", "[1, 2, 3, 4, 5]")
    )
    assert found > len(fields(word, model)) * 10


@settings(max_examples=10 * settings().max_examples)
@given(st.data())
def test_any_field_with_any_wrong_value_and_any_input(data: st.DataObject) -> None:
    word, model = data.draw(st.sampled_from(MODELS))
    drawn = data.draw(st.dictionaries(st.sampled_from(fields(word, model)), VALUES, min_size=1, max_size=2))
    check(file_with(word, {**needed(model), **drawn}, data.draw(INPUTS)))


TERMS = st.sampled_from(
    ["1", "0", "-2.5", "1e17", "9" * 400, "null", "true", "text", "none", "some", "many", "empty", "many[0]", "nothing",
     "input_height", "index", "[1]", "(1, 2)", "{}", "a.b", "lambda: 1", "1j", "...", "x := 1"]
)  # fmt: skip
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "<", "==", "and", "or", "@", "^", "in", "if"]
FORMULAS = st.recursive(
    TERMS,
    lambda formulas: (
        st.tuples(formulas, st.sampled_from(OPERATORS), formulas).map(" ".join)
        | st.tuples(st.sampled_from([*FUNCTIONS, "len", "print"]), st.lists(formulas, max_size=3)).map(
            lambda call: f"{call[0]}({', '.join(call[1])})"
        )
        | st.tuples(formulas, formulas).map(lambda pair: f"({pair[0]})[{pair[1]}]")
        | formulas.map(lambda formula: f"not ({formula})")
    ),
    max_leaves=4,
)


@settings(max_examples=10 * settings().max_examples)
@given(FORMULAS)
def test_any_formula(formula: str) -> None:
    check(f'{VARIABLES}input: [9, 9, 4]\nlayers:\n  - dense: {{units: "={formula}"}}\n')
    check(f'{VARIABLES}input: [9, 9, 4]\nlayers:\n  - custom: {{output_shape: ["={formula}"], macs: "={formula}"}}\n')


YAML_SIGNS = st.text(alphabet="ab1 \t\n\r-?:,[]{}#&*!|>'\"%@`=<~.\\\x00\x07", max_size=40)


@settings(max_examples=10 * settings().max_examples)
@given(YAML_SIGNS)
def test_any_text(text: str) -> None:
    check(text)
    check(f"input: [8]\nlayers:\n  - dense: {{units: {text}}}\n")


@given(st.binary(max_size=20))
def test_any_bytes(content: bytes) -> None:
    """What is not UTF-8 is named, with its place."""
    with pytest.raises(SpecError) as caught:
        archsum.load(io.BytesIO(b"name: " + content + b"\xff"))
    for diagnostic in caught.value.diagnostics:
        assert not PYTHON.search(diagnostic.message)
        assert diagnostic.cure
