import json

import pytest

from archsum.cli import main
from archsum.memory.devices import DEVICES
from tests.conftest import Golden


def test_table(golden: Golden, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["devices"]) == 0
    golden("devices.txt", capsys.readouterr().out)


def test_json_has_every_figure_and_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["schema_version"] == 1
    assert [device["name"] for device in printed["devices"]] == list(DEVICES)
    (board,) = (device for device in printed["devices"] if device["name"] == "nano33ble")
    assert board.pop("source").startswith("https://docs.platformio.org/")
    assert "estimates" in board.pop("why_held_back")
    assert board == {
        "name": "nano33ble",
        "title": "Arduino Nano 33 BLE",
        "memory": 262_144,
        "held_back": 32_768,
        "available": 229_376,
        "flash": 983_040,
        "flash_held_back": 65_536,
        "available_flash": 917_504,
    }
