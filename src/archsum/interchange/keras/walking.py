"""Goes through a model's calls, and has each added to the graph."""

from collections.abc import Sequence
from typing import Any

from archsum.bounds import MAX_IMPORTED_LAYERS
from archsum.errors import Diagnostic, SpecError, quote
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.keras.items import BadItemError
from archsum.interchange.keras.order import entry_of, inputs_of, ordered
from archsum.interchange.keras.rules import add_call, check_class
from archsum.interchange.keras.structure import Call, Model, Ref, tensors
from archsum.interchange.keras.use import Inside, Use, Value
from archsum.layers.shapes import Shape
from archsum.propagate import Engine
from archsum.work import Work


class LostError(Exception):
    """What a call takes has not been made, and why is reported already."""


class Walk:
    """Writes the calls of a model, and of those in it, to a graph."""

    def __init__(self, builder: GraphBuilder, work: Work, *, allow_unknown: bool, shapes_hold: bool) -> None:
        """Begin; `shapes_hold`: whether the shapes that the configuration says are those of this input."""
        self.builder = builder
        self.allow_unknown = allow_unknown
        self._shapes_hold = shapes_hold
        self._engine = Engine(builder.inputs, builder.nodes, work=work)
        self._first: dict[tuple[object, str], str] = {}
        self._calls = 0

    def shape(self, value: Value) -> Shape | None:
        """Return the shape of a tensor; None where it is not known."""
        return self._engine.shape(value.name)

    def first(self, identity: object, part: str, name: str) -> str | None:
        """Note what a part of a layer is called, unless it was called before; return what its first call is called."""
        if name:
            return self._first.setdefault((identity, part), name)
        return self._first.get((identity, part))

    def model(self, model: Model, given: list[Value | None], inside: Inside) -> list[Value | None]:
        """Add a model's calls, given its inputs; return its outputs, None for what is lost.

        Errors: BadItemError where they do not fit together; SpecError where there is too much of anything.
        """
        values: dict[Ref, Value | None] = dict(zip(inputs_of(model), given, strict=True))
        outputs = [ref for ref in tensors(model.outputs) if isinstance(ref, Ref)]
        calls = ordered(model)
        used: dict[tuple[str, int], set[int]] = {}
        for ref in (*outputs, *(ref for _, _, call in calls for ref in call.refs)):
            used.setdefault(ref[:2], set()).add(ref.output)
        lost: set[tuple[str, int]] = set()
        for entry, number, call in calls:
            self._count(call)
            step = entry.name, number
            shapes = (model.shapes, model.hints) if self._shapes_hold else ({}, {})
            use = Use(self, entry, number, inside, shapes, frozenset(used.get(step, ())))
            try:
                use.args, use.kwargs = (self._resolve(part, values, lost, call) for part in (call.args, call.kwargs))
                made = add_call(use) if entry.model is None else self.nested(entry.model, use, steps=0)
            except LostError:
                lost.add(step)
                self._check_class(use)
            except BadItemError as error:
                lost.add(step)
                self._report(error)
            else:
                values.update({Ref(*step, output): value for output, value in enumerate(made)})
        return [None if ref[:2] in lost else _taken(ref, values, entry_of(model, ref).within) for ref in outputs]

    def spare(self, outputs: Sequence[str]) -> set[str]:
        """Return the layers without weights that no output depends on, such as make masks, which none takes here."""
        taken = {*outputs, *(name for node in self.builder.nodes for name in node.inputs)}
        spare: set[str] = set()
        if all(node.name in taken for node in self.builder.nodes):
            return spare
        taken = {*outputs}
        for layer in reversed(self._engine.layers):
            if layer.name in taken or layer.computed.weights:
                taken.update(layer.node.inputs)
            else:
                spare.add(layer.name)
        return spare

    def _count(self, call: Call) -> None:
        self._calls += 1 + len(call.refs) // 8
        if self._calls > MAX_IMPORTED_LAYERS:
            message = f"the model calls more than {MAX_IMPORTED_LAYERS:,} layers, those of models in it each time"
            place = self.builder.place(call.within)
            raise SpecError([Diagnostic("too-large", message, place, "no network has as many: is the file broken?")])

    def _report(self, error: BadItemError) -> None:
        self.builder.report(error.code, error.message, self.builder.place(error.within), error.cure)

    def _check_class(self, use: Use) -> None:
        """Report a layer of an unknown class also where what it takes is lost, so that all of them are reported."""
        try:
            if use.entry.model is None:
                check_class(use)
        except BadItemError as error:
            self._report(error)

    def nested(self, model: Model, use: Use, *, steps: int) -> list[Value | None]:
        """Add the calls of a model in a model, as a block."""
        given = match_inputs(model, use)
        entry, inside = use.entry, use.inside
        name = entry.name if use.number == 0 else f"{entry.name}.{use.number + 1}"
        frozen = inside.frozen or not model.trainable or entry.config.value.get("trainable") is False
        within = Inside(
            (*inside.path, name),
            (*inside.groups, entry.type),
            f"{inside.origin}{entry.name}/",
            frozen,
            inside.steps + steps,
        )
        return self.model(model, given, within)

    def _resolve(self, part: Any, values: dict[Ref, Value | None], lost: set[tuple[str, int]], call: Call) -> Any:
        """Return an argument with Values in the place of Refs. Errors: LostError; BadItemError where there is none."""
        if isinstance(part, Ref):
            if part[:2] in lost:
                raise LostError
            value = _taken(part, values, call.within)
            if value is None:
                raise LostError
            return value
        if type(part) is list:
            return [self._resolve(item, values, lost, call) for item in part]
        if type(part) is dict:
            return {key: self._resolve(item, values, lost, call) for key, item in part.items()}
        return part


def match_inputs(model: Model, use: Use) -> list[Value | None]:
    """Return what a call gives each of a model's inputs. Errors: BadItemError where it gives more or fewer."""
    refs_of = inputs_of(model)
    first = use.args[0] if use.args else use.kwargs.get("inputs")
    if type(first) is dict and type(model.inputs) is not dict:
        by_name = [first.get(ref.layer) for ref in refs_of]
        if all(isinstance(value, Value) for value in by_name):
            return by_name
    given: list[Value | None] = list(use.inputs)
    if len(given) != len(refs_of):
        message = f"{quote(use.entry.name)} has {len(refs_of)} inputs, and is given {len(given)}"
        raise BadItemError("bad-model", message, use.entry.within)
    return given


def _taken(ref: Ref, values: dict[Ref, Value | None], within: str) -> Value | None:
    """Return a tensor, None where it is lost. Errors: BadItemError where there is none."""
    if ref not in values:
        raise BadItemError(
            "bad-model", f"{quote(ref.layer)} gives no output {ref.output} in its call {ref.call}", within
        )
    return values[ref]
