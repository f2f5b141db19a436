"""The memory of a training step, item by item, as PyTorch needs it.

The forward pass keeps tensors for the backward pass, which frees them from the last layer to the first while it makes
the gradients. So the peak is somewhere on the way back, or at the optimizer's step, when every gradient is there.
"""

from dataclasses import dataclass
from itertools import pairwise

from archsum.language.spec.training import Training
from archsum.memory.batch import Batch
from archsum.memory.kept import Declarations
from archsum.memory.optimizers import OPTIMIZERS
from archsum.memory.passes import Turn, passes
from archsum.memory.precision import PRECISIONS
from archsum.summary import LayerSummary, Summary


@dataclass(frozen=True, kw_only=True)
class TrainingMemory:
    """What a training step needs, in bytes."""

    weights: int
    buffers: int
    """Weights that training does not change by gradients: batch normalization's statistics."""
    copies: int
    """Of weights in lower precision, with which layers compute."""
    gradients: int
    optimizer_state: int
    forward: tuple[Turn, ...]
    backward: tuple[Turn, ...]
    """From the last layer to the first."""
    optimizer_step: int

    @property
    def kept_for_backward(self) -> int:
        """What the forward pass leaves for the backward pass."""
        return self.forward[-1].kept

    @property
    def kept_by_layer(self) -> list[tuple[LayerSummary, int]]:
        """What each layer is the first to keep for the backward pass, without what checkpointing computes again."""
        kept = pairwise([0, *(turn.kept for turn in self.forward)])
        return [(turn.layer, after - before) for turn, (before, after) in zip(self.forward, kept, strict=True)]

    @property
    def needs(self) -> tuple[int, ...]:
        """What is in memory at each layer's turn, and at the optimizer's step."""
        return (*(turn.bytes for turn in (*self.forward, *self.backward)), self.optimizer_step)

    @property
    def peak(self) -> int:
        """The most memory that the step needs at once."""
        return max(self.needs)

    @property
    def at(self) -> LayerSummary | None:
        """The layer at whose turn the peak is; None where it is the optimizer's step."""
        peak = self.peak
        return next((turn.layer for turn in (*self.backward, *self.forward) if turn.bytes == peak), None)

    @property
    def in_pass(self) -> str | None:
        """Whether that is the forward or the backward pass; None where it is neither."""
        passes = {"backward": self.backward, "forward": self.forward}
        return next((name for name, turns in passes.items() if self.peak in (turn.bytes for turn in turns)), None)


def training_memory(summary: Summary, options: Training, declared: Declarations) -> TrainingMemory:
    """Compute the memory of a training step. What every layer keeps must be known."""
    item, optimizer = PRECISIONS[options.precision], OPTIMIZERS[options.optimizer]
    trained = [
        weight for layer in summary.layers if layer.layer.trainable for weight in layer.weights if weight.trainable
    ]
    buffers = sum(weight.size for layer in summary.layers for weight in layer.weights if not weight.trainable)
    copies, gradients = summary.trainable_params * item.copies, summary.trainable_params * item.gradients
    state = sum(optimizer.state(weight.shape) for weight in trained) * item.state
    always = summary.params * item.weights + copies + state
    batch = Batch(options.batch, item.activations)
    inputs = sum(batch.bytes(shape) for shape in summary.inputs.values())
    forward, backward = passes(summary, options, declared, always)
    return TrainingMemory(
        weights=(summary.params - buffers) * item.weights,
        buffers=buffers * item.weights,
        copies=copies,
        gradients=gradients,
        optimizer_state=state,
        forward=forward,
        backward=backward,
        optimizer_step=always + inputs + gradients * (2 if optimizer.copies else 1),
    )
