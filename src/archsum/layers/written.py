"""A layer's fields as a file has them: what built the layer, and builds it again."""

from collections.abc import Iterator
from typing import Any

from archsum.formula import BoundFormula
from archsum.layers import kind_of
from archsum.layers.base import Layer
from archsum.layers.fields import INPUT_SIZES
from archsum.layers.untied import UntiedAlong


def fields_of_layer(layer: Layer, *, defaults: bool = True) -> dict[str, Any]:
    """Return a layer's fields by the file's names, as numbers, words, lists and mappings.

    A layer that another holds is a mapping of its kind to its fields. What a file may write once for all axes is there
    for each; a formula that waits for the sizes of the input is one still, and names nothing else. `defaults`: with the
    fields that have their default's value.
    """
    fields = {}
    for attribute, info in type(layer).model_fields.items():
        value, default = getattr(layer, attribute), info.default
        if attribute in layer.implied:
            default = layer.implied[attribute]
            value = value if attribute in layer.model_fields_set else default
        is_default = _repeats(value, default) if info.validate_default else _equals(value, default)
        if attribute != "type" and (defaults or info.is_required() or not is_default):
            fields[info.alias or attribute] = _write(value, defaults=defaults)
    return fields


def highlights(layer: Layer) -> Iterator[str]:
    """Yield what there is room for in a picture: those of the `shown_fields` that have not their default's value."""
    stated = fields_of_layer(layer, defaults=False)
    for field in layer.shown_fields:
        if field in layer.layer_fields:
            held = getattr(layer, field)
            yield kind_of(type(held))
            yield from highlights(held)
        elif field in stated:
            yield _highlight(field.replace("_", " "), stated[field])


def _highlight(field: str, value: Any) -> str:
    """Write a field as a few words: a word or a formula says by itself what it is, a number does not."""
    match value:
        case str():
            return value
        case True:
            return field
        case list():
            return f"{field} {'×'.join(map(str, value if len(set(value)) > 1 else value[:1]))}"
    return f"{field} {value}"


def _equals(value: Any, default: Any) -> bool:
    """Whether a value is the default: Python takes 1 for true, a file does not."""
    return type(value) is type(default) and bool(value == default)


def _repeats(value: Any, default: Any) -> bool:
    """Whether a value is for each axis the default, as a default becomes that is checked like a stated value."""
    if isinstance(value, tuple):
        return bool(value) and all(_repeats(item, default) for item in value)
    return _equals(value, default)


def _write(value: Any, *, defaults: bool) -> Any:
    match value:
        case Layer():
            return {kind_of(type(value)): fields_of_layer(value, defaults=defaults)}
        case BoundFormula():
            return value.written(INPUT_SIZES)
        case UntiedAlong():
            return value.written
        case tuple() if hasattr(value, "_asdict"):
            return {name: _write(item, defaults=defaults) for name, item in value._asdict().items()}
        case list() | tuple():
            return [_write(item, defaults=defaults) for item in value]
        case dict():
            return {name: _write(item, defaults=defaults) for name, item in value.items()}
    return value
