"""Resizing: data become larger or smaller, as elements are repeated, interpolated or left out."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from archsum.bounds import MAX_SIZE
from archsum.errors import FieldError, ShapeError
from archsum.layers.arithmetic import Arithmetic, Product, Scaled
from archsum.layers.base import VIEW, Backward, MovingLayer, Reuse, Step, Work
from archsum.layers.fields import PerAxis, Positive, TupleOf, one_or_list, per_axis
from archsum.layers.operators import (
    Composition,
    Operator,
    Operators,
    UnknownOperatorsError,
    lacking,
    lacking_repetition,
)
from archsum.layers.shapes import Shape, product
from archsum.layers.sizes import SizeChanging
from archsum.layers.spatial import Spatial

Interpolation = Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]

_NEIGHBOURS = {"nearest": 0, "bilinear": 4, "bicubic": 16, "lanczos3": 36, "lanczos5": 100}
"""The input elements of which an output element is made; one that is repeated is made of none."""

Factors = Annotated[
    TupleOf[Annotated[float, Field(gt=0, le=MAX_SIZE)]], one_or_list({"type": "number", "exclusiveMinimum": 0})
]
"""One positive number for both axes, or one for each."""


class Interpolating(MovingLayer):
    """A layer whose output has elements in between those of its input.

    FLOPs:
        output elements × 2 × the input elements that each is made of, for a product and a sum:
        4 under bilinear, 16 under bicubic, 36 under lanczos3, 100 under lanczos5; none under nearest.
    """

    shown_fields: ClassVar[tuple[str, ...]] = ("interpolation",)

    interpolation: Interpolation

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return _interpolation(self.interpolation, self.output_shape(*inputs))

    def resizing_operator(self, output: Shape) -> Operator:
        """Return RESIZE_NEAREST_NEIGHBOR or RESIZE_BILINEAR. Errors: UnknownOperatorsError for other interpolations."""
        if self.interpolation not in ("nearest", "bilinear"):
            raise lacking(f"interpolation by `{self.interpolation}`")
        return Operator(output)


def _interpolation(interpolation: str, output: Shape) -> tuple[Work, ...]:
    """Return the work of making an output of elements in between."""
    return (Work(interpolation, 2 * _NEIGHBOURS[interpolation], product(output)),)


class UpSampling(SizeChanging):
    """Each element several times along every axis.

    Shape:
        (*sizes, channels) → (*(size × times), channels).
    Source: https://keras.io/api/layers/reshaping_layers/up_sampling{rank}d/
    """

    main_field: ClassVar[str] = "size"
    note: ClassVar[str] = "size × `size`, how often each element is repeated"

    size: PerAxis = Field(
        2, validate_default=True, description="How many for each element: one number, or one for each axis."
    )

    def resized(self, axis: int, size: int) -> Arithmetic:
        return Product(size, self.size[axis])

    def operators(self, *inputs: Shape) -> Operators:
        """Raise UnknownOperatorsError: an image alone is enlarged by an operator that microcontrollers have."""
        (shape,) = inputs
        raise lacking_repetition(shape, self.size[0])


class UpSampling1D(UpSampling, rank=1):
    """Each step several times along one axis, such as time.

    Source: https://keras.io/api/layers/reshaping_layers/up_sampling1d/
        (Keras's has no `data_format`: its data are channels_last.)
    """

    type: Literal["up_sampling1d"] = "up_sampling1d"


class UpSampling2D(UpSampling, Interpolating, rank=2):
    """A larger image, its rows and columns repeated or interpolated."""

    type: Literal["up_sampling2d"] = "up_sampling2d"

    interpolation: Interpolation = Field("nearest", description="How the elements in between are found.")

    def operators(self, *inputs: Shape) -> Operators:
        """Return what resizes; of two, nearest is what Keras 2 writes.

        Errors: UnknownOperatorsError for other interpolations.
        """
        return (self.resizing_operator(self.output_shape(*inputs)),)


class UpSampling3D(UpSampling, rank=3):
    """A larger volume, its slices, rows and columns repeated."""

    type: Literal["up_sampling3d"] = "up_sampling3d"


class Resizing(Spatial, Interpolating, rank=2):
    """An image in another size: one that is stated, the input's times a factor, or that of a second input.

    Of a second input, as in `inputs: [x, skip]`, nothing but the size is used.

    Shape:
        (height, width, channels) → (`height`, `width`, channels);
        with factor (⌊height × factor⌋, ⌊width × factor⌋, channels), computed in double precision as by PyTorch;
        with a second input (its height, its width, channels).
    Errors:
        No size, or two; an output without elements; an input of another number of axes;
        a height without a width; both ways to keep the aspect ratio.
    Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/
        and https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
    """

    type: Literal["resizing"] = "resizing"
    most_inputs: ClassVar[int | None] = 2
    shape_only: ClassVar[frozenset[int]] = frozenset({1})

    height: Positive | None = Field(None, description="The output's height.", examples=[224])
    width: Positive | None = Field(None, description="The output's width.", examples=[224])
    factor: Factors | None = Field(
        None, description="In place of both: what the sizes are multiplied by, one number or one for each axis."
    )
    interpolation: Interpolation = Field("bilinear", description="How the elements in between are found.")
    crop_to_aspect_ratio: bool = Field(
        False, description="Keep the aspect ratio: of the input the largest part of the output's is taken."
    )
    pad_to_aspect_ratio: bool = Field(
        False, description="Keep the aspect ratio: the input is padded until it has the output's."
    )

    @field_validator("factor", mode="before")
    @classmethod
    def _one_per_axis_or_none(cls, value: Any) -> Any:
        return None if value is None else per_axis(value, cls.rank)

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.height is None) != (self.width is None):
            stated, missing = ("width", "height") if self.height is None else ("height", "width")
            raise FieldError(
                f"has a `{stated}` and no `{missing}`", f"add `{missing}`, or write a `factor` in place of it"
            )
        if self.height is not None and self.factor is not None:
            raise FieldError("has a `height` and a `factor`", "leave `factor` out, or `height` and `width`")
        return self

    @model_validator(mode="after")
    def _one_way_to_keep_the_ratio(self) -> Self:
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise FieldError(
                "has both `crop_to_aspect_ratio` and `pad_to_aspect_ratio`", "leave one of them out, the other keeps it"
            )
        return self

    def output_shape(self, *inputs: Shape) -> Shape:
        _, channels = self.parts(inputs[0])
        return self.join(tuple(step.value for step in self.explain_output(*inputs)), channels)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        """Derive the sizes. Errors: ShapeError where they are stated in no way or in two, or nothing is left."""
        spatial, _ = self.parts(inputs[0])
        self._require_one_size(len(inputs))
        for number, (axis, size) in enumerate(zip(self.axes, spatial, strict=True)):
            if len(inputs) > 1:
                yield Step.of(axis, self.parts(inputs[1])[0][number], f"the {axis} of the second input")
            elif self.factor is None:
                yield Step.of(axis, (self.height, self.width)[number], "as stated")
            elif size is None:
                yield Step.of(axis, None, f"the input's {axis} is unknown")
            else:
                yield self._multiplied(axis, size, self.factor[number])

    def _require_one_size(self, inputs: int) -> None:
        stated = "`height`" if self.height is not None else "`factor`" if self.factor is not None else ""
        if inputs > 1 and stated:
            raise ShapeError(
                f"has a {stated}, and a second input whose size it takes",
                "leave out the one or the other: with a second input the size is not stated",
            )
        if inputs == 1 and not stated:
            raise ShapeError(
                "is not told the size of its output",
                "state `height` and `width`, or a `factor`; or name a layer of that size, as in `inputs: [x, skip]`",
            )

    def _multiplied(self, axis: str, size: int, factor: float) -> Step:
        step = Step.of(axis, Scaled(size, factor), "size × `factor`, rounded down")
        if not step.value:
            raise ShapeError(
                f"has a `factor` of {factor}, which leaves nothing of its input's {axis} of {size}",
                "take a larger factor, or a larger input",
            )
        return step

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradient of the part that is resized, or of the padded input."""
        (spatial, channels), (target, _) = self.parts(inputs[0]), self.parts(self.output_shape(*inputs))
        keeps_ratio = self.crop_to_aspect_ratio or self.pad_to_aspect_ratio
        resized = _fitted(spatial, target, pads=self.pad_to_aspect_ratio) if keeps_ratio else spatial
        return Backward(between=() if resized == spatial else (self.join(resized, channels),))

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the padded input; a part of it is a view."""
        return super().between(*inputs) if self.pad_to_aspect_ratio else ()

    def operators(self, *inputs: Shape) -> Operators:
        """Return what resizes, of which TensorFlow makes none where the size stays.

        Errors: UnknownOperatorsError where the aspect ratio is kept, and for other interpolations than two.
        """
        if self.crop_to_aspect_ratio or self.pad_to_aspect_ratio:
            raise UnknownOperatorsError("it is not known in which operators the aspect ratio is kept")
        output = self.output_shape(*inputs)
        made = Composition(len(inputs))
        made.add(*(() if output == inputs[0] else (self.resizing_operator(output),)), takes=[made.inputs[0]])
        return made.operators


class CenterCrop(Spatial, MovingLayer, rank=2):
    """The middle of an image, in a size that is stated; one that is smaller is enlarged.

    Shape:
        (height, width, channels) → (`height`, `width`, channels).
    FLOPs:
        0; of an image that is smaller along an axis, 8 for each output element: its largest part of the output's
        aspect ratio is enlarged by bilinear interpolation, a product and a sum for each of 4 elements.
    Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/center_crop/
    """

    type: Literal["center_crop"] = "center_crop"

    height: Positive = Field(description="The output's height.", examples=[224])
    width: Positive = Field(description="The output's width.", examples=[224])

    @property
    def target(self) -> tuple[int, int]:
        """The output's spatial sizes."""
        return self.height, self.width

    def output_shape(self, *inputs: Shape) -> Shape:
        _, channels = self.parts(*inputs)
        return self.join(self.target, channels)

    def is_smaller(self, shape: Shape) -> bool | None:
        """Whether an image has to be enlarged; None where it is not known."""
        spatial, _ = self.parts(shape)
        if any(size is not None and size < left for size, left in zip(spatial, self.target, strict=True)):
            return True
        return None if None in spatial else False

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        match self.is_smaller(*inputs):
            case True:
                return _interpolation("bilinear", self.output_shape(*inputs))
            case False:
                return ()
        return None

    def reuse_for(self, *inputs: Shape) -> Reuse:
        return VIEW if self.is_smaller(*inputs) is False else Reuse()

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradient of what has been cropped along one axis, where both are; or of the part enlarged."""
        spatial, channels = self.parts(*inputs)
        if self.is_smaller(*inputs):
            between = _fitted(spatial, self.target)
        elif spatial[1] == self.width:
            between = spatial
        else:
            between = (self.height, spatial[1])
        return Backward(between=() if between == spatial else (self.join(between, channels),))

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return nothing: a part of the input, which may be enlarged, is a view."""
        return ()

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        note = {
            True: "as stated; the largest part of this aspect ratio is enlarged",
            False: "as stated; of the rest one half is cut off on either side",
            None: "as stated",
        }[self.is_smaller(*inputs)]
        for axis, left in zip(self.axes, self.target, strict=True):
            yield Step.of(axis, left, note)


def _fitted(spatial: Shape, target: Shape, *, pads: bool = False) -> Shape:
    """Return the sizes of an image cropped, or padded, to the aspect ratio of another, as Keras computes them.

    What is not known of it stays as it is.
    """
    (height, width), (target_height, target_width) = spatial, target
    if height is None or width is None or target_height is None or target_width is None:
        return spatial
    at_ratio = int(width * target_height / target_width), int(height * target_width / target_height)
    if pads:
        return tuple(
            size + 2 * ((max(size, wanted) - size) // 2) for size, wanted in zip((height, width), at_ratio, strict=True)
        )
    return tuple(max(min(size, wanted), 1) for size, wanted in zip((height, width), at_ratio, strict=True))
