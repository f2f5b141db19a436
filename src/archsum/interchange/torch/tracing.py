"""What a model does when it is run: the functions and modules that it calls, with the tensors that they take and give.

Each call of one of PyTorch's functions is seen by a TorchFunctionMode, whoever wrote the module that it is in; modules
that are one layer are seen as a whole, by hooks.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from archsum.interchange.torch.values import Value, leaves, mapped, values_in

_READS = frozenset(
    {
        *("item", "tolist", "numpy", "__bool__", "__int__", "__float__", "__index__"),
        *("argwhere", "masked_select", "nonzero", "unique", "unique_consecutive"),
    }
)
"""Functions by which a model reads what is in a tensor."""

_OF_SHAPE_ALONE = ("new_", "_like")
_FILLS = frozenset({"zero_", "fill_"})
"""Functions that write into a tensor what depends on nothing, so that of others with its storage all is known."""
_SKIPPED = frozenset({"set_", "requires_grad", "register_hook", "retain_grad", "backward"})


class Call(NamedTuple):
    """A function, or a module that is one layer, and what it took and gave: tensors are Values."""

    name: str
    """The function's name without underscores, or that of the module's class."""
    path: str
    """The module's place, or that of the module in which the function is called."""
    module: Any
    """None for a function."""
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    output: Any
    own: Mapping[str, Any] = MappingProxyType({})
    """What other calls that are part of the same layer say of it."""

    @property
    def taken(self) -> list[Value]:
        """The tensors that it takes, in order; of a module its parameters too."""
        return [*values_in((self.args, self.kwargs, dict(self.own)))]

    @property
    def given(self) -> list[Value]:
        """The tensors that it gives."""
        return [*values_in(self.output)]

    def argument(self, number: int, name: str, default: Any = None) -> Any:
        """Return an argument by its place or its name."""
        return self.args[number] if number < len(self.args) else self.kwargs.get(name, default)


@dataclass
class Trace:
    """All calls of one run."""

    values: list[Value] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    inputs: list[Value] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)
    parameters: dict[str, Value] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    """Operations that ran outside of all calls, as TorchScript's do."""
    read: list[str] = field(default_factory=list)
    """Where the model read values that depend on its inputs."""


class WholeNumbersNeededError(Exception):
    """An embedding takes whole numbers, and is given something else, which depends on the inputs of these names."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = names


def trace(
    model: Any, original: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], is_layer: Callable[[Any], bool]
) -> Trace:
    """Run a copy of a model and follow it; `is_layer` is which modules are seen as a whole."""
    tracer = _Tracer(model, original, is_layer)
    named = [(str(number), tensor) for number, tensor in enumerate(args) if isinstance(tensor, torch.Tensor)]
    named += [(name, tensor) for name, tensor in kwargs.items() if isinstance(tensor, torch.Tensor)]
    for name, tensor in named:
        tracer.found.inputs.append(tracer.register(tensor, of=frozenset({name}), name=name))
    with tracer.hooks(), _Unseen(tracer), tracer:
        try:
            output = model(*args, **kwargs)
        except Exception as error:
            if path := tracer.path:
                error.add_note(f"see module `{path}`, in which it was raised")
            raise
    tracer.found.outputs = [tracer.value(leaf) for leaf in leaves(output) if isinstance(leaf, torch.Tensor)]
    return tracer.found


class _Tracer(TorchFunctionMode):  # type: ignore[misc]
    def __init__(self, model: Any, original: Any, is_layer: Callable[[Any], bool]) -> None:
        super().__init__()
        self.found = Trace()
        self.busy = 0
        """How many calls that are seen are running."""
        self._is_layer = is_layer
        self._values: dict[int, Value] = {}
        self._sharing: dict[int, set[int]] = {}  # tensors, by the storage that they share
        self._stale: dict[int, Value] = {}  # what was written into tensors through others that share their storage
        self._held: list[Any] = []  # as long as a tensor is held, no other has its identity
        self._running: list[str] = [""]
        self._paths = {module: path for path, module in model.named_modules()}
        for name, parameter in model.named_parameters(remove_duplicate=False):
            known = self._values.get(id(parameter))
            self.found.parameters[name] = known or self.register(
                parameter, learned=True, name=name, is_parameter=True, trainable=parameter.requires_grad
            )

        # A function that holds the model, and not the copy, takes its parameters.
        for name, parameter in original.named_parameters(remove_duplicate=False):
            self._values.setdefault(id(parameter), self.found.parameters[name])

    @property
    def path(self) -> str:
        """The module that runs."""
        return self._running[-1]

    def register(self, tensor: Any, **known: Any) -> Value:
        """Take up a tensor as it is now."""
        value = Value(len(self.found.values), tuple(tensor.shape), **known)
        self.found.values.append(value)
        self._held.append(tensor)
        self._values[id(tensor)] = value
        self._stale.pop(id(tensor), None)
        self._sharing.setdefault(_storage(tensor), set()).add(id(tensor))
        return value

    def value(self, tensor: Any) -> Value:
        """Return what is known of a tensor; what no call has given is a constant."""
        if id(tensor) in self._stale:
            both = (self._values[id(tensor)], self._stale[id(tensor)])
            self._record("overwritten", self._running[-1], None, both, {}, tensor, [*both])
        return self._values.get(id(tensor)) or self.register(tensor)

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call a function, and record the call."""
        kwargs = kwargs or {}
        if self.busy:
            return function(*args, **kwargs)
        name = _name(function)
        taken_args, taken_kwargs = self._replaced(args), self._replaced(kwargs)
        taken = [*values_in((taken_args, taken_kwargs))]
        if any(value.of for value in (taken if name in _READS else self._conditions(name, args))):
            self.found.read.append(f"{self._running[-1] or 'the model itself'}, by `{name.strip('_')}`")
        if name == "embedding" and len(args) > 1 and args[0].is_floating_point():
            self._need_whole_numbers(taken)
        self.busy += 1
        try:
            output = function(*args, **kwargs)
        finally:
            self.busy -= 1
        given = args[0] if output is None and name == "__setitem__" else output
        if name not in _SKIPPED and any(isinstance(leaf, torch.Tensor) for leaf in leaves(given)):
            apart = any(part in name for part in _OF_SHAPE_ALONE)
            self._record(name, self._running[-1], None, taken_args, taken_kwargs, given, [] if apart else taken)
            if args and _writes(name, args, kwargs, given):
                self._write(args[0])
        return output

    @contextmanager
    def hooks(self) -> Iterator[None]:
        """Follow the modules."""
        with ExitStack() as stack:
            for module in self._paths:
                before = module.register_forward_pre_hook(self._enter, with_kwargs=True)
                stack.callback(before.remove)
                after = module.register_forward_hook(self._leave, with_kwargs=True)
                stack.callback(after.remove)
            yield

    def _enter(self, module: Any, args: Any, kwargs: Any) -> None:
        self._running.append(self._paths[module])
        if self.busy or self._is_layer(module):
            if not self.busy:
                taken = [*values_in((self._replaced(args), self._replaced(kwargs)))]
                if isinstance(module, torch.nn.Embedding) and args and args[0].is_floating_point():
                    self._need_whole_numbers(taken)
                self._layer = (module, self._replaced(args), self._replaced(kwargs))
            self.busy += 1

    def _leave(self, module: Any, args: Any, kwargs: Any, output: Any) -> None:
        path = self._running.pop()
        if not self.busy:
            return
        self.busy -= 1
        if not self.busy:
            _, args, kwargs = self._layer
            taken = [*values_in((args, kwargs)), *map(self.value, module.parameters())]
            self._record(type(module).__name__, path, module, args, kwargs, output, taken)
            if getattr(module, "inplace", False):
                self._write(output)

    def _write(self, tensor: Any) -> None:
        """Note that a tensor is written into, and with it all that share its storage."""
        others = self._sharing.get(_storage(tensor), set()) - {id(tensor)}
        self._stale.update(dict.fromkeys(others, self._values[id(tensor)]))

    def _record(
        self, name: str, path: str, module: Any, args: Any, kwargs: Any, output: Any, taken: list[Value]
    ) -> None:
        of = frozenset[str]().union(*(value.of for value in taken))
        learned = any(value.learned for value in taken)
        given = mapped(output, lambda tensor: self.register(tensor, of=of, learned=learned))
        self.found.calls.append(Call(name.strip("_"), path, module, args, kwargs, given))

    def _replaced(self, nested: Any) -> Any:
        return mapped(nested, self.value)

    def _conditions(self, name: str, args: Any) -> list[Value]:
        """Return what says which elements are taken, so that its values decide how many there are."""
        if name not in ("__getitem__", "where") or len(args) > 2:
            return []
        asked = leaves(args[1] if name == "__getitem__" else args[0])
        return [self.value(leaf) for leaf in asked if isinstance(leaf, torch.Tensor) and leaf.dtype is torch.bool]

    def _need_whole_numbers(self, taken: list[Value]) -> None:
        names = frozenset[str]().union(*(value.of for value in taken))
        if names:
            raise WholeNumbersNeededError(names)


class _Unseen(TorchDispatchMode):  # type: ignore[misc]
    """Notes operations that run outside of all calls."""

    def __init__(self, tracer: _Tracer) -> None:
        super().__init__()
        self._tracer = tracer

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if not self._tracer.busy:
            self._tracer.found.unseen.add(str(function))
        return function(*args, **(kwargs or {}))


def _name(function: Any) -> str:
    name: str = getattr(function, "__name__", type(function).__name__)
    return str(function.__self__.__name__) if name == "__get__" else name


def _writes(name: str, args: Any, kwargs: Any, given: Any) -> bool:
    """Return whether a function writes into its first argument: it gives that one, and is called so."""
    in_place = (name.endswith("_") and not name.endswith("__")) or name.startswith("__i") or kwargs.get("inplace")
    if name in _FILLS:
        return False
    return name == "__setitem__" or bool(in_place and given is args[0])


def _storage(tensor: Any) -> int:
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):  # a sparse tensor has none
        return id(tensor)
