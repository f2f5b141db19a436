"""Layers of which the file states the numbers alone: a class to fill in."""

from typing import Any

from archsum.formula import BoundFormula, Formula
from archsum.interchange.building.expressions import expression
from archsum.interchange.building.keras.arguments import trainable_of
from archsum.interchange.building.keras.calls import LayerCall, Stage, Table
from archsum.interchange.building.keras.lacking import LackingError
from archsum.interchange.building.module import Module
from archsum.interchange.building.names import Names, identifier
from archsum.interchange.building.program import NotSymbolicError
from archsum.interchange.building.reading import same
from archsum.interchange.building.source import INDENT, Brackets, Code, Lines, call, comment, literal, text
from archsum.layers.axis import named_axes

_COUNTS = ("macs", "flops", "kept", "scratch")


class _Sizes:
    """The sizes of an input as a layer knows them; all else in its formulas is computed."""

    def __init__(self, shape: str, rank: int, data_format: Any, module: Module) -> None:
        self._shape = shape
        self._names = named_axes((1,) * rank, data_format)
        self._module = module

    def value(self, name: str) -> str:
        """Errors: NotSymbolicError: what is no size has been computed."""
        raise NotSymbolicError(name)

    def has_value(self, name: str) -> bool:
        """Return that it is a size."""
        return False

    def size(self, layer: str | None, axis: str) -> str:
        """Return an element of the shape."""
        if axis == "elements":
            return f"{self._module.use('math')}.prod({self._shape}[1:])"
        if axis not in self._names:
            raise NotSymbolicError(axis)
        position = self._names.index(axis) + 1
        return f"{self._shape}[{-1 if position == len(self._names) else position}]"

    def function(self, name: str) -> str:
        """Return what a function is called."""
        return self._module.function(name)


def _custom(made: LayerCall) -> tuple[Stage, ...]:
    module = made.function.module
    for name in ("output_shape_", "weights_", *(f"{count}_" for count in _COUNTS)):
        same([_written(getattr(layer, name)) for layer in made.layers])
    key = id(made.step.item)
    if key not in module.customs:
        word = identifier(made.step.name or "custom", "custom")
        title = "".join(part[:1].upper() + part[1:] for part in word.split("_")) or "Custom"
        module.customs[key] = module.names.add(title if title.isidentifier() else "Custom", f"{title}Layer")
        module.parts[module.customs[key]] = _class(made, module.customs[key])
    arguments = {"trainable": trainable_of(made)}
    several = len(made.inputs) > 1 or made.inputs[0].startswith("*")
    return (Stage(call(module.customs[key], **arguments), is_list=several),)


def _written(value: Any) -> Any:
    """Return a value with formulas as they are written, so that equal ones are equal."""
    if isinstance(value, BoundFormula):
        return value.written()
    if isinstance(value, dict):
        return {name: (_written(weight.shape), weight.trainable) for name, weight in value.items()}
    return tuple(map(_written, value)) if isinstance(value, tuple) else value


def _class(made: LayerCall, name: str) -> list[str]:
    """Return the lines of a class."""
    layer: Any = made.layer
    use, several = made.use, len(made.inputs) > 1 or made.inputs[0].startswith("*")
    use("keras", "layers")
    tensor = use("keras", "KerasTensor")
    one = f"{use('collections.abc', 'Sequence')}[{tensor}]" if several else tensor
    first = "inputs[0].shape" if several else "inputs.shape"
    lines = Lines()
    lines.add("@", call(f"{use('keras')}.saving.register_keras_serializable", literal("archsum")))
    lines.add(f"class {name}(layers.Layer):")
    lines.depth += 1
    lines.add('"""To be filled in: of what it computes the file has only the numbers."""')
    if layer.weights_:
        shapes = "Sequence[tuple[int | None, ...]]" if several else "tuple[int | None, ...]"
        lines.add("")
        lines.add(f"def build(self, input_shape: {shapes}) -> None:")
        lines.depth += 1
        lines.add('"""Make its weights."""')
        attributes = Names(_OF_LAYERS)
        for number, (weight, stated) in enumerate(layer.weights_.items()):
            if None in stated.shape:
                raise LackingError("makes no weights of unknown sizes", "state the sizes of the weights, in numbers")
            shape = _shape(made, stated.shape, "input_shape[0]" if several else "input_shape")
            word = identifier(weight, f"weight_{number}")
            attribute = attributes.add(word, f"{word}_")
            trainable = None if stated.trainable else "False"
            value = call("self.add_weight", shape=shape, name=literal(weight), trainable=trainable)
            lines.add(f"self.{attribute} = ", value)
        lines.depth -= 1
    lines.add("")
    output = (Code(f"*{first}[1:]"),) if layer.output_shape_ is None else _shape(made, layer.output_shape_, first).items
    lines.add(f"def compute_output_spec(self, inputs: {one}) -> {tensor}:")
    lines.depth += 1
    lines.add('"""Return the shape that it gives."""')
    shape = Brackets("", (Code(f"{first}[0]"), *output))
    lines.add("return ", call(tensor, shape, dtype="self.compute_dtype"))
    lines.depth -= 1
    lines.add("")
    lines.add(f"def call(self, inputs: {one}) -> {tensor}:")
    lines.depth += 1
    lines.add('"""Compute it."""')
    for count in _COUNTS:
        stated = getattr(layer, f"{count}_")
        if stated is not None:
            lines.lines.append(INDENT * 2 + comment(f"{count}: {str(_written(stated)).removeprefix('=')}"))
    lines.add("raise ", call("NotImplementedError", Code(text(f"what {name} computes"))))
    return [line if line.strip() else "" for line in lines.lines]


_OF_LAYERS = frozenset(
    (
        *("activity_regularizer", "add_loss", "add_metric", "add_variable", "add_weight", "autocast"),
        *("build", "build_from_config", "built", "call", "call_signature_parameters", "compute_dtype"),
        *("compute_mask", "compute_output_shape", "compute_output_spec", "count_params", "dtype"),
        *("dtype_policy", "from_config", "get_build_config", "get_config", "get_weights", "input"),
        *("input_dtype", "input_spec", "load_own_variables", "losses", "metrics", "metrics_variables"),
        *("name", "non_trainable_variables", "non_trainable_weights", "output", "path"),
        *("quantization_mode", "quantize", "quantized_build", "quantized_call", "rematerialized_call"),
        *("save_own_variables", "set_weights", "stateless_call", "supports_jit", "supports_masking"),
        *("symbolic_call", "trainable", "trainable_variables", "trainable_weights", "variable_dtype"),
        *("variables", "weights"),
    )
)
"""What attributes of a layer of Keras's may not be called."""


def _shape(made: LayerCall, sizes: tuple[Any, ...], shape: str) -> Brackets:
    known = _Sizes(shape, made.rank, made.known("data_format"), made.function.module)
    written = (
        Code(expression(Formula(size.written()), known)) if isinstance(size, BoundFormula) else literal(size)
        for size in sizes
    )
    return Brackets("", tuple(written))


TABLE: Table = {"custom": _custom}
