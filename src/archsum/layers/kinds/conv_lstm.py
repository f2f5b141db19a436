"""Recurrent convolutions: each step is an image, and so is what the layer remembers."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.arithmetic import Product, Sum
from archsum.layers.base import Backward, Kept, Operations, Weight
from archsum.layers.fields import TiedBias
from archsum.layers.kernel import KERNEL_AXES, FilteredKernelLayer
from archsum.layers.sequence import LongShortTermMemory
from archsum.layers.shapes import Shape, product, require_known, show, split_channels, total


class ConvLSTM(LongShortTermMemory, FilteredKernelLayer):
    """An LSTM whose steps and states have `rank` spatial axes: its kernels are those of convolutions.

    The recurrent kernel slides over the state by steps of 1, padded as `same` and never dilated.

    Shape:
        (steps, *sizes, channels) → (*outputs, filters), or (steps, *outputs, filters) with return_sequences;
        the channels come before the sizes under `data_format: channels_first`.
        A second and a third input are a state and a memory: (*outputs, filters). The outputs are a convolution's:
        valid: ⌊(size − e) / stride⌋ + 1; same: ⌈size / stride⌉;
        a number p for each side: ⌊(size + 2 p − e) / stride⌋ + 1; where e = dilation × (kernel − 1) + 1.
    Weights:
        kernel (*kernel_size, channels, 4 × filters); recurrent_kernel (*kernel_size, filters, 4 × filters);
        bias (4 × filters) if tied.
    MACs:
        steps × output locations × (the elements of kernel and recurrent_kernel).
    FLOPs:
        2 × MACs + steps × output elements × (4 with a bias
        + 1 for each of 5 activations + 4 products and sums that an element's gates make).
    Kept:
        the input; in each step state, gates, memory and its activation, 7 × the step's output.
        Of an input or a state whose sides are padded unevenly, a padded copy for each of the 4 gates instead;
        with dropout or recurrent_dropout 4 masks, and for each gate what they make of input or state;
        what activations keep that is not their result.
    Errors:
        An input of another number of axes; an unknown size beside the steps; a state or a memory of other sizes;
        a kernel larger than its input; strides with dilation under Keras's paddings.
    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm{rank}d/
    """

    shown_fields: ClassVar[tuple[str, ...]] = ("strides", "dilation_rate", "activation")

    macs_note: ClassVar[str] = (
        "steps × output locations × kernel × (channels + filters) × gates × filters: "
        "each weight of both kernels works once at each output location of a step"
    )

    bias: TiedBias = Field("tied", description="tied: one for each filter and gate; false: none.")

    def parts(self, shape: Shape, *states: Shape) -> tuple[Shape, int | None]:
        """Take the shape of a sequence apart: into a step's spatial sizes and its channels.

        Errors: ShapeError where there is another number of axes.
        """
        if len(shape) != self.rank + 2:
            wanted = ", ".join(("steps", *self.axes_with_channels))
            cure = "a `reshape` before it gives the data such axes"
            if len(shape) == self.rank + 1:
                cure = f"the first axis is that of the steps: `input: [{wanted}]`"
            raise ShapeError(f"takes an input of {self.rank + 2} axes ({wanted}), not {show(shape)}", cure)
        return super().parts(shape[1:])

    def split(self, shape: Shape, *states: Shape) -> tuple[Shape, int]:
        """Take the shape of a sequence apart, as `parts` does.

        Errors: ShapeError where that fails, or where a size or the channels are unknown.
        """
        spatial, channels = super().split(shape)
        return require_known(spatial, self.axes, "its states, which begin as zeros"), channels

    def states(self, *inputs: Shape) -> Shape:
        each = self.join(self.locations(*inputs), self.filters)
        return (inputs[0][0], *each)

    def output_channels(self, channels: int) -> int:
        return self.filters

    @property
    def biases_of_gate(self) -> int:
        return 1 if self.bias else 0

    def kernels(self, *inputs: Shape) -> tuple[Weight, ...]:
        _, channels = self.split(*inputs)
        outputs, axes, axis = self.gates * self.filters, KERNEL_AXES[self.rank], "gates of filters"
        return (
            Weight("kernel", (*self.kernel_size, channels, outputs), (*axes, "input channels", axis)),
            Weight("recurrent_kernel", (*self.kernel_size, self.filters, outputs), (*axes, "filters", axis)),
        )

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        bias = Weight("bias", (self.gates * self.filters,), ("gates of filters",))
        return *self.kernels(*inputs), *(bias,) * bool(self.bias)

    def bias_note(self, *inputs: Shape) -> str:
        each = f"one for each filter in each of the {self.gates} gates"
        return each if self.bias else f"no bias; it would be {self.gates * self.filters:,}"

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        _, channels = self.split(*inputs)
        steps, seen = inputs[0][0], Sum(channels, self.filters)
        amount = Product(steps, *self.locations(*inputs), *self.kernel_size, seen, self.gates, self.filters)
        return Operations(amount, self.macs_note)

    def connections(self, *inputs: Shape) -> int | None:
        """Return the links in all steps and the biases they use: every weight works once at each output location."""
        weights = total(weight.size for weight in self.weights(*inputs))
        return product((inputs[0][0], *self.locations(*inputs), weights))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        each = self.states(*inputs)
        tensors = *self.states_kept(*inputs), *self.steps_kept(each), *self.activations_kept(each)
        kept = *self.inputs_kept(*inputs), *self.given_kept(tensors, *inputs)
        return tuple(tensor._replace(operation=2) for tensor in kept)

    def inputs_kept(self, sequence: Shape, *states: Shape) -> Iterator[Kept]:
        """Return what the kernel is multiplied with in all steps, and the masks of its dropout."""
        steps, *step = sequence
        if self.dropout:
            yield Kept("input_masks", shape=(self.gates, *step))
        padded = self.padded(sequence)
        if padded or self.dropout:
            yield Kept("inputs", shape=(self.gates, steps, *(padded[0] if padded else step)))
        else:
            yield Kept("input")

    def states_kept(self, *inputs: Shape) -> Iterator[Kept]:
        """Return what the recurrent kernel is multiplied with, and the masks: of the first state for weights alone."""
        steps, *state = self.states(*inputs)
        spatial, filters = split_channels(tuple(state), self.data_format)
        # `same` pads the sides of an even kernel unevenly, which makes a copy.
        padded = tuple(total((size, 1 - kernel % 2)) for size, kernel in zip(spatial, self.kernel_size, strict=True))
        later = None if steps is None else max(steps - 1, 0)
        if self.recurrent_dropout:
            yield Kept("state_masks", shape=(self.gates if later != 0 else 0, *state))
        copies = self.gates if self.recurrent_dropout or padded != spatial else 1
        taken = copies, *self.join(padded, filters)
        yield Kept("first_state" if copies == 1 else "first_copies", shape=taken, for_weights=True)
        yield Kept("later_states", shape=(later, *taken))

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradients of the steps, which are put together at the end, and of gates and state in a step.

        Each gate has a part of the kernels, whose gradients are put together; with those of the steps before it there
        are for a moment three gradients of them.
        """
        steps, *state = self.states(*inputs)
        kernels = tuple(kernel.shape for kernel in self.kernels(*inputs)) * (2 if steps == 1 else 3)
        return Backward(between=(inputs[0], (self.gates + 1, *state)), per_batch=kernels)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return what the kernel gives for the gates of all steps, and the outputs of all, where the last is taken."""
        states = self.states(*inputs)
        return (self.gates, *states), *(() if self.return_sequences else (states,))


class ConvLSTM1D(ConvLSTM, rank=1):
    """An LSTM over a sequence of rows, such as a line of sensors over time: its kernels are those of convolutions.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm1d/
        The gates are those of Shi et al. 2015, "Convolutional LSTM network", without its peepholes.
    """

    type: Literal["conv_lstm1d"] = "conv_lstm1d"


class ConvLSTM2D(ConvLSTM, rank=2):
    """An LSTM over a sequence of images, such as a video or a radar of rain: its kernels are those of convolutions.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm2d/
        The gates are those of Shi et al. 2015, "Convolutional LSTM network", without its peepholes.
    """

    type: Literal["conv_lstm2d"] = "conv_lstm2d"


class ConvLSTM3D(ConvLSTM, rank=3):
    """An LSTM over a sequence of volumes, such as scans over time: its kernels are those of convolutions.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm3d/
        The gates are those of Shi et al. 2015, "Convolutional LSTM network", without its peepholes.
    """

    type: Literal["conv_lstm3d"] = "conv_lstm3d"
