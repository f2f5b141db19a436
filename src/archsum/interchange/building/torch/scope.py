"""What is known while a class is written: values and sizes of formulas, tensors, and the lines so far."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from archsum.formula import is_formula
from archsum.interchange.building.expressions import Writer, names_of, values_of
from archsum.interchange.building.names import Names, identifier
from archsum.interchange.building.program import (
    BlockStep,
    Function,
    LayerStep,
    NotSymbolicError,
    Program,
    RepeatStep,
    Step,
)
from archsum.interchange.building.source import INDENT, Lines
from archsum.interchange.building.torch.code import UNKNOWN, Code, known, spelled
from archsum.interchange.building.torch.equal_sizes import Place
from archsum.interchange.building.torch.steps import Tensor
from archsum.interchange.building.torch.text import breakable, names_in, replaced, taken_apart
from archsum.interchange.building.torch.ties import Tied
from archsum.interchange.building.torch.uses import Entry, Made, Use
from archsum.language.expand.trace import Visit
from archsum.layers.axis import named_axes
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape

OF_MODULES = frozenset(
    (
        *("add_module", "append", "apply", "bfloat16", "buffers", "call_super_init", "children", "compile"),
        *("cpu", "cuda", "double", "dump_patches", "eval", "extend", "extra_repr", "float", "forward"),
        *("input_shape", "output_shape"),
        *("get_buffer", "get_parameter", "get_submodule", "half", "insert", "ipu", "load_state_dict"),
        *("modules", "mtia", "named_buffers", "named_children", "named_modules", "named_parameters"),
        *("parameters", "pop", "register_buffer", "register_module", "register_parameter"),
        *("requires_grad_", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train"),
        *("training", "type", "xpu", "zero_grad", "self"),
    )
)
"""What attributes of a module of PyTorch's may not be called."""
OUTERMOST = 2
"""The depth of lines in `__init__` that are in no loop, and below no condition."""
_OF_FORWARD = ("self", "torch", "nn", "F", "math", "Tensor")


class Network(Protocol):
    """The file that classes are written into."""

    @property
    def program(self) -> Program:
        """What is written."""

    @property
    def needs_channels(self) -> set[str]:
        """The classes of which something asks for the channels that they give."""

    @property
    def uses(self) -> list[Use]:
        """Where objects of classes are made."""

    @property
    def equal(self) -> Mapping[Place, str]:
        """The sizes that are values of the file's, by its names, wherever a class is used."""

    def helper(self, name: str) -> str:
        """Write what PyTorch lacks into the file, and return its name."""

    def is_fixed(self, function: Function | None, number: int, position: int, tensor: Tensor) -> bool:
        """Whether a size of a block's input is the same at all its uses, whatever the network is made with."""

    def block(self, function: Function, taken: tuple[Tensor, ...]) -> Made:
        """Return the class of a block."""

    def part(self, around: "Scope", step: RepeatStep, taken: tuple[Tensor, ...], others: Mapping[str, Tensor]) -> Made:
        """Return the class of a repetition's body."""

    def custom(
        self, around: "Scope", step: LayerStep, weights: Mapping[str, Weight], count: int, output: Shape | None
    ) -> str:
        """Write the class of a layer that states itself, and return what makes an object of it."""


class Scope:
    """What formulas know in a class, its tensors, and the lines of its `__init__` and its `forward`."""

    def __init__(self, network: Network, name: str, around: "Scope | None" = None) -> None:
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
        self.attributes = Names(OF_MODULES)
        self.variables = Names(_OF_FORWARD)
        self.init: list[str] = []
        self.depth = OUTERMOST
        self._begin = 0
        """Where the lines begin that are in the outermost loop, or below the outermost condition."""
        self.forward: list[str] = []
        self.forward_depth = 2
        self.known: dict[str, tuple[Tensor, ...]] = {}
        self.named: set[str] = set()
        self.last: str | None = None
        """The variable that the last line of `forward` assigns to, if that may be written into the next."""
        self.inputs: tuple[Tensor, ...] = ()
        self.sizes: dict[str, tuple[int, int]] = {}
        self.shared: dict[str, str] = {}
        self.tied: dict[str, Tied] = {}
        """The parameters that other layers share, by the labels of the file."""
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
            found = spelled(*tensor.sizes)
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
            if self.depth == OUTERMOST:
                self._begin = len(self.init)
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
            if value in (*self.own_names(), *self.free.values(), *self.sizes):
                self._line_above(f"{name} = {value}")
            else:
                self.line(f"{name} = {value}")
        return name

    def _line_above(self, text: str) -> None:
        """Add a line to `__init__` that holds whatever the condition is that others are written below."""
        if self.depth == OUTERMOST:
            self.line(text)
        else:
            self.init.insert(self._begin, f"{INDENT * OUTERMOST}{text}")
            self._begin += 1

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
            word = f"in_{identifier(axis.replace('size of axis ', 'size_'))}"
            wanted = word if count == 1 else f"{identifier(name)}_{word.removeprefix('in_')}"
            if axis not in ("channels", "features") and self.network.is_fixed(
                self.block_function, number, position, tensor
            ):
                sizes.append(known(given.value))
                continue
            if (equal := self.network.equal.get((self.name, number, position))) is not None:
                sizes.append(Code(self.value(equal), given.value))
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

    # Steps, which a class's writer writes

    def body(self, steps: Sequence[Step], tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write steps, each behind the one before; `flow` is the variable that is assigned to again and again."""
        raise NotImplementedError

    def expression(self, step: Step, taken: tuple[Tensor, ...]) -> Tensor:
        """Return what a layer without weights makes of several tensors, as an expression."""
        raise NotImplementedError

    def repeated(self, step: RepeatStep, taken: tuple[Tensor, ...]) -> tuple[list[Entry], tuple[Tensor, ...]]:
        """Return a repetition as modules one behind the other. Errors: NotAChainError where it is none."""
        raise NotImplementedError

    def used(self, step: BlockStep, taken: tuple[Tensor, ...]) -> Use:
        """Return a block's class, where it is used."""
        raise NotImplementedError

    def use(self, made: Made, taken: tuple[Tensor, ...], arguments: Mapping[str, Code], frozen: str = "") -> Use:
        """Return a class where an object of it is made."""
        raise NotImplementedError

    def given(self, use: Use, module: str) -> tuple[Tensor, ...]:
        """Return what an object of a class gives, in the names that are known here."""
        raise NotImplementedError


def _has_formula(stated: Any) -> bool:
    if isinstance(stated, list | tuple):
        return any(map(_has_formula, stated))
    if isinstance(stated, dict):
        return any(map(_has_formula, stated.values()))
    return is_formula(stated)
