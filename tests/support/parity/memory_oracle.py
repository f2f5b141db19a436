"""What PyTorch keeps in memory for a training step: the bytes kept for backward, and the peak by MemTracker.

No loss is computed. What is kept for backward is what the model itself keeps; the step of MemTracker begins its
backward pass with the sum of all outputs, which keeps nothing and whose gradient is one number seen as a tensor.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from tests.support.parity.torch_optimizers import Optimizer, make_optimizer

Role = Literal["input", "output", "input and output", "own"]

CATEGORIES = {
    "Parameter": "params",
    "Buffer": "buffers",
    "Gradient": "grads",
    "Activation": "activations",
    "Optstate": "optimizer_states",
    "Temp": "temp",
    "Total": "total",
}
"""MemTracker's own categories, and our names for them."""


class Saved(NamedTuple):
    """One tensor that an operation keeps for backward."""

    path: str
    """The innermost module in which the operation ran, and its class: a leaf, or one that computes on its own."""
    module: str
    dtype: str
    shape: tuple[int, ...]
    role: Role
    view: bool
    """Whether it is the input or output seen with another shape, or a part of a larger storage."""
    storage: int
    """Tensors of the same number share their storage."""
    storage_bytes: int
    made_by: str
    """The first module that gave the storage as its output; `input` for the model's, empty for a tensor of its own."""


class Peak(NamedTuple):
    """The largest memory during a part of the training step, and what it is made of at that moment."""

    params: int = 0
    buffers: int = 0
    grads: int = 0
    activations: int = 0
    optimizer_states: int = 0
    temp: int = 0
    total: int = 0


class Step(NamedTuple):
    """The peaks of one training step, of one that is not the first: the optimizer's state is there."""

    forward_and_backward: Peak
    optimizer: Peak

    @property
    def peak(self) -> Peak:
        """The largest of the whole step."""
        return max(self, key=lambda peak: peak.total)


@dataclass
class _Call:
    """A module while it runs: the shapes of what it takes and gives, by the address of the storage."""

    path: str
    module: Any
    inputs: dict[int, tuple[int, ...]]
    outputs: dict[int, tuple[int, ...]] = field(default_factory=dict)


class _Recorder:
    """Collects what the operations of a model keep for backward while it runs."""

    def __init__(self, model: Any, inputs: tuple[Any, ...]) -> None:
        self.excluded = {_address(tensor) for tensor in [*model.parameters(), *model.buffers()]}
        self.makers = {_address(tensor): "input" for tensor in inputs}
        self.running: list[_Call] = []
        self.records: list[tuple[_Call, Any]] = []
        self.held: list[Any] = []
        """As long as a tensor is held, no other storage can come to stand at its address."""

    def enter(self, path: str, module: Any, arguments: tuple[Any, ...]) -> None:
        self.held.append(arguments)
        self.running.append(_Call(path, module, _shapes(arguments)))

    def leave(self, output: Any) -> None:
        self.held.append(output)
        call = self.running.pop()
        call.outputs = _shapes(output)
        for address in call.outputs:
            self.makers.setdefault(address, call.path)

    def keep(self, tensor: Any) -> Any:
        self.records.append((self.running[-1], tensor))
        return tensor

    def saved(self) -> Iterator[Saved]:
        numbers: dict[int, int] = {}
        for call, tensor in self.records:
            address = _address(tensor)
            if address not in self.excluded:
                yield _saved(call, tensor, numbers.setdefault(address, len(numbers)), self.makers.get(address, ""))


def _saved(call: _Call, tensor: Any, number: int, made_by: str) -> Saved:
    address, shape, size = _address(tensor), tuple(tensor.shape), tensor.untyped_storage().nbytes()
    seen = [shapes[address] for shapes in (call.inputs, call.outputs) if address in shapes]
    return Saved(
        path=call.path,
        module=type(call.module).__name__,
        dtype=str(tensor.dtype).removeprefix("torch."),
        shape=shape,
        role=_role(address in call.inputs, address in call.outputs),
        view=(bool(seen) and shape not in seen) or tensor.nbytes != size,
        storage=number,
        storage_bytes=size,
        made_by=made_by,
    )


def saved_tensors(model: Any, *inputs: Any) -> list[Saved]:
    """Run a model in training mode, and list what its operations keep for backward: no weights, no buffers."""
    import torch

    recorder = _Recorder(model.train(), inputs)
    with _watched(model, recorder), torch.autograd.graph.saved_tensors_hooks(recorder.keep, _unchanged):
        model(*inputs)
    return list(recorder.saved())


def kept_bytes(saved: list[Saved]) -> int:
    """Add up what is kept for backward: a storage that several operations keep counts once."""
    return sum({item.storage: item.storage_bytes for item in saved}.values())


def training_step(build: Callable[[], Any], inputs: Callable[[], list[Any]], optimizer: Optimizer) -> Step:
    """Track a training step; the tensors have shapes and no data, so nothing is computed.

    The model is built on the meta device, since some are initialized with numbers that depend on others.
    """
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.distributed._tools.mem_tracker import MemTracker

    with torch.device("meta"):
        model = build()
    with FakeTensorMode(allow_non_fake_inputs=True):
        model.to_empty(device="cpu").train()
        data = inputs()
        stepper = make_optimizer(optimizer, model.parameters())
        tracker = MemTracker()
        tracker.track_external(model, stepper, *data)
        with tracker:
            _forward_and_backward(model, data)
            stepper.step()  # makes the optimizer's state
            stepper.zero_grad()
            tracker.reset_mod_stats()
            first = _peak_since_now(tracker)
            held = _forward_and_backward(model, data)
            forward_and_backward = first()
            second = _peak_since_now(tracker)
            stepper.step()
            del held
            return Step(forward_and_backward, second())


def training_peaks(
    build: Callable[[], Any], inputs: Callable[[Any], list[Any]], optimizers: Iterable[Optimizer]
) -> dict[str, int]:
    """Track a training step of a model, and return its most bytes with each of the optimizers, whose state is there.

    The tensors have shapes and no data, so nothing is computed; `inputs` are what the model is given.
    """
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.distributed._tools.mem_tracker import MemTracker

    with FakeTensorMode(allow_non_fake_inputs=True):
        model = build().train()
        data = inputs(model)
        tracker = MemTracker()
        tracker.track_external(model, *data)
        with tracker:
            tracker._mod_tracker.clear_user_hooks()  # which take stock of every module at each operation
            on_the_way = _peak_since_now(tracker)
            held = _forward_and_backward(model, data)
            before, most = _total(tracker), on_the_way().total
            found: dict[str, int] = {}
            for name in optimizers:
                stepper = make_optimizer(name, model.parameters())
                stepper.step()  # makes the optimizer's state
                state = _total(tracker) - before
                in_step = _peak_since_now(tracker)
                stepper.step()
                found[name] = max(most + state, in_step().total)
                del stepper
            del held
    return found


def _forward_and_backward(model: Any, inputs: list[Any]) -> Any:
    """Return the outputs, which a training loop holds."""
    outputs = model(*inputs)
    sum(tensor.sum() for tensor in tensors(outputs)).backward()
    return outputs


def _peak_since_now(tracker: Any) -> Callable[[], Peak]:
    """Let the tracker forget the peak so far; what is returned reads the peak since."""
    snapshot = tracker.get_tracker_snapshot()
    tracker._peak_mem_snap = snapshot
    tracker._peak_mem = {device: sizes["Total"] for device, sizes in snapshot.items()}

    def read() -> Peak:
        (sizes,) = tracker.get_tracker_snapshot("peak").values()
        return Peak(**{CATEGORIES[category]: size for category, size in sizes.items() if category in CATEGORIES})

    return read


def _total(tracker: Any) -> int:
    """Return how many bytes there are now."""
    (sizes,) = tracker.get_tracker_snapshot().values()
    total: int = sizes["Total"]
    return total


@contextmanager
def _watched(model: Any, recorder: _Recorder) -> Iterator[None]:
    handles = []
    for path, module in model.named_modules():
        entering = _entering(recorder, path)
        handles.append(module.register_forward_pre_hook(entering))
        handles.append(module.register_forward_hook(lambda _, __, output: recorder.leave(output)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _entering(recorder: _Recorder, path: str) -> Callable[[Any, tuple[Any, ...]], None]:
    return lambda module, arguments: recorder.enter(path, module, arguments)


def _unchanged(tensor: Any) -> Any:
    return tensor


def _role(inside: bool, outside: bool) -> Role:
    if inside and outside:
        return "input and output"
    return "input" if inside else "output" if outside else "own"


def _address(tensor: Any) -> int:
    address: int = tensor.untyped_storage().data_ptr()
    return address


def _shapes(values: Any) -> dict[int, tuple[int, ...]]:
    return {_address(tensor): tuple(tensor.shape) for tensor in tensors(values)}


def tensors(values: Any) -> Iterator[Any]:
    """Find the tensors in what a module takes or gives: one, or several, nested as they may be."""
    import torch

    if isinstance(values, torch.Tensor):
        yield values
    elif isinstance(values, tuple | list):
        for value in values:
            yield from tensors(value)
