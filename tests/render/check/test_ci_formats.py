"""SARIF, JUnit's XML and GitLab's Code Quality: valid, each thing at its place, and nothing taken for markup."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from archsum.cli import main
from archsum.codes import CODES
from archsum.render.check.rules import rule
from tests.fuzz.kinds.names import HOSTILE
from tests.support.ci_formats import read_gitlab, read_junit, read_sarif

NETWORK = """\
input: [8]
layers:
  - dense: {name: first, units: 4}
  - dense: {name: second, units: 4}
budget: {max_params: 55, max_macs: 1k, warn_at: 4%, blocks: {first: {max_params: 30}}}
"""
# 8 × 4 + 4 and 4 × 4 + 4: 56 parameters and 48 MACs.
BROKEN = """\
input: [8]
layers:
  - dense: {units: 0}
  - dense: {units: -1}
  - dense: {unit: 3}
"""
READERS: dict[str, Callable[[str], Any]] = {"sarif": read_sarif, "junit": read_junit, "gitlab": read_gitlab}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(exist_ok=True, parents=True)
    Path(name).write_text(text, encoding="utf-8")


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Return what reads the output of a check, in a format."""

    def run(style: str, *arguments: str) -> Any:
        main(["check", *arguments, "--format", style])
        return READERS[style](capsys.readouterr().out)

    return run


def test_sarif(check: Callable[..., Any]) -> None:
    write("models/my net.yaml", NETWORK)
    run = check("sarif", "models/my net.yaml")
    params, macs, block = run["results"]
    assert [result["ruleId"] for result in run["results"]] == ["max_params", "max_macs", "max_params"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "error"]
    assert params["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "models/my%20net.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 10},
    }
    assert params["message"]["text"].startswith("my net: parameters 56, over the limit of 55\nfirst 36 (64.3 %)")
    (second,) = params["relatedLocations"]
    assert (second["message"]["text"], second["physicalLocation"]["region"]["startLine"]) == ("second 20 (35.7 %)", 4)
    assert macs["message"]["text"] == "my net: MACs 48, near the limit of 1,000"
    assert macs["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert block["message"]["text"].startswith("my net: parameters of first 36, over the limit of 30")


def test_files_by_their_paths_from_the_folder(folder: Path, check: Callable[..., Any]) -> None:
    write("in/net.yaml", NETWORK)
    write("in/here/net.yaml", NETWORK)
    absolute = str(folder / "in" / "net.yaml")
    for file in ("in/net.yaml", "./in//net.yaml", "in/here/../net.yaml", absolute):
        uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in
                check("sarif", file)["results"]}  # fmt: skip
        assert uris == {"in/net.yaml"}
        assert {entry["location"]["path"] for entry in check("gitlab", file)} == {"in/net.yaml"}


def test_a_file_outside_the_folder_has_an_address_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch, check: Callable[..., Any]
) -> None:
    write("net.yaml", NETWORK)
    write("within/net.yaml", NETWORK)
    monkeypatch.chdir("within")
    (params, *_) = check("sarif", "../net.yaml")["results"]
    artifact = params["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": (folder / "net.yaml").as_uri()}


def test_many_lines_and_signs_beyond_ascii(check: Callable[..., Any]) -> None:
    write(
        "net.yaml",
        "input: [8]\nlayers:\n  - dense: {units: 3, name: größe}  # 😀\n  - dense: {units: [4,\n     relu]}\n",
    )
    (result,) = check("sarif", "net.yaml")["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (4, 20)
    assert (region["endLine"], region["endColumn"]) == (5, 11)


@pytest.mark.parametrize("style", READERS)
def test_broken_files_are_in_it_beside_the_others(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("net.yaml", NETWORK)
    write("broken.yaml", BROKEN)
    assert main(["check", "net.yaml", "broken.yaml", "missing.yaml", "--format", style]) == 2
    printed = capsys.readouterr()
    assert printed.err.count("error[") == 4
    found = READERS[style](printed.out)
    if style == "sarif":
        places = [result["locations"][0]["physicalLocation"] for result in found["results"]]
        lines = [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places]
    elif style == "gitlab":
        lines = [(entry["location"]["path"], entry["location"]["lines"]["begin"]) for entry in found]
    else:
        assert [(suite.get("name"), suite.get("failures"), suite.get("errors")) for suite in found] == [
            ("net.yaml", "2", "0"), ("broken.yaml", "0", "1"), ("missing.yaml", "0", "1"),
        ]  # fmt: skip
        return
    assert lines[3:] == [("broken.yaml", 3), ("broken.yaml", 4), ("broken.yaml", 5), ("missing.yaml", 1)]


def test_what_is_wrong_where_there_are_no_lines(check: Callable[..., Any]) -> None:
    layers = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 8], "name": "in"}},
        {"class_name": "Mine", "config": {"units": 3, "name": "mine"}},
    ]
    write("model.json", json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": layers}}))
    (result,) = check("sarif", "model.json", "--max-params", "5")["results"]
    (location,) = result["locations"]
    assert location["logicalLocations"] == [{"fullyQualifiedName": "config.layers[1]"}]
    (entry,) = check("gitlab", "model.json", "--max-params", "5")
    assert entry["location"] == {"path": "model.json", "lines": {"begin": 1}}


def identities(style: str, found: Any) -> list[str]:
    if style == "gitlab":
        return [entry["fingerprint"] for entry in found]
    return [result["partialFingerprints"]["archsum/v1"] for result in found["results"]]


@pytest.mark.parametrize("style", ["sarif", "gitlab"])
@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (NETWORK, {"units: 4}\nbudget": "units: 7}\nbudget", "layers:": "# a comment\n\nlayers:", "[8]": "[9]"}),
        (BROKEN, {"units: 0": "units: -20", "layers:": "\n\nlayers:", "unit: 3": "unit: 4"}),
    ],
)
def test_what_is_reported_stays_the_same_whatever_its_line_and_values(
    style: str, text: str, changes: dict[str, str], check: Callable[..., Any]
) -> None:
    write("net.yaml", text)
    before = identities(style, check(style, "net.yaml"))
    assert len(set(before)) == len(before) == 3
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    write("net.yaml", text)
    assert identities(style, check(style, "net.yaml")) == before
    write("other.yaml", text)
    assert not {*identities(style, check(style, "other.yaml"))} & {*before}


def test_failures_and_errors_of_junit(check: Callable[..., Any]) -> None:
    write("net.yaml", NETWORK.replace("[8]", "[null, 8]"))
    (suite,) = check("junit", "net.yaml", "--max-layers", "+2")
    cases = {case.get("name"): case for case in suite.findall("testcase")}
    assert [*cases] == ["max_params", "max_macs", "max_layers", "max_params of first"]
    failure, unknown, relative = (
        cases["max_params"].find("failure"), cases["max_macs"].find("error"), cases["max_layers"].find("error"),
    )  # fmt: skip
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == (
        "over-budget", "net: parameters 56, over the limit of 55",
    )  # fmt: skip
    assert unknown is not None
    assert unknown.get("type") == "unknown-value"
    assert (unknown.text or "").startswith("error[unknown-value]: `max_macs` cannot be checked")
    assert relative is not None
    assert relative.get("type") == "no-base"
    assert (suite.findtext("system-out") or "").startswith("net.yaml: not all limits could be checked\n\nMetric ")


def test_a_problem_of_the_past_is_not_put_into_the_present(check: Callable[..., Any]) -> None:
    write("old.yaml", BROKEN)
    write("net.yaml", NETWORK)
    results = check("sarif", "net.yaml", "--max-layers", "+2", "--against", "old.yaml")["results"]
    wrong = [result for result in results if not result["ruleId"].startswith("max_")]
    assert [result["message"]["text"].split("\n")[1] for result in wrong] == [
        "old.yaml:3:20", "old.yaml:4:20", "old.yaml:5:13",
    ]  # fmt: skip
    assert all(result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1} for result in wrong)


@pytest.mark.parametrize("style", READERS)
def test_where_all_is_well(style: str, check: Callable[..., Any]) -> None:
    write("net.yaml", NETWORK)
    found = check(style, "net.yaml", "--max-params", "1M", "--max-macs", "1M")
    assert len(found["results"] if style == "sarif" else found) == 1  # the limit of a block; the suite
    write("net.yaml", NETWORK.partition("budget")[0])
    found = check(style, "net.yaml", "--max-params", "1M")
    assert (found["results"] if style == "sarif" else [] if style == "junit" else found) == []


@pytest.mark.parametrize("style", READERS)
def test_standard_input(style: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    write("net.yaml", NETWORK)
    with Path("net.yaml").open(encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert main(["check", "-", "--format", style]) == 1
    assert READERS[style](capsys.readouterr().out)


HOSTILE_FILES = [name for name in HOSTILE if "\0" not in name and "/" not in name and name.isascii()]


@pytest.mark.parametrize("style", READERS)
@pytest.mark.parametrize("name", [*HOSTILE_FILES, "##vso[task.setvariable]x", "[a](b)", "\\[a\\](b)", "日本", "\udcff"])
def test_names_are_text(style: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of files, and of weights in what is wrong."""
    file = f"{name}.yaml"
    layer = json.dumps({"custom": {"output_shape": [4], "weights": {name: [3, "x"]}}}, ensure_ascii=name != "日本")
    Path(file).write_text(f"input: [8]\nlayers: [{layer}]\n", encoding="utf-8")
    Path(f"{name}2.yaml").write_text(NETWORK, encoding="utf-8")
    assert main(["check", f"./{file}", f"./{name}2.yaml", "--format", style]) == 2
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable()
    assert not [line for line in out.splitlines() if line.lstrip().startswith(("::", "##"))]
    found = READERS[style](out)
    if style == "sarif":
        uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in found["results"]]
        assert unquote(uris[-1]) == f"{name}2.yaml".replace("\udcff", "?")
        for result in found["results"]:
            assert "](" not in result["message"]["text"].replace("\\\\", "").replace("\\]", "")
    elif style == "junit":
        assert len(found) == 2
    else:
        assert found[-1]["location"]["path"] == f"{name}2.yaml".replace("\udcff", "?")


@pytest.mark.parametrize("word", CODES)
def test_rules_have_help_without_html(word: str) -> None:
    help_ = rule(word)["help"]
    assert help_["text"].startswith(CODES[word].cure)
    outside_code = "".join(help_["markdown"].split("`")[::2])
    assert "<" not in outside_code


@pytest.mark.parametrize("style", [*READERS, "github"])
def test_diff_tells_how_the_second_keeps_to_its_budget(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("one.yaml", NETWORK)
    write("two.yaml", NETWORK.replace("max_params: 55", "max_params: +0%").replace("units: 4}\nb", "units: 5}\nb"))
    assert main(["diff", "one.yaml", "two.yaml", "--format", style]) == 0
    out = capsys.readouterr().out
    assert "two: parameters 61, over the limit of 56" in out.replace("%0A", "\n")
    assert "+0% of the 56 of one.yaml: grown by 5 (+8.9 %)" in out.replace("%25", "%")
    if style in READERS:
        assert READERS[style](out)
    assert main(["diff", "one.yaml", "two.yaml", "--format", style, "--exit-code"]) == 1


@pytest.mark.parametrize("style", [*READERS, "github"])
def test_diff_of_broken_files(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("one.yaml", BROKEN)
    write("two.yaml", NETWORK.replace("first", "fir st"))
    assert main(["diff", "one.yaml", "two.yaml", "--format", style]) == 2
    printed = capsys.readouterr()
    assert bool(printed.err) == (style != "github")
    assert "one.yaml" in printed.out
    assert "two.yaml" in printed.out
    if style in READERS:
        assert READERS[style](printed.out)


@pytest.mark.parametrize("style", READERS)
def test_diff_of_a_budget_that_cannot_be_read(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("one.yaml", NETWORK)
    write("two.yaml", NETWORK.replace("max_macs: 1k", "device: nothing"))
    assert main(["diff", "one.yaml", "two.yaml", "--format", style]) == 2
    assert "nothing" in capsys.readouterr().out


DOUBTFUL = "input: [8]\nlayers:\n  - dense: {units: 8, shared: towr}\n"
SAID = "nothing else has the label `towr`, and so nothing shares these weights"


@pytest.mark.parametrize("command", [["check", "net.yaml"], ["diff", "before.yaml", "net.yaml"]], ids=" ".join)
@pytest.mark.parametrize("budget", ["", "budget: {max_params: 99}\n"], ids=["without_a_limit", "within_budget"])
def test_warnings(command: list[str], budget: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They change no exit code, and are said all the same, at their place."""
    write("before.yaml", "input: [8]\nlayers:\n  - dense: 4\n")
    write("net.yaml", f"{DOUBTFUL}{budget}")
    said = {}
    for style in ("sarif", "gitlab", "junit", "github"):
        assert main([*command, "--format", style]) == (2 if command[0] == "check" and not budget else 0)
        said[style] = capsys.readouterr().out
    *_, result = read_sarif(said["sarif"])["results"]
    assert (result["ruleId"], result["level"]) == ("unshared-label", "warning")
    assert result["message"]["text"].startswith(SAID)
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
    *_, entry = read_gitlab(said["gitlab"])
    assert (entry["check_name"], entry["severity"]) == ("unshared-label", "minor")
    assert entry["location"] == {"path": "net.yaml", "lines": {"begin": 3}}
    (suite,) = read_junit(said["junit"])
    assert suite.findtext("system-err", "").startswith(f"warning[unshared-label]: {SAID}")
    assert f"::warning file=net.yaml,line=3,col=31,title=unshared-label::{SAID}%0Ahelp: " in said["github"]


def test_warnings_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    write("net.yaml", f"{DOUBTFUL}budget: {{max_params: 99}}\n")
    assert main(["check", "net.yaml", "--format", "json"]) == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    (warning,) = file["warnings"]
    assert (file["ok"], file["errors"], warning["line"], warning["message"]) == (True, [], 3, SAID)
