"""`archsum sweep`: what it prints and writes, going on with a file, and what happens to processes, disks and pipes."""

import csv
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archsum.cli import main
from archsum.sweeps.sweeping import Chunk
from tests.conftest import Golden
from tests.support.commands import complaints, printed
from tests.support.system import can_mount, on_small_disk

NETWORK = """\
input: [8, 8, 3]
variables: {filters: 4, kernel_size: 3, units: 10, act: relu, sizes: [1, 2]}
layers:
  - conv2d: {filters: =filters, kernel_size: =kernel_size, activation: =act}
  - flatten
  - dense: =units
  - dense: =sizes[0] * sizes[1]
budget: {max_params: 3k}
"""

pytestmark = pytest.mark.usefixtures("file")

GRID = ["sweep", "net.yaml", "--set", "filters=1:40", "--set", "kernel_size=1:9:2", "--set", "units=5,10"]
"""400 variants, of which the 80 with a kernel of 9 are refused."""
SLOW = [*GRID, "--set", "sizes=[1:9,1:9]", "--columns", "params,training_memory"]
"""32,400 variants, which take some seconds."""


def archsum(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "archsum", *arguments]


def lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


COMMANDS = [
    "--set filters=1,2,3",
    "--set filters=2:8:2 --set kernel_size=[3,5] --sort -params --top 3",
    "--set sizes=[1,2],[3,4] --input 8,8,3 --input 9,9,3 --columns params,macs,training_memory",
    "--set filters=1:60 --columns params",
    "--set filters=1:6 --set kernel_size=3,9 --where 'params < 2k'",
    "--set filters=1:6 --where 'params < 2k' --where 'filters > 2'",
    "--set filters=1:6 --set kernel_size=3,9 --within-budget --pareto params,-macs",
    "--set filters=1:6 --pareto params,-macs -o front.csv",
    "--set filters=1:2 --set act=relu,rleu --format csv",
    "--set filters=1:2 --set kernel_size=1,9 --set sizes=[2,3] --input null,null,3 --format jsonl",
    "--set filters=1:4 --set kernel_size=1,9 --where 'params < 5k' --format json",
    "--set filters=1:6 --fit params~filters --sort -params --top 2 --format json",
    "--set kernel_size=1:9 --fit macs~kernel_size --where 'params < 1' --format json",
    "--set filters=1:3 --input null,null,3 --where 'params < 1k'",
    "--set filters=1:64:log --samples 4 --seed 3",
    "--set filters=1:3 --where 'params < 10'",
    "--set filters=1,2 --set kernel_size=9",
    "--set filters=1.5:4:0.5 --set act=relu,a,b,c,d,e,f",
    "--rows rows.csv --set units=1,2",
    "--set filters=1:4 --where 'filters > 2 and units == 10 and act == \"relu\"'",
    "--set filters=1:6 --fit params~filters",
    "--set kernel_size=1:8 --fit params~kernel_size --where 'params < 3k'",
    "--set filters=1:2 --fit macs~filters",
]


def test_what_is_printed(golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    Path("rows.csv").write_text('filters,sizes\n1,"[1,2]"\n,\n2,\n', encoding="utf-8")
    golden("sweep.txt", printed("sweep", COMMANDS, capsys))


def test_what_is_unknown_is_not_said_to_keep_limits(capsys: pytest.CaptureFixture[str]) -> None:
    text = "input: [null, null, 3]\nvariables: {n: 1}\nlayers: [conv2d: {filters: =n, kernel_size: 1}]\n"
    Path("open.yaml").write_text(text, encoding="utf-8")
    assert main(["sweep", "open.yaml", "--set", "n=1:3", "--where", "n == 1 or macs < 1k"]) == 0
    said = "3 variants: 1 keeps `n == 1 or macs < 1k`, 2 unknown\n"
    assert capsys.readouterr().out.endswith(said)


WRONG = [
    "",
    "--set filters=0:1:1e-12",
    "--set filters=1:100000 --set units=1:10000000",
    "--set filters=3:1 --set units=1:2:0 --set kernel_size=1:2:3:4 --set act= --set sizes=3,4",
    "--set filters=9:1:-2 --set units=9:1:log --set kernel_size=9:1:2",
    "--set filters=0.5:1.5",
    "--set fliters=1,2 --set filters=1 --set filters=2",
    "--set filters=1,2 --columns parms --sort wdith --where 'parms < 5M'",
    "--set filters=2:1 --where 'filters < 3'",
    "--set filters=1,2 --where params",
    "--set filters=1,2 --where 'params < 5m'",
    "--set filters=1,2 --where 'params <'",
    "--set filters=1,2 --fit params",
    "--set filters=1,2 --fit parms~fliters",
    "--set filters=1,2 --fit params~kernel_size",
    "--set sizes=[1:4,2] --fit params~sizes",
    "--set filters=1,2 --set units=1,2 --fit params~units",
    "--set filters=1:100000 --fit params~filters",
    "--set filters=1,2 --executor localhost:8786",
    "--set filters=1,2 --device t5 --optimizer adma --checkpointing nothing",
    "--set filters=1,2 --within-budget --checkpointing conf_1",
    "--set filters=1,2 --input 8,8,3 --input left=8,8,3",
    "--rows missing.csv",
    "--rows empty.csv",
    "--rows wrong.csv",
    "--rows figures.csv",
    "--rows semicolons.csv",
    "--rows tabs.csv",
    "--rows lines.csv",
    "--rows long.csv",
    "--set filters=1,2 -o there.csv",
    "--set filters=1,2 -o there.csv --sort params",
    "--set filters=1,2 -o there.json",
    "--set filters=1,2 -o there.csv --resume",
    "--set filters=1,2 -o missing/rows.csv",
    "--set filters=1,2 -o rows.csv --pareto params,-macs --plot missing/front.svg",
]
USAGE = [
    "--set filters",
    "--set filters=1 --samples 0",
    "--set filters=1 --jobs 0",
    "--set filters=1 --jobs 1001",
    "--set filters=1 --seed 3",
    "--set filters=1 --top 3",
    "--set filters=1 --sort params --pareto params",
    "--set filters=1 --top 3 --pareto params",
    "--set filters=1 --format parquet",
    "--set filters=1 -o rows.txt",
    "--set filters=1 --resume",
    "--set filters=1 -o rows.parquet --resume",
    "--set filters=1 -o rows.json --resume",
    "--set filters=1 -o rows.csv --resume --sort params",
    "--set filters=1 --format csv --fit params~filters",
    "--set filters=1 --plot front.svg",
    "--set filters=1 --plot front.gif --pareto params,macs",
    "--set filters=1 --jobs 2 --executor tcp://localhost:8786",
    "--set filters=1 --input x",
    "--set filters=1 --sort ''",
    "--columns '' --set filters=1",
    "filters=1",
]


def test_what_is_wrong(golden: Golden, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("there.csv", "there.json"):
        Path(name).write_text("kept\n", encoding="utf-8")
    Path("empty.csv").write_text("", encoding="utf-8")
    for name, text in {
        "wrong.csv": "filters,fliters,prams,,filters\n1,2,3,4,5\n",
        "figures.csv": "params,verdict\n1,ok\n",
        "semicolons.csv": "filters;units\n1;2\n",
        "tabs.csv": "filters\tunits\n1\t2\n",
        "lines.csv": '{"variant": 1, "filters": 1}\n',
        "long.csv": f'filters\n1\n"{"2" * 200_000}\n',
    }.items():
        Path(name).write_text(text, encoding="utf-8")
    golden("sweep_errors.txt", complaints("sweep", WRONG, USAGE, capsys))
    assert lines("there.csv") == ["kept"]
    assert not Path("rows.csv").exists()


def test_every_format_has_the_same_rows() -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    for ending in ("csv", "jsonl", "json", "parquet"):
        assert main([*GRID, "--set", "act=relu,gelu", "--set", "sizes=[1,2]", "-o", f"rows.{ending}"]) == 0
    with open("rows.csv", encoding="utf-8", newline="") as file:
        of_csv = list(csv.DictReader(file))
    of_jsonl = [json.loads(line) for line in lines("rows.jsonl")]
    whole = json.loads(Path("rows.json").read_bytes())
    assert whole["rows"] == of_jsonl
    assert (whole["variants"], whole["computed"], whole["ok"], whole["refused"]) == (800, 800, 640, 160)
    of_parquet = pandas.read_parquet("rows.parquet").to_dict("records")
    assert len(of_csv) == len(of_jsonl) == len(of_parquet) == 800
    for text, row, typed in zip(of_csv, of_jsonl, of_parquet, strict=True):
        assert list(text) == list(row) == list(typed)
        assert row["sizes"] == [1, 2]
        row["sizes"] = "[1,2]"
        assert {name: "" if value is None else str(value) for name, value in row.items()} == text
        assert {name: None if pandas.isna(value) else value for name, value in typed.items()} == row
    assert sum(row["verdict"] == "refused" for row in of_jsonl) == 160
    assert {row["code"] for row in of_jsonl} == {None, "shape"}


def test_the_rows_of_a_sweep_are_read_again(capsys: pytest.CaptureFixture[str]) -> None:
    """What it has beside what is varied is passed over, whatever it says, and columns may be in any order."""
    command = ["sweep", "net.yaml", "--set", "filters=1:3", "--set", "sizes=[1:2,2:3]", "--set", "act=relu,rleu"]
    command += ["--input", "8,8,3", "--input", "9,null,3", "--columns", "params,training_memory"]
    assert main([*command, "-o", "all.csv"]) == 0
    capsys.readouterr()
    again = ["sweep", "net.yaml", "--rows", "all.csv", "--columns", "params,training_memory"]
    assert main([*again, "-o", "again.csv"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("48 variants: 36 refused\n")
    assert captured.err == (
        "archsum: passed over `variant`, `params`, `training_memory`, `verdict`, `code` and `message` of all.csv: "
        "what a sweep says of variants is computed anew\n"
    )
    assert lines("again.csv") == lines("all.csv")
    with open("all.csv", encoding="utf-8", newline="") as file:
        best = [row for row in csv.DictReader(file) if row["verdict"] == "ok"][::-1]
    with open("best.csv", "w", encoding="utf-8-sig", newline="") as file:  # as spreadsheets save it
        writer = csv.DictWriter(file, ["macs", "verdict", "sizes", "input", "act", "filters"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(best)
    assert main(["sweep", "net.yaml", "--rows", "best.csv", "--columns", "params", "--format", "jsonl"]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("archsum: passed over `macs` and `verdict` of best.csv: ")
    assert [str(json.loads(line)["params"]) for line in captured.out.splitlines()] == [row["params"] for row in best]


def test_a_file_of_rows_is_read_whole_or_not_at_all(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archsum.language.text.source.MAX_FILE_BYTES", 999)
    monkeypatch.setattr("archsum.sweeps.csv_file.MAX_FILE_BYTES", 999)
    Path("rows.csv").write_text("filters\n" + "1\n" * 496, encoding="utf-8")
    assert main(["sweep", "net.yaml", "--rows", "rows.csv"]) == 2
    assert capsys.readouterr().err.startswith("error[too-large]: cannot read rows.csv: it is larger than 0 MiB\n")


def test_rows_in_an_order_are_written_to_a_file_too() -> None:
    assert main([*GRID, "--sort=-params,filters", "--top", "7", "-o", "rows.jsonl"]) == 0
    assert main([*GRID, "-o", "all.jsonl"]) == 0
    every = [row for line in lines("all.jsonl") if (row := json.loads(line))["verdict"] == "ok"]
    every.sort(key=lambda row: (-row["params"], row["filters"]))
    assert [json.loads(line) for line in lines("rows.jsonl")] == every[:7]


def test_a_figure_larger_than_a_column_of_parquet_holds(capsys: pytest.CaptureFixture[str]) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    text = "input: [1000000000000]\nvariables: {n: 1}\nlayers: [dense: =n]\n"
    Path("large.yaml").write_text(text, encoding="utf-8")
    assert main(["sweep", "large.yaml", "--set", "n=1,100000000", "-o", "rows.parquet", "--columns", "params"]) == 0
    rows = pandas.read_parquet("rows.parquet").to_dict("records")
    assert rows[0]["params"] == 10**12 + 1
    assert pandas.isna(rows[1]["params"])
    assert rows[1]["code"] == "too-large"
    assert rows[1]["message"] == f"params is {10**12 * 10**8 + 10**8:,}, too large for a column"


def test_standard_input_and_output() -> None:
    done = subprocess.run(
        archsum("sweep", "-", "--set", "filters=1,2", "--format", "csv"), input=NETWORK, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 3
    rows = subprocess.run(
        archsum("sweep", "net.yaml", "--rows", "-", "--format", "csv"),
        input=done.stdout,
        capture_output=True,
        text=True,
    )
    assert (rows.returncode, rows.stdout) == (0, done.stdout)
    assert rows.stderr.startswith(
        "archsum: passed over `variant`, `params`, `macs`, `verdict`, `code` and `message` of "
    )
    for output in ("-", "/dev/stdout"):
        again = subprocess.run(
            archsum("sweep", "net.yaml", "--set", "filters=1,2", "--format", "csv", "-o", output),
            capture_output=True,
            text=True,
        )
        assert (again.returncode, again.stdout, again.stderr) == (0, done.stdout, "")


@pytest.mark.parametrize("style", ["csv", "jsonl"])
def test_any_beginning_of_a_file_is_gone_on_with(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever byte a kill cut it off at: nothing is lost, and nothing is there twice."""
    short = ["sweep", "net.yaml", "--set", "filters=1:5", "--where", "filters != 2 and filters != 5"]
    short += ["--columns", "params"]
    assert main([*short, "-o", f"all.{style}"]) == 0
    whole = Path(f"all.{style}").read_bytes()
    for end in range(len(whole) + 1):
        Path(f"rows.{style}").write_bytes(whole[:end])
        assert main([*short, "-o", f"rows.{style}", "--resume"]) == 0, whole[:end]
        assert Path(f"rows.{style}").read_bytes() == whole
    Path(f"rows.{style}").unlink()
    assert main([*short, "-o", f"rows.{style}", "--resume"]) == 0
    assert Path(f"rows.{style}").read_bytes() == whole


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (["--set", "filters=2:6"], "its row 1,1,1,"),
        (["--set", "filters=1:6", "--where", "params < 10"], "its row 1,1,1,"),
        (["--set", "filters=1:4"], "its row 12,6,3,"),
        (["--set", "units=1:6"], "its columns are others"),
        (["--set", "filters=1:6", "--columns", "flops,macs"], "its columns are others"),
    ],
)
def test_the_file_of_another_sweep_is_left_as_it_is(
    changed: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["sweep", "net.yaml", "--set", "kernel_size=1,3", "-o", "rows.csv"]
    # The kernel's size is the first axis: reversed, the filters are.
    assert main([*command[:2], "--set", "filters=1:6", *command[2:]]) == 0
    before = Path("rows.csv").read_bytes()
    capsys.readouterr()
    assert main([*command[:2], *changed, *command[2:], "--resume"]) == 2
    assert capsys.readouterr().err.startswith(f"error[other-sweep]: rows.csv is of another sweep: {reason}")
    assert Path("rows.csv").read_bytes() == before


def test_a_file_that_is_no_sweeps_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    for content in (b"my notes", b"my notes\n", b'{"variant": 1}\n', b"\xff\xfe\n"):
        for name in ("rows.csv", "rows.jsonl"):
            Path(name).write_bytes(content)
            assert main([*GRID, "-o", name, "--resume"]) == 2
            assert capsys.readouterr().err.startswith(f"error[other-sweep]: {name} is of another sweep: ")
            assert Path(name).read_bytes() == content


@pytest.fixture
def slow() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start a sweep that takes some seconds, and return when there are rows of it; it is ended with the test."""
    started = []

    def start(*more: str, rows: int = 100, file: str = "rows.csv") -> "subprocess.Popen[str]":
        command = archsum(*SLOW, "-o", file, *more)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        until(lambda: Path(file).exists() and len(lines(file)) >= rows, process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def until(there: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    while not there():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def test_ctrl_c_leaves_whole_rows_and_says_how_to_go_on(slow: Callable[..., "subprocess.Popen[str]"]) -> None:
    process = slow()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    written = lines("rows.csv")
    assert (process.returncode, out) == (130, "")
    assert err == (
        f"archsum: stopped after {len(written) - 1:,} of 32,400 variants; with --resume the same command goes on\n"
    )
    assert Path("rows.csv").read_bytes().endswith(b"\n")
    assert [row.split(",")[0] for row in written[1:]] == list(map(str, range(1, len(written))))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", "; with -o rows.csv rows are kept as they come, and --resume goes on"),
        ("--format csv", ""),
        ("-o rows.jsonl", "; with --resume the same command goes on"),
        ("-o rows.jsonl --sort params", ""),
        ("-o rows.csv --fit params~filters", ""),
        ("-o rows.json", ""),
        ("-o rows.parquet", ""),
    ],
)
def test_what_is_stopped_says_how_to_go_on(
    options: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")

    def stopped(*_: object) -> Iterator[object]:
        yield Chunk(3, ())
        raise KeyboardInterrupt

    monkeypatch.setattr("archsum.sweeps.sweeping.sweep", stopped)
    assert main(["sweep", "net.yaml", "--set", "filters=1:9", *options.split()]) == 130
    assert capsys.readouterr().err == f"archsum: stopped after 3 of 9 variants{said}\n"


def test_ctrl_c_leaves_a_document_that_says_how_far_it_is(slow: Callable[..., "subprocess.Popen[str]"]) -> None:
    process = slow(file="rows.json")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    whole = json.loads(Path("rows.json").read_bytes())
    done = whole["computed"]
    assert err == f"archsum: stopped after {done:,} of 32,400 variants\n"
    assert [row["variant"] for row in whole["rows"]] == list(range(1, done + 1))
    assert whole["ok"] + whole["refused"] == done


@pytest.mark.skipif(not Path("/proc").exists(), reason="there is no /proc here")
def test_kill_leaves_no_process_and_a_file_to_go_on_with(slow: Callable[..., "subprocess.Popen[str]"]) -> None:
    process = slow("--jobs", "2")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    before = lines("rows.csv")
    Path("rows.csv").write_text("\n".join(before[:60]) + "\n59,", encoding="utf-8")
    short = [*GRID, "--set", "sizes=[1:9,1:9]", "--columns", "params,training_memory", "-o", "rows.csv"]
    resumed = subprocess.Popen(
        archsum(*short, "--resume"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    until(lambda: len(lines("rows.csv")) > len(before), resumed)
    resumed.send_signal(signal.SIGINT)
    resumed.communicate()
    assert lines("rows.csv")[: len(before) - 1] == before[:-1]


@pytest.mark.skipif(not Path("/proc").exists(), reason="there is no /proc here")
def test_a_worker_that_is_killed_costs_nothing(slow: Callable[..., "subprocess.Popen[str]"]) -> None:
    process = slow("--jobs", "2", rows=40)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    workers = [pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert len(workers) == 2
    there = len(lines("rows.csv"))
    os.kill(int(workers[0]), signal.SIGKILL)
    until(lambda: len(lines("rows.csv")) > there + 200, process)
    process.send_signal(signal.SIGINT)
    process.communicate()
    rows = lines("rows.csv")[1:]
    assert [row.split(",")[0] for row in rows] == list(map(str, range(1, len(rows) + 1)))
    assert not any("lost-worker" in row for row in rows)


@pytest.mark.skipif(not can_mount(), reason="no disk can be made here")
def test_a_full_disk_leaves_whole_rows() -> None:
    command = [*GRID, "-o", "rows.csv"]
    before = f"printf %s {shlex.quote(NETWORK)} > net.yaml"
    done = subprocess.run(
        on_small_disk(before, "cat rows.csv", pages=3) + archsum(*command), capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "error[unwritable]: cannot write rows.csv: No space left on device\n" in done.stderr
    assert "; with --resume the same command goes on\n" in done.stderr
    assert "\n = help: make room, and go on with `--resume`\n" in done.stderr
    assert main([*GRID, "-o", "all.csv"]) == 0
    whole = Path("all.csv").read_text(encoding="utf-8")
    assert done.stdout.endswith("\n")
    assert len(done.stdout) > 500
    assert whole.startswith(done.stdout)


@pytest.mark.skipif(not can_mount(), reason="no disk can be made here")
@pytest.mark.parametrize("style", ["json", "parquet"])
def test_a_full_disk_leaves_what_is_whole_or_nothing(style: str) -> None:
    pytest.importorskip("pyarrow")
    before = f"printf %s {shlex.quote(NETWORK)} > net.yaml"
    command = archsum(*GRID, "-o", f"rows.{style}")
    done = subprocess.run(
        on_small_disk(before, f"cat rows.{style} || ls") + command, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 2
    assert f"error[unwritable]: cannot write rows.{style}: No space left on device\n" in done.stderr
    assert "\n = help: make room, and begin again\n" in done.stderr
    assert "--resume" not in done.stderr
    if style == "parquet":
        assert done.stdout == "net.yaml\n"
    else:
        whole = json.loads(done.stdout)
        assert 0 < len(whole["rows"]) == whole["computed"] < whole["variants"] == 400


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("style", ["csv", "jsonl", "json", "parquet"])
def test_a_device_that_is_full(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow")
    assert main([*GRID, "--format", style, "-o", "/dev/full"]) == 2
    assert "error[unwritable]: cannot write /dev/full: No space left on device\n" in capsys.readouterr().err


def test_a_reader_that_goes_ends_the_sweep() -> None:
    endless = [*SLOW, "--set", "act=relu,gelu,elu,selu,tanh", "--format", "csv"]
    shell = f"{' '.join(map(repr, archsum(*endless)))} | head -2; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=60)
    header, row, code = done.stdout.splitlines()
    assert header.startswith("variant,filters,")
    assert row.startswith("1,1,1,")
    assert (code, done.stderr) == ("0", "")


def test_nobody_answers(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("archsum.sweeps.engines._SECONDS_TO_ANSWER", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        assert main([*GRID, "--executor", address]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error[no-cluster]: no scheduler answers at `{address}`: ")
    assert "after 1 s\n" in said


def test_a_figure_of_the_front() -> None:
    pytest.importorskip("matplotlib")
    for name in ("front.svg", "again.svg", "front.pdf", "front.png"):
        assert main([*GRID[:4], "--set", "kernel_size=1:7:2", "--pareto", "params,-macs", "--plot", name]) == 0
    assert Path("front.svg").read_bytes() == Path("again.svg").read_bytes()
    assert Path("front.pdf").read_bytes().startswith(b"%PDF-")
    assert Path("front.png").read_bytes().startswith(b"\x89PNG")
    drawn = Path("front.svg").read_text(encoding="utf-8")
    assert "160 rows" in drawn
    assert "macs (more is better)" in drawn
    assert "params (less is better)" in drawn
    Path("narrow.yaml").write_text("input: [8]\nvariables: {width: 1}\nlayers: [dense: =round(80 * width)]\n", "utf-8")
    assert (
        main(["sweep", "narrow.yaml", "--set", "width=0.4:1.2:0.2", "--pareto=-width,params", "--plot", "w.svg"]) == 0
    )
    assert {">0.4<", ">1.2<"} <= {*re.findall(">[0-9.m]+<", Path("w.svg").read_text(encoding="utf-8"))}


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_a_bar_on_a_terminal_alone() -> None:
    pytest.importorskip("tqdm")
    import pty
    import termios

    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (24, 80))
    command = archsum(*GRID, "--columns", "params", "-o", "rows.csv")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, text=True)
    shown = os.read(terminal, 1 << 16).decode()
    os.close(terminal)
    os.close(end)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "400 variants: 80 refused")
    assert "0/400 [00:00<?, ? variants/s]" in shown
    piped = subprocess.run([*command[:-1], "again.csv"], capture_output=True, text=True)
    assert (piped.returncode, piped.stderr) == (0, "")


def test_names_are_text_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    text = 'name: "a\\x1b[31m"\ninput: [4]\nvariables: {act: relu}\nlayers: [dense: {units: 3, activation: =act}]\n'
    Path("steering.yaml").write_text(text, encoding="utf-8")
    for text in ("act\n\x1b[31m\n", "\x1b[31m\n1\n", "variant,\x1b[31m\n1,relu\n"):
        Path("\x1b[31m.csv").write_text(text, encoding="utf-8")
        assert main(["sweep", "steering.yaml", "--rows", "\x1b[31m.csv"]) == 2
    Path("\x1b[31m.csv").write_text("variant,act\n1,relu\n", encoding="utf-8")
    assert main(["sweep", "steering.yaml", "--rows", "\x1b[31m.csv", "--format", "json"]) == 0
    assert main(["sweep", "steering.yaml", "--set", "act=\x1b[31m"]) == 2
    assert main(["sweep", "steering.yaml", "--set", "act==1+1,relu", "--format", "csv"]) == 0
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err
