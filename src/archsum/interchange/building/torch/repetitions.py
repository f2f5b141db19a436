"""Repetitions as modules have them: one behind the other, or a list that `forward` goes through."""

import re
from collections.abc import Sequence
from typing import Any

from archsum.interchange.building.expressions import names_of
from archsum.interchange.building.names import identifier, one_of
from archsum.interchange.building.program import (
    BlockStep,
    LayerStep,
    NotSymbolicError,
    RepeatStep,
    Step,
    steps_in,
)
from archsum.interchange.building.torch import chains, layers
from archsum.interchange.building.torch.code import UNKNOWN, Code, joined
from archsum.interchange.building.torch.formulas import formulas_of
from archsum.interchange.building.torch.scope import Scope
from archsum.interchange.building.torch.steps import Tensor
from archsum.interchange.building.torch.text import names_in
from archsum.interchange.building.torch.uses import Assign, Below, Entry, Made, NotAChainError, Use
from archsum.interchange.building.torch.wishes import prefers_first

Tensors = tuple[Tensor, ...]


def repeated(writer: Scope, step: RepeatStep, taken: Tensors) -> tuple[list[Entry], Tensors]:
    """Return a repetition as modules one behind the other: its body's, or objects of a class of its own."""
    if any(one.text != other.text for one, other in zip(_prepared(writer, step, taken), taken, strict=True)):
        raise NotAChainError
    header, names = _header(step, writer)
    before = dict(writer.own)
    writer.own.update(names)

    def run(inside: Tensors) -> tuple[list[Entry], Tensors]:
        try:
            return chains.chain(writer, step.body, inside)
        except NotAChainError:
            if len(inside) != 1:
                raise
        use = lifted(writer, step, inside)
        if len(use.made.outputs) != 1 or use.given[0].text != inside[0].text or len(use.given) != 1:
            raise NotAChainError
        return chains.made_of(writer, use)

    try:
        ahead, entries, given = chains.looped(writer, taken, run, set(names.values()))
    finally:
        writer.own = before
    header = _without_unread(header, names, entries)
    return [*ahead, Below(header, entries)], given


def _header(step: RepeatStep, writer: Scope) -> tuple[str, dict[str, str]]:
    """Return `for … in …:`, and what the values of a repetition are called in it."""
    names = {name: _loop_name(writer, name) for name in step.columns}
    names["index"] = _loop_name(writer, "index") if _reads_index(step.body) else "_"
    if not step.columns:
        times_code = writer.code(step.times, step.uses)
        return f"for {names['index']} in range({times_code}):", names
    if len(step.columns) > 1 and all(isinstance(column, list) for column in step.columns.values()):
        rows = list(zip(*step.columns.values(), strict=True))
        written = joined(writer.code(list(row), step.uses).text for row in rows)
        targets = ", ".join(names[name] for name in step.columns)
        return f"for {names['index']}, ({targets}) in enumerate({written}):", names
    names_of_columns = [*step.columns]
    if step.counter is not None and not _reads_index(step.body):
        names["index"] = names[step.counter]
        names_of_columns.remove(step.counter)
    columns = [writer.code(step.columns[name], step.uses) for name in names_of_columns]
    targets = ", ".join(names[name] for name in names_of_columns)
    values = (
        columns[0].text if len(columns) == 1 else f"zip({', '.join(column.text for column in columns)}, strict=True)"
    )
    inner = targets if len(columns) == 1 else f"({targets})"
    return f"for {names['index']}, {inner} in enumerate({values}):", names


def _reads_index(body: Sequence[Step]) -> bool:
    """Whether formulas in a repetition name its number; in another within it, they name that one's."""
    inner = [one for step in steps_in(tuple(body)) if isinstance(step, RepeatStep) for one in steps_in(step.body)]
    others = [step for step in steps_in(tuple(body)) if step not in inner]
    return any("index" in names_of([formula]) for step in others for formula in formulas_of(step))


def _loop_name(writer: Scope, name: str) -> str:
    """Return a name for a value of a repetition: of several, which are called alike, that of one."""
    word = identifier(name, "value")
    taken = set(writer.own_names()) | set(writer.free.values()) | writer.visible()
    if word not in taken and word not in writer.locals:
        return writer.locals.add(word)
    return writer.locals.add(one_of(word))


def _without_unread(header: str, names: dict[str, str], entries: Sequence[Entry]) -> str:
    """Leave out the number of a repetition where nothing reads it, and write `_` for other values."""
    text = _text(entries)
    index = names["index"]
    if index == "_" or index not in names_in(text):
        if header.startswith(f"for {index} in range("):
            header = header.replace(f"for {index} in", "for _ in", 1)
        else:
            head, _, values = header.partition(" in enumerate(")
            targets = head.removeprefix(f"for {index}, ")
            header = f"for {targets.removeprefix('(').removesuffix(')')} in {values[:-2]}:"
    for name in names.values():
        if name != index and name not in names_in(text):
            head, sign, rest = header.partition(" in ")
            header = _masked(head, name) + sign + rest
    return header


def _masked(head: str, name: str) -> str:
    return re.sub(rf"\b{name}\b", "_", head)


def _text(entries: Sequence[Entry]) -> str:
    parts = []
    for entry in entries:
        if isinstance(entry, str):
            parts.append(entry)
        elif isinstance(entry, Assign):
            parts.append(entry.value)
        else:
            parts += [entry.header, _text(entry.entries)]
    return "\n".join(parts)


def _prepared(writer: Scope, step: RepeatStep, taken: Tensors) -> Tensors:
    """Return what a repetition takes with its channels where its layers want them."""
    moved = prefers_first(writer.program, step.body)
    return taken if moved is None else tuple(layers.in_layout(tensor, moved=moved) for tensor in taken)


def lifted(writer: Scope, step: RepeatStep, taken: Tensors) -> Use:
    """Return the body of a repetition as a class, where objects of it are made."""
    outside = _taken_from_outside(writer, step)
    others = {name: writer.known[name][0] for name in outside}
    made = writer.network.part(writer, step, taken, others)
    return writer.use(made, (*taken, *others.values()), {})


def _taken_from_outside(writer: Scope, step: RepeatStep) -> list[str]:
    """Return the names of what steps of a repetition take that stand before it."""
    inner = {one.name for one in steps_in(step.body) if one.name}
    taken = [reference.name for one in steps_in(step.body) for reference in one.inputs or ()]
    found = [name for name in dict.fromkeys(taken) if name not in inner and name in writer.known]
    if any(len(writer.known[name]) != 1 for name in found):
        raise NotSymbolicError("several tensors")
    return found


def write(step: RepeatStep, writer: Scope, taken: Tensors, flow: str) -> Tensors:
    """Write a repetition, and return what it gives."""
    word = _repeat_word(step)
    prepared = _prepared(writer, step, taken)
    if len(taken) == 1 and prepared[0].text != taken[0].text:
        writer.assign(flow, prepared[0].text)
        prepared = (prepared[0]._replace(text=flow),)
    taken = prepared
    if step.outputs is None and len(taken) == 1:
        try:
            entries, given = repeated(writer, step, taken)
        except NotAChainError:
            pass
        else:
            name = chains.attribute(writer, word, entries)
            writer.assign(flow, f"self.{name}({taken[0].text})")
            return (given[0]._replace(text=flow),)
    return _listed(step, writer, taken, flow, word)


def _repeat_word(step: RepeatStep) -> str:
    if step.name:
        return identifier(step.name, "layers")
    if len(step.body) == 1 and isinstance(step.body[0], BlockStep | LayerStep):
        only = step.body[0]
        word = identifier(only.name or only.item.entry.kind, "layer")
        return word if word.endswith("s") else identifier(f"{word}s")
    return "layers"


def _listed(step: RepeatStep, writer: Scope, taken: Tensors, flow: str, word: str) -> Tensors:
    """Write a repetition as an `nn.ModuleList`, through which `forward` goes."""
    header, names = _header(step, writer)
    before = dict(writer.own)
    writer.own.update(names)
    uses: list[Use] = []
    targets = chains.variables(writer, taken, flow)
    for target, tensor in zip(targets, taken, strict=True):
        writer.assign(target, tensor.text)
    inside = tuple(tensor._replace(text=target) for tensor, target in zip(taken, targets, strict=True))
    carried = len(taken)

    def run(now: Tensors) -> tuple[list[Entry], Tensors]:
        only = step.body[0]
        is_by_itself = only.inputs is None and only.item.condition is True and not only.item.shared
        if isinstance(only, BlockStep) and len(step.body) == 1 and step.outputs is None and is_by_itself:
            use = writer.used(only, writer.at(now, only.uses[0]))
        else:
            use = _module_alone(writer, step, now) or lifted(writer, step, now)
        uses[:] = [use]
        outputs = writer.given(use, "")
        entries: list[Entry] = [use.construct]
        if any(UNKNOWN in size.text for tensor in outputs for size in tensor.sizes):
            name = writer.locals.add("module")
            writer.assigned.add(name)
            outputs, entries = writer.given(use, name), [Assign(name, use.construct), name]
        flowing = outputs[: len(outputs) - use.made.collected] if use.made.flows else now
        if len(flowing) != carried:
            raise NotSymbolicError("gives another number of tensors")
        return entries, tuple(one._replace(text=other.text) for one, other in zip(flowing, now, strict=True))

    try:
        ahead, entries, given = chains.looped(writer, inside, run, set(names.values()))
    except NotAChainError:
        raise NotSymbolicError("gives other axes than it takes") from None
    finally:
        writer.own = before
    (use,) = uses
    name = writer.attribute(word, "nn.ModuleList()")
    chains.append(writer, f"self.{name}", [*ahead, Below(_without_unread(header, names, entries), entries)])
    one = writer.variables.add("layer")
    call = f"{one}({', '.join(tensor.text for tensor in use.given)})"
    if not use.made.collected:
        with writer.indented(of_forward=f"for {one} in self.{name}:"):
            writer.assign(", ".join(targets), call)
        writer.variables.free(one)
        return tuple(tensor._replace(text=target) for tensor, target in zip(given, targets, strict=True))
    return _collected(step, writer, use, given, targets, f"self.{name}", one, call)


def _module_alone(writer: Scope, step: RepeatStep, taken: Tensors) -> Use | None:
    """Return the one module that is repeated, and whose outputs are collected; None where that takes a class."""
    only = step.body[0]
    is_alone = len(step.body) == 1 and only.inputs is None and only.item.condition is True
    if not is_alone or [one.name for one in step.outputs or ()] != [only.name]:
        return None
    try:
        entries, given = chains.chain(writer, step.body, taken, is_conditional=False)
    except NotAChainError:
        return None
    construct = chains.in_one(entries)
    if construct is None:
        return None
    names = {name: Code(name) for tensor in given for size in tensor.sizes for name in names_in(size.text)}
    made = Made("", taken, (*given, *given), collected=1, is_last_collected=True)
    return Use(made, taken, construct, names)


def _collected(
    step: RepeatStep,
    writer: Scope,
    use: Use,
    given: Tensors,
    targets: Sequence[str],
    module: str,
    one: str,
    call: str,
) -> Tensors:
    """Go through a list of modules, and collect what each gives."""
    if use.made.collected != 1:
        raise NotSymbolicError("collects several tensors")
    assert step.outputs
    collected = writer.variables.add(identifier(f"{step.outputs[0].name}s", "output"), "outputs")
    output = writer.given(use, "")[-1]
    writer.statement(f"{collected} = []")
    flowing = [*targets] if use.made.flows else []
    if use.made.flows and use.made.is_last_collected:
        assigned, appended = targets[0], targets[0]
    else:
        appended = writer.variables.add(identifier(step.outputs[0].name, "output"))
        assigned = ", ".join([*flowing, appended])
    with writer.indented(of_forward=f"for {one} in {module}:"):
        writer.assign(assigned, call)
        writer.statement(f"{collected}.append({appended})")
    writer.variables.free(one)
    counts = {len(_rows(repeat)) for repeat in step.repeats}
    count = writer.code(step.times, step.uses) if not step.columns else Code(str(min(counts)), min(counts))
    return (output._replace(text=f"*{collected}", many=count),)


def _rows(repeat: Any) -> Sequence[Any]:
    rows: Sequence[Any] = repeat.over or [{}] * (repeat.times or 0)
    return rows
