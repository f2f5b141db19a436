"""The bias of a layer as a file states it: tied, untied, untied along some axes alone, or none."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Tag, WithJsonSchema

from archsum.errors import FieldError, closest, enumerate_words, quote
from archsum.layers.fields import AT_LEAST_1, true_is_tied
from archsum.layers.spatial import AXES

Axis = str | int
"""An axis of the output by its name, or by its number, counted from 1."""

_NAMES = tuple(dict.fromkeys(name for names in AXES.values() for name in names))
_CHANNELS = ("channels", "features", "filters", "units")
_MOST_WRITTEN = 8
_EXAMPLE = (
    "name the axes along which it is untied, as in `{untied: [height]}`, of length, depth, height and width; "
    "along the others it is tied"
)


@dataclass(frozen=True)
class UntiedAlong:
    """A bias that is untied along some axes of the output, and tied along the others."""

    axes: tuple[Axis, ...]

    @property
    def written(self) -> dict[str, list[Axis]]:
        """The same as a file has it."""
        return {"untied": list(self.axes)}

    def among(self, names: tuple[str, ...]) -> "UntiedAlong | Literal['untied']":
        """Return the same of a layer whose axes have these names, in their order; of all of them it is `untied`.

        Errors: FieldError for an axis that is not among them.
        """
        for axis in self.axes:
            if axis not in names:
                raise FieldError(f"cannot be untied along {quote(axis)}", self._cure(axis, names))
        ordered = tuple(name for name in names if name in self.axes)
        return "untied" if ordered == names else UntiedAlong(ordered)

    def _cure(self, unknown: Axis, names: tuple[str, ...]) -> str:
        if unknown in _CHANNELS:
            others = (axis for axis in self.axes if axis not in _CHANNELS)
            return f"write `{write_bias(others)}`: each of the {unknown} has a bias of its own in any case"
        close = None if unknown in _NAMES else closest(str(unknown), names)
        meant = (close if axis == unknown and close else axis for axis in self.axes)
        return f"did you mean `{write_bias(meant)}`?" if close else f"it can be untied along {enumerate_words(names)}"


def write_bias(axes: Iterable[Axis]) -> str:
    """Write a bias that is untied along some axes as a file does; along none it is tied."""
    each = list(dict.fromkeys(axes))
    return f"{{untied: [{', '.join(map(str, each))}]}}" if each else "tied"


def read_bias(value: Any) -> Any:
    """Read `true` as tied, and a mapping as the axes along which the bias is untied.

    Errors: FieldError for a mapping, or a list, that does not say that.
    """
    if isinstance(value, dict):
        if value.keys() != {"untied"}:
            raise FieldError("takes a mapping of `untied` alone", _EXAMPLE)
        return UntiedAlong(_read_axes(value["untied"]))
    if isinstance(value, list):
        raise FieldError("cannot be a list", _cure_of_list(value))
    if isinstance(value, str) and value in _NAMES:
        raise FieldError(f"cannot be {quote(value)}", _EXAMPLE)
    return true_is_tied(value)


def _read_axes(value: Any) -> tuple[Axis, ...]:
    """Return the axes in a list of them. Errors: FieldError for what is none, and for an axis that is there twice."""
    if isinstance(value, bool):
        raise FieldError(f"takes a list of axes in `untied`, not {quote(value)}", f"write `{'un' * value}tied`")
    if value in (None, []):
        raise FieldError("is untied along no axis", "write `tied`")
    if not isinstance(value, list):
        raise FieldError(f"takes a list of axes in `untied`, not {quote(value)}", _cure_of_list([value]))
    axes: dict[Axis, None] = {}
    for axis in value:
        if not _is_axis(axis):
            raise FieldError(f"takes names of axes in `untied`, not {quote(axis)}", _EXAMPLE)
        if axis in axes:
            raise FieldError(f"is untied along {quote(axis)} twice", _cure_of_list(value))
        axes[axis] = None
    return tuple(axes)


def _is_axis(value: Any) -> bool:
    return isinstance(value, str) or (type(value) is int and value > 0)


def _cure_of_list(value: list[Any]) -> str:
    is_short = len(value) <= _MOST_WRITTEN and all(axis in _NAMES or type(axis) is int for axis in value)
    return f"write `{write_bias(value)}`" if is_short and value else _EXAMPLE


def untied_schema(*axes: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a bias that is untied along some axes, of which each is like one of these."""
    (one, *others) = axes
    items = {"type": "array", "items": {"anyOf": [*axes]} if others else one, "minItems": 1, "uniqueItems": True}
    return {"type": "object", "properties": {"untied": items}, "required": ["untied"], "additionalProperties": False}


def _form(value: Any) -> str:
    return "axes" if isinstance(value, UntiedAlong) else "word"


Bias = Annotated[
    Annotated[Literal["tied", "untied", False], Tag("word")] | Annotated[UntiedAlong, Tag("axes")],
    Discriminator(_form),
    BeforeValidator(
        read_bias,
        json_schema_input_type=Literal["tied", "untied"]
        | Annotated[dict[str, Any], WithJsonSchema(untied_schema({"enum": [*_NAMES]}, AT_LEAST_1))]
        | Literal[True, False],
    ),
]
"""tied: one bias for each filter; untied: one for each filter and output location; untied along some axes: one for each
filter and location along these; false: none."""
