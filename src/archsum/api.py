"""The functions that the package offers; the command line is thin over them."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from archsum import language
from archsum.language import File, Model
from archsum.language.scalars import Scalar
from archsum.propagate import propagate
from archsum.summary import Summary

__all__ = ["Model", "Summary", "load", "summarize"]


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
