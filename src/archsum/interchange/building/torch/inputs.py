"""What a class takes: its inputs, their names and sizes, and what is said of them."""

import re
from collections.abc import Sequence, Set

from archsum.interchange.building.names import identifier
from archsum.interchange.building.program import (
    BlockStep,
    Function,
    LayerStep,
    Program,
    RepeatStep,
    steps_in,
)
from archsum.interchange.building.source import Brackets, Keyword, Lines
from archsum.interchange.building.torch.classes import ClassWriter
from archsum.interchange.building.torch.code import joined, known, literal
from archsum.interchange.building.torch.formulas import formulas_of
from archsum.interchange.building.torch.steps import Tensor
from archsum.interchange.building.torch.text import breakable, names_in
from archsum.language.expand.scope import FormulaNames
from archsum.language.spec.document import DEFAULT_INPUT
from archsum.layers.axis import named_axes


def prepare(writer: ClassWriter, function: Function) -> None:
    """Find the names that steps take, and what begins with others' states."""
    steps = [*steps_in(function.body)]
    writer.referenced = {reference.name for step in steps for reference in step.inputs or ()}
    writer.referenced |= {reference.name for reference in function.outputs or ()}
    for step in steps:
        if isinstance(step, RepeatStep):
            writer.referenced |= {reference.name for reference in step.outputs or ()}
        for formula in formulas_of(step):
            writer.referenced |= {name.partition(".")[0] for name in re.findall(r"[\w]+\.[a-z]+", formula)}
        if isinstance(step, LayerStep) and (state := step.fields.get("initial_state")):
            writer.begin_others.add(str(state))
    writer.found_indices = _indices(function)
    for name in function.inputs:
        if name in writer.found_indices:
            writer.indices.add(name)


def _indices(function: Function) -> set[str]:
    """Return the names of the layers, or inputs, whose indices an unpooling takes."""
    found = set()
    for step in steps_in(function.body):
        if isinstance(step, LayerStep) and step.kind.startswith("max_unpooling") and step.inputs:
            found.add(step.inputs[1].name)
        if isinstance(step, BlockStep) and step.inputs:
            inner = _indices(step.function)
            found |= {
                reference.name
                for reference, own in zip(step.inputs, step.function.inputs, strict=False)
                if own in inner
            }
    return found


class AtDefaults:
    """A place where formulas know the file's variables."""

    def __init__(self, program: Program) -> None:
        self.names = FormulaNames({name: one.values[0] for name, one in program.variables.items()}, dict, lambda _: {})


def take_inputs(
    writer: ClassWriter, function: Function, taken: tuple[Tensor, ...], *, is_part: bool
) -> tuple[Tensor, ...]:
    """Return what a class takes, as `forward` knows it; `is_part` of the class of what is repeated."""
    inputs = []
    for number, (name, tensor) in enumerate(zip(function.inputs, taken, strict=True)):
        word = "x" if name == DEFAULT_INPUT else identifier(name, "input")
        text = writer.variables.add(word)
        own = writer.takes(name, text, tensor, number, len(taken))
        inputs.append(own)
        writer.known[name] = (own,)
        if not is_part or number >= 1:
            writer.named.add(text)
        if name == DEFAULT_INPUT and name not in writer.referenced:
            writer.named.discard(text)
    return tuple(inputs)


def input_shape(program: Program, inputs: Sequence[Tensor], used: Set[str]) -> list[str]:
    """Return the line that says what the network takes; nothing where a size is unknown.

    Sizes of variables that nothing else uses are numbers.
    """
    if _has_open_sizes(inputs):
        return []
    shapes = [
        joined(size if names_in(size.text) <= used else known(size.value) for size in tensor.sizes) for tensor in inputs
    ]
    lines = Lines(2)
    if len(inputs) == 1:
        lines.add("self.input_shape = ", breakable(shapes[0]))
    else:
        items = tuple(
            Keyword(literal(tensor.text), breakable(shape), ": ") for tensor, shape in zip(inputs, shapes, strict=True)
        )
        lines.add("self.input_shape = ", Brackets("", items, "{}"))
    return lines.lines


def _has_open_sizes(inputs: Sequence[Tensor]) -> bool:
    return any(size.value is None for tensor in inputs for size in tensor.sizes)


def with_origin(lines: Sequence[str], inputs: Sequence[Tensor]) -> list[str]:
    """Return lines of `__init__`, with a word on sizes in numbers that come from the size of the input."""
    sizes = [str(size.value) for tensor in inputs for size in tensor.sizes[1:]]
    said = f"  # of an input of {' x '.join(sizes)}"
    return [f"{line}{said}" if len(inputs) == 1 and _OF_INPUT.fullmatch(line) else line for line in lines]


_OF_INPUT = re.compile(r" {8}(height|width|length|depth)(_\d+)? = \d+")


def with_order(described: Sequence[str], program: Program, inputs: Sequence[Tensor]) -> list[str]:
    """Return the docstring, with a word on inputs: whose channels the file has last, of open sizes, with padding."""
    said = []
    moved: dict[str, list[str]] = {}
    for tensor in inputs:
        if tensor.moved:
            axes = named_axes(tensor.shape, program.data_format)
            moved.setdefault(", ".join((axes[-1], *axes[:-1])), []).append(tensor.text)
    for order, names in moved.items():
        called = "The input is" if len(inputs) == 1 else f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'}"
        said.append(f"{called} (batch, {order}): PyTorch has the channels first.")
    if _has_open_sizes(inputs):
        said.append("Its sizes are open: give both networks some, by `--input` and `--input-after`.")
    if any(getattr(node.layer, "mask_zero", False) for node in program.network.graph.nodes):
        said.append("The word 0 is no padding here: Keras's layers pass over it (`mask_zero`).")
    *before, end = described
    return [*before, *(["", *said] if said else []), end]
