"""The order of a model's calls: each after those it takes something from, and branch by branch."""

from collections.abc import Iterator
from typing import Any

from archsum.errors import quote
from archsum.interchange.keras.items import BadItemError
from archsum.interchange.keras.structure import Call, Entry, Model, Ref, tensors

Step = tuple[str, int]
"""The name of a layer, and which of its calls."""


def ordered(model: Model) -> list[tuple[Entry, int, Call]]:
    """Return the calls, what the outputs need first.

    Keras's own order, by depth, mixes the branches of a network.

    Errors: BadItemError for a tensor that there is not, and for a circle.
    """
    wanted = [ref for ref in tensors(model.outputs) if isinstance(ref, Ref)]
    roots = [_step(model, ref, "output_layers") for ref in wanted]
    roots += [(entry.name, number) for entry in model.entries.values() for number in range(len(entry.calls))]
    done: set[Step] = set()
    found: list[tuple[Entry, int, Call]] = []
    for root in filter(None, roots):
        _visit(model, root, done, found)
    return found


def _visit(model: Model, root: Step, done: set[Step], found: list[tuple[Entry, int, Call]]) -> None:
    """Add a call behind those that it needs."""
    if root in done:
        return
    open_steps = {root: _needed(model, root)}
    path = [root]
    while path:
        step = path[-1]
        for needed in open_steps[step]:
            if needed in done:
                continue
            if needed in open_steps:
                entry = model.entries[needed[0]]
                raise BadItemError(
                    "bad-model", f"{quote(entry.name)} takes what it gives, through others", entry.within
                )
            open_steps[needed] = _needed(model, needed)
            path.append(needed)
            break
        else:
            name, number = path.pop()
            del open_steps[step]
            done.add(step)
            entry = model.entries[name]
            found.append((entry, number, entry.calls[number]))


def _needed(model: Model, step: Step) -> Iterator[Step]:
    """Yield the calls that one takes tensors of."""
    name, number = step
    call = model.entries[name].calls[number]
    for ref in call.refs:
        needed = _step(model, ref, call.within)
        if needed:
            yield needed


def _step(model: Model, ref: Ref, within: str) -> Step | None:
    """Return the call that gives a tensor; None for an input. Errors: BadItemError where there is none."""
    entry: Any = model.entries.get(ref.layer)
    if entry is None:
        raise BadItemError("bad-model", f"there is no layer {quote(ref.layer)}", within)
    if not entry.calls and ref.call == 0:
        return None
    if ref.call >= len(entry.calls):
        raise BadItemError(
            "bad-model", f"{quote(ref.layer)} is called {len(entry.calls)} times: there is no call {ref.call}", within
        )
    return ref.layer, ref.call


def entry_of(model: Model, ref: Ref) -> Entry:
    """Return the layer that gives a tensor. Errors: BadItemError where there is none."""
    found = model.entries.get(ref.layer)
    if found is None:
        raise BadItemError("bad-model", f"there is no layer {quote(ref.layer)}", "")
    return found


def inputs_of(model: Model) -> list[Ref]:
    """Return a model's inputs, in Keras's order. Errors: BadItemError for one that is no layer's."""
    found = [ref for ref in tensors(model.inputs) if isinstance(ref, Ref)]
    for ref in found:
        entry_of(model, ref)
    if len(set(found)) < len(found):
        raise BadItemError("bad-model", "an input is listed twice", next(iter(model.entries.values())).within)
    return found
