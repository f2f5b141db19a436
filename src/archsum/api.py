"""The functions that the package offers; the command line is thin over them."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archsum import language
from archsum.language import File, Model
from archsum.language.scalars import Scalar
from archsum.propagate import propagate
from archsum.summary import Summary

if TYPE_CHECKING:
    from archsum.budget import Check
    from archsum.explanation import Explanation

__all__ = ["Model", "Summary", "check", "explain", "load", "summarize"]


def load(
    file: File,
    *,
    variables: Mapping[str, Scalar] | None = None,
    input: Sequence[int | None] | None = None,  # noqa: A002
) -> Model:
    """Read a network file: its graph and its budget.

    `file` is a path or an open file; `variables` and `input` (sizes without the batch axis) override the file's own.

    Errors: SpecError with every problem in the file, shapes that do not fit included.
    """
    with _uncollected():
        return language.load(file, variables=variables, input=input)


def summarize(
    file: File | Model,
    *,
    variables: Mapping[str, Scalar] | None = None,
    input: Sequence[int | None] | None = None,  # noqa: A002
) -> Summary:
    """Summarize a network file, or a Model that `load` returned; printed, the summary is a table.

    Errors: SpecError with every problem in the file.
    """
    with _uncollected():
        model = file if isinstance(file, Model) else language.load(file, variables=variables, input=input)
        return propagate(model.graph)


def check(
    file: File | Model,
    budget: Mapping[str, int | str | None] | None = None,
    *,
    variables: Mapping[str, Scalar] | None = None,
    input: Sequence[int | None] | None = None,  # noqa: A002
) -> "Check":
    """Compare a network file with its budget; printed, the verdicts are a table.

    The limits of `budget`, as in `{"max_params": "5M"}`, take the place of the file's own, or are added to them.
    `ok` is None, and `problems` says why, where a limit could not be checked.

    Errors: SpecError with every problem in the file or in `budget`, and where there is no limit at all.
    """
    from archsum.budget import check, override

    model = file if isinstance(file, Model) else load(file, variables=variables, input=input)
    return check(summarize(model), override(model.budget, budget or {}))


def explain(
    file: File | Model,
    layer: str | None = None,
    *,
    variables: Mapping[str, Scalar] | None = None,
    input: Sequence[int | None] | None = None,  # noqa: A002
) -> "Explanation":
    """Derive the numbers of a network file's layers, or of the one named; printed, the derivation is a text.

    Errors: SpecError with every problem in the file, and where no layer has the name.
    """
    from archsum.explanation import explain

    return explain(summarize(file, variables=variables, input=input), layer)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the garbage collector: reading only builds, and each collection would search the growing whole in vain."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
