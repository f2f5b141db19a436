"""Parameters of blocks, and variables of files → what classes are made with."""

from collections.abc import Mapping, Sequence

from archsum.formula import Value, is_formula
from archsum.interchange.building.annotations import annotation
from archsum.interchange.building.expressions import Writer
from archsum.interchange.building.module import Module
from archsum.interchange.building.names import identifier
from archsum.interchange.building.program import (
    Function,
    Program,
    Variable,
)
from archsum.interchange.building.torch.classes import ClassWriter
from archsum.interchange.building.torch.code import Code
from archsum.interchange.building.torch.steps import Tensor
from archsum.interchange.building.torch.text import names_in, put_in


def declare(writer: ClassWriter, parameters: Sequence[Variable], module: Module) -> None:
    """Let a class know the parameters of its block."""
    for one in parameters:
        writer.own[one.name] = writer.locals.add(identifier(one.name, "parameter"))
        writer.types[one.name] = annotated(one.values, module)


def annotated(values: Sequence[Value], module: Module) -> str:
    """Return the type of a parameter; what is one number, or one for each axis, is a tuple as PyTorch wants it."""
    lists = [value for value in values if isinstance(value, list | tuple)]
    if lists and len(lists) < len(values) and len({len(value) for value in lists}) == 1:
        others = [value for value in values if not isinstance(value, list | tuple)]
        return f"{annotation(others, module)} | tuple[{', '.join(['int'] * len(lists[0]))}]"
    return annotation(values, module)


def compute(writer: ClassWriter, function: Function) -> dict[str, Code]:
    """Write the parameters that are computed of others; return those that no use of the block gives."""
    computed: dict[str, Code] = {}
    for one in function.parameters:
        if not is_formula(one.stated) or (one.given and one.given == len(one.values)):
            continue
        text = str(Writer(writer, function.known).write(one.stated))
        name = writer.own[one.name]
        if one.given:
            writer.line(f"if {name} is None:")
            writer.depth += 1
            writer.line(f"{name} = {text}")
            writer.depth -= 1
        elif text.isidentifier():
            writer.locals.free(name)
            writer.own[one.name] = text
            writer.computed.add(one.name)
        else:
            writer.computed.add(one.name)
            writer.assigned.add(name)
            writer.line(f"{name} = {text}")
            computed[name] = Code(text)
    return computed


def compute_variables(writer: ClassWriter, program: Program) -> dict[str, Code]:
    """Return the variables of a file that are computed of others."""
    computed: dict[str, Code] = {}
    values = {name: one.values[0] for name, one in program.variables.items()}
    for one in program.variables.values():
        if is_formula(one.stated):
            computed[writer.own[one.name]] = Code(str(Writer(writer, [values]).write(one.stated)), one.values[0])
    return computed


def with_computed(tensor: Tensor, computed: Mapping[str, Code]) -> Tensor:
    """Return a tensor whose sizes do not name what is computed in the class."""
    sizes = []
    for size in tensor.sizes:
        for name in reversed([*computed]):
            if name in names_in(size.text):
                size = put_in(size, {name: computed[name]})
        sizes.append(size)
    return tensor._replace(sizes=tuple(sizes))
