"""Checks as SARIF 2.1.0, for GitHub's code scanning and other viewers.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
and for what GitHub asks for https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
"""

import os
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archsum.budget import Check
from archsum.errors import Location, Place, Span
from archsum.render.check.findings import Finding, findings, fingerprints, path_of
from archsum.render.check.rules import rule
from archsum.render.json import dumps

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_FINGERPRINT = "archsum/v1"
"""Not GitHub's `primaryLocationLineHash`: its action adds that from the line, and warns of each that is another.

Source: https://github.com/github/codeql-action/blob/main/src/fingerprints.ts
"""
_LINK = re.compile(r"(\\*)\]\(")
"""What ends the words of a link, and makes one."""


def render(checks: Iterable[tuple[str, Check]]) -> str:
    """Return a log of one run, with a result for each limit that is broken or near, and each problem."""
    found = list(findings(checks))
    rules = list(dict.fromkeys(finding.rule for finding in found))
    run = {
        "tool": {"driver": {"name": "archsum", "version": version("archsum"), "rules": list(map(rule, rules))}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder in which archsum has run."}}},
        "results": [
            _result(finding, fingerprint, rules.index(finding.rule))
            for finding, fingerprint in zip(found, fingerprints(found), strict=True)
        ],
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(finding: Finding, fingerprint: str, rule_index: int) -> dict[str, Any]:
    related = [
        {**_location(finding.file, place), "message": _message(text)} for text, place in finding.related if place.line
    ]
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": finding.level,
        "message": _message(finding.message),
        "locations": [_location(finding.file, finding.place)],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {_FINGERPRINT: fingerprint},
    }


def _message(text: str) -> dict[str, str]:
    """Return a message in which nothing is a link."""
    return {"text": _LINK.sub(r"\1\1\\](", text)}


def _location(file: str, place: Place | None) -> dict[str, Any]:
    physical = {"artifactLocation": _artifact(file), "region": _region(place)}
    if isinstance(place, Location) and place.within:
        return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": place.within}]}
    return {"physicalLocation": physical}


def _region(place: Place | None) -> dict[str, int]:
    """Return where something is; GitHub needs a line, though it be of the file as a whole."""
    if not isinstance(place, Span):
        return {"startLine": 1}
    end = min(place.end, len(place.source.text))
    behind = Span(place.source, end, end)
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": behind.line,
        "endColumn": behind.column,
    }


def _artifact(file: str) -> dict[str, str]:
    path = path_of(file)
    if path.startswith("../"):
        return {"uri": Path(os.path.abspath(file)).as_uri()}
    return {"uri": quote(path), "uriBaseId": _ROOT}
