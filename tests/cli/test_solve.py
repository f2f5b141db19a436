"""`archsum solve`: what it prints, its exit codes, and what is wrong."""

import json

import pytest

from archsum.cli import main
from tests.conftest import Golden
from tests.support.commands import complaints, printed

NETWORK = """\
input: [8, 8, 3]
variables: {width: 1, depth: 2, groups: 1, wave: 0, kernel: [3, 3]}
layers:
  - conv2d: {filters: =ceil(12 * width), kernel_size: =kernel, groups: =groups}
  - repeat: {times: =depth, layers: [conv2d: {filters: 12, kernel_size: 3, padding: same}]}
  - global_average_pooling2d
  - dense: =10 + 50 * (wave % 7)
budget: {max_params: 4k, max_sram: 8 KiB}
"""

pytestmark = pytest.mark.usefixtures("file")

COMMANDS = [
    "--vary width=0.1:4 --where 'params <= 3k'",
    "--vary width=0.1:4 --where 'params <= 3k' --scan",
    "--vary width=0.25:4:0.25 --where 'params <= 3k' --set depth=1 --smallest",
    "--vary depth=1:40 --within-budget --format json",
    "--vary depth=1:40 --where 'params >= 10k and params < 20k'",
    "--vary depth=1:40 --where 'params >= 10k and params < 20k' --smallest --input 20,20,3",
    "--vary groups=1:3 --where 'params <= 10k' --input 8,8,4",
    "--vary width=1:4 --where 'params <= 100'",
    "--vary width=1:40 --where 'width * 2 < 30'",
    "--vary width=0.1:4 --where 'params <= 10M and 0.5 < width <= 2'",
    "--vary depth=1:9 --device nano33ble",
    "--vary depth=1:9 --where 'training_memory < 1 GB' --input null,null,3",
    "--vary groups=5:11 --where 'params < 1M'",
    "--vary width=0.1:4 --where 'params <= 1M'",
    "--vary width=3:3 --where 'params <= 100'",
    "--vary groups=5:5 --where 'params <= 100'",
    "--vary groups=1:12 --where 'params < 2.9k' --input 8,8,12 --smallest",
    "--vary groups=1:12 --where 'params < 100' --input 8,8,12",
    "--vary groups=1:12 --where 'params < 100 or inference_memory < 1 MB' --input null,null,12",
    "--vary depth=1:30 --where 'depth < 12 or inference_memory < 1 MB' --input null,null,3",
    "--vary width=1:200 --where 'params % 1000 < 20'",
    "--vary wave=1:40 --where 'params < 5k'",
    "--vary wave=1:40 --where 'params < 2k'",
    "--vary wave=1:40 --where 'params < 2k' --format json",
    "--vary width=1:100 --where 'params < 10k' --where 'macs < 1000'",
]
WRONG = [
    "--vary widht=1:4 --where 'parms < 5'",
    "--vary width=4:1 --where params",
    "--vary width=0:1.5 --where 'params < 5'",
    "--vary width=1:1000000 --where 'params < 5 and params > 5'",
    "--vary width=relu --where 'params < 5'",
    "--vary kernel=1:3 --where 'params < 5'",
    "--vary input=3,8:64,8 --where 'params < 5'",
    "--vary width=1:4 --where 'params < 5' --set width=2",
    "--vary width=1:4 --where 'params < 5' --set hight=2 --optimizer adma",
    "--vary depth=1:4 --where 'training_memory < 1 GB' --checkpointing repeet",
]
USAGE = [
    "",
    "--vary width=1:4",
    "--vary width --where 'params < 5'",
    "--vary width=1:4 --vary depth=1:4 --where 'params < 5'",
]


def test_what_is_printed(golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    golden("solve.txt", printed("solve", COMMANDS, capsys))


def test_what_is_wrong(golden: Golden, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    golden("solve_errors.txt", complaints("solve", WRONG, USAGE, capsys))


def test_a_check_of_what_was_found_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "net.yaml", "--vary", "width=0.1:8", "--within-budget", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert main(["check", "net.yaml", "--set", f"width={found['value']}"]) == 0
    assert main(["check", "net.yaml", "--set", f"width={found['next']}"]) == 1
