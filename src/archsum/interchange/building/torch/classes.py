"""A function of a program → an `nn.Module` class."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any

from archsum.formula import is_formula
from archsum.interchange.building.expressions import Writer, names_of, values_of
from archsum.interchange.building.names import Names, identifier
from archsum.interchange.building.program import (
    BlockStep,
    Function,
    GroupStep,
    LayerStep,
    NotSymbolicError,
    RepeatStep,
    Step,
)
from archsum.interchange.building.source import Lines
from archsum.interchange.building.torch import chains, containers, layers
from archsum.interchange.building.torch.code import UNKNOWN, Code, call, known, times
from archsum.interchange.building.torch.steps import Step as Call
from archsum.interchange.building.torch.steps import Tensor
from archsum.interchange.building.torch.text import breakable, names_in, put_in, replaced, taken_apart
from archsum.interchange.building.torch.uses import Made, NotAChainError, Use
from archsum.language.expand.trace import Visit
from archsum.layers.axis import named_axes

if TYPE_CHECKING:
    from archsum.interchange.building.torch.writing import Network


_OF_MODULES = frozenset(
    (
        *("add_module", "append", "apply", "bfloat16", "buffers", "call_super_init", "children", "compile"),
        *("cpu", "cuda", "double", "dump_patches", "eval", "extend", "extra_repr", "float", "forward"),
        *("get_buffer", "get_parameter", "get_submodule", "half", "insert", "ipu", "load_state_dict"),
        *("modules", "mtia", "named_buffers", "named_children", "named_modules", "named_parameters"),
        *("parameters", "pop", "register_buffer", "register_module", "register_parameter"),
        *("requires_grad_", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train"),
        *("training", "type", "xpu", "zero_grad", "self"),
    )
)
_LONG = 50
"""More letters of an expression are a line of their own."""
_OF_FORWARD = ("self", "torch", "nn", "F", "math", "Tensor")


class ClassWriter:
    """Writes a class: its `__init__` and its `forward`, step by step. It is what formulas know."""

    def __init__(self, network: "Network", name: str, around: "ClassWriter | None" = None) -> None:
        self.network = network
        self.program = network.program
        self.name = name
        self.around = around
        self.block_function: Function | None = None
        self.own: dict[str, str] = {}
        """Python's expressions of what formulas know here."""
        self.free: dict[str, str] = {}
        """Of what formulas know that is around, Python's names here."""
        self.locals = Names(("self", "nn", "torch", "F", "math"))
        self.attributes = Names(_OF_MODULES)
        self.variables = Names(_OF_FORWARD)
        self.init: list[str] = []
        self.depth = 2
        self.forward: list[str] = []
        self.forward_depth = 2
        self.known: dict[str, tuple[Tensor, ...]] = {}
        self.named: set[str] = set()
        self.last: str | None = None
        """The variable that the last line of `forward` assigns to, if that may be written into the next."""
        self.inputs: tuple[Tensor, ...] = ()
        self.sizes: dict[str, tuple[int, int]] = {}
        self.shared: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self.begin_others: set[str] = set()
        self.found_indices: set[str] = set()
        self.indices: set[str] = set()
        self.assigned: set[str] = set()
        """Local names that hold sizes, which are left out where nothing reads them."""
        self.referenced: set[str] = set()
        self.computed: set[str] = set()
        """The block's parameters that no use of it gives, by the file's names."""
        self.types: dict[str, str] = {}
        """The annotations of values, by the file's names."""
        self.flows: dict[int, list[str]] = {}
        self._current: tuple[Tensor, ...] = ()

    # What formulas know

    def value(self, name: str) -> str:
        """Return what a name of formulas is called here."""
        if name in self.own:
            return self.own[name]
        if name not in self.free:
            if not self.around or not self.around.has_value(name):
                raise NotSymbolicError(name)
            self.free[name] = self.locals.add(identifier(name, "value"))
        return self.free[name]

    def has_value(self, name: str) -> bool:
        """Whether formulas know a value of the name."""
        return name in self.own or bool(self.around and self.around.has_value(name))

    def size(self, layer: str | None, axis: str) -> str:
        """Return the expression of a size."""
        tensors = self._current if layer is None else self.known.get(layer, ())
        if not tensors:
            raise NotSymbolicError(axis)
        tensor = tensors[0]
        if axis == "elements":
            found = times(*tensor.sizes)
        else:
            names = named_axes(tensor.shape, self.program.data_format)
            if axis not in names:
                raise NotSymbolicError(axis)
            found = tensor.sizes[tensor.axis(names.index(axis) + 1) - 1]
        if UNKNOWN in found.text:
            raise NotSymbolicError(axis)
        return found.atom

    def function(self, name: str) -> str:
        """Return what a function of formulas is called."""
        if name in ("ceil", "floor"):
            return f"math.{name}"
        return self.network.helper(name) if name == "make_divisible" else name

    def take(self, tensors: tuple[Tensor, ...]) -> None:
        """Take note of what a step takes, whose sizes its formulas may name."""
        self._current = tensors

    def code(self, stated: Any, visits: Sequence[Visit]) -> Code:
        """Write a value of the file."""
        values = values_of(stated, visits)
        if not _has_formula(stated):
            return known(values[0])
        whole = all(type(value) is int for value in values)
        writer = Writer(self, [visit.names for visit in visits])
        return Code(str(writer.write(stated, whole=whole)), values[0])

    def condition(self, step: Step, tensors: tuple[Tensor, ...]) -> str | None:
        """Return when a step is there; None where it always is."""
        stated = step.item.condition
        if not (is_formula(stated) and names_of([stated])):
            return None
        self.take(tensors)
        is_everywhere = all(visit.is_there for visit in step.visits)
        if step.name in self.referenced:
            if is_everywhere:
                return None
            raise NotSymbolicError(str(step.name))
        try:
            return Writer(self, [visit.names for visit in step.visits]).condition(stated)
        except NotSymbolicError:
            if is_everywhere:
                return None
            raise

    # Lines

    def line(self, text: str, expression: str = "", behind: str = "") -> None:
        """Add a line to `__init__`."""
        lines = Lines(self.depth)
        loop, _, values = text.partition(" in ")
        if text.startswith("for ") and not expression:
            text, expression, behind = f"{loop} in ", values.removesuffix(":"), ":"
        lines.add(text, breakable(expression) if expression else "", behind)
        self.init += lines.lines

    def attribute(self, wanted: str, made: str) -> str:
        """Add an attribute, and return its name."""
        name = self.attributes.add(wanted)
        self.line(f"self.{name} = ", made)
        return name

    def local(self, wanted: str, value: str) -> str:
        """Add a local name of `__init__` that holds a size."""
        name = self.locals.add(wanted)
        self.assigned.add(name)
        self.line(f"{name} = ", value)
        return name

    def assign(self, target: str, value: str) -> None:
        """Assign to a variable of `forward`."""
        if target == value:
            return
        lines = Lines(self.forward_depth)
        called, behind = taken_apart(value)
        lines.add(f"{target} = ", breakable(called), behind)
        self.forward += lines.lines
        self.last = target if len(lines.lines) == 1 else None

    def statement(self, text: str) -> None:
        """Add a line to `forward`."""
        self.forward.append(f"{'    ' * self.forward_depth}{text}")
        self.last = None

    @contextmanager
    def indented(self, header: str = "", of_forward: str = "") -> Iterator[None]:
        """Write lines below a header, in `__init__`, in `forward`, or in both."""
        if header:
            self.line(header)
            self.depth += 1
        if of_forward:
            self.statement(of_forward)
            self.forward_depth += 1
        yield
        self.depth -= bool(header)
        self.forward_depth -= bool(of_forward)
        self.last = None

    def kept(self, wanted: str, value: str) -> str:
        """Return what a value of `__init__` is called in `forward`."""
        if not names_in(value) - {"True", "False"}:
            return value
        name = f"self.{wanted}"
        if f"{name} = {value}" not in map(str.strip, self.init):
            name = f"self.{self.attributes.add(wanted)}"
            self.line(f"{name} = {value}")
        return name

    def in_forward(self, text: str) -> str:
        """Return an expression of `forward`, in which names of `__init__` are attributes."""
        mine = {*self.own_names(), *self.free.values(), *self.sizes, *self.assigned}
        used = [name for name in sorted(names_in(text)) if name in mine]
        return replaced(text, {name: self.kept(name, name) for name in used})

    def own_names(self) -> set[str]:
        """Return the names that values of formulas have here."""
        return {name for text in self.own.values() for name in names_in(text)}

    def visible(self) -> set[str]:
        """Return the names of values that are around."""
        return self.own_names() | (self.around.visible() if self.around else set())

    def expression(self, step: Step, taken: tuple[Tensor, ...]) -> Tensor:
        """Return what a layer without weights makes of several tensors, as an expression."""
        if not isinstance(step, LayerStep) or step.item.condition is not True:
            raise NotSymbolicError("merges by several layers")
        self.take(taken)
        made = layers.write(self, step, self.at(taken, step.uses[0]))
        texts = [tensor.text for tensor in made.taken]
        for one in made.steps:
            module = ""
            if one.module:
                module = f"self.{self.attribute(identifier(step.kind), one.module)}"
            template = self.in_forward_template(one.call)
            operands = [text if _is_operand(template, place) else Code(text).atom for place, text in enumerate(texts)]
            texts = [template.format(*operands, self=module), *texts[1:]]
        return made.output._replace(text=texts[0])

    # Tensors

    def takes(self, name: str, text: str, tensor: Tensor, number: int, count: int) -> Tensor:
        """Return what an input is here: its sizes are parameters of the class."""
        axes = list(named_axes(tensor.shape, self.program.data_format))
        if tensor.moved:
            axes = [axes[-1], *axes[:-1]]
        if tensor.rank == 2 and not tensor.moved and self.program.data_format == "channels_last":
            axes = ["length", "features"]
        sizes = []
        for position, (axis, given) in enumerate(zip(axes, tensor.sizes, strict=True)):
            word = identifier(axis.replace("size of axis ", "size_"))
            word = f"in_{word}" if word in ("channels", "features") else word
            wanted = word if count == 1 else f"{identifier(name)}_{word.removeprefix('in_')}"
            if not word.startswith("in_") and self.network.is_fixed(self.block_function, number, position, tensor):
                sizes.append(known(given.value))
                continue
            size = self.locals.add(wanted)
            self.sizes[size] = (number, position)
            sizes.append(Code(size, given.value, (size, ())))
        return tensor._replace(text=text, sizes=tuple(sizes))

    def found(self, step: Step, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return what a step takes."""
        if step.inputs is None:
            return tensors
        taken: list[Tensor] = []
        for reference in step.inputs:
            if reference.name not in self.known:
                raise NotSymbolicError(reference.name)
            taken += self.known[reference.name]
        return tuple(taken)

    def at(self, tensors: tuple[Tensor, ...], visit: Visit) -> tuple[Tensor, ...]:
        """Return tensors with the sizes that they have in one place of the network."""
        if len(tensors) != len(visit.inputs):
            return tensors
        shapes = [self.program.shape(name) for name in visit.inputs]
        if any(len(shape) != tensor.rank for shape, tensor in zip(shapes, tensors, strict=True)):
            raise NotSymbolicError("ranks differ")
        return tuple(tensor.of(shape) for tensor, shape in zip(tensors, shapes, strict=True))

    # Steps

    def body(self, steps: Sequence[Step], tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write steps, each behind the one before; `flow` is the variable that is assigned to again and again."""
        for condition, together in groupby(steps, _common_condition):
            group = list(together)
            if condition is None or len(group) == 1:
                for step in group:
                    tensors = self.step(step, tensors, flow)
            else:
                tensors = self._group(group, tensors, flow)
        return tensors

    def _group(self, steps: Sequence[Step], tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write steps that are there under one condition."""
        self.take(tensors)
        visits = [visit.names for visit in steps[0].visits]
        condition = Writer(self, visits).condition(str(steps[0].item.condition))
        return self._under(condition, _word(steps[0]), tensors, flow, lambda inside: self._all(steps, inside, flow))

    def _all(self, steps: Sequence[Step], tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        for step in steps:
            tensors = self.unconditional(step, tensors, flow)
        return tensors

    def step(self, step: Step, tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write a step, and return what the next one takes."""
        taken = self.found(step, tensors)
        return self._step(step, taken, flow, self.condition(step, taken))

    def unconditional(self, step: Step, tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write a step as if it were always there."""
        return self._step(step, self.found(step, tensors), flow, None)

    def _step(self, step: Step, taken: tuple[Tensor, ...], flow: str, condition: str | None) -> tuple[Tensor, ...]:
        is_named = step.name is not None and step.name in self.referenced
        target = flow
        if is_named:
            target = self.variables.add(identifier(str(step.name), "layer"), f"{identifier(str(step.name))}_output")
            self.named.add(target)
        if condition is None:
            given = self._write(step, self.at(taken, step.uses[0]), target)
        else:
            given = self._conditional(step, self.at(taken, step.uses[0]), target, condition)
        if is_named:
            self.last = None
            self.known[str(step.name)] = given
        return given

    def _write(self, step: Step, taken: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        self.take(taken)
        match step:
            case LayerStep():
                return self.layer(step, taken, flow)
            case BlockStep():
                return self.block(step, taken, flow)
            case GroupStep():
                return self.body(step.body, taken, flow)
        return containers.write(step, self, taken, flow)

    def repeated(self, step: RepeatStep, taken: tuple[Tensor, ...]) -> tuple[list[chains.Entry], tuple[Tensor, ...]]:
        """Return a repetition as modules one behind the other. Errors: NotAChainError where it is none."""
        return containers.repeated(self, step, taken)

    def _conditional(self, step: Step, taken: tuple[Tensor, ...], flow: str, condition: str) -> tuple[Tensor, ...]:
        """Write a step that is there under a condition: an `nn.Sequential` that may be empty, or an `if`."""
        try:
            entries, given = chains.chain(self, [step], taken, is_conditional=False)
        except NotAChainError:
            pass
        else:
            name = self.attribute(_word(step), "nn.Sequential()")
            with self.indented(f"if {condition}:"):
                chains.append(self, f"self.{name}", entries)
            given = chains.either(self, condition, given, taken)
            self.assign(flow, f"self.{name}({taken[0].text})")
            return (given[0]._replace(text=flow),)
        return self._under(condition, _word(step), taken, flow, lambda inside: self._write(step, inside, flow))

    def _under(
        self,
        condition: str,
        word: str,
        taken: tuple[Tensor, ...],
        flow: str,
        write: Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]],
    ) -> tuple[Tensor, ...]:
        """Write what is there under a condition below an `if`, in `__init__` and in `forward`."""
        kept = self.kept(f"has_{word}", condition)
        targets = chains.variables(self, taken, flow)
        for target, tensor in zip(targets, taken, strict=True):
            self.assign(target, tensor.text)
        inside = tuple(tensor._replace(text=target) for tensor, target in zip(taken, targets, strict=True))
        is_empty = len(self.init)
        with self.indented(f"if {condition}:", f"if {kept}:"):
            before = len(self.init)
            given = write(inside)
            if len(given) != len(targets):
                raise NotSymbolicError("gives another number of tensors")
            aligned = tuple(
                layers.in_layout(tensor, moved=other.moved) for tensor, other in zip(given, inside, strict=True)
            )
            for target, tensor in zip(targets, aligned, strict=True):
                self.assign(target, tensor.text)
        if len(self.init) == before:
            del self.init[is_empty:]
        aligned = tuple(tensor._replace(text=target) for tensor, target in zip(aligned, targets, strict=True))
        return chains.either(self, condition, aligned, inside)

    def layer(self, step: LayerStep, taken: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write a layer, and return what it gives."""
        made = layers.write(self, step, taken)
        texts = [tensor.text for tensor in made.taken]
        owner = step.item.shared and f"{step.item.shared}"
        word = identifier(str(step.name or step.item.shared or step.kind), "layer")
        for number, one in enumerate(made.steps):
            is_last = number == len(made.steps) - 1
            module = ""
            if one.module:
                wanted = f"{word}_{one.word}" if one.word else word
                key = f"{owner}/{one.word}" if owner else ""
                if key and key in self.shared:
                    module = self.shared[key]
                else:
                    module = f"self.{self.attribute(wanted, one.module)}"
                    if key:
                        self.shared[key] = module
            text = self._called(step, one, texts, module, flow, is_last=is_last)
            if not is_last and len(text) > _LONG and flow not in texts[1:]:
                self.assign(flow, text)
                text = flow
            texts = [text, *texts[1:]]
        self.assign(flow, texts[0])
        return (made.output._replace(text=flow),)

    def _called(self, step: LayerStep, one: Call, texts: list[str], module: str, flow: str, *, is_last: bool) -> str:
        """Return a step's expression; what is taken more than once becomes a variable first."""
        for number, text in enumerate(texts):
            is_variable = text.isidentifier()
            if one.call.count(f"{{{number}}}") > 1 and not is_variable:
                self.assign(flow, text)
                texts = [flow if other == number else each for other, each in enumerate(texts)]
        template = one.call
        if is_last and step.name in self.found_indices:
            self.assign(f"{flow}, {flow}_indices", f"{module}({texts[0]})")
            return flow
        if one.module and step.fields.get("initial_state"):
            states = self.states.get(str(step.fields["initial_state"]))
            if states is None:
                raise NotSymbolicError(str(step.fields["initial_state"]))
            template = template.replace("({0}", f"({{0}}, {states}")
        if one.module and step.name in self.begin_others and template.startswith("{self}("):
            head, _, tail = template.partition(")[0]")
            states = self.variables.add(f"{identifier(str(step.name))}_state")
            self.states[str(step.name)] = states
            self.assign(f"{flow}, {states}", f"{head})".format(*texts, self=module))
            return f"{flow}{tail}"
        template = self.in_forward_template(template)
        if not one.module and len(texts) == 1 and texts[0] == self.last and template.count("{0}") == 1:
            texts = self._merged(template, texts)
        operands = [text if _is_operand(template, number) else Code(text).atom for number, text in enumerate(texts)]
        return template.format(*operands, self=module)

    def _merged(self, template: str, texts: list[str]) -> list[str]:
        """Return what the last line computes, in the place of its variable, where that is short and read here alone."""
        line = self.forward[-1]
        target, _, value = line.strip().partition(" = ")
        if texts[0] in self.named or target != texts[0] or len(line) + len(template) > 76:
            return texts
        del self.forward[-1]
        self.last = None
        return [value]

    def in_forward_template(self, template: str) -> str:
        """Return a template in which names of `__init__` are attributes."""
        if "{self}" in template and template.count("{") == 2:
            return template
        marked = template.replace("{self}", "SELF_")
        for number in range(9):
            marked = marked.replace(f"{{{number}}}_indices", f"INDICES{number}_").replace(
                f"{{{number}}}", f"TAKEN{number}_"
            )
        marked = self.in_forward(marked)
        for number in range(9):
            marked = marked.replace(f"INDICES{number}_", f"{{{number}}}_indices").replace(
                f"TAKEN{number}_", f"{{{number}}}"
            )
        return marked.replace("SELF_", "{self}")

    def block(self, step: BlockStep, taken: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write a block's use, and return what it gives."""
        use = self.used(step, taken)
        label = step.item.shared
        word = identifier(str(step.name or label or step.function.block), "block")
        if label and label in self.shared:
            module = self.shared[label]
        else:
            module = f"self.{self.attribute(word, use.construct)}"
            if label:
                self.shared[label] = module
        return self.called(use, module, flow)

    def used(self, step: BlockStep, taken: tuple[Tensor, ...]) -> Use:
        """Return a block's class, where it is used."""
        if step.wrappers:
            raise NotSymbolicError("a block within a wrapper")
        made = self.network.block(step.function, taken)
        arguments = {name: self.code(stated, step.uses) for name, stated in step.arguments.items() if name in made.own}
        trainable = step.arguments.get("trainable", True)
        frozen = ""
        if trainable is not True and not any(one.name == "trainable" for one in step.function.parameters):
            frozen = f".requires_grad_({self.code(trainable, step.uses)})"
        return self.use(made, taken, arguments, frozen)

    def use(self, made: Made, taken: tuple[Tensor, ...], arguments: Mapping[str, Code], frozen: str = "") -> Use:
        """Return a class where an object of it is made."""
        given = tuple(layers.in_layout(tensor, moved=own.moved) for tensor, own in zip(taken, made.inputs, strict=True))
        names: dict[str, Code] = {}
        for name, (number, position) in made.sizes.items():
            names[name] = given[number].sizes[position]
        names |= {made.own[name]: code for name, code in arguments.items()}
        names |= {own: Code(self.value(name)) for name, own in made.free.items()}
        stated = {one.name: names[one.name].text for one in made.parameters if one.name in names}
        if any(UNKNOWN in text for text in stated.values()):
            raise NotSymbolicError("a size")
        first = [stated[one.name] for one in made.parameters if one.default is None]
        named = {
            one.name: stated[one.name]
            for one in made.parameters
            if one.default is not None and stated.get(one.name) not in (None, one.default)
        }
        for one in made.parameters:
            if one.name not in names and one.default not in (None, "None"):
                names[one.name] = known(ast.literal_eval(str(one.default)))
        return Use(made, given, call(made.name, *first, **named) + frozen, names)

    def called(self, use: Use, module: str, flow: str) -> tuple[Tensor, ...]:
        """Write a call of a class's object, and return what it gives."""
        texts = [
            f"{tensor.text}_indices" if number in use.made.indices else tensor.text
            for number, tensor in enumerate(use.given)
        ]
        outputs = self.given(use, module)
        targets = [flow] if len(outputs) == 1 else chains.variables(self, outputs, flow)
        self.assign(", ".join(targets), f"{module}({', '.join(texts)})")
        return tuple(tensor._replace(text=target) for tensor, target in zip(outputs, targets, strict=True))

    def given(self, use: Use, module: str) -> tuple[Tensor, ...]:
        """Return what an object of a class gives, in the names that are known here."""
        return tuple(
            tensor._replace(sizes=tuple(self._size(use, module, number, position) for position in range(tensor.rank)))
            for number, tensor in enumerate(use.made.outputs)
        )

    def _size(self, use: Use, module: str, number: int, position: int) -> Code:
        tensor = use.made.outputs[number]
        size = tensor.sizes[position]
        if size.is_literal:
            return size
        if names_in(size.text) - _FUNCTIONS <= use.names.keys():
            return put_in(size, use.names)
        first = tensor.moved or (self.program.data_format == "channels_first" and tensor.rank > 1)
        if position == (0 if first else tensor.rank - 1) and module:
            self.network.needs_channels.add(use.made.name)
            item = f"[{number}]" if len(use.made.outputs) > 1 else ""
            return Code(f"{module}.out_channels{item}", size.value)
        return Code(UNKNOWN, size.value)


_FUNCTIONS = {"int", "min", "max", "round", "abs", "math", "make_divisible", "if", "else", "and", "or", "not"}


def _common_condition(step: Step) -> str | None:
    """Return the condition that a step may have in common with its neighbours."""
    stated = step.item.condition
    return str(stated) if is_formula(stated) and names_of([stated]) else None


def _has_formula(stated: Any) -> bool:
    if isinstance(stated, list | tuple):
        return any(map(_has_formula, stated))
    if isinstance(stated, dict):
        return any(map(_has_formula, stated.values()))
    return is_formula(stated)


def _is_operand(template: str, number: int) -> bool:
    """Whether what is put in needs no parentheses: it is an argument, or all there is."""
    mark = f"{{{number}}}"
    if template == mark:
        return True
    position = template.find(mark)
    before, behind = template[:position].rstrip(), template[position + len(mark) :].lstrip()
    return before[-1:] in ("(", ",") and behind[:1] in (")", ",")


def _word(step: Step) -> str:
    return identifier(str(step.name or step.item.entry.kind), "layer")
