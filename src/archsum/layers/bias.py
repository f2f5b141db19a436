"""What layers do with what their kernels give: they add a bias, tied or untied, and apply an activation."""

from typing import NamedTuple

from archsum.errors import ShapeError, enumerate_words, quote
from archsum.layers.activations import activation_work, result_kept
from archsum.layers.arithmetic import Product, equation
from archsum.layers.base import Backward, Kept, Layer, Weight, Work
from archsum.layers.fields import DataFormat
from archsum.layers.operators import CLAMPS, Operator, Operators, activation_operators
from archsum.layers.shapes import Shape, product, require_known, show, total
from archsum.layers.spatial import AXES
from archsum.layers.untied import Axis, Bias, UntiedAlong, write_bias


class BiasAndActivation(NamedTuple):
    """What comes behind the products of a layer with `number` filters or units (`each`), whose output has `axes`.

    A bias of kind False, or an activation None, is not there.
    """

    kind: Bias
    output: Shape
    axes: tuple[str, ...]
    number: int
    each: str
    activation: str | None = None
    data_format: DataFormat = "channels_last"

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The bias itself. Where it is untied along some axes alone, it has size 1 along the others, and is repeated.

        Errors: ShapeError where it is untied along an axis that is unknown, or that the output does not have.
        """
        if not self.kind:
            return ()
        if self.kind == "tied":
            return (Weight("bias", (self.number,), (self.each,)),)
        untied = self.untied_axes
        sizes = dict(zip(untied, self._sizes_of(untied), strict=True))
        shape = tuple(self.number if axis == self._channels else sizes.get(axis, 1) for axis in range(len(self.output)))
        return (Weight("bias", shape, self.axes, tied_size=self.number if len(shape) > 1 else None),)

    @property
    def untied_axes(self) -> tuple[int, ...]:
        """The positions of the axes along which the bias is untied, beside the channels.

        Errors: ShapeError for an axis that the output does not have, or that is named twice.
        """
        if not isinstance(self.kind, UntiedAlong):
            return self._locations if self.kind == "untied" else ()
        known: dict[Axis, int] = {self.axes[axis]: axis for axis in self._locations}
        known |= {axis + 1: axis for axis in self._locations}
        for name in self.kind.axes:
            if name not in known:
                raise self._lacks(name)
        untied = tuple(sorted({known[name] for name in self.kind.axes}))
        if len(untied) < len(self.kind.axes):
            raise ShapeError(
                f"unties its bias along an axis twice: `bias: {write_bias(self.kind.axes)}`",
                f"write `bias: {write_bias(map(self._label, untied))}`",
            )
        return untied

    @property
    def work(self) -> tuple[Work, ...]:
        """What it takes to add it, and what the activation takes."""
        elements = product(self.output)
        added = (Work("bias", 1, elements),) if self.kind else ()
        return added + activation_work(self.activation, elements)

    def kept(self, operation: int) -> tuple[Kept, ...]:
        """Return what training keeps of both; the activation is the layer's last operation, of that number."""
        return tuple(kept._replace(operation=operation) for kept in result_kept(self.activation, self.output))

    @property
    def activated(self) -> tuple[Shape, ...]:
        """The shape of what the activation takes; nothing where there is none."""
        return () if self.activation in (None, "linear") else (self.output,)

    def operators_behind(self, products: Operator) -> Operators:
        """Return the operator that makes the products, with the bias, and those behind it."""
        size = total(weight.size for weight in self.weights)
        biased: Operators = (products._replace(biases=size or products.biases),)
        if size not in (0, self.number):
            # Biases that differ between locations are an addition of their own; where there is one, they are as tied.
            biased = products, Operator(products.output, absorbs=CLAMPS, weights=size)
        return *biased, *activation_operators(self.activation, self.output)

    @property
    def note(self) -> str:
        """What the bias is, and what the other kinds of bias would be."""
        size = Product(*self.output)
        tied, untied = f"{self.number:,}", "unknown, as a size is" if size.value is None else equation(size)
        if len(self.output) == 1:
            same = "tied and untied are the same where there is one location"
            return f"one for each of the {self.each}; {same}" if self.kind else f"no bias; it would be {tied}"
        if self.kind == "tied":
            return f"one for each of the {self.each}; untied, one for each output location too: {untied}"
        if not self.kind:
            return f"no bias; tied it would be {tied}, untied {untied}"
        if self.untied_axes == self._locations:
            return f"one for each of the {self.each} and each output location; tied it would be {tied}"
        along = f"one for each of the {self.each} and each location along {self._words(self.untied_axes)}"
        return f"{along}; tied it would be {tied}, untied along all axes {untied}"

    @property
    def _channels(self) -> int:
        return 0 if self.data_format == "channels_first" else len(self.output) - 1

    @property
    def _locations(self) -> tuple[int, ...]:
        return tuple(axis for axis in range(len(self.output)) if axis != self._channels)

    def _sizes_of(self, untied: tuple[int, ...]) -> tuple[int, ...]:
        """Return the sizes of the axes along which the bias is untied. Errors: ShapeError for one that is unknown."""
        where = "output location" if untied == self._locations else f"location along {self._words(untied)}"
        known = [self._label(axis) for axis in untied if self.output[axis] is not None]
        cure = f"write `bias: {write_bias(known)}`, or `bias: tied`" if known else "write `bias: tied`"
        sizes = tuple(self.output[axis] for axis in untied)
        names = tuple(self.axes[axis] for axis in untied)
        return require_known(sizes, names, f"its untied bias, one for each {where}", cure)

    def _lacks(self, name: Axis) -> ShapeError:
        """Return the error for an axis that the output does not have."""
        message = f"cannot untie its bias along {quote(name)}: its output is {show(self.output)}"
        if not self._locations:
            return ShapeError(message, "write `bias: tied`: with one location there is nothing to untie")
        labels = [str(self._label(axis)) for axis in self._locations]
        return ShapeError(message, f"it can be untied along {enumerate_words(labels)}")

    def _label(self, axis: int) -> Axis:
        """Return what a file calls an axis: where there are too many for names, its number."""
        return self.axes[axis] if len(self.output) - 1 in AXES else axis + 1

    def _words(self, axes: tuple[int, ...]) -> str:
        labels = [self._label(axis) for axis in axes]
        return " and ".join(f"the {label}" if isinstance(label, str) else f"axis {label}" for label in labels)


class BiasedLayer(Layer):
    """A layer that adds a bias to its products, and may apply an activation.

    FLOPs:
        2 × MACs + output elements × (1 for a bias + 1 for an activation, 3 for softmax).
    """

    def behind_products(self, *inputs: Shape) -> BiasAndActivation:
        """Return the bias and the activation, of which there may be none."""
        raise NotImplementedError

    def bias_note(self, *inputs: Shape) -> str:
        return self.behind_products(*inputs).note

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return self.behind_products(*inputs).work

    def backward(self, *inputs: Shape) -> Backward:
        return Backward(between=self.behind_products(*inputs).activated)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the products too, where biases are untied: adding them is an operation of its own."""
        behind = self.behind_products(*inputs)
        added = any(weight.untied for weight in behind.weights)
        return *super().between(*inputs), *(behind.output,) * added
