"""What a command line says that a variable may be: `0.25:2:0.25`, `1,2,3`, `[3,4,6,3],[3,4,23,3]`."""

import re
from collections.abc import Iterator
from decimal import Decimal

from archsum.bounds import MAX_DIGITS, MAX_MAGNITUDE
from archsum.errors import FieldError, quote
from archsum.language.text.scalars import resolve
from archsum.sweeps.choices import Between, Choices, Items, Range, Several, Values

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,2})?")
_WHOLE = re.compile(r"[-+]?[0-9]+([eE]\+?[0-9]{1,2})?")
_WITH_DOTS = re.compile(rf"(?P<start>{_NUMBER.pattern})\.\.\.?=?(?P<stop>{_NUMBER.pattern})")
"""A range as other languages have it."""
_LOG = "log"
_RANGES = "a range is `start:stop:step`, both ends in it; `start:stop:log` is to draw from with `--samples`"
_LISTS = "a list is `[3,4,6,3]`, and several are `[3,4,6,3],[3,4,23,3]` or `[3,4,6|23,3]`"


def read_choices(text: str, is_list: bool) -> Choices:
    """Read what a variable may be; `is_list` is whether the variable is a list, so that `[ ]` is one value.

    Where it is none, `[3,5]` may be written for `3,5`.

    Errors: FieldError, whose message reads on from the variable's name.
    """
    if not text.isprintable():
        raise FieldError(f"takes values that can be printed, not {quote(text)}", "write words and numbers")
    parts = list(_parts(text))
    if not is_list and len(parts) == 1 and _is_bracketed(text):
        parts = list(_parts(text[1:-1]))
    if parts == [""]:
        raise FieldError("has no value", "write one or several, as in `0.5,1`")
    return _together([_read(part, is_list) for part in parts])


def _parts(text: str) -> Iterator[str]:
    """Yield what is between the commas, those in brackets apart. Errors: FieldError for brackets that do not match."""
    start = depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "[") - (sign == "]")
        if not 0 <= depth <= 1:
            raise FieldError(f"takes brackets that are closed, and not in one another, not {quote(text)}", _LISTS)
        if sign == "," and depth == 0:
            yield text[start:place].strip()
            start = place + 1
    if depth:
        raise FieldError(f"takes brackets that are closed, not {quote(text)}", _LISTS)
    yield text[start:].strip()


def _is_bracketed(text: str) -> bool:
    return text.startswith("[") and text.endswith("]")


def _together(parts: list[Choices]) -> Choices:
    if len(parts) == 1:
        return parts[0]
    if any(part.count is None for part in parts):
        raise FieldError("has a range without steps beside other values", "write the range alone, or give it a step")
    return Several(tuple(parts))


def _read(text: str, is_list: bool) -> Choices:
    if _is_bracketed(text):
        if not is_list:
            raise FieldError(f"is no list in the file, and {quote(text)} is one", "write its values alone, as in `3,5`")
        inside = text[1:-1].strip()
        items = tuple(_read_item(item) for item in _parts(inside)) if inside else ()
        if all(item.count == 1 for item in items):
            return Values(([item.at(0) for item in items],))
        return Items(items)
    if is_list:
        raise FieldError(f"is a list in the file, and {quote(text)} is none", _LISTS)
    return _read_single(text)


def _read_item(text: str) -> Choices:
    """Read what an item of a list may be: `3|5|7`, or a range."""
    return _together([_read_single(part.strip()) for part in text.split("|")])


def _read_single(text: str) -> Choices:
    first, colon, rest = text.partition(":")
    if colon and _NUMBER.fullmatch(first):
        return _range(text, [first, *rest.split(":")])
    if dots := _WITH_DOTS.fullmatch(text):
        raise FieldError(f"cannot be {quote(text)}", f"write the range `{dots['start']}:{dots['stop']}`")
    try:
        value = resolve(text)
    except ValueError as error:
        raise FieldError(f"has {error}", "round it") from None
    if isinstance(value, int | float) and not abs(value) < MAX_MAGNITUDE:
        raise FieldError(f"cannot be {quote(value)}", f"write a number of at most {MAX_DIGITS} digits")
    return Values((value,))


def _range(text: str, parts: list[str]) -> Choices:
    is_log = parts[-1] == _LOG
    numbers = parts[:-1] if is_log else parts
    if len(numbers) not in ((2,) if is_log else (2, 3)) or not all(map(_NUMBER.fullmatch, numbers)):
        raise FieldError(f"cannot be the range {quote(text)}", _RANGES)
    start, stop, *steps = map(Decimal, numbers)
    if max(map(abs, (start, stop, *steps))) >= MAX_MAGNITUDE:
        raise FieldError(f"has a number of more than {MAX_DIGITS} digits in {quote(text)}", "check it for a slip")
    if start > stop:
        upwards = ":".join((parts[1], parts[0], *(step.removeprefix("-") for step in parts[2:])))
        raise FieldError(f"cannot be {quote(text)}: the range is empty", f"write `{upwards}`")
    is_whole = all(map(_WHOLE.fullmatch, numbers))
    if is_log:
        if start <= 0:
            raise FieldError(f"cannot be {quote(text)}: a logarithm has no {numbers[0]}", "begin above 0")
        return Between(start, stop, is_log=True, is_whole=is_whole)
    if not steps and not is_whole:
        return Between(start, stop, is_log=False, is_whole=False)
    step = steps[0] if steps else Decimal(1)
    if step <= 0:
        raise FieldError(f"cannot be {quote(text)}: with that step the range is endless", "write a step above 0")
    return Range(start, step, int((stop - start) / step) + 1, is_whole)
