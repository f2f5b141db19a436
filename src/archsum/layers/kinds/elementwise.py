"""Functions of elements that have no kind of their own: a root, a sine, a comparison."""

from collections.abc import Iterator
from typing import ClassVar, Literal, NamedTuple

from pydantic import Field, field_validator

from archsum.layers.base import Backward, Kept, Step, WeightlessLayer, Work
from archsum.layers.broadcasting import broadcast, explain_broadcast
from archsum.layers.fields import Name, NonNegative
from archsum.layers.shapes import Shape, product


class _Rule(NamedTuple):
    """What PyTorch keeps of a function, `input`, `output` or nothing, and how many tensors its way back makes."""

    kept: str = ""
    scratch: int = 0


_SPELLINGS = {
    **{"absolute": "abs", "clip": "clamp", "neg": "negative", "pow": "power"},
    **{"sub": "subtract", "mul": "multiply", "div": "divide", "true_divide": "divide"},
    **{"eq": "equal", "ne": "not_equal", "gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal"},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "tan2")},
}
"""What the same function is called in NumPy and Keras, in PyTorch and in ONNX, and what it is called here."""

_RULES: dict[str, _Rule] = {
    "log": _Rule("input"),
    **dict.fromkeys(("abs", "clamp", "sin", "sinh", "cosh", "log2", "log10", "log1p"), _Rule("input", 1)),
    **dict.fromkeys(("square", "power", "cos", "atan"), _Rule("input", 2)),
    **dict.fromkeys(("erf", "erfc"), _Rule("input", 4)),
    "exp": _Rule("output"),
    **dict.fromkeys(("sqrt", "exp2", "expm1"), _Rule("output", 1)),
    **dict.fromkeys(("rsqrt", "reciprocal", "tan"), _Rule("output", 2)),
    **dict.fromkeys(("negative", "floor", "ceil", "round", "sign"), _Rule()),
    **dict.fromkeys(("add", "subtract", "multiply", "divide"), _Rule()),
}
"""The functions of one input whose derivatives are known; others that are added to it or multiplied are numbers."""

_COMPARISONS = (
    *("equal", "not_equal", "greater", "greater_equal", "less", "less_equal"),
    *("logical_and", "logical_or", "logical_not", "logical_xor", "isnan", "isinf", "isfinite"),
)
"""Functions without a derivative."""


class Elementwise(WeightlessLayer):
    """A function of each element, or of the elements at the same place of several inputs: abs, sqrt, sin, where.

    Only what training keeps depends on which function it is; a number among what the function takes is no input.

    Shape:
        (*sizes), (*sizes), … → (*sizes). An input is repeated along an axis where its size is 1, and along those that
        it lacks at the front; where a size is unknown, so is the output's.
    FLOPs:
        operations for each output element.
    Kept:
        of abs, square, power, log, sin, cos, erf and clamp the input; of exp, sqrt, rsqrt and reciprocal the output;
        of negative, floor, ceil, round, sign, comparisons, and numbers that are added or multiplied nothing;
        of where the first input, 1 byte for each element; of other functions it is unknown.
    Errors:
        Sizes of an axis that differ and are not 1.
    Source: https://keras.io/api/ops/numpy/; https://docs.pytorch.org/docs/stable/torch.html#pointwise-ops
    """

    type: Literal["elementwise"] = "elementwise"
    main_field: ClassVar[str] = "function"
    shown_fields: ClassVar[tuple[str, ...]] = ("function",)

    most_inputs: ClassVar[int | None] = None

    function: Name = Field(
        description="What is computed, such as abs, sqrt, power, sin, clamp or where; what NumPy, Keras, PyTorch and "
        "ONNX call otherwise has one name here.",
        examples=["abs"],
    )
    operations: NonNegative = Field(1, description="How many operations that takes for each output element.")

    @field_validator("function")
    @classmethod
    def _in_one_spelling(cls, function: str) -> str:
        return _SPELLINGS.get(function, function)

    def output_shape(self, *inputs: Shape) -> Shape:
        return broadcast(inputs, "combine the elements of")

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        if self.operations == 0:
            return ()
        return (Work(f"{self.function} of each element", self.operations, product(self.output_shape(*inputs))),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        if self.function in _COMPARISONS:
            return ()
        if self.function == "where" and len(inputs) == 3:
            return (Kept("input", itemsize=1),)
        rule = _RULES.get(self.function)
        if rule is None or len(inputs) > 1:
            return None
        return (Kept(rule.kept),) if rule.kept else ()

    def passes_gradient(self, number: int) -> bool:
        return self.function not in _COMPARISONS and (self.function, number) != ("where", 0)

    def backward(self, *inputs: Shape) -> Backward:
        rule = _RULES.get(self.function, _Rule())
        return Backward(scratch=inputs[:1] * rule.scratch)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        yield from explain_broadcast(inputs, self.output_shape(*inputs))
