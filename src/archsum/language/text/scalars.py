"""What an unquoted YAML word means: the core schema of YAML 1.2, where `on`, `no` and `010` hold no surprise.

Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""

import re
from functools import lru_cache

from archsum.bounds import MAX_NUMBER_LENGTH
from archsum.formula import Scalar

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WITH_CROSSES = re.compile(r"[0-9]+(x[0-9]+)+")
"""Sizes as in 32x32x3."""
_FIRST_OF_NUMBER = frozenset("+-.0123456789")


@lru_cache(maxsize=4096)
def resolve(text: str) -> Scalar:
    """Return the value of a plain (unquoted) scalar.

    Errors: ValueError for a number of more than MAX_NUMBER_LENGTH characters.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST_OF_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(_short(text))
    if _FLOAT.fullmatch(text):
        return float(_short(text))
    if _OCTAL.fullmatch(text):
        return int(_short(text)[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(_short(text)[2:], 16)
    return text


def resolve_sizes(text: str) -> list[int | None]:
    """Return a shape as people write it: `224,224,3`, `(224, 224, 3)`, `224x224x3`; `null` or `?` is an unknown size.

    Errors: ValueError for what is none.
    """
    sizes = text.strip("()[] ").rstrip(",")
    if _WITH_CROSSES.fullmatch(sizes):
        sizes = sizes.replace("x", ",")
    return [_size(size.strip()) for size in sizes.split(",")]


def _size(text: str) -> int | None:
    if text in ("?", "null", "None"):
        return None
    size = resolve(text)
    if type(size) is not int:
        raise ValueError(text)
    return size


def _short(text: str) -> str:
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError(f"a number of {len(text):,} digits is too long")
    return text
