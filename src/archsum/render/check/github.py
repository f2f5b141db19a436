"""Checks as GitHub's annotations: what is over, near or wrong shows in a pull request, what has a line at its line.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
and for the escapes https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
"""

from collections.abc import Iterable, Mapping

from archsum.budget import Check
from archsum.render.check.findings import Finding, findings


def render(checks: Iterable[tuple[str, Check]]) -> str:
    """Return one line for each limit that is broken or near, and each problem; nothing where all is well."""
    return "\n".join(map(_annotation, findings(checks)))


def _annotation(finding: Finding) -> str:
    place = finding.place
    at = {"line": place.line, "col": place.column} if place and place.line else {}
    title = finding.rule if finding.kind in ("problem", "warning") else finding.kind
    # The file's name must stay what it is.
    return command(finding.level, finding.message, {"file": finding.file, **at, "title": title})


def command(level: str, message: str, properties: Mapping[str, object]) -> str:
    """Return the line of a log that GitHub shows as a message of this level, whatever is in it."""
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{level} {written}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
