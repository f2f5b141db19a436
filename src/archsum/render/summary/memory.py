"""Columns of what each layer takes of memory in a training step."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from archsum.memory.costs import Costs
from archsum.render.numbers import memory
from archsum.render.summary.columns import Column, Figures
from archsum.render.training import options
from archsum.summary import LayerSummary


def memory_columns(costs: Costs) -> dict[str, Column]:
    """Return the columns by their words; all figures are unknown where it is not known what training needs.

    Kept are the bytes of which a layer is the first to keep them for the backward pass, of a block those of all its
    layers: what checkpointing it would save. Alive are all bytes in memory at its turn, forward or backward, whichever
    are more, of a block at the turn of the layer at which they are most.
    """
    training = costs.training
    how = f", {options(costs.options)}"
    if training is None:
        return {
            "kept": Column("Kept", _unknown, memory, total=_unknown, remark=how),
            "alive": Column("Alive", _unknown, memory, total=_unknown, remark=how),
        }
    kept = {layer.name: size for layer, size in training.kept_by_layer}
    alive: dict[str, int] = defaultdict(int)
    for turn in (*training.forward, *training.backward):
        alive[turn.layer.name] = max(alive[turn.layer.name], turn.bytes)
    peak = f" at most{how}"
    return {
        "kept": Column("Kept", _of_layers(kept, sum), memory, total=lambda _: training.kept_for_backward, remark=how),
        "alive": Column("Alive", _of_layers(alive, _most), memory, total=lambda _: training.peak, remark=peak),
    }


def _unknown(_of: Any) -> None:
    return None


def _of_layers(bytes_of: dict[str, int], together: Callable[[list[int]], int]) -> Callable[[Figures], int]:
    """Return what gives a layer's bytes, and those of the layers of a block together."""

    def of_layers(of: Figures) -> int:
        layers = (of,) if isinstance(of, LayerSummary) else of.layers
        return together([bytes_of[layer.name] for layer in layers])

    return of_layers


def _most(sizes: list[int]) -> int:
    return max(sizes, default=0)
