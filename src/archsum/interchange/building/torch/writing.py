"""Program → a source file of PyTorch."""

import builtins
import keyword
from collections.abc import Mapping, Sequence
from textwrap import wrap

from archsum.formula import is_formula
from archsum.interchange.building.annotations import annotation
from archsum.interchange.building.module import Module
from archsum.interchange.building.names import identifier
from archsum.interchange.building.program import (
    Function,
    LayerStep,
    NotSymbolicError,
    Program,
    RepeatStep,
    Step,
)
from archsum.interchange.building.source import WIDTH, Brackets, Lines, docstring
from archsum.interchange.building.source import Code as Text
from archsum.interchange.building.torch import chains, layers
from archsum.interchange.building.torch.class_names import PACKAGE, PIECES, class_name, pieces
from archsum.interchange.building.torch.classes import ClassWriter
from archsum.interchange.building.torch.code import UNKNOWN, Code, joined, literal
from archsum.interchange.building.torch.custom import Custom
from archsum.interchange.building.torch.equal_sizes import Place, equal_sizes
from archsum.interchange.building.torch.formulas import texts_in
from archsum.interchange.building.torch.inputs import (
    AtDefaults,
    input_shape,
    prepare,
    take_inputs,
    with_order,
    with_origin,
)
from archsum.interchange.building.torch.lines import imports, returning, signature, without_attribute
from archsum.interchange.building.torch.parameters import annotated, compute, compute_variables, declare, with_computed
from archsum.interchange.building.torch.scope import Scope
from archsum.interchange.building.torch.steps import Tensor
from archsum.interchange.building.torch.text import names_in, without_unused
from archsum.interchange.building.torch.tidying import tidy, without_unread
from archsum.interchange.building.torch.uses import Made, NotAChainError, Parameter, Use
from archsum.interchange.building.torch.wishes import is_moved, prefers_first
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape
from archsum.propagate import propagate

_TAKEN = ("torch", "nn", "F", "Tensor", "math", "Any", "Sequence", "Callable")
_MOST_ALIKE = 1000


class Network:
    """A source file: its classes, each behind those that it uses."""

    def __init__(self, program: Program, name: str, equal: Mapping[Place, str]) -> None:
        self.program = program
        self.equal = equal
        self.uses: list[Use] = []
        self.module = Module(*_TAKEN)
        self.function = self.module.names.add(name)
        self.root_name = self.class_name(name, "Network")
        self.needs_channels: set[str] = set()
        self._classes: list[tuple[str, list[str]]] = []
        self._made: dict[int, Made] = {}
        self._customs: dict[int, Custom] = {}
        self.root = ClassWriter(self, self.root_name)
        for variable in program.variables.values():
            self.root.own[variable.name] = self.root.locals.add(identifier(variable.name, "variable"))

    def class_name(self, name: str, otherwise: str) -> str:
        """Take a name for a class, which may be that of nothing that is copied into the file."""
        word = class_name(name)
        is_taken = word in pieces() or keyword.iskeyword(word) or hasattr(builtins, word)
        word = f"{word}{otherwise}" if is_taken else word
        return self.module.names.add(word, *(f"{word}{number}" for number in range(2, _MOST_ALIKE)))

    def helper(self, name: str) -> str:
        """Write what PyTorch lacks into the file, and return its name."""
        if name == "make_divisible":
            return self.module.copy("archsum.interchange.building", "rounding.py", name)
        return self.module.copy(PACKAGE, PIECES, name)

    def is_fixed(self, function: Function | None, number: int, position: int, tensor: Tensor) -> bool:
        """Whether a size of a block's input is the same at all its uses, whatever the network is made with."""
        program = self.program
        if function is None or program.variables or any(map(texts_in, program.inputs.values())):
            return False
        axis = (position - 1 if position else tensor.rank - 1) if tensor.moved else position
        return len({program.shape(use.inputs[number])[axis] for use in function.uses}) == 1

    # Classes

    def block(self, function: Function, taken: tuple[Tensor, ...]) -> Made:
        """Return the class of a block; it is written where that is used first."""
        if id(function) in self._made:
            return self._made[id(function)]
        name = self.class_name(function.block, "Block")
        writer = ClassWriter(self, name, self.root)
        writer.block_function = function
        declare(writer, function.parameters, self.module)
        visit = function.uses[0]
        shapes = [self.program.shape(given) for given in visit.inputs]
        if len({tuple(len(self.program.shape(one)) for one in use.inputs) for use in function.uses}) > 1:
            raise NotSymbolicError("ranks differ")
        taken = tuple(tensor.of(shape) for tensor, shape in zip(taken, shapes, strict=True))
        made = self._write(writer, function, taken)
        self._made[id(function)] = made
        return made

    def part(self, around: Scope, step: RepeatStep, taken: tuple[Tensor, ...], others: Mapping[str, Tensor]) -> Made:
        """Return the class of a repetition's body."""
        if id(step) in self._made:
            return self._made[id(step)]
        name = self.class_name(step.name or f"{around.name}_layer", "Layer")
        writer = ClassWriter(self, name, around)
        names = [*(["x"] if len(taken) == 1 else [f"x{number}" for number in range(1, len(taken) + 1)]), *others]
        body = Function("", tuple(names), (), step.body, step.outputs)
        made = self._write(writer, body, (*taken, *others.values()), flowing=len(taken), is_part=True)
        self._made[id(step)] = made
        return made

    def _write(
        self,
        writer: ClassWriter,
        function: Function,
        taken: tuple[Tensor, ...],
        *,
        flowing: int | None = None,
        is_part: bool = False,
    ) -> Made:
        prepare(writer, function)
        moved = prefers_first(self.program, function.body)
        if moved is not None:
            taken = tuple(layers.in_layout(tensor, moved=moved) for tensor in taken)
        inputs = take_inputs(writer, function, taken, is_part=is_part)
        writer.inputs = inputs
        writer.take(inputs)
        computed = compute(writer, function)
        begin = inputs[:flowing] if flowing is not None else inputs
        if is_part and len(begin) > 1:
            writer.flows[len(begin)] = [tensor.text for tensor in begin]
        is_sequence, outputs = _body(writer, function, begin)
        made = Made(writer.name, inputs, ())
        if function.outputs is not None:
            collected = [tensor for one in function.outputs for tensor in _known(writer, one.name)]
            if is_part:
                made.collected = len(collected)
                made.flows = _goes_on(function.body)
                made.is_last_collected = made.flows and [one.text for one in collected] == [one.text for one in outputs]
                outputs = (*(outputs if made.flows else ()), *collected)
            else:
                outputs = tuple(collected)
        if is_part and made.flows:
            outputs = _as_taken(writer, outputs, begin)
        given = outputs
        if made.is_last_collected:
            given = given[: len(given) - made.collected]
        made.outputs = tuple(with_computed(tensor, computed) for tensor in outputs)
        made.sizes = writer.sizes
        self._finish(writer, function, made, computed, given, is_sequence=is_sequence)
        return made

    def _finish(
        self,
        writer: ClassWriter,
        function: Function,
        made: Made,
        computed: Mapping[str, Code],
        given: tuple[Tensor, ...],
        *,
        is_sequence: bool,
    ) -> None:
        own = {one.name: writer.own[one.name] for one in function.parameters if one.name in writer.own}
        channels = [_channels(self.program, tensor) for tensor in given]
        lines = list(writer.init)
        stated = [UNKNOWN if one is None else one.text for one in channels]
        if UNKNOWN not in " ".join(stated) and any(names_in(text) & writer.assigned or "." in text for text in stated):
            value = stated[0] if len(stated) == 1 else joined(stated)
            lines.append(f"        self.out_channels = {value}")
        lines = tidy(without_unused(lines, writer.assigned))
        text = "\n".join(lines)
        if UNKNOWN in text:
            raise NotSymbolicError("a size")
        used = names_in(text)
        parameters = [Parameter(name, "int") for name in writer.sizes if name in used]
        required, optional = [], []
        for one in function.parameters:
            name = own.get(one.name, "")
            if name not in used or one.name in writer.computed:
                continue
            typed = annotated(one.values, self.module)
            if is_formula(one.stated) and one.given < len(one.values):
                optional.append(Parameter(name, f"{typed} | None", "None"))
            elif one.stated is None or is_formula(one.stated):
                required.append(Parameter(name, typed))
            else:
                optional.append(Parameter(name, typed, literal(one.stated)))
            made.own = {**made.own, one.name: name}
        made.free = {name: text for name, text in writer.free.items() if text in used}
        around = [Parameter(text, self._type(name, writer.around)) for name, text in made.free.items()]
        made.parameters = [*parameters, *required, *around, *optional]
        made.indices = frozenset(number for number, name in enumerate(function.inputs) if name in writer.indices)
        self._classes.append((writer.name, self._class(writer, function, made, lines, given, is_sequence=is_sequence)))

    def _type(self, name: str, around: Scope | None) -> str:
        """Return the type of a value that something around knows."""
        while around is not None:
            if name in around.types:
                return around.types[name]
            around = around.around
        variable = self.program.variables.get(name)
        return annotation(variable.values, self.module) if variable else "int"

    def _class(
        self,
        writer: ClassWriter,
        function: Function,
        made: Made,
        init: list[str],
        given: tuple[Tensor, ...],
        *,
        is_sequence: bool,
    ) -> list[str]:
        lines = Lines()
        lines.add(f"class {writer.name}({'nn.Sequential' if is_sequence else 'nn.Module'}):")
        if function.about:
            lines.lines += [*docstring(wrap(function.about, WIDTH - 8), "    "), ""]
        lines.depth = 1
        if init or made.parameters:
            begin = [] if is_sequence and init and "super().__init__(" in init[0] else ["        super().__init__()"]
            lines.add("def ", signature(made.parameters, "__init__"), " -> None:")
            lines.lines += [*begin, *init]
        if is_sequence:
            return lines.lines
        result = "Tensor" if len(given) == 1 else f"tuple[{', '.join(['Tensor'] * len(given))}]"
        takes = tuple(
            Text(f"{tensor.text}{'_indices' if number in made.indices else ''}: Tensor")
            for number, tensor in enumerate(made.inputs)
        )
        lines.lines += [""] if init or made.parameters else []
        lines.add("def ", Brackets("forward", (Text("self"), *takes)), f" -> {result}:")
        lines.lines += returning(without_unread(writer.forward), [tensor.text for tensor in given])
        return lines.lines

    # The network

    def main(self) -> None:
        """Write the network's own class, and the function that makes it."""
        program, writer, function = self.program, self.root, self.program.main
        prepare(writer, function)
        computed = compute_variables(writer, program)
        inputs = []
        for name in function.inputs:
            shape = program.shape(name)
            moved = is_moved(program, function.body, name, function.inputs)
            stated = [writer.code(size, [AtDefaults(program)]) for size in program.inputs[name]]  # type: ignore[list-item]
            sizes = tuple(stated)
            text = writer.variables.add("x" if len(function.inputs) == 1 else identifier(name, "input"))
            tensor = Tensor(text, sizes, shape)
            if moved:
                tensor = tensor._replace(sizes=(sizes[-1], *sizes[:-1]), moved=True)
            inputs.append(tensor)
            writer.known[name] = (tensor,)
            writer.named.add(text)
        writer.inputs = tuple(inputs)
        if len(inputs) == 1 and function.inputs[0] not in writer.referenced:
            writer.named.discard(inputs[0].text)
        is_sequence, outputs = _body(writer, function, tuple(inputs))
        if function.outputs is not None:
            outputs = tuple(tensor for one in function.outputs for tensor in _known(writer, one.name))
        lines = tidy(without_unused(writer.init, writer.assigned))
        if UNKNOWN in "\n".join(lines):
            raise NotSymbolicError("a size")
        used = names_in("\n".join(lines))
        before = [f"        {name} = {code.text}" for name, code in computed.items() if name in used]
        used |= names_in("\n".join(before))
        parameters = [
            Parameter(writer.own[one.name], annotation(one.values, self.module), literal(one.stated))
            for one in program.variables.values()
            if writer.own[one.name] in used and not is_formula(one.stated)
        ]
        without_defaults = [Parameter(one.name, one.annotation) for one in parameters]
        made = Made(writer.name, tuple(inputs), outputs, without_defaults)
        init = [*before, *with_origin(lines, inputs), *input_shape(program, inputs, used)]
        written = self._class(writer, function, made, init, outputs, is_sequence=is_sequence and not before)
        if is_sequence and before:
            raise NotSymbolicError("a sequence with computed variables")
        lines_of_function = Lines()
        lines_of_function.add("def ", signature(parameters, self.function, of_class=False), f" -> {writer.name}:")
        by_default = " by default" if parameters else ""
        lines_of_function.lines += docstring([f"Make the network, {_size_of(program)}{by_default}."], "    ")
        lines_of_function.depth = 1
        lines_of_function.add("return ", Brackets(writer.name, tuple(Text(one.name) for one in parameters)))
        self._classes.append((writer.name, written))
        self._classes.append((self.function, lines_of_function.lines))

    def custom(
        self, around: Scope, step: LayerStep, weights: Mapping[str, Weight], count: int, output: Shape | None
    ) -> str:
        """Write the class of a layer that states itself, and return what makes an object of it."""
        if id(step) not in self._customs:
            made = Custom(self.class_name(step.name or "custom", "Layer"), step, around)
            types = {name: self._type(name, around) for name in made.values}
            self._customs[id(step)] = made
            self._classes.append((made.name, made.lines(weights, types, count, output)))
        return self._customs[id(step)].construct(around)

    def text(self, described: Sequence[str]) -> str:
        """Put the file together; it begins with a docstring."""
        named = [*self.module.parts.items(), *self._classes]
        parts = [without_attribute(lines, name, self.needs_channels) for name, lines in named]
        body = "\n".join(line for part in parts for line in ["", "", *part])
        lines = [*with_order(described, self.program, self.root.inputs), "", *imports(body), body]
        return "\n".join(lines) + "\n"


def _body(writer: ClassWriter, function: Function, inputs: tuple[Tensor, ...]) -> tuple[bool, tuple[Tensor, ...]]:
    """Write a class's steps: as an `nn.Sequential`, or with a `forward` of its own."""
    if len(inputs) == 1 and function.outputs is None and not any(step.name for step in function.body):
        try:
            entries, given = chains.chain(writer, function.body, inputs)
        except NotAChainError:
            pass
        else:
            whole = chains.in_one(entries)
            if len(entries) > 1 or whole is None or whole.startswith("nn.Sequential("):
                if whole is None or not whole.startswith("nn.Sequential(") or writer.init:
                    chains.append(writer, "self", entries)
                else:
                    writer.line("", f"super().__init__{whole.removeprefix('nn.Sequential')}")
                return True, given
            writer.locals.free("module")
    is_given_up = len(inputs) == 1 and inputs[0].text == "x" and "x" not in writer.named  # nothing takes it later
    flow = "x" if is_given_up or "x" not in writer.variables else "y"
    if flow not in writer.variables:
        writer.variables.add(flow)
    return False, writer.body(function.body, inputs, flow)


def _as_taken(writer: ClassWriter, outputs: tuple[Tensor, ...], begin: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Write that what goes on to the next repetition has its channels where that takes them."""
    found = []
    for number, tensor in enumerate(outputs):
        if number < len(begin) and tensor.moved != begin[number].moved and tensor.rank > 1:
            aligned = layers.in_layout(tensor, moved=begin[number].moved)
            writer.assign(tensor.text, aligned.text)
            tensor = aligned._replace(text=tensor.text)
        found.append(tensor)
    return tuple(found)


def _known(writer: ClassWriter, name: str) -> tuple[Tensor, ...]:
    if name not in writer.known:
        raise NotSymbolicError(name)
    return writer.known[name]


def _goes_on(body: Sequence[Step]) -> bool:
    """Whether anything takes what the last step of a repetition gives by its place."""
    return body[0].inputs is None


def _channels(program: Program, tensor: Tensor) -> Code | None:
    if not tensor.sizes:
        return None
    first = tensor.has_channels_first(program.data_format)
    return tensor.sizes[0 if first else -1]


def _size_of(program: Program) -> str:
    """Say how many parameters PyTorch counts, which are not those of the docstring where statistics are among them."""
    summary = propagate(program.network.graph, program.network.engine)
    params = summary.torch_params
    if params is None or summary.params is None:
        return "of an unknown number of parameters"
    rest = summary.params - params
    return f"of {params:,} parameters{f' and {rest:,} statistics' if rest else ''}"


def write(program: Program, described: list[str], name: str) -> str:
    """Return the source of a module whose function of that name makes the network; `described` is its docstring.

    Errors: NotSymbolicError for what classes cannot say; SpecError for what PyTorch cannot do.
    """
    equal: dict[Place, str] = {}
    while True:
        network = Network(program, name, equal)
        network.main()
        found = equal_sizes(network.uses)
        if not found:
            return network.text(described)
        equal |= found  # and write it again, knowing them
