"""One edit of an example, and what is said of it: that edit, and nothing else but what follows from it."""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from archsum import SpecError, load
from archsum.comparison import Change, Difference, compare
from archsum.graph import Graph
from archsum.layers import FAMILIES, kind_of
from archsum.summary import Summary
from tests.support.drafts import Draft, Network, draft, shares
from tests.support.paths import EXAMPLES

FILES = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.yaml"))
ODD_RATE = {"rate": 0.123}
"""A field that no example has, so that the layer is like no other."""


@cache
def graph(file: str) -> Graph:
    return load(EXAMPLES / file).graph


def own(difference: Difference) -> list[Change]:
    """Return the changes that do not follow from others, innermost ones and those of whole blocks."""
    return list(_own(difference.whole))


def _own(whole: Change) -> Iterator[Change]:
    for change in whole.children:
        is_own = change.is_moved or not change.children or any(not detail.follows for detail in change.details)
        if is_own and not change.follows:
            yield change
        yield from _own(change)


def said(difference: Difference, *, mirrored: bool = False) -> list[str]:
    """Return all that changed, in any order: what is moved is listed where it is after."""
    waiting, found = list(difference.changes), []
    while waiting:
        change = waiting.pop()
        waiting += change.children
        if change.children and not change.details and not change.is_moved:
            continue
        parts = [change.before and change.before.name, change.after and change.after.name]
        details = [
            (aspect, name, *((after, before) if mirrored else (before, after)))
            for aspect, name, before, after in change.details
        ]
        found.append(repr((parts[::-1] if mirrored else parts, change.is_moved, sorted(map(repr, details)))))
    return sorted(found)


Check = Callable[[list[Change], Difference], None]


def edit_field(network: Network, random: Random) -> Check:
    layer = random.choice([layer for layer in network.layers if not shares(layer)])
    assume(layer.node.frozen_by is None)
    trainable = not layer.node.layer.trainable
    layer.node = layer.node._replace(layer=layer.node.layer.model_copy(update={"trainable": trainable}))

    def check(changes: list[Change], difference: Difference) -> None:
        (change,) = changes
        assert change.status == "changed"
        assert [detail.name for detail in change.details if detail.aspect == "fields"] == ["trainable"]
        assert change.part.name == layer.node.name

    return check


def edit_insert(network: Network, random: Random) -> Check:
    new = network.insert(random.choice(network.layers), "dropout", ODD_RATE, random.choice(["", "inserted"]))
    _, called = network.summarize()

    def check(changes: list[Change], difference: Difference) -> None:
        (change,) = changes
        assert (change.status, change.part.name) == ("added", called[id(new)])

    return check


def kinds_of(layer: Draft) -> set[str]:
    """Return what a layer's kind may be called: an activation by its function's name, where that is a kind too."""
    kind = kind_of(type(layer.node.layer))
    return {kind, "relu", *FAMILIES["activation_functions"]} if kind == "activation" else {kind}


def edit_remove(network: Network, random: Random) -> Check:
    passing = [layer for layer in network.layers if _passes(layer)]
    assume(passing)
    layer = random.choice(passing)
    siblings = [one for one in network.layers if one.blocks == layer.blocks]
    network.remove(layer)
    is_unique = sum(one.node.layer == layer.node.layer for one in siblings) == 1

    def check(changes: list[Change], difference: Difference) -> None:
        if len(siblings) == 1:
            return  # the block is gone with it
        (change,) = changes
        assert change.status == "removed"
        assert change.part.kind in kinds_of(layer)
        if is_unique:
            assert change.part.name == layer.node.name

    return check


def edit_rename(network: Network, random: Random) -> Check:
    layer = random.choice(network.layers)
    layer.base = "another_name"

    def check(changes: list[Change], difference: Difference) -> None:
        (change,) = changes
        assert difference.equal
        assert change.status == "renamed"
        assert (change.part.path[-1], change.before and change.before.name) == ("another_name", layer.node.name)

    return check


def edit_rename_block(network: Network, random: Random) -> Check:
    blocks = network.blocks()
    assume(blocks)
    block = random.choice(blocks)
    block.base = "another_block"
    word = random.choice(["another_block", block.group.kind])
    block.group = block.group._replace(kind=word)

    def check(changes: list[Change], difference: Difference) -> None:
        (change,) = changes
        assert difference.equal
        assert change.part.path[-1] == "another_block"
        assert {detail.name for detail in change.details} <= {"block", "name"}

    return check


def edit_repeat(network: Network, random: Random) -> Check:
    blocks = network.blocks()
    assume(blocks)
    block = random.choice(blocks)
    size = len(network.inside(block))
    assume(network.repeat(block))

    def check(changes: list[Change], difference: Difference) -> None:
        (change,) = changes
        assert (change.status, change.part.kind, change.part.size) == ("added", block.group.kind, size)

    return check


EDITS = [edit_field, edit_insert, edit_remove, edit_rename, edit_rename_block, edit_repeat]


@given(st.sampled_from(FILES), st.sampled_from(EDITS), st.integers(0, 1 << 30))
def test_an_edit_is_named_and_nothing_else(file: str, edit: Callable[[Network, Random], Check], seed: int) -> None:
    before, _ = draft(graph(file)).summarize()
    network = draft(graph(file))
    check = edit(network, Random(seed))
    after = _summarized(network)
    difference = compare(before, after)
    check(own(difference), difference)
    is_mirror = said(compare(after, before), mirrored=True) == said(difference)
    assert is_mirror


@given(st.sampled_from(FILES), st.integers(0, 1 << 30))
def test_what_is_moved_is_moved(file: str, seed: int) -> None:
    random = Random(seed)
    first, second = draft(graph(file)), draft(graph(file))
    place, other = random.randrange(len(first.layers)), random.randrange(len(first.layers))
    assume(abs(place - other) > 1)  # of two that change places, either is moved
    moved = first.insert(first.layers[place], "dropout", ODD_RATE, "moved")
    second.insert(second.layers[other], "dropout", ODD_RATE, "moved")
    assert moved
    before, after = _summarized(first), _summarized(second)
    difference = compare(before, after)
    (change,) = own(difference)
    # Where it changes places with a single block, either of the two is moved.
    assert change.status == "moved"
    is_mirror = said(compare(after, before), mirrored=True) == said(difference)
    assert is_mirror


def _summarized(network: Network) -> Summary:
    try:
        return network.summarize()[0]
    except SpecError:
        assume(False)
        raise


def _passes(layer: Draft) -> bool:
    kinds = ("relu", "dropout", "batch_normalization", "activation", "layer_normalization", "tanh", "leaky_relu")
    return kind_of(type(layer.node.layer)) in kinds
