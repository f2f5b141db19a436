"""The least of a failing file that still fails in the same way."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tests.fuzz.campaign import examine
from tests.fuzz.case import FILE, Case
from tests.fuzz.kinds import all_kinds
from tests.fuzz.runner import Runner


def reduce(place: Path) -> str:
    """Shorten a saved case's file, line by line and then sign by sign; write it, and return it."""
    case = Case.load(place)
    (kind,) = (kind for kind in all_kinds() if kind.name == case.kind)
    runner = Runner()

    def failure(content: bytes) -> str:
        found = examine(kind, replace(case, content=content), runner)
        return found.reason.partition(":")[0] if found else ""

    wanted = failure(case.content)
    if not wanted:
        return "it does not fail"
    content = shortened(case.content.splitlines(keepends=True), lambda parts: failure(b"".join(parts)) == wanted)
    signs = [content[place : place + 1] for place in range(len(content))]
    content = shortened(signs, lambda parts: failure(b"".join(parts)) == wanted)
    (place / FILE).write_bytes(content)
    return content.decode("utf-8", "backslashreplace")


def shortened(parts: Sequence[bytes], fails: Callable[[Sequence[bytes]], bool]) -> bytes:
    """Take away parts as long as what is left fails: large stretches first, then small ones."""
    size = len(parts) // 2
    while size:
        begin = 0
        while begin < len(parts):
            fewer = [*parts[:begin], *parts[begin + size :]]
            if fails(fewer):
                parts = fewer
            else:
                begin += size
        size //= 2
    return b"".join(parts)
