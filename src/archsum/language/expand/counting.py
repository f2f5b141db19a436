"""Layers that are counted where they need not be written out one by one.

A block that is used with the same arguments, on inputs of the same shapes, comes to the same wherever it is. So it is
written out by itself once for all uses in all variants of a file, and what it comes to is kept. That goes for networks
whose sizes are all known, and without faults: of others nothing is said here.
"""

from collections.abc import Mapping
from itertools import chain

from archsum.bounds import CHARACTERS_PER_STEP, MAX_NESTING
from archsum.errors import Diagnostic
from archsum.language.expand.arguments import Arguments
from archsum.language.expand.expansion import LETTERS, Expansion
from archsum.language.expand.known import Block, Known, Output, Part
from archsum.language.expand.layers import Builder, is_small
from archsum.language.expand.scope import Level, Outputs, Scope
from archsum.language.read.structure import Definition, Structure
from archsum.language.spec.document import Document
from archsum.language.spec.items import Item
from archsum.language.text.places import Places
from archsum.layers.shapes import Shape
from archsum.summary import Totals
from archsum.work import Work

_ROOM = LETTERS - 10
"""So many letters a name may have, and its number too, before it takes steps itself."""


class UncountedError(Exception):
    """Something is wrong, or depends on more than is known here: the network, or the block, is to be written out."""


def count(document: Document, structure: Structure, file: Places, allowed: int, known: Known) -> Totals | None:
    """Return what the layers of a network have together; None where it is to be written out to be known."""
    if structure.diagnostics or any(None in shape for shape in document.input.values()):
        return None
    try:
        builder = known.builder(document, file)
        return _Count(document, structure, file, Work(allowed), known, builder, document.input).of_file()
    except UncountedError:
        return None


class _Count(Expansion):
    """The layers of a file, or of one use of a block, and what the blocks in it come to."""

    def __init__(
        self,
        document: Document,
        structure: Structure,
        file: Places,
        work: Work,
        known: Known,
        builder: Builder,
        inputs: Mapping[str, Shape],
    ) -> None:
        super().__init__(document, structure, work, known, builder, inputs)
        self._file = file
        self._inputs = inputs
        self._blocks: list[tuple[str, Block]] = []
        self._given: list[str] = []
        """The nodes that blocks give, and none of their own layers takes."""
        self._taken: set[str] = set()
        """What layers in blocks take."""

    def of_file(self) -> Part:
        """Return what the file's layers come to. Errors: UncountedError."""
        outputs = self._write_file()
        taken = self._require_sound(outputs)
        if not taken.union(outputs).issuperset(self._inputs):
            raise UncountedError
        return self._part

    def of_block(
        self, item: Item, definition: Definition, arguments: Arguments, depth: int, frozen_by: str | None
    ) -> Block:
        """Return what a block's use comes to, on these inputs. Errors: UncountedError."""
        self._depth = self._deepest = depth
        scope = Scope({}, {}, Level((), {}), frozen_by=frozen_by)
        outputs = super()._write_block(item, scope, definition, arguments, tuple(self._inputs))
        taken = self._require_sound(outputs)
        if self._wrapped:  # which those around the block would have to know
            raise UncountedError
        prefix = len(next(iter(self._groups))[0]) + 1
        numbers = {name: number for number, name in enumerate(self._inputs)}
        names = chain(map("/".join, self._groups), (node.name for node in self._nodes))
        within = (len(name) + block.longest for name, block in self._blocks)
        return Block(
            self._part,
            tuple(
                numbers[name] if name in numbers else Output(name[prefix:], self._shape(name), name in taken)
                for name in outputs
            ),
            tuple(number for name, number in numbers.items() if name in taken),
            self._work.steps,
            self._deepest - depth,
            max(chain(map(len, names), within)) + 1 - prefix,
        )

    def _write_block(
        self, item: Item, scope: Scope, definition: Definition, arguments: Arguments, inputs: Outputs
    ) -> Outputs:
        block = self._known_block(item, scope, definition, arguments, inputs)
        if block is None or len(scope.level.prefix) + len(item.name or definition.name) + block.longest > _ROOM:
            return super()._write_block(item, scope, definition, arguments, inputs)
        self._deepest = max(self._deepest, self._depth + block.depth)
        if self._deepest > MAX_NESTING or self._work.spend("values", block.steps):
            raise UncountedError
        prefix = f"{scope.level.prefix}{scope.level.name(item.name, definition.name)}/"
        self._blocks.append((prefix, block))
        self._taken.update([inputs[number] for number in block.taken])
        outputs: list[str] = []
        for output in block.outputs:
            if isinstance(output, int):
                outputs.append(inputs[output])
                continue
            name = prefix + output.node
            self.shapes.engine.give(name, output.shape)
            if not output.is_taken:
                self._given.append(name)
            outputs.append(name)
        return tuple(outputs)

    def _known_block(
        self, item: Item, scope: Scope, definition: Definition, arguments: Arguments, inputs: Outputs
    ) -> Block | None:
        """Return what a block's use comes to; None where that depends on more than arguments and shapes."""
        if scope.wrappers or scope.level.shared or item.shared or len(inputs) != len(definition.inputs):
            return None
        values = [arguments.values[name] for name in definition.parameters]
        variables = self._known.names_in_block(definition, self._structure, self._file, self._work)
        if self._work.is_too_much:
            raise UncountedError
        values += [self._document.variables.get(name) for name in variables]
        if not all(map(is_small, values)):
            return None
        written = repr(values)
        self._work.spend("values", len(values) + len(written) // CHARACTERS_PER_STEP)
        shapes = tuple(map(self._shape, inputs))
        frozen_by = scope.frozen_by
        key = self._builder, definition.name, written, arguments.trainable, frozen_by is not None, shapes
        blocks = self._known.blocks
        try:
            return blocks[key]
        except KeyError:
            found = blocks[key] = self._count_block(item, definition, arguments, shapes, frozen_by)
            return found

    def _count_block(
        self,
        item: Item,
        definition: Definition,
        arguments: Arguments,
        shapes: tuple[Shape, ...],
        frozen_by: str | None,
    ) -> Block | None:
        work = Work(self._work.left)
        inputs = {f"<{number}": shape for number, shape in enumerate(shapes)}  # no node has such a name
        inside = _Count(self._document, self._structure, self._file, work, self._known, self._builder, inputs)
        try:
            return inside.of_block(item, definition, arguments, self._depth, frozen_by)
        except UncountedError:
            if self._work.spend("values", work.steps):
                raise
            return None

    def _shape(self, name: str) -> Shape:
        shape = self.shapes.engine.shape(name)
        if shape is None or None in shape:
            raise UncountedError
        return shape

    @property
    def _part(self) -> Part:
        return Part(self.shapes.engine.layers, tuple(block.part for _, block in self._blocks))

    def _require_sound(self, outputs: Outputs) -> set[str]:
        """Return the names of what layers take. Errors: UncountedError where something is wrong."""
        engine = self.shapes.engine
        layers = engine.layers
        if len(layers) < len(self._nodes) or self._work.is_too_much or any(None in one.output_shape for one in layers):
            raise UncountedError
        taken = self._taken.union(*(node.inputs for node in self._nodes))
        if not taken.union(outputs).issuperset(chain(self._given, (node.name for node in self._nodes))):
            raise UncountedError
        return taken

    def _pass_over(self) -> Outputs:
        raise UncountedError

    def _report(self, scope: Scope, *problems: Diagnostic) -> None:
        if problems:
            raise UncountedError
