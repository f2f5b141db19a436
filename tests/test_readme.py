"""Every command, every output and every file in the README, run as a reader would, from top to bottom."""

import doctest
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from archsum.layers import layer_class
from tests.support import counted_by_others, measured_memory
from tests.support.paths import ROOT

README = ROOT / "README.md"

FENCE = re.compile(r"^```(?P<language>\w+)(?: (?P<file>\S+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
GENERATED = re.compile(r"(?P<start><!-- (?P<name>[\w ./]+) -->\n)(?P<text>.*?)<!-- end -->", re.DOTALL)
EXIT_CODE = re.compile(r"# exit code (\d)$")


def blocks(language: str) -> list[re.Match[str]]:
    return [match for match in FENCE.finditer(README.read_text()) if match["language"] == language]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the README tells its reader to write, and the examples."""
    for block in blocks("yaml"):
        if block["file"]:
            (tmp_path / block["file"]).write_text(block["body"])
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def run(command: str) -> str:
    """Run a command of the README, see that its exit code is the one it states, and return what it printed."""
    done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    stated = EXIT_CODE.search(command)
    assert done.returncode == int(stated[1] if stated else 0), done.stdout
    return done.stdout


def test_every_command_prints_what_the_readme_shows(folder: Path, request: pytest.FixtureRequest) -> None:
    def rerun(match: re.Match[str]) -> str:
        return f"$ {match['command']}\n{run(match['command'])}"

    text = README.read_text()
    shown = FENCE.sub(lambda block: COMMAND.sub(rerun, block[0]) if block["language"] == "console" else block[0], text)
    if request.config.getoption("--update-golden"):
        README.write_text(shown)
    assert shown == README.read_text()


def generated(name: str) -> str:
    """Return what stands between the comments `<!-- name -->` and `<!-- end -->`."""
    if name == "archsum layers":
        return run("archsum layers --format markdown")
    if name == "operations of the same layer":
        return f"{counted_by_others.table()}\n"
    if name == "training memory against PyTorch":
        return f"{measured_memory.table(measured_memory.load())}\n"
    if name.startswith("archsum diagram "):
        return f"```mermaid\n{run(name)}```\n"
    kind = name.removeprefix("source of ")
    return f"```py\n{inspect.getsource(layer_class(kind))}```\n"


def test_what_is_generated_is_up_to_date(folder: Path, request: pytest.FixtureRequest) -> None:
    def regenerate(match: re.Match[str]) -> str:
        return f"{match['start']}\n{generated(match['name'])}\n<!-- end -->"

    shown, sections = GENERATED.subn(regenerate, README.read_text())
    assert sections == 5
    if request.config.getoption("--update-golden"):
        README.write_text(shown)
    assert shown == README.read_text(), "pytest --update-golden writes it anew"


def test_every_python_session_is_true(folder: Path) -> None:
    sessions = blocks("python")
    assert sessions
    for block in sessions:
        test = doctest.DocTestParser().get_doctest(block["body"], {}, "README.md", "README.md", 0)
        results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test)
        assert results.failed == 0
        assert results.attempted > 0


def test_every_network_can_be_summarized(folder: Path) -> None:
    networks = [block for block in blocks("yaml") if block["file"]]
    assert networks
    for block in networks:
        # A file that shows an error says so in its name.
        code = 2 if block["file"].startswith("wrong") else 0
        run(f"archsum summary {block['file']}  # exit code {code}")


def test_the_checks_run_the_readmes_own_test_command() -> None:
    commands = [line for block in blocks("sh") for line in block["body"].splitlines()]
    tests = [command for command in commands if command.endswith("pytest")]
    assert len(tests) == 1
    assert tests[0] in (ROOT / ".ci" / "run").read_text().splitlines()
