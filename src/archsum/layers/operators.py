"""What layers are at inference on a microcontroller: TensorFlow Lite's operators, each of which makes a tensor.

A layer declares its operators, and what each can be to another. TensorFlow's converter then lets one operator absorb
others, where the tensor between them has no other taker: a convolution's weights absorb batch normalization, a bound on
its output absorbs a ReLU. `memory.conversion` follows it.

Each rule here is what TensorFlow 2.21 writes for a model of int8 or of float32, and what TensorFlow Lite Micro's
reference kernels ask for. Of what Keras 3 writes in operators that TensorFlow Lite Micro lacks, some Keras 2 writes in
others that it has, nearest up-sampling, an LSTM and an embedding: there it is Keras 2's, the package tf_keras.
Source: https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/transforms and
https://github.com/tensorflow/tflite-micro/tree/main/tensorflow/lite/micro/kernels; the operators that there are:
micro_mutable_op_resolver.h, in the folder above.
"""

from collections.abc import Hashable, Sequence
from typing import Literal, NamedTuple

from archsum.layers.shapes import Shape, product

Role = Literal["factor", "offset", "clamp", "reshape"]
"""What an operator can be to another: a factor or an offset of each channel; a ReLU; a copy in another shape."""


class UnknownOperatorsError(Exception):
    """Raised where it is not known what a layer is on a microcontroller: the reason, and the cure if there is one."""

    def __init__(self, message: str, cure: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure


def lacking(operator: str, purpose: str = "", cure: str | None = None) -> UnknownOperatorsError:
    """Return the error for an operator that TensorFlow Lite Micro does not have."""
    return UnknownOperatorsError(f"TensorFlow Lite Micro has no {operator}{purpose and f', {purpose}'}", cure)


def lacking_repetition(shape: Shape, times: int) -> UnknownOperatorsError:
    """Return the error for rows that are repeated; a sequence (length, features) is enlarged as an image of one column.

    Microcontrollers have an operator for that.
    """
    cure = None
    if len(shape) == 2 and None not in shape:
        length, features = shape
        cure = (
            f"write `reshape: {{target_shape: [{length}, 1, {features}]}}`, `up_sampling2d: {{size: [{times}, 1]}}` "
            f"and `reshape: {{target_shape: [{product((length, times))}, {features}]}}`"
        )
    return lacking("TILE", "by which the converter repeats elements", cure)


class Scratch(NamedTuple):
    """Memory that a kernel asks for while it runs: so many elements, and the bytes of one by the precision."""

    elements: int | None
    int8: int = 4
    float32: int = 4


class Constant(NamedTuple):
    """How a weight of the layer is written as a constant of an operator: the same is there once for all that use it."""

    weight: str
    is_reversed: bool | None = None
    """Whether the order of its axes is reversed; None where it is one that only layers of this kind have."""
    has_one_scale: bool = False
    """Whether in int8 all of it has one scale, and not each channel of the output its own."""


class Operator(NamedTuple):
    """An operator: the tensor that it makes, and what the converter can do with it."""

    output: Shape
    role: Role | None = None
    absorbs: frozenset[Role] = frozenset()
    """The roles of those behind it that can become part of it."""
    passes: frozenset[Role] = frozenset()
    """The roles of those behind it that can become part of the one before it."""
    takes: tuple[int, ...] = ()
    """What it takes, counted back: 1 is what the operator before it makes, and before the first are the layer's
    inputs. By default the first takes all inputs, the others what the one before makes. Where it is another,
    `Composition` counts."""
    collapses: bool = False
    """Whether it takes several axes as well as one, and the constants of a factor or an offset before it."""
    weights: int | None = 0
    """Constants of one byte in int8; None where it is unknown how many there are."""
    constant: Constant | None = None
    """The weight that these are, where they are one alone that other layers may use too."""
    biases: int | None = 0
    """Constants of four bytes, one for each channel; a convolution that has none gets zeros."""
    scratch: tuple[Scratch, ...] = ()
    itemsize: int | None = None
    """The bytes of an element that it makes, where that does not depend on the precision: of truth values 1."""
    stays_float: bool = False
    """Whether the converter leaves it in float32 in a network of int8, between a DEQUANTIZE and a QUANTIZE."""
    float_only: str = ""
    """Its name, where TensorFlow Lite Micro has no kernel of it for int8."""
    parts: int = 1
    """How many tensors of that shape it makes at once."""
    part: int = 0
    """Which of them the layer passes on."""
    merges: Hashable = None
    """What two operators have in common that take the same tensor and are written as one."""
    takes_words: bool = False
    """Whether what it takes are whole numbers of four bytes."""
    is_constant: bool = False
    """Whether what it makes is a constant in flash, and so in no arena."""


Operators = tuple[Operator, ...]
"""The operators of a layer, in order."""


class Composition:
    """Operators that take one another's results, each by its number: first the inputs', then one for each operator."""

    def __init__(self, inputs: int = 1) -> None:
        self.inputs = range(inputs)
        """The numbers of the layer's inputs."""
        self.operators: Operators = ()

    def add(self, *operators: Operator, takes: Sequence[int] = ()) -> int:
        """Add operators, the first of which takes what is stated, and each other what the one before makes.

        Returns what the last makes, or where there are no operators the first that they would have taken.
        """
        count = len(self.inputs) + len(self.operators)
        if not operators:
            return takes[0]
        first, *others = operators
        counted_back = tuple(count - number for number in takes)
        self.operators += (first._replace(takes=counted_back or first.takes), *others)
        return count + len(others)


CLAMPS: frozenset[Role] = frozenset({"clamp"})
SCALES_AND_CLAMPS: frozenset[Role] = frozenset({"factor", "offset", "clamp"})

_OF_ITS_OWN = ("hard_silu", "hard_swish", "leaky_relu", "log_softmax", "sigmoid", "softmax", "tanh")

_LACKED = {
    "gelu": "GELU",
    "hard_tanh": "RELU_N1_TO_1",
    "selu": "SELECT",
    "soft_shrink": "SELECT",
    "sparse_plus": "SELECT",
    "sparsemax": "TOPK_V2",
}
"""Operators that the converter writes for activations, and that TensorFlow Lite Micro lacks."""


def activation_operators(name: str | None, shape: Shape) -> Operators:
    """Return an activation's operators.

    Errors: UnknownOperatorsError for those that microcontrollers do not have, or not in operators that are known.
    """
    each = Operator(shape)
    if name in (None, "linear"):
        return ()
    if name in ("relu", "relu6"):
        return (each._replace(role="clamp"),)
    if name in _OF_ITS_OWN:
        return (each,)
    if name in _LACKED:
        raise lacking(_LACKED[name], f"which `{name}` becomes")
    if composed := _composed(name or "", each):
        return composed
    raise UnknownOperatorsError(f"it is not known in which operators TensorFlow Lite Micro has `{name}`")


def _composed(name: str, each: Operator) -> Operators:
    """Return an activation of several operators, or of one in float32 alone; each makes such a tensor.

    Those of which it is not known have none.
    """
    sum_or_product = each._replace(absorbs=CLAMPS)
    factor, offset = factor_operator(each.output, 1), offset_operator(each.output, 1)
    exponential, logarithm = each._replace(float_only="EXP"), each._replace(float_only="LOG")
    softplus = (exponential, each, logarithm)
    negative, truth = each._replace(stays_float=True), each._replace(itemsize=1)
    made = Composition()
    (x,) = made.inputs
    match name:
        case "celu":
            positive = made.add(each)
            made.add(sum_or_product, takes=[made.add(each, exponential, each, takes=[x]), positive])
        case "elu":
            made.add(negative)
        case "exponential":
            made.add(exponential)
        case "hard_shrink":
            made.add(each, takes=[made.add(each, truth), x])
        case "hard_sigmoid":
            made.add(offset, each._replace(role="clamp"), factor)
        case "log_sigmoid":
            made.add(negative, *softplus, negative)
        case "mish":
            made.add(sum_or_product, takes=[made.add(*softplus, each), x])
        case "silu" | "swish" | "tanh_shrink":
            made.add(sum_or_product, takes=[made.add(each), x])
        case "softplus":
            made.add(*softplus)
        case "softsign":
            made.add(each, takes=[made.add(each, each), x])
        case "sparse_sigmoid":
            low = made.add(truth)
            high = made.add(truth, takes=[x])
            between = made.add(each, each, takes=[x])
            made.add(each, takes=[made.add(each, takes=[between, low]), high])
        case "squareplus":
            made.add(each, factor, takes=[made.add(negative, each, each), x])
    return made.operators


def factor_operator(shape: Shape, constants: int | None) -> Operator:
    """Return the product of a tensor and so many constants."""
    return Operator(shape, "factor", absorbs=CLAMPS, weights=constants)


def offset_operator(shape: Shape, constants: int | None) -> Operator:
    """Return the sum of a tensor and so many constants."""
    return factor_operator(shape, constants)._replace(role="offset")


def reducing_operator(output: Shape, taken: Shape, axes: int, *, sums: bool) -> Operator:
    """Return one that reduces some axes of what it takes; its kernel counts through all, the batch's too.

    Where it `sums`, in int8, it does so in four bytes for each element that it makes.
    Source: tensorflow/lite/micro/kernels/reduce_common.cc.
    """
    accumulators = (Scratch(product(output), float32=0),) * sums
    return Operator(output, scratch=(*accumulators, Scratch(1 + len(taken)), Scratch(axes)))


def on_rows(operators: Operators, rank: int, inputs: Shape) -> Operators:
    """Return the operators of an image for data of `rank` spatial axes.

    Of one axis they are an image of one row, which a reshape makes and another takes away.

    Errors: UnknownOperatorsError for three axes.
    """
    if rank == 3:
        raise UnknownOperatorsError("TensorFlow Lite Micro has no convolution or pooling along three axes")
    if rank == 2:
        return operators
    rows = (operator._replace(output=(1, *operator.output)) for operator in operators)
    return Operator((1, *inputs), "reshape"), *rows, Operator(operators[-1].output, "reshape")


def padded_and_on_rows(padding: Operators, operators: Operators, rank: int, inputs: Shape) -> Operators:
    """Return the same behind what pads the data, which Keras does before it makes rows."""
    return *padding, *on_rows(operators, rank, padding[-1].output if padding else inputs)


def slicing_operator(output: Shape, what: Hashable = None) -> Operator:
    """Return one that passes on a part of what it takes; two of the same part are one.

    Errors: UnknownOperatorsError for more axes than its kernel takes, four with the batch
    (tensorflow/lite/micro/kernels/strided_slice_common.cc).
    """
    if len(output) > 3:
        raise lacking("STRIDED_SLICE of more than three axes", "the batch apart")
    return Operator(output, merges=what and ("STRIDED_SLICE", what))
