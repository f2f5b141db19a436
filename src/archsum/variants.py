"""A network file, read once, and the figures of its variants."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from archsum.budget.metrics import METRICS as LIMITABLE
from archsum.errors import Diagnostic, enumerate_words, one_line, suggest
from archsum.formula import Value
from archsum.language.loading import NetworkFile
from archsum.language.network import Network
from archsum.language.read.settings import InputShape, require_overrides
from archsum.language.spec.budget import Budget, StatedDevice
from archsum.language.spec.document import Document
from archsum.language.spec.training import Training
from archsum.memory.costs import Costs
from archsum.propagate import propagate
from archsum.summary import Totals

METRICS: Mapping[str, Callable[[Costs], int | None]] = MappingProxyType(
    {name.removeprefix("max_"): metric.of_network for name, metric in LIMITABLE.items()}
    | {"non_trainable_params": lambda costs: costs.summary.non_trainable_params}
)
"""The metrics of a variant: those that a budget can limit, by the names of its limits without `max_`, and one more."""

OF_LAYERS: Mapping[str, Callable[[Totals], int | None]] = MappingProxyType(
    {name.removeprefix("max_"): metric.of_layers for name, metric in LIMITABLE.items() if metric.of_layers}
    | {"non_trainable_params": lambda totals: totals.non_trainable_params}
)
"""Of these, those for which it is enough to know what layers there are."""

IN_BYTES = frozenset(name.removeprefix("max_") for name, metric in LIMITABLE.items() if metric.unit == "bytes")
"""Those that are memory."""

_AS_IN_FILE: Mapping[str, Value] = MappingProxyType({})


class Template:
    """A network file, read and checked once: each variant of it has other values of its variables, or other inputs.

    It can be pickled, with its text in it, and used by several threads at once.
    """

    def __init__(self, content: bytes | str, name: str, input: InputShape | None = None) -> None:  # noqa: A002
        """Read a file's content; `name` is what places call the file, `input` overrides its own in every variant.

        Errors: SpecError with every problem in the file, where there is one that other values do not solve.
        """
        self._source = content, name, input
        self._input = input
        self._file = NetworkFile(content, name)
        document = self._file.document({}, input)
        self.name: str = self._file.called(document)
        """The network's name, as the file stands."""
        self.variables: Mapping[str, Value] = MappingProxyType(document.variables)
        """The variables and their defaults."""
        self.budget: Budget = document.budget
        self.training: Training = document.training
        self.devices: Mapping[str, StatedDevice] = document.devices
        self.unused_variables: Mapping[str, Diagnostic] = self._file.unused_variables
        """Warnings of the variables that nothing in the file uses, by their names."""

    def network(
        self,
        variables: Mapping[str, Value] = _AS_IN_FILE,
        input: InputShape | None = None,  # noqa: A002
    ) -> Network:
        """Return a variant, as `load` does of the file with the same `variables` and `input`.

        Errors: SpecError with every problem in the variant; shapes that do not fit are found by `summarize`.
        """
        return self._file.network(variables, self._chosen(variables, input))

    def document(
        self,
        variables: Mapping[str, Value] = _AS_IN_FILE,
        input: InputShape | None = None,  # noqa: A002
    ) -> Document:
        """Return what a variant says beside its layers, such as its budget, without writing them out.

        Errors: SpecError with every problem in the variant, where there is one that is not of the layers' values alone.
        """
        return self._file.document(variables, self._chosen(variables, input))

    def costs(
        self,
        variables: Mapping[str, Value] = _AS_IN_FILE,
        input: InputShape | None = None,  # noqa: A002
        *,
        training: Mapping[str, Any] = _AS_IN_FILE,
    ) -> Costs:
        """Return what a variant costs of memory; `training` takes the place of what the file says of it.

        Errors: SpecError with every problem in the variant.
        """
        network = self.network(variables, input)
        return Costs.of(network, propagate(network.graph, network.engine), training)

    def totals(
        self,
        variables: Mapping[str, Value] = _AS_IN_FILE,
        input: InputShape | None = None,  # noqa: A002
        *,
        metrics: Collection[str],
        training: Mapping[str, Any] = _AS_IN_FILE,
    ) -> Mapping[str, int | None]:
        """Return the figures of a variant that are asked for; None is one that is unknown.

        `metrics` are those that a budget can limit, without `max_`, as in `params`; and `non_trainable_params`.

        `training` takes the place of what the file says of it.

        Errors: SpecError with every problem in the variant; ValueError for a metric that there is not;
        TypeError for a text in the place of a list.
        """
        require_list(metrics)
        if unknown := [name for name in metrics if name not in METRICS]:
            raise ValueError(f"there is no metric {unknown[0]!r}: choose from {', '.join(METRICS)}")
        if all(name in OF_LAYERS for name in metrics):
            totals = self._file.totals(variables, self._chosen(variables, input))
            return {name: OF_LAYERS[name](totals) for name in metrics}
        costs = self.costs(variables, input, training=training)
        return {name: METRICS[name](costs) for name in metrics}

    def mentions(self, word: str) -> bool:
        """Whether a word is anywhere in the file's text; a name that is not is one of no variant's."""
        return self._file.mentions(word)

    def has_formulas(self, field: str) -> bool:
        """Whether what the file says of a field, such as `budget`, is computed, so that variants may have others."""
        return self._file.has_formulas(field)

    def _chosen(
        self,
        variables: Mapping[str, Value],
        input: InputShape | None,  # noqa: A002
    ) -> InputShape | None:
        """Return the input of a variant, None for the file's own. Errors: TypeError for what overrides nothing."""
        require_overrides(variables, input)
        return self._input if input is None else input

    def __reduce__(self) -> tuple[type["Template"], tuple[bytes | str, str, InputShape | None]]:
        return type(self), self._source

    def __repr__(self) -> str:
        return f"<Template of {one_line(self.name)}: variables={', '.join(map(one_line, self.variables))}>"


def suggest_metric(word: str, others: Collection[str] = ()) -> str:
    """Return what to write instead of a word that is no metric, and none of others that may be in its place."""
    return suggest(word, (*METRICS, *others)) or f"the metrics are {enumerate_words(METRICS)}"


def require_list(metrics: Collection[str]) -> None:
    """Errors: TypeError for a text, which is a collection of letters."""
    if isinstance(metrics, str):
        raise TypeError(f'`metrics` takes a list of names, such as ["params"], not the text {metrics!r}')
