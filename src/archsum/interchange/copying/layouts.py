"""The weights of a layer as Keras has them → as PyTorch has them."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from archsum.layers import kind_of
from archsum.layers.base import Layer

Arrays = Mapping[str, Any]
"""By our names, which are Keras's."""


def as_torch(layer: Layer, arrays: Arrays) -> list[Any]:
    """Return a layer's weights in PyTorch's order and layout, each projection of attention by itself."""
    kind = re.sub(r"[123]d(_transpose)?$", "", kind_of(type(layer)))
    return _RULES.get(kind, _as_they_are)(layer, arrays)


def _as_they_are(layer: Layer, arrays: Arrays) -> list[Any]:
    return [_moved(layer, name, array) for name, array in arrays.items()]


def _moved(layer: Layer, name: str, array: Any) -> Any:
    """Return a weight that lies along the data's axes with the channels first."""
    is_untied = name == "bias" and array.ndim > 1 and getattr(layer, "data_format", None) == "channels_last"
    return array.transpose(array.ndim - 1, *range(array.ndim - 1)) if is_untied else array


def _last_first(kernel: Any) -> Any:
    """Return a kernel (*sizes, channels, filters) as (filters, channels, *sizes)."""
    count = kernel.ndim
    return kernel.transpose(count - 1, count - 2, *range(count - 2))


def _convolution(layer: Layer, arrays: Arrays) -> list[Any]:
    others = [_moved(layer, name, array) for name, array in arrays.items() if name != "kernel"]
    if "kernel" not in arrays:  # it is another layer's
        return others
    if getattr(layer, "connection_table", None) is not None:
        return [arrays["kernel"].transpose(2, 0, 1), *others]
    return [_last_first(arrays["kernel"]), *others]


def _of_each_channel(kernel: Any) -> Any:
    """Return a depthwise kernel (*sizes, channels, multiplier) as (channels × multiplier, 1, *sizes)."""
    *sizes, channels, multiplier = kernel.shape
    count = kernel.ndim
    return kernel.transpose(count - 2, count - 1, *range(count - 2)).reshape(channels * multiplier, 1, *sizes)


def _depthwise(layer: Layer, arrays: Arrays) -> list[Any]:
    first, *others = arrays.items()
    return [_of_each_channel(first[1]), *(_moved(layer, name, array) for name, array in others)]


def _separable(layer: Layer, arrays: Arrays) -> list[Any]:
    first, (_, pointwise), *others = arrays.items()
    return [_of_each_channel(first[1]), _last_first(pointwise), *(_moved(layer, name, array) for name, array in others)]


def _dense(layer: Layer, arrays: Arrays) -> list[Any]:
    return [array.T if name == "kernel" else array for name, array in arrays.items()]


def _recurrent(gates: Sequence[int]) -> Callable[[Layer, Arrays], list[Any]]:
    """Return the rule of a recurrent layer, whose gates PyTorch has in this order of Keras's."""

    def rule(layer: Layer, arrays: Arrays) -> list[Any]:
        found: list[Any] = []
        for name, array in arrays.items():
            if name.endswith("projection"):
                found.append(array.T)
                continue
            for part in array if array.ndim == 2 and array.shape[0] == 2 and _is_bias(array, arrays) else [array]:
                size = part.shape[-1] // len(gates)
                ordered = [part[..., gate * size : (gate + 1) * size] for gate in gates]
                found.append(_joined(ordered).T)
        return found

    return rule


def _is_bias(array: Any, arrays: Arrays) -> bool:
    return any(array is one for name, one in arrays.items() if name.rpartition("/")[2] == "bias")


def _joined(parts: Sequence[Any]) -> Any:
    import numpy as np

    return np.concatenate(parts, axis=-1)


_LSTM, _GRU, _RNN = _recurrent((0, 1, 2, 3)), _recurrent((1, 0, 2)), _recurrent((0,))


def _both_ways(layer: Layer, arrays: Arrays) -> list[Any]:
    held: Any = getattr(layer, "layer")  # noqa: B009  what wrappers have
    return {"lstm": _LSTM, "gru": _GRU, "simple_rnn": _RNN}[kind_of(type(held))](held, arrays)


def _conv_lstm(layer: Layer, arrays: Arrays) -> list[Any]:
    kernel, recurrent = _last_first(arrays["kernel"]), _last_first(arrays["recurrent_kernel"])
    return [kernel, *([arrays["bias"]] if "bias" in arrays else []), recurrent]


def _attention(layer: Layer, arrays: Arrays) -> list[Any]:
    """Return each projection as a linear layer's weight and bias."""
    found: list[Any] = []
    for name, array in arrays.items():
        if name.endswith("/bias"):
            found.append(array.reshape(-1))
        elif name.startswith("attention_output"):
            found.append(array.reshape(array.shape[0] * array.shape[1], -1).T)
        else:
            found.append(array.reshape(array.shape[0], -1).T)
    return found


def _held(layer: Layer, arrays: Arrays) -> list[Any]:
    """Return the weights of the layer that is held: the vector of a spectral normalization PyTorch finds anew."""
    held: Any = getattr(layer, "layer")  # noqa: B009  what wrappers have
    return as_torch(held, {name.partition("/")[2]: array for name, array in arrays.items() if name != "vector_u"})


_RULES: dict[str, Callable[[Layer, Arrays], list[Any]]] = {
    "conv": _convolution,
    "depthwise_conv": _depthwise,
    "separable_conv": _separable,
    "dense": _dense,
    "lstm": _LSTM,
    "gru": _GRU,
    "simple_rnn": _RNN,
    "bidirectional": _both_ways,
    "conv_lstm": _conv_lstm,
    "multi_head_attention": _attention,
    "grouped_query_attention": _attention,
    "spectral_normalization": _held,
    "time_distributed": _held,
}
