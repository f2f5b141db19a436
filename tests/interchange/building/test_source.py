"""The source code itself: how it looks, and that nothing of a file's words gets into it but as words."""

import ast
import builtins
import keyword
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsum
from archsum.interchange.building.names import Names, identifier
from archsum.interchange.building.source import broken, call, docstring, literal
from tests.conftest import Golden
from tests.fuzz.kinds.names import HOSTILE as NASTY
from tests.fuzz.kinds.names import PLACES, PLAIN
from tests.interchange.building.cases import CASES
from tests.support.built_code import RUFF, check_names, check_with_mypy, check_with_ruff
from tests.support.paths import EXAMPLES

FILES = tuple(sorted(EXAMPLES.glob("**/*.yaml")))
SHOWN = ("resnet50", "mobilenet_v2", "wavenet", "nasnet_mobile", "siamese", "lenet5", "galaxy_zoo")


def _source(file: Path) -> str:
    return archsum.build(file, origin=file.name).text


@pytest.mark.parametrize("name", SHOWN)
def test_how_it_looks(name: str, golden: Golden) -> None:
    golden(f"{name}.py.txt", _source(EXAMPLES / f"{name}.yaml"))


def test_resnet50_is_short() -> None:
    assert len(_source(EXAMPLES / "resnet50.yaml").splitlines()) <= 120


@pytest.mark.skipif(not RUFF, reason="ruff is not installed")
def test_it_is_as_ruff_writes_it(tmp_path: Path) -> None:
    check_with_ruff({file.stem: _source(file) for file in FILES}, tmp_path, "RUF002")


@pytest.mark.skipif(not find_spec("mypy"), reason="mypy is not installed")
def test_mypy_finds_nothing(tmp_path: Path) -> None:
    texts = {file.stem: _source(file) for file in FILES}
    texts |= {name: archsum.build(case).text for name, case in CASES.items()}
    # Keras has no types.
    untyped = ("--allow-subclassing-any", "--allow-untyped-decorators")  # as Keras is
    check_with_mypy(texts, tmp_path, "--ignore-missing-imports", "--follow-imports=silent", *untyped)


@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_the_docstring_has_the_totals(framework: str) -> None:
    for file in FILES:
        summary, text = archsum.summarize(file), archsum.build(file, framework).text
        trained = {summary.params: "all"}.get(summary.trainable_params, f"{summary.trainable_params or 0:,} of them")
        macs = "unknown" if summary.macs is None else f"{summary.macs:,}"
        said = " ".join((ast.get_docstring(ast.parse(text)) or "").split())
        assert f"It has {summary.params or 0:,} parameters, {trained} trainable, and {macs} MACs." in said


@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_what_may_be_a_fraction_says_so(framework: str) -> None:
    assert "def mobilenet_v1(width: float = 1," in archsum.build(EXAMPLES / "mobilenet_v1.yaml", framework).text


def test_it_imports_nothing_of_ours() -> None:
    for file in FILES:
        for node in ast.walk(ast.parse(_source(file))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            assert not [name for name in (*names, getattr(node, "module", "") or "") if name.startswith("archsum")]


# Hostile words

HOSTILE = (
    *NASTY,
    '"""\nimport os\nos._exit(3)\n"""',
    "'); import os; os._exit(3) #",
    '"); __import__("os")._exit(3) #',
    "\\",
    '\\"',
    "\r\nimport os",
    "\x0cimport os",
    "\u2028import os",
    "{os}",
    "%s",
    "lambda",
    "match",
    "print",
    "keras",
    "layers",
    "ops",
    "x",
    "y",
    "inputs",
    "self",
    "__import__",
    "None",
    "ﬁlters",
    "ｅｖａｌ",
    "²",
    "1e5",
    "a.b",
    "ünïcödé",
    "名",
)
_FORBIDDEN = {"eval", "exec", "compile", "open", "__import__", "getattr", "setattr", "globals", "vars", "input"}


def _check_harmless(text: str) -> None:
    """Check that code is read as Python, and calls nothing but layers, functions of its own and a few of Python's."""
    tree = ast.parse(text)
    modules = {"math", "itertools", "collections.abc", "functools", "typing", "keras"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= modules
        if isinstance(node, ast.ImportFrom):
            assert node.module in modules
        if isinstance(node, ast.Name):
            assert node.id not in _FORBIDDEN
        if isinstance(node, ast.FunctionDef):
            assert node.name not in dir(builtins)
    outermost = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.Expr)
    assert all(isinstance(node, outermost) for node in tree.body)
    assert all(isinstance(node.value, ast.Constant) for node in tree.body if isinstance(node, ast.Expr))
    assert all(getattr(node.value, "func", None) for node in tree.body if isinstance(node, ast.Assign))


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("place", PLACES)
def test_a_name_is_only_a_name(place: str, word: str) -> None:
    check_names({**PLAIN, place: word}, "keras", _check_harmless)


@given(st.dictionaries(st.sampled_from(PLACES), st.sampled_from(HOSTILE) | st.text(max_size=20)))
@settings(max_examples=150)
def test_names_are_only_names(words: dict[str, str]) -> None:
    check_names({**PLAIN, **words}, "keras", _check_harmless)


@given(st.text(max_size=40))
def test_an_identifier_is_one(text: str) -> None:
    found = identifier(text)
    assert found.isidentifier()
    assert not keyword.iskeyword(found)
    assert found not in dir(builtins)
    assert ast.parse(f"{found} = 1")


@given(st.lists(st.text(max_size=10), max_size=8))
def test_names_are_different(wanted: list[str]) -> None:
    names = Names()
    found = [names.add(identifier(word)) for word in wanted]
    assert len(set(found)) == len(found)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def _as_tuples(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_as_tuples, value))
    return {key: _as_tuples(item) for key, item in value.items()} if isinstance(value, dict) else value


@given(VALUES)
def test_a_value_is_written_as_it_is(value: Any) -> None:
    lines = broken("x = ", literal(value))
    known: dict[str, Any] = {"float": float}
    exec("\n".join(lines), known)  # only values, as the test above sees to
    assert known["x"] == _as_tuples(value)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_a_docstring_ends_where_it_ends(lines: list[str]) -> None:
    (node,) = ast.parse("\n".join(docstring(lines, ""))).body
    assert isinstance(node, ast.Expr)
    assert isinstance(node.value, ast.Constant)


def test_long_calls_are_broken_as_ruff_breaks_them() -> None:
    name = "a" * 30
    one_each = [f"    {name},", f"    {name},", f"    b={name},"]
    assert broken("x = ", call("f", name, name, b=name)) == ["x = f(", *one_each, ")"]
    assert broken("x = ", call("f", name, name[:18], b=name)) == ["x = f(", f"    {name}, {name[:18]}, b={name}", ")"]
    # Ruff would break the second call, unless the first ends with a comma.
    assert broken("x = ", call(call("f", name, name[:15], name), "x")) == [
        "x = f(",
        *one_each[:1],
        f"    {name[:15]},",
        f"    {name},",
        ")(x)",
    ]
