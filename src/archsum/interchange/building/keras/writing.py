"""Program → a source file of Keras 3."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap

from archsum.errors import SpecError
from archsum.formula import Value, is_formula
from archsum.interchange.building.annotations import annotation
from archsum.interchange.building.expressions import Writer
from archsum.interchange.building.keras.functions import FunctionWriter, Signature
from archsum.interchange.building.keras.module import TENSOR, KerasModule
from archsum.interchange.building.keras.naming import model_name
from archsum.interchange.building.names import identifier
from archsum.interchange.building.program import Function, Program, Variable
from archsum.interchange.building.source import (
    INDENT,
    WIDTH,
    Brackets,
    Code,
    Expression,
    Keyword,
    Lines,
    call,
    docstring,
    literal,
)
from archsum.language.spec.document import DEFAULT_INPUT
from archsum.language.spec.items import Reference


def write(program: Program, about: list[str], name: str) -> str:
    """Return the source of a module whose function of that name makes the network.

    Errors: SpecError with everything that Keras cannot do; NotSymbolicError for what cannot be said of all uses.
    """
    module = KerasModule(program)
    signatures: dict[int, Signature] = {}
    functions = [_block(function, module, program, signatures) for function in program.functions]
    main = _network(program, module, signatures, name)
    if module.problems:
        raise SpecError(module.problems)
    return _file(module, [*functions, main], about)


def _block(function: Function, module: KerasModule, program: Program, signatures: dict[int, Signature]) -> list[str]:
    """Write the function of a block, and note its signature."""
    called = identifier("_".join((*function.wrappers, function.block)), "block")
    signature = Signature(module.names.add(f"{called}_block" if called in module.values else called))
    writer = FunctionWriter(module, program, function, signatures)
    inputs = tuple(map(writer.names.add, _input_names(function, writer)))
    flow = inputs[0] if inputs == ("x",) else writer.names.add("x")
    for number, (one, variable) in enumerate(zip(function.inputs, inputs, strict=True)):
        writer.know(one, (variable,), [use.inputs[number : number + 1] for use in function.uses])
    writer.anchor = inputs[0]
    outputs = writer.body(function.body, inputs, flow, is_taken=function.outputs is None)
    outputs = outputs if function.outputs is None else writer.found(function.outputs)
    writer.give(outputs)
    writer.take(inputs, function.uses)
    computed = _computed(function.parameters, writer, function.known)
    signature.called = writer.called
    own = {parameter.name: parameter for parameter in function.parameters if parameter.name in writer.used}
    signature.parameters = {name: one for name, one in own.items() if not _is_local(one)}
    names = [parameter.name for parameter in function.parameters]
    signature.variables = [one for one in program.variables if one in writer.used and one not in names]
    signature.takes_trainable = writer.takes_trainable
    signatures[id(function)] = signature
    tensor = module.use("keras", TENSOR)
    result = tensor if len(outputs) == 1 else f"tuple[{', '.join([tensor] * len(outputs))}]"
    takes = (*(Code(f"{one}: {tensor}") for one in inputs), *_takes(signature, program, module))
    lines = Lines()
    lines.add("def ", Brackets(signature.name, takes), f" -> {result}:")
    about = docstring(wrap(function.about, WIDTH - 12), INDENT) if function.about else []
    return [*lines.lines, *about, *computed, *writer.lines.lines]


def _input_names(function: Function, writer: FunctionWriter) -> list[str]:
    """Return names for what a function takes: `x`, of a single input that is not named again."""
    if function.inputs == (DEFAULT_INPUT,):
        return ["inputs" if DEFAULT_INPUT in writer.referenced else "x"]
    return [identifier(one, "input") for one in function.inputs]


def _takes(signature: Signature, program: Program, module: KerasModule) -> list[Expression]:
    """Return the parameters of a function behind its inputs: first those that must be given."""
    required, optional = [], []
    for name, parameter in signature.parameters.items():
        typed = f"{signature.called[name]}: {annotation(parameter.values, module)}"
        if is_formula(parameter.stated) and parameter.given < len(parameter.values):
            optional.append(Code(f"{typed} | None = None"))
        elif parameter.stated is None or is_formula(parameter.stated):
            required.append(Code(typed))
        else:
            optional.append(Code(f"{typed} = {literal(parameter.stated)}"))
    for name in signature.variables:
        required.append(Code(f"{signature.called[name]}: {annotation(program.variables[name].values, module)}"))
    trainable = [Code("trainable: bool = True")] if signature.takes_trainable else []
    return [*required, *optional, *trainable]


def _is_local(parameter: Variable) -> bool:
    """Whether a parameter is computed at every use of its block."""
    return is_formula(parameter.stated) and parameter.given == 0


def _computed(
    parameters: Iterable[Variable], writer: FunctionWriter, known: Sequence[Mapping[str, Value]]
) -> list[str]:
    """Write what is computed of other parameters, as far as it is used: it stands before all else."""
    lines: list[str] = []
    for parameter in reversed([*parameters]):
        if parameter.name not in writer.used or not is_formula(parameter.stated):
            continue
        if parameter.given and parameter.given == len(parameter.values):
            continue
        name, own = writer.called[parameter.name], Lines(1)
        value = Writer(writer, known).write(parameter.stated)
        if parameter.given:
            own.add(f"if {name} is None:")
            own.depth += 1
        own.add(f"{name} = ", value)
        lines = [*own.lines, *lines]
    return lines


def _network(program: Program, module: KerasModule, signatures: dict[int, Signature], wanted: str) -> list[str]:
    """Write the function that makes the network."""
    keras, function = module.use("keras"), program.main
    name = module.names.add(wanted)
    writer = FunctionWriter(module, program, function, signatures)
    inputs = tuple(
        writer.names.add("inputs" if one == DEFAULT_INPUT else identifier(one, "input")) for one in function.inputs
    )
    flow = writer.names.add("x")
    for one, variable in zip(function.inputs, inputs, strict=True):
        writer.know(one, (variable,), [(one,)])
        writer.set((variable,), _input(one, program, writer, keras))
    writer.anchor = inputs[0]
    outputs = writer.body(function.body, inputs, flow, is_taken=function.outputs is None)
    given = ", ".join(outputs) if function.outputs is None else _outputs(function.outputs, writer)
    listed = inputs[0] if len(inputs) == 1 else f"[{', '.join(inputs)}]"
    given = f"[{given}]" if ", " in given else given
    model = call(f"{keras}.Model", listed, given, name=literal(model_name(program.network.graph.name)))
    writer.lines.add("return ", model)
    computed = _computed(
        program.variables.values(), writer, [{name: one.values[0] for name, one in program.variables.items()}]
    )
    takes = tuple(
        Keyword(f"{writer.called[one.name]}: {annotation(one.values, module)}", literal(one.stated), " = ")
        for one in program.variables.values()
        if one.name in writer.used and not is_formula(one.stated)
    )
    lines = Lines()
    lines.add("def ", Brackets(name, takes), f" -> {keras}.Model:")
    return [*lines.lines, *computed, *writer.lines.lines]


def _input(name: str, program: Program, writer: FunctionWriter, keras: str) -> Expression:
    """Return an input of the network; numbers of words are whole."""
    shape = writer.writer(()).write(program.inputs[name])
    takers = [node for node in program.network.graph.nodes if name in node.inputs]
    whole = takers and all(node.inputs.index(name) in node.layer.takes_numbers for node in takers)
    named = None if name == DEFAULT_INPUT else literal(name)
    return call(f"{keras}.Input", shape, dtype=literal("int32") if whole else None, name=named)


def _outputs(references: Iterable[Reference], writer: FunctionWriter) -> str:
    """Return what the network gives; a list is made where some of it is not always there."""
    known = [writer.known[reference.name] for reference in references]
    if not any(one.condition for one in known):
        return ", ".join(variable for one in known for variable in one.variables)
    name = writer.names.add("outputs")
    first = [variable for one in known if not one.condition for variable in one.variables]
    writer.set((name,), f"[{', '.join(first)}]")
    for one in known:
        if one.condition:
            with writer.indented(f"if {one.condition}:"):
                writer.lines.add(f"{name} += [{', '.join(one.variables)}]")
    return name


def _file(module: KerasModule, functions: Iterable[list[str]], about: list[str]) -> str:
    """Put a file together."""
    lines = [*about, "", *_imports(module)]
    if module.partials:
        partials = Lines()
        for name, value in module.partials.items():
            partials.add(f"{name} = ", value)
        lines += ["", *partials.lines]
    for part in (*module.parts.values(), *functions):
        lines += ["", "", *part]
    return "".join(f"{line}\n" for line in lines)


def _imports(module: KerasModule) -> list[str]:
    """Return the imports, sorted as ruff does: Python's own, and those of the framework."""
    found: list[str] = []
    for is_own in (True, False):
        plain = [f"import {name}" for name in sorted(module.imports) if (name in sys.stdlib_module_names) == is_own]
        named = [
            f"from {name} import {', '.join(sorted(what, key=_order))}"
            for name, what in sorted(module.imported.items())
            if (name.partition(".")[0] in sys.stdlib_module_names) == is_own
        ]
        if plain or named:
            found += ["", *plain, *named] if found else [*plain, *named]
    return found


def _order(name: str) -> tuple[bool, str]:
    """Return where ruff sorts a name: constants, classes, functions."""
    return not name[0].isupper(), name
