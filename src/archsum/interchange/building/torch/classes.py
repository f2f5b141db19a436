"""A function of a program → an `nn.Module` class."""

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby

from archsum.formula import is_formula
from archsum.interchange.building.expressions import Writer, names_of
from archsum.interchange.building.names import identifier
from archsum.interchange.building.program import (
    BlockStep,
    GroupStep,
    LayerStep,
    NotSymbolicError,
    RepeatStep,
    Step,
)
from archsum.interchange.building.torch import chains, containers, layers, repetitions, ties
from archsum.interchange.building.torch.code import UNKNOWN, Code, call, known
from archsum.interchange.building.torch.scope import OUTERMOST, Scope
from archsum.interchange.building.torch.steps import Step as Call
from archsum.interchange.building.torch.steps import Tensor, UnsupportedError, begun_small
from archsum.interchange.building.torch.text import names_in, put_in
from archsum.interchange.building.torch.uses import Entry, Made, NotAChainError, Use

_LONG = 50
"""More letters of an expression are a line of their own."""
_FIRST_AS_ROW = "[:, :1].flatten(1)"
"""The first element of a sequence, and its features as a row."""


class ClassWriter(Scope):
    """Writes a class: its `__init__` and its `forward`, step by step."""

    # Steps

    def body(self, steps: Sequence[Step], tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write steps, each behind the one before; `flow` is the variable that is assigned to again and again."""
        for condition, together in groupby(steps, _common_condition):
            group = list(together)
            if condition is None or len(group) == 1:
                for step in group:
                    tensors = self.step(step, tensors, flow)
            else:
                tensors = self._group(group, tensors, flow)
        return tensors

    def _group(self, steps: Sequence[Step], tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write steps that are there under one condition."""
        self.take(tensors)
        visits = [visit.names for visit in steps[0].visits]
        condition = Writer(self, visits).condition(str(steps[0].item.condition))
        return self._under(condition, _word(steps[0]), tensors, flow, lambda inside: self._all(steps, inside, flow))

    def _all(self, steps: Sequence[Step], tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        for step in steps:
            tensors = self.unconditional(step, tensors, flow)
        return tensors

    def step(self, step: Step, tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write a step, and return what the next one takes."""
        taken = self.found(step, tensors)
        return self._step(step, taken, flow, self.condition(step, taken))

    def unconditional(self, step: Step, tensors: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write a step as if it were always there."""
        return self._step(step, self.found(step, tensors), flow, None)

    def _step(self, step: Step, taken: tuple[Tensor, ...], flow: str, condition: str | None) -> tuple[Tensor, ...]:
        is_named = step.name is not None and step.name in self.referenced
        target = flow
        if is_named:
            target = self.variables.add(identifier(str(step.name), "layer"), f"{identifier(str(step.name))}_output")
            self.named.add(target)
        if condition is None:
            given = self._write(step, self.at(taken, step.uses[0]), target)
        else:
            given = self._conditional(step, self.at(taken, step.uses[0]), target, condition)
        if is_named:
            self.last = None
            self.known[str(step.name)] = given
        return given

    def _write(self, step: Step, taken: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        self.take(taken)
        match step:
            case LayerStep():
                return self.layer(step, taken, flow)
            case BlockStep():
                return self.block(step, taken, flow)
            case GroupStep():
                return self.body(step.body, taken, flow)
        return containers.write(step, self, taken, flow)

    def repeated(self, step: RepeatStep, taken: tuple[Tensor, ...]) -> tuple[list[Entry], tuple[Tensor, ...]]:
        """Return a repetition as modules one behind the other. Errors: NotAChainError where it is none."""
        return repetitions.repeated(self, step, taken)

    def _conditional(self, step: Step, taken: tuple[Tensor, ...], flow: str, condition: str) -> tuple[Tensor, ...]:
        """Write a step that is there under a condition: an `nn.Sequential` that may be empty, or an `if`."""
        try:
            entries, given = chains.chain(self, [step], taken, is_conditional=False)
        except NotAChainError:
            pass
        else:
            name = self.attribute(_word(step), "nn.Sequential()")
            with self.indented(f"if {condition}:"):
                chains.append(self, f"self.{name}", entries)
            given = chains.either(self, condition, given, taken)
            self.assign(flow, f"self.{name}({taken[0].text})")
            return (given[0]._replace(text=flow),)
        return self._under(condition, _word(step), taken, flow, lambda inside: self._write(step, inside, flow))

    def _under(
        self,
        condition: str,
        word: str,
        taken: tuple[Tensor, ...],
        flow: str,
        write: Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]],
    ) -> tuple[Tensor, ...]:
        """Write what is there under a condition below an `if`, in `__init__` and in `forward`."""
        kept = self.kept(f"has_{word}", condition)
        targets = chains.variables(self, taken, flow)
        for target, tensor in zip(targets, taken, strict=True):
            self.assign(target, tensor.text)
        inside = tuple(tensor._replace(text=target) for tensor, target in zip(taken, targets, strict=True))
        with self.indented(f"if {kept}:", f"if {kept}:"):
            given = write(inside)
            if len(given) != len(targets):
                raise NotSymbolicError("gives another number of tensors")
            aligned = tuple(
                layers.in_layout(tensor, moved=other.moved) for tensor, other in zip(given, inside, strict=True)
            )
            for target, tensor in zip(targets, aligned, strict=True):
                self.assign(target, tensor.text)
        aligned = tuple(tensor._replace(text=target) for tensor, target in zip(aligned, targets, strict=True))
        try:
            return chains.either(self, condition, aligned, inside)
        except NotAChainError:
            raise NotSymbolicError("gives other axes than it takes") from None

    def layer(self, step: LayerStep, taken: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write a layer, and return what it gives."""
        made = layers.write(self, step, taken)
        texts = [tensor.text for tensor in made.taken]
        owner = step.item.shared and f"{step.item.shared}"
        if owner or step.item.shared_weights:
            self._require_made_once()
        turned = self._turned(step, made.steps)
        steps = turned or made.steps
        modules = []
        word = identifier(str(step.name or step.item.shared or step.kind), "layer")
        for number, one in enumerate(steps):
            is_last = number == len(steps) - 1
            module = ""
            if one.module:
                wanted = f"{word}_{one.word}" if one.word else word
                key = f"{owner}/{one.word}" if owner else ""
                if key and key in self.shared:
                    module = self.shared[key]
                else:
                    module = f"self.{self.attribute(wanted, one.module)}"
                    if one.begun:
                        self.line(one.begun.format(self=module))
                    if key:
                        self.shared[key] = module
                modules.append((module, one))
            text = self._called(step, one, texts, module, flow, is_last=is_last)
            if taken[0].rank == 2 and text.endswith(_FIRST_AS_ROW):
                text = f"{text.removesuffix(_FIRST_AS_ROW)}[:, 0]"
            if not is_last and len(text) > _LONG and flow not in texts[1:]:
                self.assign(flow, text)
                text = flow
            texts = [text, *texts[1:]]
        if turned is None:
            self._tie(step, modules)
        if [one.call for one in steps] == ["{self}"]:
            return (made.output._replace(text=texts[0]),)
        self.assign(flow, texts[0])
        return (made.output._replace(text=flow),)

    def _require_made_once(self) -> None:
        """Check that all that share weights here find the one module. Errors: NotSymbolicError where they do not."""
        is_of_repetition = self.around is not None and self.block_function is None
        if is_of_repetition or self.depth > OUTERMOST:
            raise NotSymbolicError("shared in a loop, or below a condition")

    def _turned(self, step: LayerStep, steps: Sequence[Call]) -> Sequence[Call] | None:
        """Return a layer's steps where its kernel is another's, transposed; None where it is not. Errors: SpecError."""
        try:
            return ties.turned(self.program, step, steps, self.tied)
        except UnsupportedError as error:
            raise layers.lacking(step, error) from None

    def _tie(self, step: LayerStep, modules: Sequence[tuple[str, Call]]) -> None:
        """Let a layer's single weights be those of the first layer with their labels. Errors: SpecError."""
        try:
            for name, label in step.item.shared_weights.items():
                own = ties.tied(self.program, step, modules, name)
                first = self.tied.setdefault(label, own)
                ties.require_same(own, first, name)
                if first is not own:
                    if (first.function, own.function) == ("nn.Embedding", "nn.Linear"):
                        self.line(begun_small(first.attribute))
                    self.line(f"{own.attribute} = {first.attribute}")
        except UnsupportedError as error:
            raise layers.lacking(step, error) from None

    def _called(self, step: LayerStep, one: Call, texts: list[str], module: str, flow: str, *, is_last: bool) -> str:
        """Return a step's expression; what is taken more than once becomes a variable first."""
        for number, text in enumerate(texts):
            is_variable = text.isidentifier()
            if one.call.count(f"{{{number}}}") > 1 and not is_variable:
                self.assign(flow, text)
                texts = [flow if other == number else each for other, each in enumerate(texts)]
        template = one.call
        if is_last and step.name in self.found_indices:
            self.assign(f"{flow}, {flow}_indices", f"{module}({texts[0]})")
            return flow
        if one.module and step.fields.get("initial_state"):
            states = self.states.get(str(step.fields["initial_state"]))
            if states is None:
                raise NotSymbolicError(str(step.fields["initial_state"]))
            template = template.replace("({0}", f"({{0}}, {states}")
        if one.module and step.name in self.begin_others and template.startswith("{self}("):
            head, _, tail = template.partition(")[0]")
            states = self.variables.add(f"{identifier(str(step.name))}_state")
            self.states[str(step.name)] = states
            self.assign(f"{flow}, {states}", f"{head})".format(*texts, self=module))
            return f"{flow}{tail}"
        template = self.in_forward_template(template)
        if not one.module and len(texts) == 1 and texts[0] == self.last and template.count("{0}") == 1:
            texts = self._merged(template, texts)
        operands = [text if _is_operand(template, number) else Code(text).atom for number, text in enumerate(texts)]
        return template.format(*operands, self=module)

    def _merged(self, template: str, texts: list[str]) -> list[str]:
        """Return what the last line computes, in the place of its variable, where that is short and read here alone."""
        line = self.forward[-1]
        target, _, value = line.strip().partition(" = ")
        if texts[0] in self.named or target != texts[0] or len(line) + len(template) > 76:
            return texts
        del self.forward[-1]
        self.last = None
        return [value]

    def block(self, step: BlockStep, taken: tuple[Tensor, ...], flow: str) -> tuple[Tensor, ...]:
        """Write a block's use, and return what it gives."""
        use = self.used(step, taken)
        label = step.item.shared
        if label:
            self._require_made_once()
        word = identifier(str(step.name or label or step.function.block), "block")
        if label and label in self.shared:
            module = self.shared[label]
        else:
            module = f"self.{self.attribute(word, use.construct)}"
            if label:
                self.shared[label] = module
        return self.called(use, module, flow)

    def used(self, step: BlockStep, taken: tuple[Tensor, ...]) -> Use:
        """Return a block's class, where it is used."""
        if step.wrappers:
            raise NotSymbolicError("a block within a wrapper")
        made = self.network.block(step.function, taken)
        arguments = {name: self.code(stated, step.uses) for name, stated in step.arguments.items() if name in made.own}
        trainable = step.arguments.get("trainable", True)
        frozen = ""
        if trainable is not True and not any(one.name == "trainable" for one in step.function.parameters):
            frozen = f".requires_grad_({self.code(trainable, step.uses)})"
        return self.use(made, taken, arguments, frozen)

    def use(self, made: Made, taken: tuple[Tensor, ...], arguments: Mapping[str, Code], frozen: str = "") -> Use:
        """Return a class where an object of it is made."""
        given = tuple(layers.in_layout(tensor, moved=own.moved) for tensor, own in zip(taken, made.inputs, strict=True))
        names: dict[str, Code] = {}
        for name, (number, position) in made.sizes.items():
            names[name] = given[number].sizes[position]
        names |= {made.own[name]: code for name, code in arguments.items()}
        names |= {own: Code(self.value(name)) for name, own in made.free.items()}
        stated = {one.name: names[one.name].text for one in made.parameters if one.name in names}
        if any(UNKNOWN in text for text in stated.values()):
            raise NotSymbolicError("a size")
        required = [one.name for one in made.parameters if one.default is None]
        named = {
            one.name: stated[one.name]
            for one in made.parameters
            if one.default is not None and stated.get(one.name) not in (None, one.default)
        }
        count = _stated_by_place(required, made.sizes, stated)
        first = [stated[name] for name in required[:count]]
        named = {name: stated[name] for name in required[count:]} | named
        for one in made.parameters:
            if one.name not in names and one.default not in (None, "None"):
                names[one.name] = known(ast.literal_eval(str(one.default)))
        use = Use(made, given, call(made.name, *first, **named) + frozen, names)
        self.network.uses.append(use)
        return use

    def called(self, use: Use, module: str, flow: str) -> tuple[Tensor, ...]:
        """Write a call of a class's object, and return what it gives."""
        texts = [
            f"{tensor.text}_indices" if number in use.made.indices else tensor.text
            for number, tensor in enumerate(use.given)
        ]
        outputs = self.given(use, module)
        targets = [flow] if len(outputs) == 1 else chains.variables(self, outputs, flow)
        self.assign(", ".join(targets), f"{module}({', '.join(texts)})")
        return tuple(tensor._replace(text=target) for tensor, target in zip(outputs, targets, strict=True))

    def given(self, use: Use, module: str) -> tuple[Tensor, ...]:
        """Return what an object of a class gives, in the names that are known here."""
        return tuple(
            tensor._replace(sizes=tuple(self._size(use, module, number, position) for position in range(tensor.rank)))
            for number, tensor in enumerate(use.made.outputs)
        )

    def _size(self, use: Use, module: str, number: int, position: int) -> Code:
        tensor = use.made.outputs[number]
        size = tensor.sizes[position]
        if size.is_literal:
            return size
        if names_in(size.text) - _FUNCTIONS <= use.names.keys():
            return put_in(size, use.names)
        first = tensor.has_channels_first(self.program.data_format)
        if position == (0 if first else tensor.rank - 1) and module:
            self.network.needs_channels.add(use.made.name)
            item = f"[{number}]" if len(use.made.outputs) > 1 else ""
            return Code(f"{module}.out_channels{item}", size.value)
        return Code(UNKNOWN, size.value)

    def expression(self, step: Step, taken: tuple[Tensor, ...]) -> Tensor:
        """Return what a layer without weights makes of several tensors, as an expression."""
        if not isinstance(step, LayerStep) or step.item.condition is not True:
            raise NotSymbolicError("merges by several layers")
        self.take(taken)
        made = layers.write(self, step, self.at(taken, step.uses[0]))
        texts = [tensor.text for tensor in made.taken]
        for one in made.steps:
            module = ""
            if one.module:
                module = f"self.{self.attribute(identifier(step.kind), one.module)}"
            template = self.in_forward_template(one.call)
            operands = [text if _is_operand(template, place) else Code(text).atom for place, text in enumerate(texts)]
            texts = [template.format(*operands, self=module), *texts[1:]]
        return made.output._replace(text=texts[0])


_FUNCTIONS = {"int", "min", "max", "round", "abs", "math", "make_divisible", "if", "else", "and", "or", "not"}


def _stated_by_place(required: Sequence[str], sizes: Collection[str], stated: Mapping[str, str]) -> int:
    """Return how many of the parameters that a class has to be given are given by their places.

    All are where only one is no size of what it takes, or each is called as it is outside; otherwise the first sizes.
    """
    own = [name for name in required if name not in sizes]
    if len(own) < 2 or all(stated[name] == name for name in own):
        return len(required)
    return required.index(own[0])


def _common_condition(step: Step) -> str | None:
    """Return the condition that a step may have in common with its neighbours."""
    stated = step.item.condition
    return str(stated) if is_formula(stated) and names_of([stated]) else None


def _is_operand(template: str, number: int) -> bool:
    """Whether what is put in needs no parentheses: it is an argument, all there is, or not put in."""
    mark = f"{{{number}}}"
    if template == mark or mark not in template:
        return True
    position = template.find(mark)
    before, behind = template[:position].rstrip(), template[position + len(mark) :].lstrip()
    return before[-1:] in ("(", ",") and behind[:1] in (")", ",")


def _word(step: Step) -> str:
    return identifier(str(step.name or step.item.entry.kind), "layer")
