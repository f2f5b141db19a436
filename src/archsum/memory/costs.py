"""What a network costs of memory, each figure computed when it is first asked for."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pydantic_core import ValidationError

from archsum.errors import SpecError, one_line
from archsum.language.document import Training
from archsum.language.validation import Subject, diagnose
from archsum.memory.arena import Arena, arena
from archsum.memory.inference import InferenceMemory, inference_memory
from archsum.memory.training import TrainingMemory, training_memory, unknown_layers
from archsum.summary import LayerSummary, Summary

_MAX_NAMED = 3
"""As many layers are named as what keeps a figure from being known."""


class Costs:
    """A network's memory in training, as the file or the command says it is trained, and at inference."""

    def __init__(self, summary: Summary, training: Training) -> None:
        self.summary = summary
        self.options = training

    @cached_property
    def unknown(self) -> list[LayerSummary]:
        """The layers that keep it from being known."""
        return unknown_layers(self.summary)

    @property
    def why_unknown(self) -> str:
        """What of which layers is not known, where there are such."""
        names = ", ".join(one_line(layer.name) for layer in self.unknown[:_MAX_NAMED])
        return f"sizes, or what is kept, of {names}" if names else "the size of an input"

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

    def trained_with(self, **options: Any) -> "Costs":
        """Return the costs of a training that differs in some of its options."""
        return Costs(self.summary, override(self.options, options))

    @cached_property
    def inference(self) -> InferenceMemory | None:
        """The memory of a forward pass on a batch of that size; None where it is not known."""
        return inference_memory(self.summary, self.options.batch, self.options.precision)

    def __str__(self) -> str:
        from archsum.render import memory

        return memory.render(self)

    def __repr__(self) -> str:
        return f"<Costs of {one_line(self.summary.name)}: batch={self.options.batch}>"

    def _repr_html_(self) -> str:
        from archsum.render import html

        return html.preformatted(str(self))


def override(training: Training, given: Mapping[str, Any]) -> Training:
    """Return how a network is trained, with other values put in. Errors: SpecError for what none of them can be."""
    stated = {**vars(training), **given}
    try:
        return Training.model_validate(stated)
    except ValidationError as error:
        subject = Subject("`training`", Training, stated, lambda path, key: (None, path))
        raise SpecError(diagnose(error, subject)) from None
