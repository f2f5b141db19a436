"""How each container is written out: its layers once for each repetition, around a shortcut, or path by path."""

from collections.abc import Callable
from typing import Any, Protocol

from archsum.errors import Span
from archsum.language.expand.scope import Outputs, Scope
from archsum.language.expand.shapes import NetworkShapes
from archsum.language.spec.containers import Branch, Container, EachStep, Repeat, Residual
from archsum.language.spec.items import Body, Item, Reference


class Writer(Protocol):
    """What the layers are added to."""

    def add_body(self, body: Body, scope: Scope, inputs: Outputs) -> Outputs:
        """Add layers, each behind the one before, and return what the last one gives."""

    def add_item(self, item: Item, scope: Scope, inputs: Outputs) -> Outputs:
        """Add a layer, a block or a container, and return what it gives."""

    def find_inside(self, names: tuple[Reference, ...], scope: Scope) -> Outputs:
        """Return what the layers of those names give in a repetition, without those that their `if` leaves out."""

    @property
    def shapes(self) -> NetworkShapes:
        """The shapes of what has been added."""


def write_out(container: Container, writer: Writer, scope: Scope, inputs: Outputs, span: Span) -> Outputs:
    """Add a container's layers to the network, and return what the last of them give."""
    return WRITERS[type(container)](container, writer, scope, inputs, span)


def _repeat(repeat: Repeat, writer: Writer, scope: Scope, inputs: Outputs, span: Span) -> Outputs:
    rows = repeat.over or [{}] * (repeat.times or 0)
    found: list[str] = []
    for index, values in enumerate(rows):
        repetition = scope.repetition(index, len(rows), values, span)
        inputs = writer.add_body(repeat.layers, repetition, inputs)
        if repeat.outputs:
            found += writer.find_inside(repeat.outputs, repetition)
    return tuple(found) if repeat.outputs else inputs


def _residual(residual: Residual, writer: Writer, scope: Scope, inputs: Outputs, span: Span) -> Outputs:
    outputs = writer.add_body(residual.layers, scope, inputs)
    if residual.when == "never":
        return outputs
    depends = residual.when == "shape_stays" or (residual.shortcut and residual.shortcut_when == "shape_changes")
    changes = depends and writer.shapes.change(inputs, outputs)
    if changes and residual.when == "shape_stays":
        return outputs
    if residual.shortcut_when == "always" or changes:
        inputs = writer.add_body(residual.shortcut, scope, inputs)
    return writer.add_item(residual.merge, scope, inputs + outputs)


def _branch(branch: Branch, writer: Writer, scope: Scope, inputs: Outputs, span: Span) -> Outputs:
    outputs = [output for path in branch.paths for output in writer.add_body(path, scope, inputs)]
    return writer.add_item(branch.merge, scope, tuple(outputs))


def _each_step(each: EachStep, writer: Writer, scope: Scope, inputs: Outputs, span: Span) -> Outputs:
    return writer.add_body(each.body, scope.around_each(each.kind), inputs)


WRITERS: dict[type[Container], Callable[[Any, Writer, Scope, Outputs, Span], Outputs]] = {
    Repeat: _repeat,
    Residual: _residual,
    Branch: _branch,
    EachStep: _each_step,
}
"""How each class of container is written out."""
