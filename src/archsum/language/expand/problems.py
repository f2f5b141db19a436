"""What is found wrong with a network as it is written out."""

from collections.abc import Iterable

from archsum.bounds import MAX_FOUND, MAX_REPORTED
from archsum.errors import Diagnostic, Span
from archsum.graph import Use


class StopError(Exception):
    """The network has no bounds, or enough has been found."""


class Problems:
    """Each problem once, however often a block is used, with where the first such use is."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, Span | None], Diagnostic] = {}
        self._reported = 0

    def report(self, problems: Iterable[Diagnostic], uses: Iterable[Use]) -> None:
        """Note problems. Errors: StopError for a network without bounds, and where enough has been found."""
        is_too_large = False
        for problem in problems:
            self._reported += 1
            is_too_large |= problem.code == "too-large"
            key = problem.code, problem.message, problem.span
            if key not in self._found:
                notes = tuple(use.note for use in uses)
                self._found[key] = problem._replace(notes=problem.notes + notes)
        if is_too_large or len(self._found) >= MAX_FOUND or self._reported >= MAX_REPORTED:
            raise StopError

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """All that was found."""
        return list(self._found.values())
