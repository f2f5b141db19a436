"""A Keras model's weights, copied into a PyTorch model of the same network."""

from collections.abc import Iterator, Sequence
from typing import Any

from archsum.errors import Diagnostic, SpecError, quote
from archsum.interchange.copying.layouts import as_torch
from archsum.interchange.copying.order import behind, in_order
from archsum.layers import kind_of
from archsum.layers.shapes import show
from archsum.summary import LayerSummary, Summary

_CURE = "both must be the same network: see what `archsum diff` says of them"


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


def _sizes(shape: Sequence[int]) -> list[int]:
    """Return sizes without those of 1, which a framework may have more of."""
    return [size for size in shape if size != 1]


def _set(tensor: Any, array: Any) -> None:
    """Copy an array into a tensor, or a part of one, whose sizes are the same but for those of 1."""
    import torch

    with torch.no_grad():
        tensor.copy_(torch.from_numpy(array.copy()).reshape(tensor.shape))


def _of_keras(model: Any, summary: Summary, torch: Summary) -> Iterator[tuple[str, Any]]:
    """Yield the weights of a Keras model as PyTorch has them, each with its name."""
    of_torch = list(_once(torch))
    turned = {one.name for one in of_torch if kind_of(type(one.layer)) == "dense" and _takes_moved(torch, one)}
    dense_of_torch = iter([one for one in of_torch if kind_of(type(one.layer)) == "dense"])
    for layer in _once(summary):
        arrays = {name: array for name, array in _arrays(model, layer).items() if name not in layer.shared_weights}
        if kind_of(type(layer.layer)) == "dense":
            other = next(dense_of_torch, None)
            shape = _flattened(summary, layer)
            if shape and other is not None and other.name in turned:
                arrays["kernel"] = _channels_first(arrays["kernel"], shape)
        for array in as_torch(layer.layer, arrays):
            yield layer.name, array


def _once(summary: Summary) -> Iterator[LayerSummary]:
    seen: set[str] = set()
    for layer in in_order(summary):
        if layer.name not in seen:
            seen.add(layer.name)
            yield layer


def _arrays(model: Any, layer: LayerSummary) -> dict[str, Any]:
    """Return a layer's weights by our names, which are in Keras's order."""
    import numpy as np

    origin = layer.node.origin
    own = _layer_of(model, origin.path if origin else layer.name)
    values = [*own.weights]
    names = [weight.name for weight in layer.computed.weights]
    if len(values) < len(names):  # what an untied bias is added by
        values += [weight for node in own._outbound_nodes for weight in node.operation.weights]
    if len(values) != len(names):
        message = f"{quote(layer.name)} has {len(values)} weights in the model, and {len(names)} in what is known of it"
        raise SpecError([Diagnostic("differs", message, None, _CURE)])
    return {name: np.asarray(value.numpy()) for name, value in zip(names, values, strict=True)}


def _layer_of(model: Any, path: str) -> Any:
    found = model
    for name in path.split("/"):
        found = found.get_layer(name)
    return found


def _flattened(summary: Summary, layer: LayerSummary) -> tuple[int, ...] | None:
    """Return the shape, channels last, that a dense layer takes all elements of; None where it takes no such."""
    for before in behind(summary, layer):
        kind = kind_of(type(before.layer))
        if kind == "flatten":
            (shape,) = before.input_shapes
            is_last = getattr(before.layer, "data_format", "channels_last") == "channels_last"
            return tuple(size or 0 for size in shape) if len(shape) > 2 and is_last else None
        if before.output_shape != before.input_shapes[0]:
            return None
    return None


def _takes_moved(summary: Summary, layer: LayerSummary) -> bool:
    """Whether a dense layer takes the elements of data whose channels come first."""
    for before in behind(summary, layer):
        kind = kind_of(type(before.layer))
        if kind in ("flatten", "reshape"):
            previous = next(behind(summary, before), None)
            return previous is None or kind_of(type(previous.layer)) != "permute"
        if before.output_shape != before.input_shapes[0]:
            return False
    return False


def _channels_first(kernel: Any, shape: tuple[int, ...]) -> Any:
    """Return a dense kernel on (*sizes, channels) for the same elements with the channels first."""
    units = kernel.shape[-1]
    whole = kernel.reshape(*shape, units)
    return whole.transpose(len(shape) - 1, *range(len(shape) - 1), len(shape)).reshape(-1, units)


def _of_torch(model: Any, summary: Summary) -> Iterator[tuple[str, Any]]:
    """Yield the parameters and statistics of a PyTorch model, or the parts of one that has several projections."""
    parameters, buffers = dict(model.named_parameters()), dict(model.named_buffers())
    seen: set[str] = set()
    for layer in _once(summary):
        origin = layer.node.origin
        assert origin
        named = [parameters[name] for name in origin.weights if name not in seen]
        seen.update(origin.weights)
        if origin.type == "MultiheadAttention":
            named = list(_projections(origin.weights, parameters))
        yield from ((layer.name, tensor) for tensor in named)
        for statistic in ("running_mean", "running_var"):
            if f"{origin.path}.{statistic}" in buffers:
                yield layer.name, buffers[f"{origin.path}.{statistic}"]


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
