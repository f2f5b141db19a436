"""Layers that hold one with a kernel, which is normalized."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, field_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers import kind_of
from archsum.layers.base import Backward, Kept, Layer, Operations, Reuse, Step, Weight
from archsum.layers.fields import Positive
from archsum.layers.kernel import FILTERS_OF_A_CHANNEL
from archsum.layers.operators import Operators
from archsum.layers.sequence import SequenceLayer
from archsum.layers.shapes import Shape, product
from archsum.layers.wrapper import HeldLayer, Wrapper


class KernelWrapper(Wrapper):
    """A layer that holds one with a kernel, or a table, and makes another of it while the network is trained.

    Shape:
        The layer's.
    MACs:
        The layer's; what is made of the kernel is the same for all samples, and at inference made once.
    FLOPs:
        The layer's.
    Errors:
        A layer without a kernel or a table; what the layer refuses.
    """

    layer: HeldLayer = Field(
        description="The layer that it holds.", examples=[{"conv2d": {"filters": 64, "kernel_size": 3}}]
    )

    @field_validator("layer", mode="before")
    @classmethod
    def _held_layer_fits(cls, value: Any) -> Any:
        if isinstance(value, Layer) and (value.least_inputs > 1 or value.most_inputs == 0):
            raise FieldError(
                f"holds `{kind_of(type(value))}`, which does not take one input", "a wrapper passes one on"
            )
        return value

    def uses(self, *inputs: Shape) -> int | None:
        return 1

    def kernel(self, *inputs: Shape) -> Weight:
        """Return the kernel, or the table. Errors: ShapeError where the layer has none."""
        # A recurrent layer's belongs to its cell, which neither Keras nor PyTorch looks into.
        is_recurrent = isinstance(self.layer, SequenceLayer)
        weights = () if is_recurrent else self.layer.weights(*inputs)
        for weight in weights:
            if weight.name in ("kernel", "embeddings") and weight.shape:
                return weight
        raise ShapeError(
            f"holds `{self.held}`, which has no kernel of its own and no table", "write the layer by itself"
        )

    def output_shape(self, *inputs: Shape) -> Shape:
        self.kernel(*inputs)
        return self.layer.output_shape(*inputs)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        return self.layer.multiply_accumulates(*inputs)

    def reuse_for(self, *inputs: Shape) -> Reuse:
        return self.layer.reuse_for(*inputs)

    def made_kernel(self, *inputs: Shape) -> tuple[Kept, ...]:
        """Return the kernel that is made, which is kept where the data are multiplied by it, and not for a table."""
        kernel = self.kernel(*inputs)
        return (Kept("made_kernel", shape=kernel.shape, per_batch=True),) * (kernel.name == "kernel")

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        yield from self.layer.explain_output(*inputs)


class SpectralNormalization(KernelWrapper):
    """A layer whose kernel is divided by its largest singular value, as for the discriminator of a GAN.

    The value comes of vector_u, which power iterations bring nearer to it in each step of training.

    Weights:
        The layer's; not trainable: vector_u (1, the kernel's last size).
    Kept:
        The layer's; the kernel that is made, of the kernel's shape, once for the batch; unless the kernel is frozen
        two vectors, one of the kernel's last size and one of its others, and the value, one number.
    Source: https://keras.io/api/layers/normalization_layers/spectral_normalization/
        (PyTorch's has vector_v too, as a second tensor that is not trained.)
    """

    type: Literal["spectral_normalization"] = "spectral_normalization"

    power_iterations: Positive = Field(1, description="How often a step of training brings vector_u nearer.")

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        kernel = self.kernel(*inputs)
        vector = Weight("vector_u", (1, kernel.shape[-1]), ("1", *kernel.axes[-1:]), trainable=False)
        held = self.held_weights(self.held, *inputs)
        of_kernel = tuple(weight for weight in held if weight.name == f"{self.held}/{kernel.name}")
        # Keras takes the kernel for the wrapper's own weight, so that it comes before vector_u, and others after it.
        return *of_kernel, vector, *(weight for weight in held if weight not in of_kernel)

    def operators(self, *inputs: Shape) -> Operators:
        """Return the layer's: at inference Keras applies it as it is."""
        self.kernel(*inputs)
        return self.layer.operators(*inputs)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return what PyTorch's `spectral_norm` keeps beside the layer."""
        kept, (*others, last) = self.layer.kept(*inputs), self.kernel(*inputs).shape
        vectors = {"vector_u": (last,), "vector_v": (product(tuple(others)),), "norm": ()}
        of_norm = (Kept(name, shape=shape, per_batch=True, for_weights=True) for name, shape in vectors.items())
        return None if kept is None else (*kept, *self.made_kernel(*inputs), *of_norm)

    def backward(self, *inputs: Shape) -> Backward:
        """Return the layer's, and what PyTorch computes with on both ways that lead to the kernel."""
        backward, kernel = self.layer.backward(*inputs), self.kernel(*inputs)
        return backward._replace(per_batch=(*backward.per_batch, *(kernel.shape,) * 4))


class WeightNormalization(KernelWrapper):
    """A layer whose kernel has a length and a direction as its weights: a length for each filter.

    What PyTorch's `weight_norm` is with `dim: 0`, its default: the lengths are along the first axis of PyTorch's
    weights, which is the last of a kernel here, or of a depthwise kernel the last two, and the first of a table.

    Weights:
        The layer's, with two in the place of the kernel: original0, the lengths, of its shape with 1 along other axes;
        original1, the directions, of its shape.
    Kept:
        The layer's; the kernel that is made, of the kernel's shape, once for the batch; unless the kernel is frozen
        the lengths that the directions have.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.weight_norm.html
    """

    type: Literal["weight_normalization"] = "weight_normalization"

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return tuple(part for weight in self.held_weights(self.held, *inputs) for part in self._parts(weight, *inputs))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return what PyTorch keeps beside the layer."""
        kept, lengths = self.layer.kept(*inputs), _lengths(self.kernel(*inputs))
        norm = Kept("norm", shape=lengths, per_batch=True, for_weights=True)
        return None if kept is None else (*kept, *self.made_kernel(*inputs), norm)

    def backward(self, *inputs: Shape) -> Backward:
        """Return the layer's, and the gradient of the kernel that is made."""
        backward, kernel = self.layer.backward(*inputs), self.kernel(*inputs)
        return backward._replace(per_batch=(*backward.per_batch, kernel.shape))

    def _parts(self, weight: Weight, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the two weights in the place of the kernel; another is left as it is."""
        kernel = self.kernel(*inputs)
        if weight.name != f"{self.held}/{kernel.name}":
            return (weight,)
        lengths = weight._replace(name=f"{weight.name}/original0", shape=_lengths(kernel), note="lengths")
        return lengths, weight._replace(name=f"{weight.name}/original1", note="directions")


def _lengths(kernel: Weight) -> Shape:
    """Return the shape of what there is for each element of the first axis of PyTorch's weights."""
    places = range(len(kernel.shape))
    if kernel.name == "embeddings":
        of_each = places[:1]
    else:
        of_each = places[-2:] if kernel.axes[-1:] == (FILTERS_OF_A_CHANNEL,) else places[-1:]
    return tuple(size if place in of_each else 1 for place, size in enumerate(kernel.shape))
