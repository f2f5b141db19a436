"""How a network is trained, and where that takes most memory, in words."""

from archsum.errors import one_line
from archsum.language.spec.training import Training
from archsum.memory.training import TrainingMemory

ITEMS = ("weights, buffers, optimizer's state", "kept for the backward pass", "gradients of weights", "temporary")
"""What is in memory at a layer's turn, item by item as a Turn has it."""

NEAR_PEAK = 2
"""A limit that is so many times the peak, or more, would make a picture flat, and is written only."""


def options(training: Training) -> str:
    """Return how a network is trained."""
    words = [f"batch {training.batch:,}", training.optimizer, training.precision]
    if training.checkpointing:
        words.append(f"checkpointing {one_line(', '.join(training.checkpointing))}")
    return ", ".join(words)


def peak_place(memory: TrainingMemory) -> str:
    """Return where in a training step most memory is needed."""
    return f"in the {memory.in_pass} pass of {one_line(memory.at.name)}" if memory.at else "in the optimizer's step"
