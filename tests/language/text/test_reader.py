"""The walk over YAML: the data that it gives, and that every place is the place of its text."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archsum.bounds import MAX_FILE_DEPTH
from archsum.errors import Span, SpecError
from archsum.language.text import reader as source
from archsum.language.text.places import Places, SpannedList, SpannedMapping, count_values
from archsum.language.text.reader import read
from tests.support.paths import BAD_FILES


def scalars(data: Any, text: str) -> Iterator[tuple[Any, str]]:
    """Yield each key and each scalar with the text at its place."""
    if isinstance(data, SpannedMapping):
        for key, (key_start, key_end, start, end) in data.marks.items():
            yield key, text[key_start:key_end]
            yield from within(data[key], text, start, end)
    elif isinstance(data, SpannedList):
        for item, (start, end) in zip(data, data.marks, strict=True):
            yield from within(item, text, start, end)


def within(value: Any, text: str, start: int, end: int) -> Iterator[tuple[Any, str]]:
    if isinstance(value, SpannedMapping | SpannedList):
        yield from scalars(value, text)
    else:
        yield value, text[start:end]


WORDS = st.text(alphabet="ab1 .:-#,[]{}&*!|>'\"%@`=é网🔥\n\t\\", max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS
TREES = st.recursive(
    SCALARS,
    lambda trees: st.lists(trees, max_size=4) | st.dictionaries(WORDS, trees, max_size=4),
    max_leaves=20,
)
STYLES = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "default_style": st.sampled_from([None, None, '"', "'"]),
        "allow_unicode": st.booleans(),
        "indent": st.integers(2, 5),
        "width": st.sampled_from([20, 80, 1000]),
    }
)


@given(TREES.filter(lambda tree: isinstance(tree, list | dict)), STYLES)
def test_place_of_each_scalar_has_its_text(tree: Any, style: dict[str, Any]) -> None:
    text = yaml.safe_dump(tree, **style)
    if "!!" in text or "<<" in text:
        return
    data = read(text, "generated").places.data
    for value, its_text in scalars(data, text):
        # A key is always a text; a value of several lines may need the line before to show how deep it stands.
        again = read(f"-\n {its_text}\n", "again").places.data[0]
        assert again == value or str(value) == its_text


@given(TREES, STYLES)
def test_both_of_pyyamls_scanners_agree(tree: Any, style: dict[str, Any]) -> None:
    text = yaml.safe_dump(tree, **style)
    assert outcome(text, yaml.CSafeLoader) == outcome(text, yaml.SafeLoader)


@pytest.mark.parametrize("case", sorted(path.name for path in BAD_FILES.glob("*.yaml")))
def test_both_of_pyyamls_scanners_find_the_same_errors(case: str) -> None:
    text = (BAD_FILES / case).read_text(encoding="utf-8")
    assert outcome(text, yaml.CSafeLoader) == outcome(text, yaml.SafeLoader)


@pytest.mark.parametrize(
    "text", ['a: "\\UFFFFFFFF"', '- "\\q"', "a: {b", "a: |x", "a: !<b", "a: &", "%YAML 3.0\n---\n", "\x07"]
)
def test_both_of_pyyamls_scanners_stumble_alike(text: str) -> None:
    found = outcome(text, yaml.CSafeLoader)
    assert isinstance(found, str)
    assert found == outcome(text, yaml.SafeLoader)


NESTED: dict[str, Callable[[int], str]] = {
    "lists": lambda level: "[",
    "mappings": lambda level: "{a: ",
    "lists and mappings": lambda level: "{a: " if level % 2 else "[",
    "anchors": lambda level: f"&a{level} [",
    "block lists": lambda level: "- ",
    "block mappings": lambda level: " " * level + "a:\n",
    "block lists and mappings": lambda level: "a:\n" if level % 2 else " " * level + "- ",
    "flow in a block": lambda level: ("layers:\n", "- ", "conv2d: ", "{filters: ", *"[" * level)[level],
}
"""What opens a level, by its number."""


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])
@pytest.mark.parametrize("opening", NESTED.values(), ids=NESTED)
def test_depth_has_a_bound(opening: Callable[[int], str], loader: type) -> None:
    """libyaml has one of its own from version 0.2.6 on, 1,000 levels, and can reach it before it tells of the first."""
    levels = list(map(opening, range(3_000)))
    last = "".join(levels[:MAX_FILE_DEPTH])
    assert "too-deep" not in str(outcome(last, loader))
    for depth in (MAX_FILE_DEPTH + 1, 999, 1_000, 1_001, 3_000):
        with mock.patch.object(source, "_Loader", loader), pytest.raises(SpecError) as caught:
            read("".join(levels[:depth]), "file.yaml")
        (diagnostic,) = caught.value.diagnostics
        assert diagnostic.code == "too-deep"
        assert isinstance(diagnostic.span, Span)
        assert diagnostic.span.start == len(last) + len(levels[MAX_FILE_DEPTH]) - len(levels[MAX_FILE_DEPTH].lstrip())
        assert diagnostic.span.source.text == "".join(levels[:depth])


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])
def test_depth_counts_what_aliases_stand_for(loader: type) -> None:
    text = "a: &a {}\nb: {}\n"
    deep, deeper = (text.format(f"{'[' * 40}1{']' * 40}", f"{'[' * depth}*a{']' * depth}") for depth in (23, 24))
    assert "too-deep" not in str(outcome(deep, loader))
    assert "error[too-deep]" in outcome(deeper, loader)
    assert "2:28" in outcome(deeper, loader)


def outcome(text: str, loader: type) -> Any:
    with mock.patch.object(source, "_Loader", loader):
        try:
            file = read(text, "file.yaml")
        except SpecError as error:
            return str(error)
    return file.places.data, marks(file.places.data), file.places.whole, file.diagnostics


def marks(data: Any) -> Any:
    """Return all places; that of an empty value, where the scanners differ by a space, as None."""
    if isinstance(data, SpannedMapping):
        places = [(*mark[:2], mark[2:] if mark[2] < mark[3] else None) for mark in data.marks.values()]
        return [places, [marks(value) for value in data.values()]]
    if isinstance(data, SpannedList):
        return [[mark if mark[0] < mark[1] else None for mark in data.marks], [marks(item) for item in data]]
    return None


TEXT = """\
# A comment, and text before it: größe 网络 🔥
plain: two words # a comment
quoted: 'it''s'
double: "a\\tb"
empty:
block: |
  one
  two
flow: {a: [1, 2.5, x], "b": ~, c: }
list:
  - first
  - - nested
    -
  - key: value
same: &anchor {n: 3}
again: *anchor
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (["plain"], "two words"),
        (["quoted"], "'it''s'"),
        (["double"], '"a\\tb"'),
        (["empty"], ""),
        (["block"], "|\n  one\n  two\n"),
        (["flow"], '{a: [1, 2.5, x], "b": ~, c: }'),
        (["flow", "a"], "[1, 2.5, x]"),
        (["flow", "a", 1], "2.5"),
        (["flow", "b"], "~"),
        (["flow", "c"], ""),
        (["list", 0], "first"),
        (["list", 1, 0], "nested"),
        (["list", 1, 1], ""),
        (["list", 2, "key"], "value"),
        (["same"], "&anchor {n: 3}"),
        (["same", "n"], "3"),
        (["again"], "*anchor"),
        (["again", "n"], "3"),
    ],
)
def test_places(path: list[int | str], text: str) -> None:
    file = read(TEXT, "file.yaml")
    assert file.places.value(*path).text == text


@pytest.mark.parametrize(
    ("path", "text"), [(["plain"], "plain"), (["flow", "b"], '"b"'), (["list", 2, "key"], "key"), (["again", "n"], "n")]
)
def test_places_of_keys(path: list[int | str], text: str) -> None:
    file = read(TEXT, "file.yaml")
    assert file.places.key(*path).text == text


def test_line_and_column_behind_wide_letters() -> None:
    file = read("a: {größe: 1, 网络🔥: here}\n", "file.yaml")
    assert file.places.value("a", "网络🔥").place == "file.yaml:1:20"


def test_steps_that_the_data_lacks_are_passed_over() -> None:
    file = read("kernel_size: 0\ninput: [1, 0]\n", "file.yaml")
    span, path = file.places.find(("kernel_size", 1))
    assert span
    assert (span.text, path) == ("0", ("kernel_size",))
    span, path = file.places.find(("input", "input", 1))
    assert span
    assert (span.text, span.column, path) == ("0", 12, ("input", 1))
    assert file.places.find(("nothing",)) == (file.places.whole, ())
    assert file.places.whole.text == "kernel_size"


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}", {"a": {"k": 1, "l": 2}, "b": {"l": 3, "k": 1}}),
        ("a: &x {k: 1}\nb: {l: 3, <<: *x}", {"a": {"k": 1}, "b": {"l": 3, "k": 1}}),
        ("b: {<<: [{k: 1}, {k: 2, l: 2}], m: 3}", {"b": {"k": 1, "l": 2, "m": 3}}),
        ("b: {<<: {k: 1}, <<: {k: 2, l: 2}}", {"b": {"k": 1, "l": 2}}),
        ("a: &x {<<: {k: 1}, l: 2}\nb: {<<: *x}", {"a": {"l": 2, "k": 1}, "b": {"l": 2, "k": 1}}),
        ("b: {<<: []}", {"b": {}}),
        ("b: {'<<': 1}", {"b": {"<<": 1}}),
        ("a: &x 5\nb: [*x, *x]", {"a": 5, "b": [5, 5]}),
        ("a: &x 5\nb: &x 6\nc: *x", {"a": 5, "b": 6, "c": 6}),
    ],
)
def test_merge_keys_and_aliases(text: str, data: Any) -> None:
    """YAML 1.1's merge key (https://yaml.org/type/merge.html): own keys win, then the earlier of several."""
    file = read(text, "file.yaml")
    assert file.places.data == data
    assert file.diagnostics == []


def test_place_of_what_is_merged_is_where_it_stands() -> None:
    file = read("a: &x {k: 1}\nb: {<<: *x, l: 3}\n", "file.yaml")
    assert file.places.value("b", "k").place == "file.yaml:1:11"
    assert file.places.key("b", "k").place == "file.yaml:1:8"


def test_first_of_two_equal_keys_is_kept() -> None:
    file = read("a: 1\nb: 2\na: 3\n", "file.yaml")
    assert file.places.data == {"a": 1, "b": 2}
    (diagnostic,) = file.diagnostics
    assert diagnostic.code == "duplicate-key"
    assert diagnostic.span
    assert diagnostic.span.place == "file.yaml:3:1"
    assert [span.place for _, span in diagnostic.notes] == ["file.yaml:1:1"]


def test_keys_are_texts() -> None:
    assert read("1: a\ntrue: b\n~: c\n1.0: d\n", "file.yaml").places.data == {
        "1": "a",
        "true": "b",
        "~": "c",
        "1.0": "d",
    }


@pytest.mark.parametrize(
    ("text", "count"), [("a", 1), ("[]", 1), ("[1, 2]", 3), ("{a: 1, b: [2]}", 4), ("a: &x [1, 2]\nb: [*x, *x]", 11)]
)
def test_count_of_values(text: str, count: int) -> None:
    assert count_values(read(text, "file.yaml").places.data) == count


def test_given_values_have_no_place_and_their_keys_do() -> None:
    file = read("width: 8\ndepth: 2\n", "file.yaml")
    places = Places(file.places.data, file.places.whole, {("width",): ("width",), ("input", "input"): ("input",)})
    assert places.find(("width",)) == (None, ("width",))
    assert places.find(("width",), key=True) == (places.key("width"), ("width",))
    assert places.find(("input", "input", 1)) == (None, ("input", 1))
    assert places.find(("depth",)) == (places.value("depth"), ("depth",))
