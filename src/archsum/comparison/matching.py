"""Two trees of parts → pairs: which part became which, what only one side has, and what is in another place."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from archsum.comparison.alignment import align
from archsum.comparison.facts import Catalogue, Digest, digest
from archsum.comparison.parts import Part, flat, without_labels
from archsum.comparison.wiring import UNORDERED
from archsum.summary import LayerSummary, Summary

_OF_ONE_SOURCE = 0.5
"""How much more of its parts one network may name than the other, if both were named by the same."""


@dataclass(eq=False, slots=True)
class Pair:
    """A part before and after; None where it is not there."""

    before: Part | None
    after: Part | None
    inner: "list[Pair]" = field(default_factory=list)
    """Of two blocks, the pairs of what is in them; of equal ones that are called alike, none."""
    is_moved: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it stands for all that is in two equal blocks."""
        return bool(self.before and self.after and not self.inner)


def match(before: Part, after: Part) -> Pair:
    """Return which part of a network became which, with the networks themselves as the outermost pair."""
    are_named = not _called_otherwise(before, after)
    if not are_named:
        without_labels(before, after)
    nested = _match(before, after)
    _find_moved(nested)
    lost = _unmatched(nested)
    has_blocks = any(not part.layer for part in (*before.children, *after.children))
    if lost and has_blocks and before.skeleton != after.skeleton:
        before, after = flat(before), flat(after)
        if not are_named:
            without_labels(before, after)
        listed = _match(before, after)
        _find_moved(listed)
        if _unmatched(listed) * 2 < lost:
            return listed
    return nested


def leaves(pair: Pair) -> Iterator[tuple[LayerSummary, LayerSummary]]:
    """Yield the layers that are paired, in the order of their pairs."""
    waiting = [pair]
    while waiting:
        pair = waiting.pop()
        if pair.is_whole and pair.before and pair.after:
            yield from zip(pair.before.layers, pair.after.layers, strict=True)
        waiting += reversed(pair.inner)


def isomorphism(
    before: Summary, after: Summary, catalogue: Catalogue
) -> list[tuple[LayerSummary, LayerSummary]] | None:
    """Pair the layers of networks that are the same but for names, blocks and the order in which they list layers.

    None where they are not. What is paired is equal and takes equal inputs; whether these are the same ones, and the
    weights and outputs too, is still to be compared.
    """
    if len(before.layers) != len(after.layers):
        return None
    waiting: dict[Digest, dict[tuple[str, ...], list[LayerSummary]]] = {}
    for key, layer in _told_apart(after, catalogue):
        waiting.setdefault(key, {}).setdefault(_taken(layer, layer.node.inputs, catalogue), []).append(layer)
    became = dict(zip(before.inputs, after.inputs, strict=False))
    pairs = []
    for key, layer in _told_apart(before, catalogue):
        same = waiting.get(key)
        if not same:
            return None
        # Of layers that come of the same, it is the one that takes the very ones.
        taken = _taken(layer, [became.get(name, "") for name in layer.node.inputs], catalogue)
        inputs = taken if taken in same else next(iter(same))
        other = same[inputs].pop(0)
        if not same[inputs]:
            del same[inputs]
        became[layer.name] = other.name
        pairs.append((layer, other))
    return pairs


def _taken(layer: LayerSummary, inputs: Sequence[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Return what a layer takes, in an order of its own where that tells nothing."""
    return tuple(sorted(inputs) if catalogue.of(layer).kind in UNORDERED else inputs)


def _told_apart(summary: Summary, catalogue: Catalogue) -> Iterator[tuple[Digest, LayerSummary]]:
    """Yield each layer with what tells it, all that it comes of, and all that comes of it, from others."""
    comes_of = {name: digest("input", number) for number, name in enumerate(summary.inputs)}
    for layer in summary.layers:
        inputs, facts = [comes_of[name] for name in layer.node.inputs], catalogue.of(layer)
        if facts.kind in UNORDERED:
            inputs.sort()
        comes_of[layer.name] = digest(facts.exact, inputs, layer.node.states)
    behind: dict[str, list[Digest]] = {name: [digest("output", number)] for number, name in enumerate(summary.outputs)}
    keys = {}
    for layer in reversed(summary.layers):
        keys[layer.name] = digest(comes_of[layer.name], sorted(behind.pop(layer.name, [])))
        is_ordered = catalogue.of(layer).kind not in UNORDERED
        for number, name in enumerate(layer.node.inputs):
            behind.setdefault(name, []).append(digest(keys[layer.name], number if is_ordered else 0))
    for layer in summary.layers:
        yield keys[layer.name], layer


def _called_otherwise(before: Part, after: Part) -> bool:
    """Whether names tell nothing of which part is which, as they come from different sources."""
    labels, others = _labels(before), _labels(after)
    stated, also_stated = set(filter(None, labels)), set(filter(None, others))
    if len(stated & also_stated) * 2 < min(len(stated), len(also_stated)):
        return True
    shares = (sum(map(bool, found)) / max(1, len(found)) for found in (labels, others))
    return abs(next(shares) - next(shares)) > _OF_ONE_SOURCE


def _labels(root: Part) -> list[str]:
    """Return what each part is called."""
    waiting, labels = [root], []
    while waiting:
        part = waiting.pop()
        labels.append(part.label)
        waiting += part.children
    return labels


def _match(before: Part, after: Part) -> Pair:
    whole = Pair(before, after)
    waiting = [whole]
    while waiting:
        pair = waiting.pop()
        one, other = pair.before, pair.after
        if one is None or other is None or one.named == other.named:
            continue
        if one.exact == other.exact:  # but for names within
            pair.inner = list(map(Pair, one.children, other.children))
        elif not one.layer:
            pair.inner = [Pair(first, second) for first, second in align(one.children, other.children)]
        waiting += pair.inner
    return whole


def _find_moved(whole: Pair) -> None:
    """Join what is there once on one side alone, and once on the other alone."""
    for key in (_name_and_structure, _structure, _name_and_kind):
        lonely = [pair for pair in _all(whole) if not (pair.before and pair.after)]
        lost = _unique([pair for pair in lonely if pair.before], key)
        found = _unique([pair for pair in lonely if pair.after], key)
        for wanted in lost.keys() & found.keys():
            target = found[wanted]
            joined = _match(*_parts(lost[wanted], target))
            target.before, target.inner, target.is_moved = joined.before, joined.inner, True
            lost[wanted].before = None
    _drop_empty(whole)
    _join_replaced(whole)


def _join_replaced(whole: Pair) -> None:
    """Join a layer that is gone and the one of its kind that alone is in its place, though called otherwise."""
    for pair in list(_all(whole)):
        kept: list[Pair] = []
        for is_lonely, run in groupby(pair.inner, lambda inner: not (inner.before and inner.after)):
            pairs = list(run)
            if is_lonely and len(pairs) == 2 and _is_replaced(*pairs):
                pairs = [Pair(pairs[0].before, pairs[1].after)]
            kept += pairs
        pair.inner = kept


def _is_replaced(lost: Pair, found: Pair) -> bool:
    before, after = lost.before, found.after
    return bool(before and after and before.layer and after.layer and before.kind == after.kind)


def _parts(lost: Pair, found: Pair) -> tuple[Part, Part]:
    assert lost.before
    assert found.after
    return lost.before, found.after


def _unique(pairs: list[Pair], key: Callable[[Part], Hashable]) -> Mapping[Hashable, Pair]:
    """Return the pairs whose key no other has."""
    by_key: dict[Hashable, list[Pair]] = {}
    for pair in pairs:
        part = pair.before or pair.after
        if part and (wanted := key(part)) is not None:
            by_key.setdefault(wanted, []).append(pair)
    return {wanted: same[0] for wanted, same in by_key.items() if len(same) == 1}


def _name_and_structure(part: Part) -> Hashable:
    return (part.label, part.stated) if part.label else None


def _structure(part: Part) -> Hashable:
    return part.stated, part.layer is None


def _name_and_kind(part: Part) -> Hashable:
    return (part.label, part.kind) if part.label else None


def _all(whole: Pair) -> Iterator[Pair]:
    waiting = [whole]
    while waiting:
        pair = waiting.pop()
        yield pair
        waiting += reversed(pair.inner)


def _drop_empty(whole: Pair) -> None:
    for pair in list(_all(whole)):
        pair.inner = [inner for inner in pair.inner if inner.before or inner.after]


def _unmatched(whole: Pair) -> int:
    """Return how many layers are on one side alone, or in another place."""
    lonely = (pair for pair in _all(whole) if pair.is_moved or not (pair.before and pair.after))
    return sum(part.size for pair in lonely if (part := pair.before or pair.after))
