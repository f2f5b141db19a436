"""`archsum summary` as a process: its options, exit codes, and what it is connected to."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archsum.cli import main

NETWORK = """\
name: small
variables: {filters: 4}
input: [8, 8, 3]
layers:
  - conv2d: {name: a_layer_with_a_rather_long_name, filters: =filters, kernel_size: 3}
"""
COMMAND = [sys.executable, "-m", "archsum", "summary"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(NETWORK, encoding="utf-8")
    return path


def run(*arguments: str | Path, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        timeout=60,
        check=False,
    )


def test_the_table_is_what_print_shows(file: Path) -> None:
    from archsum import summarize

    result = run(file)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{summarize(file)}\n"


def test_standard_input(file: Path) -> None:
    assert run("-", stdin=NETWORK).stdout == run(file).stdout


def test_inputs_are_overridden_by_name(tmp_path: Path) -> None:
    file = tmp_path / "twin.yaml"
    file.write_text(
        "input: {left: [8], right: [8]}\nlayers: [concatenate: {inputs: [left, right]}]\n", encoding="utf-8"
    )
    result = run(file, "--format", "json", "--input", "left=5", "--input", "right=?")
    assert json.loads(result.stdout)["inputs"] == {"left": [None, 5], "right": [None, None]}
    assert "the file has the inputs `left` and `right`" in run(file, "--input", "5").stderr


def test_set_and_input_override_the_file(file: Path) -> None:
    result = run(file, "--format", "json", "--set", "filters=5", "--input", "9,?,1")
    layer = json.loads(result.stdout)["layers"][0]
    assert (layer["output_shape"], layer["params"], layer["macs"]) == ([None, 7, None, 5], 3 * 3 * 5 + 5, None)


def test_set_takes_a_list(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    layers = "[repeat: {over: {units: =n}, layers: [dense: {units: =units}]}]"
    file.write_text(f"{{input: [4], variables: {{n: [1]}}, layers: {layers}}}", encoding="utf-8")
    result = run(file, "--format", "json", "--set", "n=[2, 3]")
    assert [layer["output_shape"] for layer in json.loads(result.stdout)["layers"]] == [[None, 2], [None, 3]]


@pytest.mark.parametrize(
    ("arguments", "first_line"),
    [
        (["--style", "classic"], "_" * 65),
        (["--style", "grid"], 'Model: "small"'),
        (["--format", "csv"], "name,type,output_shape,params,trainable_params,weights,biases,kernel,macs,"),
        (["--format", "markdown"], "| Layer (type) "),
        (["--format", "json"], '{\n  "schema_version": 1,\n  "name": "small",\n  "inputs": {\n    "input": [\n'),
    ],
)
def test_looks_and_formats(file: Path, arguments: list[str], first_line: str) -> None:
    result = run(file, *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(first_line)
    assert result.stdout.endswith("\n")
    assert not result.stdout.endswith("\n\n")


def test_columns(file: Path) -> None:
    header = run(file, "--columns", "macs, neurons", "--format", "markdown").stdout.splitlines()[0]
    assert header.replace(" ", "") == "|Layer(type)|OutputShape|Param#|MACs|Neurons|"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ["--columns", "macs,time"],
            "argument --columns: there is no column `time`: "
            "choose from weights, biases, kernel, macs, neurons, connections, memory, flops, alive, kept",
        ),
        (["--convention", "fvcor"], "argument --convention: there is no convention `fvcor`: did you mean `fvcore`?"),
        (["--convention", "thop"], "argument --convention: there is no convention `thop`: choose from torch, fvcore, "),
        (["--batch", "8"], "how it is trained is for the columns kept and alive: add `--columns kept,alive`"),
        (["--spreadsheet"], "--spreadsheet is for csv"),
        (["--columns", "mac"], "argument --columns: there is no column `mac`: did you mean `macs`?"),
        (["--columns", "macs", "weights"], "`weights` is one argument too many; a list has commas, as in"),
        (["--colums", "macs"], "`--colums` is no option"),
        (["other.yaml"], "`other.yaml` is one argument too many"),
        (["--style", "fancy"], "argument --style: there is no style `fancy`: did you mean `fancy_grid`?"),
        (["--style", "zzz"], "argument --style: there is no style `zzz`: choose keras, classic, grid, simple or "),
        (["--format", "json", "--columns", "macs"], "--columns is for the table and markdown; csv and json always"),
        (["--format", "csv", "--columns", "macs"], "--columns is for the table and markdown; csv and json always"),
        (["--format", "markdown", "--style", "grid"], "--style is for the table"),
        (["--format", "xml"], "argument --format: invalid choice: 'xml'"),
        (["--set", "filters"], "argument --set: `filters` is not NAME=VALUE"),
        (["--set", f"filters={'9' * 1001}"], "argument --set: a number of 1,001 digits is too long: round it"),
        (["--input", "8,x"], "argument --input: `8,x` is not a list of sizes such as 224,224,3"),
    ],
)
def test_wrong_usage(file: Path, arguments: list[str], error: str) -> None:
    result = run(file, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"archsum summary: error: {error}" in result.stderr


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["net.yaml"], "which command? did you mean `archsum summary net.yaml`?"),
        (["sumary", "net.yaml"], "there is no command `sumary`: did you mean `summary`?"),
        (
            ["train"],
            "there is no command `train`: choose `summary`, `check`, `diff`, `explain`, `explain-error`, `memory`, "
            "`fit`, `diagram`, `convert`, `build`, `plot`, `layers`, `devices`, `schema` or `completion`",
        ),
    ],
)
def test_no_such_command(words: list[str], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert capsys.readouterr().err == f"archsum: error: {error}\n"


def test_no_command_shows_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([])
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("usage: archsum [-h] [--version] COMMAND ...")
    assert "print a network's layers, shapes and parameters" in printed.err


@pytest.mark.parametrize("sizes", ["null,null,3", "None,None,3", "?,?,3", "(null, null, 3)"])
def test_unknown_sizes(file: Path, sizes: str) -> None:
    assert json.loads(run(file, "--format", "json", "--input", sizes).stdout)["inputs"] == {"input": [None] * 3 + [3]}


def test_a_bad_file(file: Path) -> None:
    file.write_text(NETWORK.replace("kernel_size", "kernel"), encoding="utf-8")
    result = run(file)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error[")
    assert "\033" not in result.stderr


@pytest.mark.parametrize(("encoding", "kernel"), [("ascii", "3x3x3x4"), ("latin-1", "3×3×3×4")])
def test_an_encoding_without_our_signs_gets_the_nearest_in_ascii(file: Path, encoding: str, kernel: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    printed = subprocess.check_output([*COMMAND, file, "--columns", "kernel"], env=environment).decode(encoding)
    title, rule, header, *_ = printed.splitlines()
    assert (title, rule[:5], header[:6]) == ('Model: "small"', "+====", "| Laye")
    assert f"| {kernel} " in printed
    assert "?" not in printed


def test_formulas_in_ascii(file: Path) -> None:
    command = [*COMMAND[:-1], "explain", str(file)]
    printed = subprocess.check_output(command, env={**os.environ, "PYTHONIOENCODING": "ascii"}).decode("ascii")
    assert "  height      floor((8 - 3) / 1) + 1 = 6\n" in printed
    assert "  kernel      3 x 3 x 3 x 4 = 108\n" in printed


def test_a_reader_that_leaves_early(tmp_path: Path) -> None:
    layers = "\n".join(["  - conv2d: {filters: 3, kernel_size: 1}"] * 3000)
    long = tmp_path / "long.yaml"
    long.write_text(f"input: [8, 8, 3]\nlayers:\n{layers}\n", encoding="utf-8")
    with subprocess.Popen([*COMMAND, long], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b'Model: "long"\n'
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_terminal_gets_a_table_that_fits(file: Path, columns: int) -> None:
    text = on_a_terminal([*COMMAND, str(file)], columns, NO_COLOR="1")
    assert max(map(len, text.splitlines())) <= columns
    assert ("a_layer_with_a_rather_long_name (Conv2D)" in text) == (columns > 60)


def test_a_terminal_gets_colours_only_if_wanted(file: Path) -> None:
    assert "\033[2m(Conv2D)\033[0m" in on_a_terminal([*COMMAND, str(file)], 80)
    assert "\033" not in on_a_terminal([*COMMAND, str(file)], 80, NO_COLOR="1")
    missing = [*COMMAND, str(file.with_name("missing.yaml"))]
    assert "\033[1;31merror[unreadable]\033[0m" in on_a_terminal(missing, 80)
    assert "\033" not in on_a_terminal(missing, 80, NO_COLOR="1")


def test_what_training_keeps_of_each_layer(file: Path) -> None:
    """The convolution keeps its input, the batch's, for its weights; its output, too, is alive when the step ends."""
    arguments = ("--columns", "kept,alive", "--batch", "2")
    kept = 2 * 8 * 8 * 3 * 4
    layer = json.loads(run(file, *arguments, "--format", "json").stdout)["layers"][0]
    assert layer["kept"] == kept
    memory = json.loads(
        subprocess.check_output([*COMMAND[:-1], "memory", str(file), "--batch", "2", "--format", "json"], text=True)
    )["training"]
    assert layer["alive"] <= memory["peak"]
    assert f" Kept: {kept / 1024:.2f} KB, batch 2, adam, float32\n" in run(file, *arguments).stdout
    *_, row = csv.DictReader(io.StringIO(run(file, *arguments, "--format", "csv").stdout))
    assert (int(row["kept"]), int(row["alive"])) == (kept, layer["alive"])


def test_what_another_tool_counts_in_data(file: Path) -> None:
    macs = 6 * 6 * 4 * 3 * 3 * 3
    figures = json.loads(run(file, "--convention", "torch", "--format", "json").stdout)
    assert figures["layers"][0]["flops_torch"] == figures["totals"]["flops_torch"] == 2 * macs
    *_, row = csv.DictReader(io.StringIO(run(file, "--convention", "fvcore", "--format", "csv").stdout))
    assert int(row["macs_fvcore"]) == macs


NESTED = """\
input: [8]
blocks: {twice: {layers: [dense: 8, relu]}}
layers: [repeat: {times: 5, layers: [twice]}, dense: 2]
budget: {max_params: 100, max_layer_params: 70}
"""


def test_a_terminal_gets_a_nested_network_at_a_glance_and_all_of_it_where_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "nested.yaml"
    file.write_text(NESTED, encoding="utf-8")
    shown = on_a_terminal([*COMMAND, str(file)], 80)
    assert "twice × 5" in shown
    assert "\033[1;31mTotal params: 378 (1.48 KB), over the limit of 100\033[0m" in shown
    assert "`--depth all` shows all 11 layers" in shown
    piped = run(file).stdout
    for arguments in (["--depth", "all"], ["--style", "keras"], ["--depth", "9"]):
        on_terminal = on_a_terminal([*COMMAND, str(file), *arguments], 200, NO_COLOR="1")
        assert on_terminal.replace(", over the limit of 100", "") == piped
        assert run(file, *arguments).stdout == piped


def on_a_terminal(command: list[str], columns: int, **environment: str) -> str:
    """Run a command on a terminal of so many columns and return what appears on it."""
    termios = pytest.importorskip("termios")
    terminal, child_end = os.openpty()
    termios.tcsetwinsize(child_end, (24, columns))
    variables = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(
        command, stdout=child_end, stderr=child_end, env={**variables, "PYTHONIOENCODING": "utf-8", **environment}
    ):
        os.close(child_end)
        received = b""
        while chunk := read_terminal(terminal):
            received += chunk
    os.close(terminal)
    return received.decode().replace("\r\n", "\n")


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end has closed
        return b""
