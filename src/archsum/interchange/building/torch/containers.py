"""Containers as modules have them: shortcuts, paths, and repetitions."""

from collections.abc import Sequence

from archsum.formula import is_formula
from archsum.interchange.building.names import identifier
from archsum.interchange.building.program import (
    BlockStep,
    BranchStep,
    LayerStep,
    NotSymbolicError,
    RepeatStep,
    ResidualStep,
    Step,
)
from archsum.interchange.building.source import INDENT
from archsum.interchange.building.torch import chains, layers, repetitions
from archsum.interchange.building.torch.code import UNKNOWN, Code
from archsum.interchange.building.torch.scope import Scope
from archsum.interchange.building.torch.steps import Tensor
from archsum.interchange.building.torch.text import names_in
from archsum.interchange.building.torch.uses import NotAChainError

Tensors = tuple[Tensor, ...]


def write(step: Step, writer: Scope, taken: Tensors, flow: str) -> Tensors:
    """Write a container's steps, and return what it gives."""
    match step:
        case RepeatStep():
            return repetitions.write(step, writer, taken, flow)
        case ResidualStep():
            return _residual(step, writer, taken, flow)
        case BranchStep():
            return _branch(step, writer, taken, flow)
    raise AssertionError(step)


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
