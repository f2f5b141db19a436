"""What CI systems read, checked as they do: against the schemas that they publish."""

import json
from functools import cache
from typing import Any
from xml.etree import ElementTree

from jsonschema import Draft4Validator, Draft202012Validator
from xmlschema import XMLSchema

from tests.support.paths import ROOT

SCHEMAS = ROOT / "tests" / "support" / "schemas"
SEVERITIES = ("info", "minor", "major", "critical", "blocker")


@cache
def _json_schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


@cache
def _xml_schema(name: str) -> XMLSchema:
    return XMLSchema(SCHEMAS / name)


def read_sarif(text: str) -> dict[str, Any]:
    """Return the run of a log. Fails where it is not valid, or lacks what GitHub asks for."""
    log = json.loads(text)
    Draft4Validator(_json_schema("sarif-2.1.0.json"), format_checker=Draft4Validator.FORMAT_CHECKER).validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        texts = (rule["shortDescription"]["text"], rule["fullDescription"]["text"])
        assert all(0 < len(text) <= 1024 for text in texts)
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        assert result["partialFingerprints"]["archsum/v1"]
    found: dict[str, Any] = run
    return found


def read_junit(text: str) -> list[ElementTree.Element]:
    """Return the suites of a report. Fails where it is not valid, by Ant's schema and by Jenkins's."""
    for name in ("junit-ant.xsd", "junit-jenkins.xsd"):
        _xml_schema(name).validate(text)
    suites = list(ElementTree.fromstring(text))
    for suite in suites:
        cases = suite.findall("testcase")
        names = {(case.get("classname"), case.get("name")) for case in cases}
        assert len(names) == len(cases)  # of others GitLab takes the first alone
        for attribute, tag in (("failures", "failure"), ("errors", "error")):
            assert int(suite.get(attribute, "")) == sum(case.find(tag) is not None for case in cases)
        assert int(suite.get("tests", "")) == len(cases)
    return suites


def read_gitlab(text: str) -> list[dict[str, Any]]:
    """Return the entries of a report. Fails where GitLab would not take one, or take two for one."""
    entries: list[dict[str, Any]] = json.loads(text)
    validator = Draft202012Validator(_json_schema("gitlab-code-quality.json"))
    for entry in entries:
        validator.validate(entry)
        assert entry.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in SEVERITIES
        assert entry["location"]["lines"]["begin"] >= 1
        assert not entry["location"]["path"].startswith(("/", "./"))
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    return entries
