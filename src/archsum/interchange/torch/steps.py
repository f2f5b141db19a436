"""A call as the tables read it, and the layers that they make of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from archsum.interchange.torch.batch import Layout, Layouts, NotUnderstoodError
from archsum.interchange.torch.tracing import Call
from archsum.interchange.torch.uses import Uses
from archsum.interchange.torch.values import Value


class Step(NamedTuple):
    """A layer: its kind, its fields and what it takes."""

    kind: str
    fields: Mapping[str, Any] = {}
    inputs: "tuple[Value | Step, ...] | None" = None
    """Tensors, or layers that make them. None: what the step before gives, or of the first the call's first tensor."""
    weights: Mapping[str, Value] = {}
    """Its parameters, by what the kind calls them."""
    statistics: tuple[tuple[int, ...], ...] = ()
    """The shapes of its weights that are not parameters."""
    aligned: bool = False
    """Whether inputs of fewer axes are taken with those that the output has behind the batch, as in a sum."""
    in_one: bool = False
    """Whether its weights are laid out otherwise than the kind's, so that only their number can be compared."""
    name: str = ""
    """What it is called in its module, which is a block then. Nothing: what the module, or the function, is called."""
    is_packed: bool = False
    """Whether nothing is known of its weights, which PyTorch does not show."""
    states: int = 0
    """How many of what it takes, the last ones, are the states that layers end with, and not what these give."""
    gives: tuple[int, ...] | None = None
    """The shape of what it gives, where that is not the tensor's."""


Steps = Sequence[Step]
Made = Steps | Mapping[Value, Steps]
"""The layers of the only output, one after another; or those of each output. None: the output is the first input."""


class View:
    """A call, with the layouts of its tensors."""

    def __init__(self, call: Call, layouts: Layouts, uses: Uses, parameters: Mapping[str, Value]) -> None:
        self.call = call
        self.module = call.module
        self.uses = uses
        """Where the tensors come from, and what takes them."""
        self._layouts = layouts
        self._parameters = parameters

    @property
    def tensors(self) -> list[Value]:
        """The tensors that it takes."""
        return self.call.taken

    @property
    def input(self) -> Value:
        """The first tensor that it takes. Errors: NotUnderstoodError where it takes none."""
        if not self.tensors:
            raise NotUnderstoodError("takes no tensor")
        return self.tensors[0]

    @property
    def output(self) -> Value:
        """The only tensor that it gives, or the first."""
        return self.call.given[0]

    @property
    def used(self) -> list[Value]:
        """The tensors that it gives and that something takes."""
        return [value for value in self.call.given if value in self.uses.live]

    def weights(self, **names: str) -> dict[str, Value]:
        """Return the module's parameters that it has, by what we call them, each given by what the module calls it.

        Those of modules in it are given by their paths. Errors: NotUnderstoodError where one is computed of others.
        """
        found = {}
        for ours, theirs in names.items():
            if _attribute(self.module, theirs) is not None:
                path = f"{self.call.path}.{theirs}".lstrip(".")
                if path not in self._parameters:
                    raise NotUnderstoodError("has weights that are computed of others")
                found[ours] = self._parameters[path]
        return found

    def given_weights(self, **places: tuple[int, str]) -> dict[str, Value]:
        """Return the parameters among a function's arguments, by what we call them, each given by its place and name.

        Errors: NotUnderstoodError where one is no parameter.
        """
        found = {}
        for ours, (number, name) in places.items():
            value = self.argument(number, name)
            if value is not None:
                if not value.is_parameter:
                    raise NotUnderstoodError("has weights that are computed of others")
                found[ours] = value
        return found

    @property
    def all_weights(self) -> dict[str, Value]:
        """The parameters of the module and of those in it, by their names in it; each once."""
        found: dict[Value, str] = {}
        prefix = f"{self.call.path}." if self.call.path else ""
        for path, value in self._parameters.items():
            if path.startswith(prefix):
                found.setdefault(value, path.removeprefix(prefix))
        return {name: value for value, name in found.items()}

    def layout(self, value: Value) -> Layout:
        """Return the layout of a tensor."""
        return self._layouts[value]

    def shape(self, value: Value) -> tuple[int, ...]:
        """Return a tensor's shape for one sample."""
        return self._layouts[value].shape

    def axis(self, dim: int, value: Value | None = None) -> int:
        """Return the number of an axis for a sample, of the first tensor or another."""
        return self.layout(value or self.input).axis(dim)

    def axes(self, dims: Any, value: Value | None = None) -> list[int]:
        """Return the numbers of several axes, or of one; of None those of all."""
        value = value or self.input
        if dims is None:
            dims = range(self.layout(value).rank)
        return [self.axis(dim, value) for dim in (dims if isinstance(dims, Sequence | range) else [dims])]

    def argument(self, number: int, name: str, default: Any = None) -> Any:
        """Return an argument by its place or its name."""
        return self.call.argument(number, name, default)


def _attribute(module: Any, path: str) -> Any:
    """Return what a path of attributes leads to; None where there is nothing."""
    for name in path.split("."):
        module = getattr(module, name, None)
    return module


Reader = Callable[[View], Made]
"""What makes layers of a call. Errors: NotUnderstoodError where it is none that we have."""


def without_defaults(fields: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the fields that have their defaults."""
    return {name: value for name, value in fields.items() if name not in defaults or defaults[name] != value}


def short(numbers: Any) -> Any:
    """Write one number for each axis as one, where they are the same."""
    if not isinstance(numbers, tuple | list):
        return numbers
    return numbers[0] if len(set(numbers)) == 1 else list(numbers)


def within(step: Step) -> Step:
    """Return a layer of each of what the batch's axis has of a sample, such as its windows."""
    from archsum.layers import layer_class

    return step._replace(kind="time_distributed", fields={"layer": layer_class(step.kind).model_validate(step.fields)})
