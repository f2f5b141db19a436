"""The small layers that Keras lacks. They are copied into files that need them; nothing of archsum imports this."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import KerasTensor, layers, ops


class FollowingCall(layers.Layer):
    """A layer that works for each step of a sequence too: its call says the shape."""

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the shape of what a call gives."""
        inputs = KerasTensor(input_shape, dtype=self.compute_dtype)
        return tuple(keras.Operation.compute_output_spec(self, inputs).shape)


@keras.saving.register_keras_serializable("archsum")
class UntiedBias(layers.Layer):
    """A bias of its own for each location along some axes, and an activation."""

    def __init__(
        self, axes: Sequence[int], activation: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.axes = axes
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the bias: it has size 1 along the other axes, and is repeated there."""
        sizes = enumerate(input_shape)
        shape = [size if axis in self.axes else 1 for axis, size in sizes][1:]
        self.bias = self.add_weight(shape=shape, initializer="zeros", name="bias")

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Add the bias."""
        return self.activation(inputs + self.bias)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape


@keras.saving.register_keras_serializable("archsum")
class Scale(layers.Layer):
    """A learned factor for each channel, and a learned offset."""

    def __init__(
        self, axis: int = -1, bias_axes: Sequence[int] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.bias_axes = bias_axes

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the factors; the offsets have size 1 along axes that are not theirs."""
        channels = (input_shape[self.axis],)
        self.scale = self.add_weight(shape=channels, initializer="ones", name="scale")
        self.bias = None
        if self.bias_axes is not None:
            sizes = enumerate(input_shape)
            shape = [size if axis in self.bias_axes else 1 for axis, size in sizes]
            self.bias = self.add_weight(
                shape=channels if len(self.bias_axes) == 1 else shape[1:],
                initializer="zeros",
                name="bias",
            )

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Multiply, and add."""
        shape = [1] * len(inputs.shape)
        shape[self.axis] = -1
        outputs = inputs * ops.reshape(self.scale, shape)
        if self.bias is None:
            return outputs
        each = self.bias if len(self.bias.shape) > 1 else ops.reshape(self.bias, shape)
        return outputs + each

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape


@keras.saving.register_keras_serializable("archsum")
class LayerScale(layers.Layer):
    """A learned factor for each channel, small at first."""

    def __init__(self, axis: int = -1, initial: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.initial = initial

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the factors."""
        self.gamma = self.add_weight(
            shape=(input_shape[self.axis],),
            initializer=keras.initializers.Constant(self.initial),
            name="gamma",
        )

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Multiply."""
        shape = [1] * len(inputs.shape)
        shape[self.axis] = -1
        return inputs * ops.reshape(self.gamma, shape)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape


@keras.saving.register_keras_serializable("archsum")
def _sparsemax(x: KerasTensor) -> KerasTensor:
    """Return the point of the simplex that is nearest; Keras's own adds up too much."""
    dtype = keras.backend.standardize_dtype(x.dtype)
    ordered = ops.flip(ops.sort(x, axis=-1), axis=-1)
    sums = ops.cumsum(ordered, axis=-1)
    support = ops.arange(1, x.shape[-1] + 1, dtype=dtype) * ordered > sums - 1
    count = ops.sum(ops.cast(support, "int32"), axis=-1, keepdims=True)
    total = ops.take_along_axis(sums, count - 1, axis=-1)
    return ops.relu(x - (total - 1) / ops.cast(count, dtype))


@keras.saving.register_keras_serializable("archsum")
class StochasticDepth(layers.Layer):
    """Whole samples are zero at random in training; the others grow."""

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs: KerasTensor, training: bool = False) -> KerasTensor:
        """Drop samples."""
        if not training or self.rate == 0:
            return inputs
        shape = (ops.shape(inputs)[0], *(1,) * (len(inputs.shape) - 1))
        return keras.random.dropout(
            inputs, self.rate, noise_shape=shape, seed=self.seed_generator
        )

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape


@keras.saving.register_keras_serializable("archsum")
class Parameter(layers.Layer):
    """A learned tensor, the same for each sample; it takes a tensor for the batch."""

    def __init__(self, shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the tensor."""
        self.parameter = self.add_weight(
            shape=self.shape, initializer="truncated_normal", name="parameter"
        )

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Repeat the tensor for each sample."""
        return ops.broadcast_to(
            self.parameter[None], (ops.shape(inputs)[0], *self.shape)
        )

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the batch, and the tensor's own shape."""
        return (input_shape[0], *self.shape)

    def compute_output_spec(self, inputs: KerasTensor) -> KerasTensor:
        """Return the same, with the type of the weight."""
        return KerasTensor(
            self.compute_output_shape(inputs.shape), dtype=self.compute_dtype
        )


@keras.saving.register_keras_serializable("archsum")
class Constant(layers.Layer):
    """A tensor that is not learned. Put its values in the place of the zeros."""

    def __init__(self, shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Repeat the tensor for each sample."""
        return ops.zeros((ops.shape(inputs)[0], *self.shape))

    def compute_output_spec(self, inputs: KerasTensor) -> KerasTensor:
        """Return the batch, and the tensor's own shape."""
        return KerasTensor((inputs.shape[0], *self.shape), dtype=self.compute_dtype)


@keras.saving.register_keras_serializable("archsum")
class TableConv2D(layers.Layer):
    """A convolution whose filters see some of the channels each."""

    def __init__(
        self,
        connection_table: Sequence[Sequence[int]],
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        dilation_rate: int | Sequence[int] = 1,
        activation: str | None = None,
        use_bias: bool = True,
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.connection_table = connection_table
        self.kernel_size = (
            (kernel_size,) * 2 if isinstance(kernel_size, int) else tuple(kernel_size)
        )
        self.strides = strides
        self.padding = padding
        self.dilation_rate = dilation_rate
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.data_format = data_format

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make a small kernel for each pair of a filter and a channel that it sees."""
        self.channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        pairs = sum(len(seen) for seen in self.connection_table)
        self.kernel = self.add_weight(shape=(*self.kernel_size, pairs), name="kernel")
        self.bias = None
        if self.use_bias:
            filters = (len(self.connection_table),)
            self.bias = self.add_weight(shape=filters, initializer="zeros", name="bias")

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Put the small kernels into one, zero where a filter does not see a channel."""
        filters = len(self.connection_table)
        places = [
            channel * filters + number
            for number, seen in enumerate(self.connection_table)
            for channel in seen
        ]
        placed = ops.one_hot(places, self.channels * filters, dtype=self.kernel.dtype)
        kernel = ops.reshape(
            ops.matmul(self.kernel, placed),
            (*self.kernel_size, self.channels, filters),
        )
        outputs = ops.conv(
            inputs,
            kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        if self.bias is not None:
            last = self.data_format == "channels_last"
            outputs += self.bias if last else ops.reshape(self.bias, (1, -1, 1, 1))
        return self.activation(outputs)


def sides(padding: int | Sequence[Any], rank: int) -> list[tuple[int, int]]:
    """Return what is padded before and after each axis."""
    if isinstance(padding, int):
        return [(padding, padding)] * rank
    if rank == 1 and len(padding) == 2:
        return [(padding[0], padding[1])]
    pairs = [(one, one) if isinstance(one, int) else one for one in padding]
    return [(before, after) for before, after in pairs]


def overhang(size: int, window: int, stride: int, around: tuple[int, int]) -> int:
    """Return by how much a last window hangs over the end that begins within it."""
    rest = size + sum(around) - window
    steps = math.ceil(rest / stride)
    if steps * stride >= size + around[0]:
        steps -= 1
    return max(steps * stride - rest, 0)


def each_axis(value: int | Sequence[int], rank: int) -> tuple[int, ...]:
    """Return a value for each axis."""
    return (value,) * rank if isinstance(value, int) else tuple(value)


@keras.saving.register_keras_serializable("archsum")
class CeilMaxPooling(FollowingCall):
    """Max pooling that keeps a last window which hangs over the end, as PyTorch's."""

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: int | Sequence[Any] = 0,
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = pool_size
        self.strides = pool_size if strides is None else strides
        self.padding = padding
        self.data_format = data_format

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Pad, and pool."""
        rank = len(inputs.shape) - 2
        windows = each_axis(self.pool_size, rank)
        strides = each_axis(self.strides, rank)
        first = 1 if self.data_format == "channels_last" else 2
        pads = [(0, 0)] * len(inputs.shape)
        for axis, around in enumerate(sides(self.padding, rank)):
            size = inputs.shape[first + axis]
            more = overhang(size, windows[axis], strides[axis], around)
            pads[first + axis] = (around[0], around[1] + more)
        padded = ops.pad(inputs, pads, constant_values=-math.inf)
        return ops.max_pool(padded, windows, strides, "valid", self.data_format)


@keras.saving.register_keras_serializable("archsum")
class DilatedMaxPooling(FollowingCall):
    """Max pooling whose windows have holes, as PyTorch has it."""

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: str | int | Sequence[Any] = 0,
        ceil_mode: bool = False,
        dilation_rate: int | Sequence[int] = 1,
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = pool_size
        self.strides = pool_size if strides is None else strides
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.dilation_rate = dilation_rate
        self.data_format = data_format

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Pad, and take the maximum of the elements of each window, axis by axis."""
        rank = len(inputs.shape) - 2
        strides = each_axis(self.strides, rank)
        dilations = each_axis(self.dilation_rate, rank)
        first = 1 if self.data_format == "channels_last" else 2
        outputs = inputs
        for number, window in enumerate(each_axis(self.pool_size, rank)):
            axis, stride, dilation = first + number, strides[number], dilations[number]
            size, extent = inputs.shape[axis], dilation * (window - 1) + 1
            if self.padding == "same":
                whole = max((math.ceil(size / stride) - 1) * stride + extent - size, 0)
                around = (whole // 2, whole - whole // 2)
            elif self.padding == "valid":
                around = (0, 0)
            else:
                around = sides(self.padding, rank)[number]
            more = overhang(size, extent, stride, around) if self.ceil_mode else 0
            pads = [(0, 0)] * len(inputs.shape)
            pads[axis] = (around[0], around[1] + more)
            padded = ops.pad(outputs, pads, constant_values=-math.inf)
            last = size + sum(pads[axis]) - extent + 1
            parts = []
            for start in range(0, extent, dilation):
                part: list[slice] = [slice(None)] * len(inputs.shape)
                part[axis] = slice(start, start + last, stride)
                parts.append(padded[tuple(part)])
            outputs = ops.max(ops.stack(parts), axis=0)
        return outputs


@keras.saving.register_keras_serializable("archsum")
class CeilAveragePooling(FollowingCall):
    """Average pooling that keeps a last window which hangs over the end, as PyTorch's."""

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: int | Sequence[Any] = 0,
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = pool_size
        self.strides = pool_size if strides is None else strides
        self.padding = padding
        self.data_format = data_format

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Divide by the elements of each window, the padding's among them."""
        rank = len(inputs.shape) - 2
        windows = each_axis(self.pool_size, rank)
        strides = each_axis(self.strides, rank)
        first = 1 if self.data_format == "channels_last" else 2
        pads, more = [(0, 0)] * (rank + 2), [(0, 0)] * (rank + 2)
        for axis, around in enumerate(sides(self.padding, rank)):
            size = inputs.shape[first + axis]
            pads[first + axis] = around
            over = overhang(size, windows[axis], strides[axis], around)
            more[first + axis] = (0, over)
        padded = ops.pad(inputs, pads)
        counted = ops.pad(ops.ones_like(padded), more)
        means, parts = (
            ops.average_pool(each, windows, strides, "valid", self.data_format)
            for each in (ops.pad(padded, more), counted)
        )
        return means / parts


@keras.saving.register_keras_serializable("archsum")
class MaxUnpooling(layers.Layer):
    """Elements go back to where max pooling found them, with zeros between them.

    It takes them, the pooling's output, and what was pooled, where it looks for maxima.
    """

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = pool_size
        self.strides = pool_size if strides is None else strides
        self.padding = padding
        self.data_format = data_format

    def call(self, inputs: Sequence[KerasTensor]) -> KerasTensor:
        """Go through the places of a window; of equal maxima the first is meant."""
        elements, maxima, pooled = inputs
        first = 1 if self.data_format == "channels_last" else 2
        rank = len(pooled.shape) - 2
        windows, strides = (
            each_axis(each, rank) for each in (self.pool_size, self.strides)
        )
        padding = each_axis(self.padding, rank)
        axes = range(first, first + rank)
        outputs, found = ops.zeros_like(pooled), ops.zeros_like(elements)
        for place in itertools.product(*(range(window) for window in windows)):
            part, pads, ends = [slice(None)] * (rank + 2), [(0, 0)] * (rank + 2), []
            spread = elements
            for axis, offset, stride, around in zip(
                axes, place, strides, padding, strict=True
            ):
                size, count = pooled.shape[axis], elements.shape[axis]
                last = offset + (count - 1) * stride + 1
                pads[axis] = (around, max(last - size - around, 0))
                part[axis] = slice(offset, last, stride)
                ends.append((axis, offset - around, size))
            padded = ops.pad(pooled, pads, constant_values=-math.inf)
            is_here = ops.cast(padded[tuple(part)] == maxima, elements.dtype)
            is_here *= 1 - found
            found += is_here
            spread = elements * is_here
            for (axis, begin, size), stride in zip(ends, strides, strict=True):
                spread = spaced(spread, axis, stride, begin, size)
            outputs += spread
        return outputs

    def compute_output_shape(
        self, input_shape: Sequence[tuple[int | None, ...]]
    ) -> tuple[int | None, ...]:
        """Return the shape of what was pooled."""
        return input_shape[-1]


def spaced(
    inputs: KerasTensor, axis: int, stride: int, begin: int, size: int
) -> KerasTensor:
    """Put zeros between the elements of an axis, and around them up to a size."""
    shape = list(inputs.shape)
    pads = [(0, 0)] * (len(shape) + 1)
    pads[axis + 1] = (0, stride - 1)
    apart = ops.pad(ops.expand_dims(inputs, axis + 1), pads)
    shape[axis], shape[0] = shape[axis] * stride, -1
    apart = ops.reshape(apart, shape)
    part = [slice(None)] * len(shape)
    part[axis] = slice(max(-begin, 0), max(size - begin, 0))
    kept = apart[tuple(part)]
    around = [(0, 0)] * len(shape)
    before = max(begin, 0)
    around[axis] = (before, max(size - before - kept.shape[axis], 0))
    return ops.pad(kept, around)


@keras.saving.register_keras_serializable("archsum")
class Gather(layers.Layer):
    """The elements of an axis by their numbers, which a second input gives.

    With one input, put the numbers in the place of the zeros.
    """

    def __init__(
        self, axis: int = -1, size: int | Sequence[int] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.size = size

    def call(self, inputs: Any) -> KerasTensor:
        """Take the elements, of each sample its own."""
        if self.size is not None:
            return ops.take(inputs, ops.zeros(self.size, dtype="int32"), self.axis)
        data, numbers = inputs
        axis, rank = self.axis % len(data.shape), len(data.shape)
        count = math.prod(numbers.shape[1:])
        shape = [-1, *[1] * (rank - 1)]
        shape[axis] = count
        places = ops.reshape(ops.cast(numbers, "int32"), shape)
        wide = [
            size if place == axis else data.shape[place]
            for place, size in enumerate(shape)
        ]
        wide[0] = ops.shape(data)[0]
        taken = ops.take_along_axis(data, ops.broadcast_to(places, wide), axis)
        sizes = (*data.shape[1:axis], *numbers.shape[1:], *data.shape[axis + 1 :])
        return ops.reshape(taken, (-1, *sizes))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the data's shape with the numbers' in the place of the axis."""
        data = input_shape if self.size is not None else input_shape[0]
        sizes = self.size if self.size is not None else input_shape[1][1:]
        axis = self.axis % len(data)
        sizes = (sizes,) if isinstance(sizes, int) else tuple(sizes)
        return (*data[:axis], *sizes, *data[axis + 1 :])


@keras.saving.register_keras_serializable("archsum")
class Pad(FollowingCall):
    """The data's own elements around them, along any axes."""

    def __init__(self, padding: Sequence[Any], mode: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = padding
        self.mode = mode

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Take the elements axis by axis."""
        outputs = inputs
        for axis, around in enumerate(sides(self.padding, len(self.padding)), start=1):
            outputs = repeated(outputs, axis, around, self.mode)
        return outputs


def repeated(
    inputs: KerasTensor, axis: int, around: tuple[int, int], mode: str
) -> KerasTensor:
    """Return data with some of their elements before and after an axis."""
    size = inputs.shape[axis]
    wanted = range(-around[0], size + around[1])
    if mode == "reflect":
        found = [size - 1 - abs(size - 1 - abs(place)) for place in wanted]
    elif mode == "replicate":
        found = [min(max(place, 0), size - 1) for place in wanted]
    else:
        found = [place % size for place in wanted]
    return ops.take(inputs, found, axis) if any(around) else inputs


@keras.saving.register_keras_serializable("archsum")
class SidePadding(FollowingCall):
    """The data's own elements around them, along the axes of locations."""

    def __init__(
        self,
        padding: int | Sequence[Any] = 1,
        mode: str = "reflect",
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.padding = padding
        self.mode = mode
        self.data_format = data_format

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Take the elements axis by axis."""
        first = 1 if self.data_format == "channels_last" else 2
        around = sides(self.padding, len(inputs.shape) - 2)
        outputs = inputs
        for axis, one in enumerate(around, start=first):
            outputs = repeated(outputs, axis, one, self.mode)
        return outputs


@keras.saving.register_keras_serializable("archsum")
class Expand(FollowingCall):
    """The input repeated along axes of size 1, and along new ones at the front."""

    def __init__(self, shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = shape

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Repeat; of -1 the size stays."""
        new = len(self.shape) + 1 - len(inputs.shape)
        sizes = ops.shape(inputs)
        ones = ops.reshape(inputs, (sizes[0], *(1,) * new, *sizes[1:]))
        shape = [
            ops.shape(ones)[axis] if size == -1 else size
            for axis, size in enumerate(self.shape, start=1)
        ]
        return ops.broadcast_to(ones, (sizes[0], *shape))


@keras.saving.register_keras_serializable("archsum")
class ChannelShuffle(layers.Layer):
    """The channels of all groups in turn."""

    def __init__(self, groups: int, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.groups = groups
        self.axis = axis

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Take the groups apart, and exchange the two axes."""
        axis, shape = self.axis % len(inputs.shape), ops.shape(inputs)
        parts = (self.groups, inputs.shape[axis] // self.groups)
        apart = ops.reshape(inputs, (*shape[:axis], *parts, *shape[axis + 1 :]))
        return ops.reshape(ops.swapaxes(apart, axis, axis + 1), shape)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape


@keras.saving.register_keras_serializable("archsum")
class Elementwise(layers.Layer):
    """A function of each element, to be filled in."""

    def __init__(self, function: str, operations: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.function = function
        self.operations = operations

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Return the shape of the inputs together."""
        each = inputs if isinstance(inputs, list) else [inputs]
        shape = each[0].shape
        for one in each[1:]:
            shape = layers.Add()([KerasTensor(shape), KerasTensor(one.shape)]).shape
        return KerasTensor(shape, dtype=self.compute_dtype)

    def call(self, inputs: Any) -> KerasTensor:
        """Compute it."""
        raise NotImplementedError(f"what {self.function} computes")


@keras.saving.register_keras_serializable("archsum")
class InstanceNormalization(layers.Layer):
    """Each channel of a sample by its own mean and variance."""

    def __init__(
        self,
        axis: int = -1,
        epsilon: float = 1e-5,
        center: bool = False,
        scale: bool = False,
        track_running_stats: bool = False,
        momentum: float = 0.9,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.track_running_stats = track_running_stats
        self.momentum = momentum

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make factors, offsets and statistics, as far as there are."""
        shape = (input_shape[self.axis],)
        if self.scale:
            self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        if self.center:
            self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
        if self.track_running_stats:
            self.moving_mean = self.add_weight(
                shape=shape, initializer="zeros", trainable=False, name="moving_mean"
            )
            self.moving_variance = self.add_weight(
                shape=shape, initializer="ones", trainable=False, name="moving_variance"
            )

    def call(self, inputs: KerasTensor, training: bool = False) -> KerasTensor:
        """Normalize."""
        axis = self.axis % len(inputs.shape)
        locations = [place for place in range(1, len(inputs.shape)) if place != axis]
        shape = [1] * len(inputs.shape)
        shape[axis] = -1
        if self.track_running_stats and not training:
            mean = ops.reshape(self.moving_mean, shape)
            variance = ops.reshape(self.moving_variance, shape)
        else:
            mean, variance = ops.moments(inputs, axes=locations, keepdims=True)
            if self.track_running_stats:
                rest = 1 - self.momentum
                for moving, one in (
                    (self.moving_mean, mean),
                    (self.moving_variance, variance),
                ):
                    new = ops.reshape(ops.mean(one, axis=0), (-1,))
                    moving.assign(moving * self.momentum + new * rest)
        outputs = (inputs - mean) / ops.sqrt(variance + self.epsilon)
        if self.scale:
            outputs *= ops.reshape(self.gamma, shape)
        if self.center:
            outputs += ops.reshape(self.beta, shape)
        return outputs

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape


@keras.saving.register_keras_serializable("archsum")
class LocalResponseNormalization(layers.Layer):
    """Each element divided by a power of the mean square of its neighbours."""

    def __init__(
        self,
        size: int,
        alpha: float = 1e-4,
        beta: float = 0.75,
        k: float = 1.0,
        axis: int = -1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k
        self.axis = axis

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Add the squares of the neighbours."""
        axis = self.axis % len(inputs.shape)
        pads = [(0, 0)] * len(inputs.shape)
        pads[axis] = (self.size // 2, (self.size - 1) // 2)
        squares = ops.pad(ops.square(inputs), pads)
        count = inputs.shape[axis]
        total = ops.zeros_like(inputs)
        for start in range(self.size):
            part = [slice(None)] * len(inputs.shape)
            part[axis] = slice(start, start + count)
            total += squares[tuple(part)]
        base = self.k + self.alpha * total / self.size
        return inputs / ops.power(base, self.beta)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape


@keras.saving.register_keras_serializable("archsum")
class RelativePositionBias(layers.Layer):
    """A learned number for each head and each distance of two positions, for attention.

    It takes a tensor for the batch. With buckets, T5's, several distances have one.
    """

    def __init__(
        self,
        num_heads: int,
        window_size: int | Sequence[int],
        num_buckets: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.window_size = each_axis(window_size, 1)
        self.num_buckets = num_buckets

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the table."""
        distances = math.prod(2 * size - 1 for size in self.window_size)
        shape = (self.num_buckets or distances, self.num_heads)
        self.table = self.add_weight(
            shape=shape, initializer="truncated_normal", name="table"
        )

    def rows(self) -> list[int]:
        """Return the row of the table of each pair of positions."""
        places = list(itertools.product(*(range(size) for size in self.window_size)))
        found = []
        for one, other in itertools.product(places, places):
            if self.num_buckets is not None:
                found.append(self.bucket(other[0] - one[0], self.num_buckets // 2))
                continue
            row = 0
            for first, second, size in zip(one, other, self.window_size, strict=True):
                row = row * (2 * size - 1) + first - second + size - 1
            found.append(row)
        return found

    def bucket(self, distance: int, half: int) -> int:
        """Return T5's bucket of a distance: the farther apart, the more share one."""
        first, exact = (half if distance > 0 else 0), half // 2
        distance = abs(distance)
        if distance < exact:
            return first + distance
        share = math.log(distance / exact) / math.log(128 / exact)
        return first + min(exact + int(share * (half - exact)), half - 1)

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Look the numbers up."""
        positions = math.prod(self.window_size)
        taken = ops.take(self.table, self.rows(), axis=0)
        bias = ops.reshape(taken, (1, positions, positions, self.num_heads))
        bias = ops.transpose(bias, (0, 3, 1, 2))
        return ops.repeat(bias, ops.shape(inputs)[0], axis=0)

    def compute_output_spec(self, inputs: KerasTensor) -> KerasTensor:
        """Return the batch, the heads and the positions."""
        positions = math.prod(self.window_size)
        shape = (inputs.shape[0], self.num_heads, positions, positions)
        return KerasTensor(shape, dtype=self.compute_dtype)


@keras.saving.register_keras_serializable("archsum")
class BiasedMultiHeadAttention(layers.MultiHeadAttention):
    """Attention that adds a bias, (heads, positions, positions), to its scores."""

    def build(
        self,
        query_shape: tuple[int | None, ...],
        value_shape: tuple[int | None, ...],
        key_shape: tuple[int | None, ...] | None = None,
        bias_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        """Make the projections."""
        super().build(query_shape, value_shape, key_shape)

    def call(
        self,
        query: KerasTensor,
        value: KerasTensor,
        key: KerasTensor | None = None,
        bias: KerasTensor | None = None,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> KerasTensor:
        """Attend, with the bias."""
        self.score_bias = bias
        return super().call(
            query, value, key, training=training, use_causal_mask=use_causal_mask
        )

    def compute_output_spec(
        self,
        query: KerasTensor,
        value: KerasTensor,
        key: KerasTensor | None = None,
        bias: KerasTensor | None = None,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> KerasTensor:
        """Return what attention gives."""
        return super().compute_output_spec(query, value, key)

    def _compute_attention(
        self,
        query: KerasTensor,
        key: KerasTensor,
        value: KerasTensor,
        attention_mask: KerasTensor | None = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
    ) -> tuple[KerasTensor, KerasTensor | None]:
        query = query * self._inverse_sqrt_key_dim
        scores = ops.einsum(self._dot_product_equation, key, query)
        axes = len(self._attention_axes)
        others = len(scores.shape) - 2 - 2 * axes
        sizes = scores.shape[2 + others :]
        bias = ops.reshape(
            self.score_bias, (-1, *(1,) * others, scores.shape[1 + others], *sizes)
        )
        scores = self._masked_softmax(scores + bias, attention_mask)
        if self._dropout > 0.0:
            scores = self._dropout_layer(scores, training=training)
        return ops.einsum(self._combine_equation, scores, value), scores


@keras.saving.register_keras_serializable("archsum")
class BiasedGroupQueryAttention(layers.GroupQueryAttention):
    """Grouped attention that adds a bias, (heads, positions, positions), to its scores."""

    def build(
        self,
        query_shape: tuple[int | None, ...],
        value_shape: tuple[int | None, ...],
        key_shape: tuple[int | None, ...] | None = None,
        bias_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        """Make the projections."""
        super().build(query_shape, value_shape, key_shape)

    def call(
        self,
        query: KerasTensor,
        value: KerasTensor,
        key: KerasTensor | None = None,
        bias: KerasTensor | None = None,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> KerasTensor:
        """Attend, with the bias."""
        self.score_bias = bias
        return super().call(
            query, value, key, training=training, use_causal_mask=use_causal_mask
        )

    def compute_output_spec(
        self,
        query: KerasTensor,
        value: KerasTensor,
        key: KerasTensor | None = None,
        bias: KerasTensor | None = None,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> KerasTensor:
        """Return what attention gives."""
        return KerasTensor(query.shape, dtype=self.compute_dtype)

    def _compute_attention(
        self,
        query: KerasTensor,
        key: KerasTensor,
        value: KerasTensor,
        attention_mask: KerasTensor | None = None,
        training: bool | None = None,
    ) -> tuple[KerasTensor, KerasTensor | None]:
        scores = ops.einsum(self._dot_product_equation, query, key)
        scores = scores / math.sqrt(self.head_dim) + self.score_bias
        scores = self._masked_softmax(scores, attention_mask=attention_mask)
        scores = self._dropout_layer(scores, training=training)
        return ops.einsum(self._combine_equation, scores, value), scores


@keras.saving.register_keras_serializable("archsum")
class TwoBiasRNNCell(layers.SimpleRNNCell):
    """A step of PyTorch's RNN, whose two kernels have a bias each."""

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the kernels, and both biases."""
        self.use_bias = False
        super().build(input_shape)
        self.use_bias = True
        self.biases = self.add_weight(
            shape=(2, self.units), initializer="zeros", name="bias"
        )

    @property
    def bias(self) -> KerasTensor:
        """What is added: their sum."""
        return ops.sum(self.biases, axis=0)

    @bias.setter
    def bias(self, value: None) -> None:
        """Leave it: there is none of Keras's own."""


@keras.saving.register_keras_serializable("archsum")
class TorchLSTMCell(layers.LSTMCell):
    """A step of PyTorch's LSTM: with two biases, and an output that is projected."""

    def __init__(
        self, units: int, two_biases: bool = False, proj_size: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(units, **kwargs)
        self.two_biases = two_biases
        self.proj_size = proj_size
        self.state_size = [proj_size or units, units]
        self.output_size = proj_size or units

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the kernels, the biases and the projection."""
        gates = 4 * self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], gates), name="kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(self.output_size, gates), name="recurrent_kernel"
        )
        if self.use_bias:
            shape = (2, gates) if self.two_biases else (gates,)
            self.biases = self.add_weight(shape=shape, initializer="zeros", name="bias")
        if self.proj_size:
            self.projection = self.add_weight(
                shape=(self.units, self.proj_size), name="projection"
            )

    @property
    def bias(self) -> KerasTensor:
        """What is added."""
        return ops.sum(self.biases, axis=0) if self.two_biases else self.biases

    @bias.setter
    def bias(self, value: None) -> None:
        """Leave it: there is none of Keras's own."""

    def call(
        self,
        inputs: KerasTensor,
        states: Sequence[KerasTensor],
        training: bool = False,
    ) -> tuple[KerasTensor, list[KerasTensor]]:
        """Go one step, and project what comes out."""
        output, (state, memory) = super().call(inputs, states, training)
        if self.proj_size:
            output = state = ops.matmul(output, self.projection)
        return output, [state, memory]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        own = {"two_biases": self.two_biases, "proj_size": self.proj_size}
        return {**super().get_config(), **own}


class LocallyConnected(FollowingCall):
    """A kernel of its own for each location."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        activation: str | None = None,
        use_bias: bool = False,
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.data_format = data_format

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the kernels, and where it is tied the bias."""
        is_last = self.data_format == "channels_last"
        rank = len(input_shape) - 2
        sizes = input_shape[1:-1] if is_last else input_shape[2:]
        channels = input_shape[-1 if is_last else 1]
        self.windows = each_axis(self.kernel_size, rank)
        self.steps = each_axis(self.strides, rank)
        self.counts = [
            (size - window) // step + 1
            for size, window, step in zip(sizes, self.windows, self.steps, strict=True)
        ]
        elements = math.prod(self.windows) * channels
        shape = (math.prod(self.counts), elements, self.filters)
        self.kernel = self.add_weight(shape=shape, name="kernel")
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.filters,), initializer="zeros", name="bias"
            )

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Unfold the windows, and multiply each with its own kernel."""
        is_last, rank = self.data_format == "channels_last", len(self.windows)
        if not is_last:
            inputs = ops.transpose(inputs, (0, *range(2, rank + 2), 1))
        parts = []
        for offsets in itertools.product(*(range(window) for window in self.windows)):
            part = [slice(None)]
            for offset, step, count in zip(
                offsets, self.steps, self.counts, strict=True
            ):
                part.append(slice(offset, offset + (count - 1) * step + 1, step))
            parts.append(inputs[tuple(part)])
        unfolded = ops.concatenate(parts, axis=-1)
        flat = (-1, math.prod(self.counts), unfolded.shape[-1])
        outputs = ops.einsum("bpe,pef->bpf", ops.reshape(unfolded, flat), self.kernel)
        outputs = ops.reshape(outputs, (-1, *self.counts, self.filters))
        if self.bias is not None:
            outputs += self.bias
        if not is_last:
            outputs = ops.transpose(outputs, (0, rank + 1, *range(1, rank + 1)))
        return self.activation(outputs)


@keras.saving.register_keras_serializable("archsum")
class LocallyConnected1D(LocallyConnected):
    """The same over one axis."""


@keras.saving.register_keras_serializable("archsum")
class LocallyConnected2D(LocallyConnected):
    """The same over height and width."""


class SeparateChannels3D(FollowingCall):
    """What convolutions have in common that see the channels of a volume one by one."""

    def make(self, channels: int, multiplier: int, name: str) -> Any:
        """Make a kernel of each channel."""
        shape = (*each_axis(self.kernel_size, 3), channels, multiplier)
        return self.add_weight(shape=shape, name=name)

    def convolved(self, inputs: KerasTensor, kernel: Any) -> KerasTensor:
        """Convolve each channel with its own kernels."""
        strides = each_axis(self.strides, 3)
        axis = -1 if self.data_format == "channels_last" else 1
        outputs = []
        for number in range(kernel.shape[3]):
            one = ops.take(inputs, [number], axis)
            outputs.append(
                ops.conv(
                    one,
                    kernel[:, :, :, number : number + 1],
                    strides=(1, 1, 1) if max(self.dilations) > 1 else strides,
                    padding=self.padding,
                    data_format=self.data_format,
                    dilation_rate=self.dilations,
                )
            )
        found = ops.concatenate(outputs, axis=axis)
        if max(self.dilations) > 1 and max(strides) > 1:
            steps = [slice(None, None, step) for step in strides]
            first = 1 if axis == -1 else 2
            found = found[(*[slice(None)] * first, *steps)]
        return found

    def biased(self, outputs: KerasTensor) -> KerasTensor:
        """Add the bias, and apply the activation."""
        if self.bias is not None:
            is_last = self.data_format == "channels_last"
            shape = (1, 1, 1, 1, -1) if is_last else (1, -1, 1, 1, 1)
            outputs += ops.reshape(self.bias, shape)
        return self.activation(outputs)


@keras.saving.register_keras_serializable("archsum")
class DepthwiseConv3D(SeparateChannels3D):
    """A convolution of each channel of a volume by itself."""

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        dilation_rate: int | Sequence[int] = 1,
        activation: str | None = None,
        use_bias: bool = True,
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.depth_multiplier = depth_multiplier
        self.dilations = each_axis(dilation_rate, 3)
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.data_format = data_format

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the kernel and the bias."""
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        self.kernel = self.make(channels, self.depth_multiplier, "kernel")
        self.bias = None
        if self.use_bias:
            filters = (channels * self.depth_multiplier,)
            self.bias = self.add_weight(shape=filters, initializer="zeros", name="bias")

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Convolve."""
        return self.biased(self.convolved(inputs, self.kernel))


@keras.saving.register_keras_serializable("archsum")
class SeparableConv3D(SeparateChannels3D):
    """A convolution of each channel of a volume by itself, then across the channels."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        dilation_rate: int | Sequence[int] = 1,
        depth_multiplier: int = 1,
        activation: str | None = None,
        use_bias: bool = True,
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.depth_multiplier = depth_multiplier
        self.dilations = each_axis(dilation_rate, 3)
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.data_format = data_format

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make both kernels and the bias."""
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        self.depthwise_kernel = self.make(
            channels, self.depth_multiplier, "depthwise_kernel"
        )
        self.pointwise_kernel = self.add_weight(
            shape=(1, 1, 1, channels * self.depth_multiplier, self.filters),
            name="pointwise_kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.filters,), initializer="zeros", name="bias"
            )

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Convolve twice."""
        outputs = ops.conv(
            self.convolved(inputs, self.depthwise_kernel),
            self.pointwise_kernel,
            data_format=self.data_format,
        )
        return self.biased(outputs)


class GroupedConvTranspose(FollowingCall):
    """A transposed convolution whose filters see the channels of their group alone."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        groups: int = 1,
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: str | None = None,
        use_bias: bool = True,
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.groups = groups
        self.strides = strides
        self.padding = padding
        self.output_padding = output_padding
        self.dilation_rate = dilation_rate
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.data_format = data_format

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the kernel and the bias."""
        rank, is_last = len(input_shape) - 2, self.data_format == "channels_last"
        channels = input_shape[-1 if is_last else 1]
        windows = each_axis(self.kernel_size, rank)
        shape = (*windows, self.filters // self.groups, channels)
        self.kernel = self.add_weight(shape=shape, name="kernel")
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.filters,), initializer="zeros", name="bias"
            )

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Convolve the groups one by one."""
        rank, is_last = len(inputs.shape) - 2, self.data_format == "channels_last"
        axis = -1 if is_last else 1
        parts = ops.split(inputs, self.groups, axis=axis)
        kernels = ops.split(self.kernel, self.groups, axis=-1)
        extra = self.output_padding
        outputs = [
            ops.conv_transpose(
                part,
                kernel,
                strides=each_axis(self.strides, rank),
                padding=self.padding,
                output_padding=None if extra is None else each_axis(extra, rank),
                data_format=self.data_format,
                dilation_rate=each_axis(self.dilation_rate, rank),
            )
            for part, kernel in zip(parts, kernels, strict=True)
        ]
        together = ops.concatenate(outputs, axis=axis)
        if self.bias is not None:
            shape = [1] * len(inputs.shape)
            shape[axis] = -1
            together += ops.reshape(self.bias, shape)
        return self.activation(together)


@keras.saving.register_keras_serializable("archsum")
class GroupedConv1DTranspose(GroupedConvTranspose):
    """The same over one axis."""


@keras.saving.register_keras_serializable("archsum")
class GroupedConv2DTranspose(GroupedConvTranspose):
    """The same over height and width."""


@keras.saving.register_keras_serializable("archsum")
class GroupedConv3DTranspose(GroupedConvTranspose):
    """The same over depth, height and width."""


@keras.saving.register_keras_serializable("archsum")
class SharedWeight(layers.Layer):
    """A weight that several layers are given; it takes any tensor."""

    def __init__(
        self, shape: Sequence[int], initializer: str = "glorot_uniform", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        self.initializer = initializer

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the weight."""
        self.weight = self.add_weight(
            shape=self.shape, initializer=self.initializer, name="weight"
        )

    def call(self, inputs: KerasTensor) -> KerasTensor:
        """Return the weight itself."""
        return ops.convert_to_tensor(self.weight)

    def compute_output_spec(self, inputs: KerasTensor) -> KerasTensor:
        """Return the weight's shape, which has no axis for the batch."""
        return KerasTensor(self.shape, dtype=self.compute_dtype)


@keras.saving.register_keras_serializable("archsum")
class TiedEmbedding(layers.Layer):
    """An embedding that is given its table, which may be turned."""

    def __init__(
        self, input_dim: int, output_dim: int, mask_zero: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False

    def call(self, inputs: KerasTensor, embeddings: KerasTensor) -> KerasTensor:
        """Look up each word."""
        if tuple(embeddings.shape) != (self.input_dim, self.output_dim):
            embeddings = ops.transpose(embeddings)
        return ops.take(embeddings, ops.cast(inputs, "int32"), axis=0)

    def compute_mask(self, inputs: KerasTensor, mask: Any = None) -> Any:
        """Return where there is a word."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_spec(
        self, inputs: KerasTensor, embeddings: KerasTensor
    ) -> KerasTensor:
        """Return the input's shape, and a vector for each."""
        return KerasTensor((*inputs.shape, self.output_dim), dtype=self.compute_dtype)


@keras.saving.register_keras_serializable("archsum")
class TiedDense(layers.Layer):
    """A dense layer that is given its kernel, which may be turned."""

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        use_bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias

    def build(self, inputs_shape: Sequence[int], kernel_shape: Sequence[int]) -> None:
        """Make the bias."""
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.units,), initializer="zeros", name="bias"
            )

    def call(self, inputs: KerasTensor, kernel: KerasTensor) -> KerasTensor:
        """Multiply by the kernel."""
        if tuple(kernel.shape) != (inputs.shape[-1], self.units):
            kernel = ops.transpose(kernel)
        x = ops.matmul(inputs, kernel)
        return self.activation(x if self.bias is None else x + self.bias)

    def compute_output_spec(
        self, inputs: KerasTensor, kernel: KerasTensor
    ) -> KerasTensor:
        """Return the input's shape, the last axis of which has the units."""
        return KerasTensor((*inputs.shape[:-1], self.units), dtype=self.compute_dtype)


@keras.saving.register_keras_serializable("archsum")
class TiedConv(layers.Layer):
    """A convolution along any number of axes that is given its kernel."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        dilation_rate: int | Sequence[int] = 1,
        groups: int = 1,
        activation: str | None = None,
        use_bias: bool = True,
        data_format: str = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.dilation_rate = dilation_rate
        self.groups = groups
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.data_format = data_format

    def build(self, inputs_shape: Sequence[int], kernel_shape: Sequence[int]) -> None:
        """Make the bias."""
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.filters,), initializer="zeros", name="bias"
            )

    def call(self, inputs: KerasTensor, kernel: KerasTensor) -> KerasTensor:
        """Slide the kernel."""
        x = self.slide(inputs, kernel)
        if self.bias is not None:
            behind = len(x.shape) - 2 if self.data_format == "channels_first" else 0
            x = x + ops.reshape(self.bias, (self.filters, *(1,) * behind))
        return self.activation(x)

    def slide(self, inputs: KerasTensor, kernel: KerasTensor) -> KerasTensor:
        """Return the products with the kernel."""
        return ops.conv(
            inputs,
            kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )


@keras.saving.register_keras_serializable("archsum")
class TiedConvTranspose(TiedConv):
    """A transposed convolution along any number of axes that is given its kernel."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        output_padding: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(filters, kernel_size, **kwargs)
        self.output_padding = output_padding

    def slide(self, inputs: KerasTensor, kernel: KerasTensor) -> KerasTensor:
        """Return the products with the kernel, where they overlap their sums."""
        return ops.conv_transpose(
            inputs,
            kernel,
            strides=self.strides,
            padding=self.padding,
            output_padding=self.output_padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
