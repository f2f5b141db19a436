"""Every message has a cure, and a cure is a promise: followed, what it was about is no longer wrong."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archsum import Diagnostic
from archsum.errors import Span
from archsum.layers.fields import named_fields
from tests.errors.test_wording import MODELS, SCALARS, fields, file_with, needed
from tests.support.paths import BAD_FILES, ROOT
from tests.support.problems import problems

CURES = {
    "Diagnostic": 3,
    "ShapeError": 1,
    "UnknownWeightError": 1,
    "FieldError": 1,
    "FormulaError": 1,
    "PlacelessError": 1,
    "_report": 3,
    "_stop": 3,
    "_not_text": 1,
    "_too_large": 2,
}
"""What makes a message, and which of its arguments is the cure; the types ask for a text."""

WITHOUT = {
    "FormulaError(*_TOO_LARGE)": "a message and its cure together",
    "self._report(scope, ": "passes on diagnostics, which have theirs",
    "self._report(error)": "passes on an error, which has its own",
}
"""How calls begin that have none of their own, and why."""


def sites() -> Iterator[tuple[str, ast.Call]]:
    """Yield every place in the source that makes a message."""
    for path in sorted((ROOT / "src" / "archsum").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                name = getattr(function, "id", None) or getattr(function, "attr", None)
                if name in CURES and not ast.unparse(node).startswith(tuple(WITHOUT)):
                    yield f"{path.name}:{node.lineno} {name}", node


def test_every_place_that_makes_a_message_gives_a_cure() -> None:
    found = list(sites())
    assert len(found) > 150
    for where, node in found:
        name = where.partition(" ")[2]
        keyword = next((keyword.value for keyword in node.keywords if keyword.arg == "cure"), None)
        cure = keyword or (node.args[CURES[name]] if len(node.args) > CURES[name] else None)
        assert cure is not None, where
        assert ast.unparse(cure) not in ("None", "''"), where


def test_fields_and_layers_raise_nothing_that_has_none() -> None:
    """Pydantic takes a ValueError for a complaint: it would have no cure."""
    folders = [ROOT / "src" / "archsum" / folder for folder in ("layers", "language/spec")]
    for path in (path for folder in folders for path in folder.rglob("*.py")):
        assert "raise ValueError" not in path.read_text("utf-8"), path


WRITE = re.compile(
    r"(?:write|did you mean|round it:|take one of its items:|put it in quotes:) `([^`…]+)`(?: without quotes|\?)?"
)
"""A cure that says what to write in the place of what is wrong, and nothing else."""


def followed(text: str) -> Iterator[tuple[Diagnostic, str, list[Diagnostic]]]:
    """Yield what is wrong with a file and has such a cure, the file that follows it, and what is wrong with that."""
    for diagnostic in problems(text):
        match = WRITE.fullmatch(diagnostic.cure)
        if match and isinstance(diagnostic.span, Span):
            start, end = diagnostic.span.start, diagnostic.span.end
            if re.match(r"\(\d", text[start:]):  # inside { } a comma ends the value, but what is meant ends with `)`
                end = text.index(")", start) + 1
            if re.fullmatch(r"\w+: \w+", match[1]) and diagnostic.code == "unknown-field":  # a field with its value
                end = start + len(re.match(r"[^,}\n]*", text[start:])[0])  # type: ignore[index]
            written = text[:start] + match[1] + text[end:]
            yield diagnostic, written, problems(written)


def assert_cured(text: str) -> int:
    count = 0
    for diagnostic, written, left in followed(text):
        count += 1
        assert diagnostic.span
        here = [other for other in left if other.span and other.span.start == diagnostic.span.start]
        assert diagnostic.code not in [other.code for other in here], (written, diagnostic.cure, here)
    return count


@pytest.mark.parametrize("path", sorted(BAD_FILES.glob("*.yaml")), ids=lambda path: path.stem)
def test_cures_of_bad_files(path: Path) -> None:
    assert_cured(path.read_bytes().decode("utf-8-sig", "replace"))


def test_cures_of_wrong_values() -> None:
    """Of each field once, whichever kinds have it; those of a variable's value apart, which may be no better."""
    different = {
        repr(named_fields(model).get(name, name)): (word, model, name)
        for word, model in MODELS
        for name in fields(word, model)
    }
    count = sum(
        assert_cured(file_with(word, {**needed(model), name: value}, "[9, 9, 4]"))
        for word, model, name in different.values()
        for value in SCALARS
        if value != "some"
    )
    assert count > 500
