"""A layer that states its own numbers, so that a kind we lack stops nobody."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field, PlainValidator, WithJsonSchema

from archsum.bounds import MAX_MAGNITUDE, MAX_SIZE
from archsum.errors import FieldError, ShapeError, enumerate_words, one_line, quote, write_scalar
from archsum.formula import BoundFormula, FormulaError, UnknownNameError
from archsum.layers.arithmetic import value_of
from archsum.layers.axis import input_sizes
from archsum.layers.base import Kept, Layer, Operations, Step, Weight, Work
from archsum.layers.fields import AT_LEAST_1, DataFormat, Name
from archsum.layers.operators import Operators, Scratch, UnknownOperatorsError
from archsum.layers.shapes import Shape

_STEPS_OF_NUMBER, _STEPS_OF_FORMULA = 8, 70
"""What each stated number takes, and more where a formula gives it, beside the formula's parts."""

Number = int | BoundFormula
"""A number, or the formula that gives it once the input is known."""


class StatedWeight(NamedTuple):
    """A weight as the file states it; of its sizes some can be unknown."""

    shape: tuple[Number | None, ...]
    trainable: bool = True


def _is_number(value: Any, least: int, most: int) -> bool:
    return isinstance(value, BoundFormula) or (type(value) is int and least <= value <= most)


def _are_sizes(value: Any) -> bool:
    sizes = value if isinstance(value, list | tuple) else (0,)
    return all(size is None or _is_number(size, 1, MAX_SIZE) for size in sizes)


def _listed(value: Any) -> Any:
    """Return the list that a formula of variables gives, such as `=shape`; anything else as it is.

    Errors: FieldError for a formula that names the input's sizes, which are numbers, or that cannot be computed.
    """
    if not isinstance(value, BoundFormula):
        return value
    try:
        return value.evaluate({})
    except FormulaError as error:
        raise FieldError(f"takes a list, which its formula does not give: {error.message}", error.cure) from None


def _parse_shape(stated: Any) -> tuple[Number | None, ...] | None:
    value = _listed(stated)
    if value is None:
        return None
    if not _are_sizes(value):
        raise FieldError("takes a list of sizes of at least 1, or null", 'write them as in `["=input_height", 8]`')
    return tuple(value)


def _parse_weight(value: Any) -> StatedWeight:
    stated = value if isinstance(value, dict) else {"shape": value}
    shape: Any = _listed(stated.get("shape"))
    trainable = stated.get("trainable", True)
    if not stated.keys() <= {"shape", "trainable"} or not _are_sizes(shape) or type(trainable) is not bool:
        cure = "write them as in `[3, 3, 8]`, or `{shape: [3, 3, 8], trainable: false}`"
        raise FieldError("takes its sizes, at least 1 each, or null", cure)
    return StatedWeight(tuple(shape), trainable)


def _parse_count(value: Any) -> Any:
    if value is not None and not _is_number(value, 0, MAX_MAGNITUDE):
        raise FieldError("takes a whole number of at least 0", "write a number, or a formula such as `=input_elements`")
    return value


_SIZES_SCHEMA = {"type": "array", "items": {"anyOf": [AT_LEAST_1, {"type": "null"}]}}
_WEIGHT_SCHEMA = {
    "anyOf": [
        _SIZES_SCHEMA,
        {
            "type": "object",
            "properties": {"shape": _SIZES_SCHEMA, "trainable": {"type": "boolean"}},
            "required": ["shape"],
            "additionalProperties": False,
        },
    ]
}

StatedShape = Annotated[
    tuple[Number | None, ...] | None,
    PlainValidator(_parse_shape, json_schema_input_type=list[Annotated[int, Field(ge=1)] | None] | None),
]
Count = Annotated[
    Number | None, PlainValidator(_parse_count, json_schema_input_type=Annotated[int, Field(ge=0)] | None)
]


class Custom(Layer):
    """A layer of any kind, which states its output shape, weights and operations itself.

    Its formulas know the file's variables and the sizes of its input, or of the first of several: input_features of a
    vector; input_depth, input_height, input_width or input_length, and input_channels, of data with these axes, in the
    order of `data_format`; and input_elements, the product of all.

    Shape:
        As stated; by default the input's, or the first's of several.
    Weights:
        As stated; a size that is null is unknown, and so is every total that the weight is in.
    MACs:
        As stated; unknown by default, and where a formula uses an unknown size.
    FLOPs:
        As stated; unknown by default, and where a formula uses an unknown size.
    Kept:
        As stated; unknown by default, and where a formula uses an unknown size.
    Errors:
        Fewer flops than two for each of the macs;
        A formula that cannot be computed, or gives no whole number;
        a weight by a formula of an unknown size.
    Source: the file itself.
    """

    deferred_fields: ClassVar[frozenset[str]] = frozenset(
        {"output_shape", "weights", "macs", "flops", "kept", "scratch"}
    )
    most_inputs: ClassVar[int | None] = None

    type: Literal["custom"] = "custom"

    output_shape_: StatedShape = Field(
        None,
        alias="output_shape",
        description="The output's sizes, without the batch; null is unknown. By default the input's.",
        examples=[[10]],
    )
    weights_: dict[Name, Annotated[StatedWeight, PlainValidator(_parse_weight), WithJsonSchema(_WEIGHT_SCHEMA)]] = (
        Field(
            {},
            alias="weights",
            description="For each weight its sizes, or {shape: sizes, trainable: false}; null is unknown.",
            examples=[{"kernel": ["=input_elements", 10]}],
        )
    )
    macs_: Count = Field(
        None,
        alias="macs",
        description="Multiply-accumulates for one sample; unknown by default.",
        examples=["=input_elements * 10"],
    )
    flops_: Count = Field(
        None,
        alias="flops",
        description="Floating-point operations for one sample, two for each of the `macs` and all others; "
        "unknown by default.",
    )
    kept_: Count = Field(
        None,
        alias="kept",
        description="Elements that training keeps for the backward pass, for one sample; unknown by default.",
    )
    scratch_: Count = Field(
        None,
        alias="scratch",
        description="Bytes that the layer's kernel on a microcontroller asks for while it runs, 0 for none; "
        "unknown by default.",
    )
    data_format: DataFormat = Field("channels_last", description="Where the input's channel axis is.")

    def __hash__(self) -> int:
        # Of the weights their names are enough; a mapping itself has no hash.
        return hash((self.output_shape_, frozenset(self.weights_), self.macs_, self.flops_, self.kept_, self.scratch_))

    @cached_property
    def steps(self) -> int:
        weights = (size for weight in self.weights_.values() for size in weight.shape)
        numbers = (*weights, *(self.output_shape_ or ()), self.macs_, self.flops_, self.kept_, self.scratch_)
        formulas = [number.formula for number in numbers if isinstance(number, BoundFormula)]
        return _STEPS_OF_NUMBER * len(numbers) + sum(_STEPS_OF_FORMULA + formula.parts for formula in formulas)

    def output_shape(self, *inputs: Shape) -> Shape:
        if self.output_shape_ is None:
            return inputs[0]
        sizes = input_sizes(inputs[0], self.data_format)
        return tuple(_compute(size, sizes, "output_shape", least=1) for size in self.output_shape_)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        sizes = input_sizes(inputs[0], self.data_format)
        return tuple(
            Weight(
                name,
                tuple(_size(size, sizes, name) for size in weight.shape),
                trainable=weight.trainable,
                note=_show(weight.shape, sizes),
            )
            for name, weight in self.weights_.items()
        )

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        """Return the stated operations. Errors: ShapeError where `flops` states fewer than these take."""
        self.kept(*inputs)  # formulas that cannot be computed are found with the others
        self._scratch(*inputs)
        stated = self._stated("macs", self.macs_, inputs[0])
        macs, flops = value_of(stated.amount), self.flops(*inputs)
        if macs is not None and flops is not None and flops < 2 * macs:
            cure = "state `flops` with two for each of the `macs`"
            raise ShapeError(f"states {flops:,} `flops`, fewer than the {2 * macs:,} of its `macs`", cure)
        return stated

    def floating_point_operations(self, *inputs: Shape) -> Operations:
        return self._stated("flops", self.flops_, inputs[0])

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        """Return what the stated operations have beyond the stated multiply-accumulates."""
        macs, flops = self.macs(*inputs), self.flops(*inputs)
        return None if macs is None or flops is None else (Work("the rest", 1, flops - 2 * macs),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        elements = _compute(self.kept_, input_sizes(inputs[0], self.data_format), "kept", least=0)
        return None if elements is None else (Kept("kept", shape=(elements,)),)

    def operators(self, *inputs: Shape) -> Operators:
        """Return one, with a kernel of the program's own. Errors: UnknownOperatorsError where `scratch` is unknown."""
        scratch = self._scratch(*inputs)
        if scratch is None:
            raise UnknownOperatorsError("its kernel may ask for memory while it runs", "state `scratch` in the layer")
        return (self.as_one_operator(*inputs)._replace(scratch=(Scratch(scratch, 1, 1),)),)

    def _scratch(self, *inputs: Shape) -> int | None:
        return _compute(self.scratch_, input_sizes(inputs[0], self.data_format), "scratch", least=0)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        sizes = input_sizes(inputs[0], self.data_format)
        outputs = zip(self.output_shape_ or (), self.output_shape(*inputs), strict=False)
        for axis, (stated, output) in enumerate(outputs, start=1):
            yield Step(f"axis {axis}", "", output, _show([stated], sizes))

    def _stated(self, name: str, stated: Number | None, shape: Shape) -> Operations:
        sizes = input_sizes(shape, self.data_format)
        note = f"the file does not state `{name}`" if stated is None else _show([stated], sizes)
        return Operations(_compute(stated, sizes, name, least=0), note)


def _show(stated: Sequence[Number | None], sizes: Mapping[str, int | None]) -> str:
    """Write a number, or a product, as the file states it, and what the names in its formulas stand for."""
    formulas = [number for number in stated if isinstance(number, BoundFormula)]
    if not formulas:
        return "as the file states"
    written = (
        f"`{number.formula.text}`" if isinstance(number, BoundFormula) else write_scalar(number) for number in stated
    )
    values = {name: value for formula in formulas for name, value in formula.values(sizes).items()}
    where = ", where " + ", ".join(f"{name} = {value}" for name, value in values.items()) if values else ""
    return one_line(" ".join(f"{' × '.join(written)}{where}".split()))


def _compute(number: Number | None, sizes: Mapping[str, int | None], field: str, least: int) -> int | None:
    """Compute a stated number; None where it is, or depends on what is, unknown.

    Errors: ShapeError where the formula cannot be computed, or gives something else than such a number.
    """
    if not isinstance(number, BoundFormula):
        return number
    if _unknown(number, sizes):
        return None
    try:
        value = number.evaluate(sizes)
    except FormulaError as error:
        if isinstance(error, UnknownNameError) and error.name.startswith("input_"):
            error.cure = f"this input has {enumerate_words(sizes)}"
        raise ShapeError(f"cannot compute its `{field}`: {error.message}", error.cure) from None
    if type(value) is int and value >= least:
        return value
    is_fraction = isinstance(value, float)
    cure = "round it: `=round(…)`, or `=floor(…)`, `=ceil(…)`" if is_fraction else "look at the values that it names"
    wanted = f"not a whole number of at least {least}"
    raise ShapeError(f"has a formula in `{field}`, `{number.formula.text}`, that gives {quote(value)}, {wanted}", cure)


def _size(number: Number | None, sizes: Mapping[str, int | None], weight: str) -> int | None:
    """Compute a size of a weight; None where the file states none.

    Errors: ShapeError where a formula depends on a size that is unknown.
    """
    if name := _unknown(number, sizes):
        raise ShapeError(
            f"needs a known `{name}` for its weight `{weight}`", "give `input` all the sizes it depends on"
        )
    return _compute(number, sizes, "weights", least=1)


def _unknown(number: Number | None, sizes: Mapping[str, int | None]) -> str | None:
    """Return a name that a formula uses and that stands for an unknown size."""
    names = number.formula.names if isinstance(number, BoundFormula) else ()
    return next((name for name in sorted(names) if name in sizes and sizes[name] is None), None)
