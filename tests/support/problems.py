"""What is wrong with a file."""

import io

import archsum
from archsum import Diagnostic, SpecError


def problems(text: str) -> list[Diagnostic]:
    """Return all that is wrong with a file; nothing where it can be summarized."""
    try:
        archsum.summarize(io.StringIO(text))
    except SpecError as error:
        return error.diagnostics
    return []
