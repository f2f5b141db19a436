"""Where layers want the channels that a file has last, which PyTorch's convolutions have first."""

from collections.abc import Iterator, Sequence

from archsum.interchange.building.program import (
    BlockStep,
    BranchStep,
    GroupStep,
    LayerStep,
    Program,
    RepeatStep,
    ResidualStep,
    Step,
    steps_in,
)
from archsum.interchange.building.torch import layers
from archsum.interchange.building.torch.table import KINDS


def prefers_first(program: Program, body: Sequence[Step]) -> bool | None:
    """Whether steps are better given channels, which the file has last, first; None where they do not care."""
    if program.data_format == "channels_first":
        return False
    found = list(_wishes(body))
    return True if True in found else False if False in found else None


def _wishes(body: Sequence[Step]) -> Iterator[bool]:
    """Yield what layers want, but not those that move blocks, which want what their neighbours do."""
    for step in steps_in(tuple(body)):
        if isinstance(step, LayerStep) and not step.wrappers and step.kind not in ("space_to_depth", "depth_to_space"):
            kind = KINDS.get(step.kind)
            if kind is not None and kind.channels_first is not None:
                yield kind.channels_first
        if isinstance(step, BlockStep):
            yield from _wishes(step.function.body)


def is_moved(program: Program, body: Sequence[Step], name: str, inputs: Sequence[str]) -> bool:
    """Whether an input's channels, which the file has last, are better first: what takes it says so."""
    rank = len(program.shape(name))
    if program.data_format == "channels_first" or rank < 2:
        return False
    wanted = _wants(body, name, rank, is_default=name == inputs[0])
    return rank > 2 if wanted is None else wanted


def _wants(body: Sequence[Step], name: str, rank: int, *, is_default: bool) -> bool | None:
    """Return what the first layer that takes something, and cares, wants."""
    taken_by_place = is_default
    for step in body:
        takes = any(reference.name == name for reference in step.inputs) if step.inputs else taken_by_place
        wanted = _wanted_by(step, name, rank) if takes else None
        if wanted is not None:
            return wanted
        if not (takes and taken_by_place and step.inputs is None and _passes_on(step)):
            taken_by_place = False
    return None


def _passes_on(step: Step) -> bool:
    return isinstance(step, LayerStep)


def _wanted_by(step: Step, name: str, rank: int) -> bool | None:
    match step:
        case LayerStep():
            return (
                False
                if step.wrappers or step.kind == "time_distributed"
                else layers.wants_first(step.kind, step.layers[0], rank)
            )
        case BlockStep():
            names = [reference.name for reference in step.inputs or ()]
            own = step.function.inputs[names.index(name)] if name in names else step.function.inputs[0]
            return _wants(step.function.body, own, rank, is_default=own == step.function.inputs[0])
        case RepeatStep() | GroupStep() | ResidualStep():
            return _wants(step.body, name, rank, is_default=True)
        case BranchStep():
            for path in step.paths:
                if path and (wanted := _wants(path, name, rank, is_default=True)) is not None:
                    return wanted
    return None
