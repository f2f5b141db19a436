"""What a model is given to run it: tensors of the shapes that are asked for, in batches of any size."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch

from archsum.errors import Diagnostic, Location, SpecError


class Input(NamedTuple):
    """A tensor that a model takes: its name, its shape without the batch, and what it has."""

    name: str
    key: int | str
    """The place among the arguments, or the name of the keyword."""
    shape: tuple[int, ...]
    dtype: Any
    example: Any = None
    """A batch, of which the first sample is taken as often as it is needed."""

    def batch(self, samples: int, device: str) -> Any:
        """Make a batch."""
        if self.example is not None and device != "meta" and len(self.example):
            return self.example[:1].to(device).expand(samples, *self.shape).clone()
        filled = torch.ones if self.dtype is torch.bool else torch.zeros
        return filled((samples, *self.shape), dtype=self.dtype, device=device)


class Example(NamedTuple):
    """What a model takes: tensors, and other arguments as they are."""

    inputs: tuple[Input, ...]
    others: Mapping[int | str, Any] = {}

    def arguments(self, samples: int, device: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Make the arguments of a call."""
        made = {each.key: each.batch(samples, device) for each in self.inputs} | dict(self.others)
        numbers = sorted(key for key in made if isinstance(key, int))
        return tuple(made[number] for number in numbers), {
            key: value for key, value in made.items() if isinstance(key, str)
        }

    def of_whole_numbers(self, keys: frozenset[str]) -> "Example":
        """Return the same with other inputs of whole numbers: those of these keys, as texts."""
        return self.changed(
            lambda each: each._replace(dtype=torch.int64, example=None) if str(each.key) in keys else each
        )

    def changed(self, change: Callable[[Input], Input]) -> "Example":
        """Return the same with each input changed."""
        return self._replace(inputs=tuple(map(change, self.inputs)))


def read_example(model: Any, example: Any, place: Location) -> Example:
    """Understand what somebody gives as an example: a tensor, several, or shapes without the batch.

    Errors: SpecError where it is none of these, or not what the model takes.
    """
    if isinstance(example, torch.Tensor) or _is_shape(example):
        given: dict[int | str, Any] = {0: example}
    elif isinstance(example, Mapping):
        given = dict(example)
    elif isinstance(example, Sequence) and not isinstance(example, str):
        given = dict(enumerate(example))
    else:
        raise _wrong_inputs(f"an example of type {type(example).__name__} says no shape", place)
    names = _argument_names(model)
    inputs, others = [], {}
    for key, value in given.items():
        name = key if isinstance(key, str) else names[key] if key < len(names) else f"input_{key}"
        if isinstance(value, torch.Tensor) and value.dim():
            inputs.append(Input(name, key, tuple(value.shape[1:]), value.dtype, value.detach()))
        elif _is_shape(value):
            inputs.append(Input(name, key, tuple(value), _type_of(model)))
        else:
            others[key] = value
    if not inputs:
        raise _wrong_inputs("no input has a shape", place)
    read = Example(tuple(inputs), others)
    _check(model, read, place)
    return read


def _type_of(model: Any) -> Any:
    """Return the type of number that a model computes with: that of its weights, half or double too."""
    types = (weight.dtype for weight in model.parameters() if weight.is_floating_point())
    return next(types, torch.get_default_dtype())


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(type(size) is int and size >= 1 for size in value)


def _argument_names(model: Any) -> list[str]:
    try:
        parameters = inspect.signature(model.forward).parameters.values()
    except (TypeError, ValueError):
        return []
    return [each.name for each in parameters if each.kind is not each.VAR_KEYWORD]


def _check(model: Any, example: Example, place: Location) -> None:
    args, kwargs = example.arguments(1, "meta")
    try:
        signature = inspect.signature(model.forward)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        taken = ", ".join(f"`{name}`" for name in _argument_names(model))
        raise _wrong_inputs(f"`forward` takes {taken or 'nothing'}, and {error}", place) from None


def _wrong_inputs(message: str, place: Location) -> SpecError:
    cure = (
        "give a shape without the batch, as in `--input 3,224,224`, in Python `(3, 224, 224)`, "
        "and of several inputs each by its name"
    )
    return SpecError([Diagnostic("inputs", message, place, cure)])
