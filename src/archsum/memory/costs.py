"""What a network costs of memory, each figure computed when it is first asked for."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from archsum.errors import Diagnostic, Span, SpecError, enumerate_words, one_line, quote, suggest
from archsum.language.advice import overrides
from archsum.language.spec.training import Training
from archsum.layers.fields import named_fields
from archsum.memory.arena import Arena, TieBreak, arena
from archsum.memory.conversion import unconvertible_layers
from archsum.memory.inference import InferenceMemory, inference_memory
from archsum.memory.training import TrainingMemory, training_memory, unknown_layers
from archsum.summary import LayerSummary, Summary

_MAX_NAMED = 3
"""As many layers are named as what keeps a figure from being known."""

_MAX_BLOCKS = 5
"""As many blocks are offered where another is named."""


class Costs:
    """A network's memory in training, as the file or the command says it is trained, and at inference."""

    def __init__(self, summary: Summary, training: Training) -> None:
        self.summary = summary
        self.options = training

    @cached_property
    def unknown(self) -> list[LayerSummary]:
        """The layers that keep it from being known what training needs."""
        return unknown_layers(self.summary)

    @property
    def why_unknown(self) -> str:
        """What of which layers is not known, where there are such."""
        return f"sizes, or what is kept, of {named(self.unknown)}"

    @property
    def why_inference_unknown(self) -> str:
        """The same for a forward pass, which is known where all sizes are."""
        return f"sizes of {named([layer for layer in self.summary.layers if layer.has_unknown_size])}"

    @cached_property
    def unconvertible(self) -> list[LayerSummary]:
        """The layers that keep the microcontroller's memory from being known."""
        return unconvertible_layers(self.summary)

    @cached_property
    def training(self) -> TrainingMemory | None:
        """The memory of a training step; None where it is not known."""
        options = self.options
        if self.unknown:
            return None
        return training_memory(
            self.summary, options.batch, options.optimizer, options.precision, options.checkpointing or ()
        )

    @property
    def training_peak(self) -> int | None:
        """The most memory that a training step needs at once."""
        return None if self.training is None else self.training.peak

    @property
    def inference_peak(self) -> int | None:
        """The most memory that a forward pass needs at once."""
        return None if self.inference is None else self.inference.peak

    @property
    def activations_peak(self) -> int | None:
        """The most that the tensors alive at once in a forward pass take."""
        return None if self.inference is None else self.inference.activations

    @cached_property
    def arena(self) -> Arena | None:
        """The plan of a microcontroller's memory, in int8; None where it is not known."""
        return arena(self.summary)

    @cached_property
    def arena_newer_planner(self) -> Arena | None:
        """The same with the other order of tensors of one size, which TensorFlow Lite Micro has had since 2020."""
        return None if self.arena is None else self.arena.placed_by(TieBreak.LATER_FIRST)

    def trained_with(self, **options: Any) -> "Costs":
        """Return the costs of a training that differs in some of its options."""
        other = Costs(self.summary, override(self.options, options))
        other.unknown = self.unknown  # which does not depend on them
        return other

    @cached_property
    def inference(self) -> InferenceMemory | None:
        """The memory of a forward pass on a batch of that size; None where it is not known."""
        return inference_memory(self.summary, self.options.batch, self.options.precision)

    def __str__(self) -> str:
        from archsum.render.memory import text as memory

        return memory.render(self)

    def __repr__(self) -> str:
        return f"<Costs of {one_line(self.summary.name)}: batch={self.options.batch}>"

    def _repr_html_(self) -> str:
        from archsum.render.summary import html

        return html.preformatted(str(self))


def named(layers: Sequence[LayerSummary]) -> str:
    """Return the names of the first layers, and how many more there are."""
    names = ", ".join(one_line(layer.name) for layer in layers[:_MAX_NAMED])
    hidden = len(layers) - _MAX_NAMED
    return f"{names} and {hidden:,} more" if hidden > 0 else names


def cure_of_unknown(layer: LayerSummary, field: str) -> str | None:
    """Say what makes a figure known: the input's sizes, or a field of the layer's own that states it."""
    if layer.has_unknown_size:
        return "give `input` a number for every size, in the file or with `--input`"
    return f"state `{field}` in the layer" if field in named_fields(type(layer.layer)) else None


def check_blocks(training: Training, summary: Summary, place: Span | None) -> None:
    """Errors: SpecError where a network has none of the blocks that its training is to compute again."""
    kinds = list(dict.fromkeys(group.kind for group in summary.groups.values()))
    names = [*kinds, *map("/".join, summary.groups)]
    offered = f"name one of its blocks: {enumerate_words(kinds[:_MAX_BLOCKS])}" if kinds else "it has no blocks"
    problems = [
        Diagnostic(
            "unknown-name",
            f"`checkpointing` cannot be {quote(name)}, which is no block of {one_line(summary.name)}",
            place,
            suggest(name, names) or offered,
        )
        for name in training.checkpointing or ()
        if name not in names
    ]
    if problems:
        raise SpecError(problems)


def override(training: Training, given: Mapping[str, Any]) -> Training:
    """Return how a network is trained, with other values put in. Errors: SpecError for what none of them can be."""
    return overrides.override(training, given, "`training`")
