"""The layers that `archsum build` writes into files, read back by the names that they are registered by."""

from collections.abc import Callable, Sequence
from typing import Any

from archsum.graph import Owner
from archsum.interchange.keras.activations import word_of
from archsum.interchange.keras.attention import causal
from archsum.interchange.keras.custom import add_unknown
from archsum.interchange.keras.use import Use, Value
from archsum.layers.spatial import AXES
from archsum.layers.written import fields_of_layer

PACKAGE = "archsum>"

Rule = Callable[[Use], Sequence[Value | None]]


def is_built(registered: str, name: str) -> bool:
    """Whether a class is one of those."""
    return registered == f"{PACKAGE}{name}" and name in RULES


def add_built(use: Use) -> Sequence[Value | None]:
    """Add a layer. Errors: BadItemError."""
    return RULES[use.entry.type](use)


def fields_of(config: dict[str, Any], *names: str, **renamed: str) -> dict[str, Any]:
    """Return the fields that a configuration states; `renamed` are its words for ours."""
    stated = {name: name for name in names} | renamed
    found = {ours: config[theirs] for ours, theirs in stated.items() if config.get(theirs) is not None}
    found = {name: activation_of(value) if "activation" in name else value for name, value in found.items()}
    return {**found, "bias": "tied"} if found.get("bias") is True else found


def activation_of(value: Any) -> Any:
    """Return the word for an activation, which a configuration may have as a function's name."""
    return word_of(value) or value.get("config") if isinstance(value, dict) else value


def _as(kind: str, *names: str, **renamed: str) -> Rule:
    """Return the rule of a class that is a kind of ours, with fields of the same names."""

    def add(use: Use) -> Sequence[Value]:
        return [use.add(kind, fields_of(use.entry.config.mapping(), *names, **renamed), use.inputs)]

    return add


def _by_itself(kind: str, *names: str) -> Rule:
    """Return the same of what takes no input, whose layer takes one for the batch."""

    def add(use: Use) -> Sequence[Value]:
        return [use.add(kind, fields_of(use.entry.config.mapping(), *names), [])]

    return add


def _of_rank(kind: str, *names: str, **others: Any) -> Rule:
    """Return the rule of a class for data of any number of spatial axes: `kind` has `{rank}` for that."""

    def add(use: Use) -> Sequence[Value | None]:
        config, shape = use.entry.config.mapping(), use.shape(use.inputs[0])
        if shape is None:
            return add_unknown(use)
        mode = _MODES.get(config.get("mode", ""), "")
        fields = {**fields_of(config, *names, "data_format"), **others}
        return [use.add(kind.format(rank=len(shape) - 1, mode=mode), fields, use.inputs)]

    return add


_MODES = {"reflect": "reflection", "replicate": "replication", "circular": "circular"}


def _untied_bias(use: Use) -> Sequence[Value | None]:
    """Give the layer before an untied bias that bias, and the activation behind it."""
    graph, config = use.graph, use.entry.config.mapping()
    node, shape = graph.builder.node(use.input.name), use.shape(use.input)
    own = fields_of_layer(node.layer) if node else {}
    axes = config.get("axes")
    if node is None or shape is None or own.get("bias") is not False or type(axes) is not list:
        return add_unknown(use)
    is_spatial = hasattr(node.layer, "rank")
    first = is_spatial and own.get("data_format") == "channels_first"
    channels = 1 if first else len(shape)
    locations = [axis for axis in range(1, len(shape) + 1) if axis != channels]
    untied = [axis for axis in locations if axis in axes]
    names = AXES[len(shape) - 1] if is_spatial else ()
    along: list[Any] = [names[locations.index(axis)] if is_spatial else axis for axis in untied]
    bias = "untied" if untied == locations else {"untied": along}
    fields = {**own, **fields_of(config, "activation"), "bias": bias}
    graph.builder.replace(node.name, {name: fields[name] for name in fields}, use.expected(), use.place)
    return [use.input]


def _scale(use: Use) -> Sequence[Value]:
    config, shape = use.entry.config.mapping(), use.shape(use.input) or ()
    first, axes = config.get("axis") == 1 and len(shape) > 1, config.get("bias_axes")
    bias: Any = False
    if isinstance(axes, list):
        channels = 1 if first else len(shape)
        locations = [axis for axis in range(1, len(shape) + 1) if axis != channels]
        untied = [axis for axis in locations if axis in axes]
        bias = "tied" if not untied and locations else "untied" if untied == locations else {"untied": untied}
        bias = "tied" if not locations else bias
    fields = {"bias": bias, **({"data_format": "channels_first"} if first else {})}
    return [use.add("scale", fields, [use.input])]


def _table_convolution(use: Use) -> Sequence[Value]:
    config = use.entry.config.mapping()
    fields = fields_of(config, *_CONVOLUTION, "connection_table", bias="use_bias")
    return [use.add("conv2d", {**fields, "filters": len(config["connection_table"])}, use.inputs)]


def _attention(kind: str, *names: str) -> Rule:
    def add(use: Use) -> Sequence[Value]:
        given = (use.argument(0, "query"), use.argument(1, "value"), use.argument(2, "key"))
        taken = [value for value in given if isinstance(value, Value)]
        while len(taken) > 1 and taken[-1] == taken[-2]:
            taken.pop()
        bias = use.argument(3, "bias")
        fields = fields_of(use.entry.config.mapping(), *names, "dropout", "use_gate", bias="use_bias")
        inputs = [*taken, bias] if isinstance(bias, Value) else taken
        return [use.add(kind, {**fields, **causal(use), "score_bias": isinstance(bias, Value)}, inputs)]

    return add


def _shared_weight(use: Use) -> Sequence[Value]:
    """Return a weight, which is no layer: the first that is given it is said to have it."""
    return [Value(f"{use.inside.origin}{use.entry.name}", is_weight=True)]


def _tied(kind: str, weight: str, *names: str, **renamed: str) -> Rule:
    """Return the rule of a class that is given the weight which it shares with others."""

    def add(use: Use) -> Sequence[Value | None]:
        given, taken = use.argument(1, weight), use.input
        rank = len(use.shape(taken) or ()) - 1
        fields = fields_of(use.entry.config.mapping(), *names, **renamed)
        if not (isinstance(given, Value) and given.is_weight):
            return add_unknown(use)
        first = use.graph.first(given, "owner", "")
        name, _, owned = (first or f" {weight}").rpartition(" ")
        shared = {weight: Owner(name, owned)}
        added = use.add(kind.format(rank=rank), fields, [taken], whole=False, shared_weights=shared)
        use.graph.first(given, "owner", f"{added.name} {weight}")
        return [added]

    return add


_CONVOLUTION = ("kernel_size", "strides", "padding", "dilation_rate", "activation", "data_format")
_POOLING = ("pool_size", "strides", "padding")

RULES: dict[str, Rule] = {
    "UntiedBias": _untied_bias,
    "Scale": _scale,
    "LayerScale": _as("layer_scale", "axis"),
    "StochasticDepth": _as("stochastic_depth", "rate"),
    "Parameter": _by_itself("parameter", "shape"),
    "Constant": _by_itself("constant", "shape"),
    "RelativePositionBias": _by_itself("relative_position_bias", "num_heads", "window_size", "num_buckets"),
    "SharedWeight": _shared_weight,
    "TiedEmbedding": _tied("embedding", "embeddings", "input_dim", "output_dim", "mask_zero"),
    "TiedDense": _tied("dense", "kernel", "units", "activation", bias="use_bias"),
    "TiedConv": _tied("conv{rank}d", "kernel", "filters", *_CONVOLUTION, "groups", bias="use_bias"),
    "TiedConvTranspose": _tied(
        "conv{rank}d_transpose", "kernel", "filters", *_CONVOLUTION, "output_padding", bias="use_bias"
    ),
    "TableConv2D": _table_convolution,
    "CeilMaxPooling": _of_rank("max_pooling{rank}d", *_POOLING, ceil_mode=True),
    "DilatedMaxPooling": _of_rank("max_pooling{rank}d", *_POOLING, "ceil_mode", "dilation_rate"),
    "CeilAveragePooling": _of_rank("average_pooling{rank}d", *_POOLING, ceil_mode=True),
    "MaxUnpooling": _of_rank("max_unpooling{rank}d", *_POOLING, "output_size"),
    "SidePadding": _of_rank("{mode}_padding{rank}d", "padding"),
    "Pad": _as("pad", "padding", "mode"),
    "Gather": _as("gather", "axis", "size"),
    "Expand": _as("expand", "shape"),
    "ChannelShuffle": _as("channel_shuffle", "groups", "axis"),
    "Elementwise": _as("elementwise", "function", "operations"),
    "InstanceNormalization": _as("instance_normalization", "axis", "epsilon", "center", "scale", "track_running_stats"),
    "LocalResponseNormalization": _as("local_response_normalization", "size", "alpha", "beta", "k", "axis"),
    "DepthwiseConv3D": _as("depthwise_conv3d", *_CONVOLUTION, "depth_multiplier", bias="use_bias"),
    "SeparableConv3D": _as("separable_conv3d", "filters", *_CONVOLUTION, "depth_multiplier", bias="use_bias"),
    **{
        f"LocallyConnected{rank}D": _as(
            f"locally_connected{rank}d", "filters", *_CONVOLUTION[:3], *_CONVOLUTION[4:], bias="use_bias"
        )
        for rank in (1, 2)
    },
    **{
        f"GroupedConv{rank}DTranspose": _as(
            f"conv{rank}d_transpose", "filters", "groups", *_CONVOLUTION, "output_padding", bias="use_bias"
        )
        for rank in (1, 2, 3)
    },
    "BiasedMultiHeadAttention": _attention(
        "multi_head_attention", "num_heads", "key_dim", "value_dim", "output_shape", "attention_axes"
    ),
    "BiasedGroupQueryAttention": _attention(
        "grouped_query_attention", "head_dim", "num_query_heads", "num_key_value_heads"
    ),
}
"""How each class is added to the graph."""
