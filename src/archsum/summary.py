"""What is known about a network: one value for each layer, and totals that are derived, never stored."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from archsum.errors import Diagnostic, Place, SpecError, one_line, suggest
from archsum.graph import Group, Node, Owner, Path, shared_levels
from archsum.layers.base import Backward, Cached, Kept, Layer, Weight, Work
from archsum.layers.shapes import Shape, product, show, total

BYTES_PER_PARAMETER = 4  # float32
_MAX_USES = 5


@dataclass
class Computed:
    """What a layer gives for the shapes of its inputs: one value for all equal layers on equal shapes.

    What few commands ask for is computed when it is first asked for.
    """

    layer: Layer
    inputs: tuple[Shape, ...]
    output: Shape
    weights: tuple[Weight, ...]
    macs: int | None

    @cached_property
    def weights_by_name(self) -> Mapping[str, Weight]:
        """The weights by their names."""
        return {weight.name: weight for weight in self.weights}

    @cached_property
    def flops(self) -> int | None:
        """Floating-point operations for one sample; None where they are unknown."""
        return self.layer.flops(*self.inputs)

    @cached_property
    def connections(self) -> int | None:
        """Links into the layer's neurons and the biases they use; None where a size is unknown."""
        return self.layer.connections(*self.inputs)

    @cached_property
    def work(self) -> tuple[Work, ...] | None:
        """What is done to elements beside the multiply-accumulates; None where it is unknown."""
        return self.layer.work(*self.inputs)

    @cached_property
    def kept(self) -> tuple[Kept, ...] | None:
        """What training keeps for the backward pass; None where that is unknown."""
        return self.layer.kept(*self.inputs)

    @cached_property
    def cached(self) -> Cached:
        """What generation caches of each token."""
        return self.layer.cached(*self.inputs)

    @cached_property
    def backward(self) -> Backward:
        """What the way back makes."""
        return self.layer.backward(*self.inputs)

    @cached_property
    def between(self) -> tuple[Shape, ...]:
        """The shapes of the tensors between the layer's operations at inference."""
        return self.layer.between(*self.inputs)

    @cached_property
    def params(self) -> int | None:
        """Parameters, trainable or not; None where a weight's size is unknown."""
        return _params(self.weights)

    @cached_property
    def trainable_params(self) -> int | None:
        """Parameters that training changes; None where such a weight's size is unknown."""
        return _trainable_params(self.layer, self.weights)

    @cached_property
    def non_trainable_params(self) -> int | None:
        """Parameters that training leaves alone; None where such a weight's size is unknown."""
        return _non_trainable_params(self.layer, self.weights)

    @cached_property
    def torch_params(self) -> int | None:
        """Parameters as PyTorch counts them, trained or frozen: statistics are buffers there, and not among them.

        None where the size of one that it counts is unknown.
        """
        return _torch_params(self.weights)

    @cached_property
    def trains(self) -> bool:
        """Whether there are weights to train."""
        return self.layer.trainable and any(weight.trainable for weight in self.weights)


def show_params(params: int | None) -> str:
    """Write a number of parameters as values show it of themselves."""
    return "unknown" if params is None else f"{params:,}"


def _params(weights: Iterable[Weight]) -> int | None:
    return total(weight.size for weight in weights)


def _trainable_params(layer: Layer, weights: Iterable[Weight]) -> int | None:
    return _params(weight for weight in weights if weight.trainable) if layer.trainable else 0


def _non_trainable_params(layer: Layer, weights: Iterable[Weight]) -> int | None:
    return _params(weight for weight in weights if not (weight.trainable and layer.trainable))


def _torch_params(weights: Iterable[Weight]) -> int | None:
    return _params(weight for weight in weights if weight.trainable or weight.frozen)


class SharedWeight(NamedTuple):
    """A weight that is another's: whose, and whether it is used as the transpose of what it is there."""

    owner: Owner
    transposed: bool = False


NOTHING_SHARED: Mapping[str, SharedWeight] = {}
"""What a layer shares whose weights are all its own."""


class LayerSummary(NamedTuple):
    """One layer with its shapes, weights and operations. Shapes have no batch axis.

    Weights that are shared are those of the first layer that uses them, and counted there: `weights` are the layer's
    own.
    """

    node: Node
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    weights: tuple[Weight, ...]
    macs: int | None
    computed: Computed
    """What all layers that are equal to it, on equal shapes, have in common; its `weights` are all that it uses."""
    shared_weights: Mapping[str, SharedWeight] = NOTHING_SHARED
    """The weights that it uses and that are others', by what it calls them itself."""

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.node.name

    @property
    def layer(self) -> Layer:
        """The layer itself, with its fields."""
        return self.node.layer

    @property
    def type(self) -> str:
        """The class's name, as Keras prints it."""
        return type(self.node.layer).__name__

    @property
    def taken(self) -> tuple[str, ...]:
        """The inputs of which it takes the elements, and not the shape alone."""
        inputs, shape_only = self.node.inputs, self.node.layer.shape_only
        return tuple(name for number, name in enumerate(inputs) if number not in shape_only) if shape_only else inputs

    @property
    def learned_from(self) -> tuple[str, ...]:
        """The inputs to which a gradient goes back."""
        layer = self.node.layer
        return tuple(name for number, name in enumerate(self.node.inputs) if layer.passes_gradient(number))

    @property
    def path(self) -> Path:
        """The blocks that the layer is in, outermost first, and its own name."""
        return self.node.path

    @property
    def span(self) -> Place:
        """Where the layer is in the file."""
        return self.node.span

    @property
    def has_unknown_size(self) -> bool:
        """Whether a size of its inputs or of its output is unknown."""
        return any(None in shape for shape in (*self.input_shapes, self.output_shape))

    @property
    def shared_with(self) -> str | None:
        """The layer, further up, with which this one shares all its weights; None where it has none, or does not."""
        owner = self.node.shared_with
        return owner if owner and self.computed.weights else None

    @property
    def shares(self) -> bool:
        """Whether it uses weights of others, all or some."""
        return bool(self.shared_weights)

    def owner_of(self, weight: Weight) -> Owner:
        """Return whose a weight is that it uses."""
        shared = self.shared_weights.get(weight.name)
        return shared.owner if shared else Owner(self.name, weight.name)

    @property
    def alike(self) -> Hashable:
        """What it has in common with layers of which all but the names is the same."""
        return id(self.computed), self.shared_with, self.node.frozen_by, *self.shared_weights.items()

    @property
    def params(self) -> int | None:
        """Parameters, trainable or not; None where a weight's size is unknown."""
        return self.computed.params if self._has_all else _params(self.weights)

    @property
    def trainable_params(self) -> int | None:
        """Parameters that training changes; None where such a weight's size is unknown."""
        return self.computed.trainable_params if self._has_all else _trainable_params(self.layer, self.weights)

    @property
    def non_trainable_params(self) -> int | None:
        """Parameters that training leaves alone; None where such a weight's size is unknown."""
        return self.computed.non_trainable_params if self._has_all else _non_trainable_params(self.layer, self.weights)

    @property
    def torch_params(self) -> int | None:
        """Parameters as PyTorch counts them, trained or frozen: statistics are buffers there, and not among them.

        None where the size of one that it counts is unknown.
        """
        return self.computed.torch_params if self._has_all else _torch_params(self.weights)

    def __repr__(self) -> str:
        sizes = f"output_shape={self.output_shape}, params={show_params(self.params)}"
        return f"<LayerSummary of {one_line(self.name)} ({self.type}): {sizes}>"

    @property
    def _has_all(self) -> bool:
        """Whether all weights that it uses are its own, so that they need not be counted for each layer."""
        return self.weights is self.computed.weights

    @property
    def bias_params(self) -> int | None:
        """Biases, tied and untied; None where a bias's size is unknown."""
        return total(weight.size for weight in self.weights if weight.is_bias)

    @property
    def untied_bias_params(self) -> int | None:
        """Biases of their own for each output location, or each along some axes; all parameters of such a bias."""
        return total(weight.size for weight in self.weights if weight.untied)

    @property
    def weight_memory(self) -> int | None:
        """The parameters' bytes in float32; None where a weight's size is unknown."""
        return product((self.params, BYTES_PER_PARAMETER))

    @property
    def neurons(self) -> int | None:
        """Output elements; None where a size is unknown."""
        return product(self.output_shape)

    @property
    def flops(self) -> int | None:
        """Floating-point operations for one sample; None where they are unknown."""
        return self.computed.flops

    @property
    def connections(self) -> int | None:
        """Links into the layer's neurons and the biases they use; None where a size is unknown."""
        return self.computed.connections


class Totals:
    """What layers have together: derived, never stored."""

    layers: tuple[LayerSummary, ...]

    def together(self, figure: str) -> int | None:
        """Return the sum of a figure of all layers, by its name; None where a layer's is unknown."""
        return total(getattr(layer, figure) for layer in self.layers)

    @property
    def params(self) -> int | None:
        """Parameters, trainable or not; None where a weight's size is unknown."""
        return self.together("params")

    @property
    def trainable_params(self) -> int | None:
        """Parameters that training changes; None where such a weight's size is unknown."""
        return self.together("trainable_params")

    @property
    def non_trainable_params(self) -> int | None:
        """Parameters that training leaves alone; None where such a weight's size is unknown."""
        return self.together("non_trainable_params")

    @property
    def torch_params(self) -> int | None:
        """What `sum(p.numel() for p in model.parameters())` gives in PyTorch, where statistics are buffers.

        None where the size of one of these is unknown.
        """
        return self.together("torch_params")

    @property
    def bias_params(self) -> int | None:
        """Biases, tied and untied; None where a bias's size is unknown."""
        return self.together("bias_params")

    @property
    def untied_bias_params(self) -> int | None:
        """Biases of their own for each output location, or each along some axes; all parameters of such a bias."""
        return self.together("untied_bias_params")

    @property
    def weight_memory(self) -> int | None:
        """The parameters' bytes in float32; None where a weight's size is unknown."""
        return product((self.params, BYTES_PER_PARAMETER))

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates for one sample; None where a layer's are unknown."""
        return self.together("macs")

    @property
    def flops(self) -> int | None:
        """Floating-point operations for one sample; None where a layer's are unknown."""
        return self.together("flops")

    @property
    def neurons(self) -> int | None:
        """Output elements of all layers; None where a size is unknown."""
        return self.together("neurons")

    @property
    def connections(self) -> int | None:
        """Links and used biases of all layers; None where a layer's are unknown."""
        return self.together("connections")


@dataclass(frozen=True)
class Summary(Totals):
    """A network's inputs, layers in order, outputs and blocks; and its totals."""

    name: str
    inputs: dict[str, Shape]
    layers: tuple[LayerSummary, ...]
    outputs: tuple[str, ...] = ()
    groups: Mapping[Path, Group] = field(default_factory=dict)

    def find(self, name: str) -> tuple[LayerSummary, ...]:
        """Return the layer of that name, or those in the block of that name.

        Errors: SpecError where nothing has it.
        """
        return self.layers[self._places[self.path_of(name)]]

    def path_of(self, name: str) -> Path:
        """Return the path of the layer or the block of that name: ours, or its framework's, as `layer1.0.conv1`.

        Errors: SpecError where nothing has it.
        """
        path = self._path_of(name)
        if path is None:
            raise SpecError([self._unknown(name)])
        return path

    def has(self, name: str) -> bool:
        """Whether a layer or a block has the name."""
        return self._path_of(name) is not None

    def _path_of(self, name: str) -> Path | None:
        path = tuple(name.strip("/").split("/"))
        return path if path in self._places else self._frameworks_names.get(name)

    @cached_property
    def _frameworks_names(self) -> Mapping[str, Path]:
        """The paths of layers and blocks by the names that their framework has for them, or would have."""
        names: dict[str, Path] = {}
        for path in self._places:
            names.setdefault(".".join(path), path)
        for layer in self.layers:
            if layer.node.origin and layer.node.origin.path:
                names.setdefault(layer.node.origin.path, layer.path)
        return names

    @cached_property
    def _places(self) -> Mapping[Path, slice]:
        """Where each layer is among all, and those in each block, which follow one another."""
        places: dict[Path, slice] = {}
        before: Path = ()
        begun: list[int] = []  # where each of the blocks around the layer before begins
        for index, layer in enumerate((*self.layers, None)):
            blocks = layer.path[:-1] if layer else ()
            if blocks != before:
                common = shared_levels(before, blocks)
                for level in range(common, len(before)):
                    places[before[: level + 1]] = slice(begun[level], index)
                begun = [*begun[:common], *(index for _ in blocks[common:])]
                before = blocks
            if layer:
                places[layer.path] = slice(index, index + 1)
        return places

    @cached_property
    def takers(self) -> Mapping[str, tuple[str, ...]]:
        """For each input and layer that is taken, the layers that take it."""
        takers: dict[str, list[str]] = {}
        for layer in self.layers:
            for name in layer.node.inputs:
                takers.setdefault(name, []).append(layer.name)
        return {name: tuple(taking) for name, taking in takers.items()}

    @cached_property
    def given(self) -> frozenset[str]:
        """The names of what is an output of the network."""
        return frozenset(self.outputs)

    @cached_property
    def borrowers(self) -> Mapping[str, tuple[str, ...]]:
        """For each layer whose weights others use, these others."""
        borrowers: dict[str, list[str]] = {}
        for layer in self.layers:
            for shared in layer.shared_weights.values():
                if shared.owner.node != layer.name:
                    borrowers.setdefault(shared.owner.node, []).append(layer.name)
        return {name: tuple(borrowing) for name, borrowing in borrowers.items()}

    def _unknown(self, name: str) -> Diagnostic:
        if name in self.inputs:
            message = f"`{name}` is an input of {self.name}, not a layer"
            cure = f"its shape, {show(self.inputs[name])}, is stated at the top of the file or with `--input`"
            return Diagnostic("unknown-name", message, None, cure)
        names = [*map("/".join, self.groups), *(layer.name for layer in self.layers)]
        if "." in name and "/" not in name:
            names = [word for word in self._frameworks_names if "." in word]
        uses = ["/".join(path) for path, group in self.groups.items() if group.kind == name]
        cure = suggest(name, names) or "`archsum summary` lists the layers"
        if uses:
            more = f" and {len(uses) - _MAX_USES:,} others" if len(uses) > _MAX_USES else ""
            cure = f"it is a block, used as {', '.join(f'`{use}`' for use in uses[:_MAX_USES])}{more}"
        return Diagnostic("unknown-name", f"{self.name} has no layer `{name}`", None, cure)

    def __repr__(self) -> str:
        return f"<Summary of {one_line(self.name)}: layers={len(self.layers)}, params={show_params(self.params)}>"
