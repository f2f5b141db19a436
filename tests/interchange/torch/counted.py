"""What PyTorch itself counts of a model."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from torch.utils.flop_counter import FlopCounterMode

Outputs = dict[str, list[tuple[int, ...]]]
"""For each module that has no others in it, by its path, the shapes that it gave."""


class Counted(NamedTuple):
    """What a run on some samples gave."""

    macs: int
    outputs: Outputs


def run(model: Any, *inputs: Any, **named: Any) -> Counted:
    """Run a model in training; on the meta device attention is counted too, which it is not on a CPU."""
    found: Outputs = {}
    handles = [
        module.register_forward_hook(_noting(found, path))
        for path, module in model.named_modules()
        if not any(True for _ in module.children())
    ]
    with FlopCounterMode(display=False) as counter:
        model.train()(*inputs, **named)
    for handle in handles:
        handle.remove()
    return Counted(counter.get_total_flops() // 2, found)


def macs_of_a_sample(two: Counted, three: Counted) -> int:
    """Return the multiply-accumulates of one sample, of runs on two and three: what all share counts once."""
    return 2 * two.macs - three.macs


def _noting(found: Outputs, path: str) -> Callable[[Any, Any, Any], None]:
    def note(_: Any, __: Any, output: Any) -> None:
        first = output[0] if isinstance(output, Sequence) else output
        found.setdefault(path, []).append(tuple(first.shape))

    return note


def statistics(model: Any) -> int:
    """Add up the running statistics of a model's normalizations."""
    return sum(
        buffer.numel() for name, buffer in model.named_buffers() if name.endswith(("running_mean", "running_var"))
    )
