"""What layers with a sliding kernel share: convolutions of every kind, depthwise, separable, locally connected."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Self

from pydantic import Field, GetJsonSchemaHandler, field_validator, model_validator

from archsum.errors import FieldError
from archsum.layers.arithmetic import Amount, Product, value_of
from archsum.layers.base import Backward, Kept, Operations, Step, Weight
from archsum.layers.bias import BiasAndActivation, BiasedLayer
from archsum.layers.fields import Activation, PerAxis, Positive
from archsum.layers.operators import (
    SCALES_AND_CLAMPS,
    Constant,
    Operator,
    Operators,
    padded_and_on_rows,
    slicing_operator,
)
from archsum.layers.shapes import Shape, require_groups
from archsum.layers.spatial import AXES
from archsum.layers.untied import Bias, UntiedAlong, untied_schema
from archsum.layers.window import SizeRule, Sliding, Window, write_padding

KERNEL_AXES = {rank: tuple(f"kernel {axis}" for axis in axes) for rank, axes in AXES.items()}
"""The names of a kernel's spatial axes by rank."""

FILTERS_OF_A_CHANNEL = "filters of a channel"
"""The name of a depthwise kernel's last axis, which with the one before it makes the output's channels."""


class KernelLayer(Sliding, BiasedLayer):
    """A layer whose kernel slides over the input.

    Shape:
        (*sizes, channels) → (*outputs, filters), the channels first under `data_format: channels_first`.
        valid: ⌊(size − e) / stride⌋ + 1; same: ⌈size / stride⌉;
        a number p for each side: ⌊(size + 2 p − e) / stride⌋ + 1; where e = dilation × (kernel − 1) + 1.
    Kept:
        input, or where its sides are padded unevenly the padded input; of the activation its result, or its input.
    """

    macs_note: ClassVar[str] = "each kernel weight works once at each output location"
    shown_fields: ClassVar[tuple[str, ...]] = ("strides", "activation")
    """The multiply-accumulates in words."""

    channels_note: ClassVar[str] = "one for each of the filters"
    """The output channels in words."""

    kernel_size: PerAxis = Field(description="The kernel's size: one number, or one for each axis.", examples=[3])
    strides: PerAxis = Field(
        1, validate_default=True, description="The kernel's step: one number, or one for each axis."
    )
    activation: Activation | None = Field(None, description="An elementwise function of the output.")
    bias: Bias = Field(
        "tied",
        description="tied: one for each filter; untied: one for each filter and output location, or along some axes.",
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Add the axes to what `bias` takes, where it may be untied at all."""
        found = super().__get_pydantic_json_schema__(schema, handler)
        properties = handler.resolve_ref_schema(found)["properties"]
        untied = untied_schema({"enum": [*AXES[cls.rank]]})
        for form in properties["bias"].get("anyOf", ()):
            if form.get("type") == "object":
                form |= untied
        return found

    @field_validator("bias")
    @classmethod
    def _untied_along_its_axes(cls, bias: Bias) -> Bias:
        return bias.among(AXES[cls.rank]) if isinstance(bias, UntiedAlong) else bias

    @cached_property
    def windows(self) -> tuple[SizeRule, ...]:
        return tuple(map(Window, self.kernel_size, self.strides, self.dilations, self.paddings))

    def output_channels(self, channels: int) -> Amount:
        """Return the number of channels that come out for `channels` that go in."""
        raise NotImplementedError

    def kernels(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the weights that are multiplied with the data: all but the bias."""
        raise NotImplementedError

    def locations(self, *inputs: Shape) -> Shape:
        """Return the sizes along which the kernel is applied: each of its weights works once at each location."""
        spatial, _ = self.split(*inputs)
        return self.slide(spatial)

    def output_shape(self, *inputs: Shape) -> Shape:
        spatial, channels = self.split(*inputs)
        return self.join(self.slide(spatial), value_of(self.output_channels(channels)))

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        # Without a bias there is no need to compute what it would be added to.
        return *self.kernels(*inputs), *(self.behind_products(*inputs).weights if self.bias else ())

    def behind_products(self, *inputs: Shape) -> BiasAndActivation:
        output = self.output_shape(*inputs)
        _, filters = self.split(output)
        axes = self.axes_with_channels
        return BiasAndActivation(self.bias, output, axes, filters, "filters", self.activation, self.data_format)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        (kernel,) = self.kernels(*inputs)
        return Operations(Product(*self.locations(*inputs), *kernel.shape), self.macs_note)

    def products(self, *inputs: Shape) -> Operators:
        """Return the operators that multiply with the kernel, the last of several, and for a bias have zeros."""
        *_, kernel = self.kernels(*inputs)
        zeros = self.behind_products(*inputs).number
        products = Operator(self.output_shape(*inputs), absorbs=SCALES_AND_CLAMPS, weights=kernel.size, biases=zeros)
        return (products._replace(constant=Constant(kernel.name)),)

    def operators(self, *inputs: Shape) -> Operators:
        *before, last = self.products(*inputs)
        operators = *before, *self.behind_products(*inputs).operators_behind(last)
        return padded_and_on_rows(self.padding_operators(*inputs), operators, self.rank, *inputs)

    def multiplied(self, *inputs: Shape) -> tuple[Kept, ...]:
        """Return what each of the kernels is multiplied with, which PyTorch keeps where they are frozen too."""
        return (self.kept_input(*inputs),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        last = len(self.backward(*inputs).between)
        return *self.multiplied(*inputs), *self.behind_products(*inputs).kept(last)

    def backward(self, *inputs: Shape) -> Backward:
        activated = super().backward(*inputs)
        return activated._replace(between=(*self.padded(*inputs), *activated.between))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        _, channels = self.split(*inputs)
        yield from super().explain_output(*inputs)
        yield Step.of("channels", self.output_channels(channels), self.channels_note)


class DilatedKernelLayer(KernelLayer):
    """A layer with a kernel whose elements may lie apart.

    Errors:
        A kernel larger than its input; a bias untied along an unknown size.
    """

    shown_fields: ClassVar[tuple[str, ...]] = ("strides", "dilation_rate", "activation")

    dilation_rate: PerAxis = Field(1, validate_default=True, description="The distance between the kernel's elements.")

    @property
    def dilations(self) -> tuple[int, ...]:
        return self.dilation_rate

    def of_each_channel(self, operator: Operator, *inputs: Shape) -> Operators:
        """Return the operator that multiplies each channel with kernels of its own.

        Steps over dilated windows are taken afterwards, of the products at every location, by a slice; `same` is then
        padded first.
        """
        if max(self.strides) == 1 or max(self.dilations) == 1:
            return (operator,)
        spatial, channels = self.split(*inputs)
        _, products = self.parts(operator.output)
        without_steps = self.model_copy(update={"strides": (1,) * self.rank})
        padding: Operators = ()
        if self.padding == "same":
            spatial = self.padded_as_same(spatial)
            padding = (Operator(self.join(spatial, channels)),)
            without_steps = without_steps.model_copy(update={"padding": "valid"})
        at_every_location = operator._replace(output=self.join(without_steps.slide(spatial), products), biases=0)
        sliced = slicing_operator(operator.output)._replace(absorbs=operator.absorbs, biases=operator.biases)
        return *padding, at_every_location, sliced


class FilteredKernelLayer(DilatedKernelLayer):
    """A layer of so many filters."""

    filters: Positive = Field(description="The number of output channels.", examples=[64])

    @model_validator(mode="after")
    def _strides_or_dilation(self) -> Self:
        """Check what Keras checks of these layers, and not of depthwise and separable ones."""
        if isinstance(self.padding, str) and max(self.strides) > 1 and max(self.dilation_rate) > 1:
            numbers = ", ".join(f"`{field}: {value}`" for field, value in self.in_numbers.items())
            raise FieldError(
                "has `strides` and `dilation_rate` above 1, which Keras refuses together",
                f"write {numbers}, for PyTorch's convolution, which takes both and has the sizes of `{self.padding}`",
            )
        return self

    @property
    def in_numbers(self) -> dict[str, str]:
        """The fields that give, in numbers, the sizes of a padding that is stated as a word."""
        return {"padding": write_padding(window.sides_in_numbers for window in self.windows)}


class GroupedKernelLayer(FilteredKernelLayer):
    """A layer of filters, each of which sees the input channels of its group."""

    shown_fields: ClassVar[tuple[str, ...]] = ("strides", "dilation_rate", "groups", "activation")

    groups: Positive = Field(1, description="Channels are split into this many groups, each with its own filters.")

    @model_validator(mode="after")
    def _whole_groups(self) -> Self:
        if self.filters % self.groups:
            raise FieldError(
                f"has `filters` (={self.filters}), which must be divisible by `groups` (={self.groups})",
                f"choose `groups` among the divisors of {self.filters}",
            )
        return self

    def output_channels(self, channels: int) -> Amount:
        """Return the filters.

        Errors: ShapeError where the groups cannot share the input channels evenly.
        """
        require_groups(channels, self.groups, "input channels")
        return self.filters
