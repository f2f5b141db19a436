"""A source file of Keras's: beside its parts, what all layers of a kind have in common."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from archsum.interchange.building.module import Module
from archsum.interchange.building.names import identifier
from archsum.interchange.building.program import Function, LayerStep, Program, steps_in
from archsum.interchange.building.source import Brackets, Expression, call
from archsum.language.read.entries import fields_of
from archsum.language.text.places import Places

TENSOR = "KerasTensor"
_TAKEN = ("keras", "layers", "ops", "math", "partial", "Sequence", "Any", TENSOR)


class KerasModule(Module):
    """The parts of the file."""

    def __init__(self, program: Program) -> None:
        super().__init__(*_TAKEN)
        functions = (program.main, *program.functions)
        steps = [step for function in functions for step in steps_in(function.body) if isinstance(step, LayerStep)]
        self.counted = Counter(step.kind for step in steps)
        self.counted["padding"] = sum("padding" in step.fields for step in steps)
        self.defaults: dict[str, Mapping[str, Any]] = _defaults(program)
        self.common: dict[tuple[str, str], dict[str, Expression]] = {}
        self.partials: dict[str, Brackets] = {}
        self.values = {identifier(name, "variable") for name in (*program.variables, *_parameters(functions))}
        """Python's names of variables and parameters, which no function has, as it could not be called beside them."""
        self.customs: dict[int, str] = {}
        """The classes of layers to fill in, by the items that they are of."""

    def partial(self, cls: str, arguments: Mapping[str, Expression]) -> str:
        """Name a class of Keras's with arguments that it always has, and return the name."""
        self.use("keras", "layers")
        self.partials[cls] = call(self.use("functools", "partial"), f"layers.{cls}", **arguments)
        return cls


def _parameters(functions: Iterable[Function]) -> list[str]:
    return [parameter.name for function in functions for parameter in function.parameters]


def _defaults(program: Program) -> dict[str, Mapping[str, Any]]:
    written = program.network.written
    if written is None:
        return {}
    defaults, place = written.document.defaults, written.file.value("defaults")
    return {kind: fields_of(kind, Places(defaults, place), kind) or {} for kind in defaults}
