"""Two summaries → their difference: each pair of parts is compared, and what it is connected to."""

from dataclasses import replace

from archsum.comparison.arrangement import with_channels_last
from archsum.comparison.details import Details
from archsum.comparison.difference import Change, Detail, Difference
from archsum.comparison.facts import Catalogue
from archsum.comparison.forms import in_one_form
from archsum.comparison.layouts import Layouts
from archsum.comparison.matching import Pair, isomorphism, leaves, match
from archsum.comparison.paddings import with_own_paddings
from archsum.comparison.parts import tree
from archsum.comparison.poolings import with_flat_poolings
from archsum.comparison.sums import with_whole_sums
from archsum.comparison.wiring import Wiring
from archsum.summary import Summary


def compare(before: Summary, after: Summary) -> Difference:
    """Return what changed from one network to another.

    Layers and blocks are matched by their names where these were stated, and by their structure; names that come of
    numbering tell nothing. Where one is channels_first and the other channels_last, they are compared up to that; and
    where one comes of another framework, up to how each writes the same, and wherever it moves axes for that.
    """
    if _is_imported(before) != _is_imported(after):
        return _compared_of_two_frameworks(before, after)
    found = _compared(before, after)
    if found.equal:
        return found
    padded = with_own_paddings(before), with_own_paddings(after)
    if padded == (before, after):
        return found
    also = _compared(*padded)
    return also if also.equal else found


def _compared_of_two_frameworks(before: Summary, after: Summary) -> Difference:
    """Return what changed up to how each framework writes the same.

    Networks whose channels are elsewhere are equal only where they are so axis by axis. Else what is less is said.
    Inputs and outputs of networks that both have the channels first are the same only as they are.
    """
    one, other = (_in_one_form(network) for network in (before, after))
    found = _compared(one, other, up_to_words=True)
    layouts = Layouts(one, other)
    if found.equal and not layouts.differ:
        return found
    ends_too = (layouts.before, layouts.after) != ("channels_first", "channels_first")
    arranged = _compared(*(with_channels_last(it, ends_too=ends_too) for it in (one, other)), up_to_words=True)
    if arranged.equal and found.equal:
        return found
    arranged = replace(arranged, before=one, after=other)
    return min((found, arranged), key=_size) if not (arranged.equal or found.equal) else arranged


def _in_one_form(network: Summary) -> Summary:
    return with_flat_poolings(with_whole_sums(in_one_form(with_own_paddings(network))))


def _size(difference: Difference) -> int:
    """Return how many layers are not the same."""
    waiting, found = list(difference.whole.children), 0
    while waiting:
        change = waiting.pop()
        waiting += change.children
        found += not change.children and change.status != "renamed"
    return found


def _compared(before: Summary, after: Summary, *, up_to_words: bool = False) -> Difference:
    layouts = Layouts(before, after)
    catalogue = Catalogue(up_to_layout=layouts.differ, up_to_words=up_to_words)
    details = Details(layouts, catalogue, of_two_frameworks=up_to_words)
    found = _compare(before, after, match(tree(before, catalogue), tree(after, catalogue)), details)
    if found.equal or not found.changes:
        return found
    pairs = isomorphism(before, after, catalogue)
    if pairs is None:
        return found
    wiring = Wiring(before, after, pairs)
    if any(details.of_layers(*pair) or wiring.differences(*pair) for pair in pairs):
        return found
    return Difference(
        before, after, details.of_networks(before, after, wiring), replace(found.whole, children=()), is_regrouped=True
    )


def _is_imported(summary: Summary) -> bool:
    """Whether a network comes from another framework."""
    return any(layer.node.origin is not None for layer in summary.layers)


def _compare(before: Summary, after: Summary, whole: Pair, details: Details) -> Difference:
    wiring = Wiring(before, after, list(leaves(whole)), _moved(whole))
    changes = _Comparison(details, wiring).of_pairs(whole)
    changed = Change(whole.before, whole.after, children=changes)
    return Difference(before, after, details.of_networks(before, after, wiring), changed)


def _moved(whole: Pair) -> frozenset[str]:
    """Return the layers, by their names after the change, that are in another place."""
    waiting, names = [whole], set()
    while waiting:
        pair = waiting.pop()
        if pair.is_moved and pair.after:
            names |= {layer.name for layer in pair.after.layers}
        waiting += pair.inner
    return frozenset(names)


class _Comparison:
    """Makes changes of pairs."""

    def __init__(self, details: Details, wiring: Wiring) -> None:
        self._details = details
        self._wiring = wiring

    def of_pairs(self, pair: Pair) -> tuple[Change, ...]:
        """Return what changed of the parts of two blocks."""
        if pair.inner:
            return tuple(change for inner in pair.inner if (change := self._change(inner)))
        if not (pair.before and pair.after):
            return ()
        # Equal blocks, called alike: they can differ in where the channels are, and in what they take.
        inner = map(Pair, pair.before.children, pair.after.children)
        return tuple(change for one in inner if (change := self._change(one)))

    def _change(self, pair: Pair) -> Change | None:
        before, after = pair.before, pair.after
        if before is None or after is None:
            return Change(before, after)
        details: tuple[Detail, ...] = self._details.of_names(before, after)
        if before.layer and after.layer:
            details += self._details.of_layers(before.layer, after.layer)
            details += self._wiring.differences(before.layer, after.layer)
        children = self.of_pairs(pair)
        if not (details or children or pair.is_moved):
            return None
        return Change(before, after, pair.is_moved, details, children)
