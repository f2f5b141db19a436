"""Whatever a file holds, a network file is summarized or refused with a SpecError: never with another exception."""

import io
import json
import re
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from archsum import Diagnostic, SpecError, Summary, summarize
from archsum.layers import KINDS, layer_class

NETWORKS = [
    path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
]

WITHOUT_PLACE = {"not-text", "unreadable"}
"""Codes of what is wrong with a file as a whole."""


def outcome(content: bytes | str) -> Summary | SpecError:
    file: Any = io.BytesIO(content) if isinstance(content, bytes) else io.StringIO(content)
    try:
        return summarize(file)
    except SpecError as error:
        return error


def check(content: bytes | str) -> None:
    result = outcome(content)
    assert str(result)
    if isinstance(result, SpecError):
        assert result.diagnostics
        for diagnostic in result.diagnostics:
            check_place(diagnostic)


def check_place(diagnostic: Diagnostic) -> None:
    assert str(diagnostic)
    spans = [span for _, span in diagnostic.notes]
    if diagnostic.code not in WITHOUT_PLACE:
        assert diagnostic.span, diagnostic
        spans.append(diagnostic.span)
    for span in spans:
        assert 0 <= span.start <= span.end <= len(span.source.text) + 1


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    check(content)


@given(st.text(max_size=300))
def test_any_text(content: str) -> None:
    check(content)


YAML_CHARACTERS = st.text(alphabet="ab1 \t\n\r-?:,[]{}#&*!|>'\"%@`=<~.é\u2028\x85\ufeff\x00", max_size=200)


@given(YAML_CHARACTERS)
def test_any_text_of_yaml_signs(content: str) -> None:
    check(content)


FIELDS = sorted({field for kind in KINDS for field in layer_class(kind).model_fields})
WORDS = ["name", "input", "data_format", "variables", "defaults", "layers", "budget", *KINDS, *FIELDS]
FORMULAS = ["=1", "=width", "=1/0", "=9**9**9", "=(", "=2 * width", "=round(1.5)", "=-1", '="a"', "=1 < 2", "=None"]
NUMBERS = st.integers(-3, 70) | st.sampled_from([10**12, 10**30, -(10**30)]) | st.floats()
TEXTS = st.sampled_from([*WORDS, *FORMULAS, "same", "valid", "untied", "channels_first"]) | st.text(max_size=5)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
TREES = st.recursive(
    SCALARS,
    lambda trees: st.lists(trees, max_size=4) | st.dictionaries(TEXTS, trees, max_size=4),
    max_leaves=15,
)


@given(TREES)
def test_any_tree(tree: Any) -> None:
    check(json.dumps(tree))


@st.composite
def layers(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an entry for a layer: its own fields, with values of any type."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    names = st.sampled_from(sorted(layer_class(kind).model_fields)) | st.sampled_from(WORDS)
    small = st.integers(0, 4) | st.sampled_from(["same", "untied", "relu", "=width"]) | st.lists(st.integers(0, 4))
    return {kind: draw(st.dictionaries(names, small | TREES, max_size=6))}


@given(
    st.fixed_dictionaries(
        {
            "input": st.lists(st.none() | st.integers(1, 40), min_size=1, max_size=4),
            "layers": st.lists(layers() | TREES),
        },
        optional={
            "name": TREES,
            "data_format": st.sampled_from(["channels_first", "channels_last"]) | TREES,
            "variables": st.dictionaries(st.sampled_from(["width", "a", "b c"]), SCALARS) | TREES,
            "defaults": st.lists(layers(), max_size=1).map(lambda entries: entries[0] if entries else None) | TREES,
            "budget": TREES,
        },
    )
)
def test_any_network(tree: dict[str, Any]) -> None:
    check(json.dumps(tree))


TOKENS = re.compile(r"\s+|\w+|.")


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """Draw a network of the examples with a few of its tokens deleted, replaced or doubled."""
    tokens = TOKENS.findall(draw(st.sampled_from(NETWORKS)))
    others = st.sampled_from(tokens) | st.sampled_from(
        [*WORDS, *FORMULAS, "null", "-1", "[", "}", ": ", "\n", "- ", "<<"]
    )
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(tokens) - 1))
        length = draw(st.integers(0, 2))
        tokens[place : place + length] = draw(st.lists(others, max_size=2))
    return "".join(tokens)


@given(mutations())
def test_mutations_of_networks(content: str) -> None:
    check(content)
