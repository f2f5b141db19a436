"""Values → YAML, so that reading gives the very value again."""

import re

from archsum.errors import write_scalar
from archsum.interchange.writing.entries import Empty
from archsum.language.text.scalars import resolve

_PLAIN = re.compile(r"[\w./+*()=-]([\w./+*()=<>% -]*[\w./+*()=%-])?")
"""Texts that need no quotes wherever they are, but for those that would be read as something else."""
_INDICATORS = ("-", "*", "%")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_EXPONENT = re.compile(r"e([+-]?)0*")


def scalar(value: object) -> str:
    """Return a number, a word or a text as a file has it."""
    if isinstance(value, Empty):
        return ""
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    if isinstance(value, float):
        return _EXPONENT.sub(lambda match: f"e{match[1].replace('+', '')}", write_scalar(value))
    return write_scalar(value)


def _is_plain(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or text.startswith(_INDICATORS) or text in ("=", "==="):
        return False
    try:
        return resolve(text) == text
    except ValueError:
        return False  # a number that is too long


def _quoted(text: str) -> str:
    return f'"{"".join(_ESCAPES.get(sign) or _printable(sign) for sign in text)}"'


def _printable(sign: str) -> str:
    """Return a sign as it is, or where YAML or a screen does not show it by its number."""
    if sign.isprintable():
        return sign
    number = ord(sign)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
