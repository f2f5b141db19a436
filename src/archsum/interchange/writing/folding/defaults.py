"""What most have in common is said once: fields of a kind's layers, and values of a block's parameters."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from archsum.interchange.writing.alike import STATES
from archsum.interchange.writing.entries import EMPTY, BlockEntry, Document, Entry
from archsum.interchange.writing.fields import in_order
from archsum.interchange.writing.folding.slots import SIZES, required
from archsum.language.spec.items import PLACEMENT
from archsum.layers import KINDS, layer_class
from archsum.layers.fields import named_fields
from archsum.layers.written import fields_of_layer

_LEAST = 2
"""So many layers of a kind are most, if there are no more than half as many others."""
_OWN = frozenset({*PLACEMENT, STATES, "data_format", "axis"})
"""The fields that say what one layer is, and no kind."""


def state_defaults(document: Document) -> None:
    """Move fields that most layers of a kind have into the document's `defaults`."""
    listed: dict[str, list[Entry]] = defaultdict(list)
    for body in (*(block.layers for block in document.blocks.values()), document.layers):
        for entry in _entries(body):
            if entry.kind in KINDS:
                listed[entry.kind].append(entry)
    for kind in sorted(listed):
        found = _defaults(kind, listed[kind])
        if found:
            document.defaults[kind] = found


def _entries(body: Iterable[Any]) -> Iterator[Entry]:
    """Return all entries in a body, and in what they hold."""
    for entry in body:
        if isinstance(entry, Entry):
            yield entry
            yield from _entries(entry.fields.values())
        elif isinstance(entry, list | tuple):
            yield from _entries(entry)


def _defaults(kind: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """Move what most have of a kind's fields out of its layers, and return it; the others state the kind's default."""
    declared = named_fields(layer_class(kind))
    names = {name: None for entry in entries for name in entry.fields if name not in _OWN}
    found: dict[str, Any] = {}
    for name in names:
        default = declared[name].default
        if name in required(kind) or not isinstance(default, str | int | float | bool | None):
            continue
        stated = [entry.fields[name] for entry in entries if name in entry.fields]
        values = [value for value in stated if not _is_formula(value)]
        if not values:
            continue
        shown, count = Counter(map(repr, values)).most_common(1)[0]
        without = len(entries) - len(stated)
        if count >= _LEAST and count >= 2 * without and count > len(values) - count:
            found[name] = next(value for value in values if repr(value) == shown)
            for entry in entries:
                if name not in entry.fields:
                    if not _is_what_follows(entry, name, found[name]):
                        entry.fields = _with(entry.fields, name, default)
                elif repr(entry.fields[name]) == shown:
                    del entry.fields[name]
    return in_order(found)


def _is_what_follows(entry: Entry, name: str, value: Any) -> bool:
    """Whether a layer has the value without stating it, as the strides of a pooling that are its window's size."""
    cls, own = layer_class(entry.kind), {key: item for key, item in entry.fields.items() if key not in PLACEMENT}
    try:
        return fields_of_layer(cls.model_validate(own)) == fields_of_layer(cls.model_validate({**own, name: value}))
    except ValidationError:  # it has formulas
        return False


def _with(fields: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    placed = {key: item for key, item in fields.items() if key in PLACEMENT}
    own = {key: item for key, item in fields.items() if key not in PLACEMENT}
    return {**placed, **in_order({**own, name: value})}


def _is_formula(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("=")


def state_parameters(block: BlockEntry, uses: Sequence[Entry]) -> None:
    """Give a block's parameters the values that most of its uses have.

    What a use does not state, as the layer that takes it is not there, has a default, whatever that is.
    """
    for name in [name for name, value in block.parameters.items() if value is EMPTY]:
        values = [use.fields[name] for use in uses if name in use.fields]
        literals = [value for value in values if not _is_formula(value)]
        is_missing = len(values) < len(uses)
        if not literals:
            if is_missing:
                block.parameters[name] = 0
            continue
        shown, count = Counter(map(repr, literals)).most_common(1)[0]
        is_size = name.rpartition("_")[2] in SIZES
        if is_missing or count == len(uses) or (count > 1 and 2 * count >= len(uses) and not is_size):
            block.parameters[name] = next(value for value in literals if repr(value) == shown)
            for use in uses:
                if name in use.fields and repr(use.fields[name]) == shown:
                    del use.fields[name]
    given = {name: value for name, value in block.parameters.items() if value is EMPTY}
    block.parameters = given | block.parameters
