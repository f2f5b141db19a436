"""Learned biases of attention's scores, which tell the positions from one another by how far apart they are."""

from collections.abc import Iterator
from math import prod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from archsum.layers.arithmetic import Difference, Product
from archsum.layers.axis import Sizes
from archsum.layers.base import IdleLayer, Kept, Step, Weight
from archsum.layers.fields import Positive
from archsum.layers.shapes import Shape


class RelativePositionBias(IdleLayer):
    """A learned number for each head and each distance between two positions, which `multi_head_attention` adds.

    It takes no input; attention with `score_bias: true` takes it as its last one. Swin's layers have a table each, of
    all distances within a window. In T5 all layers of a stack take the same one, whose rows are buckets: several
    distances, the farther apart the more.

    Shape:
        (num_heads, positions, positions), where the positions are the product of window_size; the same for each sample.
    Weights:
        table (the product of 2 × size − 1 over window_size, num_heads);
        with num_buckets (num_buckets, num_heads).
    MACs:
        0; rows are looked up, not computed.
    FLOPs:
        0; attention adds it.
    Kept:
        which row each number is from, unless the table is frozen: positions × positions, as whole numbers of 8 bytes,
        once for the batch.
    Errors:
        An input.
    Source: Liu et al. 2021, https://arxiv.org/abs/2103.14030, and torchvision's ShiftedWindowAttention;
        Raffel et al. 2020, https://arxiv.org/abs/1910.10683, section 2.1, and Hugging Face's T5Attention.
    """

    least_inputs: ClassVar[int] = 0
    most_inputs: ClassVar[int | None] = 0

    type: Literal["relative_position_bias"] = "relative_position_bias"

    num_heads: Positive = Field(description="The number of the attention's heads.", examples=[3])
    window_size: Annotated[Sizes, Field(min_length=1)] = Field(
        description="The positions that see one another: the length of a sequence, or the sizes of a window.",
        examples=[[7, 7]],
    )
    num_buckets: Positive | None = Field(
        None, description="How many numbers a head has for all distances; by default one for each distance."
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        positions = prod(self.window_size)
        return (self.num_heads, positions, positions)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        rows = self.num_buckets or prod(2 * size - 1 for size in self.window_size)
        return (Weight("table", (rows, self.num_heads), (self._row, "heads")),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the numbers of the rows, which say whose gradients come together."""
        _, *positions = self.output_shape()
        return (Kept("rows", shape=tuple(positions), itemsize=8, per_batch=True, for_weights=True),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        yield Step.of("positions", Product(*self.window_size), "`window_size`; each sees all of them")
        if self.num_buckets is None:
            ways = Product(*(Difference(Product(2, size), 1) for size in self.window_size))
            yield Step.of("distances", ways, "along an axis from −(size − 1) to size − 1")

    @property
    def _row(self) -> str:
        """What a row of the table is for."""
        return "distances" if self.num_buckets is None else "buckets"
