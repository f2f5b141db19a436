"""How to draw layers of kinds that PyTorch has too, beside its convolutions and poolings, and PyTorch's own of each.

PyTorch is an extra, so that it is imported only where a layer is built.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from archsum.layers import FAMILIES
from archsum.layers.shapes import Shape
from tests.support.parity import equations
from tests.support.parity.cases import REFUSED, Case, Fields, Strategy, any_cases, fields_of, rarely, single
from tests.support.parity.untied import added_to, is_untied, untied_biases

SIZES = st.integers(1, 6)
FLAGS = st.booleans()
SHAPES = st.lists(SIZES, min_size=1, max_size=4).map(tuple)
RATES = rarely(st.sampled_from([0, 0.25, 0.5, 1]), st.sampled_from([-0.1, 1.5]))
AXES = st.integers(-4, 4)
SCALE_AND_CENTER = FLAGS.map(lambda both: {"scale": both, "center": both})
"""PyTorch's `affine` is both or none."""


TRACKED = FLAGS.map(lambda tracked: {"track_running_stats": tracked})


class Ran(NamedTuple):
    """What came out of a layer: the output's shape, and how many numbers its weights have, trained and not."""

    output_shape: Shape
    trained: list[int]
    others: list[int]


class Theirs(NamedTuple):
    """Layers of ours, and for each what PyTorch has: a module, or a function."""

    cases: Strategy
    module: Callable[[Any, Case], Any]
    """Given `torch` and the layer."""


def torch_outcome(case: Case, theirs: Theirs, *, words: bool = False) -> Ran | None:
    """Run PyTorch's layer on two samples, in training; `words`: of numbers that stand for words."""
    import torch

    kind = torch.int64 if words else torch.float32
    data = [torch.zeros(2, *shape, dtype=kind) for shape in case.shapes]
    try:
        module = theirs.module(torch, case)
        output = tuple(module(*data).shape[1:])
    except (ValueError, RuntimeError, IndexError, AssertionError):
        return REFUSED
    if 0 in output:
        return REFUSED
    if not isinstance(module, torch.nn.Module):
        return Ran(output, [], [])
    _, fields = single(case.fields["layer"]) if "layer" in case.fields else ("", case.fields)
    bias = fields.get("bias")
    if is_untied(bias):
        added = torch.nn.Parameter(torch.zeros(added_to(output, bias, fields.get("data_format", "channels_last"))))
        assert (torch.zeros(2, *output) + added).shape == (2, *output)
        module.register_parameter("untied_bias", added)
    trained = [weight.numel() for weight in module.parameters()]
    others = [buffer.numel() for buffer in module.buffers() if buffer.is_floating_point()]
    return Ran(output, sorted(trained), sorted(others))


def _channels_first(fields: Strategy, ranks: tuple[int, ...], sizes: Strategy = SIZES) -> Strategy:
    """Draw a layer on data whose first axis is that of the channels; `ranks` are the numbers of the other axes."""
    shapes = st.sampled_from(ranks).flatmap(lambda rank: st.tuples(*[sizes] * (1 + rank)))
    return st.builds(lambda drawn, shape: Case({"data_format": "channels_first", **drawn}, shape), fields, shapes)


def _bias(case: Case) -> bool:
    """Whether PyTorch's own layer has a bias: an untied one is added to what it gives."""
    bias = case.fields.get("bias", True)
    return bias is not False and not is_untied(bias)


def _batch_norm(torch: Any, case: Case) -> Any:
    name = f"BatchNorm{max(len(case.shape) - 1, 1)}d"
    return getattr(torch.nn, name)(case.shape[0], affine=case.fields["scale"])


def _instance_norm(torch: Any, case: Case) -> Any:
    if len(case.shape) == 1:
        # Of a vector PyTorch would take the batch for the channels.
        return lambda data: torch.nn.InstanceNorm1d(case.shape[0])(data.unsqueeze(2))
    fields = case.fields
    module = getattr(torch.nn, f"InstanceNorm{len(case.shape) - 1}d")
    return module(case.shape[0], affine=fields["scale"], track_running_stats=fields["track_running_stats"])


@st.composite
def _along_last_axes(draw: st.DrawFn, fields: Strategy) -> Case:
    """Draw a normalization along the last axes, in any order, from either end."""
    shape = draw(SHAPES)
    count = draw(st.integers(1, len(shape)))
    axes = [axis if draw(FLAGS) else axis - len(shape) - 1 for axis in range(len(shape) - count + 1, len(shape) + 1)]
    axes = sorted(axes, key=lambda axis: axis % (len(shape) + 1))
    same_end = all(axis > 0 for axis in axes) or all(axis < 0 for axis in axes)
    return Case({**draw(fields), "axis": axes if same_end else [axis % (len(shape) + 1) for axis in axes]}, shape)


def _last_sizes(case: Case) -> Shape:
    return case.shape[len(case.shape) - len(case.fields["axis"]) :]


ACTIVATIONS: Mapping[str, str] = {
    **{"celu": "CELU", "elu": "ELU", "gelu": "GELU", "hard_shrink": "Hardshrink", "hard_sigmoid": "Hardsigmoid"},
    **{"hard_silu": "Hardswish", "hard_tanh": "Hardtanh", "leaky_relu": "LeakyReLU", "linear": "Identity"},
    **{"log_sigmoid": "LogSigmoid", "mish": "Mish", "relu": "ReLU", "relu6": "ReLU6", "selu": "SELU"},
    **{"sigmoid": "Sigmoid", "silu": "SiLU", "soft_shrink": "Softshrink", "softplus": "Softplus"},
    **{"softsign": "Softsign", "swish": "SiLU", "hard_swish": "Hardswish", "tanh": "Tanh", "tanh_shrink": "Tanhshrink"},
}


def _function(module: str) -> Theirs:
    return Theirs(any_cases(st.just({}), SHAPES), lambda torch, case: getattr(torch.nn, module)())


@st.composite
def _slopes(draw: st.DrawFn) -> Case:
    """Draw a PReLU with a slope for each channel of the first axis, as PyTorch has it."""
    shape = draw(SHAPES)
    return Case({"shared_axes": list(range(2, len(shape) + 1))} if len(shape) > 1 else {}, shape)


def _kernel(rank: int, fields: dict[str, Strategy]) -> Strategy:
    """Draw what PyTorch's convolutions have: paddings in numbers, strides together with dilation."""
    per_axis = st.integers(1, 3) | st.lists(st.integers(1, 3), min_size=rank, max_size=rank)
    optional = {
        "strides": per_axis,
        "dilation_rate": per_axis,
        "bias": st.sampled_from(["tied", False]) | untied_biases(rank),
    }
    required = {"kernel_size": per_axis, "padding": st.integers(0, 2), **fields}
    return _channels_first(fields_of(required, optional), (rank,), rarely(st.integers(5, 9), SIZES))


def _depthwise(torch: Any, case: Case, *, bias: bool | None = None) -> Any:
    fields, channels = case.fields, case.shape[0]
    size, steps, apart = (_tuple(fields.get(name, 1)) for name in ("kernel_size", "strides", "dilation_rate"))
    many = channels * fields.get("depth_multiplier", 1)
    module = getattr(torch.nn, f"Conv{len(case.shape) - 1}d")
    bias = _bias(case) if bias is None else bias
    return module(channels, many, size, steps, fields["padding"], apart, groups=channels, bias=bias)


def _separable(torch: Any, case: Case) -> Any:
    depthwise = _depthwise(torch, case, bias=False)
    pointwise = getattr(torch.nn, f"Conv{len(case.shape) - 1}d")
    return torch.nn.Sequential(
        depthwise, pointwise(depthwise.out_channels, case.fields["filters"], 1, bias=_bias(case))
    )


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _sides(rank: int, most: int) -> Strategy:
    pair = st.lists(st.integers(0, most), min_size=2, max_size=2)
    return pair if rank == 1 else st.lists(pair, min_size=rank, max_size=rank)


def _flat(stated: list[Any]) -> list[int]:
    """Write sides as PyTorch takes them: those of the last axis first."""
    pairs = stated if isinstance(stated[0], list) else [stated]
    return [side for pair in reversed(pairs) for side in pair]


def _padded(name: str) -> Callable[[Any, Case], Any]:
    return lambda torch, case: getattr(torch.nn, f"{name}Pad{len(case.shape) - 1}d")(_flat(case.fields["padding"]))


@st.composite
def _unpoolings(draw: st.DrawFn, rank: int) -> Case:
    """Draw what was pooled, and mostly the same shape as the pooling's; and a size or a third input, mostly near."""
    per_axis = st.integers(1, 3) | st.lists(st.integers(1, 3), min_size=rank, max_size=rank)
    padding = rarely(st.just(0), st.integers(0, 2) | st.lists(st.integers(0, 1), min_size=rank, max_size=rank))
    fields = draw(fields_of({"pool_size": per_axis}, {"strides": per_axis, "padding": padding}))
    channels, *spatial = draw(st.tuples(*[SIZES] * (1 + rank)))
    case = Case({"data_format": "channels_first", **fields}, (channels, *spatial))
    pool, strides, sides = (
        given if isinstance(given, list) else [given] * rank
        for given in (fields["pool_size"], fields.get("strides", fields["pool_size"]), fields.get("padding", 0))
    )
    sizes = [
        (size - 1) * stride - 2 * side + window + draw(st.integers(-1, 1))
        for size, stride, side, window in zip(spatial, strides, sides, pool, strict=True)
    ]
    pooled = draw(rarely(st.just(case.shape), st.tuples(*[SIZES] * (1 + rank))))
    match draw(st.sampled_from(["computed", "size", "other"])):
        case "size" if min(sizes) > 0:
            return case._replace(fields={**case.fields, "output_size": sizes}, others=(pooled,))
        case "other" if min(sizes) > 0:
            return case._replace(others=(pooled, (draw(SIZES), *sizes)))
    return case._replace(others=(pooled,))


def _unpooled(torch: Any, case: Case) -> Any:
    rank, fields = len(case.shape) - 1, case.fields

    def unpool(data: Any, pooled: Any, other: Any = None) -> Any:
        size = fields.get("output_size") if other is None else list(other.shape[2:])
        indices = torch.zeros(pooled.shape, dtype=torch.int64)
        pool, strides, padding = (_tuple(fields.get(name)) for name in ("pool_size", "strides", "padding"))
        function = getattr(torch.nn.functional, f"max_unpool{rank}d")
        return function(data, indices, pool, strides, padding or 0, size)

    return unpool


@st.composite
def _resizings(draw: st.DrawFn) -> Case:
    """Draw an image in a stated size, in its own times a factor, or in that of another image."""
    shape = draw(st.tuples(SIZES, SIZES, SIZES))
    fields: Fields = {"data_format": "channels_first"}
    if draw(FLAGS):
        fields["interpolation"] = draw(st.sampled_from(["nearest", "bilinear", "bicubic"]))
    match draw(st.sampled_from(["size", "factor", "other"])):
        case "size":
            fields |= {"height": draw(SIZES), "width": draw(SIZES)}
        case "factor":
            factor = st.floats(0.1, 5) | st.sampled_from([1.5, 2, 2.3, 1 / 3])
            fields["factor"] = draw(factor | st.lists(factor, min_size=2, max_size=2))
        case "other":
            return Case(fields, shape, (draw(st.tuples(SIZES, SIZES, SIZES)),))
    return Case(fields, shape)


def _resized(torch: Any, case: Case) -> Any:
    fields = case.fields
    mode, factor = fields.get("interpolation", "bilinear"), _tuple(fields.get("factor"))
    stated = (fields["height"], fields["width"]) if "height" in fields else None

    def resize(data: Any, other: Any = None) -> Any:
        size = stated if other is None else other.shape[2:]
        return torch.nn.functional.interpolate(data, size=size, scale_factor=factor, mode=mode)

    return resize


def _cropped(torch: Any, case: Case) -> Any:
    around = [-side for side in _flat(case.fields["cropping"])]
    last = [] if case.fields.get("data_format") == "channels_first" else [0, 0]
    return lambda data: torch.nn.functional.pad(data, [*last, *around])


def _attended() -> Strategy:
    """Draw a query, a value and a key, mostly of sizes that go together."""
    length = st.tuples(SIZES, SIZES, SIZES)

    def shapes(sizes: Shape, odd: Shape) -> tuple[Shape, Shape, Shape]:
        query, value, features = sizes
        return ((query, features), (odd[0] or value, odd[1] or features), (value, odd[2] or features))

    rare = rarely(st.just(0), SIZES)
    drawn = st.builds(shapes, length, st.tuples(rare, rare, rare))
    return drawn.map(lambda three: Case({}, three[0], (three[1], three[2])))


def _pairs() -> Strategy:
    size = st.sampled_from([1, 1, 5])
    shapes = st.tuples(size, size, size | st.just(4))
    return st.builds(lambda first, second: Case({}, first, (second,)), shapes, shapes)


@st.composite
def _elementwise(draw: st.DrawFn) -> Case:
    """Draw a function of one, two or three inputs, whose sizes are mostly alike or 1."""
    function, count = draw(st.sampled_from([("abs", 1), ("rsqrt", 1), ("sin", 1), ("greater", 2), ("where", 3)]))
    size = st.sampled_from([1, 5, 5])
    first, *others = draw(st.lists(st.tuples(size, size, size | st.just(4)), min_size=count, max_size=count))
    return Case({"function": function}, first, tuple(others))


def _truths(case: Case, data: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the inputs, the condition of `where` as truth values."""
    first, *others = data
    return (first.bool(), *others) if case.fields["function"] == "where" else data


@st.composite
def _matrices(draw: st.DrawFn) -> Case:
    """Draw two inputs of leading axes that are mostly alike or 1, of which one may have fewer, or be a vector."""
    size = st.sampled_from([1, 2, 2])
    leading = [draw(st.lists(size, max_size=2)) for _ in range(2)]
    rows, length, other, columns = draw(st.tuples(SIZES, SIZES, SIZES, SIZES))
    first = (*leading[0], rows, length)
    second = (*leading[1], draw(rarely(st.just(length), st.just(other))), columns)
    return Case(
        {}, draw(rarely(st.just(first), st.just(first[-1:]))), (draw(rarely(st.just(second), st.just((length,)))),)
    )


def _product(torch: Any, case: Case) -> Any:
    def multiply(*batches: Any) -> Any:
        # Each sample by itself: PyTorch knows no batch, and would take that of a vector for rows.
        return torch.stack([first @ second for first, second in zip(*batches, strict=True)])

    return multiply


@st.composite
def _gathers(draw: st.DrawFn) -> Case:
    shape = draw(SHAPES)
    fields = {"axis": draw(AXES)}
    numbers = draw(st.lists(SIZES, min_size=1, max_size=2))
    if draw(FLAGS):
        return Case(fields, shape, (tuple(numbers),))
    return Case({**fields, "size": numbers if draw(FLAGS) else numbers[0]}, shape)


def _gathered(torch: Any, case: Case) -> Any:
    def gather(data: Any, numbers: Any = None) -> Any:
        axis = case.fields["axis"] + (data.dim() if case.fields["axis"] < 0 else 0)
        if not 1 <= axis < data.dim():
            raise IndexError
        if numbers is None:
            size = case.fields["size"]
            numbers = torch.zeros(2, *(size if isinstance(size, list) else (size,)))
        taken = [sample.index_select(axis - 1, of.long().flatten()) for sample, of in zip(data, numbers, strict=True)]
        return torch.stack(taken).unflatten(axis, numbers.shape[1:])

    return gather


def _reductions() -> Strategy:
    several = AXES | st.lists(AXES, min_size=1, max_size=3)
    functions = st.sampled_from(["mean", "sum", "max", "logsumexp"])
    return fields_of({"function": functions}, {"axis": several, "keepdims": st.just(True)})


def _reduced(torch: Any, case: Case) -> Any:
    function: str = case.fields["function"]

    def reduce(data: Any) -> Any:
        axis = case.fields.get("axis", list(range(1, data.dim())))
        axes = axis if isinstance(axis, list) else [axis]
        if any(number in (0, -data.dim()) for number in axes):
            raise IndexError("the batch is no axis of a sample")
        return getattr(torch, {"max": "amax"}.get(function, function))(data, axes, keepdim="keepdims" in case.fields)

    return reduce


@st.composite
def _stacks(draw: st.DrawFn) -> Case:
    shape = draw(SHAPES)
    others = draw(st.lists(rarely(st.just(shape), SHAPES), min_size=1, max_size=2))
    return Case({"axis": draw(AXES)}, shape, tuple(others))


def _of_sample(case: Case, more: int = 0) -> int:
    """Return the axis that is stated, which is not the batch in what has so many axes more than the input."""
    axis: int = case.fields["axis"]
    if axis in (0, -len(case.shape) - more - 1):
        raise IndexError("the batch is no axis of a sample")
    return axis


def _squeezed(torch: Any, case: Case) -> Any:
    def squeeze(data: Any) -> Any:
        axis = _of_sample(case)
        if data.shape[axis] != 1:
            raise ValueError("PyTorch leaves what it cannot take away")
        return data.squeeze(axis)

    return squeeze


@st.composite
def _expansions(draw: st.DrawFn) -> Case:
    shape = draw(st.lists(st.sampled_from([1, 1, 3]), min_size=1, max_size=4).map(tuple))
    sizes = [draw(rarely(st.sampled_from([size, -1]) if size > 1 else st.integers(1, 4), SIZES)) for size in shape]
    return Case({"shape": [*draw(st.lists(rarely(SIZES, st.just(-1)), max_size=2)), *sizes]}, shape)


def _expanded(data: Any, shape: list[int]) -> Any:
    new = len(shape) + 1 - data.dim()
    return data[(slice(None), *(None,) * new)].expand(
        -1, *(0 if size == -1 else size for size in shape[:new]), *shape[max(new, 0) :]
    )


@st.composite
def _pads(draw: st.DrawFn) -> Case:
    shape = draw(st.lists(st.integers(2, 6), min_size=1, max_size=4).map(tuple))
    count = draw(rarely(st.just(len(shape)), st.integers(1, 4)))
    sides = st.lists(st.integers(0, 3), min_size=2, max_size=2)
    return Case({"padding": draw(st.lists(sides, min_size=count, max_size=count))}, shape)


def _padded_on_all_axes(torch: Any, case: Case) -> Any:
    sides = [side for pair in reversed(case.fields["padding"]) for side in pair]

    def pad(data: Any) -> Any:
        if len(sides) != 2 * len(case.shape):
            raise ValueError("PyTorch takes fewer pairs, of the last axes")
        return torch.nn.functional.pad(data, sides)

    return pad


@st.composite
def _reshapes(draw: st.DrawFn) -> Case:
    shape = draw(SHAPES)
    target = list(draw(st.permutations(shape)))
    if len(target) > 1 and draw(FLAGS):
        target = [target[0] * target[1], *target[2:]]
    if draw(FLAGS):
        target[0] = -1
    return Case({"target_shape": draw(rarely(st.just(target), st.lists(st.integers(-1, 6), max_size=4)))}, shape)


@st.composite
def _permutes(draw: st.DrawFn) -> Case:
    shape = draw(SHAPES)
    dims = st.permutations(range(1, len(shape) + 1))
    return Case({"dims": draw(rarely(dims, st.lists(st.integers(0, 4), min_size=1, max_size=4)))}, shape)


def _rolls() -> Strategy:
    """Draw shifts along a sample's axes, mostly one for each."""
    several = st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 4) | st.just(-1)), min_size=1, max_size=3).map(
        lambda pairs: {"shift": [shift for shift, _ in pairs], "axis": [axis for _, axis in pairs]}
    )
    uneven = st.just({"shift": [1, 2], "axis": [1]})
    return rarely(several, uneven)


RANKS = (1, 2, 3)
PADDINGS = [("reflection", "Reflection", 2), ("replication", "Replication", 4), ("circular", "Circular", 3)]
"""What surrounds data, PyTorch's word, and the most elements for a side: mostly no more than there are."""

MODULES: dict[str, Theirs] = {
    "dense": Theirs(
        any_cases(fields_of({"units": SIZES}, {"bias": st.sampled_from(["tied", False])}), SHAPES),
        lambda torch, case: torch.nn.Linear(case.shape[-1], case.fields["units"], bias=_bias(case)),
    ),
    "einsum_dense": Theirs(equations.equations({}).filter(equations.is_whole), equations.torch_module),
    "embedding": Theirs(
        any_cases(fields_of({"input_dim": SIZES, "output_dim": SIZES}), SHAPES | st.just(())),
        lambda torch, case: torch.nn.Embedding(case.fields["input_dim"], case.fields["output_dim"]),
    ),
    "batch_normalization": Theirs(_channels_first(SCALE_AND_CENTER, (0, 1, 2, 3)), _batch_norm),
    "group_normalization": Theirs(
        _channels_first(fields_of({"groups": st.integers(1, 4)}), (0, 1, 2, 3)),
        lambda torch, case: torch.nn.GroupNorm(case.fields["groups"], case.shape[0]),
    ),
    "instance_normalization": Theirs(
        _channels_first(st.builds(operator.or_, SCALE_AND_CENTER, TRACKED), (0, 1, 2, 3)), _instance_norm
    ),
    "layer_normalization": Theirs(
        _along_last_axes(SCALE_AND_CENTER),
        lambda torch, case: torch.nn.LayerNorm(_last_sizes(case), elementwise_affine=case.fields["scale"]),
    ),
    "rms_normalization": Theirs(_along_last_axes(st.just({})), lambda torch, case: torch.nn.RMSNorm(_last_sizes(case))),
    "local_response_normalization": Theirs(
        _channels_first(
            fields_of({"size": SIZES}, {"alpha": st.floats(0, 1), "beta": st.floats(0, 1), "k": st.floats(1, 2)}),
            (0, 1, 2, 3),
        ),
        lambda torch, case: torch.nn.LocalResponseNorm(
            **{name: value for name, value in case.fields.items() if name != "data_format"}
        ),
    ),
    "unit_normalization": Theirs(
        any_cases(fields_of({"axis": AXES}), SHAPES),
        lambda torch, case: lambda data: torch.nn.functional.normalize(data, dim=case.fields["axis"]),
    ),
    "softmax": Theirs(
        any_cases(fields_of({"axis": AXES}), SHAPES), lambda torch, case: torch.nn.Softmax(case.fields["axis"])
    ),
    "activation": Theirs(
        any_cases(fields_of({"activation": st.sampled_from(list(ACTIVATIONS))}), SHAPES),
        lambda torch, case: getattr(torch.nn, ACTIVATIONS[case.fields["activation"]])(),
    ),
    **{kind: _function(module) for kind, module in ACTIVATIONS.items() if kind in FAMILIES["activation_functions"]},
    "log_softmax": Theirs(any_cases(st.just({}), SHAPES), lambda torch, case: torch.nn.LogSoftmax(-1)),
    "threshold": Theirs(any_cases(st.just({}), SHAPES), lambda torch, case: torch.nn.Threshold(0.0, 0.0)),
    "relu": Theirs(any_cases(st.just({}), SHAPES), lambda torch, case: torch.nn.ReLU()),
    "leaky_relu": Theirs(
        any_cases(fields_of({"negative_slope": st.floats(0.01, 1)}), SHAPES),
        lambda torch, case: torch.nn.LeakyReLU(case.fields["negative_slope"]),
    ),
    "elu": Theirs(
        any_cases(fields_of({"alpha": st.floats(0.1, 2)}), SHAPES),
        lambda torch, case: torch.nn.ELU(case.fields["alpha"]),
    ),
    "prelu": Theirs(_slopes(), lambda torch, case: torch.nn.PReLU(case.shape[0])),
    "identity": Theirs(any_cases(st.just({}), SHAPES), lambda torch, case: torch.nn.Identity()),
    "dropout": Theirs(
        any_cases(fields_of({"rate": RATES}), SHAPES), lambda torch, case: torch.nn.Dropout(case.fields["rate"])
    ),
    "alpha_dropout": Theirs(
        any_cases(fields_of({"rate": RATES}), SHAPES), lambda torch, case: torch.nn.AlphaDropout(case.fields["rate"])
    ),
    "flatten": Theirs(any_cases(st.just({}), SHAPES), lambda torch, case: torch.nn.Flatten()),
    "reshape": Theirs(
        _reshapes(), lambda torch, case: lambda data: data.reshape(len(data), *case.fields["target_shape"])
    ),
    "permute": Theirs(_permutes(), lambda torch, case: lambda data: data.permute(0, *case.fields["dims"])),
    "roll": Theirs(
        any_cases(_rolls(), SHAPES),
        lambda torch, case: lambda data: data.roll(case.fields["shift"], case.fields["axis"]),
    ),
    **{
        f"zero_padding{rank}d": Theirs(
            _channels_first(fields_of({"padding": _sides(rank, 2)}), (rank,)),
            lambda torch, case: getattr(torch.nn, f"ZeroPad{len(case.shape) - 1}d")(_flat(case.fields["padding"])),
        )
        for rank in RANKS
    },
    **{
        f"{how}_padding{rank}d": Theirs(
            _channels_first(fields_of({"padding": _sides(rank, most)}), (rank,), st.integers(2, 6)), _padded(name)
        )
        for how, name, most in PADDINGS
        for rank in RANKS
    },
    "cropping1d": Theirs(any_cases(fields_of({"cropping": _sides(1, 2)}), st.tuples(SIZES, SIZES)), _cropped),
    **{
        f"cropping{rank}d": Theirs(
            _channels_first(fields_of({"cropping": _sides(rank, 2)}), (rank,), rarely(st.integers(5, 8), SIZES)),
            _cropped,
        )
        for rank in (2, 3)
    },
    **{
        f"up_sampling{rank}d": Theirs(
            _channels_first(fields_of({"size": st.lists(st.integers(1, 3), min_size=rank, max_size=rank)}), (rank,)),
            lambda torch, case: torch.nn.Upsample(scale_factor=tuple(map(float, case.fields["size"]))),
        )
        for rank in (2, 3)
    },
    **{f"max_unpooling{rank}d": Theirs(_unpoolings(rank), _unpooled) for rank in RANKS},
    "resizing": Theirs(_resizings(), _resized),
    **{
        f"global_average_pooling{rank}d": Theirs(
            _channels_first(st.just({"keepdims": True}), (rank,)),
            lambda torch, case: getattr(torch.nn, f"AdaptiveAvgPool{len(case.shape) - 1}d")(1),
        )
        for rank in RANKS
    },
    **{
        f"global_max_pooling{rank}d": Theirs(
            _channels_first(st.just({"keepdims": True}), (rank,)),
            lambda torch, case: getattr(torch.nn, f"AdaptiveMaxPool{len(case.shape) - 1}d")(1),
        )
        for rank in RANKS
    },
    **{
        f"spatial_dropout{rank}d": Theirs(
            _channels_first(fields_of({"rate": RATES}), (rank,)),
            lambda torch, case: getattr(torch.nn, f"Dropout{len(case.shape) - 1}d")(case.fields["rate"]),
        )
        for rank in (2, 3)
    },
    **{
        f"depthwise_conv{rank}d": Theirs(_kernel(rank, {"depth_multiplier": st.integers(1, 2)}), _depthwise)
        for rank in RANKS
    },
    **{f"separable_conv{rank}d": Theirs(_kernel(rank, {"filters": SIZES}), _separable) for rank in RANKS},
    "subtract": Theirs(_pairs(), lambda torch, case: torch.sub),
    "divide": Theirs(_pairs(), lambda torch, case: torch.div),
    "elementwise": Theirs(
        _elementwise(), lambda torch, case: lambda *data: getattr(torch, case.fields["function"])(*_truths(case, data))
    ),
    "matmul": Theirs(_matrices(), _product),
    "gather": Theirs(_gathers(), _gathered),
    "reduce": Theirs(any_cases(_reductions(), SHAPES), _reduced),
    "stack": Theirs(_stacks(), lambda torch, case: lambda *data: torch.stack(data, _of_sample(case, 1))),
    "expand_dims": Theirs(
        any_cases(fields_of({"axis": AXES}), SHAPES),
        lambda torch, case: lambda data: data.unsqueeze(_of_sample(case, 1)),
    ),
    "squeeze": Theirs(any_cases(fields_of({"axis": AXES}), st.lists(st.sampled_from([1, 1, 3])).map(tuple)), _squeezed),
    "expand": Theirs(_expansions(), lambda torch, case: lambda data: _expanded(data, case.fields["shape"])),
    "tile": Theirs(
        any_cases(fields_of({"repeats": st.lists(st.integers(1, 3), max_size=5)}), SHAPES),
        lambda torch, case: lambda data: torch.stack([sample.tile(case.fields["repeats"]) for sample in data]),
    ),
    "pad": Theirs(_pads(), _padded_on_all_axes),
    "einsum": Theirs(
        equations.products(2), lambda torch, case: lambda *data: torch.einsum(case.fields["equation"], *data)
    ),
    "maximum": Theirs(_pairs(), lambda torch, case: torch.maximum),
    "minimum": Theirs(_pairs(), lambda torch, case: torch.minimum),
    "average": Theirs(_pairs(), lambda torch, case: lambda first, second: (first + second) / 2),
    "attention": Theirs(
        _attended(),
        lambda torch, case: (
            lambda query, value, key: torch.nn.functional.scaled_dot_product_attention(query, key, value)
        ),
    ),
}
"""By our kinds."""


def _weight_normalized() -> Theirs:
    """Draw a layer that another holds; PyTorch gives its own weight two others in its place."""
    kinds = ("dense", "depthwise_conv1d", "depthwise_conv2d")

    def held(kind: str) -> Strategy:
        return MODULES[kind].cases.map(lambda case: case._replace(fields={"layer": {kind: case.fields}}))

    def module(torch: Any, case: Case) -> Any:
        kind, fields = single(case.fields["layer"])
        return torch.nn.utils.parametrizations.weight_norm(
            MODULES[kind].module(torch, case._replace(fields=fields)), "weight"
        )

    return Theirs(st.sampled_from(kinds).flatmap(held), module)


MODULES["weight_normalization"] = _weight_normalized()
