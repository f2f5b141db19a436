"""What a PyTorch process allocates while it runs: the memory of its tensors, as its allocator reports it.

Nothing comes between: a TorchDispatchMode, as MemTracker is one, keeps autograd from adding gradients in place, so that
it counts sums which a process does not make. What a kernel allocates and frees before it returns is a workspace of its
own, which differs from device to device, and is left out.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class _Event(NamedTuple):
    """An allocation or, with a negative size, a deallocation, and the kernel in which it happened."""

    time: int
    size: int
    address: int
    kernel: int | None


def peak(run: Callable[[], object]) -> tuple[int, int]:
    """Return how many bytes more there are at most while something runs, and how many are left when it has.

    What was allocated before is not seen to be freed: hold it while this runs.
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


def _events(nodes: list[Any], kernel: int | None = None) -> Iterator[_Event]:
    for node in nodes:
        fields = node.extra_fields
        if type(fields).__name__ == "_ExtraFields_Allocation":
            yield _Event(node.start_time_ns, fields.alloc_size, fields.ptr, kernel)
        inside = id(node) if kernel is None and node.name.startswith("aten::") else kernel
        yield from _events(node.children, inside)


def _without_workspaces(events: list[_Event]) -> Iterator[_Event]:
    """Yield what outlives the kernel that allocated it."""
    allocated: dict[int, int] = {}
    workspaces = set()
    for number, event in enumerate(events):
        if event.size > 0:
            allocated[event.address] = number
        elif event.address in allocated:
            begin = allocated.pop(event.address)
            if event.kernel is not None and event.kernel == events[begin].kernel:
                workspaces |= {begin, number}
    return (event for number, event in enumerate(events) if number not in workspaces)
