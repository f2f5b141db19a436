import json
from pathlib import Path

import pytest

from archsum.cli import main
from tests.conftest import Golden

NETWORK = """\
input: [32, 32, 3]
layers: [conv2d: {filters: 16, kernel_size: 3}, relu, flatten, dense: {units: 10}]
devices:
  desk: {memory: 1 GB, held_back: 100 MB}
  tiny: {memory: 1.2 MB, held_back: 0}
  pebble: {memory: 300 kB, held_back: 0}
  board: {ram: 256 KiB, flash: 1 MiB}
"""

pytestmark = pytest.mark.usefixtures("file")


@pytest.mark.parametrize(
    ("device", "code"),
    [
        ("desk", 0),
        ("h100", 0),
        # One sample passes through it, and cannot be trained on it.
        ("tiny", 1),
        ("pebble", 1),
    ],
)
def test_output(device: str, code: int, golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "net.yaml", "--device", device]) == code
    golden(f"fit_{device}.txt", capsys.readouterr().out)


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "net.yaml", "--device", "tiny", "--optimizer", "sgd", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    batches = found.pop("training_batch"), found.pop("inference_batch")
    assert found == {
        "schema_version": 1,
        "name": "net",
        "device": "tiny",
        "available": 1_200_000,
        "optimizer": "sgd",
        "precision": "float32",
    }
    # 144,458 parameters, 577,832 bytes; at inference of each sample the tensors before and behind the relu.
    assert batches == (0, (1_200_000 - 577_832) // (2 * 30 * 30 * 16 * 4))


def test_what_is_said_of_training_counts(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(f"{NETWORK}training: {{optimizer: sgd, precision: float16}}\nbudget: {{device: tiny}}\n")
    assert main(["fit", "net.yaml"]) == 0
    assert "training, sgd, float16" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["fit", "check"])
def test_device_of_the_file_that_there_is_not(
    command: str, file: Path, golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f"{NETWORK}budget:\n  device: a100\n")
    assert main([command, "net.yaml"]) == 2
    golden("device_unknown.txt", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "error[no-device]: net names no device to fit into\n = help: add `budget: {device: a100-40gb}` to the"),
        (
            ["--device", "desc"],
            "error[bad-value]: `device` cannot be `desc`, which is no device\n = help: did you mean",
        ),
        (["--device", "board"], "error[bad-value]: board is a microcontroller"),
    ],
)
def test_what_is_wrong(arguments: list[str], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["fit", "net.yaml", *arguments])
    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert printed.err.startswith(error)


def test_all_devices(file: Path, golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", str(file), "--device", "all"]) == 0
    golden("fit_all.txt", capsys.readouterr().out)
    assert main(["fit", str(file), "--device", "all", "--format", "json"]) == 0
    each = {figures["device"]: figures for figures in json.loads(capsys.readouterr().out)["devices"]}
    assert main(["fit", str(file), "--device", "H100", "--format", "json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert each["h100"] == {name: alone[name] for name in each["h100"]}
