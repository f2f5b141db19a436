"""Ctrl-C at any moment: exit code 130, and not a word."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

NETWORK = "input: [8]\nlayers: [dense: {units: 4}]\n"

pytestmark = pytest.mark.usefixtures("file")

PROGRAM = """\
import os, signal, sys

class Interrupter:
    at = sys.argv.pop(1)

    def find_spec(self, name, *_):
        if name == self.at:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupter())
from archsum.cli import main
sys.exit(main())
"""
"""Ctrl-C comes when a module is first imported."""


@pytest.mark.parametrize(
    "module",
    [
        "archsum.cli.process",
        "argparse",
        "archsum.cli.streams",
        "archsum.cli.summary",
        "archsum.errors",
        "archsum.api",
        "pydantic",
        "pydantic_core._pydantic_core",
        "yaml",
        "archsum.layers.kinds.dense",
        "archsum.render.summary.text",
        "tabulate",
    ],
)
def test_while_something_is_imported(module: str) -> None:
    command = [sys.executable, "-c", PROGRAM, module, "summary", "net.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("arguments", [["summary", "missing.yaml"], ["nonsense"], ["--help"], ["check", "net.yaml"]])
def test_while_python_ends(arguments: list[str]) -> None:
    """All is done and said; Ctrl-C changes nothing any more."""
    program = (
        "import atexit, os, signal, sys; from archsum.cli import main; "
        "atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT)); sys.exit(main())"
    )
    plain = subprocess.run([sys.executable, "-m", "archsum", *arguments], capture_output=True, check=False)
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (plain.returncode, plain.stdout, plain.stderr)


def test_while_it_waits_for_its_input() -> None:
    command = [sys.executable, "-m", "archsum", "summary", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(b"input: [8]\n")
        process.stdin.flush()
        let_it_wait(process.pid)
        process.send_signal(2)
        assert process.communicate() == (b"", b"")
        assert process.returncode == 130


def test_while_nobody_reads_its_output() -> None:
    """What is not read yet is not waited for."""
    Path("long.yaml").write_text("input: [8]\nlayers:\n" + "  - relu\n" * 1_000, encoding="utf-8")
    command = [sys.executable, "-m", "archsum", "summary", "long.yaml", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        let_it_wait(process.pid)
        process.send_signal(2)
        assert process.wait(60) == 130
        assert process.stderr
        assert process.stderr.read() == b""


def let_it_wait(process: int) -> None:
    """Return when a process waits, and goes on doing so."""
    state = Path(f"/proc/{process}/stat")
    if not state.exists():
        pytest.skip("there is no /proc here")
    seen = ""
    while not seen.endswith("S" * 10):
        seen += state.read_text(encoding="utf-8").rpartition(") ")[2][0]
        time.sleep(0.02)
