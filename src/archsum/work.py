"""How much work a file may make: one budget, which is spent where the work is done.

A step is about a microsecond. What a file says once, blocks and repeats can multiply; so its size alone bounds neither
time nor memory. A network's files are large where the network is, and may take longer.
"""

from collections.abc import Hashable
from math import inf

from archsum.bounds import MAX_STEPS, SMALL_FILE, STEPS, STEPS_PER_CHARACTER
from archsum.errors import Diagnostic, Place, SpecError, quote


def steps_allowed(characters: int) -> int:
    """Return how many steps the network of a file may take to write out, and as many for each question about it."""
    return MAX_STEPS + STEPS_PER_CHARACTER * max(0, characters - SMALL_FILE)


class Work:
    """The steps of one piece of work, counted by what they are for."""

    def __init__(self, allowed: float = inf) -> None:
        self._allowed = allowed
        self._counts = dict.fromkeys(STEPS, 0)
        self._steps = 0
        self.counted: set[Hashable] = set()
        """What is counted when it is first done, and not again, as what comes of it is kept."""

    def spend(self, what: str, number: int = 1) -> bool:
        """Count what is done, a word of `STEPS` and how many; return whether it is too much by now."""
        self._counts[what] += number
        self._steps += number * STEPS[what]
        return self._steps > self._allowed

    @property
    def steps(self) -> int:
        """All that has been spent."""
        return self._steps

    @property
    def left(self) -> float:
        """The steps that are still allowed."""
        return self._allowed - self._steps

    @property
    def is_too_much(self) -> bool:
        """Whether more has been spent than is allowed."""
        return self._steps > self._allowed

    def diagnose(self, subject: str, span: Place | None, cure: str) -> Diagnostic:
        """Report that it is too much, and what most of it is."""
        least = self._steps / 100
        *most, last = [f"{number:,} {what}" for what, number in self._counts.items() if number * STEPS[what] > least]
        listed = f"{', '.join(most)} and {last}" if most else last
        return Diagnostic("too-large", f"{subject} takes more work than a file of this size may: {listed}", span, cure)

    def require(self, subject: str, name: str, cure: str) -> None:
        """Check what has been spent on a question about a network. Errors: SpecError where it is too much."""
        if self.is_too_much:
            raise SpecError([self.diagnose(f"{subject} {quote(name)}", None, cure)])
