"""Repetitions, shortcuts and paths as Python writes them."""

from collections.abc import Callable, Sequence
from typing import Any

from archsum.formula import is_formula
from archsum.interchange.building.expressions import names_of
from archsum.interchange.building.keras.scope import FunctionScope, Variables
from archsum.interchange.building.names import identifier, one_of
from archsum.interchange.building.program import (
    BranchStep,
    GroupStep,
    LayerStep,
    NotSymbolicError,
    RepeatStep,
    ResidualStep,
    Step,
    formulas_of,
    steps_in,
)
from archsum.interchange.building.reading import same
from archsum.interchange.building.source import WIDTH, Brackets, Code, Expression, Lines, call
from archsum.language.expand.trace import Visit


def write(step: Step, writer: FunctionScope, taken: Variables, flow: str) -> Variables:
    """Write a container's steps, and return what it gives."""
    return WRITERS[type(step)](step, writer, taken, flow)


def _group(step: GroupStep, writer: FunctionScope, taken: Variables, flow: str) -> Variables:
    return writer.body(step.body, taken, flow)


# Repetitions


def _repeat(step: RepeatStep, writer: FunctionScope, taken: Variables, flow: str) -> Variables:
    if not step.body:
        return taken
    collected = _collection(step, writer)
    if collected:
        writer.set((collected,), "[]")
    inputs = writer.settled(taken, flow)
    known, called = dict(writer.known), dict(writer.called)
    known_here = _known_in(step)
    words = {name: identifier(name, "value") for name in (*step.columns, "index")}
    names = {name: writer.names.add(word, one_of(word)) if name in known_here else "_" for name, word in words.items()}
    writer.called.update(names)
    outside = {name for name in names if name in writer.used}
    for name in names:
        writer.used.pop(name, None)
    lines, writer.lines = writer.lines, Lines(writer.lines.depth + 1)
    outputs = writer.body(step.body, inputs, flow, is_taken=_goes_on(step))
    if _goes_on(step):
        writer.assign(inputs, outputs)
    if collected and step.outputs:
        given = writer.found(step.outputs)
        one = given[0] if len(given) == 1 else f"[{', '.join(given)}]"
        writer.lines.add(f"{collected}.{'append' if len(given) == 1 else 'extend'}({one})")
    body, writer.lines = writer.lines, lines
    used = {name for name in names if name in writer.used}
    writer.known, writer.called = known, called
    for name in names:
        writer.used.pop(name, None)
    writer.used.update(dict.fromkeys(outside))
    writer.take(taken, step.uses)
    _header(step, writer, names, used)
    writer.lines.lines += body.lines
    for name in names.values():
        writer.names.free(name)  # of another loop
    return (f"*{collected}",) if collected else inputs


def _known_in(step: RepeatStep) -> set[str]:
    """Return the values of its repetitions that formulas in it name; one within another has an `index` of its own."""
    known: set[str] = set()
    for inner in step.body:
        nested = isinstance(inner, RepeatStep)
        for one in steps_in((inner,)):
            named = names_of(formulas_of(one))
            known |= named - {"index"} if nested and one is not inner else named
    return known


def _goes_on(step: RepeatStep) -> bool:
    """Whether anything takes what the last step of a repetition gives by its place."""
    return step.outputs is None or step.body[0].inputs is None


def _collection(step: RepeatStep, writer: FunctionScope) -> str | None:
    if step.outputs is None:
        return None
    name = step.outputs[0].name
    return writer.names.add(identifier(f"{name}s", "output"), identifier(f"{name}_outputs", "output"))


def _header(step: RepeatStep, writer: FunctionScope, names: dict[str, str], used: set[str]) -> None:
    """Write `for … in …:`, with the values that the body uses."""
    columns = [name for name in step.columns if name in used] or [*step.columns][:1]
    index = names["index"]
    if "index" not in used and step.counter in columns and len(columns) > 1:
        index = names[step.counter]
        used = {*used, "index"}
        columns.remove(step.counter)
    targets, values = [names[name] if name in used else "_" for name in columns], _rows(step, columns, writer)
    if not step.columns:
        times = writer.writer(step.uses).write(step.times, whole=True)
        writer.lines.add(f"for {index if 'index' in used else '_'} in ", call("range", times), ":")
        return
    target = ", ".join(targets)
    if "index" in used:
        inner = target if len(targets) == 1 else f"({target})"
        writer.lines.add(f"for {index}, {inner} in ", call("enumerate", values), ":")
    else:
        writer.lines.add(f"for {target} in ", values, ":")


def _rows(step: RepeatStep, columns: Sequence[str], writer: FunctionScope) -> Expression:
    """Return what a loop goes through: a list, rows of values, or several lists side by side."""
    if not columns:
        return Code("()")
    written = writer.writer(step.uses)
    values = [step.columns[name] for name in columns]
    if len(values) == 1:
        return written.write(values[0])
    if all(isinstance(column, list) for column in values):
        rows = tuple(written.write(row) for row in zip(*values, strict=True))
        return Brackets("", rows, is_long=len(rows) > 1)
    return call("zip", *map(written.write, values), strict="True")


# Shortcuts


def _residual(step: ResidualStep, writer: FunctionScope, taken: Variables, flow: str) -> Variables:
    if not any(step.merged):
        return writer.body(step.body, taken, flow)
    merge = step.merge
    assert merge is not None
    wanted = ("gate", "weights") if merge.item.entry.kind == "multiply" else ("y", "z")
    with writer.temporary(*wanted) as inner:
        outputs = writer.body(step.body, taken, inner)
        projected = _projection(step, writer, taken, outputs, flow)
        when = _when(step, writer, projected, outputs)
        if when is None:
            return writer.step(merge, (*projected, *outputs), flow)
        with writer.indented(f"if {when}:"):
            merged = writer.step(merge, (*projected, *outputs), flow)
            writer.assign((flow,), merged)
        if outputs != (flow,):
            with writer.indented("else:"):
                writer.assign((flow,), outputs)
        _joined(writer)
        return (flow,)


def _joined(writer: FunctionScope) -> None:
    """Write `x = a if b else c` in the place of four lines, where it fits."""
    lines = writer.lines
    if len(lines.lines) < 4:
        return
    first, then, otherwise, other = lines.lines[-4:]
    margin = first[: len(first) - len(first.lstrip())]
    if not (first.startswith(f"{margin}if ") and otherwise == f"{margin}else:" and " = " in then and " = " in other):
        return
    (target, value), (other_target, other_value) = (line.strip().split(" = ", 1) for line in (then, other))
    joined = f"{margin}{target} = {value} if {first.strip()[3:-1]} else {other_value}"
    if target != other_target or len(joined) > WIDTH:
        return
    lines.lines[-4:] = []
    writer.set((target,), joined.strip().removeprefix(f"{target} = "))


def _projection(
    step: ResidualStep, writer: FunctionScope, taken: Variables, outputs: Variables, flow: str
) -> Variables:
    """Write the shortcut's layers, and return what it gives."""
    if not step.shortcut:
        return taken
    if taken != (flow,):
        flow = writer.names.add("shortcut")
    condition = None
    if same([residual.shortcut_when for residual in step.residuals]) == "shape_changes":
        condition = _shape_test(step, writer, taken, outputs, "!=", step.projected)
        if condition is None and not all(step.projected):
            return taken
    if condition is None:
        return writer.body(step.shortcut, taken, flow)
    target = writer.settled(taken, flow)
    with writer.indented(f"if {condition}:"):
        writer.assign(target, writer.body(step.shortcut, target, flow))
    return target


def _when(step: ResidualStep, writer: FunctionScope, shortcut: Variables, outputs: Variables) -> str | None:
    """Return the condition under which the two are merged; None where they always are."""
    whens = [residual.when for residual in step.residuals]
    stated = step.item.entry.fields.get("when")
    if isinstance(stated, str) and is_formula(stated) and len(set(whens)) > 1:
        word = writer.writer(step.uses).condition(stated)
        if "shape_stays" in whens:
            raise NotSymbolicError("when")
        return f'{word} == "always"'
    return _shape_test(step, writer, shortcut, outputs, "==", step.merged) if whens[0] == "shape_stays" else None


def _shape_test(
    step: ResidualStep,
    writer: FunctionScope,
    before: Variables,
    after: Variables,
    sign: str,
    decided: Sequence[bool],
) -> str | None:
    """Return the comparison of two shapes, which says at each use what was decided there; None where that is the same.

    Errors: NotSymbolicError where a size is unknown, so that it does not say it.
    """
    shapes = [_shapes(use, writer) for use in step.uses]
    says = [(one == other) == (sign == "==") for one, other in shapes]
    if len(before) == len(after) == 1 and says == list(decided):
        return f"{after[0]}.shape {sign} {before[0]}.shape"
    same(list(decided))
    return None


def _shapes(use: Visit, writer: FunctionScope) -> tuple[Any, Any]:
    """Return the shapes of what a residual takes, and of what the layers in it give."""
    body = _last_of_body(use)
    return tuple(map(writer.program.shape, use.inputs)), tuple(map(writer.program.shape, body))


def _last_of_body(use: Visit) -> tuple[str, ...]:
    """Return what the layers in a residual give: what the merge takes behind the shortcut, or the whole gives."""
    held = use.item.entry.held or {}
    items = {id(item) for item in held.get("layers", ())}
    inner = [visit for visit in use.inner if id(visit.item) in items]
    return next((visit.outputs for visit in reversed(inner) if visit.outputs), use.inputs)


# Paths


def _branch(step: BranchStep, writer: FunctionScope, taken: Variables, flow: str) -> Variables:
    outputs: list[str] = []
    names = [writer.names.add(f"branch_{number}") if path else "" for number, path in enumerate(step.paths, start=1)]
    is_split = step.is_split
    if is_split and isinstance(first := step.paths[0][0], LayerStep):
        writer.take(taken, first.uses)
        writer.set(tuple(names), writer.parts_of(first, taken))
    for name, path in zip(names, step.paths, strict=True):
        outputs += writer.body(path[is_split:], (name,) if is_split else taken, name)
    if step.merge is None:
        raise NotSymbolicError("merge")
    given = writer.step(step.merge, tuple(outputs), flow)
    for name in filter(None, names):
        writer.names.free(name)
    return given


WRITERS: dict[type[Step], Callable[[Any, FunctionScope, Variables, str], Variables]] = {
    GroupStep: _group,
    RepeatStep: _repeat,
    ResidualStep: _residual,
    BranchStep: _branch,
}
