"""Products of inputs by an equation: which axes are multiplied, which are added up, and which stay."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, Literal, NamedTuple

from pydantic import Field, field_validator

from archsum.errors import FieldError, ShapeError, quote
from archsum.layers.arithmetic import Product
from archsum.layers.base import (
    NO_MACS,
    VIEW,
    Backward,
    Gradient,
    Kept,
    Operations,
    Reuse,
    Step,
    WeightlessLayer,
    Work,
)  # fmt: skip
from archsum.layers.equations import Equation
from archsum.layers.shapes import Shape, product, show, show_all

_FORM = re.compile(r"[a-zA-Z]+(,[a-zA-Z]+)*->[a-zA-Z]*")
_EXAMPLE = "write it as in `bhqd,bhkd->bhqk`: a letter for each axis of each input, and those of the output"


class _Terms(NamedTuple):
    """The letters of each input's axes, and of the output's."""

    inputs: tuple[str, ...]
    output: str

    @classmethod
    def parse(cls, text: str) -> "_Terms":
        """Errors: FieldError for what is no equation, or not one of letters alone."""
        plain = text.replace(" ", "")
        if _FORM.fullmatch(plain) is None:
            raise FieldError(f"is {quote(text)}, which is not an equation of inputs and an output", _EXAMPLE)
        inputs, _, output = plain.partition("->")
        terms = cls(tuple(inputs.split(",")), output)
        for letters in (*terms.inputs, output):
            if len(set(letters)) < len(letters):
                raise FieldError(f"names an axis twice: {quote(letters)}", "give each axis a letter of its own")
        if unknown := [letter for letter in output if letter not in inputs]:
            raise FieldError(
                f"has an axis {quote(unknown[0])} of the output that no input has", "an output's axis is an input's too"
            )
        return terms


class _Sizes(NamedTuple):
    """The sizes of the axes by their letters, and which of the inputs have the batch."""

    of: dict[str, int | None]
    batched: tuple[bool, ...]
    batch: str
    """The batch's letter; empty where no input has one."""

    def shape(self, letters: str) -> Shape:
        """Return the sizes of letters, without the batch."""
        return tuple(self.of[letter] for letter in letters if letter != self.batch)


class Einsum(WeightlessLayer):
    """Products of the inputs' elements by an equation, as `bhqd,bhkd->bhqk`: what the output lacks is added up.

    Each letter is an axis, the batch first; an input whose equation lacks the batch, such as a learned tensor, is the
    same for all samples.

    Shape:
        the output's letters. A size of 1 is repeated where another input has more along the axis.
    MACs:
        of two inputs of which axes are added up the sizes of all axes, each once; of one input, or without such axes,
        0; of more inputs unknown, as the equation does not say which are multiplied first.
    FLOPs:
        2 × MACs; of two inputs without axes to add up 1 for each output element; of one with such axes 1 for each of
        its elements.
    Kept:
        of two inputs both, or the copies of them that PyTorch turns or adds up first; of one nothing;
        of more it is unknown.
    Errors:
        An equation that is none, or has `...`, or an axis of the output that no input has;
        more or fewer inputs than it has; an input of another number of axes; sizes of an axis that differ.
    Source: https://keras.io/api/ops/numpy/#einsum-function;
        https://docs.pytorch.org/docs/stable/generated/torch.einsum.html
    """

    most_inputs: ClassVar[int | None] = None
    type: Literal["einsum"] = "einsum"
    main_field: ClassVar[str] = "equation"
    shown_fields: ClassVar[tuple[str, ...]] = ("equation",)

    equation: str = Field(
        description="The axes of each input and of the output, a letter each, the batch first.",
        examples=["bhqd,bhkd->bhqk"],
    )

    @field_validator("equation")
    @classmethod
    def _is_an_equation(cls, value: str) -> str:
        _Terms.parse(value)
        return value

    @cached_property
    def _terms(self) -> _Terms:
        return _Terms.parse(self.equation)

    def output_shape(self, *inputs: Shape) -> Shape:
        return self._sizes(inputs).shape(self._terms.output)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        sizes = self._sizes(inputs)
        if len(inputs) > 2:
            return Operations(None, "the equation does not say which inputs are multiplied first")
        if not self._adds_up:
            return NO_MACS
        letters = [letter for letter in sizes.of if letter != sizes.batch]
        return Operations(Product(*(sizes.of[letter] for letter in letters)), " × ".join(letters))

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        sizes = self._sizes(inputs)
        match self._terms.inputs:
            case (letters,):
                summed = set(letters) != set(self._terms.output)
                return (Work("sums of the input elements", 1, product(*inputs)),) if summed else ()
            case (_, _):
                products = product(sizes.shape(self._terms.output))
                return () if self._adds_up else (Work("products", 1, products),)
        return None

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        sizes = self._sizes(inputs)
        if len(inputs) > 2:
            return None
        return tuple(self._kept(number, sizes) for number in range(len(inputs)) if len(inputs) == 2)

    def reuse_for(self, *inputs: Shape) -> Reuse:
        return VIEW if self._only_turns else Reuse()

    def backward(self, *inputs: Shape) -> Backward:
        """Return the copies of the output's gradient that are turned, or that are added up where an input is repeated.

        The gradient of what is added up first is the same along those axes: a view of one without them.
        """
        sizes, output = self._sizes(inputs), self.output_shape(*inputs)
        if len(inputs) == 1:
            return Backward((Gradient.VIEW,))
        if len(inputs) > 2:
            return Backward()
        if not self._adds_up:
            return Backward(
                scratch=(output,) * sum(set(term) != set(self._terms.output) for term in self._terms.inputs)
            )
        products = self._product(0), self._product(1)
        added = [seen for seen in products if seen.left != tuple(seen.data)]
        return Backward(
            gradients=tuple(Gradient.VIEW if seen in added else Gradient.NEW for seen in products),
            scratch=(*(sizes.shape("".join(seen.left)) for seen in added), *(output,) * products[0].turns_output),
        )

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        sizes = self._sizes(inputs)
        for letter in self._terms.output:
            if letter != sizes.batch:
                yield Step.of(letter, sizes.of[letter], "the inputs'")

    @property
    def _adds_up(self) -> bool:
        """Whether it is a product of two inputs of which axes are added up."""
        return len(self._terms.inputs) == 2 and bool(self._product(0).added_up)

    @property
    def _only_turns(self) -> bool:
        """Whether it is one input, and the output has all of its axes."""
        (first, *others) = self._terms.inputs
        return not others and set(first) == set(self._terms.output)

    def _product(self, number: int) -> Equation:
        """Return the product of two inputs, seen from one of them."""
        return Equation(self._terms.inputs[number], self._terms.inputs[1 - number], self._terms.output)

    def _kept(self, number: int, sizes: _Sizes) -> Kept:
        """Return one of two inputs, or the copy of it that PyTorch makes."""
        seen = self._product(number)
        if seen.left == tuple(seen.data) and not seen.turns(seen.left):
            return Kept("input", number)
        return Kept("turned", shape=sizes.shape("".join(seen.left)), per_batch=not sizes.batched[number])

    def _sizes(self, inputs: tuple[Shape, ...]) -> _Sizes:
        """Return the sizes of all axes. Errors: ShapeError where the inputs do not fit the equation."""
        terms, output = self._terms.inputs, self._terms.output
        if len(inputs) != len(terms):
            raise ShapeError(
                f"has an equation of {len(terms)} inputs, and takes {len(inputs)}",
                "write letters for each of its inputs",
            )
        first = output[:1]
        batched = tuple(
            letters[:1] == first and len(shape) == len(letters) - 1
            for letters, shape in zip(terms, inputs, strict=True)
        )
        batch = first if any(batched) else ""
        of: dict[str, int | None] = {}
        for letters, shape, has_batch in zip(terms, inputs, batched, strict=True):
            named = letters[1:] if has_batch else letters
            if len(named) != len(shape) or (batch and batch in named):
                raise ShapeError(
                    f"has {quote(letters)} in its equation for an input {show(shape)} of {len(shape)} axes",
                    "write a letter for each axis, and the batch's before them, the same in the output",
                )
            for letter, size in zip(named, shape, strict=True):
                known = of.get(letter, 1)
                if size not in (known, 1, None) and known not in (1, None):
                    raise ShapeError(
                        f"cannot multiply {show_all(inputs)}: axis `{letter}` is {known} and {size}",
                        "the sizes of a letter are equal, or 1",
                    )
                of[letter] = size if known == 1 else known if size == 1 or known is not None else size
        return _Sizes(of, batched, batch)
