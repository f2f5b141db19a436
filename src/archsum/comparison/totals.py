"""What two networks have in all: their totals, and their memory as they are trained."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from archsum.bounds import MAX_COMPARED_MEMORY
from archsum.errors import SpecError
from archsum.layers.arithmetic import Difference
from archsum.memory.costs import Costs


class Total(NamedTuple):
    """A figure of both networks; None where it is unknown."""

    name: str
    title: str
    before: int | None
    after: int | None
    in_bytes: bool = False

    @property
    def difference(self) -> int | None:
        """How much more it is after the change."""
        return Difference(self.after, self.before).value


def totals(before: Costs, after: Costs) -> Iterator[Total]:
    """Yield the figures of two networks, each with its memory as it is trained itself.

    The memory of very large networks is left unknown, as it takes long to find.
    """
    for name, title, figure in _FIGURES:
        yield Total(name, title, figure(before), figure(after), "memory" in name)
    batches = dict.fromkeys((before.options.batch, after.options.batch))
    batch = f"batch {' → '.join(map(str, batches))}"
    for name, title, figure in _OF_MEMORY:
        yield Total(name, f"{title}, {batch}", _small(figure, before), _small(figure, after), in_bytes=True)


_Figure = Callable[[Costs], int | None]

_FIGURES: tuple[tuple[str, str, _Figure], ...] = (
    ("layers", "layers", lambda costs: len(costs.summary.layers)),
    ("params", "parameters", lambda costs: costs.summary.params),
    ("trainable_params", "trainable", lambda costs: costs.summary.trainable_params),
    ("macs", "MACs", lambda costs: costs.summary.macs),
    ("flops", "FLOPs", lambda costs: costs.summary.flops),
    ("weight_memory", "weight memory", lambda costs: costs.summary.weight_memory),
)
_OF_MEMORY: tuple[tuple[str, str, _Figure], ...] = (
    ("inference_memory", "inference", lambda costs: costs.inference_peak),
    ("training_memory", "training", lambda costs: costs.training_peak),
)


def _small(figure: _Figure, costs: Costs) -> int | None:
    """Return a figure of memory; None where it would take too long."""
    if len(costs.summary.layers) > MAX_COMPARED_MEMORY:
        return None
    try:
        return figure(costs)
    except SpecError:  # it takes more work than a file of this size may
        return None
