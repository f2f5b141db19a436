"""Limits that are relative to the past: `archsum check --against`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import archsum
from archsum.cli import main
from tests.conftest import Golden
from tests.support.repository import git

NETWORK = """\
input: [10]
layers:
  - dense: {name: first, units: 10}
  - dense: {name: second, units: 9}
"""
# 10 × 10 + 10 and 10 × 9 + 9: 209 parameters and 190 MACs.
GROWN = NETWORK.replace("units: 9", "units: 10")  # 220 and 200
UNKNOWN = NETWORK.replace("  - dense: {name: second, units: 9}", "  - custom: {name: second, output_shape: [9]}")
BROKEN = NETWORK.replace("units: 9", "unit: 9")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a repository whose branch `main` has the network, and `broken` and `unknown` others of the same name."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    for branch, text in {"main": NETWORK, "broken": BROKEN, "unknown": UNKNOWN}.items():
        git(tmp_path, "checkout", "-q", "-B", branch)
        write("models/net.yaml", text)
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", branch)
    write("models/net.yaml", GROWN)


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Sequence[dict[str, Any]]]:
    """Return the exit code of a check, and the verdicts."""
    code = main(["check", "models/net.yaml", *arguments, "--format", "json"])
    verdicts: Sequence[dict[str, Any]] = json.loads(capsys.readouterr().out)["files"][0]["verdicts"]
    return code, verdicts


@pytest.mark.parametrize(
    ("limit", "code", "allowed"),
    [("+5%", 1, 219), ("+5.3%", 0, 220), ("+10", 1, 219), ("+11", 0, 220), ("+0", 1, 209), ("+0%", 1, 209)],
)
def test_limit_is_kept_up_to_the_unit(limit: str, code: int, allowed: int, capsys: pytest.CaptureFixture[str]) -> None:
    found, (verdict,) = check(capsys, "--max-params", limit, "--against", "main")
    assert (found, verdict["value"], verdict["limit"]) == (code, 220, allowed)
    assert verdict["relative"] == {
        "growth": limit, "against": "main:models/net.yaml", "base": 209, "grown": 11, "new": False,
    }  # fmt: skip


def test_what_must_shrink(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, "--max-params=-1%", "--against", "main")[0] == 1
    write("models/net.yaml", NETWORK.replace("units: 9", "units: 8"))  # 198: 5.3 % fewer
    assert check(capsys, "--max-params", "-5%", "--against", "main")[0] == 0
    assert check(capsys, "--max-params", "-0.5 %", "--against", "main")[0] == 0
    assert check(capsys, "--max-params=-6%", "--against", "main")[0] == 1


@pytest.mark.parametrize(
    ("metric", "before", "after"),
    [
        ("params", 209, 220),
        ("trainable-params", 209, 220),
        ("macs", 190, 200),
        ("flops", 2 * 190 + 19, 2 * 200 + 20),
        ("weight-memory", 4 * 209, 4 * 220),
        ("activation-memory", 32 * 4 * 20, 32 * 4 * 20),
        ("inference-memory", 32 * 4 * 20 + 4 * 209, 32 * 4 * 20 + 4 * 220),
        ("flash", 190 + 4 * 9, 200 + 4 * 10),  # the first bias goes into the second, as nothing is between them
        ("layers", 2, 2),
        ("layer-params", 110, 110),
        ("layer-macs", 100, 100),
        ("layer-flops", 210, 210),
    ],
)
def test_every_metric(metric: str, before: int, after: int, capsys: pytest.CaptureFixture[str]) -> None:
    code, (verdict,) = check(capsys, f"--max-{metric}", "+0", "--against", "main")
    assert (verdict["relative"]["base"], verdict["value"]) == (before, after)
    assert code == int(after > before)


def test_limits_of_a_file_and_of_blocks(golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    budget = "budget: {max_params: +2%, max_macs: 1k, max_weight_memory: +0, blocks: {second: {max_params: +20%}}}\n"
    write("models/net.yaml", GROWN + budget)
    assert main(["check", "models/net.yaml", "--against", "main"]) == 1
    golden("check_against.txt", capsys.readouterr().out)


@pytest.mark.parametrize("style", ["table", "json", "github"])
def test_without_a_base_it_cannot_be_checked(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "models/net.yaml", "--max-params", "+2%", "--max-macs", "1k", "--format", style]) == 2
    printed = capsys.readouterr()
    said = printed.out if style == "github" else printed.err
    assert "`max_params` cannot be checked: it is `+2%" in said
    assert '`--against main`, in Python `against="main"`' in said


def test_a_base_is_not_read_where_no_limit_needs_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "models/net.yaml", "--max-params", "1k", "--against", "nowhere"]) == 0
    assert capsys.readouterr().err == ""


def test_a_new_file_has_nothing_to_grow_from(capsys: pytest.CaptureFixture[str]) -> None:
    write("models/new.yaml", GROWN)
    assert main(["check", "models/new.yaml", "--max-params", "+0", "--against", "main"]) == 0
    row, below = capsys.readouterr().out.splitlines()[-2:]
    assert row.split() == ["parameters", "220", "+0", "–", "ok,", "new"]
    assert below == "  +0: no main:models/new.yaml"
    arguments = ["check", "models/new.yaml", "--max-params", "+0", "--max-macs", "199", "--against", "main"]
    assert main(arguments) == 1


def test_a_new_block_has_nothing_to_grow_from(capsys: pytest.CaptureFixture[str]) -> None:
    write(
        "models/net.yaml",
        f"{GROWN}  - dense: {{name: third, units: 1}}\nbudget: {{blocks: {{third: {{max_params: +0}}}}}}\n",
    )
    assert main(["check", "models/net.yaml", "--against", "main"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "  +0: main:models/net.yaml has no third"


def test_a_device_limits_what_is_new_and_what_may_grow(capsys: pytest.CaptureFixture[str]) -> None:
    write("models/new.yaml", GROWN)
    limits = ["--max-training-memory", "+1 TB", "--device", "t4", "--against", "main"]
    assert main(["check", "models/new.yaml", "models/net.yaml", *limits, "--format", "json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [file["verdicts"][0]["limit"] for file in files] == [15 * 10**9] * 2


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("broken", ["error[unknown-field]: dense has no field `unit`", "--> broken:models/net.yaml:4:27"]),
        ("nowhere", ["error[unreadable]: cannot read nowhere:models/net.yaml", "`git fetch`"]),
        ("-nowhere", ["error[unreadable]: cannot read -nowhere", "does not begin with `-`"]),
        ("unknown", ["`max_macs` cannot be checked", "of `second` are unknown", "--> unknown:models/net.yaml:4:5"]),
    ],
)
def test_a_base_that_cannot_be_compared_with(
    revision: str, said: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The other limits are checked all the same."""
    arguments = ["check", "models/net.yaml", "--max-macs", "+0", "--max-flops", "+0", "--max-layers", "9"]
    assert main([*arguments, f"--against={revision}"]) == 2
    printed = capsys.readouterr()
    assert all(words in printed.err for words in said)
    assert "layers " in printed.out
    assert "ok, 7 left" in printed.out


def test_where_there_is_no_repository(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    write("models/net.yaml", GROWN)
    assert main(["check", "models/net.yaml", "--max-params", "+0", "--against", "main"]) == 2
    said = capsys.readouterr().err
    assert "not a git repository" in said
    assert "help: go to the folder of the repository, or name a file to compare with" in said


@pytest.mark.parametrize("source", ["-", "json:loads"])
def test_what_no_revision_has(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", source, "--max-params", "+0", "--against", "main"]) == 2
    assert "error[" in capsys.readouterr().err


def test_another_file_as_the_base(capsys: pytest.CaptureFixture[str]) -> None:
    write("old.yaml", NETWORK)
    for against in ("old.yaml", "main:models/net.yaml"):
        code, (verdict,) = check(capsys, "--max-params", "+0", "--against", against)
        assert (code, verdict["relative"]["against"], verdict["relative"]["base"]) == (1, against, 209)


def test_overrides_and_training_are_of_both(capsys: pytest.CaptureFixture[str]) -> None:
    limit = ["--max-activation-memory", "+0", "--against", "main"]
    code, (verdict,) = check(capsys, *limit, "--batch", "2")
    assert (code, verdict["relative"]["base"]) == (0, 2 * 4 * 20)
    write("models/net.yaml", f"{GROWN}training: {{batch: 64}}\n")
    code, (verdict,) = check(capsys, *limit)
    assert (code, verdict["relative"]["base"], verdict["value"]) == (1, 32 * 4 * 20, 64 * 4 * 20)


def test_a_project_says_it_once(capsys: pytest.CaptureFixture[str]) -> None:
    write("archsum.toml", 'against = "main"\nfiles = ["models"]\n[budget]\nmax_params = "+5%"\n')
    assert main(["check"]) == 1
    assert "+5% of the 209 of main:models/net.yaml: grown by 11 (+5.3 %)" in capsys.readouterr().out
    assert main(["check", "--against", "broken"]) == 2


def test_growth_that_is_small_is_not_near_a_limit(capsys: pytest.CaptureFixture[str]) -> None:
    write("models/net.yaml", f"{NETWORK}budget: {{max_params: +2%, warn_at: 90%}}\n")
    code, (verdict,) = check(capsys, "--against", "main")
    assert (code, verdict["warns"]) == (0, False)


def test_diff_shows_growth(capsys: pytest.CaptureFixture[str]) -> None:
    write("models/net.yaml", f"{GROWN}budget: {{max_params: +2%}}\n")
    assert main(["diff", "main:models/net.yaml", "models/net.yaml"]) == 0
    printed = capsys.readouterr().out
    assert "over budget: parameters 220 of 213 (+2%)" in printed
    assert [line.split() for line in printed.splitlines() if line.startswith("parameters")][-1] == [
        "parameters", "–", "220", "213", "(+2%)", "OVER",
    ]  # fmt: skip


def test_from_python() -> None:
    check = archsum.check("models/net.yaml", {"max_params": "+2%"}, against="main")
    (verdict,) = check
    assert (check.ok, verdict.limit, verdict.relative and verdict.relative.base) == (False, 213, 209)
    assert archsum.check("models/net.yaml", {"max_params": "+2%"}).ok is None
    assert archsum.check(GROWN, {"max_params": "+6%"}, against=NETWORK).ok is True
    assert archsum.check(archsum.load(GROWN), {"max_params": "+6%"}, against=archsum.load(NETWORK)).ok is True
    (problem,) = archsum.check(GROWN, {"max_params": "+6%"}, against="main").problems
    assert problem.message == "<text> is no file that main could have"
