"""One form for what frameworks write in several: activations, poolings, convolutions, tables of words, sizes."""

from collections.abc import Callable, Iterator, Mapping

from archsum.comparison.apart import apart
from archsum.comparison.layouts import FORMAT
from archsum.comparison.rewriting import kind_of_any_rank, rewritten
from archsum.graph import Node
from archsum.layers import FAMILIES, kind_of, layer_class
from archsum.layers.base import Layer
from archsum.layers.fields import StrictModel
from archsum.layers.shapes import Shape, split_channels
from archsum.layers.written import fields_of_layer
from archsum.summary import LayerSummary, Summary


def in_one_form(summary: Summary) -> Summary:
    """Return a network whose activations are layers of their own, and whose layers are of the narrowest kind.

    PyTorch has no activations in its convolutions, one class for those of each channel and all others, and none for
    what is two of its layers. Layers that change nothing are left out, as they need not be modules there.
    """
    layers = {layer.name: layer.layer for layer in summary.layers}
    are_owners = {owner.node for layer in summary.layers for owner in layer.node.shared_weights.values()}
    nodes: list[Node] = []
    instead: dict[str, str] = {}
    for layer in summary.layers:
        node = layer.node._replace(inputs=tuple(instead.get(name, name) for name in layer.node.inputs))
        owner = None if node.shared_weights or node.name in are_owners else layers[node.shared_with or node.name]
        node = _with_fewest_inputs(_without_steps(node))
        made = list(_forms(layer, _with_stated_size(layer, node), owner))
        instead[node.name] = made[-1].name
        if _changes_nothing(made[-1].layer, layer) and not _gives_an_input(made[-1], summary):
            instead[node.name] = made.pop().inputs[0]
        nodes += made
    return rewritten(summary, nodes, instead)


def _without_steps(node: Node) -> Node:
    """Return a dense layer for one that is distributed over steps: it does the same to each location anyway."""
    held: Layer | None = getattr(node.layer, "layer", None)
    if held is None or (kind_of(type(node.layer)), kind_of(type(held))) != ("time_distributed", "dense"):
        return node
    if getattr(held, "bias", None) not in ("tied", False):
        return node
    return node._replace(layer=held.model_copy(update={"trainable": held.trainable and node.layer.trainable}))


def _with_fewest_inputs(node: Node) -> Node:
    """Return an attention without a value and a key that are what is before them, as they are then left unsaid."""
    inputs = node.inputs
    while kind_of(type(node.layer)) in _ATTENTIONS and len(inputs) > 1 and inputs[-1] == inputs[-2]:
        inputs = inputs[:-1]
    return node._replace(inputs=inputs)


_ATTENTIONS = frozenset((*FAMILIES["attention"], *FAMILIES["multi_head_attention"]))


def _with_stated_size(layer: LayerSummary, node: Node) -> Node:
    """Return a layer that states the size of what it gives, in the place of an input that is of this size."""
    own = node.layer
    fields_of = _SIZES.get(kind_of_any_rank(own))
    if fields_of is None or None in layer.output_shape:
        return node
    spatial, _ = split_channels(layer.output_shape, getattr(own, FORMAT))
    spare = own.shape_only - {own.indices_of}
    inputs = tuple(name for number, name in enumerate(node.inputs) if number not in spare)
    return node._replace(layer=own.model_copy(update=fields_of(spatial)), inputs=inputs)


def _changes_nothing(own: Layer, layer: LayerSummary) -> bool:
    """Whether it passes on what it takes, as a dropout at rate 0 does in training too, and a slice of all there is."""
    kind = kind_of(type(own))
    if kind == "slice":
        return layer.input_shapes == (layer.output_shape,) and None not in layer.output_shape
    is_linear = kind == "activation" and getattr(own, "activation", "") == "linear"
    return kind == "identity" or is_linear or getattr(own, "strength", None) == 0


def _gives_an_input(node: Node, summary: Summary) -> bool:
    """Whether the network gives what it takes, and a layer is there for that."""
    return node.name in summary.given and node.inputs[0] in summary.inputs


def _forms(layer: LayerSummary, node: Node, owner: Layer | None) -> Iterator[Node]:
    """Yield a layer without its activation, taken apart unless `owner`, whose its weights are, is None, and this."""
    own = node.layer
    activation = getattr(own, "activation", None)
    has_own = layer.computed.weights and not own.state_names and activation not in (None, "linear")
    without = own.model_copy(update={"activation": None}) if has_own else own
    node = node._replace(layer=without)
    parts = apart(node, owner) if owner else (node,)
    yield from (part._replace(layer=_narrowest(part.layer, layer)) for part in parts)
    if has_own:
        *around, last = node.path
        applied = _narrowest(layer_class("activation").model_validate({"activation": activation}), layer)
        name = f"{node.name}.{activation}"
        path = (*around, f"{last}.{activation}")
        yield Node(name, applied, (parts[-1].name,), path, node.span, node.uses, origin=node.origin)


def _narrowest(own: Layer, layer: LayerSummary) -> Layer:
    rule = _RULES.get(kind_of_any_rank(own))
    return rule(own, layer) if rule else own


def _activation(own: Layer, layer: LayerSummary) -> Layer:
    name = str(getattr(own, "activation", ""))
    fields = {"leaky_relu": {"negative_slope": 0.2}}.get(name, {})
    return layer_class(name).model_validate(fields) if name in ("relu", "softmax", "elu", "leaky_relu") else own


def _relu(own: Layer, layer: LayerSummary) -> Layer:
    is_bounded = [getattr(own, name) for name in ("max_value", "negative_slope", "threshold")] == [6, 0, 0]
    return layer_class("relu6").model_validate({}) if is_bounded else own


def _adaptive(which: str) -> "Rule":
    def rule(own: Layer, layer: LayerSummary) -> Layer:
        sizes = getattr(own, "output_size", ())
        if set(sizes) != {1}:
            return own
        fields = {"keepdims": True, FORMAT: getattr(own, FORMAT)}
        return layer_class(f"global_{which}_pooling{len(sizes)}d").model_validate(fields)

    return rule


def _convolution(own: Layer, layer: LayerSummary) -> Layer:
    groups, filters = getattr(own, "groups", 1), getattr(own, "filters", 0)
    (shape,) = layer.input_shapes
    if groups == 1 or groups != split_channels(shape, getattr(own, FORMAT))[1]:
        return own
    stated: StrictModel = own
    fields = {name: getattr(own, name) for name in stated.model_fields_set - {"groups", "filters", "type"}}
    kind = kind_of(type(own)).replace("conv", "depthwise_conv")
    fields["depth_multiplier"] = filters // groups
    return layer_class(kind).model_construct(
        **{**layer_class(kind).model_validate({"kernel_size": 1}).__dict__, **fields}
    )


def _depthwise(own: Layer, layer: LayerSummary) -> Layer:
    """Return what is a convolution as any other, where there is one channel."""
    (shape,) = layer.input_shapes
    if split_channels(shape, getattr(own, FORMAT))[1] != 1:
        return own
    fields = fields_of_layer(own)
    fields["filters"] = fields.pop("depth_multiplier")
    return layer_class(kind_of(type(own)).removeprefix("depthwise_")).model_validate(fields)


def _transposed(own: Layer, layer: LayerSummary) -> Layer:
    """Return a transposed convolution whose padding is numbers, which Keras's words are for any size."""
    windows = getattr(own, "windows", ())
    numbers = {
        "padding": tuple(window.cut for window in windows),
        "output_padding": tuple(window.added for window in windows),
    }
    return own.model_copy(update=numbers)


def _max_pooling(own: Layer, layer: LayerSummary) -> Layer:
    """Return a pooling that keeps its size with the numbers of its padding, as PyTorch has it."""
    windows = getattr(own, "windows", ())
    if getattr(own, "padding", "") != "same" or any(window.stride > 1 for window in windows):
        return own
    return own.model_copy(update={"padding": tuple(window.sides_in_numbers for window in windows)})


def _reshape(own: Layer, layer: LayerSummary) -> Layer:
    return layer_class("flatten").model_validate({}) if len(layer.output_shape) == 1 else own


Rule = Callable[[Layer, LayerSummary], Layer]

_RULES: dict[str, Rule] = {
    "activation": _activation,
    "relu": _relu,
    "adaptive_average_pooling": _adaptive("average"),
    "adaptive_max_pooling": _adaptive("max"),
    "conv": _convolution,
    "depthwise_conv": _depthwise,
    **{f"conv{rank}d_transpose": _transposed for rank in (1, 2, 3)},
    "max_pooling": _max_pooling,
    "reshape": _reshape,
}

_SIZES: dict[str, Callable[[Shape], Mapping[str, object]]] = {
    "max_unpooling": lambda sizes: {"output_size": sizes},
    "resizing": lambda sizes: {"height": sizes[0], "width": sizes[1], "factor": None},
}
"""The fields by which a kind can state the spatial sizes of what it gives."""
