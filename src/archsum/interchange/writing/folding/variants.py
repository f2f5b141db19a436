"""What differs in its shortcut alone is one: it is there, or has layers, only where the shape changes or stays."""

from collections import defaultdict

from archsum.interchange.writing.folding.elements import Body, Cell, Leaf, Residual, Source, bodies, enclose
from archsum.interchange.writing.folding.keys import Keys
from archsum.interchange.writing.folding.optional import OPTIONAL, left_out

_LEAST = 4
"""The layers that are taken for what elsewhere has a shortcut."""

_Plain = tuple[tuple[int, ...], list[Residual], Leaf | None]
"""The keys of layers, the shortcuts that lead around such elsewhere, and what these have at their end besides."""


def unify(body: Body, keys: Keys) -> None:
    """Make one of what differs in its shortcuts; all elements have keys, and have them again."""
    found: list[Residual] = []
    _collect(body, found)
    _unify_projections(found, keys)
    keys.number(body)
    _unify_plain(body)
    keys.number(body)


def _collect(body: Body, found: list[Residual]) -> None:
    for element in body:
        if isinstance(element, Residual):
            found.append(element)
        for inner in bodies(element):
            _collect(inner, found)


def _unify_projections(found: list[Residual], keys: Keys) -> None:
    """Say of shortcuts that have layers here, and none there, that they have them where the shape changes."""
    alike: dict[tuple[int, int], list[Residual]] = defaultdict(list)
    for residual in found:
        alike[keys.of(residual.layers), keys.of_merge(residual.merge)].append(residual)
    for residuals in alike.values():
        shortcuts = {keys.of(residual.shortcut): residual.shortcut for residual in residuals if residual.shortcut}
        if len(shortcuts) != 1 or all(residual.shortcut for residual in residuals):
            continue
        if all(bool(residual.shortcut) == _changes(residual) for residual in residuals):
            (shortcut,) = shortcuts.values()
            for residual in residuals:
                residual.shortcut_when = "shape_changes"
                residual.has_shortcut = bool(residual.shortcut)
                residual.shortcut = residual.shortcut or shortcut


def _changes(residual: Residual) -> bool:
    return residual.entry.shape != residual.layers[-1].shape


def _unify_plain(body: Body) -> None:
    """Put layers that elsewhere have a shortcut around them into one that is not there, as they change the shape."""
    known: dict[tuple[int, ...], list[Residual]] = defaultdict(list)
    found: list[Residual] = []
    _collect(body, found)
    for residual in found:
        if not residual.shortcut and len(residual.layers) >= _LEAST:
            known[tuple(inner.key for inner in residual.layers)].append(residual)
    by_first: dict[int, list[_Plain]] = defaultdict(list)
    for sequence, residuals in known.items():
        if not any(map(_changes, residuals)):
            by_first[sequence[0]].append((sequence, residuals, None))
            last = residuals[0].layers[-1]
            if isinstance(last, Leaf) and last.kind in OPTIONAL and len(sequence) > _LEAST:
                by_first[sequence[0]].append((sequence[:-1], residuals, last))
    _wrap(body, by_first)


def _wrap(body: Body, by_first: dict[int, list[_Plain]]) -> None:
    index = 0
    while index < len(body):
        for sequence, residuals, tail in by_first.get(body[index].key, ()):
            layers = body[index : index + len(sequence)]
            if tuple(element.key for element in layers) == sequence and _is_closed(layers):
                plain = _without_shortcut(layers, residuals[0])
                if _changes(plain):
                    if tail:
                        layers.append(left_out(tail, layers[-1], None))
                    enclose(plain, plain.entry, layers)
                    body[index : index + len(sequence)] = [plain]
                    for residual in (plain, *residuals):
                        residual.when = "shape_stays"
                    break
        index += 1
    for element in body:
        if isinstance(element, Cell):
            _wrap(element.body, by_first)


def _is_closed(layers: Body) -> bool:
    """Whether nothing but the last of a chain is taken elsewhere."""
    inside = set(map(id, layers))
    return len(layers[0].takes) == 1 and all(id(user) in inside for element in layers[:-1] for user in element.users)


def _without_shortcut(layers: Body, like: Residual) -> Residual:
    (given,) = layers[0].takes
    entry = Source(shape=given.shape)
    return Residual([given], entry=entry, layers=layers, merge=like.merge, is_there=False)
