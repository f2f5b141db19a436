"""A network as a tree of parts: layers, and blocks of them, each with digests by which equal parts are found."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from archsum.comparison.facts import Catalogue, Digest, Facts, digest, digest_of
from archsum.graph import Path, shared_levels
from archsum.layers.shapes import Shape, total
from archsum.summary import LayerSummary, Summary

_MOST_LEVELS = 64
"""As deep as our own files nest blocks; what other formats nest deeper is one level."""


@dataclass(eq=False, slots=True)
class Part:
    """A layer, or a block with its parts."""

    path: Path
    kind: str
    """The kind of the layer, or the block's word."""
    layer: LayerSummary | None = None
    facts: Facts | None = None
    """Of a layer; a block has none."""
    children: list["Part"] = field(default_factory=list)
    previous: "Part | None" = None
    """The part before it in the same block."""
    label: str = ""
    """Its name, without a number where that counts equal names; nothing where it is but a numbered kind."""
    exact: Digest = b""
    """Of all that is compared, in all layers."""
    stated: Digest = b""
    """Of kinds and fields alone."""
    skeleton: Digest = b""
    """Of kinds alone."""
    named: Digest = b""
    """Of all that is compared, and all labels."""
    size: int = 1
    """How many layers it has."""

    @property
    def name(self) -> str:
        """Its name, with those of the blocks that it is in."""
        return "/".join(self.path)

    @property
    def layers(self) -> Iterator[LayerSummary]:
        """The layer, or the block's, in order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            if part.layer:
                yield part.layer
            waiting += reversed(part.children)

    @property
    def params(self) -> int | None:
        """Parameters; None where they are unknown."""
        return total(layer.params for layer in self.layers)

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates for one sample; None where they are unknown."""
        return total(layer.macs for layer in self.layers)

    @property
    def output(self) -> Shape:
        """The shape of what the last layer gives."""
        *_, last = self.layers
        return last.output_shape


def tree(summary: Summary, catalogue: Catalogue) -> Part:
    """Return a network as the block that all its parts are in."""
    root = Part((), "")
    open_parts = [root]
    for layer in summary.layers:
        blocks = layer.path[:-1][:_MOST_LEVELS]
        around = open_parts[-1].path
        common = len(around) if around == blocks else shared_levels(around, blocks)
        while len(open_parts) > common + 1:
            _close(open_parts.pop())
        for level in range(common, len(blocks)):
            path = layer.path[: level + 1]
            group = summary.groups.get(path)
            block = Part(path, group.kind if group else path[-1])
            open_parts[-1].children.append(block)
            open_parts.append(block)
        open_parts[-1].children.append(_leaf(layer, catalogue))
    while open_parts:
        _close(open_parts.pop())
    return root


def flat(root: Part) -> Part:
    """Return a network as one block of all its layers."""
    waiting, leaves = [root], []
    while waiting:
        part = waiting.pop()
        if part.layer and part.facts:
            leaves.append(Part(part.path, part.kind, part.layer, part.facts))
        waiting += reversed(part.children)
    whole = Part((), "", children=leaves)
    _close(whole)
    return whole


def without_labels(*parts: Part) -> None:
    """Take away what parts and those in them are called, where that tells nothing."""
    waiting = [*parts]
    while waiting:
        part = waiting.pop()
        part.label, part.named = "", part.exact
        waiting += part.children


def _leaf(layer: LayerSummary, catalogue: Catalogue) -> Part:
    facts = catalogue.of(layer)
    return Part(layer.path, facts.kind, layer, facts)


def _close(block: Part) -> None:
    """Complete a block whose parts are all there: their labels, and the digests of all."""
    bases = Counter(_base(part.path[-1]) for part in block.children)
    before = None
    for part in block.children:
        part.previous, before = before, part
        part.label = _label(part, bases)
        if part.facts:
            part.exact, part.stated, part.skeleton = part.facts.exact, part.facts.stated, part.kind.encode()
            part.named = digest(part.exact, part.label)
        else:
            part.named = digest(part.named, part.kind, part.label)
    block.size = sum(part.size for part in block.children)
    block.exact = digest_of([part.exact for part in block.children])
    block.stated = digest_of([part.stated for part in block.children])
    block.skeleton = digest(*(part.skeleton for part in block.children))
    block.named = digest_of([part.named for part in block.children])


def _base(name: str) -> str:
    """Return a name without the number behind it that counts equal names."""
    base, line, number = name.rpartition("_")
    return base if line and number.isdecimal() else name


def _label(part: Part, bases: Counter[str]) -> str:
    name = part.path[-1]
    base = _base(name)
    if part.kind in (name, base) or name.isdecimal():
        return ""
    return base if bases[base] > 1 else name
