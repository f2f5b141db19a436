"""One variant → its row: what it varies, the metrics that were asked for, and a verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from archsum.errors import Diagnostic, SpecError, quote
from archsum.formula import FormulaError, Value
from archsum.sweeps.condition import Condition
from archsum.sweeps.space import Variant
from archsum.variants import FIGURES

if TYPE_CHECKING:
    from archsum.variants import Template

OK, UNKNOWN, REFUSED = "ok", "unknown", "refused"
"""The verdicts: it keeps what was asked; it is not known whether; it is no network."""

_DEAR = frozenset(("activation_memory", "inference_memory", "training_memory", "sram", "flash"))
"""The metrics that take longer than all others, which are computed only where those do not decide."""


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
    code: str = ""
    """Why it is refused or unknown: the code of the error."""
    message: str = ""
    """The error's message."""

    @property
    def cells(self) -> dict[str, Any]:
        """All of it in one, as a line of a table has it."""
        rest = {"verdict": self.verdict, "code": self.code, "message": self.message}
        return {NUMBER: self.number, **self.values, **self.metrics, **rest}


NUMBER = "variant"
"""The column of the variants' numbers."""


def columns(varied: Sequence[str], metrics: Sequence[str]) -> list[str]:
    """Return the names of the cells of each row."""
    return list(Row(0, dict.fromkeys(varied), dict.fromkeys(metrics), OK).cells)


@dataclass(frozen=True)
class Question:
    """What is asked of each variant: metrics, and what it has to keep to be among the rows."""

    template: "Template"
    metrics: Sequence[str]
    conditions: Sequence[Condition] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    """The largest values allowed, by metric."""

    def row(self, variant: Variant) -> Row | None:
        """Return a variant's row; None where it does not keep what it has to."""
        figures = _Figures(self, variant)
        try:
            if not self._keeps(figures):
                return None
            return Row(variant.number, variant.values, figures.all_of(self.metrics), OK)
        except _UnknownFigureError as error:
            reason = UNKNOWN, "unknown-value", f"{quote(error.name)} is unknown"
            return Row(variant.number, variant.values, figures.all_of(self.metrics), *reason)
        except SpecError as error:
            return self.refused(variant, error.diagnostics[0])
        except FormulaError as error:
            return self.refused(variant, Diagnostic("formula", error.message, None, error.cure))

    def refused(self, variant: Variant, problem: Diagnostic) -> Row:
        """Return the row of a variant that is no network."""
        unknown = dict.fromkeys(self.metrics)
        return Row(variant.number, variant.values, unknown, REFUSED, problem.code, problem.message)

    def _keeps(self, figures: "_Figures") -> bool:
        limits = sorted(self.limits, key=_DEAR.__contains__)
        return all(figures.known(name) <= self.limits[name] for name in limits) and all(
            condition.holds(figures) for condition in self.conditions
        )

    @property
    def wanted(self) -> list[str]:
        """All metrics that may be needed."""
        named = {name for condition in self.conditions for name in condition.metrics}
        return [name for name in FIGURES if name in named or name in self.metrics or name in self.limits]


class _UnknownFigureError(Exception):
    """A condition depends on a figure that is unknown."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _Figures(Mapping[str, Value]):
    """A variant's metrics and variables by name, computed when one is first looked up: the dear ones by themselves."""

    def __init__(self, question: Question, variant: Variant) -> None:
        self._question = question
        self._variant = variant
        self._variables: Mapping[str, Value] = {**question.template.variables, **variant.variables}
        self._metrics: dict[str, int | None] = {}

    def __getitem__(self, name: str) -> Value:
        return self.known(name) if name in FIGURES else self._variables[name]

    def __contains__(self, name: object) -> bool:
        return name in FIGURES or name in self._variables

    def __iter__(self) -> Iterator[str]:
        return iter((*FIGURES, *self._variables))

    def __len__(self) -> int:
        return len(FIGURES) + len(self._variables)

    def known(self, name: str) -> int:
        """Return a metric. Errors: _UnknownFigureError where it is unknown; SpecError where it is no network."""
        value = self._metric(name)
        if value is None:
            raise _UnknownFigureError(name)
        return value

    def all_of(self, names: Sequence[str]) -> dict[str, int | None]:
        """Return metrics. Errors: SpecError where it is no network."""
        if not names:
            self._metric("layers")
        return {name: self._metric(name) for name in names}

    def _metric(self, name: str) -> int | None:
        if name not in self._metrics:
            variant = self._variant
            alike = {name, *(other for other in self._question.wanted if (other in _DEAR) == (name in _DEAR))}
            self._metrics |= self._question.template.totals(
                variables=variant.variables, input=variant.input, metrics=alike
            )
        return self._metrics[name]
