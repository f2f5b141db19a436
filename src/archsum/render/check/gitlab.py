"""Checks for GitLab's Code Quality: what a merge request adds to what is over, near or wrong, and what it mends.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from collections.abc import Iterable
from typing import Any

from archsum.budget import Check
from archsum.render.check.findings import Finding, Kind, findings, fingerprints, path_of
from archsum.render.json import dumps

_SEVERITIES: dict[Kind, str] = {
    "problem": "critical",
    "over-budget": "major",
    "near-limit": "minor",
    "warning": "minor",
}


def render(checks: Iterable[tuple[str, Check]]) -> str:
    """Return a list with an entry for each limit that is broken or near, and each problem."""
    found = list(findings(checks))
    return dumps([_entry(*pair) for pair in zip(found, fingerprints(found), strict=True)])


def _entry(finding: Finding, fingerprint: str) -> dict[str, Any]:
    line = finding.place.line if finding.place else None
    return {
        "description": finding.message.replace("\n", "; "),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.kind],
        "location": {"path": path_of(finding.file), "lines": {"begin": line or 1}},
    }
