"""Gradient checkpointing: blocks that keep what they take, and compute the rest again in the backward pass."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from archsum.graph import Path
from archsum.summary import Summary


class Checkpoint(NamedTuple):
    """A block whose insides are computed again: its first step that gradients reach, its last, and what it takes."""

    first: int
    last: int
    inputs: tuple[str, ...]


def checkpoints(summary: Summary, blocks: Collection[str], reached: Collection[str]) -> Mapping[str, Checkpoint]:
    """Return the outermost blocks of the given kinds, or names, by the name of each layer in them.

    Blocks that gradients do not reach keep nothing in any case.
    """
    found: dict[Path, dict[str, int]] = {}
    for step, layer in enumerate(summary.layers, start=1):
        for level in range(1, len(layer.path)):
            block = layer.path[:level]
            if summary.groups[block].kind in blocks or "/".join(block) in blocks:
                found.setdefault(block, {})[layer.name] = step
                break
    by_layer: dict[str, Checkpoint] = {}
    for steps in found.values():
        learning = [step for name, step in steps.items() if name in reached]
        if learning:
            taken = (name for step in steps.values() for name in summary.layers[step - 1].node.inputs)
            inputs = dict.fromkeys(name for name in taken if name not in steps)
            by_layer |= dict.fromkeys(steps, Checkpoint(learning[0], max(steps.values()), tuple(inputs)))
    return by_layer
