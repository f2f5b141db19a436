"""What was meant by a word that is none of the language's: a synonym, or the closest word."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from archsum.errors import Diagnostic, closest, quote, suggest
from archsum.language.advice.fields import (
    ENDINGS_WITHOUT_COUNTS,
    FIELD_REASONS,
    FIELD_REMARKS,
    FIELDS,
    NOT_COUNTED,
    OPPOSITES,
    VALUES,
    WITHOUT_COUNTS,
    YES_OR_NO,
)
from archsum.language.advice.synonyms import KIND_REASONS, KIND_REMARKS, KINDS, MERGES
from archsum.layers import KINDS as LAYERS
from archsum.layers import layer_class

_LONGEST = 50
"""Of a longer word, which can be megabytes, the beginning will do: no word here is that long."""

_SLIP = 2
"""By how many letters a misspelt word is longer or shorter; a short one by fewer."""
_GLUED_FIELD = re.compile(r"(\w{1,50})\s?[:=]\s?(\S.{0,50})")
"""A field and its value that YAML takes for one word, as in `{filters:8}`."""
_GLUED_KIND = re.compile(r"([\w.]{1,50})(:?) ?\{")
"""The beginning of a layer that YAML takes for one word, as `conv2d {filters` and `conv2d:{filters`."""

_GLUED_VALUE = re.compile(r"([\w.]{1,50}) +(\d{1,20})")
"""A layer and its value that YAML takes for one word, as in `dense 10`."""

_OTHER_KINDS = "`archsum layers` lists the kinds; your own are under `blocks`; `custom` states its own numbers"


def meant_kind(word: Any, kinds: Collection[str]) -> str | None:
    """Return the kind that certainly was meant by another word, such as `Conv2D` or `nn.Linear(8, 10)`."""
    known = _translate(word, kinds)
    return known if known in kinds else None


def suggest_kind(word: Any, kinds: Collection[str]) -> str:
    """Return what to write instead of an unknown kind."""
    if isinstance(word, str) and (match := _GLUED_KIND.match(word)):
        return f"write {'a space behind the `:`' if match[2] else 'a `:` and a space behind it'}: `{match[1]}: {{…}}`"
    if isinstance(word, str) and (match := _GLUED_VALUE.fullmatch(word)):
        kind = meant_kind(match[1], kinds)
        if kind in LAYERS and layer_class(kind).main_field:
            return f"write a `:` and a space behind it: `{kind}: {match[2]}`"
    plain = _plain_kind(word)
    if known := _translate(word, kinds):
        whole = _plain(word[:_LONGEST].partition("(")[0]).removeprefix("torch")
        return f"write `{known}`{KIND_REMARKS.get(whole, '')}"
    if reason := KIND_REASONS.get(plain) or KIND_REASONS.get(plain.removesuffix("layer")):
        return reason
    by_plain = {**KINDS, **{_plain(kind): kind for kind in kinds}}
    # A word that is longer or shorter by more than a slip has another meaning, such as a part of a kind's name.
    slip = min(_SLIP, max(1, len(plain) // 4))
    alike = [name for name in by_plain if abs(len(name) - len(plain)) <= slip and name[:1] == plain[:1]]
    close = closest(plain, alike, 0.75)
    return f"did you mean `{by_plain[close]}`?" if close else _OTHER_KINDS


def without_number(kind: str) -> str:
    """Return what to write instead of a number that is no field of a kind, as in `BatchNorm2d: 8`."""
    reason = FIELD_REASONS.get((kind, "num_parameters"))
    return reason or f"leave the number out, `- {kind}`: the sizes come from the layer before"


def with_merging(problems: Iterable[Diagnostic], kind: str, stated: Any) -> list[Diagnostic]:
    """Return problems of what is to merge several inputs, with what does so where it is certain."""
    only = stated[0] if isinstance(stated, list) and len(stated) == 1 else None
    meant = MERGES.get(_plain_kind(kind or only))
    if meant:
        cure = f"write `{meant}`"
    elif isinstance(only, str):
        cure = f"one layer merges them: write `{only}`"
    elif stated is None or stated is False or stated in ("none", "false", "no"):
        cure = "something merges them: write `add`, `concatenate` or the like, or leave it out for the default"
    else:
        return list(problems)
    codes = ("unknown-layer", "not-a-layer")
    return [problem._replace(cure=cure) if problem.code in codes else problem for problem in problems]


def _translate(word: Any, kinds: Iterable[str]) -> str | None:
    plain = _plain_kind(word)
    own = next((kind for kind in kinds if _plain(kind) == plain), None) or KINDS.get(plain)
    if own or plain in KIND_REASONS or not plain.endswith("layer"):
        return own
    return _translate(plain.removesuffix("layer"), kinds)  # as Lasagne calls its classes


def meant_field(word: str, fields: Collection[str], stated: Collection[str] = (), owner: str = "") -> str | None:
    """Return the field that was meant by a word that is none; it is not one of those that are stated.

    `owner` is the kind whose fields they are.
    """
    if match := _GLUED_FIELD.fullmatch(word):
        word = match[1]
    if (owner, word) in FIELD_REASONS:  # a word that is another field's elsewhere
        return None
    possible = [field for field in fields if field not in stated]
    renamed = next((field for field in FIELDS.get(word, ()) if field in possible), None)
    return renamed or (None if _reason(word, None, owner) else closest(word, possible, 0.7))


def suggest_field(word: str, value: Any, fields: Collection[str], stated: Collection[str] = (), owner: str = "") -> str:
    """Return what to write instead of an unknown field, of those that there are."""
    meant = meant_field(word, fields, stated, owner)
    if meant and value is None and (match := _GLUED_FIELD.fullmatch(word)):
        return f"write `{meant}: {match[2]}`" + (", with a space behind the `:`" if ":" in word else "")
    if meant in FIELDS.get(word, ()):
        (written,) = FIELDS.get(f"{word}: {quote(value)[1:-1]}", (meant,))
        opposite = ", which is the opposite" if word in OPPOSITES and written == meant else ""
        return f"write `{written}`{opposite}{FIELD_REMARKS.get((owner, word), '')}"
    if meant:
        return f"did you mean `{meant}`?"
    below = "; a layer's own fields are below it, indented" if "input" in fields else ""
    return _reason(word, value, owner) or f"its fields are {', '.join(fields)}{below}"


def suggest_value(word: str, values: Collection[str]) -> str:
    """Return what to write instead of an unknown word, of those that a field takes."""
    meant = VALUES.get(word[:_LONGEST].lower())
    if meant in values:
        return f"write `{meant}`"
    others = f"it is one of {', '.join(values)}" if len(values) > 1 else f"write `{next(iter(values))}`"
    return suggest(word, values) or others


def suggest_boolean(value: Any) -> str | None:
    """Return what to write instead of a value that means true or false."""
    meant = YES_OR_NO.get(str(value)[:_LONGEST].lower()) if isinstance(value, str | int) else None
    return f"write `{meant}`" if meant else None


def _reason(word: str, value: Any, owner: str) -> str | None:
    """Return why there is no such field: of that kind, with that value, or of any."""
    if word in WITHOUT_COUNTS or word.endswith(ENDINGS_WITHOUT_COUNTS):
        return NOT_COUNTED
    written = f"{word}: {quote(value)[1:-1]}"
    keys = ((owner, written), (owner, word), ("", written), ("", word))
    return next((FIELD_REASONS[key] for key in keys if key in FIELD_REASONS), None)


def _plain_kind(word: Any) -> str:
    return _plain(word[:_LONGEST].partition("(")[0].rpartition(".")[2]) if isinstance(word, str) else ""


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())
