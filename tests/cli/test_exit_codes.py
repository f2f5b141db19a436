"""The exit code of every command, whatever happens to what it writes to."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import pytest

pytestmark = [
    pytest.mark.usefixtures("files"),
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here"),
]

FILES = {
    "within.yaml": "input: [8]\nlayers: [dense: {units: 4}]\nbudget: {max_params: 36, device: t4}\n",
    "over.yaml": "input: [8]\nlayers: [dense: {units: 4}]\nbudget: {max_params: 35, device: tiny}\n"
    "devices: {tiny: {memory: 100}}\n",
    "varied.yaml": "input: [8]\nvariables: {n: 4}\nlayers: [dense: {units: =n}]\n",
    "bad.yaml": "input: [8]\nlayers: [dens: {units: 4}]\n",
    "unknown.yaml": "input: [null, 8]\nlayers: [dense: {units: 4}]\nbudget: {max_macs: 5, device: t4}\n",
}
OK, OVER, BAD, UNKNOWN = 0, 1, 2, 2


class Case(NamedTuple):
    arguments: str
    code: int
    prints: bool = True
    """Whether it writes to stdout; stdout is where the result would be lost."""


CASES = [
    *(Case(f"{command} within.yaml", OK) for command in ("summary", "check", "explain", "memory", "fit", "diagram")),
    *(Case(f"{command} within.yaml --format json", OK) for command in ("summary", "check", "memory", "fit")),
    Case("check within.yaml --format github", OK, prints=False),
    Case("diagram within.yaml -o drawn.dot", OK, prints=False),
    Case("git --text within.yaml", OK),
    Case("git --text bad.yaml", OK),
    Case("git --text missing.yaml", BAD, prints=False),
    *(Case(f"sweep varied.yaml --set n=1,2 {more}", OK) for more in ("", "--format csv", "--sort params -o rows.csv")),
    Case("sweep varied.yaml --set n=1,2 --where params>99", OVER),
    Case("sweep varied.yaml --set n=0,x", OVER),
    Case("sweep varied.yaml --set n=2:1", BAD, prints=False),
    Case("solve varied.yaml --vary n=1:9 --where params<=18", OK),
    Case("solve varied.yaml --vary n=1:9 --where params<=8", OVER),
    Case("layers", OK),
    Case("devices", OK),
    Case("schema", OK),
    Case("--version", OK),
    Case("--help", OK),
    Case("check over.yaml", OVER),
    Case("check over.yaml --format json", OVER),
    *(Case(f"check over.yaml --format {style}", OVER) for style in ("github", "sarif", "junit", "gitlab")),
    Case("check within.yaml over.yaml", OVER),
    Case("fit over.yaml", OVER),
    *(
        Case(f"{command} bad.yaml", BAD, prints=False)
        for command in ("summary", "explain", "memory", "fit", "diagram", "plot -o drawn.svg")
    ),
    Case("check bad.yaml", BAD),
    Case("check bad.yaml over.yaml", BAD),
    Case("layers nothing", BAD, prints=False),
    Case("summary missing.yaml", BAD, prints=False),
    Case("diagram within.yaml -o /dev/full --format dot", BAD, prints=False),
    Case("nonsense", BAD, prints=False),
    Case("devices --nonsense", BAD, prints=False),
    Case("check unknown.yaml", UNKNOWN),
    Case("fit unknown.yaml", UNKNOWN, prints=False),
]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        Path(name).write_text(content, encoding="utf-8")


class Outcome(NamedTuple):
    code: int
    stderr: str


PROGRAM = """\
import json, os, sys
from importlib import import_module
from archsum.cli import main
from archsum.cli.process import COMMANDS
from archsum import api, budget, summarize
from archsum.render.check import text

for command in COMMANDS:
    import_module(f"archsum.cli.{command.replace('-', '_')}")

def say_in_file(end=b""):
    file = os.open("stderr", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, end)
    if not end:
        os.dup2(file, 2)
    os.close(file)

keeps_stderr, *cases = json.loads(sys.argv[1])
codes = []
for case in cases:
    child = os.fork()
    if not child:
        if not keeps_stderr:
            say_in_file()
        sys.argv = ["archsum", *case.split()]
        sys.exit(main())
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    if not keeps_stderr:
        say_in_file(end=b"\\0")
with open("codes", "w") as file:
    json.dump(codes, file)
"""
"""Each case is a process of its own, from its arguments to the end of Python; what it imports is imported before."""


def outcomes(
    stdout: int | IO[str] = subprocess.DEVNULL, stderr: IO[str] | None = None, closed: int | None = None
) -> Iterator[tuple[Case, Outcome]]:
    """Run all cases, with a descriptor that is closed, as `>&-` closes it, or none."""
    keeps_stderr = stderr is not None or closed == 2
    subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([keeps_stderr, *(case.arguments for case in CASES)])],
        stdout=stdout,
        stderr=stderr,
        preexec_fn=None if closed is None else lambda: os.close(closed),
        check=True,
    )
    codes = json.loads(Path("codes").read_text(encoding="utf-8"))
    said = [""] * len(CASES) if keeps_stderr else Path("stderr").read_text(encoding="utf-8").split("\0")[:-1]
    return zip(CASES, map(Outcome, codes, said), strict=True)


@contextmanager
def pipe_without_reader() -> Iterator[IO[str]]:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as pipe:
        yield pipe


def test_all_is_written() -> None:
    for case, (code, stderr) in outcomes():
        assert code == case.code, case
        assert ("error" in stderr) == (code == BAD), case
        assert "Traceback" not in stderr


def test_a_reader_that_has_gone() -> None:
    """As in `archsum check net.yaml | head -1`: the verdict stays what it is."""
    with pipe_without_reader() as pipe:
        for case, (code, stderr) in outcomes(stdout=pipe):
            assert code == case.code, case
            assert ("error" in stderr) == (code == BAD), case


@pytest.mark.parametrize(("fault", "reason"), [("full", "No space left on device"), ("closed", "it is closed")])
def test_a_result_that_is_lost(fault: str, reason: str) -> None:
    with open("/dev/full", "w") as full:
        for case, (code, stderr) in outcomes(stdout=full) if fault == "full" else outcomes(closed=1):
            assert code == (BAD if case.prints else case.code), case
            said = f"archsum: cannot write to stdout: {reason}\n"
            assert stderr.endswith(said) == case.prints, case
            assert case.code == BAD or stderr == said * case.prints, case


@pytest.mark.parametrize("fault", ["full", "closed", "without a reader"])
def test_diagnostics_that_are_lost(fault: str) -> None:
    with open("/dev/full", "w") as full, pipe_without_reader() as pipe:
        stderr = {"full": full, "without a reader": pipe}.get(fault)
        for case, (code, _) in outcomes(stderr=stderr, closed=2 if fault == "closed" else None):
            assert code == case.code, case


def test_nothing_is_open() -> None:
    """Neither file of a shell that has closed them all is taken for one of the three."""
    for arguments, code in (("check within.yaml", BAD), ("diagram within.yaml -o drawn.dot", OK)):
        command = f"exec {sys.executable} -m archsum {arguments} <&- >&- 2>&-"
        assert subprocess.run(["sh", "-c", command], check=False).returncode == code
    assert Path("drawn.dot").read_text(encoding="utf-8").startswith("digraph")


def test_output_that_does_not_block() -> None:
    """It waits until there is room, as a program does whose output blocks."""
    Path("long.yaml").write_text("input: [8]\nlayers:\n" + "  - relu\n" * 1_000, encoding="utf-8")
    command = [sys.executable, "-m", "archsum", "summary", "long.yaml", "--format", "json"]
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with subprocess.Popen(command, stdout=writer, stderr=subprocess.PIPE) as process, open(reader, "rb") as pipe:
        os.close(writer)
        head = pipe.read(1)
        time.sleep(0.2)  # so that the pipe is full
        assert len(json.loads(head + pipe.read())["layers"]) == 1_000
        assert process.wait() == 0
