"""Numbers as people write them: `5M` parameters, `16 GiB` of memory. Exact: no float is involved."""

import re
from fractions import Fraction
from typing import Any

COUNT_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}
BYTE_UNITS = {
    "": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip

_QUANTITY = re.compile(r"(\d{1,18}(?:\.\d{1,18})?) ?([A-Za-z]{0,4})")


def parse_count(value: Any) -> Any:
    """Read `250k`, `5M`, `1.5G`; what is not a text is left as it is.

    Errors: ValueError for a text that is not a whole quantity.
    """
    return _parse(value, COUNT_UNITS, "5M (k, M and G are thousands, millions and thousand millions)")


def parse_bytes(value: Any) -> Any:
    """Read `20 MB`, `16 GiB` as bytes; what is not a text is left as it is.

    Errors: ValueError for a text that is not a whole quantity.
    """
    return _parse(value, BYTE_UNITS, "16 GiB or 20 MB (kB, MB, GB are decimal; KiB, MiB, GiB binary)")


def _parse(value: Any, units: dict[str, int], example: str) -> Any:
    if not isinstance(value, str):
        return value
    match = _QUANTITY.fullmatch(value.strip())
    if match is None:
        raise ValueError(f"takes a quantity such as {example}, not `{value}`")
    number, unit = match.groups()
    if unit not in units:
        close = [known for known in units if known.lower() == unit.lower()]
        cure = (
            f"write `{number}{' ' if len(close[0]) > 1 else ''}{close[0]}`"
            if close
            else f"write a quantity such as {example}"
        )
        raise ValueError(f"takes a quantity, and `{unit}` is not one of its units: {cure}")
    quantity = Fraction(number) * units[unit]
    if quantity.denominator != 1:
        raise ValueError(f"takes a whole number, and `{value}` is {float(quantity):g}")
    return quantity.numerator
