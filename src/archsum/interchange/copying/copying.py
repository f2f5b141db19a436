"""A Keras model's weights, copied into a PyTorch model of the same network."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archsum.errors import Diagnostic, SpecError, quote
from archsum.interchange.copying.features import Order, moved_inputs, of_each_step, orders, places, takes_each
from archsum.interchange.copying.layouts import as_torch
from archsum.interchange.copying.order import in_order
from archsum.layers import kind_of
from archsum.layers.shapes import Shape, show
from archsum.summary import LayerSummary, Summary

_CURE = "both must be the same network: see what `archsum diff` says of them"
_ORDER_CURE = "end with `global_average_pooling2d`, or flatten the data before they are merged or cut"


def copy(keras_model: Any, keras: Summary, torch_model: Any, torch: Summary) -> None:
    """Copy all weights. Errors: SpecError where the networks' weights are not the same, in number or size."""
    given = list(_of_keras(keras_model, keras, torch))
    taken = list(_of_torch(torch_model, torch))
    for (name, array), (own, tensor) in zip(given, taken, strict=False):
        if _sizes(array.shape) != _sizes(tensor.shape):
            sizes = [show(tuple(each.shape)) for each in (array, tensor)]
            message = f"{quote(name)} has a weight {sizes[0]}, and {quote(own)}, in its place, {sizes[1]}"
            raise SpecError([Diagnostic("differs", message, None, _CURE)])
    if len(given) != len(taken):
        message = f"the Keras model has {len(given)} weights, and the PyTorch model {len(taken)}"
        raise SpecError([Diagnostic("differs", message, None, _CURE)])
    for (_, array), (_, tensor) in zip(given, taken, strict=True):
        _set(tensor, array)
    for module in torch_model.modules():
        if type(module).__name__ == "ParametrizationList":
            _leave_as_it_is(module)


def _sizes(shape: Sequence[int]) -> list[int]:
    """Return sizes without those of 1, which a framework may have more of."""
    return [size for size in shape if size != 1]


def _set(tensor: Any, array: Any) -> None:
    """Copy an array into a tensor, or a part of one, whose sizes are the same but for those of 1."""
    import torch

    with torch.no_grad():
        tensor.copy_(torch.from_numpy(array.copy()).reshape(tensor.shape))


def _leave_as_it_is(parametrizations: Any) -> None:
    """Let spectral normalizations divide by 1 until the network is trained again: Keras's divide in training alone.

    PyTorch divides by u·W·v, of which each step of training computes both vectors anew, whatever their lengths.
    """
    for one in parametrizations:
        if type(one).__name__ == "_SpectralNorm" and hasattr(one, "_v"):
            matrix = parametrizations.original.detach().movedim(one.dim, 0).flatten(1)
            towards = matrix.T @ one._u
            one._v.copy_(towards / towards.square().sum())


def _of_keras(model: Any, summary: Summary, torch: Summary) -> Iterator[tuple[str, Any]]:
    """Yield the weights of a Keras model as PyTorch has them, each with its name."""
    given, taken = orders(summary), orders(torch, moved_inputs(summary, torch))
    twins: dict[str, Iterator[LayerSummary]] = {}
    for layer in _with_weights(summary):
        arrays = {name: array for name, array in _arrays(model, layer).items() if name not in layer.shared_weights}
        kind = _kind(layer)
        if kind not in twins:
            twins[kind] = iter([one for one in _with_weights(torch) if _kind(one) == kind])
        other = next(twins[kind], None)
        if other is not None and _has_features(layer):
            arrays = _in_order(layer, arrays, _taken(given, layer), _taken(taken, other))
        for array in as_torch(layer.layer, arrays):
            yield layer.name, array


def _has_features(layer: LayerSummary) -> bool:
    """Whether a layer's weights lie along the features of one thing that it takes."""
    gives_features = _kind(layer) in _OF_FEATURES or len(layer.output_shape) == 1
    return gives_features and len(layer.node.inputs) == 1


def _kind(layer: LayerSummary) -> str:
    return kind_of(type(of_each_step(layer.layer)[1]))


_OF_FEATURES = ("dense", "lstm", "gru", "simple_rnn", "bidirectional")
"""Kinds whose weights lie along the last axis, whatever is before it."""


def _taken(found: Mapping[str, Order], layer: LayerSummary) -> tuple[Order, Shape]:
    return found.get(layer.node.inputs[0], Order()), layer.input_shapes[0]


def _in_order(
    layer: LayerSummary, arrays: dict[str, Any], ours: tuple[Order, Shape], theirs: tuple[Order, Shape]
) -> dict[str, Any]:
    """Return the weights of features in the order in which PyTorch takes these. Errors: SpecError where none is known.

    `ours` and `theirs` are the orders and the shapes of what both models take.
    """
    sides = (ours, theirs)
    if all(order.is_known and order.numbers is None and not order.is_first for order, _ in sides):
        return arrays
    is_known = all(order.is_known and None not in shape for order, shape in sides)
    where = places(*(order.of(shape) for order, shape in sides)) if is_known else None
    is_dense = _kind(layer) == "dense"
    can_follow = is_dense or (takes_each(layer) and len(layer.output_shape) == 1)
    if where is None or not (can_follow or (where[1:] > where[:-1]).all()):
        message = f"{quote(layer.name)} takes features whose order in the PyTorch model is not known"
        raise SpecError([Diagnostic("differs", message, None, _ORDER_CURE)])
    moved = [name for name in arrays if can_follow and not (is_dense and name.rpartition("/")[2] != "kernel")]
    return {
        name: array.take(where, axis=0) if name in moved and array.ndim else array for name, array in arrays.items()
    }


def _with_weights(summary: Summary) -> list[LayerSummary]:
    return [layer for layer in in_order(summary) if layer.computed.weights]


def _arrays(model: Any, layer: LayerSummary) -> dict[str, Any]:
    """Return a layer's weights by our names, which are in Keras's order."""
    import numpy as np

    origin = layer.node.origin
    own = _layer_of(model, origin.path if origin else layer.name)
    found = _given(own)
    values = [*own.weights]
    names = [weight.name for weight in layer.computed.weights if weight.name not in found]
    if len(values) < len(names):  # what an untied bias is added by
        values += [weight for node in own._outbound_nodes for weight in node.operation.weights]
    if len(values) != len(names):
        message = f"{quote(layer.name)} has {len(values)} weights in the model, and {len(names)} in what is known of it"
        raise SpecError([Diagnostic("differs", message, None, _CURE)])
    found |= dict(zip(names, values, strict=True))
    return {weight.name: np.asarray(found[weight.name].numpy()) for weight in layer.computed.weights}


def _given(layer: Any) -> dict[str, Any]:
    """Return the weights that a Keras layer is given by others that have them, by their names."""
    tensors = layer._inbound_nodes[0].arguments.kwargs if layer._inbound_nodes else {}
    makers = {name: one._keras_history.operation for name, one in tensors.items() if hasattr(one, "_keras_history")}
    return {name: maker.weights[0] for name, maker in makers.items() if type(maker).__name__ == "SharedWeight"}


def _layer_of(model: Any, path: str) -> Any:
    found = model
    for name in path.split("/"):
        found = found.get_layer(name)
    return found


def _of_torch(model: Any, summary: Summary) -> Iterator[tuple[str, Any]]:
    """Yield the parameters and statistics of a PyTorch model, or the parts of one that has several projections."""
    parameters, buffers = dict(model.named_parameters()), dict(model.named_buffers())
    seen, paths = set[str](), set[str]()
    for layer in in_order(summary):
        origin = layer.node.origin
        assert origin
        named = [parameters[name] for name in origin.weights if name not in seen]
        seen.update(origin.weights)
        if origin.type == "MultiheadAttention":
            named = list(_projections(origin.weights, parameters))
        yield from ((layer.name, tensor) for tensor in named)
        if origin.path not in paths:
            paths.add(origin.path)
            yield from ((layer.name, tensor) for tensor in _statistics(layer, origin.path, buffers))


def _statistics(layer: LayerSummary, path: str, buffers: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the buffers that Keras has as weights: a normalization's, and what a custom layer states."""
    stated = tuple(weight.name for weight in layer.computed.weights if f"{path}.{weight.name}" in buffers)
    for names in (stated, ("running_mean", "running_var"), ("mean", "variance", "count")):
        own = [f"{path}.{name}" for name in names]
        if own and all(name in buffers for name in own):
            yield from (buffers[name] for name in own)
            return


def _projections(names: tuple[str, ...], parameters: dict[str, Any]) -> Iterator[Any]:
    """Yield weight and bias of query, key, value and output, of which PyTorch may have three in one."""
    inner = {name.rpartition(".")[2]: parameters[name] for name in names if "out_proj" not in name}
    outer = {name.rpartition(".")[2]: parameters[name] for name in names if "out_proj" in name}
    if "in_proj_weight" in inner:
        kernels = inner["in_proj_weight"].chunk(3)
    else:
        kernels = tuple(inner[f"{which}_proj_weight"] for which in "qkv")
    biases = inner["in_proj_bias"].chunk(3) if "in_proj_bias" in inner else ()
    for number, kernel in enumerate(kernels):
        yield kernel
        yield from biases[number : number + 1]
    yield outer["weight"]
    if "bias" in outer:
        yield outer["bias"]
