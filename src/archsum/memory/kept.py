"""What the forward pass of a training step keeps for the backward pass, each tensor once.

Each layer is one step, from 1 on. The first layer that keeps a tensor is the last to need it on the way back.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from archsum.graph import Path
from archsum.layers.base import INDICES, Kept
from archsum.memory.precision import Batch
from archsum.memory.storage import WEIGHTS, indices_of, made_of_nothing
from archsum.memory.timeline import Alive
from archsum.summary import LayerSummary, Summary

Declarations = Mapping[str, tuple[Kept, ...] | None]
"""What each layer, by its name, declares that it keeps; None where that is unknown, or how large it is."""


class KeptTensor(NamedTuple):
    """A tensor that the backward pass needs: the step of the first layer that keeps it, and its bytes."""

    storage: str | None
    """Whose output it is, or whose indices; None where it is the layer's own."""
    step: int
    bytes: int
    operation: int = 0
    """Which of that layer's operations keeps it."""
    again_from: int | None = None
    """Of what a checkpointed block computes again: the block's last step, where the way back through it begins."""


def declarations(summary: Summary) -> Declarations:
    """Ask every layer what it keeps."""
    return {layer.name: _declared(layer) for layer in summary.layers}


def _declared(layer: LayerSummary) -> tuple[Kept, ...] | None:
    kept = layer.computed.kept
    if kept is None or layer.has_unknown_size or any(None in tensor.shape for tensor in kept):
        return None
    return kept


def input_itemsizes(summary: Summary, declared: Declarations, owner: Mapping[str, str]) -> Mapping[str, int]:
    """Return the bytes of an element of those inputs of the network that are not data, but words."""
    return {
        owner[layer.node.inputs[tensor.number]]: tensor.itemsize
        for layer in summary.layers
        for tensor in declared[layer.name] or ()
        if tensor.name == "input" and tensor.itemsize and owner[layer.node.inputs[tensor.number]] in summary.inputs
    }


def kept_tensors(
    summary: Summary,
    declared: Declarations,
    owner: Mapping[str, str],
    batch: Batch,
    reached: Collection[str],
    blocks: Collection[str],
) -> Iterator[KeptTensor]:
    """Yield what each layer keeps that gradients reach; `blocks` compute their insides again."""
    shapes = {**summary.inputs, **{layer.name: layer.output_shape for layer in summary.layers}}
    once = made_of_nothing(summary)

    def output(name: str, step: int, kept: Kept, again_from: int | None = None) -> Iterator[KeptTensor]:
        if owner[name] != WEIGHTS:
            samples = batch.once if owner[name] in once else batch
            size = samples.bytes(shapes[owner[name]], kept.itemsize)
            yield KeptTensor(owner[name], step, size, kept.operation, again_from)

    by_layer = _checkpoints(summary, blocks, reached)
    for step, layer in enumerate(summary.layers, start=1):
        if layer.name not in reached:
            continue
        checkpoint = by_layer.get(layer.name)
        if checkpoint and checkpoint.first == step:
            for name in checkpoint.inputs:
                yield from output(name, step, Kept("input"))
        again_from = checkpoint.last if checkpoint else None
        for tensor in declared[layer.name] or ():
            if tensor.for_weights and not layer.computed.trains:
                continue
            if tensor.is_own:
                samples = batch.once if tensor.per_batch or layer.name in once else batch
                size = samples.bytes(tensor.shape, tensor.itemsize)
                storage = None
                if tensor.name == INDICES:
                    storage = indices_of(layer.node.inputs[tensor.number] if tensor.of_input else layer.name)
                yield KeptTensor(storage, step, size, tensor.operation, again_from)
            else:
                name = layer.node.inputs[tensor.number] if tensor.name == "input" else layer.name
                yield from output(name, step, tensor, again_from)


class _Checkpoint(NamedTuple):
    """A block that computes its insides again: its first step that gradients reach, its last, and what it keeps."""

    first: int
    last: int
    inputs: tuple[str, ...]


def _checkpoints(summary: Summary, blocks: Collection[str], reached: Collection[str]) -> Mapping[str, _Checkpoint]:
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
    by_layer: dict[str, _Checkpoint] = {}
    for steps in found.values():
        learning = [step for name, step in steps.items() if name in reached]
        if learning:
            taken = (name for step in steps.values() for name in summary.layers[step - 1].node.inputs)
            inputs = dict.fromkeys(name for name in taken if name not in steps)
            by_layer |= dict.fromkeys(steps, _Checkpoint(learning[0], max(steps.values()), tuple(inputs)))
    return by_layer


def separate(tensors: Iterable[KeptTensor]) -> tuple[list[KeptTensor], list[Alive]]:
    """Return what is kept, and what is there again on the way back, each storage once, as the first layer keeps it.

    What a checkpointed block gives to others that keep it is not computed again.
    """
    tensors = list(tensors)
    kept_by_others = {tensor.storage for tensor in tensors if tensor.again_from is None and tensor.storage}
    kept: list[KeptTensor] = []
    again: list[Alive] = []
    seen = set()
    for tensor in tensors:
        if tensor.storage in seen:
            continue
        if tensor.storage:
            seen.add(tensor.storage)
        if tensor.again_from is None or tensor.storage in kept_by_others:
            kept.append(tensor)
        else:
            again.append(Alive(tensor.step, tensor.again_from, tensor.bytes))
    return kept, again
