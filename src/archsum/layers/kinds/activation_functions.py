"""Activations by words of their own: `silu` is `activation: silu`.

Without `linear`, for which there is `identity`: to PyTorch the word is a dense layer.
"""

from typing import ClassVar, Literal

from archsum.layers.activation_layer import ElementwiseFunction


class CELU(ElementwiseFunction):
    """The element where it is positive, exp(element) − 1 where it is negative.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CELU.html
    """

    type: Literal["celu"] = "celu"
    function: ClassVar[str] = "celu"


class Exponential(ElementwiseFunction):
    """The exponential of the element.

    Kept:
        output.
    Source: https://keras.io/api/layers/activations/#exponential-function
    """

    type: Literal["exponential"] = "exponential"
    function: ClassVar[str] = "exponential"


class GELU(ElementwiseFunction):
    """The element, times the probability that a normal number is below it.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.GELU.html
    """

    type: Literal["gelu"] = "gelu"
    function: ClassVar[str] = "gelu"


class Hardshrink(ElementwiseFunction):
    """The element where it is more than 0.5 away from 0, and 0 elsewhere.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html
    """

    type: Literal["hard_shrink"] = "hard_shrink"
    function: ClassVar[str] = "hard_shrink"


class Hardsigmoid(ElementwiseFunction):
    """The sigmoid in three straight pieces.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html
    """

    type: Literal["hard_sigmoid"] = "hard_sigmoid"
    function: ClassVar[str] = "hard_sigmoid"


class HardSiLU(ElementwiseFunction):
    """The element times its hard sigmoid; also called hard_swish.

    Source: https://keras.io/api/layers/activations/#hard_silu-function
    """

    type: Literal["hard_silu"] = "hard_silu"
    function: ClassVar[str] = "hard_silu"


class Hardswish(ElementwiseFunction):
    """The element times its hard sigmoid; also called hard_silu.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardswish.html
    """

    type: Literal["hard_swish"] = "hard_swish"
    function: ClassVar[str] = "hard_swish"


class Hardtanh(ElementwiseFunction):
    """The element, but at least −1 and at most 1.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
    """

    type: Literal["hard_tanh"] = "hard_tanh"
    function: ClassVar[str] = "hard_tanh"


class LogSigmoid(ElementwiseFunction):
    """The logarithm of the sigmoid.

    Kept:
        input, and a tensor of the input's shape.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html
    """

    type: Literal["log_sigmoid"] = "log_sigmoid"
    function: ClassVar[str] = "log_sigmoid"


class LogSoftmax(ElementwiseFunction):
    """The logarithm of the softmax along the last axis.

    FLOPs:
        3 for each element: the exponential, the sum and the difference.
    Kept:
        output.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
    """

    type: Literal["log_softmax"] = "log_softmax"
    function: ClassVar[str] = "log_softmax"


class Mish(ElementwiseFunction):
    """The element times the tanh of its softplus.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Mish.html
    """

    type: Literal["mish"] = "mish"
    function: ClassVar[str] = "mish"


class ReLU6(ElementwiseFunction):
    """The element where it is positive, but at most 6.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU6.html
    """

    type: Literal["relu6"] = "relu6"
    function: ClassVar[str] = "relu6"


class SELU(ElementwiseFunction):
    """A scaled ELU, which keeps the mean and the variance of the data.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.SELU.html
    """

    type: Literal["selu"] = "selu"
    function: ClassVar[str] = "selu"


class Sigmoid(ElementwiseFunction):
    """A number between 0 and 1: 1 / (1 + exp(−element)).

    Kept:
        output.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
    """

    type: Literal["sigmoid"] = "sigmoid"
    function: ClassVar[str] = "sigmoid"


class SiLU(ElementwiseFunction):
    """The element times its sigmoid; also called swish.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.SiLU.html
    """

    type: Literal["silu"] = "silu"
    function: ClassVar[str] = "silu"


class Softshrink(ElementwiseFunction):
    """The element, 0.5 nearer to 0.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softshrink.html
    """

    type: Literal["soft_shrink"] = "soft_shrink"
    function: ClassVar[str] = "soft_shrink"


class Softplus(ElementwiseFunction):
    """A smooth ReLU: log(1 + exp(element)).

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softplus.html
    """

    type: Literal["softplus"] = "softplus"
    function: ClassVar[str] = "softplus"


class Softsign(ElementwiseFunction):
    """The element divided by 1 more than its absolute value.

    Kept:
        input, and a tensor of the input's shape.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softsign.html
    """

    type: Literal["softsign"] = "softsign"
    function: ClassVar[str] = "softsign"


class SparsePlus(ElementwiseFunction):
    """A ReLU with a quadratic piece between −1 and 1.

    Kept:
        three tensors of the input's shape, two of them of one byte for each element.
    Source: https://keras.io/api/layers/activations/#sparse_plus-function
    """

    type: Literal["sparse_plus"] = "sparse_plus"
    function: ClassVar[str] = "sparse_plus"


class SparseSigmoid(ElementwiseFunction):
    """The sigmoid with a straight piece between −1 and 1, constant elsewhere.

    Kept:
        two tensors of the input's shape, of one byte for each element.
    Source: https://keras.io/api/layers/activations/#sparse_sigmoid-function
    """

    type: Literal["sparse_sigmoid"] = "sparse_sigmoid"
    function: ClassVar[str] = "sparse_sigmoid"


class Sparsemax(ElementwiseFunction):
    """Numbers that add up to 1 along the last axis, of which many are 0.

    FLOPs:
        Unknown; it sorts.
    Kept:
        tensors of its own, of the input's shape and of its rows.
    Source: https://keras.io/api/layers/activations/#sparsemax-function
    """

    type: Literal["sparsemax"] = "sparsemax"
    function: ClassVar[str] = "sparsemax"


class Squareplus(ElementwiseFunction):
    """A smooth ReLU without exponentials: (element + √(element² + 4)) / 2.

    Kept:
        input, and a tensor of the input's shape.
    Source: https://keras.io/api/layers/activations/#squareplus-function
    """

    type: Literal["squareplus"] = "squareplus"
    function: ClassVar[str] = "squareplus"


class Swish(ElementwiseFunction):
    """The element times its sigmoid; also called silu.

    Source: https://keras.io/api/layers/activations/#silu-function
    """

    type: Literal["swish"] = "swish"
    function: ClassVar[str] = "swish"


class Tanh(ElementwiseFunction):
    """The hyperbolic tangent of the element.

    Kept:
        output.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanh.html
    """

    type: Literal["tanh"] = "tanh"
    function: ClassVar[str] = "tanh"


class Tanhshrink(ElementwiseFunction):
    """The element minus its tanh.

    Kept:
        a tensor of the input's shape.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html
    """

    type: Literal["tanh_shrink"] = "tanh_shrink"
    function: ClassVar[str] = "tanh_shrink"


class Threshold(ElementwiseFunction):
    """The element where it is above a threshold, another value elsewhere.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Threshold.html
    """

    type: Literal["threshold"] = "threshold"
    function: ClassVar[str] = "threshold"
