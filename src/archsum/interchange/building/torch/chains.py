"""Modules one behind the other, as an `nn.Sequential` has them."""

from collections.abc import Callable, Collection, Sequence

from archsum.interchange.building.program import BlockStep, GroupStep, LayerStep, NotSymbolicError, RepeatStep, Step
from archsum.interchange.building.torch import layers
from archsum.interchange.building.torch.code import UNKNOWN, Code
from archsum.interchange.building.torch.scope import Scope
from archsum.interchange.building.torch.steps import Tensor
from archsum.interchange.building.torch.text import names_in
from archsum.interchange.building.torch.uses import Assign, Below, Entry, NotAChainError, Use

Tensors = tuple[Tensor, ...]


def chain(
    writer: Scope, steps: Sequence[Step], taken: Tensors, *, is_conditional: bool = True
) -> tuple[list[Entry], Tensors]:
    """Return steps as modules one behind the other, and what the last gives.

    Errors: NotAChainError where they are none; nothing has been written then.
    """
    before = writer.locals.inner(), set(writer.assigned), dict(writer.free)
    try:
        entries: list[Entry] = []
        for step in steps:
            added, taken = _entries(writer, step, taken, is_conditional=is_conditional)
            entries += added
    except NotAChainError:
        writer.locals, writer.assigned, writer.free = before
        raise
    return entries, taken


def _entries(writer: Scope, step: Step, taken: Tensors, *, is_conditional: bool) -> tuple[list[Entry], Tensors]:
    if len(taken) != 1 or step.item.shared or step.item.shared_weights:
        raise NotAChainError
    if is_conditional and (step.inputs is not None or step.name is not None):
        raise NotAChainError
    condition = writer.condition(step, taken) if is_conditional else None
    (tensor,) = writer.at(taken, step.uses[0])
    writer.take((tensor,))
    match step:
        case LayerStep():
            entries, given = _layer(writer, step, tensor)
        case BlockStep():
            use = writer.used(step, (tensor,))
            if len(use.made.outputs) != 1 or use.given[0].text != tensor.text:
                raise NotAChainError
            entries, given = made_of(writer, use)
        case GroupStep():
            entries, given = chain(writer, step.body, (tensor,))
        case RepeatStep() if step.outputs is None:
            entries, given = writer.repeated(step, (tensor,))
        case _:
            raise NotAChainError
    if condition is None:
        return entries, given
    below = Below(f"if {condition}:", entries)
    given = _assigned_again(writer, below, given, tensor)
    assigned, merged = _either(writer, condition, given, (tensor,))
    return [below, *assigned], merged


def _assigned_again(writer: Scope, below: Below, given: Tensors, before: Tensor) -> Tensors:
    """Let sizes that have local names have these still, which are assigned to again below a condition."""
    (tensor,) = given
    if tensor.moved != before.moved or tensor.rank != before.rank:
        return given
    sizes = []
    for size, other in zip(tensor.sizes, before.sizes, strict=True):
        is_own = other.text in writer.assigned and not _is_held(writer, other.text)
        if size.text != other.text and is_own and UNKNOWN not in size.text:
            below.entries.append(Assign(other.text, size.text))
            size = Code(other.text, size.value)
        sizes.append(size)
    return (tensor._replace(sizes=tuple(sizes)),)


def _layer(writer: Scope, step: LayerStep, tensor: Tensor) -> tuple[list[Entry], Tensors]:
    if step.name is not None and step.name in writer.begin_others | writer.found_indices:
        raise NotAChainError
    made = layers.write(writer, step, (tensor,))
    if made.taken != (tensor,) and made.taken[0].text != tensor.text:
        raise NotAChainError
    modules = [one.in_sequence for one in made.steps]
    if not all(modules) or step.fields.get("initial_state"):
        raise NotAChainError
    return [*modules], (made.output._replace(text=tensor.text),)


def made_of(writer: Scope, use: Use) -> tuple[list[Entry], Tensors]:
    """Return an object of a class, and what it gives; it has a local name where only it knows its channels."""
    given = writer.given(use, "")
    if any(UNKNOWN in size.text for size in given[0].sizes):
        name = writer.locals.add("module")
        writer.assigned.add(name)
        given = writer.given(use, name)
        return [Assign(name, use.construct), name], (given[0]._replace(text=use.given[0].text),)
    return [use.construct], (given[0]._replace(text=use.given[0].text),)


def looped(
    writer: Scope,
    taken: Tensors,
    run: Callable[[Tensors], tuple[list[Entry], Tensors]],
    inner: Collection[str],
) -> tuple[list[Entry], list[Entry], Tensors]:
    """Return what is in a loop, what stands before it, and what it gives; sizes that change have local names.

    `inner` are the names that are known in the loop alone.
    """
    changed: dict[tuple[int, int], str] = {}
    inside = taken
    for _ in range(4):
        before = writer.locals.inner(), set(writer.assigned)
        entries, given = run(inside)
        if len(given) != len(inside):
            raise NotSymbolicError("gives another number of tensors")
        if any((one.moved, one.rank) != (other.moved, other.rank) for one, other in zip(given, inside, strict=True)):
            raise NotAChainError
        new = [
            (number, position)
            for number, (one, other) in enumerate(zip(inside, given, strict=True))
            for position, (size, later) in enumerate(zip(one.sizes, other.sizes, strict=True))
            if size.text != later.text and (number, position) not in changed
        ]
        if not new:
            break
        writer.locals, writer.assigned = before
        for name in writer.free.values():  # what the loop has named of what is around stays so named
            if name not in writer.locals:
                writer.locals.add(name)
        for number, position in new:
            given_text = taken[number].sizes[position].text
            if given_text in writer.assigned and not _is_held(writer, given_text):
                changed[number, position] = given_text
                continue
            name = writer.locals.add(_size_word(writer, inside[number], position))
            writer.assigned.add(name)
            changed[number, position] = name
        inside = _put(inside, {key: Code(name, inside[key[0]].sizes[key[1]].value) for key, name in changed.items()})
    else:
        raise NotSymbolicError("sizes of a loop")
    begins = {key: taken[key[0]].sizes[key[1]].text for key in changed}
    ahead: list[Entry] = [Assign(name, begins[key]) for key, name in changed.items() if name != begins[key]]
    behind = {name: given[key[0]].sizes[key[1]].text for key, name in changed.items()}
    entries = [*entries, *(Assign(name, value) for name, value in behind.items() if name != value)]
    hidden = {*inner, *changed.values(), "module"}
    ends = {
        key: Code(name, given[key[0]].sizes[key[1]].value)
        for key, name in changed.items()
        if names_in(behind[name]) & hidden or name == begins[key]
    }
    outputs = _put(given, ends)
    return ahead, entries, outputs


def _is_held(writer: Scope, name: str) -> bool:
    """Whether a size of what may be taken again has a local name."""
    held = [tensor for tensors in writer.known.values() for tensor in tensors]
    return any(name in names_in(size.text) for tensor in held for size in tensor.sizes)


def _put(tensors: Tensors, sizes: dict[tuple[int, int], Code]) -> Tensors:
    return tuple(
        tensor._replace(sizes=tuple(sizes.get((number, position), size) for position, size in enumerate(tensor.sizes)))
        for number, tensor in enumerate(tensors)
    )


def _size_word(writer: Scope, tensor: Tensor, position: int) -> str:
    spatial = {0: [], 1: ["length"], 2: ["height", "width"]}.get(tensor.rank - 1, ["depth", "height", "width"])
    is_first = tensor.has_channels_first(writer.program.data_format)
    words = ["channels", *spatial] if is_first else [*spatial, "features"]
    return words[position] if position < len(words) else "size"


def either(writer: Scope, condition: str, given: Tensors, otherwise: Tensors) -> Tensors:
    """Return what one of two gives, whose sizes have local names where they differ."""
    assigned, merged = _either(writer, condition, given, otherwise)
    for entry in assigned:
        writer.line(f"{entry.name} = {entry.value}")
    return merged


def _either(writer: Scope, condition: str, given: Tensors, otherwise: Tensors) -> tuple[list[Assign], Tensors]:
    assigned: list[Assign] = []
    merged = []
    for one, other in zip(given, otherwise, strict=True):
        if one.moved != other.moved or one.rank != other.rank:
            raise NotAChainError
        sizes = []
        for position, (size, before) in enumerate(zip(one.sizes, other.sizes, strict=True)):
            if size.text == before.text:
                sizes.append(size)
            elif UNKNOWN in (size.text + before.text):
                sizes.append(Code(UNKNOWN, size.value))
            else:
                name = writer.locals.add(_size_word(writer, one, position))
                writer.assigned.add(name)
                chosen = f"{size.text} if {condition} else {before.text}"
                if condition == f"{size.text} > {before.text}":
                    chosen = f"max({before.text}, {size.text})"
                assigned.append(Assign(name, chosen))
                sizes.append(Code(name, size.value))
        merged.append(one._replace(sizes=tuple(sizes)))
    return assigned, tuple(merged)


def variables(writer: Scope, tensors: Tensors, flow: str) -> list[str]:
    """Return variables for several tensors."""
    if len(tensors) == 1:
        return [flow]
    names = writer.flows.get(len(tensors))
    if names is None:
        names = [writer.variables.add(f"{flow}{number}") for number in range(1, len(tensors) + 1)]
        writer.flows[len(tensors)] = names
    return names


def in_one(entries: Sequence[Entry]) -> str | None:
    """Return modules as one expression; None where that takes several lines."""
    items = [_item(entry) for entry in entries]
    if None in items:
        return None
    if len(items) == 1 and isinstance(entries[0], str):
        return entries[0]
    return f"nn.Sequential({', '.join(map(str, items))})"


def _item(entry: Entry) -> str | None:
    if isinstance(entry, str):
        return entry if not entry.isidentifier() else None
    if isinstance(entry, Below) and entry.header.startswith("for ") and len(entry.entries) == 1:
        (inner,) = entry.entries
        if isinstance(inner, str):
            return f"*({inner} {entry.header[:-1]})"
    return None


def attribute(writer: Scope, wanted: str, entries: Sequence[Entry]) -> str:
    """Make modules an attribute, and return its name."""
    whole = in_one(entries)
    if whole is not None:
        return writer.attribute(wanted, whole)
    name = writer.attribute(wanted, "nn.Sequential()")
    append(writer, f"self.{name}", entries)
    return name


def append(writer: Scope, to: str, entries: Sequence[Entry]) -> None:
    """Add modules to an `nn.Sequential`, line by line."""
    for entry in entries:
        if isinstance(entry, str):
            writer.line("", f"{to}.append({entry})")
        elif isinstance(entry, Assign):
            if entry.value != entry.name:
                writer.line(f"{entry.name} = ", entry.value)
        else:
            with writer.indented(entry.header):
                append(writer, to, entry.entries)
