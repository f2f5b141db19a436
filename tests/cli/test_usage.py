"""Command lines that nobody means: each is refused in words, or does what it says."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from archsum.cli import main

NETWORK = """\
input: [8]
variables: {n: abc, w: 3, k: [1, 2], rate: 0.5, function: relu}
name: =n
training: {batch: "=31 + k[0]"}
layers: [dense: {units: =w}, dropout: {rate: =rate}, activation: {activation: =function}]
"""

pytestmark = pytest.mark.usefixtures("file")

OPTIONS = {
    "summary": ["--style", "--columns", "--convention", "--depth", "--format", "--set", "--input"],
    "check": ["--max-params", "--max-sram", "--device", "--batch", "--checkpointing", "--optimizer", "--set"],
    "explain": ["--set", "--input"],
    "memory": ["--batch", "--checkpointing", "--precision"],
    "fit": ["--device", "--format"],
    "diagram": ["--depth", "--format", "-o"],
    "git": ["--text"],
    "report": ["--max-params", "--set-after", "--batch"],
    "sweep": [
        "--columns",
        "--where",
        "--sort",
        "--pareto",
        "--top",
        "--samples",
        "--rows",
        "--jobs",
        "--set",
        "--input",
    ],
    "solve": ["--vary", "--where", "--set", "--device"],
    "layers": ["--format"],
    "devices": ["--format"],
    "schema": [],
}
WORDS = [
    "--",
    "",
    "-",
    "=",
    "\udcff",
    "\ud800",
    "9" * 400,
    "9" * 5000,
    "[",
    "[,]",
    ",",
    "\x00",
    "\n",
    '="\\ud800"',
    "=-",
]


def run(*arguments: str) -> tuple[int, str]:
    """Run a command, and return its exit code and what it says on stderr."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        out.flush()
        err.flush()
    assert isinstance(err.buffer, io.BytesIO)
    return code, err.buffer.getvalue().decode()


@pytest.mark.parametrize("command", OPTIONS)
@pytest.mark.parametrize("word", WORDS, ids=ascii)
def test_any_word_anywhere(command: str, word: str) -> None:
    files = [] if command in ("git", "layers", "devices", "schema") else ["net.yaml"]
    lines = [[command, word], [command, *files, word], [command, "--", *files, word]]
    for option in OPTIONS[command]:
        lines += [[command, *files, *given] for given in ([option, word], [f"{option}={word}"], [f"{option}{word}"])]
    if "--set" in OPTIONS[command]:
        lines += [[command, *files, "--set", f"{name}={word}"] for name in ("n", "w", "rate", "function", "k")]
    for line in lines:
        code, said = run(*line)
        assert code in (0, 1, 2), line
        assert code != 2 or "error" in said, line


@pytest.mark.parametrize("word", ["--depth=--", "--format=--", "-o=--", "-o--", "--dep=--"])
def test_dashes_are_no_value(word: str) -> None:
    code, said = run("diagram", "net.yaml", word)
    assert code == 2
    assert said.endswith(f"archsum: error: `{word}`: `--` is no value\n")


def test_dashes_end_the_options() -> None:
    Path("--depth=--").write_text(NETWORK, encoding="utf-8")
    assert run("summary", "--", "--depth=--") == (0, "")


def test_a_number_longer_than_python_reads() -> None:
    code, said = run("memory", "net.yaml", "--batch", "9" * 5000)
    assert code == 2
    assert said.endswith(f"argument --batch: `{'9' * 40}…` is not a number of samples: 1 or more\n")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a file's name is a text")
@pytest.mark.parametrize(
    "arguments",
    ["summary", "summary --format json", "check --max-params 1 --format json", "memory", "diagram", "explain"]
    + [f"diagram -o drawn.{ending}" for ending in ("mmd", "dot", "svg")]
    + ["plot -o drawn.svg", "plot -o drawn.pdf"],
)
def test_a_file_whose_name_is_no_text(arguments: str) -> None:
    pytest.importorskip("pygraphviz")
    pytest.importorskip("matplotlib")
    Path("net\udcff.yaml").write_text(NETWORK.replace("n: abc, ", "").replace("name: =n\n", ""), encoding="utf-8")
    command, *options = arguments.split()
    code, said = run(command, "net\udcff.yaml", *options)
    assert (code, said) == (1 if command == "check" else 0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the environment is text")
def test_an_environment_that_is_no_text() -> None:
    names = (b"NO_COLOR", b"COLUMNS", b"LC_ALL", b"TERM", b"HOME", b"\xff")
    command = [sys.executable, "-m", "archsum", "layers", "conv2d"]
    plain = subprocess.run(command, capture_output=True, check=True)
    strange = subprocess.run(
        command, capture_output=True, env={**os.environb, **dict.fromkeys(names, b"\xff")}, check=True
    )
    assert (strange.stdout, strange.stderr) == (plain.stdout, plain.stderr)


def test_a_command_line_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["summary", "net.yaml", "--max-sram=\x1b[31m"])
    assert "error: `--max-sram=�[31m` is no option\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("summary net.yaml --input 8x8x3", "(None, 8, 8, 3)"),
        ("summary net.yaml --input 8,8,3", "(None, 8, 8, 3)"),
        ("check net.yaml --max-params 36e6", "36,000,000"),
        ("check net.yaml --max-params 1.5e3", "1,500"),
    ],
)
def test_sizes_and_numbers_as_people_write_them(arguments: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments.split()) == 0
    assert shown in capsys.readouterr().out


def test_numbers_with_commas_are_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.yaml").write_text(
        "input: [8, 8, 3]\nvariables: {k: [1, 1]}\nlayers: [conv2d: {filters: 2, kernel_size: =k}]\n", encoding="utf-8"
    )
    assert main(["summary", "net.yaml", "--set", "k=3,5"]) == 0
    assert "(None, 6, 4, 2)" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", ["summary", "memory net.yaml --batch 0", "summary net.yaml --depth x"])
def test_one_line_says_what_is_wrong(arguments: str) -> None:
    code, said = run(*arguments.split())
    assert (code, said.count("\n")) == (2, 1)
