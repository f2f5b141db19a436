"""`archsum convert`: what is written is tested with the writer; here its options, files and errors."""

from pathlib import Path

import pytest

from archsum import convert
from archsum.cli import main

NETWORK = """\
input: [8, 8, 3]
variables: {filters: 4}
layers:
  - conv2d: {name: stem, filters: =filters, kernel_size: 3}
  - relu
"""

pytestmark = pytest.mark.usefixtures("file")


def test_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "net.yaml"]) == 0
    assert capsys.readouterr() == (convert("net.yaml").text, "")


def test_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "net.yaml", "--flat", "--set", "filters=6", "--input", "?,9,1"]) == 0
    expected = convert("net.yaml", flat=True, variables={"filters": 6}, input=[None, 9, 1])
    assert capsys.readouterr().out == expected.text
    assert "conv2d: {name: stem, filters: 6, kernel_size: 3}" in expected.text


def test_files_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "net.yaml", "--flat", "-o", "flat.yaml", "--map", "names.tsv"]) == 0
    assert capsys.readouterr() == ("", "")
    assert Path("flat.yaml").read_text(encoding="utf-8") == convert("net.yaml", flat=True).text
    assert Path("names.tsv").read_text(encoding="utf-8") == "stem\tstem\nrelu\trelu\n"


def test_a_file_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "net.yaml", "-o", "nowhere/flat.yaml"]) == 2
    assert "cannot write nowhere/flat.yaml" in capsys.readouterr().err


def test_a_broken_file_has_its_errors_and_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.yaml").write_text("input: [8]\nlayers:\n  - dense: {unit: 3}\n  - flaten\n", encoding="utf-8")
    Path("old.yaml").write_text("mine", encoding="utf-8")
    assert main(["convert", "net.yaml", "-o", "old.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "error[unknown-field]" in err
    assert "error[unknown-layer]" in err
    assert Path("old.yaml").read_text(encoding="utf-8") == "mine"


def test_shapes_that_do_not_fit_are_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.yaml").write_text("input: [8]\nlayers:\n  - conv2d: {filters: 3, kernel_size: 3}\n", encoding="utf-8")
    assert main(["convert", "net.yaml"]) == 2
    assert "error[shape]" in capsys.readouterr().err


def test_what_our_own_file_has_that_is_not_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "net.yaml"
    layers = "input: [8]\nvariables: {width: 4, classes: 2}\nlayers: [dense: =width, dense: =classes]\n"
    file.write_text(f"{layers}training: {{batch: 8}}\nbudget: {{max_params: 5k}}\n", "utf-8")
    assert main(["convert", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[:4] == [
        "# Converted from net.yaml by `archsum convert`.",
        "# 46 parameters, 46 trainable parameters, 40 MACs",
        "# Variables are written as their values: width, classes.",
        "# Not written: `budget`, `training`.",
    ]
    file.write_text("input: [8]\nlayers: [dense: 4]\n", "utf-8")
    assert main(["convert", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[2] == ""
