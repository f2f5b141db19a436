"""`archsum diff`."""

import io
import json
from pathlib import Path

import pytest

from archsum.cli import main
from tests.support.paths import EXAMPLES
from tests.support.repository import git

NETWORK = """
input: [8, 8, 3]
variables: {width: 4}
layers:
  - conv2d: {filters: =width, kernel_size: 3}
  - flatten
  - dense: 10
"""
OTHER = NETWORK.replace("  - dense: 10", "  - dense: 12")


@pytest.fixture
def other(file: Path) -> Path:
    Path("other.yaml").write_text(OTHER, encoding="utf-8")
    return Path("other.yaml")


@pytest.fixture
def repository(file: Path, tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "net.yaml")
    git(tmp_path, "commit", "-q", "-m", "first")
    file.write_text(OTHER, encoding="utf-8")
    return file


def test_two_networks(other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "net.yaml", "other.yaml"]) == 0
    lines = capsys.readouterr().out.split("\n")
    assert lines[:3] == [
        "--- net.yaml",
        "+++ other.yaml",
        "  different (parameters +18.6 %, MACs +5.4 %): dense units 10 → 12",
    ]


@pytest.mark.parametrize("style", ["table", "markdown", "json"])
def test_exit_codes(style: str, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "net.yaml", "other.yaml", "--exit-code", "--format", style]) == 1
    assert main(["diff", "net.yaml", "net.yaml", "--exit-code", "--format", style]) == 0
    assert "equal: 3 layers, 1,562 parameters" in capsys.readouterr().out


def test_what_is_compared(other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "net.yaml", "other.yaml", "--only", "names,inputs", "--exit-code"]) == 0
    assert main(["diff", "net.yaml", "other.yaml", "--only", "weights", "--exit-code"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("equal in inputs and names: 3 layers\n")
    assert "kernel (144, 10) → (144, 12)" in out
    assert "units" not in out


def test_variables_of_one_side(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "net.yaml", "--set-after", "width=6", "--input-after", "6,6,3"]) == 0
    out = capsys.readouterr().out
    assert "+++ net.yaml with width=6, input [6, 6, 3]\n" in out
    assert "filters 4 → 6" in out
    assert main(["diff", "net.yaml", "net.yaml", "--set", "width=6", "--exit-code"]) == 0


def test_standard_input(file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(OTHER.encode())))
    assert main(["diff", "net.yaml", "-", "--exit-code"]) == 1
    assert "+++ <stdin>\n" in capsys.readouterr().out


def test_json(other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", "net.yaml", "other.yaml", "--format", "json"])
    figures = json.loads(capsys.readouterr().out)
    assert (figures["schema_version"], figures["equal"]) == (1, False)
    (change,) = figures["changes"]
    assert [detail["name"] for detail in change["details"]] == ["units", "output", "kernel", "bias"]


def test_with_the_last_commit(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "net.yaml", "--exit-code"]) == 1
    assert capsys.readouterr().out.startswith("--- HEAD:net.yaml\n+++ net.yaml\n")
    assert main(["diff", "main:net.yaml", "HEAD:./net.yaml", "--exit-code"]) == 0
    assert main(["diff", "main:net.yaml", "net.yaml", "--exit-code"]) == 1


def test_from_another_folder(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = repository.resolve()
    Path("inner").mkdir()
    monkeypatch.chdir("inner")
    assert main(["diff", "../net.yaml", "--exit-code"]) == 1
    assert main(["diff", "HEAD:net.yaml", "HEAD:../net.yaml", "--exit-code"]) == 0
    monkeypatch.chdir("/")
    assert main(["diff", str(path), "--exit-code"]) == 1
    assert "different" in capsys.readouterr().out


def test_git_says_what_is_wrong(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "mian:net.yaml", "HEAD:nte.yaml"]) == 2
    err = capsys.readouterr().err
    assert "error[unreadable]: cannot read mian:net.yaml: invalid object name 'mian'" in err
    assert "error[unreadable]: cannot read HEAD:nte.yaml: path 'nte.yaml' does not exist in 'HEAD'" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["diff", "main~0", "net.yaml"], "cannot read main~0: it is a revision, and no file\n = help: write `{}`\n"),
        (["report", "main~0", "net.yaml"], "cannot read main~0: it is a revision, and no file\n = help: write `{}`\n"),
        (["summary", "main~0"], "= help: write `main~0:PATH`, with the path of a network's file\n"),
        (["diff", "mian", "net.yaml"], "cannot read mian: No such file or directory\n = help: look at the name"),
        (["diff", "--", "-main", "net.yaml"], "cannot read -main: No such file or directory"),
    ],
)
@pytest.mark.parametrize("folder", [".", "inner"])
def test_a_revision_where_a_file_is_meant(
    folder: str, arguments: list[str], said: str, repository: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """What it is said to write is what was meant, from any folder."""
    Path("inner").mkdir()
    monkeypatch.chdir(folder)
    arguments = [word if word != "net.yaml" or folder == "." else "../net.yaml" for word in arguments]
    assert main(arguments) == 2
    assert said.format("main~0:net.yaml") in capsys.readouterr().err
    if arguments[:2] == ["diff", "main~0"]:
        assert main(["diff", "main~0:net.yaml", arguments[2], "--exit-code"]) == 1


def test_where_the_last_commit_is_broken(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository.write_text(NETWORK.replace("flatten", "flaten"), encoding="utf-8")
    git(tmp_path, "commit", "-qam", "second")
    repository.write_text(OTHER, encoding="utf-8")
    assert main(["diff", "net.yaml"]) == 2
    first, second = capsys.readouterr().err.split("\n\n")
    assert first == (
        "error[unreadable]: cannot compare with HEAD:net.yaml: what the last commit has is broken\n"
        " = help: name a revision in which it is sound, as in `archsum diff REV:./net.yaml net.yaml`, or another file"
    )
    assert "--> HEAD:net.yaml:6:5" in second
    assert main(["diff", "main~1:./net.yaml", "net.yaml", "--exit-code"]) == 1


def test_no_git(file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["diff", "net.yaml"]) == 2
    assert "git is not installed\n = help: install Git" in capsys.readouterr().err


def test_no_option_of_git(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--", "--batch:net.yaml", "net.yaml"]) == 2
    assert "a revision does not begin with `-`" in capsys.readouterr().err


def test_all_that_is_wrong_with_both(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.yaml").write_text(NETWORK.replace("flatten", "flaten"), encoding="utf-8")
    Path("b.yaml").write_text(NETWORK.replace("kernel_size: 3", "kernel_size: 30"), encoding="utf-8")
    assert main(["diff", "a.yaml", "b.yaml"]) == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert "--> a.yaml:6:5" in captured.err
    assert "--> b.yaml:5:5" in captured.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a", "b", "c"], "two networks are compared, or one with what the last commit has"),
        (["-"], "standard input is in no commit: name two networks"),
        (["a", "b", "--only", "shape"], "there is no aspect `shape`: did you mean `shapes`?"),
        (["a", "b", "--format", "json", "--depth", "2"], "--depth is for the table, markdown and html"),
    ],
)
def test_usage(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_code:
        main(["diff", *arguments])
    assert exit_code.value.code == 2
    assert said in capsys.readouterr().err


def test_depth(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(EXAMPLES / "resnet50.yaml")
    main(["diff", file, "--set-after", "depths=[3,4,23,3]", "--depth", "1"])
    assert "17 × bottleneck (6 → 23)" in capsys.readouterr().out
