"""Numbers as people write them: `5M` parameters, `16 GiB` of memory. Exact: no float is involved."""

import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    GetPydanticSchema,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from archsum.errors import FieldError, quote
from archsum.language.spec.growth import Growth, parse_growth, pattern
from archsum.layers.fields import Rate

COUNT_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}
BYTE_UNITS = {
    "": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip

_QUANTITY = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18})?) ?([A-Za-z]{0,4})")
_EXACT = Context(prec=60)  # more digits than such a number times the largest unit has
_PERCENT = re.compile(r"(100|[0-9]{1,2}(?:\.[0-9]{1,9})?) ?%")
_SEPARATED_THOUSANDS = re.compile(r"[0-9]{1,3}([_, ][0-9]{3}){1,5}")


def parse_count(value: Any) -> Any:
    """Read `250k`, `5M`, `1.5G`; what is not a text is left as it is.

    Errors: FieldError for a text that is not a whole quantity.
    """
    return _parse(value, COUNT_UNITS, "`5M`", "k, M and G are thousands, millions and thousand millions")


def parse_bytes(value: Any) -> Any:
    """Read `20 MB`, `16 GiB` as bytes; what is not a text is left as it is.

    Errors: FieldError for a text that is not a whole quantity.
    """
    return _parse(value, BYTE_UNITS, "`20 MB`", "kB, MB and GB are powers of 1000, KiB, MiB and GiB powers of 1024")


def parse_percentage(value: Any) -> Any:
    """Read `90%` as 0.9; a number up to 1 is left as it is. Errors: FieldError for what is no such share."""
    if value is None:
        raise FieldError("is empty", "write a share such as `90%`, or remove it")
    match = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match:
        return float(Decimal(match[1]) / 100)
    if isinstance(value, str) or (isinstance(value, int | float) and value > 1):
        cure = f"write `{value}%`" if isinstance(value, int) and value <= 100 else "write `90%` or `0.9`"
        raise FieldError(f"takes a share of a limit such as `90%`, not {quote(value)}", cure)
    return value


def without_separators(text: str) -> str | None:
    """Return the digits of a number with separated thousands, such as 5,000,000; None for any other text."""
    return re.sub("[_, ]", "", text) if _SEPARATED_THOUSANDS.fullmatch(text) else None


def _parse(value: Any, units: dict[str, int], example: str, explanation: str) -> Any:
    if value is None:
        raise FieldError("is empty", "write a number, or remove it")
    if not isinstance(value, str):
        return value
    match = _QUANTITY.fullmatch(value.strip())
    if match is None:
        digits = without_separators(value)
        cure = f"write `{digits}`" if digits else explanation
        raise FieldError(f"takes a quantity such as {example}, not {quote(value)}", cure)
    number, unit = match.groups()
    if unit not in units:
        cure = _write_with_unit(number, unit, units) or explanation
        raise FieldError(f"takes a quantity such as {example}, not {quote(value)}", cure)
    quantity = _EXACT.multiply(Decimal(number), Decimal(units[unit]))
    if quantity % 1:
        raise FieldError(f"takes a whole quantity, and {quote(value)} is {_EXACT.normalize(quantity):f}", explanation)
    return int(quantity)


def _write_with_unit(number: str, unit: str, units: dict[str, int]) -> str | None:
    """Return how to write a quantity whose unit is almost right: `m` for `M`, `M` or `mb` for `MB` or `MiB`."""
    almost = [f"{unit.lower().removesuffix('b')}{ending}" for ending in ("", "b", "ib")]
    meant = [known for known in units if known and known.lower() in almost]
    gap = "" if units is COUNT_UNITS else " "
    written = [f"`{number}{gap}{known}`" for known in meant]
    return f"write {' or '.join(written)}" if written else None


def parse_limit(value: Any, parse: Callable[[Any], Any]) -> Any:
    """Read a limit: a quantity, which `parse` reads, or a growth. What is not a text is left as it is.

    Errors: FieldError for a text that is neither.
    """
    growth = parse_growth(value, parse)
    return parse(value) if growth is None else growth


def _limit(parse: Callable[[Any], Any], units: Mapping[str, int], *examples: str) -> Any:
    """Return what is noted of a field that takes a quantity, or a growth."""

    def read(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
        limit = parse_limit(value, parse)
        return limit if isinstance(limit, Growth) else check(limit)

    schema = _schema(units, *examples)
    assert schema.json_schema
    growth = {"type": "string", "pattern": pattern(units), "examples": ["+2%"]}
    in_json = WithJsonSchema({"anyOf": [*schema.json_schema["anyOf"], growth]})
    as_quantity = GetPydanticSchema(lambda _, schema_of: schema_of(_Quantity))
    return as_quantity, WrapValidator(read), PlainSerializer(_as_written), in_json


def _as_written(limit: int | Growth | None) -> int | str | None:
    return limit.text if isinstance(limit, Growth) else limit


def _schema(units: Mapping[str, int], *examples: str) -> WithJsonSchema:
    text = {"type": "string", "pattern": rf"^\s*\d+(\.\d+)? ?({'|'.join(units)})\s*$", "examples": list(examples)}
    return WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, text]})


_Quantity = Annotated[int, Field(ge=0)] | None
_Percent = Annotated[str, Field(pattern=r"^\s*(100|\d{1,2}(\.\d{1,9})?) ?%\s*$", examples=["90%"])]

Bytes = Annotated[_Quantity, BeforeValidator(parse_bytes), _schema(BYTE_UNITS, "20 MB", "1 MiB")]
CountLimit = Annotated[int | Growth | None, *_limit(parse_count, COUNT_UNITS, "250k", "5M")]
BytesLimit = Annotated[int | Growth | None, *_limit(parse_bytes, BYTE_UNITS, "20 MB", "1 MiB")]
Percentage = Annotated[Rate | None, BeforeValidator(parse_percentage, json_schema_input_type=Rate | _Percent)]
"""A part of a whole, 0 to 1."""
