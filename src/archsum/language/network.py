"""A network that has been read: what every reader, the language's and those of other formats, makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archsum.errors import Diagnostic, Place
from archsum.formula import Value
from archsum.graph import Graph
from archsum.language.spec.budget import Budget, StatedDevice
from archsum.language.spec.training import Training
from archsum.propagate import Engine


@dataclass(frozen=True)
class Network:
    """A network, read: its graph, and what its file says of its budget, of training and of devices."""

    graph: Graph
    steps_allowed: int
    """The work that each question about the network may take; see `archsum.work`."""
    engine: Engine = field(repr=False, compare=False)
    """What computes the shapes of this very graph, and has computed those that the language asked for."""
    budget: Budget = field(default_factory=lambda: Budget.model_validate({}))
    training: Training = field(default_factory=lambda: Training.model_validate({}))
    devices: Mapping[str, StatedDevice] = field(default_factory=dict)
    block_places: Mapping[str, Place] = field(default_factory=dict)
    """Where the budget names the blocks that it limits."""
    device_place: Place | None = None
    """Where it names its device."""
    checkpointing_place: Place | None = None
    """Where the training names blocks."""
    variables: Mapping[str, Value] = field(default_factory=dict)
    """The values that the variables have, those that come of formulas among them."""
    warnings: tuple[Diagnostic, ...] = ()
    """What its reader has to say of it that is no error."""
