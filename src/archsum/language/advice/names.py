"""Names of layers that are not where a file has them: in the place of a layer, or several in one text."""

import re
from collections.abc import Callable, Collection
from typing import Any

from archsum.errors import Diagnostic
from archsum.layers.fields import is_name

_BETWEEN = re.compile(r"[\s,+&]+")
_MOST = 20


def split(text: str) -> list[str]:
    """Return the names that are in one text, as in `a, b` and `a + b`."""
    return [name for name in _BETWEEN.split(text.strip()) if name]


def as_list(names: Collection[str]) -> str:
    """Write names as a file does."""
    return f"[{', '.join(names)}]"


def several(text: str, is_known: Callable[[str], object]) -> str | None:
    """Return how several names are written that are in one text; None where it is another."""
    names = split(text)
    is_several = 1 < len(names) <= _MOST and all(map(is_known, names))
    return f"a list has each by itself: write `{as_list(names)}`" if is_several else None


def as_inputs(kind: str, value: Any) -> str | None:
    """Return how a layer is written that takes several inputs, and of which there are only their names."""
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    if not texts or not all(isinstance(text, str) for text in texts):
        return None
    names = [name for text in texts[:_MOST] for name in split(text)]
    if not all(is_name(name) for name in names):
        return None
    written = as_list(names if len(names) > 1 else [*names, "…"])
    return f"what it takes is in `inputs`: write `{kind}: {{inputs: {written}}}`"


def behind_inputs(values: dict[str, Any], fields: Collection[str]) -> str | None:
    """Return how the names are written of which all but the first are fields, as in `{inputs: a, b}`."""
    first = values.get("inputs")
    others = [word for word, value in values.items() if value is None and word not in fields]
    return f"write `inputs: {as_list([first, *others])}`" if isinstance(first, str) and is_name(first) else None


def with_names(problems: list[Diagnostic], word: str, names: Collection[str]) -> list[Diagnostic]:
    """Return problems of a word that should be a layer's kind, with how it is written where it is one's name."""
    if word not in names:
        return problems
    cure = (
        f"it is the name of a layer above: `inputs: {word}` in the next layer, or `identity: {{inputs: {word}}}`, "
        "takes what that gives; `add: {inputs: [a, b]}` merges several"
    )
    return [problem._replace(cure=cure) if problem.code == "unknown-layer" else problem for problem in problems]
