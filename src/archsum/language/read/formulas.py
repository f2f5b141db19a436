"""The formulas in a file's values, replaced by what they give; what is wrong with them, with its place."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import takewhile
from typing import Any, NamedTuple

from archsum.bounds import MAX_FOUND
from archsum.errors import Diagnostic, Span, enumerate_words, quote
from archsum.formula import (
    BROKEN,
    SIZES,
    BoundFormula,
    BrokenVariableError,
    Formula,
    FormulaError,
    UnknownNameError,
    Value,
    is_formula,
)
from archsum.language.text.places import Loc, Places, values_in
from archsum.layers.fields import INPUT_SIZES

_LONGEST_SHOWN = 200


class Resolved(NamedTuple):
    """Fields with their formulas computed; where one could not be, its text is left, and its location is faulty."""

    values: Mapping[str, Any]
    faulty: frozenset[Loc] = frozenset()
    errors: Sequence[tuple[Loc, FormulaError]] = ()

    def diagnose(self, places: Places) -> list[Diagnostic]:
        """Report what is wrong with the formulas, but not what follows from a variable that is wrong itself."""
        return [
            _diagnostic(error, places.find(loc)[0])
            for loc, error in self.errors
            if not isinstance(error, BrokenVariableError)
        ]


def resolve_fields(
    fields: Mapping[str, Any], names: Mapping[str, Value], deferred: Collection[str] = frozenset()
) -> Resolved:
    """Compute the formulas in fields, however deep they are in lists and mappings (which are bounded).

    The formulas of `deferred` fields are only read: what computes them adds names of its own.
    """
    errors: list[tuple[Loc, FormulaError]] = []
    values = {field: _resolve(value, names, field in deferred, (field,), errors) for field, value in fields.items()}
    if not errors:
        return Resolved(values)
    pieces = {(piece,) for loc, _ in errors for piece in _cut_off(fields, str(loc[0]))}
    return Resolved(values, frozenset(loc for loc, _ in errors) | pieces, errors)


@lru_cache(maxsize=4096)
def _formula(text: str) -> Formula:
    """Read a formula; one in a block is computed at each of its uses."""
    return Formula(text)


def formulas_in(value: Any) -> Iterator[str]:
    """Return the formulas in a value."""
    return filter(is_formula, values_in(value))


def steps_of(value: Any) -> int:
    """Return what it takes to compute a value: its values, and the parts of its formulas that can be read."""
    steps = 0
    for part in values_in(value):
        steps += 1
        if is_formula(part):
            with suppress(FormulaError):
                steps += 2 * _formula(part).parts  # to compute one takes longer than to copy a value
    return steps


def names_in(value: Any) -> tuple[str, ...]:
    """Return the names that the formulas in a value mention, as far as they can be read."""
    names: set[str] = set()
    for text in formulas_in(value):
        with suppress(FormulaError):
            names |= _formula(text).names
    return tuple(sorted(names))


def _resolve(
    value: Any, names: Mapping[str, Value], deferred: bool, loc: Loc, errors: list[tuple[Loc, FormulaError]]
) -> Any:
    if is_formula(value) and len(errors) < MAX_FOUND:
        try:
            formula = _formula(value)
            return _bind(formula, names) if deferred else formula.evaluate(names)
        except FormulaError as error:
            # A traceback would hold this very list, and keep both alive.
            errors.append((loc, error.with_traceback(None)))
    if isinstance(value, list):
        return [_resolve(item, names, deferred, (*loc, index), errors) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {key: _resolve(item, names, deferred, (*loc, key), errors) for key, item in value.items()}
    return value


def _bind(formula: Formula, names: Mapping[str, Value]) -> BoundFormula:
    known = {name: names[name] for name in sorted(formula.names) if name in names}
    if BROKEN in known.values():
        raise BrokenVariableError
    return BoundFormula(formula, known)


def _cut_off(fields: Mapping[str, Any], field: str) -> list[str]:
    """Return the pieces that YAML makes of a formula with commas inside `{ }`: keys without a value."""
    if not (is_formula(fields[field]) and _is_open(fields[field])):
        return []
    following = list(fields)[list(fields).index(field) + 1 :]
    return list(takewhile(lambda key: fields[key] is None, following))


def _is_open(text: str) -> bool:
    return text.count("(") > text.count(")")


def _diagnostic(error: FormulaError, place: Span | None) -> Diagnostic:
    cure = error.cure
    if isinstance(error, UnknownNameError) and error.name in INPUT_SIZES:
        cure = "formulas of layers and blocks know the sizes of their input, as far as it has them and they are known"
    elif isinstance(error, UnknownNameError) and error.name == "index":
        cure = "only what is in a `repeat` knows it; give it to a block as a parameter"
    elif isinstance(error, UnknownNameError) and "." in error.name:
        layer, _, _ = error.name.rpartition(".")
        sizes = enumerate_words(SIZES)
        cure = f"where a layer above is named {quote(layer)}, its sizes are {sizes}, as far as it has them"
    if place and (whole := _before_the_comma(place)):
        cure = f'a comma inside {{ }} or [ ] ends the value: put the formula in quotes, `"{whole}"`'
    return Diagnostic("formula", error.message, place, cure)


def _before_the_comma(place: Span) -> str | None:
    """Return the whole of a formula that a comma has cut, up to the parenthesis that closes it."""
    text = place.source.text
    if not _is_open(place.text) or text[place.end : place.end + 20].lstrip()[:1] != ",":
        return None
    for end in range(place.end, min(len(text), place.start + _LONGEST_SHOWN)):
        whole = text[place.start : end + 1]
        if not _is_open(whole) and "\n" not in whole:
            return whole
    return None
