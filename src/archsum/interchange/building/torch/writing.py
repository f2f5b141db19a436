"""Program → a source file of PyTorch."""

import ast
import builtins
import keyword
import re
from collections.abc import Mapping, Sequence, Set
from functools import cache
from importlib.resources import files
from textwrap import wrap
from typing import Any

from archsum.formula import Value, is_formula
from archsum.interchange.building.annotations import annotation
from archsum.interchange.building.expressions import Writer
from archsum.interchange.building.module import Module
from archsum.interchange.building.names import identifier
from archsum.interchange.building.program import (
    BlockStep,
    Function,
    LayerStep,
    NotSymbolicError,
    Program,
    RepeatStep,
    Step,
    Variable,
    steps_in,
)
from archsum.interchange.building.source import WIDTH, Brackets, Keyword, Lines, comment, docstring
from archsum.interchange.building.source import Code as Text
from archsum.interchange.building.torch import chains, layers
from archsum.interchange.building.torch.classes import ClassWriter
from archsum.interchange.building.torch.code import UNKNOWN, Code, joined, known, literal
from archsum.interchange.building.torch.formulas import formulas_of, texts_in
from archsum.interchange.building.torch.scope import Scope
from archsum.interchange.building.torch.steps import Tensor
from archsum.interchange.building.torch.text import breakable, names_in, put_in, taken_apart, without_unused
from archsum.interchange.building.torch.uses import Made, NotAChainError, Parameter
from archsum.interchange.building.torch.wishes import is_moved, prefers_first
from archsum.language.expand.scope import FormulaNames
from archsum.language.spec.document import DEFAULT_INPUT
from archsum.layers.axis import named_axes
from archsum.layers.base import Weight

_TAKEN = ("torch", "nn", "F", "Tensor", "math", "Any", "Sequence", "Callable")
_MOST_ALIKE = 1000
_PACKAGE, _PIECES = "archsum.interchange.building.torch", "pieces.py"


class Network:
    """A source file: its classes, each behind those that it uses."""

    def __init__(self, program: Program, name: str) -> None:
        self.program = program
        self.module = Module(*_TAKEN)
        self.function = self.module.names.add(name)
        self.root_name = self.class_name(name, "Network")
        self.needs_channels: set[str] = set()
        self._classes: list[tuple[str, list[str]]] = []
        self._made: dict[int, Made] = {}
        self._customs: dict[int, str] = {}
        self.root = ClassWriter(self, self.root_name)
        for variable in program.variables.values():
            self.root.own[variable.name] = self.root.locals.add(identifier(variable.name, "variable"))

    def class_name(self, name: str, otherwise: str) -> str:
        """Take a name for a class, which may be that of nothing that is copied into the file."""
        word = class_name(name)
        is_taken = word in _pieces() or keyword.iskeyword(word) or hasattr(builtins, word)
        word = f"{word}{otherwise}" if is_taken else word
        return self.module.names.add(word, *(f"{word}{number}" for number in range(2, _MOST_ALIKE)))

    def helper(self, name: str) -> str:
        """Write what PyTorch lacks into the file, and return its name."""
        if name == "make_divisible":
            return self.module.copy("archsum.interchange.building", "rounding.py", name)
        return self.module.copy(_PACKAGE, _PIECES, name)

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
        _declare(writer, function.parameters, self.module)
        visit = function.uses[0]
        shapes = [self.program.shape(given) for given in visit.inputs]
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
        _prepare(writer, function)
        moved = prefers_first(self.program, function.body)
        if moved is not None:
            taken = tuple(layers.in_layout(tensor, moved=moved) for tensor in taken)
        inputs = _inputs(writer, function, taken, is_part=is_part)
        writer.inputs = inputs
        writer.take(inputs)
        computed = _compute(writer, function.parameters, function)
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
        made.outputs = tuple(_with_computed(tensor, computed) for tensor in outputs)
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
        lines = without_unused(lines, writer.assigned)
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
        around = [Parameter(text, self._type(name, writer)) for name, text in made.free.items()]
        made.parameters = [*parameters, *required, *around, *optional]
        made.indices = frozenset(number for number, name in enumerate(function.inputs) if name in writer.indices)
        self._classes.append((writer.name, self._class(writer, function, made, lines, given, is_sequence=is_sequence)))

    def _type(self, name: str, writer: ClassWriter) -> str:
        around: Scope | None = writer.around
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
        lines.lines += docstring(wrap(_described(writer, function), WIDTH - 8), "    ")
        lines.lines.append("")
        lines.depth = 1
        lines.add("def ", _signature(made.parameters, "__init__"), " -> None:")
        lines.lines += (
            init if is_sequence and init and "super().__init__(" in init[0] else ["        super().__init__()", *init]
        )
        if is_sequence:
            return lines.lines
        result = "Tensor" if len(given) == 1 else f"tuple[{', '.join(['Tensor'] * len(given))}]"
        takes = tuple(
            Text(f"{tensor.text}{'_indices' if number in made.indices else ''}: Tensor")
            for number, tensor in enumerate(made.inputs)
        )
        lines.lines.append("")
        lines.add("def ", Brackets("forward", (Text("self"), *takes)), f" -> {result}:")
        lines.lines += _returning(writer.forward, [tensor.text for tensor in given])
        return lines.lines

    # The network

    def main(self) -> None:
        """Write the network's own class, and the function that makes it."""
        program, writer, function = self.program, self.root, self.program.main
        _prepare(writer, function)
        computed = _compute_variables(writer, program)
        inputs = []
        for name in function.inputs:
            shape = program.shape(name)
            moved = is_moved(program, function.body, name, function.inputs)
            stated = [writer.code(size, [_AtDefaults(program)]) for size in program.inputs[name]]  # type: ignore[list-item]
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
        lines = without_unused(writer.init, writer.assigned)
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
        made = Made(writer.name, tuple(inputs), outputs, parameters)
        init = [*before, *lines, *_input_shape(program, inputs, used)]
        written = self._class(writer, function, made, init, outputs, is_sequence=is_sequence and not before)
        if is_sequence and before:
            raise NotSymbolicError("a sequence with computed variables")
        lines_of_function = Lines()
        lines_of_function.add("def ", _signature(parameters, self.function, of_class=False), f" -> {writer.name}:")
        lines_of_function.lines += docstring([f"Make the network, {_size_of(program)}."], "    ")
        lines_of_function.depth = 1
        lines_of_function.add(
            "return ", Brackets(writer.name, tuple(Text(f"{one.name}={one.name}") for one in parameters))
        )
        self._classes.append((writer.name, written))
        self._classes.append((self.function, lines_of_function.lines))

    def custom(self, step: LayerStep, weights: Mapping[str, Weight], count: int) -> str:
        """Write the class of a layer that states itself, and return its name."""
        if id(step) not in self._customs:
            name = self.class_name(step.name or "custom", "Layer")
            self._customs[id(step)] = name
            lines = Lines()
            lines.add(f"class {name}(nn.Module):")
            title = f"The file's custom layer{f' `{step.name}`' if step.name else ''}: write its `forward`."
            lines.lines += docstring([title], "    ")
            lines.lines.append("")
            lines.depth = 1
            lines.add("def __init__(self) -> None:")
            lines.depth = 2
            lines.add("super().__init__()")
            for own, weight in weights.items():
                word, made = identifier(own, "weight"), f"torch.empty({joined(map(known, weight.shape))})"
                trained = "" if step.layers[0].trainable else ", requires_grad=False"
                if weight.trainable:
                    lines.add(f"self.{word} = ", breakable(f"nn.Parameter({made}{trained})"))
                else:
                    lines.add("", breakable(f'self.register_buffer("{word}", {made})'))
            lines.depth = 1
            lines.lines.append("")
            takes = ", ".join(["self", *(f"x{number or ''}: Tensor" for number in range(count))])
            lines.add(f"def forward({takes}) -> Tensor:")
            lines.depth = 2
            for field, stated in step.fields.items():
                if field not in ("weights", "trainable"):
                    lines.lines.append(f"        {comment(f'{field}: {_stated(stated)}')}")
            lines.add(f'raise NotImplementedError("{name}")')
            self._classes.append((name, lines.lines))
        return self._customs[id(step)]

    def text(self, described: Sequence[str]) -> str:
        """Put the file together; it begins with a docstring."""
        parts = [*self.module.parts.values(), *(lines for _, lines in self._classes)]
        parts = [_without_attribute(lines, name, self.needs_channels) for lines, name in self._named(parts)]
        body = "\n".join(line for part in parts for line in ["", "", *part])
        lines = [*_with_order(described, self.program, self.root.inputs), "", *_imports(body), body]
        return "\n".join(lines) + "\n"

    def _named(self, parts: list[list[str]]) -> list[tuple[list[str], str]]:
        names = [*self.module.parts, *(name for name, _ in self._classes)]
        return list(zip(parts, names, strict=True))


class _AtDefaults:
    """A place where formulas know the file's variables."""

    def __init__(self, program: Program) -> None:
        self.names = FormulaNames({name: one.values[0] for name, one in program.variables.items()}, dict, lambda _: {})


def class_name(name: str) -> str:
    """Return a name for a class: that of a block or a network, with capitals."""
    words = re.split(r"[_\W]+", identifier(name, "network"))
    return "".join(_SPELLED.get(word, word[:1].upper() + word[1:]) for word in words if word)


_SPELLED = {
    "bn": "BN", "relu": "ReLU", "lstm": "LSTM", "gru": "GRU", "resnet": "ResNet", "resnet18": "ResNet18",
    "resnet50": "ResNet50", "resnext50": "ResNeXt50", "densenet121": "DenseNet121", "convnext": "ConvNeXt",
    "mobilenet": "MobileNet", "efficientnet": "EfficientNet", "googlenet": "GoogLeNet", "mbconv": "MBConv",
    "vgg16": "VGG16", "unet": "UNet", "vit": "ViT", "gpt2": "GPT2", "dcgan": "DCGAN", "cnn": "CNN",
    "shufflenet": "ShuffleNet", "squeezenet1": "SqueezeNet1", "regnet": "RegNet", "mnasnet": "MNASNet",
    "wavenet": "WaveNet", "segnet": "SegNet", "voxnet": "VoxNet", "alexnet": "AlexNet", "lenet5": "LeNet5",
    "nasnet": "NASNet", "mlperf": "MLPerf", "sppf": "SPPF",
}  # fmt: skip
"""Words whose capitals are not those of the first letter."""


@cache
def _pieces() -> frozenset[str]:
    tree = ast.parse(files(_PACKAGE).joinpath(_PIECES).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))


def _prepare(writer: ClassWriter, function: Function) -> None:
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


def _declare(writer: ClassWriter, parameters: Sequence[Variable], module: Module) -> None:
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


def _inputs(writer: ClassWriter, function: Function, taken: tuple[Tensor, ...], *, is_part: bool) -> tuple[Tensor, ...]:
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


def _compute(writer: ClassWriter, parameters: Sequence[Variable], function: Function) -> dict[str, Code]:
    """Write the parameters that are computed of others; return those that no use of the block gives."""
    computed: dict[str, Code] = {}
    for one in parameters:
        if not is_formula(one.stated) or (one.given and one.given == len(one.values)):
            continue
        inside = [
            use.names.with_values(use.arguments) if isinstance(use.names, FormulaNames) else use.arguments
            for use in function.uses
        ]
        text = str(Writer(writer, inside).write(one.stated))
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


def _compute_variables(writer: ClassWriter, program: Program) -> dict[str, Code]:
    computed: dict[str, Code] = {}
    values = {name: one.values[0] for name, one in program.variables.items()}
    for one in program.variables.values():
        if is_formula(one.stated):
            computed[writer.own[one.name]] = Code(str(Writer(writer, [values]).write(one.stated)), one.values[0])
    return computed


def _with_computed(tensor: Tensor, computed: Mapping[str, Code]) -> Tensor:
    """Return a tensor whose sizes do not name what is computed in the class."""
    sizes = []
    for size in tensor.sizes:
        for name in reversed([*computed]):
            if name in names_in(size.text):
                size = put_in(size, {name: computed[name]})
        sizes.append(size)
    return tensor._replace(sizes=tuple(sizes))


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
                    writer.line("super().__init__", whole.removeprefix("nn.Sequential"))
                return True, given
            writer.locals.free("module")
    flow = "x" if "x" not in writer.variables or (len(inputs) == 1 and inputs[0].text == "x") else "y"
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
    first = tensor.moved or (program.data_format == "channels_first" and tensor.rank > 1)
    return tensor.sizes[0 if first else -1]


def _described(writer: ClassWriter, function: Function) -> str:
    if function.block:
        return function.about or f"The block `{function.block}`."
    if writer.around is None:
        return f"The network `{writer.program.network.graph.name}`."
    return f"What {writer.around.name} repeats."


def _signature(parameters: Sequence[Parameter], name: str = "", *, of_class: bool = True) -> Brackets:
    items = [Text("self")] if of_class else []
    for one in parameters:
        default = "" if one.default is None else f" = {one.default}"
        items.append(Text(f"{one.name}: {one.annotation}{default}"))
    return Brackets(name, tuple(items))


def _returning(lines: list[str], outputs: list[str]) -> list[str]:
    """End a function with `return`: of what the last line assigns, or of variables."""
    if lines and len(outputs) == 1:
        for number in reversed(range(len(lines))):
            if lines[number].startswith(f"        {outputs[0]} = ") and _is_one_statement(lines[number:]):
                value = "\n".join(lines[number:]).removeprefix(f"        {outputs[0]} = ")
                ended = Lines(2)
                called, behind = taken_apart(value if len(lines) > number + 1 else value.strip())
                if len(lines) == number + 1:
                    ended.add("return ", breakable(called), behind)
                else:
                    ended.lines = [f"        return {value}"]
                return [*lines[:number], *"\n".join(ended.lines).split("\n")]
            if not lines[number].startswith("         ") and not lines[number].startswith("        )"):
                break
    return [*lines, f"        return {', '.join(outputs)}"]


def _is_one_statement(lines: list[str]) -> bool:
    try:
        return len(ast.parse("\n".join(line[8:] for line in lines)).body) == 1
    except SyntaxError:
        return False


def _stated(value: Any) -> str:
    return str(value) if not isinstance(value, list) else f"[{', '.join(map(str, value))}]"


def _without_attribute(lines: list[str], name: str, needed: set[str]) -> list[str]:
    return lines if name in needed else [line for line in lines if "self.out_channels = " not in line]


def _imports(body: str) -> list[str]:
    used = names_in(body)
    found = ["import math"] if "math" in used else []
    typed = [name for name in ("Callable", "Sequence") if name in used]
    if typed:
        found.append(f"from collections.abc import {', '.join(typed)}")
    if "Any" in used:
        found.append("from typing import Any")
    found += [""] if found else []
    if "torch" in used:
        found.append("import torch")
    found.append(f"from torch import {'Tensor, nn' if 'Tensor' in used else 'nn'}")
    if "F" in used:
        found.append("from torch.nn import functional as F")
    return found


def _input_shape(program: Program, inputs: Sequence[Tensor], used: Set[str]) -> list[str]:
    """Return the line that says what the network takes; nothing where a size is unknown.

    Sizes of variables that nothing else uses are numbers.
    """
    if any(size.value is None for tensor in inputs for size in tensor.sizes):
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


def _with_order(described: Sequence[str], program: Program, inputs: Sequence[Tensor]) -> list[str]:
    """Return the docstring, with a word on inputs whose channels the file has last, and on padding among words."""
    said = []
    for name, tensor in zip(program.main.inputs, inputs, strict=True):
        if tensor.moved:
            axes = named_axes(tensor.shape, program.data_format)
            called = "The input is" if len(inputs) == 1 else f"{name} is"
            said.append(f"{called} (batch, {', '.join((axes[-1], *axes[:-1]))}): PyTorch has the channels first.")
    if any(getattr(node.layer, "mask_zero", False) for node in program.network.graph.nodes):
        said.append("The word 0 is no padding here: Keras's layers pass over it (`mask_zero`).")
    *before, end = described
    return [*before, *(["", *said] if said else []), end]


def _size_of(program: Program) -> str:
    from archsum.propagate import propagate

    params = propagate(program.network.graph, program.network.engine).torch_params
    return "of an unknown number of parameters" if params is None else f"of {params:,} parameters by default"


def write(program: Program, described: list[str], name: str) -> str:
    """Return the source of a module whose function of that name makes the network; `described` is its docstring.

    Errors: NotSymbolicError for what classes cannot say; SpecError for what PyTorch cannot do.
    """
    network = Network(program, name)
    network.main()
    return network.text(described)
