"""Layers without weights that are there in some places and not in others of the same structure: there by an `if`."""

from collections.abc import Iterator

from archsum.interchange.writing.folding.elements import Body, Element, Leaf, Residual, bodies, replace_taken

OPTIONAL = ("zero_padding1d", "zero_padding2d", "zero_padding3d", "dropout", "spatial_dropout2d", "stochastic_depth")
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
