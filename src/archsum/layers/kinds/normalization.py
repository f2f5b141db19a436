"""Normalization by statistics of the data that pass through."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers.axis import AlongChannels, Axes, axis_name, known_sizes, positions, reduced, sample_position
from archsum.layers.base import Backward, ElementwiseLayer, Kept, Weight, WeightlessLayer
from archsum.layers.operators import (
    CLAMPS,
    Composition,
    Operator,
    Operators,
    UnknownOperatorsError,
    factor_operator,
    offset_operator,
    reducing_operator,
)
from archsum.layers.shapes import Shape, product, require_groups, show


class NormalizationLayer(ElementwiseLayer):
    """A layer that brings the data to a common scale.

    Errors:
        An axis that the input does not have, or whose size is unknown.
    """

    epsilon: float = Field(0.001, description="Added to the variance, so that nothing is divided by 0.")


class ScaledAndCentered(NormalizationLayer):
    """Normalization with a learned factor and a learned offset.

    FLOPs:
        5 for each element: what it adds to the mean, its deviation, the deviation's square, what that adds to the
        variance, and the quotient; + 1 if scale, + 1 if center.
    """

    center: bool = Field(True, description="Add the learned offset beta.")
    scale: bool = Field(True, description="Multiply by the learned factor gamma.")

    @property
    def each(self) -> tuple[str, int]:
        return "normalization", 5 + self.scale + self.center

    def gamma_and_beta(self, shape: tuple[int, ...], axes: tuple[str, ...]) -> tuple[Weight, ...]:
        """Return the factor and the offset."""
        gamma, beta = Weight("gamma", shape, axes), Weight("beta", shape, axes)
        return (gamma,) * self.scale + (beta,) * self.center

    def normalizing_operators(
        self,
        shape: Shape,
        statistics: Shape,
        factors: Shape,
        axes: int,
        constants: int | None,
        *,
        squared_at_once: bool,
    ) -> Operators:
        """Return the operators by which Keras normalizes data by statistics along some axes, as it composes them.

        It makes a factor and an offset of mean, variance, gamma and beta, which have the shape `factors` once gamma or
        beta is there, of so many constants each; `squared_at_once` is whether difference and square are one operator.
        """
        each, statistic, constant = Operator(shape), Operator(statistics), Operator(factors, weights=constants)
        averaged = reducing_operator(statistics, shape, axes, sums=True)
        square = (each._replace(stays_float=True),) * (not squared_at_once)
        made = Composition()
        (x,) = made.inputs
        mean = made.add(averaged)
        negated = made.add(statistic._replace(stays_float=True))
        made.add(each, *square, takes=[mean, x])
        inverse = made.add(averaged, statistic, statistic)
        factor = made.add(*(constant,) * self.scale, takes=[inverse])
        product = made.add(Operator(factors if self.scale else statistics), takes=[factor, negated])
        offset = made.add(*(constant,) * self.center, takes=[product])
        multiplied = made.add(each, takes=[x, factor])
        made.add(each._replace(absorbs=CLAMPS), takes=[multiplied, offset])
        return made.operators


class BatchNormalization(AlongChannels, ScaledAndCentered):
    """Each channel by its mean and variance over the batch and all locations.

    Weights:
        gamma (channels) if scale; beta (channels) if center;
        not trainable: moving_mean (channels), moving_variance (channels),
        and with renorm moving_stddev, renorm_mean, renorm_stddev (channels each).
    FLOPs:
        2 for each element: at inference weights and moving statistics are one factor and one offset for each channel.
    Kept:
        input; mean and 1 / deviation, (channels) each, 4 bytes an element, once for the batch;
        with renorm also the factor that corrects the data, (channels), and unless gamma is frozen what comes out.
    Source: https://keras.io/api/layers/normalization_layers/batch_normalization/
    """

    type: Literal["batch_normalization"] = "batch_normalization"
    each: ClassVar[tuple[str, int]] = ("normalization", 2)

    momentum: float = Field(0.99, description="How slowly the moving statistics follow the batches.")
    renorm: bool = Field(False, description="Batch renormalization, which keeps three more statistics.")

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        shape, axes = (self.channels(*inputs),), ("channels",)
        statistics = ["moving_mean", "moving_variance"]
        if self.renorm:
            statistics += ["moving_stddev", "renorm_mean", "renorm_stddev"]
        return *self.gamma_and_beta(shape, axes), *(Weight(name, shape, axes, trainable=False) for name in statistics)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        (shape,) = inputs
        names = ("mean", "inverse_deviation", *(("correction",) * self.renorm))
        statistics = _statistics(names, (self.channels(shape),), per_batch=True)
        corrected = (Kept("corrected", shape=shape, for_weights=True),) * (self.renorm and self.scale)
        return Kept("input"), *statistics, *corrected

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradient of what is corrected, which only renormalization has."""
        return Backward(scratch=inputs * self.renorm)

    def operators(self, *inputs: Shape) -> Operators:
        """Return a factor and an offset, which the weights and the bias of a layer before it can take in."""
        (shape,) = inputs
        channels = self.channels(shape)
        return factor_operator(shape, channels), offset_operator(shape, channels)


class GroupNormalization(AlongChannels, ScaledAndCentered):
    """Groups of channels, each by its mean and variance over all locations of one sample.

    With `groups: -1` each channel is a group: instance normalization.

    Weights:
        gamma (channels) if scale; beta (channels) if center.
    Kept:
        input; mean and 1 / deviation, (groups) each, 4 bytes an element.
    Errors:
        An axis that the input does not have, or whose size is unknown;
        channels that are not divisible by groups.
    Source: https://keras.io/api/layers/normalization_layers/group_normalization/
    """

    type: Literal["group_normalization"] = "group_normalization"
    main_field: ClassVar[str] = "groups"
    shown_fields: ClassVar[tuple[str, ...]] = ("groups",)

    groups: int = Field(32, description="The number of groups; −1: as many as channels.")

    @field_validator("groups", mode="before")
    @classmethod
    def _positive_or_all(cls, value: object) -> object:
        if type(value) is int and value < 1 and value != -1:
            message = f"takes a number of at least 1, or `-1` for as many groups as channels, not {value}"
            raise FieldError(message, "write `-1`, or a number that divides the channels")
        return value

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        channels = self.channels(*inputs)
        require_groups(channels, self.groups, otherwise=", or −1 for as many as channels")
        return self.gamma_and_beta((channels,), ("channels",))

    def operators(self, *inputs: Shape) -> Operators:
        """Return those of the data with an axis for the groups. Errors: UnknownOperatorsError for another axis."""
        (shape,) = inputs
        channels = self.channels(shape)
        if sample_position(self.chosen_axis, shape) != len(shape):
            raise UnknownOperatorsError("it is only known along the last axis")
        groups = channels if self.groups == -1 else self.groups
        grouped, each = (*shape[:-1], groups, channels // groups), (1,) * len(shape[:-1])
        statistics, factors = (*each, groups, 1), (*each, groups, channels // groups)
        normalized = self.normalizing_operators(
            grouped, statistics, factors, len(shape), channels, squared_at_once=False
        )
        return Operator(grouped, "reshape"), *normalized, Operator(shape, "reshape")

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        groups = self.channels(*inputs) if self.groups == -1 else self.groups
        return Kept("input"), *_statistics(("mean", "inverse_deviation"), (groups,))


class InstanceNormalization(AlongChannels, ScaledAndCentered):
    """Each channel of one sample by its own mean and variance over all locations, as in style transfer.

    Without `scale` and `center` it has no weights, which is PyTorch's default; `affine: true` there is both here.
    Keras has the same as `group_normalization` with `groups: -1`, by default with both.

    Weights:
        gamma (channels) if scale; beta (channels) if center;
        not trainable: moving_mean (channels), moving_variance (channels) with track_running_stats.
    FLOPs:
        5 for each element: what it adds to the mean, its deviation, the deviation's square, what that adds to the
        variance, and the quotient; + 1 if scale, + 1 if center;
        2 for each element with track_running_stats, as for batch_normalization.
    Kept:
        input; mean and 1 / deviation, (channels) each, 4 bytes an element;
        gamma, moving_mean and moving_variance, as far as there are, once for each sample.
    Errors:
        An axis that the input does not have, or with weights one whose size is unknown;
        an input of one location, or without any, where nothing deviates from the mean.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
    """

    type: Literal["instance_normalization"] = "instance_normalization"

    epsilon: float = Field(1e-5, description="Added to the variance, so that nothing is divided by 0.")
    center: bool = Field(False, description="Add the learned offset beta.")
    scale: bool = Field(False, description="Multiply by the learned factor gamma.")
    track_running_stats: bool = Field(
        False, description="Keep a moving mean and variance, which take the place of a sample's at inference."
    )

    @property
    def each(self) -> tuple[str, int]:
        return ("normalization", 2) if self.track_running_stats else super().each

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        place = sample_position(self.chosen_axis, shape)
        locations = shape[: place - 1] + shape[place:]
        if product(locations) == 1:
            raise ShapeError(
                f"takes data of more than one location for each channel, not {show(shape)}, which less its mean is 0",
                "leave it out, or write `layer_normalization` or `batch_normalization` in its place",
            )
        return shape

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        if not (self.scale or self.center or self.track_running_stats):
            return ()
        shape, axes = (self.channels(*inputs),), ("channels",)
        statistics = (Weight(name, shape, axes, trainable=False) for name in ("moving_mean", "moving_variance"))
        return *self.gamma_and_beta(shape, axes), *(statistics if self.track_running_stats else ())

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        (shape,) = inputs
        each = self._each_channel(shape)
        repeated = ["gamma"] * self.scale + ["moving_mean", "moving_variance"] * self.track_running_stats
        statistics = _statistics(("mean", "inverse_deviation"), each)
        return Kept("input"), *statistics, *(Kept(f"repeated_{name}", shape=each) for name in repeated)

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradients of gamma and beta for each sample, which PyTorch adds up one after the other."""
        each = self._each_channel(*inputs)
        scratch, per_batch = (each,) * (self.scale or self.center), (each,) * (self.scale and self.center)
        return Backward(scratch=scratch, per_batch=per_batch)

    def _each_channel(self, shape: Shape) -> Shape:
        """Return the shape of what there is for each channel."""
        return (shape[sample_position(self.chosen_axis, shape) - 1],)

    def operators(self, *inputs: Shape) -> Operators:
        """Raise UnknownOperatorsError: Keras, whose models the converter takes, has it by another name."""
        if self.track_running_stats:
            raise UnknownOperatorsError("it is not known with `track_running_stats`")
        fields = [f"{name}: false" for name in ("center", "scale") if not getattr(self, name)]
        named = ", ".join(["groups: -1", f"epsilon: {self.epsilon}", *fields])
        raise UnknownOperatorsError(
            "Keras has no layer of this name", f"write `group_normalization: {{{named}}}`, which is the same"
        )


class NormalizationAlongAxes(NormalizationLayer):
    """Normalization of one sample, with a weight for each element along some axes."""

    axis: Axes = Field(
        -1, validate_default=True, description="The axes that are normalized, one or a list; the batch is 0."
    )

    def along_axes(self, shape: Shape) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return the shape of such weights, and its axes' names.

        Errors: ShapeError where there is no such axis, or its size is unknown.
        """
        # Keras sorts the axes as they are written, so that −1 comes before 1.
        axes = tuple(sorted(self.axis))
        names = tuple(map(axis_name, positions(axes, shape)))
        return known_sizes(axes, shape, "its weights, one for each element along it"), names


class LayerNormalization(NormalizationAlongAxes, ScaledAndCentered):
    """One sample by its mean and variance along some axes.

    Weights:
        gamma (the axes' sizes) if scale; beta (the axes' sizes) if center.
    Kept:
        input; mean and 1 / deviation, of the input's shape with size 1 on the axes each, 4 bytes an element.
    Source: https://keras.io/api/layers/normalization_layers/layer_normalization/
    """

    type: Literal["layer_normalization"] = "layer_normalization"

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        (shape,) = inputs
        if not (self.scale or self.center):
            positions(self.axis, shape)
            return ()
        return self.gamma_and_beta(*self.along_axes(shape))

    def operators(self, *inputs: Shape) -> Operators:
        (shape,) = inputs
        statistics, over_batch = reduced(self.axis, shape)
        if over_batch:
            raise UnknownOperatorsError("it is not known along the batch")
        constants = next((weight.size for weight in self.weights(shape)), 0)  # all have as many
        return self.normalizing_operators(shape, statistics, shape, len(self.axis), constants, squared_at_once=True)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return Kept("input"), *_statistics(("mean", "inverse_deviation"), *reduced(self.axis, *inputs))


class RMSNormalization(NormalizationAlongAxes):
    """One sample by its root mean square along some axes.

    Weights:
        scale (the axes' sizes).
    FLOPs:
        4 for each element: its square, what that adds to the mean, the quotient and the factor.
    Kept:
        input; 1 / root mean square, of the input's shape with size 1 on the axes, 4 bytes an element;
        the quotient, of the input's shape, unless the factor is frozen.
    Errors:
        An axis that the input does not have, or whose size is unknown;
        axes of other sizes than the last ones have, along which Keras, and PyTorch's RMSNorm, multiply.
    Source: https://keras.io/api/layers/normalization_layers/rms_normalization/
    """

    type: Literal["rms_normalization"] = "rms_normalization"
    each: ClassVar[tuple[str, int]] = ("normalization", 4)

    epsilon: float = Field(1e-6, description="Added to the mean square, so that nothing is divided by 0.")

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        (shape,) = inputs
        sizes, axes = self.along_axes(shape)
        last = shape[len(shape) - len(sizes) :]
        if not all(along in (size, None) or size == 1 for size, along in zip(sizes, last, strict=True)):
            raise ShapeError(
                f"has a scale of {show(sizes)}, which Keras multiplies along the last axes, {show(last)}",
                "write the last axes, as in `axis: -1`, or `permute` the input first",
            )
        return (Weight("scale", sizes, axes),)

    def operators(self, *inputs: Shape) -> Operators:
        (shape,) = inputs
        statistics, _ = reduced(self.axis, shape)
        (scale,) = self.weights(shape)
        quotient = _divided_by_root(shape, statistics, len(self.axis))
        return *quotient, Operator(shape, absorbs=CLAMPS, weights=scale.size)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        (shape,) = inputs
        divisor = _statistics(("inverse_root_mean_square",), *reduced(self.axis, shape))
        return Kept("input"), *divisor, Kept("quotient", shape=shape, for_weights=True)

    def backward(self, *inputs: Shape) -> Backward:
        """Return the tensors of the operations that PyTorch composes it of, four at a time beside the gradient."""
        return Backward(scratch=inputs * 4)


class UnitNormalization(ElementwiseLayer, WeightlessLayer):
    """Vectors along some axes, brought to length 1.

    FLOPs:
        3 for each element: its square, what that adds to the length, and the quotient.
    Kept:
        input; the length, and the same bounded from below, of the input's shape with size 1 on the axes each.
    Errors:
        An axis that the input does not have.
    Source: https://keras.io/api/layers/normalization_layers/unit_normalization/
    """

    type: Literal["unit_normalization"] = "unit_normalization"
    each: ClassVar[tuple[str, int]] = ("normalization", 3)

    axis: Axes = Field(
        -1, validate_default=True, description="The axes along which a vector lies, one or a list; the batch is 0."
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        positions(self.axis, shape)
        return shape

    def operators(self, *inputs: Shape) -> Operators:
        (shape,) = inputs
        statistics, _ = reduced(self.axis, shape)
        return _divided_by_root(shape, statistics, len(self.axis))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return Kept("input"), *_statistics(("length", "divisor"), *reduced(self.axis, *inputs), itemsize=None)

    def backward(self, *inputs: Shape) -> Backward:
        """Return the tensors of the operations that it is composed of, three at a time beside the gradient."""
        return Backward(scratch=inputs * 3)


def _divided_by_root(shape: Shape, statistics: Shape, axes: int) -> Operators:
    """Return the squares, their sum or mean, what keeps it from 0 before or behind the root, and the quotient."""
    each, statistic = Operator(shape), Operator(statistics)
    made = Composition()
    (x,) = made.inputs
    averaged = reducing_operator(statistics, shape, axes, sums=True)
    inverse = made.add(each._replace(stays_float=True), averaged, statistic, statistic)
    made.add(each._replace(absorbs=CLAMPS), takes=[inverse, x])
    return made.operators


def _statistics(
    names: tuple[str, ...], shape: Shape, per_batch: bool = False, itemsize: int | None = 4
) -> tuple[Kept, ...]:
    """Keep statistics, which are in 32 bits whatever the data are."""
    return tuple(Kept(name, shape=shape, itemsize=itemsize, per_batch=per_batch) for name in names)
