"""Layers without weights that are there in some places and not in others of the same structure: there by an `if`."""

from collections import defaultdict
from collections.abc import Iterator

from archsum.interchange.writing.folding.elements import Body, Cell, Element, Leaf, Residual, bodies, replace_taken

OPTIONAL = (
    *("zero_padding1d", "zero_padding2d", "zero_padding3d", "roll"),
    *("dropout", "spatial_dropout2d", "stochastic_depth"),
)
"""The kinds that people leave out of a block, or not."""

_END = -1


def insert_optional(body: Body) -> None:
    """Insert what is optional between layers that have it between them elsewhere; all elements have keys."""
    models: dict[tuple[int, int], Leaf] = {}
    for listed, is_path in _bodies(body):
        for index, element in enumerate(listed):
            after = listed[index + 1] if index + 1 < len(listed) else None
            if index and isinstance(element, Leaf) and _is_optional(element) and _follows(listed[index - 1], element):
                if after is not None and _follows(element, after):
                    models.setdefault((listed[index - 1].key, after.key), element)
                elif after is None and is_path:
                    models.setdefault((listed[index - 1].key, _END), element)
    if models:
        for listed, is_path in list(_bodies(body)):
            _insert(listed, models, is_path=is_path)


def insert_at_ends(body: Body) -> None:
    """Insert what blocks of one class begin or end with in some places only, as Swin's with a `roll`."""
    by_word: dict[str, list[Cell]] = defaultdict(list)
    _collect(body, by_word)
    for cells in by_word.values():
        first: dict[int, Leaf] = {}
        last: dict[int, Leaf] = {}
        for before, *inner, behind in ([cell.entry, *cell.body] for cell in cells if len(cell.body) > 1):
            if isinstance(inner[0], Leaf) and _is_optional(inner[0]) and _follows(before, inner[0]):
                after = inner[1] if len(inner) > 1 else behind
                if _follows(inner[0], after):
                    first.setdefault(after.key, inner[0])
            if isinstance(behind, Leaf) and _is_optional(behind) and _follows(inner[-1], behind):
                last.setdefault(inner[-1].key, behind)
        for cell in cells:
            model = first.get(cell.body[0].key)
            if model and _follows(cell.entry, cell.body[0]):
                cell.body.insert(0, left_out(model, cell.entry, cell.body[0]))
            model = last.get(cell.body[-1].key)
            if model:
                cell.body.append(left_out(model, cell.body[-1], None))


def _collect(body: Body, by_word: dict[str, list[Cell]]) -> None:
    for element in body:
        if isinstance(element, Cell) and element.word:
            by_word[element.word].append(element)
        for inner in bodies(element):
            _collect(inner, by_word)


def _insert(body: Body, models: dict[tuple[int, int], Leaf], *, is_path: bool) -> None:
    done: Body = []
    for index, element in enumerate(body):
        done.append(element)
        after = body[index + 1] if index + 1 < len(body) else None
        if after is not None and _follows(element, after):
            model = models.get((element.key, after.key))
            if model and not _is_optional(after):
                done.append(left_out(model, element, after))
        elif after is None and is_path and not _is_optional(element):
            model = models.get((element.key, _END))
            if model:
                done.append(left_out(model, element, None))
    body[:] = done


def left_out(model: Leaf, before: Element, after: Element | None) -> Leaf:
    """Return a layer that is not there, between two elements; it is like another that is."""
    leaf = Leaf([before], [], before.shape, layer=model.layer, kind=model.kind, fields=model.fields, is_there=False)
    leaf.key = model.key
    if after is not None:
        replace_taken(after, before, leaf)
        leaf.users = [after]
        before.users = [leaf]
    else:
        leaf.users, before.users = before.users, [leaf]
        for user in leaf.users:
            replace_taken(user, before, leaf)
    return leaf


def _is_optional(element: Element) -> bool:
    return isinstance(element, Leaf) and element.kind in OPTIONAL


def _follows(before: Element, element: Element) -> bool:
    """Whether an element takes one that nothing else takes."""
    return len(element.takes) == 1 and element.takes[0] is before and len(before.users) == 1


def _bodies(body: Body, *, is_path: bool = False) -> Iterator[tuple[Body, bool]]:
    """Return all bodies, and whether each is what a shortcut leads around."""
    yield body, is_path
    for element in body:
        for number, inner in enumerate(bodies(element)):
            yield from _bodies(inner, is_path=isinstance(element, Residual) and number == 0)
