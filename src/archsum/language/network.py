"""A network that has been read: what every reader, the language's and those of other formats, makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from archsum.errors import Diagnostic, Place, one_line
from archsum.formula import Value
from archsum.graph import Graph
from archsum.language.spec.budget import Budget, StatedDevice
from archsum.language.spec.training import Training
from archsum.propagate import Engine

if TYPE_CHECKING:
    from archsum.language.read.structure import Structure
    from archsum.language.spec.document import Document
    from archsum.language.text.places import Places


class Written(NamedTuple):
    """A network as its file has it: its head, with overrides, its layers and blocks, and their text."""

    document: "Document"
    structure: "Structure"
    file: "Places"


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
    warnings: tuple[Diagnostic, ...] = ()
    """What its reader has to say of it that is no error."""
    written: Written | None = field(default=None, repr=False, compare=False)
    """What its file says, where that is in our language."""

    @property
    def variables(self) -> Mapping[str, Value]:
        """The values that the file's variables have, those that come of formulas among them."""
        return self.written.document.variables if self.written else {}

    def __repr__(self) -> str:
        return f"<Network {one_line(self.graph.name)}: layers={len(self.graph.nodes)}>"
