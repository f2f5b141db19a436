"""What takes several inputs: sums, products, concatenation, functions of elements."""

from string import ascii_lowercase

from archsum.interchange.building.torch.code import Code, known, plus, times
from archsum.interchange.building.torch.steps import Kind, LayerUse, Made, Tensor, UnsupportedError, function, plain


def _broadcast(use: LayerUse) -> tuple[Code, ...]:
    """Return the sizes of what inputs of like axes become."""
    longest = max(use.inputs, key=lambda tensor: tensor.rank)
    sizes = list(longest.sizes)
    for tensor in use.inputs:
        for number, size in enumerate(reversed(tensor.sizes), start=1):
            if sizes[-number].value == 1 and size.value != 1:
                sizes[-number] = size
    return tuple(sizes)


def _merged(use: LayerUse, call: str) -> Made:
    has_batch = any(tensor.has_batch for tensor in use.inputs)
    return Made([function(call)], _broadcast(use), use.input.moved, has_batch)


def _operands(use: LayerUse) -> list[str]:
    """Return the inputs, each with as many axes as the longest: new ones are behind the batch."""
    rank = max(tensor.rank for tensor in use.inputs)
    found = []
    for number, tensor in enumerate(use.inputs):
        new = ["None"] * (rank - tensor.rank if tensor.has_batch else 0)
        found.append(f"{{{number}}}[{', '.join([':', *new])}]" if new else f"{{{number}}}")
    return found


def _operator(sign: str) -> Kind:
    def write(use: LayerUse) -> Made:
        if any(tensor.many is not None for tensor in use.inputs):
            if sign == "+" and len(use.inputs) == 1:
                parts = use.input.text.removeprefix("*")
                # One after another: stacked, they would be in memory twice.
                return Made([function(f"sum({parts}[1:], {parts}[0])")], use.input.sizes, use.input.moved)
            name = {"+": "sum", "*": "prod"}[sign]
            return Made([function(f"torch.stack({_listed(use)}).{name}(0)")], use.input.sizes, use.input.moved)
        return _merged(use, f" {sign} ".join(_operands(use)))

    return Kind(write)


def _average(use: LayerUse) -> Made:
    terms = " + ".join(_operands(use))
    return _merged(use, f"({terms}) / {len(use.inputs)}")


def _extreme(name: str) -> Kind:
    def write(use: LayerUse) -> Made:
        call, *others = _operands(use)
        for operand in others:
            call = f"torch.{name}({call}, {operand})"
        return _merged(use, call)

    return Kind(write)


def _concatenated(use: LayerUse) -> Made:
    axis = use.input.axis(use.layer.chosen_axis)
    position = axis % (use.input.rank + 1) - 1
    sizes = list(use.input.sizes)
    sizes[position] = plus(*(_all(tensor, tensor.sizes[position]) for tensor in use.inputs))
    return Made([function(f"torch.cat({_listed(use)}, {axis})")], tuple(sizes), use.input.moved)


def _listed(use: LayerUse) -> str:
    """Return what a layer takes as one list: a list of tensors as it is, or a tuple of all."""
    if len(use.inputs) == 1:
        return use.input.text.removeprefix("*") if use.input.many is not None else "({0},)"
    return f"({', '.join(f'{{{number}}}' for number in range(len(use.inputs)))})"


def _all(tensor: Tensor, size: Code) -> Code:
    """Return the size along which tensors are joined, of all in a list."""
    return size if tensor.many is None else times(tensor.many, size)


def _dot(use: LayerUse) -> Made:
    """Write the products of two inputs' vectors as a sum over the letter that both have for them."""
    letters = iter(ascii_lowercase[2:])
    named, sizes = [], list[Code]()
    for tensor, axis in zip(use.inputs, use.layer.axes, strict=True):
        position = axis % (tensor.rank + 1)
        names = ["b" if number == position else next(letters) for number in range(1, tensor.rank + 1)]
        named.append("".join(names))
        sizes += [size for name, size in zip(names, tensor.sizes, strict=True) if name != "b"]
    taken = ["{0}", "{1}"]
    if use.layer.normalize:
        taken = [f"F.normalize({{{number}}}, dim={axis})" for number, axis in enumerate(use.layer.axes)]
    output = "".join(named).replace("b", "")
    steps = [function(f'torch.einsum("a{named[0]},a{named[1]}->a{output}", {", ".join(taken)})')]
    if not output:
        steps.append(function("{0}.unsqueeze(1)"))
    return plain(use, *steps, sizes=sizes or [known(1)])


def _matmul(use: LayerUse) -> Made:
    return plain(use, function("{0} @ {1}"))


def _einsum(use: LayerUse) -> Made:
    taken = ", ".join(f"{{{number}}}" for number in range(len(use.inputs)))
    return plain(use, function(f'torch.einsum("{use.layer.equation}", {taken})'))


_WORDS = {
    "absolute": "abs",
    "power": "pow",
    "clip": "clamp",
    "arctan": "atan",
    "mul": "mul",
    "multiply": "mul",
    "subtract": "sub",
    "div": "div",
    "divide": "div",
    "negative": "neg",
    "equal": "eq",
    "not_equal": "ne",
    "greater": "gt",
    "greater_equal": "ge",
    "less": "lt",
    "less_equal": "le",
}
_OF_ONE = frozenset(
    (
        *("abs", "sin", "sinh", "cos", "cosh", "tan", "atan", "asin", "acos", "log", "log2", "log10"),
        *("log1p", "exp", "exp2", "expm1", "square", "sqrt", "rsqrt", "reciprocal", "erf", "erfc", "neg"),
        *("floor", "ceil", "round", "sign", "logical_not", "isnan", "isinf", "isfinite", "sigmoid", "tanh"),
        *("trunc", "frac"),
    )
)
_OF_TWO = frozenset(
    (
        *("add", "sub", "mul", "div", "pow", "eq", "ne", "gt", "ge", "lt", "le", "logical_and"),
        *("logical_or", "logical_xor", "maximum", "minimum", "atan2", "fmod", "remainder"),
    )
)


def _elementwise(use: LayerUse) -> Made:
    name = _WORDS.get(use.layer.function, use.layer.function)
    count = len(use.inputs)
    if (count == 1 and name in _OF_ONE) or (count == 2 and name in _OF_TWO):
        return _merged(use, f"torch.{name}({', '.join(f'{{{number}}}' for number in range(count))})")
    if count == 3 and name == "where":
        return _merged(use, "torch.where({0} != 0, {1}, {2})")
    if count == 1 and name in (*_OF_TWO, "clamp"):
        message = f"is `{use.layer.function}` with numbers that the file does not say"
        raise UnsupportedError(message, "write a layer that says them, such as `rescaling`, or a `custom` one")
    raise UnsupportedError(
        f"is `{use.layer.function}` of {count} inputs, which PyTorch has no function for", "write a `custom` layer"
    )


def expanded(tensor: Tensor, batch: str) -> Tensor:
    """Return a tensor that is the same for each sample once for each of a batch."""
    keeps = ", ".join(["-1"] * tensor.rank)
    return tensor._replace(text=f"{tensor.text}.expand({batch}.shape[0], {keeps})", has_batch=True)


KINDS: dict[str, Kind] = {
    "add": _operator("+"),
    "subtract": _operator("-"),
    "multiply": _operator("*"),
    "divide": _operator("/"),
    "average": Kind(_average),
    "maximum": _extreme("maximum"),
    "minimum": _extreme("minimum"),
    "concatenate": Kind(_concatenated),
    "dot": Kind(_dot, channels_first=False),
    "matmul": Kind(_matmul, channels_first=False),
    "einsum": Kind(_einsum, channels_first=False),
    "elementwise": Kind(_elementwise),
}
"""What takes each element with those in its place takes data in either order, as long as it is the same."""

BROADCASTING = frozenset(KINDS) - {"concatenate", "dot", "matmul", "einsum"}
"""The kinds that take what has no batch as it is."""
