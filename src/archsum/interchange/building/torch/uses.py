"""Classes that have been written, and where objects of them are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archsum.interchange.building.torch.code import Code
from archsum.interchange.building.torch.steps import Tensor


class NotAChainError(Exception):
    """What is no `nn.Sequential`: something takes or gives more than a tensor, or a function has no module."""


@dataclass
class Parameter:
    """What a class is made with."""

    name: str
    annotation: str
    default: str | None = None


@dataclass
class Made:
    """A class: what it takes and gives, and what it is made with."""

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    parameters: list[Parameter] = field(default_factory=list)
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """The parameters that are sizes: which size of which input."""
    own: Mapping[str, str] = field(default_factory=dict)
    """The block's parameters, by the file's names."""
    free: Mapping[str, str] = field(default_factory=dict)
    """The values of what is around, by the file's names."""
    indices: frozenset[int] = frozenset()
    """Which of the inputs are the indices that a max pooling has found."""
    collected: int = 0
    """Of what a repetition repeats, how many of the outputs, the last ones, are collected."""
    flows: bool = True
    """Whether the others go on to the next repetition."""
    is_last_collected: bool = False
    """Whether what is collected is what goes on."""


@dataclass
class Use:
    """A class where an object of it is made."""

    made: Made
    given: tuple[Tensor, ...]
    """What it takes, as it wants that."""
    construct: str
    names: Mapping[str, Code]
    """What it is made with, by the names that this has in the class."""


@dataclass
class Below:
    """Entries below a header, `for … in …:` or `if …:`."""

    header: str
    entries: list["Entry"] = field(default_factory=list)


@dataclass
class Assign:
    """A local name that holds a size."""

    name: str
    value: str


Entry = str | Below | Assign
"""What makes a module, or what is around it."""
