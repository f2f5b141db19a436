"""Checks as GitHub's annotations: what is over, near or wrong shows in a pull request, what has a line at its line.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
and for the escapes https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
"""

from collections.abc import Iterable, Iterator

from archsum.budget import MAX_CONTRIBUTORS, Check, Verdict
from archsum.errors import Diagnostic, Place, one_line
from archsum.render.layout import cut
from archsum.render.numbers import percent


def render(checks: Iterable[tuple[str, Check]]) -> str:
    """Return one line for each limit that is broken or near, and each problem; nothing where all is well."""
    return "\n".join(line for file, check in checks for line in _annotations(file, check))


def _annotations(file: str, check: Check) -> Iterator[str]:
    for problem in check.problems:
        yield _annotation(file, problem.span, problem.code, _message(problem))
    for verdict in check.verdicts:
        if verdict.ok is False:
            span = verdict.contributors[0].layer.span if verdict.contributors else None
            yield _annotation(file, span, "over-budget", _verdict(check.name or file, verdict, "over"))
        elif verdict.warns:
            yield _annotation(file, None, "near-limit", _verdict(check.name or file, verdict, "near"), level="warning")


def _message(problem: Diagnostic) -> str:
    return f"{problem.message}\nhelp: {problem.cure}" if problem.cure else problem.message


def _verdict(name: str, verdict: Verdict, how: str) -> str:
    unit = f" {verdict.metric.unit}" if verdict.metric.unit else ""
    compared = f"{name}: {verdict.title} {verdict.value:,}{unit}, {how} the limit of {verdict.limit:,}{unit}"
    shown, more = cut(verdict.contributors, MAX_CONTRIBUTORS, "layers")
    layers = [f"{layer.name} {value:,} ({percent(value, whole)}), {layer.span.place}" for layer, value, whole in shown]
    return "\n".join([compared, *layers, *more, *(f"help: {cure}" for cure in verdict.cures)])


def _annotation(file: str, span: Place | None, title: str, message: str, level: str = "error") -> str:
    place = {"line": span.line, "col": span.column} if span and span.line else {}
    properties = {"file": file, **place, "title": title}
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    # What a message quotes may hold signs that would steer the log; the file's name must stay what it is.
    safe = "\n".join(map(one_line, message.split("\n")))
    return f"::{level} {written}::{_data(safe)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
