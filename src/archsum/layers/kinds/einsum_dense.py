"""Dense layers by an equation: which axes are multiplied, which are added up, and which stay."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from archsum.errors import FieldError, ShapeError, enumerate_words, quote, write_scalar
from archsum.layers.arithmetic import Product
from archsum.layers.base import Backward, Gradient, Kept, Operations, Step, Weight
from archsum.layers.bias import BiasAndActivation, BiasedLayer
from archsum.layers.equations import Equation
from archsum.layers.fields import Activation, Positive, TupleOf
from archsum.layers.shapes import Shape, show
from archsum.layers.untied import Bias


def _one_or_several(value: Any) -> Any:
    return (value,) if type(value) is int else value


OutputSizes = Annotated[
    TupleOf[Positive | None],
    BeforeValidator(_one_or_several, json_schema_input_type=Positive | list[Positive | None]),
]


class EinsumDense(BiasedLayer):
    """A dense layer by an equation, as `abc,cd->abd`: each letter is an axis, and the output lacks what is added up.

    The equation's letters are the data's axes, the batch first, the kernel's and the output's; `...` are any number of
    axes, at the front with the batch, or at the end.

    Shape:
        the equation's output: axes that the data have keep their sizes, others are `output_shape`'s.
    Weights:
        kernel (the sizes of its letters);
        with bias_axes, bias (the output's sizes from the first of them on, 1 along other axes).
    MACs:
        the sizes of all axes of data and kernel, each once.
    Kept:
        input, or the copy of it that PyTorch turns or adds up first, unless the kernel is frozen;
        the kernel where PyTorch turns it; of the activation its result, or its input.
    Errors:
        An equation that is none; an input of another number of axes;
        an output_shape of another number of sizes, or of others than the input has;
        a kernel's axis whose size is unknown; bias_axes that the output does not have.
    Source: https://keras.io/api/layers/core_layers/einsum_dense/
        (Keras leaves the output's size unknown where output_shape is null, here it is the input's.)
    """

    type: Literal["einsum_dense"] = "einsum_dense"
    shown_fields: ClassVar[tuple[str, ...]] = ("equation", "activation")

    equation: str = Field(
        description="The axes of data, kernel and output, the batch first; `...` are any number of axes.",
        examples=["abc,cd->abd"],
    )
    output_shape_: OutputSizes = Field(
        alias="output_shape",
        description="The output's sizes without the batch and the axes of `...`; null: the input's.",
        examples=[[None, 64]],
    )
    activation: Activation | None = Field(None, description="An elementwise function of the output.")
    bias_axes: str | None = Field(None, description="The output's axes that have a bias of their own; null: no bias.")

    @field_validator("equation")
    @classmethod
    def _is_an_equation(cls, value: str) -> str:
        Equation.parse(value)
        return value

    @model_validator(mode="after")
    def _bias_lies_along_the_output(self) -> Self:
        output = Equation.parse(self.equation).output
        for letter in self.bias_axes or "":
            if letter not in output:
                message = f"has a bias along {quote(letter)}, which is no axis of the output, {quote(output)}"
                raise FieldError(message, f"write letters of the output in `bias_axes`, such as `{output[-1]}`")
        return self

    @field_validator("bias_axes")
    @classmethod
    def _some_axes_or_no_bias(cls, value: str | None) -> str | None:
        if value == "":
            raise FieldError("is empty", "write letters of the output, or leave it out: there is no bias by default")
        return value

    @cached_property
    def _parsed(self) -> Equation:
        return Equation.parse(self.equation)

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        names, sizes = self._parsed.on(shape), self._sizes(shape)
        return tuple(sizes[name] for name in names.output[1:])

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        (shape,) = inputs
        names, sizes, stated = self._parsed.on(shape), self._sizes(shape), self._stated(shape)
        # Keras takes the kernel's sizes from `output_shape` where the output has them, null too.
        kernel = tuple(_known(name, {**sizes, **stated}, stated, "kernel") for name in names.kernel)
        return Weight("kernel", kernel, tuple(names.kernel)), *self._bias(shape)

    def _bias(self, shape: Shape) -> tuple[Weight, ...]:
        """Return the bias, which Keras adds to the output from the first of its axes on."""
        if self.bias_axes is None:
            return ()
        names, stated = self._parsed.on(shape), self._stated(shape)
        sizes = {**self._sizes(shape), **stated}
        if names.output[0] in self.bias_axes:
            raise ShapeError(
                f"has a bias along the batch, `{names.output[0]}`", "leave it out of `bias_axes`: a bias is of a sample"
            )
        first = min(map(names.output.index, self.bias_axes))
        axes = tuple(names.output[first:])
        along = tuple(_known(name, sizes, stated, "bias") if name in self.bias_axes else 1 for name in axes)
        return (Weight("bias", along, axes),)

    def bias_note(self, *inputs: Shape) -> str:
        bias = self._bias(*inputs)
        if not bias:
            return "no bias, without `bias_axes`"
        return f"one for each element along {enumerate_words(dict.fromkeys(self.bias_axes or ''))}"

    def behind_products(self, *inputs: Shape) -> BiasAndActivation:
        output = self.output_shape(*inputs)
        kind: Bias = "tied" if self.bias_axes else False
        return BiasAndActivation(kind, output, (), 0, "bias_axes", self.activation)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        (shape,) = inputs
        names, sizes = self._parsed.on(shape), self._sizes(shape)
        every = tuple(dict.fromkeys((*names.data[1:], *names.kernel)))
        return Operations(Product(*(sizes[name] for name in every)), " × ".join(every))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        (shape,) = inputs
        names, sizes = self._parsed.on(shape), self._sizes(shape)
        left = tuple(sizes[name] for name in names.left[1:])
        data = Kept("input", for_weights=True)
        if names.left != names.data or names.turns(names.left):
            data = Kept("turned_input", shape=left, for_weights=True)
        kernel, *_ = self.weights(shape)
        turned = (Kept("turned_kernel", shape=kernel.shape, per_batch=True),) * names.turns(names.kernel)
        return data, *turned, *self.behind_products(shape).kept(1)

    def backward(self, *inputs: Shape) -> Backward:
        """Return the copies of gradients that are turned; without anything to add up, factors and what comes of them.

        The gradient of what was added up first is the same along those axes: a view.
        """
        (shape,) = inputs
        names, output = self._parsed.on(shape), self.output_shape(shape)
        found = super().backward(shape)
        if not names.added_up:
            _, made = names.groups(names.kernel)
            return found._replace(scratch=(output,) * (1 + bool(made)))
        if names.left != names.data:
            sizes = self._sizes(shape)
            left = tuple(sizes[name] for name in names.left[1:])
            found = found._replace(gradients=(Gradient.VIEW,), scratch=(left,))
        if names.turns_output:
            return found._replace(scratch=(*found.scratch, output))
        kernel, *_ = self.weights(shape)
        return found._replace(per_batch=(kernel.shape,) * names.turns_kernel_back)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the products too, where a bias is added to them, which is an operation of its own."""
        return *super().between(*inputs), *(self.output_shape(*inputs),) * bool(self.bias_axes)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        (shape,) = inputs
        names, sizes = self._parsed.on(shape), self._sizes(shape)
        for name in names.output[1:]:
            note = "the input's" if name in names.data else "as `output_shape` states"
            yield Step.of(name, sizes[name], note)

    def _stated(self, shape: Shape) -> dict[str, int | None]:
        """Return the sizes that `output_shape` states, by the letters of their axes.

        Errors: ShapeError where there are more or fewer.
        """
        letters = [name for name in self._parsed.on(shape).output[1:] if name in self._parsed.output]
        if len(letters) != len(self.output_shape_):
            raise ShapeError(
                f"has {len(letters)} axes in its equation's output, the batch and `...` apart, "
                f"and an `output_shape` of {len(self.output_shape_)}",
                "write a size, or null, for each of these axes",
            )
        return dict(zip(letters, self.output_shape_, strict=True))

    def _sizes(self, shape: Shape) -> dict[str, int | None]:
        """Return the sizes of all axes but the batch, by their names.

        Errors: ShapeError where `output_shape` states another than the input's.
        """
        given = dict(zip(self._parsed.on(shape).data[1:], shape, strict=True))
        stated = self._stated(shape)
        for name, size in stated.items():
            if name in given and size not in (None, given[name]):
                has = write_scalar(given[name])
                raise ShapeError(
                    f"has {size} for axis `{name}` in `output_shape`, and its input {show(shape)} has {has}",
                    f"write {'null' if given[name] is None else has}",
                )
        return {**stated, **given}


def _known(name: str, sizes: dict[str, int | None], stated: dict[str, int | None], weight: str) -> int:
    """Return the size of a weight's axis. Errors: ShapeError where it is unknown."""
    size = sizes[name]
    if size is None:
        cure = "write it in `output_shape`" if name in stated else "give `input` a number for it"
        raise ShapeError(f"needs a known size of axis `{name}` for its {weight}", cure)
    return size
