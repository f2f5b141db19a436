"""TensorFlow's functions in models of Keras 2, by the names of Keras's own, and how their arguments are called."""

from archsum.interchange.keras.structure import Entry

CLASSES = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")

_TWO = ("x", "y")

_FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(("math.add", "__operators__.add", "add"), ("Add", _TWO)),
    **dict.fromkeys(("math.subtract", "__operators__.subtract", "subtract"), ("Subtract", _TWO)),
    **dict.fromkeys(("math.multiply", "__operators__.multiply", "multiply"), ("Multiply", _TWO)),
    **dict.fromkeys(("math.divide", "math.truediv", "realdiv", "divide"), ("Divide", _TWO)),
    **dict.fromkeys(("math.maximum", "maximum"), ("Maximum", _TWO)),
    **dict.fromkeys(("math.minimum", "minimum"), ("Minimum", _TWO)),
    **dict.fromkeys(("math.pow", "pow"), ("Power", _TWO)),
    **{
        f"math.{name}": (keras, ("x",))
        for name, keras in {
            **{"abs": "Abs", "sqrt": "Sqrt", "rsqrt": "Rsqrt", "square": "Square", "exp": "Exp", "log": "Log"},
            **{"negative": "Negative", "sigmoid": "Sigmoid", "tanh": "Tanh", "sin": "Sin", "cos": "Cos"},
            **{"floor": "Floor", "ceil": "Ceil", "round": "Round", "sign": "Sign", "softplus": "Softplus"},
            **{"equal": "Equal", "not_equal": "NotEqual", "greater": "Greater", "less": "Less"},
        }.items()
    },
    **{
        f"nn.{name}": (keras, ("features",))
        for name, keras in {
            **{"relu": "Relu", "relu6": "Relu6", "sigmoid": "Sigmoid", "silu": "Silu", "swish": "Silu", "selu": "Selu"},
            **{"gelu": "Gelu", "elu": "Elu", "softplus": "Softplus", "softsign": "Softsign", "tanh": "Tanh"},
        }.items()
    },
    "nn.leaky_relu": ("LeakyRelu", ("features", "alpha")),
    "nn.softmax": ("Softmax", ("logits", "axis")),
    "nn.log_softmax": ("LogSoftmax", ("logits", "axis")),
    **{
        f"math.reduce_{name}": (keras, ("input_tensor", "axis", "keepdims"))
        for name, keras in {
            **{"mean": "Mean", "sum": "Sum", "max": "Max", "min": "Min", "prod": "Prod", "std": "Std"},
            **{"variance": "Var", "any": "Any", "all": "All", "logsumexp": "Logsumexp"},
        }.items()
    },
    "math.argmax": ("Argmax", ("input", "axis")),
    "reshape": ("Reshape", ("tensor", "shape")),
    "transpose": ("Transpose", ("a", "perm")),
    "concat": ("Concatenate", ("values", "axis")),
    "stack": ("Stack", ("values", "axis")),
    "split": ("Split", ("value", "num_or_size_splits", "axis")),
    "expand_dims": ("ExpandDims", ("input", "axis")),
    "squeeze": ("Squeeze", ("input", "axis")),
    "tile": ("Tile", ("input", "multiples")),
    "pad": ("Pad", ("tensor", "paddings")),
    "linalg.matmul": ("Matmul", ("a", "b", "transpose_a", "transpose_b")),
    "image.resize": ("Resize", ("images", "size", "method")),
    "nn.depth_to_space": ("DepthToSpace", ("input", "block_size")),
    "nn.space_to_depth": ("SpaceToDepth", ("input", "block_size")),
    "clip_by_value": ("Clip", ("t",)),
    "cast": ("Cast", ("x",)),
    "identity": ("Copy", ("input",)),
    "stop_gradient": ("StopGradient", ("input",)),
    "convert_to_tensor": ("ConvertToTensor", ("value",)),
    "__operators__.getitem": ("GetItem", ("tensor", "slice_spec")),
}


def name_of(entry: Entry) -> tuple[str, tuple[str, ...]]:
    """Return what Keras calls a function, and how TensorFlow calls its arguments, in Keras's order."""
    function = entry.config.value.get("function")
    if type(function) is not str:
        function = "__operators__.getitem" if entry.type == "SlicingOpLambda" else ""
    return _FUNCTIONS.get(function, ("", ()))
