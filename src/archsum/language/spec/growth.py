"""How much more than in the past a figure may be: `+2%`, `+50k`, `+0`. Exact: no float is involved."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from archsum.errors import FieldError, quote

_SHARE = re.compile(r"([+-]) ?([0-9]{1,9}(?:\.[0-9]{1,9})?) ?%")
_UNSIGNED_SHARE = re.compile(r"[0-9.]+ ?%")
_WHOLE = 10**11
"""The parts in which shares are counted: as many as the digits of a percentage can tell apart."""


class Growth(NamedTuple):
    """What a figure may grow by, and by what share of it; a negative share is what it must shrink by."""

    text: str
    """As it is written."""
    amount: int = 0
    share: int = 0

    def limit(self, base: int) -> int:
        """Return the largest value allowed where it was `base`."""
        return max(0, base + self.amount + base * self.share // _WHOLE)


def parse_growth(value: Any, parse: Callable[[str], Any]) -> Growth | None:
    """Read a text that begins with a sign; `parse` reads a quantity behind it. None is what is no such text.

    Errors: FieldError for a text that begins with a sign, and is no growth.
    """
    text = value.strip() if isinstance(value, str) else ""
    if _UNSIGNED_SHARE.fullmatch(text):
        cure = f"write `+{text}` for what it may grow by; `warn_at` is the share of a limit from which on it warns"
        raise FieldError(f"takes a quantity, or a growth such as `+2%`, not {quote(value)}", cure)
    if match := _SHARE.fullmatch(text):
        sign, percent = match.groups()
        return Growth(f"{sign}{percent}%", share=int(Decimal(f"{sign}{percent}") * (_WHOLE // 100)))
    if text.startswith("-"):
        cure = "write what it must shrink by as a share, such as `-5%`"
        raise FieldError(f"takes a quantity, or a growth such as `+2%`, not {quote(value)}", cure)
    if not text.startswith("+"):
        return None
    try:
        return Growth(f"+{text[1:].strip()}", parse(text[1:]))
    except FieldError as error:
        cure = re.sub("`(?=[0-9])", "`+", error.cure)
        raise FieldError(f"takes a growth such as `+2%`, not {quote(value)}", cure) from None


def pattern(units: Mapping[str, int]) -> str:
    """Return the regular expression of JSON Schema for a growth by a share, or by a quantity in such units."""
    return rf"^\s*([+-] ?\d{{1,9}}(\.\d{{1,9}})? ?%|\+ ?\d+(\.\d+)? ?({'|'.join(units)}))\s*$"
