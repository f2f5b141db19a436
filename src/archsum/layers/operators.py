"""What layers are at inference on a microcontroller: TensorFlow Lite's operators, each of which makes a tensor.

A layer declares its operators, and what each can be to another. TensorFlow's converter then lets one operator absorb
others, where the tensor between them has no other taker: a convolution's weights absorb batch normalization, a bound on
its output absorbs a ReLU. `memory.conversion` follows it.

Each rule here is what TensorFlow 2.21 writes for a model of int8, and what TensorFlow Lite Micro's reference kernels
ask for. Source: https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/transforms and
https://github.com/tensorflow/tflite-micro/tree/main/tensorflow/lite/micro/kernels.
"""

from typing import Literal, NamedTuple

from archsum.layers.shapes import Shape

Role = Literal["scale", "clamp", "reshape"]
"""What an operator can be to another: a factor or an offset of each channel; a ReLU; a copy in another shape."""


class Operator(NamedTuple):
    """An operator: the tensor that it makes, and what the converter can do with it."""

    output: Shape
    role: Role | None = None
    absorbs: frozenset[Role] = frozenset()
    """The roles of those behind it that can become part of it."""
    takes: tuple[int, ...] = ()
    """What it takes, counted back: 1 is what the operator before it makes, and before the first are the layer's
    inputs. By default the first takes all inputs, the others what the one before makes."""
    collapses: bool = False
    """Whether it takes several axes as well as one, and the constants of a factor or an offset before it."""
    weights: int = 0
    """Constants of one byte."""
    biases: int = 0
    """Constants of four bytes, one for each channel."""
    scratch: tuple[int | None, ...] = ()
    """Bytes that its kernel asks for while it runs."""


Operators = tuple[Operator, ...] | None
"""The operators of a layer, in order; None where they are not known."""

CLAMPS: frozenset[Role] = frozenset({"clamp"})
SCALES_AND_CLAMPS: frozenset[Role] = frozenset({"scale", "clamp"})

_CLAMPS = ("relu", "relu6")
_OF_ITS_OWN = ("hard_silu", "hard_swish", "leaky_relu", "log_softmax", "sigmoid", "softmax", "tanh")


def activation_operators(name: str | None, shape: Shape) -> Operators:
    """Return an activation's operators; None for those that the converter does not have in int8."""
    if name in (None, "linear"):
        return ()
    if name in _CLAMPS:
        return (Operator(shape, "clamp"),)
    if name in _OF_ITS_OWN:
        return (Operator(shape),)
    if name in ("silu", "swish"):
        return Operator(shape), Operator(shape, absorbs=CLAMPS, takes=(1, 2))
    return None


def followed_by(operators: Operators, behind: Operators) -> Operators:
    """Return operators and those behind them."""
    return None if operators is None or behind is None else operators + behind


def with_bias(operator: Operator, count: int, *, untied: bool) -> tuple[Operator, ...]:
    """Return an operator with a bias of `count`; an untied one is an addition of its own."""
    if untied:
        return operator, Operator(operator.output, absorbs=CLAMPS, weights=count)
    return (operator._replace(biases=count),)


def scaling_operators(shape: Shape, channels: int) -> tuple[Operator, ...]:
    """Return a factor and an offset for each channel."""
    return (
        Operator(shape, "scale", absorbs=CLAMPS, weights=channels),
        Operator(shape, "scale", absorbs=CLAMPS, weights=channels),
    )


def on_rows(operators: Operators, rank: int, inputs: Shape) -> Operators:
    """Return the operators of an image for data of `rank` spatial axes.

    Of one axis they are an image of one row, which a reshape makes and another takes away; of three there are none.
    """
    if operators is None or rank not in (1, 2):
        return None
    if rank == 2:
        return operators
    rows = (operator._replace(output=(1, *operator.output)) for operator in operators)
    return Operator((1, *inputs), "reshape"), *rows, Operator(operators[-1].output, "reshape")
