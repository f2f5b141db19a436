"""The inputs of a model: their shapes as its configuration states them, or as whoever asks for it says."""

import operator
from collections.abc import Mapping
from typing import NamedTuple

from archsum.errors import Diagnostic, SpecError, enumerate_words, quote, suggest
from archsum.interchange.imported import Options
from archsum.interchange.keras.items import BadItemError, Item
from archsum.interchange.keras.order import inputs_of
from archsum.interchange.keras.reading import input_shape
from archsum.interchange.keras.structure import Model
from archsum.language.read.settings import say_of_which
from archsum.layers.shapes import Shape, may_equal

_MAX_NAMED = 5


class Inputs(NamedTuple):
    """Each input's name, shape and place; and whether none of the sizes is another than the configuration's."""

    found: list[tuple[str, Shape, str]]
    as_stated: bool


def find_inputs(model: Model, options: Options) -> Inputs:
    """Return a model's inputs. Errors: BadItemError; SpecError for an override that is none of an input's."""
    names = [ref.layer for ref in inputs_of(model)]
    if not names:
        raise BadItemError("bad-model", "the model has no inputs", "", "archsum computes shapes from the inputs on")
    overrides = _overrides(names, options)
    found = []
    as_stated = True
    for name in names:
        entry = model.entries[name]
        stated = input_shape(entry)
        own = None if stated is None else Item(stated, entry.config.at("batch_shape")).shape()
        shape = overrides.get(name, own)
        if shape is None:
            cure = "state it: `--input 32,32,3`, in Python `input=[32, 32, 3]`"
            raise BadItemError("bad-model", f"the shape of the input {quote(name)} is not known", entry.within, cure)
        as_stated &= own is None or may_equal(own, shape)
        found.append((name, shape, entry.within))
    return Inputs(found, as_stated)


def _overrides(names: list[str], options: Options) -> dict[str, Shape]:
    """Return the shapes that are overridden. Errors: SpecError where one is of no input, or is none."""
    stated = options.input
    if stated is None:
        return {}
    if not isinstance(stated, Mapping):
        if len(names) > 1:
            message = f"the model has the inputs {enumerate_words(names[:_MAX_NAMED])}: one shape is not enough"
            cure = say_of_which(names[0])
            raise SpecError([Diagnostic("inputs", message, None, cure)])
        stated = {names[0]: stated}
    problems = [
        Diagnostic("inputs", f"the model has no input {quote(name)}", None, _known(name, names))
        for name in stated
        if name not in names
    ]
    if problems:
        raise SpecError(problems)
    return {name: _sizes(name, sizes) for name, sizes in stated.items()}


def _known(name: str, names: list[str]) -> str:
    return suggest(name, names) or f"it has {enumerate_words(names[:_MAX_NAMED])}"


def _sizes(name: str, sizes: object) -> Shape:
    if isinstance(sizes, list | tuple):
        found = tuple(None if size is None else _whole(size) for size in sizes)
        if all(size is None or size >= 1 for size in found):
            return found
    message = f"the input {quote(name)} takes sizes of at least 1, or null"
    raise SpecError(
        [Diagnostic("bad-value", message, None, "write them as in `--input 32,32,3`, in Python `input=[32, 32, 3]`")]
    )


def _whole(size: object) -> int:
    """Return a whole number, 0 for what is none."""
    if isinstance(size, bool) or not hasattr(size, "__index__"):
        return 0
    return operator.index(size)
