"""The tensors that pass through a network, each stored once however many layers see it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from archsum.layers.base import INDEX_BYTES, INDICES
from archsum.layers.shapes import Shape, known, product
from archsum.memory.precision import Batch
from archsum.summary import LayerSummary, Summary


class Storage(NamedTuple):
    """A tensor in memory: who made it, its shape without the batch, and the steps between which it is needed.

    Step 0 is the input's, and each layer is one step, in the file's order.
    """

    name: str
    shape: Shape
    first: int
    last: int
    per_batch: bool = False
    """Whether it is there once for the batch, and not for each sample."""
    itemsize: int | None = None
    """The bytes of an element; None: as many as the activations have, or words."""

    def bytes(self, batch: Batch, of_words: int | None = None) -> int:
        """Return its bytes for a batch; an element has so many where it is a word."""
        return (batch.once if self.per_batch else batch).bytes(self.shape, self.itemsize or of_words)


def indices_of(name: str) -> str:
    """Return the name of the indices that a layer finds, beside its output."""
    return f"{name} ({INDICES})"


def inside_of(name: str) -> str:
    """Return the name of what is between the operations of a layer while it runs."""
    return f"{name} (inside)"


WEIGHTS = ""
"""The owner of what is a weight itself."""


def owners(summary: Summary, *, training: bool = False) -> Mapping[str, str]:
    """Return, for each input and layer, the one whose storage its output is: its own, or that of which it is a view."""
    found = {name: name for name in summary.inputs}
    for layer in summary.layers:
        reuse = layer.layer.reuse_for(*layer.input_shapes)
        viewed = reuse.in_training if training else reuse.at_inference
        owner = found[layer.node.inputs[0]] if layer.node.inputs else WEIGHTS
        found[layer.name] = owner if viewed else layer.name
    return found


def storages(summary: Summary, owner: Mapping[str, str], *, training: bool = False) -> tuple[Storage, ...]:
    """Return the storages of a network, whose owners are given, in the order in which they are made.

    Its outputs are needed to the end, and while it is trained its inputs too: who trains it holds both.
    """
    last = dict.fromkeys(owner.values(), 0)
    first = dict.fromkeys(summary.inputs, 0)
    shapes = dict(summary.inputs)
    ending = {layer.name: layer.layer for layer in summary.layers if layer.layer.state_names}
    for step, layer in enumerate(summary.layers, start=1):
        outputs = len(layer.node.inputs) - layer.node.states
        for name in layer.taken[:outputs]:
            last[owner[name]] = step
        for number, shape in enumerate(layer.input_shapes[outputs:]):
            name = layer.node.inputs[outputs + number]
            if number == 0 and ending[name].gives_first_state:
                last[owner[name]] = step
                continue
            state = f"{name}'s {ending[name].state_names[number]}"
            first[state], shapes[state] = first[name], shape
            # Who takes a state keeps it in training as its own.
            last[state] = max(last.get(state, 0), step - training)
        if owner[layer.name] == layer.name:
            first[layer.name] = last[layer.name] = step
            shapes[layer.name] = layer.output_shape
    for name in (*summary.outputs, *(summary.inputs if training else ())):
        last[owner[name]] = len(summary.layers)
    once = made_of_nothing(summary)
    found = (Storage(name, shapes[name], step, last[name], name in once) for name, step in first.items())
    return (*found, *_indices(summary))


class Inside(NamedTuple):
    """What is between the operations of a layer while it runs, at that which takes and gives the most."""

    step: int
    elements: int
    """For each sample."""
    with_output: bool
    """Whether that is the last operation, whose result is the output, and not one before it."""


def insides(summary: Summary, tensors: Iterable[Storage]) -> Iterator[tuple[LayerSummary, Inside]]:
    """Yield what there is inside the layers that are several operations; the sizes of all storages are known."""
    made = {tensor.name for tensor in tensors}  # all but views
    for step, layer in enumerate(summary.layers, start=1):
        between = [known(product(shape)) for shape in layer.computed.between]
        if not between:
            continue
        output = known(product(layer.output_shape)) if layer.name in made else 0
        last, before = between[-1], max(map(sum, pairwise(between)), default=0)
        with_output = last + output >= before
        yield layer, Inside(step, last if with_output else before, with_output)


def with_insides(summary: Summary, tensors: Iterable[Storage]) -> Iterator[Storage]:
    """Yield the storages of a network, and those inside its layers: an output comes after what was there before it."""
    tensors = tuple(tensors)
    found = list(insides(summary, tensors))
    later = {layer.name for layer, inside in found if not inside.with_output}
    for tensor in tensors:
        yield tensor._replace(first=tensor.first + 1) if tensor.name in later else tensor
    once = made_of_nothing(summary)
    for layer, inside in found:
        yield Storage(inside_of(layer.name), (inside.elements,), inside.step, inside.step, layer.name in once)


def made_of_nothing(summary: Summary) -> set[str]:
    """Return the layers that take no input, and those that take these alone, such as the rows of a learned table.

    What they give is the same for each sample, and there once for all.
    """
    found: set[str] = set()
    for layer in summary.layers:
        if found.issuperset(layer.node.inputs):
            found.add(layer.name)
    return found


def _indices(summary: Summary) -> Iterator[Storage]:
    """Yield the indices that layers take of others, from the layer that finds them to the last that takes them."""
    last: dict[str, int] = {}
    for step, layer in enumerate(summary.layers, start=1):
        if layer.layer.indices_of is not None:
            last[layer.node.inputs[layer.layer.indices_of]] = step
    for step, layer in enumerate(summary.layers, start=1):
        if layer.name in last:
            yield Storage(indices_of(layer.name), layer.output_shape, step, last[layer.name], itemsize=INDEX_BYTES)


def held_by_caller(summary: Summary, owner: Mapping[str, str]) -> set[str]:
    """Return the owners of what is there until a training step is done: the network's inputs and outputs."""
    return {*summary.inputs, *(owner[name] for name in summary.outputs)}
