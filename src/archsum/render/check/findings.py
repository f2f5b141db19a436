"""What a check has to say to a CI system: what is wrong with files, or doubtful, and limits that are broken or near."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from archsum.budget import MAX_CONTRIBUTORS, Check, Verdict
from archsum.errors import Diagnostic, Place, Span, as_text, one_line
from archsum.render.check.relative import relative_to
from archsum.render.layout import cut
from archsum.render.numbers import percent

_NUMBER = re.compile(r"(?<!\w)[-+]?\d[\d,.]*")

Kind = Literal["problem", "warning", "over-budget", "near-limit"]


class Finding(NamedTuple):
    """One thing to report of a file."""

    file: str
    kind: Kind
    rule: str
    """The code of a problem, or the name of a limit."""
    message: str
    """In lines: the first is what it is about."""
    place: Place | None
    """None where it is of the file as a whole."""
    related: tuple[tuple[str, Place], ...] = ()
    """Other places in the file, and what is there."""
    subject: str = ""
    """What tells it from others of the rule, whatever its line and the values in it."""

    @property
    def level(self) -> Literal["error", "warning"]:
        """How grave it is, as GitHub and SARIF call it."""
        return "warning" if self.kind in ("warning", "near-limit") else "error"

    @property
    def headline(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]


def findings(checks: Iterable[tuple[str, Check]]) -> Iterator[Finding]:
    """Yield what is to be reported of files; nothing where all is well."""
    for file, check in checks:
        yield from (_problem(file, problem) for problem in (*check.problems, *check.warnings))
        for verdict in check.verdicts:
            if verdict.ok is False:
                yield _over(file, check.name or file, verdict)
            elif verdict.warns:
                message = _compared(check.name or file, verdict, "near")
                yield Finding(file, "near-limit", verdict.name, message, None, subject=verdict.block or "")


def path_of(file: str) -> str:
    """Return a file's path from the current folder, with `/` between folders."""
    path = os.path.relpath(file) if os.path.isabs(file) else os.path.normpath(file)
    return as_text(path.replace(os.sep, "/"))


def fingerprints(found: Iterable[Finding]) -> Iterator[str]:
    """Yield what tells each finding from the others, and stays when its line or the values in it change."""
    counts: Counter[tuple[str, ...]] = Counter()
    for finding in found:
        key = (path_of(finding.file), finding.rule, as_text(finding.subject))
        counts[key] += 1
        yield hashlib.sha256("\0".join((*key, str(counts[key]))).encode()).hexdigest()[:32]


def _problem(file: str, problem: Diagnostic) -> Finding:
    span = problem.span
    is_here = span is not None and span.file == file
    lines = [problem.message]
    if span and not is_here:  # such as in what a limit is relative to
        lines.append(span.place)
    lines += [f"help: {problem.cure}"] if problem.cure else []
    notes = tuple((text, place) for text, place in problem.notes if place.file == file)
    return Finding(
        file,
        "warning" if problem.is_warning else "problem",
        problem.code,
        _clean(lines),
        span if is_here else None,
        tuple((one_line(text), place) for text, place in notes),
        _NUMBER.sub("0", span.text if isinstance(span, Span) else span.within) if span else "",
    )


def _over(file: str, name: str, verdict: Verdict) -> Finding:
    shown, more = cut(verdict.contributors, MAX_CONTRIBUTORS, "layer")
    layers = [f"{layer.name} {value:,} ({percent(value, whole)})" for layer, value, whole in shown]
    places = [layer.span for layer, *_ in shown]
    in_lines = [f"{text}, {place.place}" for text, place in zip(layers, places, strict=True)]
    relative = [relative_to(verdict)] if verdict.relative else []
    cures = [f"help: {cure}" for cure in verdict.cures]
    return Finding(
        file,
        "over-budget",
        verdict.name,
        _clean([_compared(name, verdict, "over"), *relative, *in_lines, *more, *cures]),
        places[0] if places else None,
        tuple(zip(map(one_line, layers[1:]), places[1:], strict=True)),
        verdict.block or "",
    )


def _compared(name: str, verdict: Verdict, how: str) -> str:
    unit = f" {verdict.metric.unit}" if verdict.metric.unit else ""
    return one_line(f"{name}: {verdict.title} {verdict.value:,}{unit}, {how} the limit of {verdict.limit:,}{unit}")


def _clean(lines: Iterable[str]) -> str:
    """Put lines together, without what they quote that would steer a log."""
    return "\n".join(map(one_line, lines))
