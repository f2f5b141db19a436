"""Transposed convolutions: each input location spreads a kernel over the output."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers.arithmetic import Arithmetic, Difference, Product, Sum
from archsum.layers.base import Weight
from archsum.layers.fields import AT_LEAST_0, NonNegative, TupleOf, one_or_list
from archsum.layers.kernel import KERNEL_AXES, GroupedKernelLayer
from archsum.layers.operators import Operators, Scratch, lacking
from archsum.layers.shapes import Shape, product
from archsum.layers.window import Sides, SizeRule, halves, write_per_axis


@dataclass(frozen=True)
class TransposedWindow(SizeRule):
    """A window that is spread from each location of one axis; the padding is cut off.

    Source: https://keras.io/api/layers/convolution_layers/convolution2d_transpose/ for the words;
    https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html for sides.
    """

    output_padding: int | None = None

    @property
    def keeps_size(self) -> bool:
        """Whether only the stride changes the size."""
        return self.padding == "same" and self.output_padding is None

    @property
    def ends(self) -> list[tuple[int, str]]:
        """What the last window adds to (size − 1) × stride: numbers, and what they are."""
        extra = (self.output_padding or 0, "output padding")
        if not isinstance(self.padding, str):
            before, after = self.padding
            return [(self.extent, self._kernel), (-before, "padding before"), (-after, "padding after"), extra]
        if self.padding == "same":
            return [(self.stride, "stride")] if self.keeps_size else [(self.extent % 2, "1 for an odd kernel"), extra]
        if self.output_padding is None:
            return [(max(self.extent, self.stride), f"the larger of stride and {self._kernel}")]
        return [(self.extent, self._kernel), extra]

    @property
    def sides_in_numbers(self) -> Sides:
        return halves(self.extent + self.extra_in_numbers - self._end)

    @property
    def extra_in_numbers(self) -> int:
        """The output padding beside `sides_in_numbers`; it makes them even where it may be above 0."""
        spare = self.extent - self._end
        return max(-spare, spare % 2 if max(self.stride, self.dilation) > 1 else 0)

    @property
    def cut(self) -> Sides:
        """What the padding cuts off, before and behind: of Keras's `same` the smaller half before."""
        return halves(max(self.extent - self._end, 0)) if isinstance(self.padding, str) else self.padding

    @property
    def added(self) -> int:
        """What is added behind beside that."""
        return max(self._end - self.extent, 0) if isinstance(self.padding, str) else self.output_padding or 0

    @property
    def _end(self) -> int:
        """What the last window adds to (size − 1) × stride."""
        return sum(number for number, _ in self.ends)

    @property
    def _kernel(self) -> str:
        return "kernel" if self.dilation == 1 else f"kernel ({self.dilation} × ({self.kernel} − 1) + 1 = {self.extent})"

    def output(self, size: int) -> Arithmetic:
        """Return what all windows cover together; 0 or less where the padding cuts everything off."""
        if self.keeps_size:
            return Product(size, self.stride)
        covered: Arithmetic = Product(Difference(size, 1), self.stride)
        for number, _ in self.ends:
            if number:
                covered = Difference(covered, -number) if number < 0 else Sum(covered, number)
        return covered

    def note(self, size: int) -> str:
        if self.keeps_size:
            return "same padding: only the stride changes the size"
        return "(size − 1) × stride" + "".join(f" {_sign(number)} {what}" for number, what in self.ends if number)

    def misfit(self, size: int, axis: str) -> ShapeError:
        """Return an error: the padding leaves nothing."""
        return ShapeError(
            f"has a padding that leaves nothing of its output's {axis}: {self.output(size).formula} is below 1",
            "take less padding, a larger kernel, or a larger input",
        )


def _sign(number: int) -> str:
    return "−" if number < 0 else "+"


class TransposedConvolution(GroupedKernelLayer):
    """A transposed convolution of `rank` spatial axes.

    Shape:
        (*sizes, channels) → (*outputs, filters), the channels first under `data_format: channels_first`.
        valid: (size − 1) × stride + max(e, stride); same: size × stride;
        with an output padding op, valid: (size − 1) × stride + e + op; same: (size − 1) × stride + e mod 2 + op;
        a number p for each side: (size − 1) × stride + e − 2 p + op; where e = dilation × (kernel − 1) + 1.
    Weights:
        kernel (*kernel_size, filters / groups, channels);
        bias (filters) if tied, the output's shape if untied; along some axes, 1 along the others.
    MACs:
        input locations × kernel_size × filters / groups × channels.
    Kept:
        input; of the activation its result, or its input.
    Errors:
        A padding that leaves nothing; channels or filters not divisible by groups; a bias untied along an unknown size;
        strides with dilation under Keras's paddings; an output padding that reaches the stride
        (with padding as a number: the larger of stride and dilation).
    Source: https://keras.io/api/layers/convolution_layers/convolution{rank}d_transpose/
    """

    macs_note: ClassVar[str] = "each kernel weight works once at each input location"

    output_padding: Annotated[TupleOf[NonNegative], one_or_list(AT_LEAST_0)] | None = Field(
        None, description="Added to the output's size on one side: one number, or one for each axis."
    )

    @model_validator(mode="after")
    def _output_padding_below_stride(self) -> Self:
        keras = isinstance(self.padding, str)
        steps = self.strides if keras else tuple(map(max, self.strides, self.dilation_rate))
        for extra, step in zip(self.output_padding or (0,) * self.rank, steps, strict=True):
            if extra >= step:
                bound = "`strides`" if keras else "`strides` or `dilation_rate`"
                message = f"has an `output_padding` of {extra}, which must be smaller than {bound} (={step})"
                larger = f"larger `strides`, or a `zero_padding{self.rank}d` behind it"
                cure = f"write at most `{step - 1}` there" if step > 1 else "leave it out"
                raise FieldError(message, f"{cure}; an output that is larger still takes {larger}")
        return self

    @cached_property
    def windows(self) -> tuple[TransposedWindow, ...]:
        extras = self.output_padding or (None,) * self.rank
        return tuple(map(TransposedWindow, self.kernel_size, self.strides, self.dilation_rate, self.paddings, extras))

    @property
    def in_numbers(self) -> dict[str, str]:
        extras = [window.extra_in_numbers for window in self.windows]
        if not any(extras) and self.output_padding is None:
            return super().in_numbers
        return {**super().in_numbers, "output_padding": write_per_axis(extras)}

    def kernels(self, *inputs: Shape) -> tuple[Weight, ...]:
        _, channels = self.split(*inputs)
        shape = (*self.kernel_size, self.filters // self.groups, channels)
        seen = "filters" if self.groups == 1 else "filters of a group"
        return (Weight("kernel", shape, (*KERNEL_AXES[self.rank], seen, "input channels")),)

    def products(self, *inputs: Shape) -> Operators:
        """Return the convolution, whose kernel for int8 sums in four bytes for each output element.

        Errors: UnknownOperatorsError with dilation, with groups, and for a padding as a number.
        Source: tensorflow/lite/micro/kernels/transpose_conv.cc.
        """
        if max(self.dilation_rate) > 1 or self.groups > 1:
            raise lacking("transposed convolution with dilation or groups")
        if not isinstance(self.padding, str):
            raise lacking("transposed convolution whose padding is a number", cure=self._cropped)
        return tuple(
            operator._replace(biases=0, scratch=(Scratch(product(operator.output), float32=0),))
            for operator in super().products(*inputs)
        )

    @property
    def _cropped(self) -> str | None:
        """How the same is written with a padding that microcontrollers have, where only the padding differs."""
        smaller = any(kernel < stride for kernel, stride in zip(self.kernel_size, self.strides, strict=True))
        if smaller or self.output_padding or self.bias not in ("tied", False):
            return None
        sides = [list(each) for each in self.paddings]
        return f"write `padding: valid`, and `cropping{self.rank}d: {{cropping: {sides}}}` behind it"

    def with_zeros(self, zeros: tuple[Sides, ...]) -> None:
        """Return None: its padding is its output's."""

    def with_cut(self, cut: tuple[Sides, ...]) -> Self | None:
        """Return the layer whose padding in numbers takes so much more away."""
        windows = zip(self.windows, self.output_padding or (None,) * self.rank, strict=True)
        is_known = all(window.extent >= window.stride or extra is not None for window, extra in windows)
        if isinstance(self.padding, str) and (self.padding != "valid" or not is_known):
            return None
        own = ((0, 0),) * self.rank if isinstance(self.padding, str) else self.padding
        padding = tuple((one[0] + more[0], one[1] + more[1]) for one, more in zip(own, cut, strict=True))
        return self.model_copy(update={"padding": padding})

    def padded(self, shape: Shape) -> tuple[Shape, ...]:
        """Return nothing: the padding is the output's."""
        return ()

    def locations(self, *inputs: Shape) -> Shape:
        """Return the input's sizes: the kernel is spread from each of its locations."""
        spatial, _ = self.split(*inputs)
        return spatial


class Conv1DTranspose(TransposedConvolution, rank=1):
    """Transposed convolution over one axis, such as time."""

    type: Literal["conv1d_transpose"] = "conv1d_transpose"


class Conv2DTranspose(TransposedConvolution, rank=2):
    """Transposed convolution over the height and width of an image, as decoders use to enlarge it."""

    type: Literal["conv2d_transpose"] = "conv2d_transpose"


class Conv3DTranspose(TransposedConvolution, rank=3):
    """Transposed convolution over the depth, height and width of a volume."""

    type: Literal["conv3d_transpose"] = "conv3d_transpose"
