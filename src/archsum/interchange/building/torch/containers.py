"""Repetitions, shortcuts and paths as modules have them."""

import re
from collections.abc import Sequence
from typing import Any

from archsum.formula import is_formula
from archsum.interchange.building.expressions import names_of
from archsum.interchange.building.names import identifier, one_of
from archsum.interchange.building.program import (
    BlockStep,
    BranchStep,
    LayerStep,
    NotSymbolicError,
    RepeatStep,
    ResidualStep,
    Step,
    steps_in,
)
from archsum.interchange.building.source import INDENT
from archsum.interchange.building.torch import chains, layers
from archsum.interchange.building.torch.code import UNKNOWN, Code, joined
from archsum.interchange.building.torch.formulas import formulas_of
from archsum.interchange.building.torch.scope import Scope
from archsum.interchange.building.torch.steps import Tensor
from archsum.interchange.building.torch.text import names_in
from archsum.interchange.building.torch.uses import Assign, Below, Entry, Made, NotAChainError, Use
from archsum.interchange.building.torch.wishes import prefers_first

Tensors = tuple[Tensor, ...]


def write(step: Step, writer: Scope, taken: Tensors, flow: str) -> Tensors:
    """Write a container's steps, and return what it gives."""
    match step:
        case RepeatStep():
            return _repeat(step, writer, taken, flow)
        case ResidualStep():
            return _residual(step, writer, taken, flow)
        case BranchStep():
            return _branch(step, writer, taken, flow)
    raise AssertionError(step)


# Repetitions


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


def _repeat(step: RepeatStep, writer: Scope, taken: Tensors, flow: str) -> Tensors:
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


# Shortcuts


def _path(writer: Scope, steps: Sequence[Step], taken: Tensors, flow: str, word: str) -> tuple[Tensors, bool]:
    """Write a path as one module, or step by step; and return whether what it gives is a call, not yet written."""
    if not steps:
        return taken, False
    try:
        entries, given = chains.chain(writer, steps, taken)
    except NotAChainError:
        writer.last = None
        return writer.body(steps, taken, flow), False
    only = steps[0] if len(steps) == 1 else None
    if only is not None and isinstance(only, BlockStep | LayerStep):
        word = identifier(only.item.entry.kind, "layer")
    name = chains.attribute(writer, word, entries)
    return (given[0]._replace(text=f"self.{name}({taken[0].text})"),), True


def _residual(step: ResidualStep, writer: Scope, taken: Tensors, flow: str) -> Tensors:
    writer.last = None
    if not any(step.merged):
        return writer.body(step.body, taken, flow)
    merge = step.merge
    assert merge is not None
    taken = _settled(writer, taken, flow)
    inner = writer.variables.add("y", "z", "w")
    given, is_call = _path(writer, step.body, taken, inner, identifier(step.name or "residual"))
    shortcut = _shortcut(step, writer, taken, given, flow)
    when = _when(step, writer, taken, given)
    if when is not None:
        if is_call:
            writer.assign(inner, given[0].text)
            given = (given[0]._replace(text=inner),)
        merged = writer.expression(merge, (*shortcut, *given))
        kept = writer.kept("has_shortcut", when)
        writer.assign(flow, f"{merged.text} if {kept} else {given[0].text}")
        result = given[0] if merge.item.entry.kind == "add" else merged
        writer.variables.free(inner)
        return (result._replace(text=flow),)
    merged = writer.expression(merge, (*shortcut, *given))
    writer.assign(flow, merged.text)
    writer.variables.free(inner)
    return (merged._replace(text=flow),)


def _settled(writer: Scope, taken: Tensors, flow: str) -> Tensors:
    """Return what is taken as variables."""
    settled = []
    for tensor in taken:
        if not tensor.text.isidentifier():
            writer.assign(flow, tensor.text)
            tensor = tensor._replace(text=flow)
        settled.append(tensor)
    writer.last = None
    return tuple(settled)


def _shortcut(step: ResidualStep, writer: Scope, taken: Tensors, given: Tensors, flow: str) -> Tensors:
    """Write the shortcut's layers, under their condition."""
    if not any(step.projected):
        return taken
    depends = any(one.shortcut_when == "shape_changes" for one in step.residuals)
    if depends and not all(one.shortcut_when == "shape_changes" for one in step.residuals):
        raise NotSymbolicError("shortcut_when")
    condition = _changes(writer, taken, given, step.projected) if depends else None
    word = "shortcut"
    try:
        entries, projected = chains.chain(writer, step.shortcut, taken)
    except NotAChainError:
        if condition is not None:
            raise NotSymbolicError("a shortcut that is no chain, where the shape changes") from None
        target = writer.variables.add("shortcut")
        return writer.body(step.shortcut, taken, target)
    if condition is None:
        name = chains.attribute(writer, word, entries)
    else:
        name = writer.attribute(word, "nn.Sequential()")
        with writer.indented(f"if {condition}:"):
            chains.append(writer, f"self.{name}", entries)
    return (projected[0]._replace(text=f"self.{name}({taken[0].text})"),)


def _when(step: ResidualStep, writer: Scope, taken: Tensors, given: Tensors) -> str | None:
    """Return when the two are merged; None for always."""
    stated = step.item.entry.fields.get("when")
    if is_formula(stated):
        code = writer.code(stated, step.uses)
        if any(one.when == "shape_stays" for one in step.residuals):
            raise NotSymbolicError("when")
        return f'{code.atom} == "always"'
    if all(one.when == "always" for one in step.residuals):
        return None
    return _changes(writer, taken, given, tuple(not merged for merged in step.merged), stays=True)


def _changes(writer: Scope, taken: Tensors, given: Tensors, are: Sequence[bool], *, stays: bool = False) -> str | None:
    """Return when the shape changes, or stays; None where it always does."""
    if len(taken) != 1 or len(given) != 1:
        raise NotSymbolicError("shapes of several tensors")
    one, other = layers.in_layout(taken[0], moved=given[0].moved), given[0]
    if one.rank != other.rank:
        raise NotSymbolicError("ranks")
    parts, others = list[str](), list[str]()
    sign = "==" if stays else "!="
    certainly = False
    for before, after in zip(one.sizes, other.sizes, strict=True):
        if before.text == after.text:
            continue
        if UNKNOWN in before.text + after.text:
            raise NotSymbolicError("sizes")
        (base, strides), (of, more) = before.without_strides, after.without_strides
        if names_in(f"{before} {after}") <= {"None"}:
            certainly = certainly or before.value != after.value
        elif base == of and more[: len(strides)] == strides:
            for stride in more[len(strides) :]:
                if stride.isdecimal():
                    certainly = certainly or stride != "1"
                else:
                    parts.append(f"{Code(stride).atom} {sign} 1")
        else:
            others.append(f"{before.text} {sign} {after.text}")
    parts = list(dict.fromkeys([*parts, *others]))
    if certainly or not parts:
        if len(set(are)) > 1 or are[0] != certainly:
            raise NotSymbolicError("shapes change otherwise")
        if not certainly and not stays:
            raise NotSymbolicError("the shape never changes")
        return None if certainly != stays else "False"
    return (" and " if stays else " or ").join(parts)


# Paths


def _branch(step: BranchStep, writer: Scope, taken: Tensors, flow: str) -> Tensors:
    writer.last = None
    merge = step.merge
    assert merge is not None
    if any(path and path[0].inputs is None for path in step.paths) or not all(step.paths):
        taken = _settled(writer, taken, flow)
    given: list[Tensor] = []
    added = [writer.variables.add(f"y{number}") for number, _ in enumerate(step.paths, start=1)]
    parts = _parts(writer, step, taken, added) if step.is_split else ()
    for number, (path, target) in enumerate(zip(step.paths, added, strict=True)):
        begin, behind = (parts[number : number + 1], path[1:]) if parts else (taken, path)
        tensors, _ = _path(writer, behind, begin, target, f"branch{number + 1}")
        given += tensors
    merged = writer.expression(merge, _put_in(writer, given, added))
    writer.assign(flow, merged.text)
    for target in added:
        writer.variables.free(target)
    return (merged._replace(text=flow),)


_LONGEST_TERMS = 56
"""How many letters all paths may have that are written where they are merged."""


def _put_in(writer: Scope, given: Sequence[Tensor], targets: Sequence[str]) -> Tensors:
    """Return what paths give as it is computed, where the last lines do nothing but compute it, a short one each."""
    margin = INDENT * writer.forward_depth
    taken: dict[str, str] = {}
    for tensor in reversed(given):
        last = writer.forward[-1 - len(taken)] if len(writer.forward) > len(taken) else ""
        if tensor.text in targets and last.startswith(f"{margin}{tensor.text} = "):
            taken[tensor.text] = last.partition(" = ")[2]
    values = [taken.get(tensor.text, tensor.text) for tensor in given]
    computed = any(target in names_in(value) for target in targets for value in values)
    if computed or not taken or sum(map(len, values)) > _LONGEST_TERMS:
        return tuple(given)
    del writer.forward[-len(taken) :]
    return tuple(tensor._replace(text=value) for tensor, value in zip(given, values, strict=True))


def _parts(writer: Scope, step: BranchStep, taken: Tensors, targets: Sequence[str]) -> Tensors:
    """Write all parts of which each path takes one, in one line."""
    parts = []
    for path, target in zip(step.paths, targets, strict=True):
        first = path[0]
        assert isinstance(first, LayerStep)
        made = layers.write(writer, first, writer.at(taken, first.uses[0]))
        parts.append(made.output._replace(text=target))
    whole = made.steps[0].call.format(made.taken[0].text).rpartition("[")[0]
    writer.assign(", ".join(targets), writer.in_forward(whole))
    writer.last = None
    return tuple(parts)
