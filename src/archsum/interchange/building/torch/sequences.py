"""Dense layers, embeddings, recurrent layers and attention."""

from math import prod

from archsum.interchange.building.torch.activations import activated
from archsum.interchange.building.torch.code import Code, call, joined, known, times
from archsum.interchange.building.torch.steps import (
    Kind,
    LayerUse,
    Made,
    Step,
    UnsupportedError,
    begun_small,
    flag,
    function,
    module,
    plain,
    same,
    unless,
)
from archsum.interchange.building.torch.windows import around, padding_of, tied, uneven
from archsum.layers import kind_of
from archsum.layers.untied import UntiedAlong


def _dense(use: LayerUse) -> Made:
    units, bias = use["units"], use.layer.bias
    sizes = (*use.input.sizes[:-1], units)
    is_tied = bias in ("tied", False) or len(sizes) == 1
    stated = "False" if not is_tied else None if bias == "untied" else tied(use)
    steps = [module(call("nn.Linear", use.features, units, bias=stated))]
    if not is_tied:
        (weight,) = (weight for weight in use.layer.weights(*(tensor.shape for tensor in use.inputs)) if weight.is_bias)
        along = [
            size if many != 1 or size.value == 1 else known(1) for many, size in zip(weight.shape, sizes, strict=True)
        ]
        if isinstance(bias, UntiedAlong) or bias == "untied":
            steps.append(module(call("Bias", *along), word="bias", helpers=["Bias"]))
    return plain(use, *steps, *activated(use, moved=False), sizes=sizes)


def _embedding(use: LayerUse) -> Made:
    made = call("nn.Embedding", use["input_dim"], use["output_dim"])
    return plain(use, module(made), sizes=(*use.input.sizes, use["output_dim"]))


def _reversible(use: LayerUse) -> Made:
    """Write a table that gives words back: products with all its rows."""
    words, features = use["input_dim"], use["output_dim"]
    if not use.layer.tie_weights:
        made = call("UntiedEmbedding", words, features)
        step = Step("{self}.reverse({0})" if use.layer.reverse else "{self}({0})", made, helpers=("UntiedEmbedding",))
    else:
        step = Step(
            "F.linear({0}, {self}.weight)" if use.layer.reverse else "{self}({0})",
            call("nn.Embedding", words, features),
            begun=begun_small("{self}.weight"),
        )
    sizes = (*use.input.sizes[:-1], words) if use.layer.reverse else (*use.input.sizes, features)
    return plain(use, step, sizes=sizes)


_NAMES = {"simple_rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def recurrent_module(use: LayerUse, *, both_ways: bool = False) -> tuple[str, tuple[str, ...]]:
    """Return what makes a recurrent layer, and the helpers that it needs."""
    layer = use.layer
    name = _NAMES[use.kind]
    gates = getattr(layer, "recurrent_activation", "sigmoid") or "linear"
    activation = layer.activation or "linear"
    possible = ("tanh", "relu") if use.kind == "simple_rnn" else ("tanh",)
    if activation not in possible or gates != "sigmoid":
        raise UnsupportedError(
            f"has the activations {activation} and {gates}, and PyTorch's {name} has {possible[0]} and sigmoid alone",
            f"write `activation: tanh`{'' if use.kind == 'simple_rnn' else ' and `recurrent_activation: sigmoid`'}",
        )
    if layer.recurrent_dropout:
        raise UnsupportedError("has `recurrent_dropout`, which PyTorch lacks", "leave it out, or write `dropout`")
    helpers: tuple[str, ...] = ()
    made = f"nn.{name}"
    if use.kind == "gru" and not layer.reset_after:
        made, helpers = "ResetBeforeGRU", ("ResetBeforeGRU",)
        if both_ways:
            raise UnsupportedError("resets before its kernel, in both directions", "write `reset_after: true`")
    elif layer.bias == "tied" and use.kind != "gru":
        made = f"OneBias{name}"
        helpers = (made,)
    stated = call(
        made,
        use.features,
        use["units"],
        nonlinearity='"relu"' if activation == "relu" else None,
        bias="False" if layer.bias is False else None,
        batch_first="True" if made != "ResetBeforeGRU" else None,
        bidirectional=flag(both_ways),
        proj_size=unless(use["proj_size"], 0) if hasattr(layer, "proj_size") else None,
    )
    return stated, helpers


def _state(use: LayerUse) -> str:
    """Return the states that it is given, as PyTorch takes them: with an axis for layers and directions."""
    given = [f"{{{number}}}" for number in range(1, len(use.inputs))]
    if not given:
        return ""
    if len(given) == 1:
        return f", {given[0]}.unsqueeze(0)"
    half = len(given) // 2 if use.kind == "bidirectional" else 0
    if not half:
        return f", ({', '.join(f'{state}.unsqueeze(0)' for state in given)})"
    pairs = zip(given[:half], given[half:], strict=True)
    stacked = [f"torch.stack(({first}, {second}))" for first, second in pairs]
    return f", {stacked[0]}" if len(stacked) == 1 else f", ({', '.join(stacked)})"


def _recurrent(use: LayerUse) -> Made:
    layer = use.layer
    made, helpers = recurrent_module(use)
    remembered = use["proj_size"] if getattr(layer, "proj_size", 0) else use["units"]
    last = "" if layer.return_sequences else "[:, -1]"
    step = Step(f"{{self}}({{0}}{_state(use)})[0]{last}", made, helpers=helpers)
    sizes = (use.input.sizes[0], remembered) if layer.return_sequences else (remembered,)
    return plain(use, *_dropped(use), step, sizes=sizes)


def _dropped(use: LayerUse) -> list[Step]:
    return [module(f"nn.Dropout({use['dropout']})", word="dropout")] if use.layer.dropout else []


def _bidirectional(use: LayerUse) -> Made:
    held = use.held
    assert held is not None
    if kind_of(type(use.layer.layer)) not in _NAMES:
        raise UnsupportedError("goes through a sequence of images in both directions", "write two layers")
    made, helpers = recurrent_module(held, both_ways=True)
    units, mode, sequences = held["units"], use.layer.merge_mode, held.layer.return_sequences
    if getattr(held.layer, "proj_size", 0):
        units = held["proj_size"]
    merged = mode == "concat" and sequences
    steps = [*_dropped(held), Step(f"{{self}}({{0}}{_state(use)})[0]", made, helpers=helpers)]
    if not merged:
        arguments = [] if mode == "concat" else [f'"{mode}"']
        arguments += [] if not sequences else ["return_sequences=True"]
        steps.append(function(call("_merge_directions", "{0}", *arguments), helpers=["_merge_directions"]))
    units = times(known(2), units) if mode == "concat" else units
    return plain(use, *steps, sizes=(use.input.sizes[0], units) if sequences else (units,))


def _attended(use: LayerUse) -> tuple[str, str, str]:
    """Return what query, key and value are among what the layer takes: Keras names the value first."""
    count = len(use.inputs) - bool(getattr(use.layer, "score_bias", False))
    return "{0}", "{0}" if count == 1 else f"{{{count - 1}}}", "{0}" if count == 1 else "{1}"


def _attention(use: LayerUse) -> Made:
    query, key, value = _attended(use)
    layer, causal = use.layer, unless(use["causal"], False)
    sizes = (*use.input.sizes[:-1], use.inputs[min(1, len(use.inputs) - 1)].sizes[-1])
    if use.kind == "attention" and layer.score_mode == "dot" and not layer.use_scale and not layer.dropout:
        stated = call("F.scaled_dot_product_attention", query, key, value, is_causal=causal, scale="1.0")
        return plain(use, function(stated), sizes=sizes)
    additive = use.kind == "additive_attention"
    name = "AdditiveAttention" if additive else "ConcatAttention" if layer.score_mode == "concat" else "ScaledAttention"
    arguments = [use.features] if additive and layer.use_scale else []
    scaled = flag(layer.use_scale and not additive)
    stated = call(name, *arguments, use_scale=scaled, dropout=unless(use["dropout"], 0.0), causal=causal)
    return plain(use, Step(f"{{self}}({query}, {key}, {value})", stated, helpers=(name,)), sizes=sizes)


def _multi_head(use: LayerUse) -> Made:
    layer = use.layer
    query, key, value = _attended(use)
    projected = use.inputs[: len(use.inputs) - layer.score_bias]
    value_features = projected[min(1, len(projected) - 1)].sizes[-1]
    key_features = projected[-1].sizes[-1]
    heads, key_heads, key_dim, value_dim = layer.heads
    features, causal = use.features, unless(use["causal"], False)
    is_plain = (
        use.kind == "multi_head_attention"
        and causal is None
        and key_dim == value_dim
        and heads * key_dim == features.value
        and not (layer.use_gate or layer.score_bias or layer.output_shape_ or layer.attention_axes)
        and use.input.rank == 2
    )
    sizes = use.input.sizes
    if is_plain:
        made = call(
            "nn.MultiheadAttention",
            features,
            use["num_heads"],
            dropout=unless(use["dropout"], 0.0),
            bias="False" if layer.bias is False else None,
            kdim=_other(key_features, features),
            vdim=_other(value_features, features),
            batch_first="True",
        )
        step = Step(f"{{self}}({query}, {key}, {value}, need_weights=False)[0]", made)
        return plain(use, step, sizes=sizes)
    grouped = use.kind == "grouped_query_attention"
    output = layer.output_shape_ if not grouped else None
    if output is not None:
        sizes = (*use.input.sizes[:-1], *map(known, output))
    stated = call(
        "MultiHeadAttention",
        features,
        use["num_query_heads" if grouped else "num_heads"],
        use["head_dim" if grouped else "key_dim"],
        value_dim=use["value_dim"] if not grouped and layer.value_dim not in (None, key_dim) else None,
        key_heads=use["num_key_value_heads"] if grouped and key_heads != heads else None,
        key_features=_other(key_features, features),
        value_features=_other(value_features, features),
        output_features=None if output is None else str(prod(output)),
        bias="False" if layer.bias is False else None,
        gate=flag(layer.use_gate),
        dropout=unless(use["dropout"], 0.0),
        causal=causal,
    )
    bias = f", score_bias={{{len(use.inputs) - 1}}}" if layer.score_bias else ""
    taken = query if len(projected) == 1 else f"{query}, {key}, {value}"
    step = Step(f"{{self}}({taken}{bias})", stated, helpers=("MultiHeadAttention",))
    before, behind = _positions(use, several=len(projected) > 1)
    steps = [*before, step, *behind]
    if output is not None and len(output) > 1:
        steps.append(function(f"{{0}}.unflatten(-1, {tuple(output)})"))
    return plain(use, *steps, sizes=sizes)


def _other(code: Code, features: Code) -> Code | None:
    return None if code.value == features.value else code


def _positions(use: LayerUse, *, several: bool) -> tuple[list[Step], list[Step]]:
    """Return what brings the axes that are attended to together, the last before the features, and back."""
    rank = use.input.rank
    stated = getattr(use.layer, "attention_axes", None)
    axes = sorted(axis % (rank + 1) for axis in stated) if stated else [*range(1, rank)]
    if len(axes) == 1 and axes[0] == rank - 1:
        return [], []
    if several:
        raise UnsupportedError("attends along other axes than one, to another input", "`reshape` both before it")
    ends = tuple(range(-1 - len(axes), -1))
    are_last = axes == [*range(rank - len(axes), rank)]
    before, behind = [], []
    if not are_last:
        before.append(function(f"{{0}}.movedim({tuple(axes)}, {ends})"))
    if len(axes) > 1:
        before.append(function(f"{{0}}.flatten({ends[0]}, -2)"))
        sizes = joined(use.input.sizes[axis - 1] for axis in axes)
        behind.append(function(f"{{0}}.unflatten(-2, {sizes})"))
    if not are_last:
        behind.append(function(f"{{0}}.movedim({ends}, {tuple(axes)})"))
    return before, behind


def _einsum_dense(use: LayerUse) -> Made:
    weights = {weight.name: weight.shape for weight in use.layer.weights(use.input.shape)}
    made = call("EinsumDense", f'"{use.layer.equation}"', joined(map(known, weights["kernel"])),
                bias=joined(map(known, weights["bias"])) if "bias" in weights else None)  # fmt: skip
    return plain(use, module(made, helpers=["EinsumDense"]), *activated(use, moved=False))


def _conv_lstm(use: LayerUse) -> Made:
    layer, rank, moved = use.layer, use.layer.rank, use.layer.data_format == "channels_last"
    if layer.dropout or layer.recurrent_dropout:
        raise UnsupportedError("drops parts of images in its steps", "write a `dropout` before it")
    if len(use.inputs) > 1:
        raise UnsupportedError("begins with states that it is given", "leave them out: it begins with zeros")
    if layer.padding == "same" and max(layer.strides) > 1:
        numbers = layer.in_numbers["padding"]
        raise UnsupportedError("is padded as `same`, with strides", f"write `padding: {numbers}`")
    sides, filters = uneven(use), use["filters"]
    padding = '"same"' if layer.padding == "same" else padding_of(use) if not sides else None
    made = call(
        f"ConvLSTM{rank}d",
        use.channels if moved else use.input.sizes[1],
        filters,
        use.per_axis("kernel_size"),
        stride=unless(use.per_axis("strides"), 1),
        padding=padding,
        dilation=unless(use.per_axis("dilation_rate"), 1),
        bias="False" if layer.bias is False else None,
        activation=f'"{layer.activation or "linear"}"' if layer.activation != "tanh" else None,
        recurrent_activation=f'"{layer.recurrent_activation or "linear"}"'
        if layer.recurrent_activation != "sigmoid"
        else None,
        return_sequences=flag(layer.return_sequences),
    )
    steps = [function(f"F.pad({{0}}, {around(sides)})")] if sides else []
    steps.append(module(made, helpers=[f"ConvLSTM{rank}d"]))
    if moved:
        return Made(steps, (filters, *map(known, use.output[:-1])), moved=True)
    turned = [function("{0}.transpose(1, 2)")]  # the steps come first in the file, and the channels in PyTorch
    behind = turned if layer.return_sequences else []
    outer = (known(use.output[0]),) if layer.return_sequences else ()
    return Made([*turned, *steps, *behind], (*outer, filters, *map(known, use.output[-rank:])))


def _masking(use: LayerUse) -> Made:
    return same(use, function(f"{{0}} * ({{0}} != {use['mask_value']}).any(-1, keepdim=True)"))


def _relative_position_bias(use: LayerUse) -> Made:
    name = "RelativePositionBias" if use.layer.num_buckets is None else "BucketedPositionBias"
    window = use.list_of("window_size")
    if use.layer.num_buckets is None:
        made = call(name, use["num_heads"], joined(window))
    else:
        made = call(name, use["num_heads"], times(*window), use["num_buckets"])
    positions = times(*window)
    sizes = (use["num_heads"], positions, positions)
    return Made([Step("{self}()", made, helpers=(name,))], sizes, has_batch=False)


def _parameter(use: LayerUse) -> Made:
    shape = use.list_of("shape")
    made = f"nn.Parameter(0.02 * torch.randn({', '.join(['1', *map(str, shape)])}))"
    return Made([Step("{self}", made)], tuple(shape), has_batch=False)


def _constant(use: LayerUse) -> Made:
    shape = use.list_of("shape")
    made = f"Constant({', '.join(map(str, shape))})"
    return Made([Step("{self}()", made, helpers=("Constant",))], tuple(shape), has_batch=False)


def _in_order(write: object) -> Kind:
    return Kind(write, channels_first=False)  # type: ignore[arg-type]


KINDS: dict[str, Kind] = {
    "dense": _in_order(_dense),
    "embedding": _in_order(_embedding),
    "reversible_embedding": _in_order(_reversible),
    "masking": _in_order(_masking),
    **{kind: _in_order(_recurrent) for kind in _NAMES},
    "bidirectional": _in_order(_bidirectional),
    "attention": _in_order(_attention),
    "additive_attention": _in_order(_attention),
    "multi_head_attention": _in_order(_multi_head),
    "grouped_query_attention": _in_order(_multi_head),
    "einsum_dense": _in_order(_einsum_dense),
    **{f"conv_lstm{rank}d": Kind(_conv_lstm, channels_first=True) for rank in (1, 2, 3)},
    "relative_position_bias": Kind(_relative_position_bias),
    "parameter": Kind(_parameter),
    "constant": Kind(_constant),
}
