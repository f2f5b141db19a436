"""A layer of a program → modules and functions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from archsum.errors import Diagnostic, SpecError, quote
from archsum.formula import is_formula
from archsum.interchange.building.program import Held, LayerStep, NotSymbolicError, Program
from archsum.interchange.building.torch.code import UNKNOWN, Code, known
from archsum.interchange.building.torch.merging import BROADCASTING, expanded
from archsum.interchange.building.torch.scope import Scope
from archsum.interchange.building.torch.shaping import joins_locations
from archsum.interchange.building.torch.steps import Kind, LayerUse, Made, Step, Tensor, UnsupportedError
from archsum.interchange.building.torch.table import KINDS
from archsum.layers import FAMILIES, kind_of
from archsum.layers.spatial import Spatial

_NO_FIELDS = {"trainable", "data_format", "initial_state"}
_NORMS = {"spectral_normalization": "spectral_norm", "weight_normalization": "weight_norm"}


class Written(NamedTuple):
    """A layer: what it takes, as it wants that, its steps, and what it gives."""

    taken: tuple[Tensor, ...]
    steps: Sequence[Step]
    output: Tensor


def write(writer: Scope, step: LayerStep, taken: tuple[Tensor, ...]) -> Written:
    """Return what a layer becomes. Errors: SpecError where PyTorch cannot do it."""
    try:
        return _write(writer, step, taken)
    except UnsupportedError as error:
        raise lacking(step, error) from None


def lacking(step: LayerStep, error: UnsupportedError) -> SpecError:
    """Return what PyTorch cannot do, at the layer's place."""
    message = f"{quote(step.name or step.kind)} {error.message}"
    return SpecError([Diagnostic("not-in-framework", message, step.item.entry.span, error.cure)])


def _write(writer: Scope, step: LayerStep, taken: tuple[Tensor, ...]) -> Written:
    visit = step.uses[0]
    output = writer.program.shape(visit.outputs[0])
    if step.kind == "custom":
        return _custom(writer, step, taken, output)
    use = LayerUse(step.kind, step.layers[0], taken, output, layers=step.layers)
    _fill(writer, use, step.fields, step)
    wrappers = list(step.wrappers)
    while use.kind == "time_distributed":
        assert use.held is not None
        wrappers.append(use.kind)
        use = use.held
    before, behind, inputs = _unwrapped(taken, wrappers)
    inner = tuple(inputs)
    inner_output = output[len(wrappers) :]
    kind, use = _kind(use)
    if use.kind in ("flatten", "reshape"):
        inner = tuple(map(_of_one_location, inner))
    if use.kind == "flatten" and not all(_ends_in_dense(writer.program, one.outputs[0]) for one in step.uses):
        kind = kind._replace(channels_first=False)
    if use.kind == "reshape" and joins_locations(use):
        kind = kind._replace(channels_first=None)
    use.inputs, use.output = _wanted(kind, use, inner), inner_output
    if wrappers and any(one.text != other.text for one, other in zip(use.inputs, inner, strict=True)):
        moves = [Step(other.text.replace(one.text, "{0}", 1)) for one, other in zip(inner, use.inputs, strict=True)]
        before = [*before, *moves]
        use.inputs = tuple(one._replace(text=other.text) for one, other in zip(use.inputs, inner, strict=True))
    made = kind.write(use)
    _check(use)
    if step.name is not None:
        made = made._replace(steps=_as_module(made.steps))
    for helper in (helper for one in made.steps for helper in one.helpers):
        writer.network.helper(helper)
    steps = [_frozen(one, step, writer) for one in made.steps]
    if step.name in writer.found_indices:
        steps[-1] = replace(steps[-1], module=steps[-1].module[:-1] + ", return_indices=True)")
    moved = made.moved and len(made.sizes) > 1
    sizes = _checked(writer, step, made.sizes, moved, len(wrappers))
    tensor = Tensor("", sizes, inner_output, moved, made.has_batch)
    if wrappers:
        if moved:
            steps.append(Step("{0}.movedim(1, -1)"))
            tensor = in_layout(tensor._replace(text="x"), moved=False)
        tensor = tensor._replace(sizes=(*taken[0].sizes[: len(wrappers)], *tensor.sizes), shape=output)
        steps = [*before, *steps, *behind]
        return Written(taken, steps, tensor)
    return Written(use.inputs, steps, tensor)


def _as_module(steps: Sequence[Step]) -> Sequence[Step]:
    """Return a layer without weights, which the file names, as a module where PyTorch has one: so it has that name."""
    if any(one.module for one in steps) or not steps:
        return steps
    first, *others = steps
    if first.call == "{0}" or not first.as_module:
        return steps
    return [replace(first, call="{self}({0})", module=first.as_module), *others]


def _of_one_location(tensor: Tensor) -> Tensor:
    """Return data of one location as they are in the file: there is but one order of their elements."""
    first, *others = tensor.sizes
    if not tensor.moved or any(size.text != "1" for size in others):
        return tensor
    return tensor._replace(sizes=(*others, first), moved=False)


_BETWEEN = frozenset((*FAMILIES["activation"], *FAMILIES["activation_functions"], *FAMILIES["regularization"])) - {
    "softmax",
    "log_softmax",
    "sparsemax",
    "prelu",
}
"""Layers that do the same to each element, wherever it is."""


def _ends_in_dense(program: Program, name: str) -> bool:
    """Whether all that takes a row of elements are dense layers, whose weights can have any order."""
    takers = [node for node in program.network.graph.nodes if name in node.inputs]
    if not takers or name in program.network.graph.outputs:
        return False
    for node in takers:
        kind = kind_of(type(node.layer))
        if kind == "dense":
            continue
        if kind not in _BETWEEN or not _ends_in_dense(program, node.name):
            return False
    return True


def _unwrapped(taken: tuple[Tensor, ...], wrappers: Sequence[str]) -> tuple[list[Step], list[Step], list[Tensor]]:
    """Return what puts the steps of sequences into the batch, and takes them out, and what there is between."""
    count = len(wrappers)
    if not count:
        return [], [], list(taken)
    plain = [in_layout(tensor, moved=False) for tensor in taken]
    if len(plain) > 1:
        raise NotSymbolicError("several inputs within a wrapper")
    sizes = ", ".join(["-1", *map(str, plain[0].sizes[:count])])
    before = [Step(f"{{0}}.flatten(0, {count})")]
    behind = [Step(f"{{0}}.unflatten(0, ({sizes}))")]
    inner = [tensor._replace(sizes=tensor.sizes[count:], shape=tensor.shape[count:]) for tensor in plain]
    return before, behind, inner


def _fill(writer: Scope, use: LayerUse, fields: Mapping[str, Any], step: LayerStep) -> None:
    """Put in the fields that are formulas, and the layer that is held."""
    formulas: dict[str, Code] = {}
    lists: dict[str, list[Code]] = {}
    for name, stated in fields.items():
        if isinstance(stated, Held):
            use.held = LayerUse(stated.kind, getattr(use.layer, name), use.inputs, use.output)
            use.held.layers = [getattr(layer, name) for layer in use.layers]
            _fill(writer, use.held, stated.fields, step)
        elif name not in _NO_FIELDS and use.kind != "custom":
            attribute = f"{name}_" if name in ("output_shape",) else name
            if is_formula(stated):
                formulas[attribute] = writer.code(stated, step.uses)
            elif isinstance(stated, list) and any(map(is_formula, stated)):
                lists[attribute] = [writer.code(item, step.uses) for item in stated]
            elif isinstance(stated, list | dict) and use.differs(attribute):
                raise NotSymbolicError(name)
    use.formulas, use.lists = formulas, lists


def _kind(use: LayerUse) -> tuple[Kind, LayerUse]:
    if use.kind in _NORMS:
        assert use.held is not None
        held, kind, outer = use.held, _in_table(use.held.kind), use

        def write(inner: LayerUse) -> Made:
            made = kind.write(inner)
            first = made.steps[0]
            iterations = getattr(outer.layer, "power_iterations", 1)
            more = f", n_power_iterations={iterations}" if iterations != 1 else ""
            wrapped = replace(first, module=f"nn.utils.parametrizations.{_NORMS[outer.kind]}({first.module}{more})")
            return made._replace(steps=[wrapped, *made.steps[1:]])

        return Kind(write, kind.channels_first), held
    return _in_table(use.kind), use


def _in_table(kind: str) -> Kind:
    if kind not in KINDS:
        raise UnsupportedError(f"holds `{kind}`, which is a class to fill in", "write it as a layer of its own")
    return KINDS[kind]


def _wanted(kind: Kind, use: LayerUse, taken: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return what a layer takes, with the channels where it wants them, and with a batch if it has to have one."""
    if kind.channels_first is None:
        moved = taken[0].moved if taken else False
        if len({tensor.rank for tensor in taken}) > 1:
            moved = False
        wanted = tuple(in_layout(tensor, moved=moved) for tensor in taken)
    elif kind.channels_first:
        wanted = tuple(in_layout(tensor, moved=channels_are_last(use, tensor)) for tensor in taken)
    else:
        wanted = tuple(in_layout(tensor, moved=False) for tensor in taken)
    first = next((tensor for tensor in wanted if tensor.has_batch), None)
    if use.kind in BROADCASTING or use.kind in ("multi_head_attention", "grouped_query_attention") or first is None:
        return wanted
    return tuple(tensor if tensor.has_batch else expanded(tensor, first.text) for tensor in wanted)


def channels_are_last(use: LayerUse, tensor: Tensor) -> bool:
    """Whether a layer whose channels are PyTorch's second dimension has them elsewhere in the file."""
    if tensor.rank < 2:
        return False
    axis = _channel_axis(use, tensor.rank)
    if axis not in (1, tensor.rank):
        raise UnsupportedError(
            f"works along axis {axis}, which is neither the first nor the last", "`permute` before it"
        )
    return axis != 1


def _channel_axis(use: LayerUse, rank: int) -> int:
    if isinstance(use.layer, Spatial) or not hasattr(use.layer, "axis"):
        return rank if getattr(use.layer, "data_format", "channels_last") == "channels_last" else 1
    axis = getattr(use.layer, "chosen_axis", use.layer.axis)
    axis = axis[0] if isinstance(axis, tuple) else axis
    return int(axis % (rank + 1))


def in_layout(tensor: Tensor, *, moved: bool) -> Tensor:
    """Return a tensor with its channels moved to the front, or back."""
    if tensor.rank < 2 or tensor.moved == moved:
        return tensor
    sizes = tensor.sizes
    if moved:
        text = f"{tensor.text}.transpose(1, 2)" if tensor.rank == 2 else f"{tensor.text}.movedim(-1, 1)"
        return tensor._replace(text=text, sizes=(sizes[-1], *sizes[:-1]), moved=True)
    text = f"{tensor.text}.transpose(1, 2)" if tensor.rank == 2 else f"{tensor.text}.movedim(1, -1)"
    return tensor._replace(text=text, sizes=(*sizes[1:], sizes[0]), moved=False)


def _check(use: LayerUse) -> None:
    """Check that no formula is passed over of which the values differ."""
    for name in {*use.formulas, *use.lists} - use.read:
        if hasattr(use.layer, name) and use.differs(name):
            raise NotSymbolicError(name)
    if use.held is not None:
        _check(use.held)


def _checked(writer: Scope, step: LayerStep, sizes: tuple[Code, ...], moved: bool, wrappers: int) -> tuple[Code, ...]:
    """Return sizes, of which those are unknown that are written as a number and not the same everywhere."""
    shapes = [writer.program.shape(use.outputs[0])[wrappers:] for use in step.uses]
    ordered = [(*shape[-1:], *shape[:-1]) if moved else shape for shape in shapes]
    found = []
    for number, size in enumerate(sizes):
        value = ordered[0][number]
        if size.is_literal and any(shape[number] != size.value for shape in ordered):
            found.append(Code(UNKNOWN, value))
        elif size.is_literal and size.value is None:
            found.append(Code(UNKNOWN, None))
        else:
            found.append(size if size.is_literal else size._replace(value=value))
    return tuple(found)


def _frozen(one: Step, step: LayerStep, writer: Scope) -> Step:
    """Freeze a layer that the file freezes itself."""
    stated = step.fields.get("trainable", True)
    if not one.module or stated is True:
        return one
    code = writer.code(stated, step.uses)
    if one.module.startswith("nn.Parameter("):
        return replace(one, module=f"{one.module[:-1]}, requires_grad={code})")
    return replace(one, module=f"{one.module}.requires_grad_({code})")


def _custom(writer: Scope, step: LayerStep, taken: tuple[Tensor, ...], output: tuple[int | None, ...]) -> Written:
    """Write a layer that states itself: a class with its weights, whose `forward` is for the user to write."""
    layer: Any = step.layers[0]
    shapes = [writer.program.shape(name) for name in step.uses[0].inputs]
    weights = {weight.name: weight for weight in layer.weights(*shapes)}
    if any(_not_listed(step, other) != _not_listed(step, layer) for other in step.layers):
        raise NotSymbolicError("weights of a custom layer")
    plain = tuple(in_layout(tensor, moved=False) for tensor in taken)
    writer.take(plain)
    is_one = all(writer.program.shape(use.outputs[0]) == output for use in step.uses)
    construct = writer.network.custom(writer, step, weights, len(plain), output if is_one else None)
    call = f"{{self}}({', '.join(f'{{{number}}}' for number in range(len(plain)))})"
    stated = step.fields.get("output_shape")
    sizes = [writer.code(size, step.uses) for size in stated] if isinstance(stated, list) else [*map(known, output)]
    checked = _checked(writer, step, tuple(sizes), moved=False, wrappers=0)
    return Written(plain, [Step(call, construct)], Tensor("", checked, output))


def _not_listed(step: LayerStep, layer: Any) -> dict[str, Any]:
    """Return the weights of which the file does not list the sizes: a formula gives all of them."""
    weights = step.fields.get("weights", {})
    sizes = {name: one["shape"] if isinstance(one, dict) else one for name, one in weights.items()}
    return {name: layer.weights_[name].shape for name, one in sizes.items() if not isinstance(one, list)}


def wants_first(step_kind: str, layer: Any, rank: int) -> bool | None:
    """Return whether a layer wants the channels, which the file has last, first; None where either will do."""
    kind = KINDS.get(step_kind)
    if kind is None or kind.channels_first is None:
        return None
    if not kind.channels_first:
        return False
    tensor = Tensor("x", tuple(Code("n", 2) for _ in range(rank)), (2,) * rank)
    return channels_are_last(LayerUse(step_kind, layer, (tensor,), ()), tensor)
