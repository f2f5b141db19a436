"""The way back of a training step: what is in memory at each moment, as PyTorch's autograd goes it.

Autograd runs the operations in the opposite order. The gradient of a tensor waits until every layer that takes the
tensor has made its part, and goes when the layer that made the tensor has been run. Of two parts the second is added to
the first in place where nothing else holds that; where it is a view, or the gradient of another tensor too, the sum is
a third tensor. The same holds of the gradients of weights that are used more than once.

Source: https://github.com/pytorch/pytorch, torch/csrc/autograd/engine.cpp (evaluate_function) and input_buffer.cpp
(accumulate, can_accumulate_inplace). Where a TorchDispatchMode is on, as MemTracker's is, no sum is made in place.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

from archsum.graph import Owner
from archsum.layers.base import Backward, Gradient
from archsum.layers.shapes import Shape, known
from archsum.memory.kept import KeptTensor
from archsum.memory.precision import Batch, Precision
from archsum.memory.storage import WEIGHTS, made_of_nothing
from archsum.summary import LayerSummary, Summary


class Moment(NamedTuple):
    """What is in memory while a layer makes gradients, or two of them are added, in bytes."""

    step: int
    """The layer's, counted from 1."""
    kept: int
    """For the rest of the way back."""
    of_weights: int
    """Gradients of weights."""
    of_tensors: int
    """Gradients of tensors, and what is computed beside them."""
    copies: int
    """Copies of weights in lower precision that are still to be used."""


@dataclass
class _Storage:
    """The memory of a gradient: its bytes, and how many gradients are it, or views of it."""

    bytes: int
    holders: int = 0


class _Part(NamedTuple):
    """A gradient, or a part of one: its storage, and whether it is all of it, so that another can be added in place."""

    storage: _Storage
    whole: bool = True


class WayBack:
    """Goes from the last layer to the first. Every size is known."""

    def __init__(
        self,
        summary: Summary,
        batch: Batch,
        item: Precision,
        owner: Mapping[str, str],
        reached: Set[str],
        kept: Iterable[KeptTensor],
        held: Collection[str],
    ) -> None:
        """`reached` are the layers that gradients reach. What is `kept` is freed on the way, unless it is `held`."""
        self._layers = {layer.name: layer for layer in summary.layers}
        self._batch, self._once = batch, batch.once
        self._item = item
        self._of_weight = item.copies or item.gradients
        self._copies = known(summary.trainable_params) * item.copies
        self._reached = reached
        self._kept_from: dict[int, list[KeptTensor]] = {}
        self._kept = 0
        for tensor in kept:
            self._kept += tensor.bytes
            if tensor.storage not in held:
                self._kept_from.setdefault(tensor.step, []).append(tensor)
        given = _Part(_Storage(0), whole=False)  # the loss is not counted, nor what it gives
        self._waiting = dict.fromkeys(summary.outputs, given)
        self._of_tensors = 0
        self._weights = 0
        self._used_again = {shared.owner for layer in summary.layers for shared in layer.shared_weights.values()}
        self._is_view: dict[Owner, bool] = {}  # of weights that are used again, the gradients that are there
        self._learned = {name for name in reached if owner[name] == WEIGHTS}
        self._made_once = made_of_nothing(summary)
        self._without_batch = self._learned | self._made_once

    def moments(self) -> Iterator[Moment]:
        """Yield the moments in order: one for each operation, and one for each sum that is a new tensor."""
        for step, layer in reversed(list(enumerate(self._layers.values(), start=1))):
            if layer.name in self._reached:
                yield from self._run(step, layer)
            else:
                yield self._moment(step)

    def _moment(self, step: int, more: int = 0) -> Moment:
        return Moment(step, self._kept, self._weights, self._of_tensors + more, self._copies)

    def _run(self, step: int, layer: LayerSummary) -> Iterator[Moment]:
        backward = layer.computed.backward
        gradient = self._waiting.pop(layer.name)
        kept = self._kept_from.get(step, ())
        batch = self._once if layer.name in self._made_once else self._batch
        for number, shape in reversed(list(enumerate(backward.between, start=1))):
            made = self._new(shape, batch)
            first = backward.per_batch if number == len(backward.between) else ()
            yield self._moment(step, sum(map(self._once.bytes, first)))
            self._release(gradient)
            self._forget(kept, number)
            gradient = made
        passed = list(self._passed_on(layer, backward, gradient))
        of_weights = self._new_of_weights(layer)
        scratch = (*backward.scratch, *self._before_sums(layer, backward))
        yield self._moment(step, sum(map(batch.bytes, scratch)))
        self._release(gradient)
        self._forget(kept, 0)
        self._copies -= known(layer.trainable_params) * self._item.copies
        for name, part in passed:
            if name in self._waiting:
                yield from self._sum(step, name, part)
            else:
                self._waiting[name] = part
        if of_weights and self._used_again:
            yield from self._sum_of_weights(step, layer, backward)
        if self._item.copies and layer.weights:
            yield from self._convert(step, layer)

    def _forget(self, kept: Iterable[KeptTensor], operation: int) -> None:
        """Free what an operation has kept."""
        self._kept -= sum(tensor.bytes for tensor in kept if tensor.operation == operation)

    def _passed_on(self, layer: LayerSummary, backward: Backward, gradient: _Part) -> Iterator[tuple[str, _Part]]:
        """Make the gradient of each input that one reaches."""
        for number, (name, shape) in enumerate(zip(layer.node.inputs, layer.input_shapes, strict=True)):
            if name not in self._reached or not layer.layer.passes_gradient(number):
                continue
            if name in self._without_batch:
                yield name, self._new(shape, self._once)
                continue
            match backward.gradient_of(number):
                case Gradient.NEW:
                    yield name, self._new(shape)
                case Gradient.SAME:
                    yield name, self._take(gradient)
                case Gradient.VIEW:
                    yield name, self._take(gradient._replace(whole=False))

    def _before_sums(self, layer: LayerSummary, backward: Backward) -> Iterator[Shape]:
        """Yield the shapes of new gradients of learned tensors, before they are added up over the batch."""
        if layer.name in self._made_once:
            return
        for number, name in enumerate(layer.node.inputs):
            if (
                layer.name not in self._made_once
                and name in self._learned
                and backward.gradient_of(number) is Gradient.NEW
            ):
                yield layer.output_shape

    def _new(self, shape: Shape, batch: Batch | None = None) -> _Part:
        return self._take(_Part(_Storage((batch or self._batch).bytes(shape))))

    def _take(self, gradient: _Part) -> _Part:
        if gradient.storage.holders == 0:
            self._of_tensors += gradient.storage.bytes
        gradient.storage.holders += 1
        return gradient

    def _release(self, gradient: _Part) -> None:
        gradient.storage.holders -= 1
        if gradient.storage.holders == 0:
            self._of_tensors -= gradient.storage.bytes

    def _sum(self, step: int, name: str, part: _Part) -> Iterator[Moment]:
        """Add a part to the gradient that waits for a layer."""
        waiting = self._waiting[name]
        if not (waiting.whole and waiting.storage.holders == 1):
            batch = self._once if name in self._without_batch else self._batch
            self._waiting[name] = self._new(self._layers[name].output_shape, batch)
            yield self._moment(step)
            self._release(waiting)
        self._release(part)

    def _new_of_weights(self, layer: LayerSummary) -> int:
        """Make the gradients of a layer's weights, be they others', or of their copies, and return their bytes."""
        size = known(layer.computed.trainable_params) * self._of_weight
        self._weights += size
        return size

    def _sum_of_weights(self, step: int, layer: LayerSummary, backward: Backward) -> Iterator[Moment]:
        """Add the gradients of another use of weights to those that are there."""
        added = views = 0
        for weight in layer.computed.weights:
            owner = layer.owner_of(weight)
            if owner not in self._used_again or not weight.trainable:
                continue
            size = known(weight.size)
            if owner in self._is_view:
                added += size
                views += size * self._is_view[owner]
                self._is_view[owner] = False
            else:
                self._is_view[owner] = backward.of_weights is Gradient.VIEW and not weight.is_bias
        if views:
            self._weights += views * self._of_weight
            yield self._moment(step)
            self._weights -= views * self._of_weight
        self._weights -= added * self._of_weight

    def _convert(self, step: int, layer: LayerSummary) -> Iterator[Moment]:
        """Make the gradients of weights from those of their copies."""
        self._weights += known(layer.trainable_params) * self._item.gradients
        yield self._moment(step)
        self._weights -= known(layer.trainable_params) * self._item.copies
