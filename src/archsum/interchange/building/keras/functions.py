"""A function of a program → the lines of a function that calls Keras's layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from archsum.errors import Diagnostic
from archsum.formula import is_formula
from archsum.interchange.building.expressions import names_of
from archsum.interchange.building.keras import containers
from archsum.interchange.building.keras.calls import Inputs, LayerCall, Stage
from archsum.interchange.building.keras.lacking import LackingError
from archsum.interchange.building.keras.module import KerasModule
from archsum.interchange.building.keras.naming import is_numbered
from archsum.interchange.building.keras.scope import FunctionScope, Variables, mentioned
from archsum.interchange.building.keras.table import stages_of
from archsum.interchange.building.keras.tying import shared_weight, weight_of
from archsum.interchange.building.names import identifier
from archsum.interchange.building.program import (
    BlockStep,
    Function,
    LayerStep,
    NotSymbolicError,
    Program,
    Step,
    Variable,
    formulas_of,
    steps_in,
)
from archsum.interchange.building.reading import same
from archsum.interchange.building.source import Brackets, Code, Expression, Keyword, call, literal
from archsum.language.read.formulas import formulas_in
from archsum.language.spec.items import Reference
from archsum.layers import layer_class


@dataclass
class Signature:
    """How a function is called: its name, and what it takes behind its inputs."""

    name: str
    parameters: dict[str, Variable] = field(default_factory=dict)
    """The block's parameters that it takes, by the file's names, in their order."""
    variables: list[str] = field(default_factory=list)
    """The file's names of the variables that it takes."""
    called: Mapping[str, str] = field(default_factory=dict)
    """Python's names of both."""
    takes_trainable: bool = False


class FunctionWriter(FunctionScope):
    """Writes the body of a function, step by step, and finds what the function takes."""

    def __init__(
        self, module: KerasModule, program: Program, function: Function, signatures: Mapping[int, Signature]
    ) -> None:
        super().__init__(module, program, module.names.inner())
        self.takes_trainable = False
        self._signatures = signatures
        self._is_main = not function.block
        steps = tuple(steps_in(function.body))
        formulas = [formula for step in steps for formula in formulas_of(step)]
        formulas += [formula for one in function.parameters for formula in formulas_in(one.stated)]
        formulas += [formula for one in program.variables.values() for formula in formulas_in(one.stated)]
        formulas += [formula for sizes in program.inputs.values() for formula in formulas_in([*sizes])]
        self.referenced = _referenced(function, steps) | mentioned(formulas)
        self._begin_others = {name for step in steps if (name := _begins_with(step))}
        self.anchor = ""
        """A variable of which layers without inputs take the batch."""
        self._activated = _activated(steps)
        self._objects: dict[str, str] = {}
        """The variables of what has weights in common, by its labels, and of several outputs, by their names."""
        self._made: dict[str, str] = {}
        """Their source code, likewise."""
        self._wrappers: tuple[str, ...] = ()
        called = {
            name for step in steps if isinstance(step, BlockStep) for name in _signature(step, signatures).variables
        }
        known = names_of(formulas) | called
        own = [parameter.name for parameter in function.parameters]
        for name in dict.fromkeys((*own, *program.variables)):
            if name in known or name in own:
                self.called[name] = self.names.add(identifier(name, "variable"))

    def body(self, steps: Sequence[Step], inputs: Variables, flow: str, *, is_taken: bool = True) -> Variables:
        for number, step in enumerate(steps, start=1):
            behind = steps[number : number + 1]
            passes_on = [one for one in behind if one.inputs is None or is_formula(one.item.condition)]
            is_needed = bool(passes_on) if behind else is_taken
            inputs = self.step(step, inputs, flow, is_taken=is_needed)
        return inputs

    def step(self, step: Step, inputs: Variables, flow: str, *, is_taken: bool = True) -> Variables:
        condition = self._condition(step, self._inputs(step, inputs))
        own, target = step.name if step.name in self.referenced else None, flow
        if own is not None:
            word = identifier(own, "layer")
            target = self.names.add(word, f"{word}_output")
        elif not is_taken and step.name in self._begin_others:
            target = "_"  # its states alone are taken
        if condition is None:
            outputs = following = self._write(step, self._inputs(step, inputs), target)
        else:
            following = self.settled(inputs, flow) if is_taken else inputs
            with self.indented(f"if {condition}:"):
                outputs = self._write(step, self._inputs(step, following), target)
                if is_taken:
                    self.assign(following, outputs)
        if own is not None:
            self.know(own, outputs, [use.outputs for use in step.uses], condition)
        return following

    def found(self, references: Sequence[Reference]) -> Variables:
        variables: list[str] = []
        for reference in references:
            if reference.name not in self.known:
                raise NotSymbolicError(reference.name)
            variables += self.known[reference.name].variables
        return tuple(variables)

    def _inputs(self, step: Step, inputs: Variables) -> Variables:
        return inputs if step.inputs is None else self.found(step.inputs)

    def _condition(self, step: Step, taken: Variables) -> str | None:
        """Return when a step is there; None where it always is."""
        stated = step.item.condition
        if not (is_formula(stated) and names_of([stated])):
            return None
        self.take(taken, step.visits)
        try:
            return self.writer(step.visits).condition(stated)
        except NotSymbolicError:
            same([visit.is_there for visit in step.visits])
            return None

    def _write(self, step: Step, taken: Variables, flow: str) -> Variables:
        """Write a step that is there."""
        self.take(taken, step.uses)
        match step:
            case LayerStep():
                return self._layer(step, taken, flow)
            case BlockStep():
                return self._block(step, taken, flow)
        return containers.write(step, self, taken, flow)

    # Layers

    def _layer(self, step: LayerStep, taken: Variables, flow: str) -> Variables:
        made = self.call_of(step, taken)
        try:
            stages = self._given_weight(made) if step.item.shared_weights else self._stages(made)
        except LackingError as error:
            self._lacks(step, error)
            return taken
        current = taken
        self._wrappers = step.wrappers
        if step.item.shared is not None:
            stages = tuple(self._shared(step, stage) if self._has_weights(stage, stages) else stage for stage in stages)
        for number, stage in enumerate(stages, start=1):
            is_last = number == len(stages)
            targets: Variables = (flow,)
            if is_last and step.name in self._begin_others:
                targets = (flow, f"*{self.states(str(step.name))}")
            named = step if not step.item.shared and self._has_weights(stage, stages) else None
            value = self._called(stage, current, named)
            if stage.condition:
                self.settled(current, flow)
                with self.indented(f"if {stage.condition}:"):
                    self.set(targets, self._called(stage, (flow,), named))
            else:
                self.set(targets, value)
            current = (flow,)
        return current

    def _lacks(self, step: LayerStep, error: LackingError) -> None:
        """Note what Keras cannot do, at the layer's place."""
        message = f"`{step.kind}` cannot be built: Keras {error.message}"
        self.module.problems.append(Diagnostic("not-in-framework", message, step.item.entry.span, error.cure))

    def _has_weights(self, stage: Stage, stages: Sequence[Stage]) -> bool:
        """Whether one of a layer's calls has its weights, and its name: the first that does not pad or crop."""
        heads = [one for one in stages if one.layer and not str(one.layer).partition("(")[0].endswith(_OF_PADDING)]
        return stage is (heads[0] if heads else None)

    def _shared(self, step: LayerStep, stage: Stage) -> Stage:
        """Make the layer object once, which all that have its label call. Errors: NotSymbolicError in a loop."""
        label = str(step.item.shared)
        if stage.layer is None:
            return stage
        written = str(stage.layer)
        if label not in self._objects:
            word = identifier(label, "shared")
            name = self.names.add(word, f"shared_{word}")
            if self.lines.depth > 1:
                raise NotSymbolicError("shared in a loop")
            self.set((name,), self._named(self._wrapped(stage.layer), step))
            self._objects[label], self._made[label] = name, written
        elif self._made[label] != written:
            message = "calls layers that have their weights in common with the same fields"
            self._lacks(step, LackingError(message, "write the activation, or what else differs, as a layer behind it"))
        return replace(stage, layer=None, function=partial(_called_object, self._objects[label], stage))

    def _given_weight(self, made: LayerCall) -> tuple[Stage, ...]:
        """Return the calls of a layer that is given a weight, which is made where it is first used."""
        name, label = weight_of(made)
        key = f"weight {label}"
        if key not in self._objects:
            if self.lines.depth > 1:
                raise NotSymbolicError("shared in a loop")
            word = identifier(label, "weight")
            self._objects[key] = self.names.add(word, f"shared_{word}")
            self.set((self._objects[key],), Brackets(shared_weight(made, name), (Code(self.anchor),)))
        given = Keyword(name, Code(self._objects[key]))
        stages = self._stages(made)
        return tuple(
            replace(stage, arguments=(given,)) if self._has_weights(stage, stages) else stage for stage in stages
        )

    def _stages(self, made: LayerCall) -> tuple[Stage, ...]:
        if made.step.item.shared in self._activated:
            return self._with_own_activation(made)
        stages = stages_of(made)
        if made.fields.get("activation") == "sparsemax" and any(map(self._is_own, stages)):
            return self._with_own_activation(made)  # Keras writes down the functions that its own layers take alone
        return stages

    def _is_own(self, stage: Stage) -> bool:
        return stage.layer is not None and str(stage.layer.head) in self.module.parts

    def _with_own_activation(self, made: LayerCall) -> tuple[Stage, ...]:
        """Return the calls of a layer that has its weights in common with others of other activations."""
        without = {name: value for name, value in made.fields.items() if name != "activation"}
        stages = stages_of(replace(made, fields=without))
        if made.fields.get("activation") is None:
            return stages
        return *stages, Stage(call(f"{made.use('keras', 'layers')}.Activation", made.get("activation")))

    def call_of(self, step: LayerStep, taken: Variables) -> LayerCall:
        """Return what the tables of kinds are given of a layer."""
        return LayerCall(step.kind, step.fields, step.layers, taken, self.writer(step.uses), step, self)

    def parts_of(self, step: LayerStep, taken: Variables) -> Expression:
        """Return what makes all parts of which a `split` is the first."""
        (stage,) = self.stages(self.call_of(step, taken))
        if stage.function is None:
            raise NotSymbolicError(step.kind)
        return Code(str(stage.function(Inputs(taken))).removesuffix("[0]"))

    def stages(self, made: LayerCall) -> tuple[Stage, ...]:
        """Return the calls that a layer is, such as one that another holds."""
        return stages_of(made)

    def states(self, name: str) -> str:
        """Return the variable of the states that a named layer ends with."""
        return f"{identifier(name, 'layer')}_states"

    def ends_with_states(self, step: LayerStep) -> bool:
        """Whether another layer begins with the states that one ends with."""
        return step.name in self._begin_others

    def frozen(self, step: LayerStep) -> str | None:
        """Return what `trainable` is, of a layer that a block or a container may freeze; None where it is true."""
        frozen = [not layer.trainable for layer in step.layers]
        if not any(use.is_frozen for use in step.uses):
            return None
        if all(frozen):
            return "False"
        if self._is_main:
            same(frozen)
        self.takes_trainable = True
        return "trainable"

    def _called(self, stage: Stage, taken: Variables, step: LayerStep | None) -> Expression:
        """Return a call of a layer, or of a function."""
        if stage.takes is not None:
            taken = tuple(taken[number] for number in stage.takes) or (self.anchor,)
        inputs = Inputs(taken)
        if stage.function:
            return stage.function(inputs)
        if stage.layer is None:
            raise NotSymbolicError("nothing to call")
        layer = self._named(stage.layer, step) if step else stage.layer
        layer = self._wrapped(layer)
        given = (inputs.listed,) if stage.is_list else taken
        return Brackets(layer, (*map(Code, given), *stage.arguments))

    def _wrapped(self, layer: Brackets) -> Brackets:
        """Put the layers around one that are around each here."""
        for kind in reversed(self._wrappers):
            layer = call(f"{self.module.use('keras', 'layers')}.{layer_class(kind).__name__}", layer)
        return layer

    def _named(self, layer: Brackets, step: LayerStep) -> Brackets:
        """Give a layer the name that the file gives it, where there is one such layer in the network."""
        if not (self._is_main and step.name and self.lines.depth == 1) or is_numbered(step.name):
            return layer
        return Brackets(layer.head, (*layer.items, Keyword("name", literal(step.name))), layer.ends)

    # Blocks

    def _block(self, step: BlockStep, taken: Variables, flow: str) -> Variables:
        signature = _signature(step, self._signatures)
        arguments = tuple(self._arguments(step, signature))
        function: Brackets | str = signature.name
        if step.item.shared is not None:
            function, arguments = self._shared_block(step, signature, taken, arguments), ()
        outputs = same([len(use.outputs) for use in step.uses])
        targets: Variables = (flow,) if outputs == 1 else self.several(step, flow)
        self.set(targets, Brackets(function, (*map(Code, taken), *arguments)))
        return targets

    def several(self, step: BlockStep, flow: str) -> Variables:
        """Return variables for the several things that a block gives."""
        function, count = step.function, len(step.uses[0].outputs)
        names = function.inputs if len(function.inputs) == count else [one.name for one in function.outputs or ()]
        if len(names) != count:
            names = [f"{flow}_{number}" for number in range(1, count + 1)]
        prefix = "" if step.name not in self.referenced else f"{flow}_"
        return tuple(self._flow_name(f"{prefix}{identifier(name, 'output')}") for name in names)

    def _flow_name(self, name: str) -> str:
        """Return a variable that several steps assign to."""
        if name not in self._objects:
            self._objects[name] = self.names.add(name)
            self.flowing.add(self._objects[name])
        return self._objects[name]

    def _arguments(self, step: BlockStep, signature: Signature) -> Sequence[Any]:
        """Return what a block's function is given, by its names, or by its place where it is all that must be."""
        given: list[Any] = []
        writer, required = self.writer(step.uses), [one for one in signature.parameters.values() if one.stated is None]
        for number, (name, parameter) in enumerate(signature.parameters.items()):
            if name in step.arguments:
                value = writer.write(step.arguments[name])
                is_first = number == 0 and required == [parameter]
                given.append(value if is_first else Keyword(signature.called[name], value))
        given += [Keyword(signature.called[name], Code(self.value(name))) for name in signature.variables]
        if signature.takes_trainable:
            frozen = [use.inner[0].is_frozen for use in step.uses]
            if any(frozen):
                if not all(frozen):
                    self.takes_trainable = True
                given.append(Keyword("trainable", Code("False" if all(frozen) else "trainable")))
        return given

    def _shared_block(self, step: BlockStep, signature: Signature, taken: Variables, arguments: Sequence[Any]) -> str:
        """Make a model of a block, once, which all that have its label call; return its name."""
        label = step.item.shared or ""
        if label not in self._objects:
            if self.lines.depth > 1:
                raise NotSymbolicError("shared in a loop")
            word = identifier(label, "shared")
            name = self.names.add(f"shared_{word}" if word in self.names else word)
            model = f"{self.module.use('keras')}.Model"
            inputs = [self.names.add(f"{word}_input" if len(taken) == 1 else f"{word}_{one}") for one in taken]
            for own, one in zip(inputs, taken, strict=True):
                self.set((own,), call("keras.Input", f"{one}.shape[1:]"))
            listed = inputs[0] if len(inputs) == 1 else f"[{', '.join(inputs)}]"
            inner = Brackets(signature.name, (*map(Code, inputs), *arguments))
            self.set((name,), call(model, listed, inner, name=None if is_numbered(word) else literal(word)))
            self._objects[label] = name
        return self._objects[label]


_OF_PADDING = ("Padding1D", "Padding2D", "Padding3D", "Cropping1D", "Cropping2D", "Cropping3D")


def _signature(step: BlockStep, signatures: Mapping[int, Signature]) -> Signature:
    return signatures[id(step.function)]


def _activated(steps: Sequence[Step]) -> set[str]:
    """Return the labels of layers that have their weights in common, and not their activations."""
    found: dict[str, set[str]] = {}
    for step in steps:
        if isinstance(step, LayerStep) and step.item.shared:
            found.setdefault(step.item.shared, set()).add(str(step.fields.get("activation")))
    return {label for label, activations in found.items() if len(activations) > 1}


def _referenced(function: Function, steps: Sequence[Step]) -> set[str]:
    """Return the names by which steps are taken, or their outputs given."""
    references = [*(function.outputs or ())]
    for step in steps:
        references += [*(step.inputs or ()), *(getattr(step, "outputs", None) or ())]
    return {reference.name.partition("/")[0] for reference in references}


def _begins_with(step: Step) -> str | None:
    """Return the name of the layer whose states a step begins with."""
    name = step.fields.get("initial_state") if isinstance(step, LayerStep) else None
    return name if isinstance(name, str) else None


def _called_object(name: str, stage: Stage, inputs: Inputs) -> Expression:
    """Return a call of a layer that has been made."""
    given = (inputs.listed,) if stage.is_list else inputs.variables
    return Brackets(name, (*map(Code, given), *stage.arguments))
