"""Configurations as Keras 2 wrote them, which is no more here to write them."""

from typing import Any

Config = dict[str, Any]


def _layer(kind: str, name: str, *nodes: Any, **config: Any) -> Config:
    own = {"name": name, "trainable": True, "dtype": "float32", **config}
    return {"class_name": kind, "config": own, "name": name, "inbound_nodes": list(nodes)}


SEQUENTIAL: Config = {
    "class_name": "Sequential",
    "config": [
        {
            "class_name": "Conv2D",
            "config": {
                "name": "conv2d_1",
                "trainable": True,
                "batch_input_shape": [None, 28, 28, 1],
                "dtype": "float32",
                "filters": 32,
                "kernel_size": [3, 3],
                "strides": [1, 1],
                "padding": "valid",
                "data_format": "channels_last",
                "dilation_rate": [1, 1],
                "activation": "relu",
                "use_bias": True,
                "kernel_initializer": {
                    "class_name": "VarianceScaling",
                    "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None},
                },
                "bias_initializer": {"class_name": "Zeros", "config": {}},
                "kernel_regularizer": None,
            },
        },
        {"class_name": "BatchNormalization", "config": {"name": "bn", "trainable": True, "axis": [3], "momentum": 0.99,
                                                        "epsilon": 0.001, "center": True, "scale": True}},
        {"class_name": "LeakyReLU", "config": {"name": "leaky", "alpha": {"type": "ndarray", "value": 0.3}}},
        {"class_name": "MaxPooling2D", "config": {"name": "pool", "pool_size": [2, 2], "strides": [2, 2],
                                                  "padding": "valid", "data_format": "channels_last"}},
        {"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": True}},
        {"class_name": "Dense", "config": {"name": "dense_1", "units": 10, "activation": "softmax_v2",
                                           "use_bias": False}},
    ],
    "keras_version": "2.0.8",
    "backend": "tensorflow",
}  # fmt: skip
"""A Sequential whose layers are its whole configuration, without an input layer."""

_BRANCH: Config = {
    "name": "branch",
    "layers": [
        _layer("InputLayer", "in", batch_input_shape=[None, 8]),
        _layer("Dense", "a/b", [["in", 0, 0, {}]], units=4, activation="relu", use_bias=True),
    ],
    "input_layers": [["in", 0, 0]],
    "output_layers": [["a/b", 0, 0]],
}

FUNCTIONAL: Config = {
    "class_name": "Model",
    "config": {
        "name": "model_1",
        "layers": [
            _layer("InputLayer", "left", batch_input_shape={"class_name": "TensorShape", "items": [None, 8]}),
            _layer("InputLayer", "right", batch_input_shape=[None, 8]),
            {
                "class_name": "Functional",
                "config": _BRANCH,
                "name": "branch",
                "inbound_nodes": [[["left", 0, 0, {}]], [["right", 0, 0, {"training": False}]]],
            },
            _layer("Concatenate", "concat", [["branch", 0, 0, {}], ["branch", 1, 0, {}]], axis=-1),
            _layer("RepeatVector", "steps", [["concat", 0, 0, {}]], n=5),
            _layer("Dense", "state", [["left", 0, 0, {}]], units=6, activation="tanh", use_bias=True),
            _layer(
                "GRU",
                "gru",
                [["steps", 0, 0, {}], ["state", 0, 0, {}]],
                units=6,
                activation="tanh",
                recurrent_activation="sigmoid",
                use_bias=True,
                return_sequences=True,
                return_state=True,
                reset_after=True,
                time_major=False,
            ),
            _layer(
                "LSTM", "lstm", [["gru", 0, 0, {}]], units=3, activation="tanh", use_bias=True, return_state=False,
                recurrent_activation="hard_sigmoid", unit_forget_bias=True, implementation=1,
            ),
        ],
        "input_layers": [["left", 0, 0], ["right", 0, 0]],
        "output_layers": [["lstm", 0, 0], ["gru", 0, 1]],
    },
    "keras_version": "2.4.0",
    "backend": "tensorflow",
}  # fmt: skip
"""A graph with a model that is called twice, and a state that is an input like others."""

WITH_FUNCTIONS: Config = {
    "class_name": "Functional",
    "config": {
        "name": "functions",
        "trainable": True,
        "layers": [
            _layer("InputLayer", "image", batch_input_shape=[None, 16, 16, 3]),
            _layer(
                "TFOpLambda", "tf.math.truediv", ["image", 0, 0, {"y": 127.5, "name": None}], function="math.truediv",
            ),
            _layer(
                "Conv2D", "conv1", [["tf.math.truediv", 0, 0, {}]],
                filters=4, kernel_size=[3, 3], padding="same", groups=1, activation="linear", use_bias=True,
            ),
            _layer("TFOpLambda", "tf.nn.relu", ["conv1", 0, 0, {"name": None}], function="nn.relu"),
            _layer(
                "TFOpLambda", "tf.__operators__.add", ["tf.nn.relu", 0, 0, {"y": ["conv1", 0, 0], "name": None}],
                function="__operators__.add",
            ),
            _layer(
                "TFOpLambda", "tf.concat",
                [["tf.__operators__.add", 0, 0, {"axis": -1}], ["conv1", 0, 0, {"axis": -1}]],
                function="concat",
            ),
            _layer(
                "SlicingOpLambda", "tf.__operators__.getitem",
                ["tf.concat", 0, 0, {"slice_spec": [
                    {"start": None, "stop": None, "step": None},
                    {"start": 2, "stop": -2, "step": 2},
                    {"start": None, "stop": None, "step": None},
                    0,
                ]}],
                function="__operators__.getitem",
            ),
            _layer(
                "TFOpLambda", "tf.math.reduce_mean",
                ["tf.__operators__.getitem", 0, 0, {"axis": [1], "keepdims": False}], function="math.reduce_mean",
            ),
            _layer(
                "TFOpLambda", "tf.reshape", ["tf.math.reduce_mean", 0, 0, {"shape": [-1, 4, 4]}], function="reshape",
            ),
        ],
        "input_layers": [["image", 0, 0]],
        "output_layers": [["tf.reshape", 0, 0]],
    },
    "keras_version": "2.11.0",
    "backend": "tensorflow",
}  # fmt: skip
"""Functions of TensorFlow's, one of which has a tensor among its other arguments."""
