"""Augmentation: images that are changed at random while a network is trained, and passed on at inference."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers.base import MovingLayer, Reuse, Step
from archsum.layers.fields import PerAxis, Positive, Rate, TupleOf, one_or_list
from archsum.layers.operators import Operators, UnknownOperatorsError
from archsum.layers.shapes import Shape
from archsum.layers.spatial import Spatial


def _within(lowest: int, highest: int, lowest_of_pair: int | None = None) -> BeforeValidator:
    """Return what takes a number within bounds, or a pair of them, of which the first may be lower."""
    lowest_of_pair = lowest if lowest_of_pair is None else lowest_of_pair

    def check(value: Any) -> Any:
        is_pair = isinstance(value, list | tuple) and len(value) == 2
        numbers, least = (value, lowest_of_pair) if is_pair else ([value], lowest)
        are_within = all(type(number) in (int, float) and least <= number <= highest for number in numbers)
        if not (are_within and numbers[-1] >= lowest):
            message = f"takes a number of {lowest} to {highest}, or a list of the least and the most"
            raise FieldError(message, f"write it as in `{highest / 2}` or `[{lowest_of_pair}, {highest / 2}]`")
        return tuple(value) if isinstance(value, list) else value

    return BeforeValidator(check)


Part = Annotated[
    float | tuple[float, float], _within(0, 1), one_or_list({"type": "number", "minimum": 0, "maximum": 1})
]
"""A number of 0 to 1, or the least and the most."""

Signed = Annotated[
    float | tuple[float, float], _within(-1, 1), one_or_list({"type": "number", "minimum": -1, "maximum": 1})
]
"""A number of −1 to 1, which stands for itself and its opposite, or the least and the most."""

Turn = Annotated[
    float | tuple[float, float], _within(0, 1, -1), one_or_list({"type": "number", "minimum": -1, "maximum": 1})
]
"""A number of 0 to 1, or the least and the most, which Keras takes below 0 too, though a hue is turned both ways."""

Bits = Annotated[
    float | tuple[float, float], _within(1, 8), one_or_list({"type": "number", "minimum": 1, "maximum": 8})
]

ValueRange = Annotated[TupleOf[float], Field(min_length=2, max_length=2)]
FillMode = Literal["reflect", "wrap", "constant", "nearest"]
Interpolation = Literal["nearest", "bilinear"]


class Augmentation(Spatial, MovingLayer, rank=2):
    """A layer that changes images at random in training.

    Shape:
        The input's.
    FLOPs:
        0; at inference the image is passed on.
    Kept:
        Nothing: images are changed before anything is trained.
    Errors:
        An input of another number of axes.
    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
    """

    @property
    def channels_taken(self) -> tuple[int, ...]:
        """The numbers of channels that it takes; nothing where it takes any."""
        return ()

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        _, channels = self.parts(shape)
        if self.channels_taken and channels not in (None, *self.channels_taken):
            listed = " or ".join(map(str, self.channels_taken))
            message = f"takes images of {listed} channels, red, green and blue, not of {channels}"
            raise ShapeError(message, "leave it out, or take coloured images")
        return shape

    @property
    def reuse(self) -> Reuse:
        return Reuse(at_inference=True)

    def operators(self, *inputs: Shape) -> Operators:
        """Return none at all: at inference there is nothing to do."""
        return ()


class OfColours(Augmentation):
    """A layer that changes how colours look.

    Errors:
        An input of another number of axes; images of another number of channels than 3.
    """

    channels_taken: ClassVar[tuple[int, ...]] = (3,)


class Moved(Augmentation):
    """A layer that gives the elements of an image another place."""

    fill_mode: FillMode = Field("reflect", description="What there is outside of the image.")
    fill_value: float = Field(0.0, description="The value outside of the image with `fill_mode: constant`.")
    interpolation: Interpolation = Field("bilinear", description="How values between elements are made.")


_VALUE_RANGE = Field((0.0, 255.0), description="The least and the largest value of the images.")


class RandomFlip(Augmentation):
    """Images are mirrored, or not."""

    type: Literal["random_flip"] = "random_flip"
    main_field: ClassVar[str] = "mode"

    mode: Literal["horizontal", "vertical", "horizontal_and_vertical"] = Field(
        "horizontal_and_vertical", description="What changes places: left and right, top and bottom, or both."
    )


class RandomRotation(Moved):
    """Images are turned."""

    type: Literal["random_rotation"] = "random_rotation"
    main_field: ClassVar[str] = "factor"

    factor: Signed = Field(description="The angle, as a part of a full turn.", examples=[0.1])


class RandomZoom(Moved):
    """Images are enlarged, or made smaller, within their sizes.

    Errors:
        An input of another number of axes; a factor of −1, with which nothing would be left.
    """

    type: Literal["random_zoom"] = "random_zoom"
    main_field: ClassVar[str] = "height_factor"

    height_factor: Signed = Field(
        description="What the height loses, or with − gains, as a part of it.", examples=[0.1]
    )
    width_factor: Signed | None = Field(None, description="The same of the width; by default the height's.")

    @field_validator("height_factor", "width_factor")
    @classmethod
    def _leaves_something(cls, value: Any) -> Any:
        if -1 in (value if isinstance(value, tuple) else (value,)):
            raise FieldError("takes numbers above -1", "write a number that is larger, such as `-0.5`")
        return value


class RandomTranslation(Moved):
    """Images are shifted."""

    type: Literal["random_translation"] = "random_translation"

    height_factor: Signed = Field(description="How far down, as a part of the height.", examples=[0.1])
    width_factor: Signed = Field(description="How far to the right, as a part of the width.", examples=[0.1])


class RandomShear(Moved):
    """Images are slanted."""

    type: Literal["random_shear"] = "random_shear"

    x_factor: Part = Field(0.0, description="How far to the side.")
    y_factor: Part = Field(0.0, description="How far up or down.")


class RandomElasticTransform(Moved):
    """Images are distorted, each region otherwise."""

    type: Literal["random_elastic_transform"] = "random_elastic_transform"

    factor: Part = Field(1.0, description="How often an image is changed.")
    scale: Part = Field(1.0, description="How strongly.")
    value_range: ValueRange = _VALUE_RANGE


class RandomPerspective(Augmentation):
    """Images are seen from another place."""

    type: Literal["random_perspective"] = "random_perspective"

    factor: Part = Field(1.0, description="How often an image is changed.")
    scale: Rate = Field(1.0, description="How strongly, 0 to 1.")
    interpolation: Interpolation = Field("bilinear", description="How values between elements are made.")
    fill_value: float = Field(0.0, description="The value outside of the image.")


class RandomErasing(Augmentation):
    """A rectangle of an image is overwritten."""

    type: Literal["random_erasing"] = "random_erasing"

    factor: Part = Field(1.0, description="How often an image is changed.")
    scale: Part = Field((0.02, 0.33), description="The rectangle's part of the image.")
    fill_value: float | None = Field(None, description="What is written; by default random numbers.")
    value_range: ValueRange = _VALUE_RANGE


class RandomGaussianBlur(Augmentation):
    """Images are blurred.

    Errors:
        An input of another number of axes; a kernel_size that is even.
    """

    type: Literal["random_gaussian_blur"] = "random_gaussian_blur"

    factor: Part = Field(1.0, description="How often an image is changed.")
    kernel_size: PerAxis = Field(
        3, validate_default=True, description="The region that is blurred, odd along each axis."
    )
    sigma: Part = Field(1.0, description="The standard deviation of the blur.")
    value_range: ValueRange = _VALUE_RANGE

    @field_validator("kernel_size")
    @classmethod
    def _is_odd(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(size % 2 == 0 for size in value):
            raise FieldError("takes odd numbers", "write the next larger one, so that there is a middle")
        return value


class RandomBrightness(Augmentation):
    """Images become lighter or darker."""

    type: Literal["random_brightness"] = "random_brightness"
    main_field: ClassVar[str] = "factor"

    factor: Signed = Field(description="How much is added, as a part of the largest value.", examples=[0.2])
    value_range: ValueRange = _VALUE_RANGE


class RandomContrast(Augmentation):
    """The contrast of images becomes stronger or weaker."""

    type: Literal["random_contrast"] = "random_contrast"
    main_field: ClassVar[str] = "factor"

    factor: Part = Field(description="How far the contrast is from 1.", examples=[0.2])
    value_range: ValueRange = _VALUE_RANGE


class RandomSharpness(Augmentation):
    """Images become sharper, or blurred."""

    type: Literal["random_sharpness"] = "random_sharpness"
    main_field: ClassVar[str] = "factor"

    factor: Part = Field(description="How strongly.", examples=[0.2])
    value_range: ValueRange = _VALUE_RANGE


class RandomPosterization(Augmentation):
    """The values of images have fewer bits."""

    type: Literal["random_posterization"] = "random_posterization"
    main_field: ClassVar[str] = "factor"

    factor: Bits = Field(description="How many bits are left, 1 to 8.", examples=[4])
    value_range: ValueRange = _VALUE_RANGE


class RandomInvert(Augmentation):
    """The values of images are turned round."""

    type: Literal["random_invert"] = "random_invert"
    main_field: ClassVar[str] = "factor"

    factor: Part = Field(1.0, description="How often an image is changed.")
    value_range: ValueRange = _VALUE_RANGE


class RandomHue(OfColours):
    """The hues of images are others."""

    type: Literal["random_hue"] = "random_hue"
    main_field: ClassVar[str] = "factor"

    factor: Turn = Field(description="How strongly.", examples=[0.2])
    value_range: ValueRange = _VALUE_RANGE


class RandomSaturation(OfColours):
    """The colours of images become stronger or weaker."""

    type: Literal["random_saturation"] = "random_saturation"
    main_field: ClassVar[str] = "factor"

    factor: Signed = Field(description="How strongly.", examples=[0.2])
    value_range: ValueRange = _VALUE_RANGE


class RandomColorDegeneration(OfColours):
    """The colours of images are nearer to grey."""

    type: Literal["random_color_degeneration"] = "random_color_degeneration"
    main_field: ClassVar[str] = "factor"

    factor: Signed = Field(description="How near, 0 to 1.", examples=[0.2])
    value_range: ValueRange = _VALUE_RANGE


class RandomGrayscale(OfColours):
    """Images become grey, with as many channels.

    Errors:
        An input of another number of axes; images of another number of channels than 3 or 1.
    """

    type: Literal["random_grayscale"] = "random_grayscale"
    main_field: ClassVar[str] = "factor"
    channels_taken: ClassVar[tuple[int, ...]] = (1, 3)

    factor: Rate = Field(0.5, description="How often an image is changed, 0 to 1.")


class RandomColorJitter(Augmentation):
    """Brightness, contrast, saturation and hue of images are others, each where its factor is stated.

    Errors:
        An input of another number of axes; with saturation or hue, images of another number of channels than 3.
    """

    type: Literal["random_color_jitter"] = "random_color_jitter"

    value_range: ValueRange = _VALUE_RANGE
    brightness_factor: Signed | None = Field(None, description="As `random_brightness` has it.")
    contrast_factor: Part | None = Field(None, description="As `random_contrast` has it.")
    saturation_factor: Signed | None = Field(None, description="As `random_saturation` has it.")
    hue_factor: Turn | None = Field(None, description="As `random_hue` has it.")

    @property
    def channels_taken(self) -> tuple[int, ...]:
        return () if self.saturation_factor is None and self.hue_factor is None else (3,)


class RandomCrop(Spatial, MovingLayer, rank=2):
    """A part of an image, in a size that is stated, from another place each time.

    An image that is smaller is enlarged.

    Shape:
        (height, width, channels) → (`height`, `width`, channels).
    FLOPs:
        0; at inference nothing is computed.
    Kept:
        Nothing: images are changed before anything is trained.
    Errors:
        An input of another number of axes.
    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_crop/
        (Keras's leaves an image as it is at inference, whatever its size; this is the size in training.)
    """

    type: Literal["random_crop"] = "random_crop"
    reuse: ClassVar[Reuse] = Reuse(at_inference=True)

    height: Positive = Field(description="The height that is left.", examples=[224])
    width: Positive = Field(description="The width that is left.", examples=[224])

    def output_shape(self, *inputs: Shape) -> Shape:
        _, channels = self.parts(*inputs)
        return self.join((self.height, self.width), channels)

    def operators(self, *inputs: Shape) -> Operators:
        raise UnknownOperatorsError(
            "Keras leaves images as they are at inference", "leave it out, and give `input` the size that it crops to"
        )

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        for axis, left in zip(self.axes, (self.height, self.width), strict=True):
            yield Step.of(axis, left, "as stated")
