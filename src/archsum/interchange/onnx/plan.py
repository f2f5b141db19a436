"""The layers that a graph becomes, before they have names: what each takes, and which tensors are its weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple

from archsum.interchange.onnx.sizes import Sizes
from archsum.interchange.onnx.values import Operator, RefusedError, Sized, Tensor
from archsum.layers.shapes import Shape

JOINT, PART = "\0+", "\0:"
"""What is between the names of tensors that a weight is put together of, and between a name and which part it is."""
_NO_PARAMETERS = ("onstant", "lifted_tensor")
"""What exporters write into the names of numbers that they take out of formulas."""
_MOVING = ("concatenate", "parameter", "permute", "reshape", "slice", "split", "squeeze", "expand_dims")


class Weight(NamedTuple):
    """A tensor of the file as a weight: what it is called there, and its shape, which moving elements can change."""

    source: str
    """Of one that is put together of several, all their names."""
    shape: tuple[int, ...]

    @property
    def origins(self) -> tuple[str, ...]:
        """The tensors of the file that it is made of."""
        return tuple(part.partition(PART)[0] for part in self.source.split(JOINT))


class Use(NamedTuple):
    """A weight of a layer: its name there, and the tensor of the file that it is."""

    name: str
    weight: Weight


MOST_JOINED = 1_000
"""The most layers that one weight is followed through."""


@dataclass
class Planned:
    """A layer in the making."""

    kind: str
    fields: dict[str, Any]
    inputs: list[str]
    """The tensors that it takes, by their names in the file."""
    output: str
    """The tensor that it gives."""
    operator: Operator
    """What it was."""
    uses: list[Use] = field(default_factory=list)
    expected: Shape | None = None
    """What the file says that its output is for one sample."""
    warning: str = ""
    """Why it is not understood."""
    name: str = ""
    """What it is called, unless as the operator."""


def is_attribute(name: str) -> bool:
    """Whether a tensor is called as the attribute of a module within the model."""
    return "." in name and not any(sign in name for sign in "/:") and not any(word in name for word in _NO_PARAMETERS)


class Plan:
    """The layers so far, and what is known of the tensors that they give and take."""

    def __init__(self, sizes: Sizes, initializers: Mapping[str, Tensor], takers: Mapping[str, int]) -> None:
        self.sized = dict(sizes.sized)
        self.values = sizes.values
        """The elements of small constants."""
        self.takers = takers
        """How many operators and outputs take each tensor."""
        self.weights: dict[str, Weight] = {}
        """Those that are weights, or weights with their elements moved."""
        self.computed: set[str] = set()
        """Those that depend on no data and no weights: they count nothing."""
        self.inputs: set[str] = set()
        """Those of the graph."""
        self.layers: list[Planned] = []
        self.giving: dict[str, Planned] = {}
        """The layer that gives each tensor."""
        self.used: set[str] = set()
        """The tensors of the file that layers have as weights."""
        self.lists: dict[str, list[str]] = {}
        """The tensors that are in a sequence of them."""
        self._initializers = initializers
        self._aliases: dict[str, str] = {}
        self._parameters: dict[str, str] = {}  # the tensor that stands for each weight that is a layer by itself
        self._made = 0

    def gives(self, name: str) -> bool:
        """Whether a tensor is an input, or a layer gives it."""
        return self.resolved(name) in self.giving or self.resolved(name) in self.inputs

    def is_data(self, name: str) -> bool:
        """Whether a tensor comes out of a layer, or is an input."""
        return name not in self.weights and name not in self.computed

    def size(self, name: str) -> Sized:
        """Return the sizes of a tensor. Errors: RefusedError where the number of its axes is not known."""
        if name not in self.sized:
            raise RefusedError("the number of axes of what it takes or gives is not known")
        return self.sized[name]

    def add(self, planned: Planned) -> str:
        """Add a layer, and return what it gives."""
        self.layers.append(planned)
        self.used.update(origin for use in planned.uses for origin in use.weight.origins)
        self.giving[planned.output] = planned
        return planned.output

    def new(self, like: str) -> str:
        """Return a name for a tensor that the file does not have."""
        self._made += 1
        return f"{like}\0{self._made}"

    def alias(self, name: str, other: str) -> None:
        """Make a tensor another one by a second name."""
        self._aliases[name] = self.resolved(other)

    def resolved(self, name: str) -> str:
        """Return what a tensor is called that has several names."""
        return self._aliases.get(name, name)

    def extend(self, planned: Planned, weight: Use, output: str) -> None:
        """Give a layer a weight, and the output of the operator behind it which has brought that, and is a part now."""
        planned.uses.append(weight)
        self.used.update(weight.weight.origins)
        del self.giving[planned.output]
        planned.output, planned.expected = output, self.size(output).sample
        self.giving[output] = planned

    def is_named(self, weight: Weight) -> bool:
        """Whether a weight is called as the attributes of modules are, which numbers in formulas are not."""
        return weight.source in self._initializers and is_attribute(weight.source)

    def counts(self, name: str) -> bool:
        """Whether a tensor is a weight, and more than a single number of a formula."""
        weight = self.weights.get(name)
        return weight is not None and (prod(weight.shape) > 1 or self.is_named(weight))

    def undo(self, count: int) -> None:
        """Take the layers behind so many back."""
        for planned in self.layers[count:]:
            del self.giving[planned.output]
            self._parameters = {key: made for key, made in self._parameters.items() if made != planned.output}
        del self.layers[count:]

    def folded(self, name: str) -> Weight | None:
        """Return weights whose elements are put together in another order, each once, as one weight."""
        sources: dict[str, int] = {}
        waiting: list[str] = [self.resolved(name)]
        seen: set[str] = set()
        while waiting:
            made = waiting.pop()
            planned = self.giving.get(made)
            if planned is None or planned.kind not in _MOVING or len(seen) > MOST_JOINED:
                return None
            if made not in seen:
                seen.add(made)
                waiting += map(self.resolved, planned.inputs)
                sources |= {use.weight.source: prod(use.weight.shape) for use in planned.uses}
        shape = self.size(name).shape
        if None in shape or sum(sources.values()) != prod(size or 0 for size in shape):
            return None
        return Weight(JOINT.join(sources), tuple(size or 0 for size in shape))

    def layer_of(self, name: str, operator: Operator, shape: Sequence[int] | None = None) -> str:
        """Return a tensor as what a layer gives: a weight becomes a parameter, a constant one that counts nothing.

        `shape` is another one for the same elements.
        """
        if self.is_data(name):
            return name if shape is None else self._reshaped(name, tuple(shape), operator)
        weight = self.weights.get(name)
        key = weight.source if weight else name
        own = weight.shape if weight else self.size(name).sample
        if None in own:
            raise RefusedError("it takes a constant of unknown sizes")
        if key not in self._parameters:
            made = self.new(key)
            sizes = tuple(size or 0 for size in own) if shape is None else tuple(shape)
            uses = [Use("parameter", Weight(weight.source, sizes))] if weight else []
            kind = "parameter" if weight else "constant"
            called = key.rpartition("/")[2].rpartition(".")[2] if weight else kind
            self.sized[made] = Sized(sizes)
            self.add(Planned(kind, {"shape": list(sizes)}, [], made, operator, uses, sizes, name=called))
            self._parameters[key] = made
        made = self._parameters[key]
        wanted: Shape = own if shape is None else tuple(shape)
        return made if self.size(made).sample == wanted else self._reshaped(made, wanted, operator)

    def _reshaped(self, name: str, shape: Shape, operator: Operator) -> str:
        made = self.new(name)
        sizes = [-1 if size is None else size for size in shape]
        self.sized[made] = Sized(shape)
        return self.add(
            Planned("reshape", {"target_shape": sizes}, [name], made, operator, expected=shape, name="reshape")
        )
