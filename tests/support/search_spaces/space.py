"""What a search space is, and how PyTorch counts a network of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Values = Mapping[str, Any]
"""A network: the variables of the file, and the shape of `input` where it is another than the file's."""

METRICS = "trainable_params", "macs"


@dataclass(frozen=True)
class SearchSpace:
    """A file whose variants are the networks of a search space."""

    file: Path
    drawn: Callable[[int], Iterable[Values]]
    """Draws as many networks at random, always the same."""
    torch_model: Callable[[Values], Any]
    """Builds a network by hand, on PyTorch's meta device."""
    shape: tuple[int, ...]
    """That of the file's input, channels first."""

    def counted_by_torch(self, values: Values) -> dict[str, int]:
        """Return the metrics of a network: its trainable parameters, and MACs as PyTorch's own counter has them."""
        import torch
        from torch.utils.flop_counter import FlopCounterMode

        with torch.device("meta"):
            model = self.torch_model(values).eval()
            batch = torch.empty((1, *values.get("input", self.shape)))
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            model(batch)
        return {
            "trainable_params": sum(parameter.numel() for parameter in model.parameters()),
            "macs": counter.get_total_flops() // 2,
        }
