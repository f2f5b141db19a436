"""What a layer becomes: modules, each called on what the one before gives, and functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from archsum.errors import PlacelessError
from archsum.interchange.building.torch.code import Code, known, literal
from archsum.layers.fields import DataFormat
from archsum.layers.shapes import Shape


class UnsupportedError(PlacelessError):
    """What PyTorch cannot do; the message reads on from the layer's name."""


class Tensor(NamedTuple):
    """What a layer takes or gives: the expression that it is, and its sizes without the batch, in PyTorch's order."""

    text: str
    sizes: tuple[Code, ...]
    shape: Shape
    """The sizes for the file's defaults, in the file's order."""
    moved: bool = False
    """Whether the channels, which the file has last, are first here."""
    has_batch: bool = True
    many: Code | None = None
    """Of a list of such tensors, how many there are; its expression begins with `*`."""

    @property
    def rank(self) -> int:
        """The number of axes of a sample."""
        return len(self.shape)

    def axis(self, axis: int) -> int:
        """Return which dimension an axis of the file is, counted from the batch as 0, or from the end if it was so."""
        position = axis % (self.rank + 1)
        if self.moved:
            return 1 if position == self.rank else position + 1
        return axis

    def has_channels_first(self, data_format: DataFormat) -> bool:
        """Whether its first size is that of the channels, in a file of this data format."""
        return self.moved or (data_format == "channels_first" and self.rank > 1)

    def of(self, shape: Shape) -> Self:
        """Return the same where the file's defaults give it other sizes."""
        ordered = (*shape[-1:], *shape[:-1]) if self.moved else shape
        sizes = tuple(
            size if size.is_literal else size._replace(value=value)
            for size, value in zip(self.sizes, ordered, strict=True)
        )
        return self._replace(sizes=sizes, shape=shape)


def begun_small(weight: str) -> str:
    """Let a table of words whose products with vectors are scores begin small, as GPT-2's does.

    PyTorch draws its numbers about 1 in size: scores would be as large as the root of the number of features.
    """
    return f"nn.init.normal_({weight}, std=0.02)"


@dataclass(frozen=True)
class Step:
    """A module that is called, or a function: `{0}`, `{1}`, … are what it takes, `{self}` is the module."""

    call: str = "{self}({0})"
    module: str = ""
    """What makes the module; nothing for a function."""
    as_module: str = ""
    """A module without weights that does what the function does."""
    word: str = ""
    """What the module is called beside the layer's name, of a layer that has several."""
    begun: str = ""
    """A statement that sets how its weights begin, where those that PyTorch draws are none to train from."""
    helpers: tuple[str, ...] = ()
    """Classes and functions that are written into the file."""

    @property
    def in_sequence(self) -> str:
        """What makes it a part of an `nn.Sequential`; nothing where it is none."""
        return self.module if self.call == "{self}({0})" else self.as_module


@dataclass
class LayerUse:
    """A layer where it is used: what it takes, and which of its fields are formulas."""

    kind: str
    layer: Any
    """As it is for the file's defaults, where it is used first."""
    inputs: tuple[Tensor, ...]
    output: Shape
    """What it gives there, in the file's order."""
    formulas: Mapping[str, Code] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Code]] = field(default_factory=dict)
    """Fields that are lists of which an item is a formula."""
    layers: Sequence[Any] = ()
    """As it is wherever it is used."""
    held: "LayerUse | None" = None
    """The layer that it holds."""
    read: set[str] = field(default_factory=set)
    """The fields whose formulas are written."""

    def __getitem__(self, name: str) -> Code:
        """Return a field: its formula, or its value."""
        self.read.add(name)
        return self.formulas.get(name) or known(getattr(self.layer, name))

    def per_axis(self, name: str) -> Code:
        """Return a field that has a number for each axis, as one number where they are all the same."""
        self.read.add(name)
        value = getattr(self.layer, name)
        if name in self.lists:
            return Code(f"({', '.join(map(str, self.lists[name]))})", value)
        return self.formulas.get(name) or known(value[0] if len(set(value)) == 1 else tuple(value))

    def list_of(self, name: str) -> list[Code]:
        """Return the items of a field that is a list."""
        self.read.add(name)
        if name in self.lists:
            return list(self.lists[name])
        values = getattr(self.layer, name)
        stated = self.formulas.get(name)
        if stated is not None and len(values) == 1 and not isinstance(stated.value, list | tuple):
            return [stated]
        if stated is not None:
            return [Code(f"{stated.atom}[{number}]", value) for number, value in enumerate(values)]
        return [known(value) for value in values]

    def differs_by_axis(self, name: str) -> bool:
        """Whether a field has not the same number for each axis, wherever the layer is used."""
        return any(len(set(getattr(layer, name))) > 1 for layer in (self.layer, *self.layers))

    def differs(self, name: str) -> bool:
        """Whether a field is not the same wherever the layer is used."""
        return any(getattr(layer, name) != getattr(self.layer, name) for layer in self.layers)

    @property
    def input(self) -> Tensor:
        """The first of what it takes."""
        return self.inputs[0]

    @property
    def channels(self) -> Code:
        """The number of channels, where they are PyTorch's second dimension."""
        return self.input.sizes[0]

    @property
    def features(self) -> Code:
        """The size of the last dimension."""
        return self.input.sizes[-1]


class Made(NamedTuple):
    """What a layer becomes: steps, and what the last of them gives."""

    steps: Sequence[Step]
    sizes: tuple[Code, ...]
    moved: bool = False
    has_batch: bool = True


Write = Callable[[LayerUse], Made]


class Kind(NamedTuple):
    """How a kind of layer is written, and where it wants its channels."""

    write: Write
    channels_first: bool | None = None
    """Whether they are PyTorch's second dimension (True), or where the file has them (False); None: either will do."""


def module(made: str, *, word: str = "", helpers: Sequence[str] = ()) -> Step:
    """Return a module that is called on what it takes."""
    return Step(module=made, word=word, helpers=tuple(helpers))


def function(call: str, as_module: str = "", helpers: Sequence[str] = ()) -> Step:
    """Return a function, and the module that does the same, if there is one."""
    return Step(call, as_module=as_module, helpers=tuple(helpers))


def same(use: LayerUse, *steps: Step) -> Made:
    """Return steps that change no size."""
    return Made(steps, use.input.sizes, use.input.moved, use.input.has_batch)


def plain(use: LayerUse, *steps: Step, sizes: Sequence[Code] | None = None) -> Made:
    """Return steps whose output has the file's order; its sizes are known for the file's defaults, or stated."""
    return Made(steps, tuple(sizes) if sizes is not None else tuple(map(known, use.output)))


def flag(value: bool) -> str | None:
    """Return an argument that is stated where it is true."""
    return "True" if value else None


def unless(code: Code, default: Any) -> Code | None:
    """Return an argument that is left out where it is the default."""
    return None if code.text == literal(default) else code
