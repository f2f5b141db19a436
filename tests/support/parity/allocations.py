"""What a PyTorch process allocates while it runs: the memory of its tensors, as its allocator reports it.

Nothing comes between: a TorchDispatchMode, as MemTracker is one, keeps autograd from adding gradients in place, so that
it counts sums which a process does not make. What a kernel allocates and frees before it returns is a workspace of its
own, which differs from device to device, and is left out.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tests.support.parity.memory_oracle import tensors
from tests.support.parity.torch_optimizers import OPTIMIZERS, make_optimizer


class _Event(NamedTuple):
    """An allocation or, with a negative size, a deallocation, and the kernel in which it happened."""

    time: int
    size: int
    address: int
    kernel: int | None


def peak(run: Callable[[], object]) -> tuple[int, int]:
    """Return how many bytes more there are at most while something runs, and how many are left when it has.

    What was allocated before counts for nothing, even if it is freed while this runs.
    """
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as recorded:
        run()
    events = sorted(_events(recorded.profiler.kineto_results.experimental_event_tree()))
    now = most = 0
    for event in _without_workspaces(events):
        now += event.size
        most = max(most, now)
    return most, now


def training_steps(model: Any, inputs: list[Any], precision: str = "float32") -> dict[str, int]:
    """Return the most bytes of a training step, that is not the first, with each of the optimizers.

    The outputs are held, as a training loop does; no loss is computed, and its gradients are not counted. The precision
    is float32, bfloat16 or mixed.
    """
    import torch

    model.train()
    if precision == "bfloat16":
        model.to(torch.bfloat16)
        inputs = [data.to(torch.bfloat16) if data.is_floating_point() else data for data in inputs]
    held = _bytes([*model.parameters(), *model.buffers(), *inputs])
    outputs: list[Any] = []

    def forward() -> list[Any]:
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "mixed"):
            return list(tensors(model(*inputs)))

    def forward_and_backward() -> None:
        outputs.extend(forward())
        torch.autograd.backward(outputs, given)

    with torch.no_grad():
        given = [torch.ones_like(tensor) for tensor in forward()]

    on_the_way, left = peak(forward_and_backward)
    found: dict[str, int] = {}
    for name in OPTIMIZERS:
        stepper = make_optimizer(name, [parameter for parameter in model.parameters() if parameter.requires_grad])
        stepper.step()
        state = _bytes([tensor for each in stepper.state.values() for tensor in each.values() if tensor is not None])
        in_step, _ = peak(stepper.step)
        found[name] = held + state + max(on_the_way, left + in_step)
    return found


def forward_pass(network: Any, inputs: Callable[[], list[Any]]) -> int:
    """Return the most bytes of tensors in a forward pass of a network, with its inputs, which nobody else holds."""
    import torch

    network.eval()
    with without_fast_path(), torch.inference_mode():
        most, _ = peak(lambda: network.pass_on(dict(zip(network.summary.inputs, inputs(), strict=True))))
    return most


@contextmanager
def without_fast_path() -> Iterator[None]:
    """Turn PyTorch's fast path for attention off: it is one kernel, in which what there is inside is no tensor."""
    import torch

    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def _bytes(those: list[Any]) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in those)


def _events(nodes: list[Any], kernel: int | None = None) -> Iterator[_Event]:
    for node in nodes:
        fields = node.extra_fields
        if type(fields).__name__ == "_ExtraFields_Allocation":
            yield _Event(node.start_time_ns, fields.alloc_size, fields.ptr, kernel)
        inside = node.correlation_id if kernel is None and node.name.startswith("aten::") else kernel
        yield from _events(node.children, inside)


def _without_workspaces(events: list[_Event]) -> Iterator[_Event]:
    """Yield what outlives the kernel that allocated it, without what was allocated before."""
    allocated: dict[int, int] = {}
    left_out = set()
    for number, event in enumerate(events):
        if event.size > 0:
            allocated[event.address] = number
        elif event.address in allocated:
            begin = allocated.pop(event.address)
            if event.kernel is not None and event.kernel == events[begin].kernel:
                left_out |= {begin, number}
        else:
            left_out.add(number)
    return (event for number, event in enumerate(events) if number not in left_out)
