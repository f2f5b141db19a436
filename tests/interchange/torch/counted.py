"""What PyTorch itself counts of a model."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from archsum.layers.shapes import Shape

Outputs = dict[str, list[Shape]]
"""For each module, by its path, the shapes that it gave, without the batch."""


def macs(run: Callable[[int], Any]) -> int:
    """Count the multiply-accumulates of one sample; what does not depend on the batch counts once.

    `run` runs a model on so many samples.
    """
    two, three = _flops(run, 2), _flops(run, 3)
    return (2 * two - three) // 2


def _flops(run: Callable[[int], Any], samples: int) -> int:
    with FlopCounterMode(display=False) as counter:
        run(samples)
    return counter.get_total_flops()


def images(model: Any, *shapes: Shape) -> Callable[[int], Any]:
    """Return what runs a model on the meta device, in training, on so many samples."""
    moved = model.to("meta").train()
    return lambda samples: moved(*(torch.empty(samples, *shape, device="meta") for shape in shapes))


def outputs_of_modules(model: Any, run: Callable[[int], Any]) -> Outputs:
    """Run a model, and note what each of its modules gives that are made of no others."""
    found: Outputs = {}
    handles = [
        module.register_forward_hook(_noting(found, path))
        for path, module in model.named_modules()
        if not any(True for _ in module.children())
    ]
    run(2)
    for handle in handles:
        handle.remove()
    return found


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
