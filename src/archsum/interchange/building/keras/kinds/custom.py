"""Layers of which the file states the numbers alone: a class to fill in."""

from collections.abc import Mapping, Sequence
from typing import Any

from archsum.formula import Formula, is_formula
from archsum.interchange.building.annotations import annotation
from archsum.interchange.building.expressions import expression, values_named
from archsum.interchange.building.keras.arguments import trainable_of
from archsum.interchange.building.keras.calls import LayerCall, Stage, Table
from archsum.interchange.building.keras.lacking import LackingError
from archsum.interchange.building.module import Module
from archsum.interchange.building.names import Names, identifier
from archsum.interchange.building.program import NotSymbolicError
from archsum.interchange.building.reading import same
from archsum.interchange.building.source import INDENT, Brackets, Code, Expression, Lines, call, comment, literal, text
from archsum.layers.axis import named_axes

_COUNTS = ("macs", "flops", "kept", "scratch")


class _Own:
    """What a layer knows itself: the sizes of its input, and the values that it is made with."""

    def __init__(self, shape: str, rank: int, data_format: Any, module: Module, values: Mapping[str, str]) -> None:
        self._shape = shape
        self._names = named_axes((1,) * rank, data_format)
        self._module = module
        self._values = values

    def value(self, name: str) -> str:
        """Return the attribute that a value is."""
        return f"self.{self._values[name]}"

    def has_value(self, name: str) -> bool:
        """Whether it is made with such a value."""
        return name in self._values

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
    named = values_named(made.fields, made.function)
    key = id(made.step.item)
    if key not in module.customs:
        word = identifier(made.step.name or "custom", "custom")
        title = "".join(part[:1].upper() + part[1:] for part in word.split("_")) or "Custom"
        module.customs[key] = module.names.add(title if title.isidentifier() else "Custom", f"{title}Layer")
        module.parts[module.customs[key]] = _class(made, module.customs[key], named)
    values = [made.function.value(name) for name in named]
    stage = call(module.customs[key], *values, trainable=trainable_of(made))
    return (Stage(stage, is_list=_takes_several(made)),)


def _takes_several(made: LayerCall) -> bool:
    return len(made.inputs) > 1 or made.inputs[0].startswith("*")


def _class(made: LayerCall, name: str, named: Sequence[str]) -> list[str]:
    """Return the lines of a class, which is made with the values of these names."""
    made.use("keras", "layers")
    tensor = made.use("keras", "KerasTensor")
    one = f"{made.use('collections.abc', 'Sequence')}[{tensor}]" if _takes_several(made) else tensor
    attributes = Names(_OF_LAYERS)
    values = {value: attributes.add(identifier(value, "value")) for value in named}
    lines = Lines()
    lines.add("@", call(f"{made.use('keras')}.saving.register_keras_serializable", literal("archsum")))
    lines.add(f"class {name}(layers.Layer):")
    lines.depth = 1
    lines.add('"""To be filled in: of what it computes the file has only the numbers."""')
    if values:
        _write_init(lines, made, values)
    if made.fields.get("weights"):
        _write_build(lines, made, values, attributes)
    lines.add("")
    lines.add(f"def compute_output_spec(self, inputs: {one}) -> {tensor}:")
    lines.depth = 2
    lines.add('"""Return the shape that it gives."""')
    lines.add("return ", call(tensor, _output(made, values), dtype="self.compute_dtype"))
    lines.depth = 1
    lines.add("")
    lines.add(f"def call(self, inputs: {one}) -> {tensor}:")
    lines.depth = 2
    lines.add('"""Compute it."""')
    for count in _COUNTS:
        if made.fields.get(count) is not None:
            lines.lines.append(INDENT * 2 + comment(f"{count}: {str(made.fields[count]).removeprefix('=')}"))
    lines.add("raise ", call("NotImplementedError", Code(text(f"what {name} computes"))))
    return [line if line.strip() else "" for line in lines.lines]


def _write_init(lines: Lines, made: LayerCall, values: Mapping[str, str]) -> None:
    """Write that it keeps its values, by their names in the file, as attributes."""
    names = Names(("self", "kwargs"))
    parameters = {attribute: names.add(attribute) for attribute in values.values()}
    each = {name: [Formula(f"={name}").computed(use.names) for use in made.step.uses] for name in values}
    typed = (annotation(known, made.function.module) for known in each.values())
    takes = [Code(f"{one}: {of}") for one, of in zip(parameters.values(), typed, strict=True)]
    lines.add("")
    rest = Code(f"**kwargs: {made.use('typing', 'Any')}")
    lines.add("def ", Brackets("__init__", (Code("self"), *takes, rest)), " -> None:")
    lines.depth = 2
    lines.add("super().__init__(**kwargs)")
    for attribute, parameter in parameters.items():
        lines.add(f"self.{attribute} = {parameter}")
    lines.depth = 1


def _write_build(lines: Lines, made: LayerCall, values: Mapping[str, str], attributes: Names) -> None:
    """Write how it makes its weights."""
    several = _takes_several(made)
    own = _own(made, "input_shape[0]" if several else "input_shape", values)
    lines.add("")
    typed = "Sequence[tuple[int | None, ...]]" if several else "tuple[int | None, ...]"
    lines.add(f"def build(self, input_shape: {typed}) -> None:")
    lines.depth = 2
    lines.add('"""Make its weights."""')
    layers: Any = made.layers
    for number, (weight, stated) in enumerate(made.fields["weights"].items()):
        made_of = [layer.weights_[weight] for layer in layers]
        if None in made_of[0].shape:
            raise LackingError("makes no weights of unknown sizes", "state the sizes of the weights, in numbers")
        word = identifier(weight, f"weight_{number}")
        attribute = attributes.add(word, f"{word}_")
        sizes = stated["shape"] if isinstance(stated, dict) else stated
        shape = Brackets("", _sizes(sizes, [one.shape for one in made_of], own))
        trainable = None if made_of[0].trainable else "False"
        value = call("self.add_weight", shape=shape, name=literal(weight), trainable=trainable)
        lines.add(f"self.{attribute} = ", value)
    lines.depth = 1


def _output(made: LayerCall, values: Mapping[str, str]) -> Brackets:
    """Write the shape that it gives: as it is stated, or the input's."""
    first = "inputs[0].shape" if _takes_several(made) else "inputs.shape"
    layers: Any = made.layers
    sizes: tuple[Expression, ...] = (Code(f"*{first}[1:]"),)
    if made.fields.get("output_shape") is not None:
        each = [layer.output_shape_ for layer in layers]
        sizes = _sizes(made.fields["output_shape"], each, _own(made, first, values))
    return Brackets("", (Code(f"{first}[0]"), *sizes))


def _own(made: LayerCall, shape: str, values: Mapping[str, str]) -> _Own:
    return _Own(shape, made.rank, made.known("data_format"), made.function.module, values)


def _sizes(stated: Any, each: Sequence[Any], own: _Own) -> tuple[Expression, ...]:
    """Write sizes as the file states them; where a formula gives all of them, what they are at each use."""
    if not isinstance(stated, list):
        return tuple(map(literal, same(each)))
    return tuple(Code(expression(Formula(size), own)) if is_formula(size) else literal(size) for size in stated)


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

TABLE: Table = {"custom": _custom}
