"""Operators with what they take, and the kinds of layers that they become."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy

from tests.support.onnx.models import INT64, Sizes, model, node

IMAGE: Mapping[str, Sizes] = {"x": ["batch", 6, 8, 10]}
SEQUENCE: Mapping[str, Sizes] = {"x": ["batch", 7, 6]}
TWO: Mapping[str, Sizes] = {"x": ["batch", 6, 8, 10], "z": ["batch", 6, 8, 10]}


class Case(NamedTuple):
    """A graph, and the kinds of its layers."""

    name: str
    nodes: Sequence[Any]
    kinds: tuple[str, ...]
    inputs: Mapping[str, Sizes] = IMAGE
    weights: Mapping[str, Any] = {}
    outputs: tuple[str, ...] = ("y",)
    opset: int = 20
    types: Mapping[str, int] = {}

    def model(self) -> Any:
        """Make the model."""
        return model(self.nodes, self.inputs, self.weights, self.outputs, opset=self.opset, types=self.types)


def ints(*numbers: int) -> Any:
    """Return whole numbers as a tensor."""
    return numpy.array(numbers, "int64")


def numbers(*values: float) -> Any:
    """Return numbers as a tensor."""
    return numpy.array(values, "float32")


def one(
    kind: str, becomes: str | tuple[str, ...], name: str = "", weights: Mapping[str, Any] | None = None, **rest: Any
) -> Case:
    """Return a case of one operator on x and its weights, in their order."""
    inputs = rest.pop("inputs", IMAGE)
    opset, types = rest.pop("opset", 20), rest.pop("types", {})
    taken = rest.pop("taken", [*inputs, *(weights or {})])
    kinds = (becomes,) if isinstance(becomes, str) else becomes
    called = f"{kind} {name}".strip()
    return Case(called, [node(kind, taken, **rest)], kinds, inputs, weights or {}, opset=opset, types=types)


WINDOWS = [
    one("Conv", "conv2d", "with a bias", {"w": (4, 6, 3, 3), "b": (4,)}),
    one("Conv", "conv2d", "strided", {"w": (4, 6, 3, 3)}, strides=[2, 3], pads=[1, 0, 2, 1]),
    one("Conv", "conv2d", "dilated", {"w": (4, 6, 3, 3)}, dilations=[2, 1], strides=[1, 2]),
    one("Conv", "conv2d", "depthwise", {"w": (12, 1, 3, 3)}, group=6),
    one("Conv", "conv2d", "same", {"w": (4, 6, 3, 3)}, auto_pad="SAME_UPPER", strides=[2, 2]),
    one("Conv", "conv1d", "of a sequence", {"w": (4, 7, 3)}, inputs=SEQUENCE),
    one("Conv", "conv3d", "of a volume", {"w": (4, 2, 3, 3, 3)}, inputs={"x": ["batch", 2, 5, 6, 7]}),
    one("ConvTranspose", "conv2d_transpose", "", {"w": (6, 4, 3, 3), "b": (4,)}, strides=[2, 2], output_padding=[1, 1]),
    one("ConvTranspose", "conv2d_transpose", "padded", {"w": (6, 2, 3, 3)}, pads=[1, 1, 1, 1], group=2),
    one("ConvTranspose", "conv2d_transpose", "to a size", {"w": (6, 4, 3, 3)}, strides=[2, 2], output_shape=[16, 20]),
    one("MaxPool", "max_pooling2d", "", kernel_shape=[2, 2]),
    one("MaxPool", "max_pooling2d", "rounded up", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
    one("MaxPool", ("zero_padding2d", "max_pooling2d"), "much padded", kernel_shape=[3, 3], pads=[2, 2, 2, 2]),
    one("AveragePool", "average_pooling2d", "", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 1, 1, 1]),
    one("GlobalAveragePool", "global_average_pooling2d"),
    one("GlobalMaxPool", "global_max_pooling1d", inputs=SEQUENCE),
]

PRODUCTS = [
    one("Gemm", "dense", "", {"w": (6, 4), "b": (4,)}, inputs={"x": ["batch", 6]}),
    one("Gemm", "dense", "turned", {"w": (4, 6)}, inputs={"x": ["batch", 6]}, transB=1),
    one("MatMul", "dense", "by weights", {"w": (6, 4)}, inputs=SEQUENCE),
    one("MatMul", "matmul", "of two", inputs={"x": ["batch", 3, 5, 6], "z": ["batch", 3, 6, 4]}),
    one(
        "MatMul", ("parameter", "matmul"), "by a stack of weights", {"w": (3, 10, 4)}, inputs={"x": ["batch", 3, 5, 10]}
    ),
    one("MatMul", ("parameter", "matmul"), "of weights first", {"w": (4, 7)}, inputs=SEQUENCE, taken=["w", "x"]),
    one("Einsum", "einsum", "of two", inputs={"x": ["batch", 3, 5], "z": ["batch", 5, 4]}, equation="bij,bjk->bik"),
    one("Einsum", ("parameter", "einsum"), "by weights", {"w": (6, 4)}, inputs=SEQUENCE, equation="bti,io->bto"),
    one(
        "Gather",
        "embedding",
        "of words",
        {"w": (9, 4)},
        inputs={"x": ["batch", 5]},
        types={"x": INT64},
        taken=["w", "x"],
    ),
    one("Gather", "gather", "by constants", {"i": ints(3, 1)}, axis=2),
    one("Gather", ("slice", "reshape"), "of one", {"i": numpy.array(0)}, axis=1, inputs=SEQUENCE),
    one("Gather", ("slice", "reshape"), "of the last", {"i": numpy.array(-1)}, axis=1, inputs=SEQUENCE),
    Case(
        "MatMul and its bias",
        [node("MatMul", ["x", "w"], ["m"]), node("Add", ["m", "b"])],
        ("dense",),
        SEQUENCE,
        {"w": (6, 4), "b": (4,)},
    ),
    Case(
        "Conv and its bias",
        [node("Conv", ["x", "w"], ["m"]), node("Add", ["b", "m"])],
        ("conv2d",),
        IMAGE,
        {"w": (4, 6, 3, 3), "b": (1, 4, 1, 1)},
    ),
    Case(
        "MatMul whose product is taken twice",
        [node("MatMul", ["x", "w"], ["m"]), node("Add", ["m", "b"], ["a"]), node("Mul", ["m", "a"])],
        ("dense", "parameter", "add", "multiply"),
        SEQUENCE,
        {"w": (6, 4), "b": (4,)},
    ),
]

NORMALIZATIONS = [
    one("BatchNormalization", "batch_normalization", "", {"s": (6,), "b": (6,), "m": (6,), "v": (6,)}),
    one("InstanceNormalization", "instance_normalization", "", {"s": (6,), "b": (6,)}),
    one("LayerNormalization", "layer_normalization", "", {"s": (6,), "b": (6,)}, inputs=SEQUENCE),
    one("LayerNormalization", "layer_normalization", "without an offset", {"s": (8, 10)}, axis=2),
    one("GroupNormalization", "group_normalization", "", {"s": (6,), "b": (6,)}, num_groups=2, opset=21),
    one("LRN", "local_response_normalization", size=5),
    one("LpNormalization", "unit_normalization"),
    Case(
        "a batch normalization written out",
        [node("Mul", ["x", "s"], ["m"]), node("Add", ["m", "b"])],
        ("scale",),
        IMAGE,
        {"s": (6, 1, 1), "b": (1, 6, 1, 1)},
    ),
    Case("a scale of the last axis", [node("Mul", ["x", "s"])], ("layer_scale",), SEQUENCE, {"s": (6,)}),
]

FUNCTIONS = [
    *(
        one(kind, "activation")
        for kind in ("Sigmoid", "Tanh", "Softplus", "Softsign", "Selu", "HardSigmoid", "HardSwish")
    ),
    *(one(kind, "elementwise") for kind in ("Abs", "Ceil", "Cos", "Erf", "Floor", "Log", "Neg", "Reciprocal", "Sqrt")),
    one("Relu", "relu"),
    one("LeakyRelu", "leaky_relu", alpha=0.1),
    one("Elu", "elu", alpha=0.5),
    one("Clip", "relu", "to 6", {"least": numpy.float32(0), "most": numpy.float32(6)}),
    one("Clip", "elementwise", "on both sides", {"least": numpy.float32(-1), "most": numpy.float32(6)}),
    one("PRelu", "prelu", "", {"w": (6, 1, 1)}),
    one("Softmax", "softmax"),
    one("Softmax", "softmax", "of channels", axis=1),
    one("Softmax", "softmax", "of old files", inputs={"x": ["batch", 6]}, opset=9),
    one("LogSoftmax", "activation"),
    one("Add", "add", "of two", inputs=TWO),
    one("Sub", "subtract", "of two", inputs=TWO),
    one("Mul", "multiply", "by a gate", inputs={"x": ["batch", 6, 8, 10], "z": ["batch", 6, 1, 1]}),
    one("Div", "divide", "of two", inputs=TWO),
    one("Max", "maximum", "of two", inputs=TWO),
    one("Min", "minimum", "of two", inputs=TWO),
    one("Sum", "add", "of two", inputs=TWO),
    one("Mean", "average", "of two", inputs=TWO),
    one("Add", "elementwise", "of a number", {"n": numpy.float32(1)}),
    one("Mul", "elementwise", "by a number", {"n": numbers(2)}),
    one("Pow", "elementwise", "", {"n": numpy.float32(2)}),
    one("Add", ("parameter", "add"), "of a table of positions", {"w": (1, 7, 6)}, inputs=SEQUENCE),
    one("Sub", ("parameter", "subtract"), "of weights", {"w": (6, 1, 1)}),
    one("Greater", "elementwise", "of two", inputs=TWO),
    Case(
        "Where",
        [node("Greater", ["x", "z"], ["c"]), node("Where", ["c", "x", "z"])],
        ("elementwise", "elementwise"),
        TWO,
    ),
]

REDUCTIONS = [
    one("ReduceMean", "global_average_pooling2d", "of an image", {"a": ints(2, 3)}, opset=18),
    one("ReduceMean", "reduce", "of the last axis", {"a": ints(-1)}, inputs=SEQUENCE, keepdims=0),
    one("ReduceSum", "reduce", "", {"a": ints(1)}, keepdims=0),
    one("ReduceMax", "reduce", "of old files", axes=[1, 2], opset=13),
    one("ReduceL2", "reduce", "", {"a": ints(1)}),
    one("ReduceL1", ("elementwise", "reduce"), "", {"a": ints(1)}),
    one("ReduceLogSum", ("reduce", "elementwise"), "", {"a": ints(1)}, opset=18),
    one("ArgMax", "reduce", axis=1, keepdims=0),
]

MOVES = [
    one("Reshape", "reshape", "", {"s": ints(0, -1)}),
    one("Flatten", "reshape"),
    one("Transpose", "permute", perm=[0, 2, 3, 1]),
    one("Squeeze", "reshape", "", {"a": ints(1)}, inputs={"x": ["batch", 1, 5]}),
    one("Unsqueeze", "reshape", "", {"a": ints(1, 4)}, inputs=SEQUENCE),
    one("Unsqueeze", "reshape", "of old files", axes=[1], inputs=SEQUENCE, opset=11),
    one("Concat", "concatenate", axis=1, inputs=TWO),
    one("Slice", "slice", "", {"start": ints(2), "end": ints(6), "axis": ints(2)}),
    one("Slice", "slice", "with a step", {"start": ints(0), "end": ints(2**62), "axis": ints(3), "step": ints(3)}),
    one("Slice", ("slice", "slice"), "of two axes", {"start": ints(1, -3), "end": ints(5, 2**62), "axis": ints(1, 2)}),
    one("Slice", "slice", "of old files", starts=[1], ends=[4], axes=[1], opset=9),
    one("Expand", "expand", "", {"s": ints(1, 7, 4)}, inputs={"x": ["batch", 7, 1]}),
    one("Tile", "tile", "", {"s": ints(1, 2, 1, 3)}),
    one("Pad", "zero_padding2d", "", {"p": ints(0, 0, 1, 2, 0, 0, 3, 4)}),
    one("Pad", "reflection_padding2d", "mirrored", {"p": ints(0, 0, 1, 2, 0, 0, 3, 4)}, mode="reflect"),
    one("Pad", "pad", "of channels", {"p": ints(0, 1, 0, 0, 0, 1, 0, 0)}),
    one("Pad", "cropping2d", "that takes away", {"p": ints(0, 0, -1, 0, 0, 0, -1, -2)}),
    one("Resize", "up_sampling2d", "", {"r": numbers(), "f": numbers(1, 1, 2, 2)}, mode="nearest"),
    one("Resize", "resizing", "by fractions", {"r": numbers(), "f": numbers(1, 1, 1.5, 0.5)}, mode="linear"),
    one("DepthToSpace", "depth_to_space", blocksize=2, inputs={"x": ["batch", 8, 3, 4]}),
    one("SpaceToDepth", "space_to_depth", blocksize=2),
    one("Dropout", "dropout", "", {"r": numpy.float32(0.25)}),
    one("GatherElements", "custom", inputs={"x": ["batch", 5], "i": ["batch", 3]}, types={"i": INT64}, axis=1),
    Case(
        "Split",
        [node("Split", ["x"], ["a", "b"], axis=1, num_outputs=2), node("Mul", ["a", "b"])],
        ("split", "split", "multiply"),
    ),
    Case(
        "Split unevenly",
        [node("Split", ["x", "s"], ["a", "b"], axis=1), node("Concat", ["b", "a"], axis=1)],
        ("slice", "slice", "concatenate"),
        IMAGE,
        {"s": ints(2, 4)},
    ),
    Case(
        "a chain of shapes",
        [
            node("Shape", ["x"], ["s"]),
            node("Gather", ["s", "zero"], ["n"]),
            node("Unsqueeze", ["n", "axes"], ["u"]),
            node("Concat", ["u", "rest"], ["sizes"], axis=0),
            node("Reshape", ["x", "sizes"]),
        ],
        ("reshape",),
        IMAGE,
        {"zero": numpy.array(0), "axes": ints(0), "rest": ints(6, -1)},
    ),
    Case(
        "windows within the batch",
        [node("Reshape", ["x", "s"], ["a"]), node("Softmax", ["a"], ["c"]), node("Reshape", ["c", "t"])],
        ("reshape", "softmax", "reshape"),
        IMAGE,
        {"s": ints(-1, 4, 20), "t": ints(-1, 6, 8, 10)},
    ),
]

QUANTIZED = [
    Case(
        "a convolution behind DequantizeLinear",
        [
            node("DequantizeLinear", ["w", "s", "z"], ["k"], axis=0),
            node("DequantizeLinear", ["b", "bs"], ["o"], axis=0),
            node("Conv", ["x", "k", "o"]),
        ],
        ("conv2d",),
        IMAGE,
        {
            "w": numpy.ones((4, 6, 3, 3), "int8"),
            "s": (4,),
            "z": numpy.zeros(4, "int8"),
            "b": numpy.ones(4, "int32"),
            "bs": (4,),
        },
    ),
]

CASES = [*WINDOWS, *PRODUCTS, *NORMALIZATIONS, *FUNCTIONS, *REDUCTIONS, *MOVES, *QUANTIZED]
