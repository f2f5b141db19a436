"""Arrangements of axes: networks that move them, or have the channels first, are made ones that do not.

PyTorch has the channels of images first, and moves them to the end for what works on the last axis.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from archsum.comparison.layouts import FORMAT
from archsum.comparison.orders import Order, as_it_is, channels_first, in_order, keeps_row, reshaped, turned
from archsum.comparison.rows import rows_of_dense, rows_to_dense
from archsum.graph import Graph, Node
from archsum.layers import kind_of, layer_class
from archsum.layers.base import Layer
from archsum.layers.shapes import product
from archsum.propagate import propagate
from archsum.summary import LayerSummary, Summary


def with_channels_last(summary: Summary, *, ends_too: bool = True) -> Summary:
    """Return a network that has the channels last, and moves axes only where a layer needs them elsewhere.

    `ends_too`: an input, or an output, that has the channels first as its network has them, has them last.
    """
    arranging = _Arranging(summary, ends_too=ends_too)
    for layer in summary.layers:
        arranging.add(layer)
    return arranging.network()


class _Tensor(NamedTuple):
    """What a layer gave, as it is in the network that is made: the same elements, with the axes in another order."""

    name: str
    order: Order
    """Of each axis that it had, which axis it is here."""
    convention: Order
    """The order that it would have if nothing had moved its axes but where its network has the channels."""

    @property
    def is_plain(self) -> bool:
        """Whether its axes are as they were, or differ by where the channels are and nothing else."""
        return self.order in (as_it_is(len(self.order)), self.convention)

    def turned(self, dims: Iterable[int]) -> "_Tensor":
        """Return it with its axes in another order."""
        return self._replace(order=turned(self.order, dims))


def _plain(name: str, rank: int) -> _Tensor:
    return _Tensor(name, as_it_is(rank), as_it_is(rank))


class _Arranging:
    def __init__(self, summary: Summary, *, ends_too: bool) -> None:
        self._summary = summary
        self._ends_too = ends_too
        self._to_dense, self._of_dense = rows_to_dense(summary), rows_of_dense(summary)
        self._nodes: list[Node] = []
        self._inputs = dict(summary.inputs)
        self._tensors = {name: _plain(name, len(shape)) for name, shape in summary.inputs.items()}
        self._moved: dict[tuple[str, Order], str] = {}
        self._are_first = _have_channels_first(summary)
        for name, shape in summary.inputs.items():
            if ends_too and self._are_first.get(name):
                order = channels_first(len(shape))
                self._inputs[name] = (*shape[1:], *shape[:1])
                self._tensors[name] = _Tensor(name, order, order)

    def add(self, layer: LayerSummary) -> None:
        """Take over the next layer."""
        taken = [self._tensors[name] for name in layer.node.inputs]
        made = self._without_moving(layer, layer.layer, taken) if taken else None
        self._tensors[layer.name] = made or self._as_it_is(layer, taken)

    def network(self) -> Summary:
        """Return the network of the layers that were taken over."""
        outputs = tuple(self._output(name) for name in self._summary.outputs)
        return propagate(Graph(self._summary.name, self._inputs, tuple(self._nodes), outputs, self._summary.groups))

    def _output(self, name: str) -> str:
        tensor = self._tensors[name]
        if self._ends_too and tensor.is_plain:
            return tensor.name
        return self._arranged(tensor, as_it_is(len(tensor.order)), self._nodes[-1])

    def _without_moving(self, layer: LayerSummary, own: Any, taken: Sequence[_Tensor]) -> _Tensor | None:
        """Take over a layer for data whose axes are where they are; None where that is not possible."""
        kind = kind_of(type(own))
        if kind == "permute" and (layer.name not in self._summary.given or taken[0].name not in self._inputs):
            return taken[0].turned(own.dims)
        if kind == "flatten":
            return self._row(layer, own, taken[0])
        if kind == "reshape":
            return self._reshaped(layer, own, taken[0])
        if kind == "multi_head_attention":
            return self._attention(layer, own, taken)
        if _has_steps(own):
            return self._of_steps(layer, own, taken)
        if kind in _OF_BLOCKS:
            return self._of_blocks(layer, taken[0])
        if _is_spatial(layer) or kind == "scale":
            return self._spatial(layer, own, taken)
        return self._turned(layer, own, taken)

    def _as_it_is(self, layer: LayerSummary, taken: Sequence[_Tensor]) -> _Tensor:
        """Take over a layer, before which all axes are brought to where it has them."""
        inputs = [self._arranged(tensor, as_it_is(len(tensor.order)), layer.node) for tensor in taken]
        return _plain(self._keep(layer.node, inputs), len(layer.output_shape))

    def _row(self, layer: LayerSummary, own: Any, tensor: _Tensor) -> _Tensor:
        """Take over a flatten; its row has the same order, unless this is a matter of dense layers' weights."""
        if not (layer.name in self._to_dense and tensor.is_plain):
            rank = len(tensor.order)
            dims = (*range(2, rank + 1), 1) if getattr(own, FORMAT) == "channels_first" else as_it_is(rank)
            tensor = tensor.turned(dims)
            if not keeps_row(tensor.order, turned(layer.input_shapes[0], dims)):
                tensor = _plain(self._arranged(tensor, as_it_is(rank), layer.node), rank)
        return _plain(self._keep(layer.node, [tensor.name], _with(own, FORMAT, "channels_last")), 1)

    def _spatial(self, layer: LayerSummary, own: Any, taken: Sequence[_Tensor]) -> _Tensor:
        """Take over a layer that says where the channels are: they are last."""
        of_format = channels_first if getattr(own, FORMAT) == "channels_first" else as_it_is
        inputs = [self._arranged(tensor, of_format(len(tensor.order)), layer.node) for tensor in taken]
        name = self._keep(layer.node, inputs, _with(own, FORMAT, "channels_last"))
        rank = len(layer.output_shape)
        return _Tensor(name, of_format(rank), of_format(rank)) if rank > 1 else _plain(name, rank)

    def _of_steps(self, layer: LayerSummary, own: Any, taken: Sequence[_Tensor]) -> _Tensor:
        """Take over a layer of images in steps; where its channels are first, they are behind the steps."""
        axes, rank = len(taken[0].order), len(layer.output_shape)
        is_first = getattr(own, FORMAT) == "channels_first"
        of_images = channels_first if is_first else as_it_is
        of_steps = (1, axes, *range(2, axes)) if is_first else as_it_is(axes)
        inputs = [self._arranged(taken[0], of_steps, layer.node)]
        inputs += [self._arranged(state, of_images(len(state.order)), layer.node) for state in taken[1:]]
        name = self._keep(layer.node, inputs, _with(own, FORMAT, "channels_last"))
        has_channels_first = taken[0].convention == channels_first(axes)
        convention = channels_first(rank) if has_channels_first else as_it_is(rank)
        return _Tensor(name, of_steps if rank == axes else of_images(rank), convention)

    def _of_blocks(self, layer: LayerSummary, tensor: _Tensor) -> _Tensor:
        """Take over a layer that gives channels of another order where they are first, so that they stay there."""
        order = as_it_is(len(tensor.order))
        return _Tensor(self._keep(layer.node, [self._arranged(tensor, order, layer.node)]), order, tensor.convention)

    def _turned(self, layer: LayerSummary, own: Layer, taken: Sequence[_Tensor]) -> _Tensor | None:
        """Take over a layer of a kind that can have the axes anywhere, which all inputs have in the same order."""
        orders = dict.fromkeys(tensor.order for tensor in taken)
        if len({len(order) for order in orders}) > 1:
            return None
        first = next((tensor for tensor in taken if tensor.order != as_it_is(len(tensor.order))), taken[0])
        found = in_order(own, first.order)
        if found is None:
            return None
        made, order = found
        inputs = [self._arranged(tensor, first.order, layer.node) for tensor in taken]
        convention = first.convention if len(order) == len(first.order) else as_it_is(len(order))
        if first.order == first.convention:
            convention = order
        return _Tensor(self._keep(layer.node, inputs, made), order, convention)

    def _reshaped(self, layer: LayerSummary, own: Any, tensor: _Tensor) -> _Tensor | None:
        """Take over a reshape that leaves the axes where they are that have been moved.

        What a dense layer's row becomes may have the channels first, as what becomes one's row may.
        """
        if layer.node.inputs[0] in self._of_dense and self._are_first.get(layer.name):
            order = channels_first(len(layer.output_shape))
            made = _with(own, "target_shape", (*own.target_shape[1:], *own.target_shape[:1]))
            return _Tensor(self._keep(layer.node, [tensor.name], made), order, order)
        if tensor.order == as_it_is(len(tensor.order)):
            return None
        found = reshaped(layer.input_shapes[0], layer.output_shape, tensor.order)
        if found is None:
            return None
        shape, order = found
        name = self._keep(layer.node, [tensor.name], _with(own, "target_shape", shape))
        return _Tensor(name, order, order if tensor.order == tensor.convention else as_it_is(len(order)))

    def _attention(self, layer: LayerSummary, own: Any, taken: Sequence[_Tensor]) -> _Tensor | None:
        """Take over attention along several axes, which are put together before it, and taken apart again."""
        rank, shape = len(layer.input_shapes[0]), layer.output_shape
        axes = [axis % (rank + 1) for axis in own.attention_axes or range(1, rank)]
        if axes == [rank - 1] or len(shape) != rank or any(None in shape for shape in layer.input_shapes):
            return None
        rest = [axis for axis in range(1, rank) if axis not in axes]
        dims = (*rest, *axes, rank)
        inputs = []
        for tensor, sizes in zip(taken[: len(taken) - own.score_bias], layer.input_shapes, strict=False):
            merged = (*turned(sizes, rest), product(turned(sizes, axes)), sizes[-1])
            inputs.append(self._reshape(tensor.turned(dims), merged, layer.node))
        inputs += [self._arranged(tensor, as_it_is(len(tensor.order)), layer.node) for tensor in taken[len(inputs) :]]
        name = self._keep(layer.node, inputs, _with(own, "attention_axes", (len(rest) + 1,)))
        apart = self._reshape(_plain(name, len(rest) + 2), turned(shape, dims), layer.node)
        return _Tensor(apart, tuple(dims.index(axis) + 1 for axis in as_it_is(rank)), as_it_is(rank))

    def _arranged(self, tensor: _Tensor, order: Order, node: Node) -> str:
        """Return what the tensor is called whose axes are in an order; they are moved before a node, if need be."""
        if tensor.order == order:
            return tensor.name
        dims = tuple(tensor.order[order.index(axis)] for axis in as_it_is(len(order)))
        key = tensor.name, dims
        if key not in self._moved:
            self._moved[key] = self._added("permute", {"dims": dims}, tensor.name, node)
        return self._moved[key]

    def _reshape(self, tensor: _Tensor, shape: Sequence[int | None], node: Node) -> str:
        taken = self._arranged(tensor, as_it_is(len(tensor.order)), node)
        return self._added("reshape", {"target_shape": shape}, taken, node)

    def _added(self, kind: str, fields: dict[str, Any], taken: str, node: Node) -> str:
        """Add a layer beside a node, and return what it is called: no name of a file has spaces."""
        *around, last = node.path
        name = f"{last} {kind} {len(self._nodes)}"
        path = (*around, name)
        made = layer_class(kind).model_validate(fields)
        self._nodes.append(Node("/".join(path), made, (taken,), path, node.span, node.uses, origin=node.origin))
        return self._nodes[-1].name

    def _keep(self, node: Node, inputs: Sequence[str], layer: Layer | None = None) -> str:
        self._nodes.append(node._replace(layer=layer or node.layer, inputs=tuple(inputs)))
        return node.name


_OF_BLOCKS = ("depth_to_space", "space_to_depth")
"""The kinds that give channels of another order where these are first."""


def _with(own: Any, field: str, value: Any) -> Layer:
    """Return a layer with a field that has a value, which is itself where it has it already."""
    made: Layer = own if getattr(own, field) == value else own.model_copy(update={field: value})
    return made


def _is_spatial(layer: LayerSummary) -> bool:
    """Whether a layer says where the channels of all its inputs are, which have its spatial axes and no other."""
    rank = getattr(layer.layer, "rank", None)
    return rank is not None and hasattr(layer.layer, FORMAT) and {len(s) for s in layer.input_shapes} == {rank + 1}


def _have_channels_first(summary: Summary) -> dict[str, bool]:
    """Return of what is taken whether it has the channels first, as the first layer says that tells where they are."""
    says: dict[str, bool] = {}
    behind: dict[str, Node] = {}
    for layer in reversed(summary.layers):
        if _is_spatial(layer):
            is_first = getattr(layer.layer, FORMAT) == "channels_first"
        elif layer.input_shapes and in_order(layer.layer, as_it_is(len(layer.input_shapes[0]))):
            is_first = says.get(layer.name, False)
        else:
            is_first = layer.name in behind and _puts_first_last(layer, behind[layer.name])
        if _has_steps(layer.layer) or kind_of(type(layer.layer)) in _OF_BLOCKS:
            behind[layer.node.inputs[0]] = layer.node
        says.update(dict.fromkeys(layer.node.inputs, is_first))
    return says


def _has_steps(layer: Layer) -> bool:
    """Whether a layer takes images in steps, which PyTorch has behind the channels."""
    return kind_of(type(layer)).startswith("conv_lstm")


def _puts_first_last(layer: LayerSummary, behind: Node) -> bool:
    """Whether a layer moves the channels to the end for the one behind it, and both were one module."""
    own, rank, origins = layer.layer, len(layer.output_shape), (layer.node.origin, behind.origin)
    is_permute = kind_of(type(own)) == "permute"
    is_last = is_permute and turned(channels_first(rank), getattr(own, "dims", ())) == as_it_is(rank)
    module, other = (origin and origin[:2] for origin in origins)
    return is_last and module is not None and module == other
