"""What a function is given: each of its arguments by the name that Keras's has, whichever way it is written."""

from collections.abc import Mapping
from typing import Any

from archsum.interchange.keras.fields import plain_value
from archsum.interchange.keras.items import BadItemError
from archsum.interchange.keras.structure import Constant, Opaque, Slice
from archsum.interchange.keras.use import Use, Value
from archsum.layers.shapes import Shape


class NoRuleError(Exception):
    """Arguments of which the rule knows nothing: what the function does is unknown then."""


class Operands:
    """The arguments of a function's call: of the call, of the configuration of Keras 3's operation, or TensorFlow's."""

    def __init__(self, use: Use, names: tuple[str, ...], written: tuple[str, ...] = ()) -> None:
        """Find them: `names` are Keras's, in their order, `written` TensorFlow's of the same, where it is its."""
        self.use = use
        self._found: dict[str, Any] = {}
        config: Mapping[str, Any] = {} if written else use.entry.config.value
        for position, name in enumerate(names):
            key = written[position] if position < len(written) else name
            if position < len(use.args):
                self._found[name] = use.args[position]
            elif key in use.kwargs:
                self._found[name] = use.kwargs[key]
            elif key in config and name != "name":
                self._found[name] = plain_value(config[key])

    def get(self, name: str, default: Any = None) -> Any:
        """Return an argument; the default where there is none."""
        found = self._found.get(name)
        return default if found is None else found

    def tensor(self, name: str) -> Value:
        """Return an argument that is a tensor. Errors: NoRuleError where it is none."""
        found = self.get(name)
        if not isinstance(found, Value):
            raise NoRuleError
        return found

    def tensors(self, name: str) -> list[Value]:
        """Return an argument that is a list of tensors. Errors: NoRuleError where it is none."""
        found = self.get(name)
        if type(found) is not list or not found or not all(isinstance(part, Value) for part in found):
            raise NoRuleError
        return found

    def whole(self, name: str, default: int | None = None) -> int:
        """Return an argument that is a whole number. Errors: NoRuleError where it is none."""
        found = self.get(name, default)
        if type(found) is not int:
            raise NoRuleError
        return found

    def wholes(self, name: str) -> list[int]:
        """Return an argument that is a list of whole numbers. Errors: NoRuleError where it is none."""
        found = self.get(name)
        if isinstance(found, Constant):
            found = found.value
        if type(found) is not list or not all(type(part) is int for part in found):
            raise NoRuleError
        return found

    def shape(self, name: str) -> Shape:
        """Return the shape of a tensor. Errors: NoRuleError where it is not known."""
        shape = self.use.shape(self.tensor(name))
        if shape is None:
            raise NoRuleError
        return shape

    def axis(self, name: str = "axis", default: int | None = None) -> int:
        """Return an axis, which is not the batch. Errors: NoRuleError where it is none, BadItemError for the batch."""
        axis = self.whole(name, default)
        if axis == 0:
            raise self.use.refuse("unsupported", "works along the batch", WITHIN_SAMPLES)
        return axis


WITHIN_SAMPLES = "archsum counts for one sample, and knows no layers that mix several"


def array_shape(value: Any, sample_axes: int) -> Shape | None:
    """Return the shape of an array as it meets samples of so many axes; None for a number.

    Errors: NoRuleError where it is no array.
    """
    sizes: list[int | None] = []
    if isinstance(value, Constant):
        value = value.value
    while type(value) is list:
        if not value:
            raise NoRuleError
        sizes.append(len(value))
        value = value[0]
    if value is not None and not isinstance(value, int | float):
        raise NoRuleError
    if len(sizes) == sample_axes + 1 and sizes[0] == 1:
        del sizes[0]  # the batch
    return tuple(sizes) if sizes else None


def is_plain(value: Any) -> bool:
    """Whether a value is no tensor, and no object that is unknown."""
    return not isinstance(value, Value | Opaque | Slice) and value is not ...


def refuse_batch(use: Use, what: str) -> BadItemError:
    """Return the error for a function that changes the batch axis."""
    return use.refuse("unsupported", what, WITHIN_SAMPLES)
