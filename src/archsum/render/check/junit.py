"""Checks as JUnit's XML: a suite for each file, a test for each limit.

There is no standard; it is what Ant's schema has, and what Jenkins and GitLab read.
Source: https://github.com/windyroad/JUnit-Schema and https://docs.gitlab.com/ci/testing/unit_test_reports/
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from archsum.budget import Check, Verdict
from archsum.errors import Diagnostic, one_line
from archsum.render.check import text
from archsum.render.check.findings import Finding, findings

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_COMMANDS = {"::": "&#58;&#58;", "##": "&#35;#"}
"""How those lines begin that CI systems take for commands when a log has them, and what is the same in XML."""


def render(checks: Iterable[tuple[str, Check]]) -> str:
    """Return the suites: a limit that is broken is a failure, one that cannot be checked an error."""
    suites = Element("testsuites")
    for number, (file, check) in enumerate(checks):
        suites.append(_suite(number, file, check))
    indent(suites)
    document = tostring(suites, encoding="unicode")
    for sign, same in _COMMANDS.items():
        document = document.replace(sign, same)
    return f"{_HEAD}\n{document}"


def _suite(number: int, file: str, check: Check) -> Element:
    name = one_line(file).strip() or "-"
    broken = {(found.rule, found.subject): found for found in findings([(file, check)]) if found.kind == "over-budget"}
    cases = [_case(name, verdict, broken.get((verdict.name, verdict.block or ""))) for verdict in check.verdicts]
    if not cases and check.problems:
        cases = [_with_error(_test(name, "can be checked"), check.problems)]
    suite = Element(
        "testsuite",
        name=name,
        package="",
        id=str(number),
        timestamp=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        hostname="localhost",
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        skipped="0",
        time="0",
    )
    SubElement(suite, "properties")
    suite.extend(cases)
    SubElement(suite, "system-out").text = text.render(check, file) if check.verdicts else ""
    SubElement(suite, "system-err").text = "\n\n".join(map(str, check.warnings))
    return suite


def _test(file: str, name: str) -> Element:
    return Element("testcase", classname=file, name=name, time="0")


def _case(file: str, verdict: Verdict, broken: Finding | None) -> Element:
    case = _test(file, f"{verdict.name} of {one_line(verdict.block)}" if verdict.block else verdict.name)
    if broken:
        SubElement(case, "failure", type=broken.kind, message=broken.headline).text = broken.message
    elif verdict.ok is None:
        _with_error(case, verdict.problems)
    return case


def _with_error(case: Element, problems: Iterable[Diagnostic]) -> Element:
    """Return a test with what keeps it from being run."""
    first, *others = problems
    more = f", and {len(others):,} more" if others else ""
    error = SubElement(case, "error", type=first.code, message=one_line(first.message) + more)
    error.text = "\n\n".join(map(str, (first, *others)))
    return case
