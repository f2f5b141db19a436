"""What a command or a call asks of every variant → a question; all that is wrong with it at once."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from archsum.budget import stated_limits
from archsum.errors import Diagnostic, FieldError, SpecError, quote
from archsum.language.advice.overrides import override
from archsum.language.spec.training import Training
from archsum.memory.costs import check_blocks
from archsum.memory.devices import find_device
from archsum.propagate import propagate
from archsum.sweeps.axes import AxesReader
from archsum.sweeps.choices import Choices
from archsum.sweeps.condition import read_condition
from archsum.sweeps.rows import Question
from archsum.sweeps.solving import candidates
from archsum.sweeps.space import Varied, is_input
from archsum.variants import METRICS, Template, require_list, suggest_metric

DEFAULT = ("params", "macs")
"""The metrics of a sweep that says none."""
_NUMBER_BEHIND = re.compile("_?[0-9]+$")


@contextmanager
def gathered(problems: list[Diagnostic]) -> Iterator[None]:
    """Note what is wrong, and go on."""
    try:
        yield
    except SpecError as error:
        problems += error.diagnostics


def ask(
    template: Template,
    varied: Sequence[str],
    metrics: Collection[str] = DEFAULT,
    *,
    where: str | None = None,
    within_budget: bool = False,
    device: str | None = None,
    training: Mapping[str, Any] | None = None,
) -> Question:
    """Return what is asked of the variants of a template.

    Errors: SpecError for metrics, a condition, a device or training options that are none; TypeError for a text in the
    place of a list.
    """
    require_list(metrics)
    problems = [_unknown(name) for name in metrics if name not in METRICS]
    condition = found = None
    if where is not None:
        with gathered(problems):
            condition = read_condition(where, template.variables)
    if within_budget:
        problems += _in_budget(template)
    named_device = template.budget.device if within_budget and device is None else device
    if named_device is not None:
        try:
            found = find_device(named_device, template.devices)
        except FieldError as error:
            problems.append(Diagnostic("bad-value", f"`device` {error.message}", None, error.cure))
    with gathered(problems):
        _check_blocks(template, override(template.training, training or {}, "`training`"))
    if problems:
        raise SpecError(problems)
    named = condition.metrics if condition else ()
    computed = [*metrics, *(name for name in named if name not in metrics)]
    kept = found if device is not None else None  # the file's own may be another in each variant
    return Question(template, varied, computed, condition, within_budget, kept, training or {})


def ask_of_one(
    template: Template, name: str, values: str | Iterable[float], variables: Mapping[str, Any], **limits: Any
) -> tuple[Question, Choices]:
    """Return what is asked of each value of one variable, and those values; `limits` are as for `ask`.

    Errors: SpecError for what is wrong with any of it.
    """
    problems: list[Diagnostic] = []
    if name in variables:
        message = f"{quote(name)} is varied, and set to {quote(variables[name])}"
        problems.append(Diagnostic("duplicate-name", message, None, "leave one of them out"))
    if is_input(name):
        message = f"{quote(name)} is a shape, and a number is looked for"
        cure = "name a variable; `archsum sweep` tries shapes, as in `--input 96,96,3 --input 128,128,3`"
        raise SpecError([*problems, Diagnostic("wrong-type", message, None, cure)])
    if isinstance(template.variables.get(name), list):
        message = f"{quote(name)} is a list, and a number is looked for"
        cure = f"name another variable; `archsum sweep` tries lists, as in `--set '{name}=[1:3,4]'`"
        raise SpecError([*problems, Diagnostic("wrong-type", message, None, cure)])
    variables = {one: value for one, value in variables.items() if one != name}
    varied = [name, *variables]
    with gathered(problems):
        fixed = {one: (value,) for one, value in variables.items()}
        *_, axis = AxesReader(template).add_grid({**fixed, name: values}).read()
        assert isinstance(axis, Varied)
        choices = candidates(name, axis.choices)
    with gathered(problems):
        question = ask(template, varied, (), **limits)
    if problems:
        raise SpecError(problems)
    return replace(question, metrics=question.limited), choices


def _in_budget(template: Template) -> Iterator[Diagnostic]:
    """Yield why nothing can keep within a file's budget."""
    budget = template.budget
    if not budget.model_fields_set - {"warn_at"}:
        cure = "add `budget: {max_params: 5M}` to the file, or say what to keep: `--where 'params <= 5M'`"
        yield Diagnostic("no-budget", f"{template.name} has no budget to keep within", None, cure)
    for of in (budget, *budget.blocks.values()):
        for name, limit in stated_limits(of).items():
            if limit.relative:
                message = f"`{name}` is `{limit.relative.growth.text}`, and variants have nothing that they grew from"
                cure = "leave out `--within-budget`, and say what to keep, as in `--where 'params <= 5M'`"
                yield Diagnostic("no-base", message, None, cure)


def _check_blocks(template: Template, training: Training) -> None:
    """Errors: SpecError where a block is to be computed again whose name, apart from a number, is not in the file."""
    parts = (part for name in training.checkpointing or () for part in name.split("/"))
    if all(template.mentions(_NUMBER_BEHIND.sub("", part)) for part in parts):
        return  # which variants have it is seen of each
    try:
        network = template.network()
        summary = propagate(network.graph, network.engine)
    except SpecError:
        return  # so it is of each where the file as it stands is no network
    check_blocks(training, summary, None)


def _unknown(name: str) -> Diagnostic:
    return Diagnostic("unknown-name", f"there is no metric {quote(name)}", None, suggest_metric(name))
