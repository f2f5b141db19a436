"""What a network costs of memory, each figure computed when it is first asked for."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice
from math import inf
from typing import Any, NamedTuple, Self

from archsum.bounds import MAX_FOUND
from archsum.errors import Diagnostic, Place, SpecError, enumerate_words, one_line, quote, suggest
from archsum.language.advice.overrides import override
from archsum.language.network import Network
from archsum.language.spec.training import Training
from archsum.layers.fields import named_fields
from archsum.layers.operators import UnknownOperatorsError
from archsum.layers.shapes import total
from archsum.memory.arena import Arena, TieBreak, arena, flash_by_layer
from archsum.memory.cache import KeyValueCache, key_value_cache
from archsum.memory.conversion import ArenaPrecision, Conversion, ConvertedByLayer, convert_layers
from archsum.memory.inference import InferenceMemory, inference_memory
from archsum.memory.kept import Declarations, declarations
from archsum.memory.training import TrainingMemory, training_memory
from archsum.summary import LayerSummary, Summary
from archsum.work import Work

_MAX_NAMED = 3
"""As many layers are named as what keeps a figure from being known."""
_MAX_BLOCKS = 5
"""As many blocks are offered where another is named."""
_STATE_WEIGHTS = "state every size of the layer's `weights`"
_STATE_INPUT = "give `input` a number for every size, in the file or with `--input`"


class UntakenInput(NamedTuple):
    """An input of unknown size that no layer takes, as it is an output of the network: what is unknown is its own."""

    name: str
    span: Place | None = None
    has_unknown_size: bool = True


Unknown = LayerSummary | UntakenInput
"""What keeps a figure from being known."""

Causes = dict[tuple[str, str], list[Unknown]]
"""Why a figure is not known, each with its cure, and the layers of which it is true."""


class Costs:
    """A network's memory in training, as the file or the command says it is trained, and at inference."""

    def __init__(
        self,
        summary: Summary,
        training: Training,
        arena_precision: ArenaPrecision = "int8",
        steps_allowed: float = inf,
        context: int | None = None,
    ) -> None:
        """`steps_allowed` bound the work that each of its parts takes. Errors: SpecError, when one takes more.

        `context` is how many tokens the key/value cache has, by default as many as the network is given.
        """
        self.summary = summary
        self.options = training
        self.arena_precision = arena_precision
        self.steps_allowed = steps_allowed
        self.context = context

    @classmethod
    def of(cls, network: Network, summary: Summary, training: Mapping[str, Any], context: int | None = None) -> Self:
        """Return the costs of a network that is trained as its file says, but for what `training` says.

        A microcontroller's memory is that of int8, unless `training` states a precision of float32.

        Errors: SpecError with every problem in `training`.
        """
        options = override(network.training, training, "`training`")
        in_file = options.checkpointing == network.training.checkpointing
        check_blocks(options, summary, network.checkpointing_place if in_file else None)
        precision: ArenaPrecision = "float32" if training.get("precision") == "float32" else "int8"
        return cls(summary, options, precision, network.steps_allowed, context)

    @cached_property
    def declared(self) -> Declarations:
        """What each layer declares that it keeps for the backward pass."""
        return declarations(self.summary)

    @cached_property
    def converted(self) -> ConvertedByLayer:
        """What each layer is on a microcontroller."""
        return convert_layers(self.summary, self.arena_precision)

    @cached_property
    def _conversion(self) -> Conversion:
        operators = sum(len(converted.operators) for converted in self.converted.values())
        self._require("to plan the arena of", operators=operators)
        return Conversion(self.summary, self.converted, self.arena_precision)

    @property
    def untaken(self) -> list[UntakenInput]:
        """The inputs of unknown size that no layer takes."""
        taken = {name for layer in self.summary.layers for name in layer.node.inputs}
        unsized = (name for name, shape in self.summary.inputs.items() if None in shape)
        return [UntakenInput(name) for name in unsized if name not in taken]

    @property
    def unknown(self) -> list[Unknown]:
        """The layers that keep it from being known what training needs."""
        unknown = {layer.name for layer in (*self._of_unknown_kept, *self.of_unknown_weights)}
        return [*(layer for layer in self.summary.layers if layer.name in unknown), *self.untaken]

    @property
    def _of_unknown_kept(self) -> list[LayerSummary]:
        return [layer for layer in self.summary.layers if self.declared[layer.name] is None]

    @property
    def of_unknown_weights(self) -> list[LayerSummary]:
        """The layers that have a weight of unknown size."""
        return [layer for layer in self.summary.layers if layer.params is None]

    @property
    def of_unknown_size(self) -> list[Unknown]:
        """The layers that keep it from being known what the tensors of a forward pass take."""
        return [*(layer for layer in self.summary.layers if layer.has_unknown_size), *self.untaken]

    @property
    def unknown_at_inference(self) -> list[Unknown]:
        """The layers that keep it from being known what a forward pass needs, its weights too."""
        layers = (layer for layer in self.summary.layers if layer.has_unknown_size or layer.params is None)
        return [*layers, *self.untaken]

    @property
    def why_unknown(self) -> str:
        """What of which layers is not known, where there are such."""
        return self._why({"sizes, or what is kept, of": [*self._of_unknown_kept, *self.untaken]})

    @property
    def why_inference_unknown(self) -> str:
        """The same for a forward pass, which is known where all sizes are."""
        return self._why({"sizes of": self.of_unknown_size})

    @property
    def why_weights_unknown(self) -> str:
        """The same for weights alone."""
        return self._why({})

    def _why(self, unknown: Mapping[str, Sequence[Unknown]]) -> str:
        reasons = {**unknown, "sizes of weights of": self.of_unknown_weights}
        return "; ".join(f"{what} {named(layers)}" for what, layers in reasons.items() if layers)

    @property
    def unconvertible(self) -> list[tuple[Unknown, UnknownOperatorsError]]:
        """The layers that keep the microcontroller's arena from being known, and why."""
        layers = ((layer, self.converted[layer.name].problem) for layer in self.summary.layers)
        inputs = ((untaken, UnknownOperatorsError("a size is unknown")) for untaken in self.untaken)
        return [*((layer, problem) for layer, problem in layers if problem), *inputs]

    @property
    def causes(self) -> Causes:
        """Why the microcontroller's arena is not known."""
        causes: Causes = {}
        for layer, problem in self.unconvertible:
            causes.setdefault((problem.message, cure_of_unconvertible(layer, problem)), []).append(layer)
        return causes

    @cached_property
    def training(self) -> TrainingMemory | None:
        """The memory of a training step; None where it is not known."""
        if self.unknown:
            return None
        gradients = sum(len(layer.node.inputs) for layer in self.summary.layers)
        layers = {"layers to train": len(self.summary.layers), "gradients": gradients}
        self._require("to find the training memory of", **layers)
        return training_memory(self.summary, self.options, self.declared)

    @property
    def training_peak(self) -> int | None:
        """The most memory that a training step needs at once."""
        return None if self.training is None else self.training.peak

    @property
    def inference_peak(self) -> int | None:
        """The most memory that a forward pass needs at once; None where it is not known."""
        return None if self.inference is None else self.inference.peak

    @property
    def activations_peak(self) -> int | None:
        """The most that the tensors alive at once in a forward pass take."""
        return None if self.inference is None else self.inference.activations

    @cached_property
    def arena(self) -> Arena | None:
        """The plan of a microcontroller's memory; None where it is not known."""
        return None if self.unconvertible else arena(self._conversion)

    @cached_property
    def flash_by_layer(self) -> Mapping[str, int | None]:
        """The bytes of each layer's weights and biases on a microcontroller; None where a weight's size is unknown."""
        return flash_by_layer(self._conversion)

    @property
    def flash(self) -> int | None:
        """The bytes of all layers' weights and biases; None where a weight's size is unknown."""
        return total(self.flash_by_layer.values())

    @cached_property
    def arena_newer_planner(self) -> Arena | None:
        """The same with the other order of tensors of one size, which TensorFlow Lite Micro has had since 2020."""
        return None if self.arena is None else self.arena.placed_by(TieBreak.LATER_FIRST)

    def _require(self, question: str, **numbers: int) -> None:
        """Errors: SpecError where so many of what takes work are too much."""
        work = Work(self.steps_allowed)
        for what, number in numbers.items():
            work.spend(what, number)
        work.require(question, self.summary.name, "ask it of a network with fewer layers")

    def trained_with(self, **options: Any) -> Self:
        """Return the costs of a training that differs in some of its options."""
        changed = override(self.options, options, "`training`")
        other = type(self)(self.summary, changed, self.arena_precision, self.steps_allowed, self.context)
        other.declared = self.declared  # which does not depend on them
        return other

    @cached_property
    def inference(self) -> InferenceMemory | None:
        """The memory of a forward pass on a batch of that size; None where it is not known."""
        return inference_memory(self.summary, self.options, self.declared)

    @cached_property
    def key_value_cache(self) -> KeyValueCache:
        """What attention caches for a batch where it generates a token at a time."""
        return key_value_cache(self.summary, self.options, self.context)

    def __repr__(self) -> str:
        return f"<Costs of {one_line(self.summary.name)}: batch={self.options.batch}>"


def named(layers: Sequence[Unknown]) -> str:
    """Return the names of the first layers, and how many more there are."""
    names = ", ".join(one_line(layer.name) for layer in layers[:_MAX_NAMED])
    hidden = len(layers) - _MAX_NAMED
    return f"{names} and {hidden:,} more" if hidden > 0 else names


def cure_of_unknown(layer: Unknown, field: str = "") -> str:
    """Return what makes a figure known: the sizes of the input, or a field of the layer that states it."""
    if isinstance(layer, UntakenInput):
        return _STATE_INPUT
    if layer.has_unknown_size:
        if not any(None in shape for shape in layer.input_shapes):
            return "state every size of the layer's `output_shape`"
        return _STATE_INPUT
    if field in named_fields(type(layer.layer)):
        return f"state `{field}` in the layer"
    return f"write it as a `custom` layer that states `{field}`"


def cure_of_unknown_weights(layer: Unknown) -> str:
    """Return what makes known how large a layer's weights are."""
    return _STATE_WEIGHTS


def cure_of_unknown_memory(layer: Unknown, field: str = "") -> str:
    """Return what makes a figure known that takes a layer's weights too, beside sizes, and what is kept if it does."""
    if isinstance(layer, UntakenInput) or layer.params is not None:
        return cure_of_unknown(layer, field)
    is_rest_known = not layer.has_unknown_size and (not field or layer.computed.kept is not None)
    return _STATE_WEIGHTS if is_rest_known else f"{cure_of_unknown(layer, field)}, and {_STATE_WEIGHTS}"


def cure_of_unconvertible(layer: Unknown, problem: UnknownOperatorsError) -> str:
    """Return what makes a layer's arena known: its own cure, or a kernel of the program's own."""
    fields = "`output_shape`, `weights` and `scratch`"
    own = f"with a kernel of your own, write it as a `custom` layer that states {fields}"
    return problem.cure or (cure_of_unknown(layer) if layer.has_unknown_size else None) or own


def check_blocks(training: Training, summary: Summary, place: Place | None) -> None:
    """Errors: SpecError where a network has none of the blocks that its training is to compute again."""
    kinds = list(dict.fromkeys(group.kind for group in summary.groups.values()))
    names = dict.fromkeys([*kinds, *map("/".join, summary.groups)])
    offered = f"name one of its blocks: {enumerate_words(kinds[:_MAX_BLOCKS])}" if kinds else "it has no blocks"
    unknown = (name for name in training.checkpointing or () if name not in names)
    problems = [
        Diagnostic(
            "unknown-name",
            f"`checkpointing` cannot be {quote(name)}, which is no block of {one_line(summary.name)}",
            place,
            suggest(name, names) or offered,
        )
        for name in islice(unknown, MAX_FOUND)
    ]
    if problems:
        raise SpecError(problems)
