"""The calls of a model → a graph, with what each layer is expected to have."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from archsum.errors import Diagnostic, Location, SpecError, quote
from archsum.graph import Origin, Owner
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.imported import Expected
from archsum.interchange.torch.batch import Layouts, NotUnderstoodError
from archsum.interchange.torch.functions import FUNCTIONS
from archsum.interchange.torch.modules import reader_of
from archsum.interchange.torch.stating import has_packed, stated, what_is_right
from archsum.interchange.torch.steps import Made, Step, Steps, View
from archsum.interchange.torch.tracing import Call, Trace
from archsum.interchange.torch.uses import Uses
from archsum.interchange.torch.values import Value

_UNUSED_CURE = "nothing that the model returns depends on it, so that no layer has it"
_MOST_NAMED = 5


class Writer:
    """Writes what a model's outputs depend on into a graph."""

    def __init__(self, builder: GraphBuilder, model: Any, found: Trace, layouts: Layouts) -> None:
        self._builder = builder
        self._found = found
        self._layouts = layouts
        self._uses = Uses(found)
        self._classes = {path: type(module).__name__ for path, module in model.named_modules()}
        self._names: dict[Value, str] = {}
        self._reshaped: dict[tuple[Value, tuple[int, ...]], str] = {}
        self._owners: dict[Value, Owner] = {}
        self._steps: dict[str, Step] = {}  # of each node that has weights of its own
        self._known: dict[int, tuple[str, Step]] = {}  # as long as a step is held, no other has its identity
        self._written_parameters: dict[Value, str] = {}
        self._warned: set[str] = set()
        self._call = Call("output", "", None, (), {}, None)
        self._is_block = False  # whether the call's module is a block of several layers
        self._place = builder.place("")

    def add_inputs(self, names: Mapping[str, str], place: Location) -> None:
        """Add the inputs, each called as `names` says."""
        for value in self._found.inputs:
            self._names[value] = self._builder.add_input(names[value.name], self._layouts[value].shape, place)

    def write(self) -> list[str]:
        """Write all that the outputs depend on, and return what the outputs are called."""
        for call in self._found.calls:
            live = [value for value in call.given if value in self._uses.live and not value.is_constant]
            if live:
                self._call, self._place = call, self._builder.place(_described(call))
                try:
                    self._write(View(call, self._layouts, self._uses, self._found.parameters), live)
                except NotUnderstoodError as error:
                    raise _not_of_samples(f"{_described(call)} {error}", self._place) from None
        self._report_unused()
        return [self._output(value) for value in self._found.outputs if not value.is_constant]

    def _output(self, value: Value) -> str:
        """Return what an output is called; what is an input, too, is a layer of its own."""
        if value in self._found.inputs:
            self._call = Call("output", "", None, (), {}, value)
            return self._add(Step("identity"), [self._name(value)], None)
        return self._name(value)

    def _write(self, view: View, live: list[Value]) -> None:
        try:
            made = _read(view)
            of_each: Mapping[Value, Steps] = made if isinstance(made, Mapping) else {view.output: made}
            if any(value not in of_each for value in live):
                raise NotUnderstoodError("gives more than is known of it")
        except NotUnderstoodError as error:
            message = f"{_described(view.call)} {error}: it is written as `custom`"
            self._warn_once("custom-layer", message, what_is_right(view.call, error))
            of_each = stated(view, live, error)
        self._is_block = any(step.name for value in live for step in of_each[value])
        for value in live:
            self._write_steps(view, value, of_each[value])

    def _write_steps(self, view: View, value: Value, steps: Steps) -> None:
        shape = self._layouts[value].shape
        if not steps:
            self._names[value] = self._of_shape(view.input, shape)
            return
        before = ""
        for number, step in enumerate(steps):
            of_last = step.gives or (shape if number == len(steps) - 1 else None)
            if step.inputs is not None:
                before = self._made_by(step, value, of_last)
            else:
                before = self._add(step, [before or self._name(view.input)], of_last)
        self._names[value] = before

    def _taken(self, taken: Value | Step, step: Step, output: Value) -> str:
        """Return what an input of a step is called; a layer that makes it is written first."""
        if isinstance(taken, Value):
            return self._aligned(taken, output) if step.aligned else self._name(taken)
        return self._made_by(taken, output, None, taken.kind)

    def _made_by(self, step: Step, output: Value, shape: tuple[int, ...] | None, name: str = "") -> str:
        """Return what a layer is called; it is written once, be it taken several times."""
        if id(step) not in self._known:
            inputs = [self._taken(each, step, output) for each in step.inputs or ()]
            self._known[id(step)] = (self._add(step, inputs, shape, name), step)
        return self._known[id(step)][0]

    def _add(
        self,
        step: Step,
        inputs: Sequence[str],
        shape: tuple[int, ...] | None,
        name: str = "",
        origin: Origin | None = None,
    ) -> str:
        """Add a layer, and return what it is called; `name` and `origin` are the call's unless they are stated."""
        call, fields = self._call, dict(step.fields)
        if step.states:
            fields["initial_state"] = inputs[-1]
        trainable = {value.trainable for value in step.weights.values()}
        if trainable == {False}:
            fields["trainable"] = False
        elif len(trainable) > 1 and step.kind != "custom":
            message = f"{_described(call)} trains some of its weights only, and all are counted as trained"
            self._warn_once("differs", message, "freeze all of its weights, or none")
        twin, owners = self._owners_of(step)
        path = _split(call.path)
        blocks = path[:-1] if call.module and not self._is_block else path
        own = path[-1] if call.module and path else call.name
        added = self._builder.add(
            step.kind,
            inputs,
            fields,
            (*blocks, step.name or name or own),
            self._place,
            groups=[self._classes[".".join(blocks[: level + 1])] for level in range(len(blocks))],
            origin=(origin or Origin(call.path, call.name))._replace(weights=_names_of(step)),
            expected=_expected(step, shape, has_own=twin is None, shared=owners),
            shared_with=twin,
            states=step.states,
            shared_weights=owners,
        )
        if step.weights and not twin:
            self._steps[added] = step
            for ours, value in step.weights.items():
                self._owners.setdefault(value, Owner(added, ours))
        return added

    def _owners_of(self, step: Step) -> tuple[str | None, dict[str, Owner]]:
        """Return the layer that has the same weights, or those that have some of them."""
        owners = {ours: self._owners[value] for ours, value in step.weights.items() if value in self._owners}
        if not owners:
            return None, {}
        nodes = {owner.node for owner in owners.values()}
        twin = self._steps[next(iter(nodes))]
        if len(nodes) == 1 and (twin.kind, twin.weights) == (step.kind, step.weights):
            return next(iter(nodes)), {}
        if step.in_one or any(self._steps[node].in_one for node in nodes):
            message = f"{_described(self._call)} shares some of its weights with {quote(next(iter(nodes)))}"
            self._builder.report("not-a-network", message, self._place, "archsum shares all weights of such a layer")
        return None, owners

    def _name(self, value: Value) -> str:
        """Return what a tensor is called; a parameter or a constant is written where it is first taken."""
        if value not in self._names:
            self._names[value] = self._written(value, self._layouts[value].shape)
        return self._names[value]

    def _written(self, value: Value, shape: tuple[int, ...]) -> str:
        if value.is_parameter and value in self._written_parameters:
            step = Step("reshape", {"target_shape": list(shape)})
            return self._add(step, [self._written_parameters[value]], shape, "reshape")
        if value.is_parameter:
            step = Step("parameter", {"shape": list(shape)}, weights={"parameter": value})
            step = step._replace(in_one=shape != value.shape)
            origin = Origin(value.name, "Parameter")
            self._written_parameters[value] = self._add(step, [], shape, value.name.rpartition(".")[2], origin)
            return self._written_parameters[value]
        origin = Origin(self._call.path, "constant")
        return self._add(Step("constant", {"shape": list(shape)}), [], shape, "constant", origin)

    def _aligned(self, value: Value, output: Value) -> str:
        """Return a tensor with the axes that line up with those of an output for one sample."""
        layout, wanted = self._layouts[value], self._layouts[output]
        batch = wanted.dropped
        if batch is None or layout.batch is not None or batch < wanted.rank - layout.rank:
            return self._name(value)
        axis = batch - (wanted.rank - layout.rank)
        return self._of_shape(value, (*layout.shape[:axis], *layout.shape[axis + 1 :]))

    def _of_shape(self, value: Value, shape: tuple[int, ...]) -> str:
        """Return a tensor with another shape of as many elements."""
        if self._layouts[value].shape == shape:
            return self._name(value)
        known = (value, shape)
        if known not in self._reshaped:
            if value not in self._names and (value.is_parameter or value.is_constant):
                self._reshaped[known] = self._written(value, shape)
            else:
                step = Step("reshape", {"target_shape": list(shape)})
                self._reshaped[known] = self._add(step, [self._name(value)], shape, "reshape")
        return self._reshaped[known]

    def _warn_once(self, code: str, message: str, cure: str) -> None:
        """Note something of the call, unless it was said of another call of the same."""
        if message not in self._warned:
            self._warned.add(message)
            self._builder.warn(code, message, self._place, cure)

    def _report_unused(self) -> None:
        unused = [name for name, value in self._found.parameters.items() if value not in self._owners]
        if unused:
            named = ", ".join(f"`{name}`" for name in unused[:_MOST_NAMED])
            more = f" and {len(unused) - _MOST_NAMED:,} others" if len(unused) > _MOST_NAMED else ""
            message = f"the outputs do not depend on the parameters {named}{more}, which are not counted"
            self._builder.warn("unused", message, self._builder.place(""), _UNUSED_CURE)


def _names_of(step: Step) -> tuple[str, ...]:
    return tuple(value.name for value in step.weights.values())


def _not_of_samples(message: str, place: Location) -> SpecError:
    cure = "give the part of the model by itself that does the same for each sample"
    return SpecError([Diagnostic("not-a-network", message, place, cure)])


def _expected(step: Step, shape: tuple[int, ...] | None, *, has_own: bool, shared: Mapping[str, Owner]) -> Expected:
    if not has_own or step.is_packed:
        return Expected(shape)
    own = {value for ours, value in step.weights.items() if ours not in shared}
    is_frozen = not any(value.trainable for value in step.weights.values())
    trained = 0 if is_frozen else sum(prod(value.shape) for value in own)
    if step.kind == "custom":
        trained = sum(prod(value.shape) for value in own if value.trainable)
    if step.in_one:
        return Expected(shape, None, trained)
    return Expected(shape, (*(value.shape for value in own), *step.statistics), trained)


def _read(view: View) -> Made:
    call = view.call
    if has_packed(call):
        raise NotUnderstoodError("has packed weights, which PyTorch does not show")
    reader = reader_of(call.module) if call.module else FUNCTIONS.get(call.name)
    if reader is None:
        raise NotUnderstoodError("is none that archsum knows")
    return reader(view)


def _described(call: Call) -> str:
    return f"{call.path} ({call.name})" if call.path else call.name


def _split(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()
