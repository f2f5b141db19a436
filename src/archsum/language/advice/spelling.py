"""What was meant by a word that is none of the language's: a synonym, or the closest word."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from archsum.errors import closest, quote, suggest
from archsum.language.advice.synonyms import (
    ENDINGS_WITHOUT_COUNTS,
    FIELD_REASONS,
    FIELDS,
    KIND_REASONS,
    KINDS,
    OPPOSITES,
    VALUES,
)

_LONGEST = 50
"""Of a longer word, which can be megabytes, the beginning will do: no word here is that long."""

_OTHER_KINDS = "`archsum layers` lists the kinds; your own are under `blocks`; `custom` states its own numbers"


def meant_kind(word: Any, kinds: Collection[str]) -> str | None:
    """Return the kind that certainly was meant by another word, such as `Conv2D` or `nn.Linear(8, 10)`."""
    known = _translate(word, kinds)
    return known if known in kinds else None


def suggest_kind(word: Any, kinds: Collection[str]) -> str:
    """Return what to write instead of an unknown kind."""
    if known := _translate(word, kinds):
        return f"write `{known}`"
    plain = _plain_kind(word)
    if plain in KIND_REASONS:
        return KIND_REASONS[plain]
    by_plain = {_plain(kind): kind for kind in kinds}
    close = closest(plain, by_plain, 0.75)
    return f"did you mean `{by_plain[close]}`?" if close else _OTHER_KINDS


def _translate(word: Any, kinds: Iterable[str]) -> str | None:
    plain = _plain_kind(word)
    return next((kind for kind in kinds if _plain(kind) == plain), None) or KINDS.get(plain)


def meant_field(word: str, fields: Collection[str], stated: Collection[str] = ()) -> str | None:
    """Return the field that was meant by a word that is none; it is not one of those that are stated."""
    possible = [field for field in fields if field not in stated]
    renamed = next((field for field in FIELDS.get(word, ()) if field in possible), None)
    return renamed or (None if _reason(word) else closest(word, possible, 0.7))


def suggest_field(word: str, value: Any, fields: Collection[str], stated: Collection[str] = ()) -> str:
    """Return what to write instead of an unknown field, of those that there are."""
    meant = meant_field(word, fields, stated)
    if meant in FIELDS.get(word, ()):
        (written,) = FIELDS.get(f"{word}: {quote(value)[1:-1]}", (meant,))
        opposite = ", which is the opposite" if word in OPPOSITES and written == meant else ""
        return f"write `{written}`{opposite}"
    if meant:
        return f"did you mean `{meant}`?"
    below = "; a layer's own fields are below it, indented" if "input" in fields else ""
    return _reason(word) or f"its fields are {', '.join(fields)}{below}"


def suggest_value(word: str, values: Collection[str]) -> str:
    """Return what to write instead of an unknown word, of those that a field takes."""
    meant = VALUES.get(word[:_LONGEST].lower())
    if meant in values:
        return f"write `{meant}`"
    others = f"it is one of {', '.join(values)}" if len(values) > 1 else f"write `{next(iter(values))}`"
    return suggest(word, values) or others


def _reason(word: str) -> str | None:
    ending = next((ending for ending in ENDINGS_WITHOUT_COUNTS if word.endswith(ending)), None)
    return FIELD_REASONS["dtype"] if ending else FIELD_REASONS.get(word)


def _plain_kind(word: Any) -> str:
    return _plain(word[:_LONGEST].partition("(")[0].rpartition(".")[2]) if isinstance(word, str) else ""


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())
