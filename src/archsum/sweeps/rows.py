"""One variant → its row: what it varies, the metrics that were asked for, and a verdict."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from archsum.budget import limits_of_blocks, stated_limits
from archsum.errors import Diagnostic, FieldError, SpecError, one_line, quote
from archsum.formula import FormulaError, Value
from archsum.language.spec.budget import Budget
from archsum.language.spec.document import Document
from archsum.memory.costs import Costs
from archsum.memory.devices import Device, find_device
from archsum.sweeps.condition import Condition
from archsum.sweeps.space import Variant
from archsum.variants import METRICS, OF_LAYERS, Template

OK, OVER, UNKNOWN, REFUSED = "ok", "over", "unknown", "refused"
"""The verdicts: it keeps what it has to; it does not; it is not known whether it does; it is no network."""

NUMBER = "variant"
"""The column of the variants' numbers."""


class Row(NamedTuple):
    """A variant, and what is known of it."""

    number: int
    """The variant's, from 1 on."""
    values: Mapping[str, Any]
    """What the variant puts in the place of the file's own: variables, and shapes of `input`."""
    metrics: Mapping[str, int | None]
    """Those that were asked for; None where a figure is unknown."""
    verdict: str
    """`ok`; `unknown` where a condition depends on an unknown figure; `refused` where it is no network."""
    code: str | None = None
    """Why it is refused or unknown: the code of the error."""
    message: str | None = None
    """The error's message."""

    @property
    def cells(self) -> dict[str, Any]:
        """All of it in one, as a line of a table has it."""
        rest = {"verdict": self.verdict, "code": self.code, "message": self.message}
        return {NUMBER: self.number, **self.values, **self.metrics, **rest}


def columns(varied: Sequence[str], metrics: Sequence[str]) -> list[str]:
    """Return the names of the cells of a row."""
    return list(Row(0, dict.fromkeys(varied), dict.fromkeys(metrics), OK).cells)


@dataclass(frozen=True)
class Question:
    """What is asked of each variant: metrics, and what it has to keep to be among the rows."""

    template: Template
    varied: Sequence[str]
    metrics: Sequence[str]
    condition: Condition | None = None
    within_budget: bool = False
    """Whether it has to keep the budget of its file."""
    device: Device | None = None
    """A device that it has to fit into."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """What takes the place of what the file says of its training."""

    def row(self, variant: Variant) -> Row | None:
        """Return a variant's row; None where it does not keep what it has to."""
        row = self.judge(variant, with_metrics_of_all=False)
        return None if row.verdict == OVER else row

    def judge(self, variant: Variant, with_metrics_of_all: bool = True) -> Row:
        """Return a variant's row, whatever its verdict; without metrics of those over a limit, it takes less long."""
        figures = _Figures(self, variant)
        try:
            verdict, *reason = figures.verdict()
            metrics = figures.metrics if verdict != OVER or with_metrics_of_all else {}
            return Row(variant.number, variant.values, metrics, verdict, *reason)
        except SpecError as error:
            return self.refused(variant, error.diagnostics[0])
        except FormulaError as error:
            return self.refused(variant, Diagnostic("formula", error.message, None, error.cure))
        except FieldError as error:
            return self.refused(variant, Diagnostic("bad-value", f"`device` {error.message}", None, error.cure))

    def refused(self, variant: Variant, problem: Diagnostic) -> Row:
        """Return the row of a variant that is no network."""
        unknown = dict.fromkeys(self.metrics)
        return Row(variant.number, variant.values, unknown, REFUSED, problem.code, problem.message)

    @property
    def kept(self) -> str:
        """What a row has to keep, in words; nothing where there is nothing."""
        kept = [f"`{self.condition.text}`"] if self.condition else []
        kept += ["the file's budget"] if self.within_budget else []
        kept += [f"the memory of {one_line(self.device.name)}"] if self.device else []
        return " and ".join(kept)

    @property
    def limited(self) -> list[str]:
        """The metrics that it depends on whether a row keeps what it has to."""
        named = set(self.condition.metrics if self.condition else ())
        named |= {name.removeprefix("max_") for name in stated_limits(*self.limits(self.template))}
        return [name for name in METRICS if name in named]

    @property
    def has_limits_alone(self) -> bool:
        """Whether all that a row has to keep is limits, the same for every variant, on the metrics in `limited`."""
        if self.condition and not (self.condition.is_of_limits and self._of_varied):
            return False
        of = self.template
        return not (
            self.within_budget and (of.budget.blocks or of.has_formulas("budget") or of.has_formulas("devices"))
        )

    @property
    def _of_varied(self) -> bool:
        """Whether the condition names no other variable, which may follow from what is varied in any way."""
        return self.variables <= {*self.varied}

    @cached_property
    def variables(self) -> Set[str]:
        """The variables that the condition names."""
        named = self.condition.formula.names if self.condition else ()
        return {name for name in named if name in self.template.variables and name not in METRICS}

    def limits(self, stated: Template | Document) -> tuple[Budget, Device | None]:
        """Return the budget and the device that have to be kept, of what a file or a variant of it states.

        Errors: FieldError where there is no such device.
        """
        if not self.within_budget:
            return Budget.model_validate({}), self.device
        if self.device or stated.budget.device is None:
            return stated.budget, self.device
        return stated.budget, find_device(stated.budget.device, stated.devices)

    @cached_property
    def wanted(self) -> Sequence[str]:
        """All metrics that may be needed."""
        needed = {*self.limited, *self.metrics}
        return [name for name in METRICS if name in needed]


class _UnknownFigureError(Exception):
    """What a variant has to keep depends on a figure that is unknown."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _Figures(Mapping[str, Value]):
    """A variant's metrics and variables by name, computed when one is first looked up.

    Those that are known without writing the network out are computed together, and first.
    """

    def __init__(self, question: Question, variant: Variant) -> None:
        self._question = question
        self._variant = variant
        self._metrics: dict[str, int | None] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in METRICS:
            return self._variables[name]
        figure = self._metric(name)
        if figure is None:
            raise _UnknownFigureError(name)
        return figure

    def __contains__(self, name: object) -> bool:
        return name in METRICS or name in self._question.variables

    def __iter__(self) -> Iterator[str]:
        return iter((*METRICS, *self._question.variables))

    def __len__(self) -> int:
        return len(METRICS) + len(self._question.variables)

    @property
    def metrics(self) -> dict[str, int | None]:
        """The metrics that were asked for. Errors: SpecError where it is no network."""
        if not self._question.metrics:
            self._metric("layers")  # which asks whether it is one
        return {name: self._metric(name) for name in self._question.metrics}

    def verdict(self) -> tuple[str, ...]:
        """Return a verdict, and of an unknown one why it is. Errors: SpecError, FormulaError, FieldError."""
        question = self._question
        try:
            if question.condition and not question.condition.holds(self):
                return (OVER,)
            if (question.within_budget or question.device) and not self._keep_limits():
                return (OVER,)
        except _UnknownFigureError as error:
            return UNKNOWN, "unknown-value", f"{quote(error.name)} is unknown"
        return (OK,)

    def _keep_limits(self) -> bool:
        """Whether all limits are kept. Errors: _UnknownFigureError where one is unknown and no other is broken."""
        unknown = None
        for name, value, most in self._limits():
            if value is None or most is None:
                unknown = name
            elif value > most:
                return False
        if unknown:
            raise _UnknownFigureError(unknown)
        return True

    def _limits(self) -> Iterator[tuple[str, int | None, int | None]]:
        """Yield a metric's name, its figure, and its limit: first of those for which nothing is written out."""
        question, variant = self._question, self._variant
        budget, device = question.limits(question.template.document(variant.variables, variant.input))
        limits = {name.removeprefix("max_"): limit.value for name, limit in stated_limits(budget, device).items()}
        for name in sorted(limits, key=lambda name: name not in OF_LAYERS):
            yield name, self._metric(name), limits[name]
        if budget.blocks:
            for costs, limited, limit, _ in limits_of_blocks(self._costs, budget):
                name = limited.removeprefix("max_")
                yield name, METRICS[name](costs), limit.value

    @cached_property
    def _variables(self) -> Mapping[str, Value]:
        """Those that the condition names; one that the variant leaves alone is as the file has it then."""
        named, variant = self._question.variables, self._variant
        if all(name in variant.values for name in named):
            return variant.variables
        document = self._question.template.document(variant.variables, variant.input)
        return {name: document.variables[name] for name in named}

    @cached_property
    def _costs(self) -> Costs:
        question, variant = self._question, self._variant
        return question.template.costs(variant.variables, variant.input, training=question.training)

    def _metric(self, name: str) -> int | None:
        if name not in self._metrics:
            if name in OF_LAYERS:
                alike = {name, *(other for other in self._question.wanted if other in OF_LAYERS)}
                variant, totals = self._variant, self._question.template.totals
                self._metrics |= totals(variant.variables, variant.input, metrics=alike)
            else:
                self._metrics[name] = METRICS[name](self._costs)
        return self._metrics[name]
