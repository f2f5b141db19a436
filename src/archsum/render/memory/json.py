"""The memory that a network needs, as JSON."""

from archsum.memory.costs import Costs
from archsum.render.json import document


def render(costs: Costs) -> str:
    """Return the figures; null where they are not known."""
    training, inference, arena = costs.training, costs.inference, costs.arena
    figures = {
        "name": costs.summary.name,
        "batch": costs.options.batch,
        "optimizer": costs.options.optimizer,
        "precision": costs.options.precision,
        "checkpointing": costs.options.checkpointing or (),
        "training": training
        and {
            "weights": training.weights,
            "copies": training.copies,
            "buffers": training.buffers,
            "gradients": training.gradients,
            "optimizer_state": training.optimizer_state,
            "kept_for_backward": training.kept_for_backward,
            "optimizer_step": training.optimizer_step,
            "peak": training.peak,
            "at": training.at and training.at.name,
            "pass": training.in_pass,
        },
        "inference": inference
        and {
            "weights": inference.weights,
            "activations": inference.activations,
            "peak": inference.peak,
            "at": inference.at.name,
            "alive": {tensor.name: size for tensor, size in inference.alive},
        },
        "microcontroller": arena
        and {
            "arena": arena.head,
            "arena_of_today": costs.arena_newer_planner and costs.arena_newer_planner.head,
            "at": arena.highest.buffer.layer,
            "flash": arena.flash,
        },
    }
    return document(figures)
