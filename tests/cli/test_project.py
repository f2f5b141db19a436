"""`archsum check` in a project: folders, and what pyproject.toml or archsum.toml says for all of its networks."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from archsum.cli import main

NETWORK = "input: [8]\nlayers:\n  - dense: 10\n"  # 90 parameters


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("models/large", "models/.hidden", "other"):
        Path(folder).mkdir(parents=True)
    for name in ("models/b.yaml", "models/a.yml", "models/large/c.yaml", "models/.hidden/d.yaml", "other/e.yaml"):
        Path(name).write_text(NETWORK, encoding="utf-8")
    Path("models/settings.yaml").write_text("input: 3\nother: 4\n", encoding="utf-8")
    Path("models/notes.txt").write_text(NETWORK, encoding="utf-8")


def settings(text: str, file: str = "archsum.toml") -> None:
    Path(file).write_text(text, encoding="utf-8")


def check(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = main(["check", *arguments, "--format", "json"])
    files = json.loads(capsys.readouterr().out)["files"]
    return code, {file["file"]: [verdict["limit"] for verdict in file["verdicts"]] for file in files}


def test_a_folder_is_all_networks_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, files = check("models", "--max-params", "90", capsys=capsys)
    assert code == 0
    assert list(files) == ["models/a.yml", "models/b.yaml", "models/large/c.yaml"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_in_a_folder_is_not_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo("other/pipe.yaml")
    code, files = check("other", "--max-params", "90", capsys=capsys)
    assert (code, list(files)) == (0, ["other/e.yaml"])


def test_a_folder_without_networks(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    assert main(["check", "empty"]) == 2
    assert capsys.readouterr().err == (
        "error[no-files]: there is no network file in `empty`\n"
        " = help: network files end in .yaml, and have `input` and `layers`\n"
    )


def test_a_misspelt_key_does_not_hide_a_network(capsys: pytest.CaptureFixture[str]) -> None:
    Path("other/e.yaml").write_text("input: [8]\nlayer: [dense: 10]\nbudget: {max_params: 90}\n", encoding="utf-8")
    assert main(["check", "other"]) == 2
    assert "the file has no field `layer`" in capsys.readouterr().err


def test_files_that_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    settings('files = ["models/*.yaml", "modles/*.yaml"]\n')
    assert main(["check"]) == 2
    error = "error[bad-settings]: `files` has `modles/*.yaml`, where there is no network file\n"
    assert capsys.readouterr().err.startswith(error)


def test_nothing_to_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 2
    assert capsys.readouterr().err.startswith("error[no-files]: which network? there is none to check\n")


@pytest.mark.parametrize("file", ["archsum.toml", "pyproject.toml"])
def test_the_settings_alone(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = "[tool.archsum]\n" if file == "pyproject.toml" else ""
    settings(f'{table}files = ["models/large", "other/*.yaml"]\nbudget = {{max_params = "1k"}}\n', file)
    assert check(capsys=capsys) == (0, {"models/large/c.yaml": [1000], "other/e.yaml": [1000]})


def test_from_a_folder_inside(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    settings('files = ["models/b.yaml"]\nbudget = {max_params = 89}\n')
    monkeypatch.chdir("models/large")
    assert check(capsys=capsys) == (1, {"../b.yaml": [89]})


def test_the_command_comes_before_the_file_and_the_file_before_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    settings('budget = {max_params = 1, max_macs = 2, max_flops = 3}\ntraining = {batch = 7, optimizer = "sgd"}\n')
    Path("net.yaml").write_text(f"{NETWORK}budget: {{max_macs: 1k, max_params: 2k}}\n", encoding="utf-8")
    code, files = check("net.yaml", "--max-params", "3k", capsys=capsys)
    assert (code, files) == (1, {"net.yaml": [3000, 1000, 3]})


def test_training_and_a_device_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    settings('files = ["other"]\ntraining = {batch = 64}\nbudget = {device = "t4", max_training_memory = "1 MB"}\n')
    assert main(["check"]) == 0
    by_settings = capsys.readouterr().out
    Path("archsum.toml").unlink()
    assert main(["check", "other", "--batch", "64", "--device", "t4", "--max-training-memory", "1MB"]) == 0
    assert capsys.readouterr().out == by_settings


def test_the_nearest_settings_count_and_a_pyproject_without_ours_is_passed_over(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings('files = ["models/b.yaml"]\nbudget = {max_params = 90}\n')
    settings("[tool.other]\n", "models/pyproject.toml")
    monkeypatch.chdir("models")
    assert check(capsys=capsys) == (0, {"b.yaml": [90]})


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("files = [", "error[bad-settings]: it is no TOML: "),
        ("a = " + 10_000 * "[", "error[bad-settings]: it is no TOML: "),
        ("a = " + 10_000 * "9", "error[bad-settings]: it is no TOML: "),
        ("fils = []", "error[unknown-field]: the file has no field `fils`\n--> archsum.toml\n"),
        ("budget = {max_params = -1}", "error[bad-value]: `budget.max_params` must be at least 0, not `-1`\n"),
        ('training = {optimizer = "Adam"}', "error[bad-value]: `training.optimizer` cannot be `Adam`\n"),
        ("files = 3", "error[wrong-type]: `files` takes a list, not `3`\n"),
    ],
)
def test_settings_that_are_wrong(text: str, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings(text)
    assert main(["check", "other"]) == 2
    assert capsys.readouterr().err.startswith(error)


def test_a_pyproject_whose_tool_is_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    settings("tool = 5\n", "pyproject.toml")
    assert check("other", "--max-params", "90", capsys=capsys) == (0, {"other/e.yaml": [90]})


def test_a_pattern_from_the_root(capsys: pytest.CaptureFixture[str]) -> None:
    settings('files = ["/models/*.yaml"]\n')
    assert main(["check"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error[bad-settings]: `files` has `/models/*.yaml`, which is no pattern: ")
