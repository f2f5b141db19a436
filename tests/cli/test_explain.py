import io
import sys
from pathlib import Path

import pytest

from archsum.cli import main
from tests.conftest import Golden

NETWORK = """\
input: [32, 32, 3]
layers:
  - conv2d: {name: stem, filters: 32, kernel_size: 5}
  - conv2d: {name: untied, filters: 64, kernel_size: 3, strides: 2, dilation_rate: 2, padding: 1, bias: untied}
  - max_pooling2d
  - conv2d: {name: plain, filters: 8, kernel_size: 3, padding: same, bias: false, trainable: false}
  - global_average_pooling2d
"""

pytestmark = pytest.mark.usefixtures("file")


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_all_layers(golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "net.yaml"]) == 0
    golden("explain.txt", capsys.readouterr().out)


def test_one_layer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "net.yaml", "untied"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("untied (Conv2D)  net.yaml:4:5\n")
    assert "stem" not in output


NESTED = """\
input: [8, 8, 3]
blocks:
  unit: {layers: [conv2d: {filters: 4, kernel_size: 1}, relu]}
  pair: {layers: [unit, residual: [unit]]}
layers: [pair, repeat: {times: 3, layers: [pair]}, flatten, dense: 2]
"""


@pytest.mark.parametrize(("name", "arguments"), [("nested", []), ("nested_block", ["pair_1"])])
def test_equal_layers_once_and_the_totals_of_blocks(
    name: str, arguments: list[str], golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("nested.yaml").write_text(NESTED, encoding="utf-8")
    assert main(["explain", "nested.yaml", *arguments]) == 0
    golden(f"explain_{name}.txt", capsys.readouterr().out)


def test_unknown_sizes(golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "net.yaml", "stem", "--input", "?,?,3"]) == 2
    Path("net.yaml").write_text(NETWORK.replace("bias: untied", "bias: tied"), encoding="utf-8")
    capsys.readouterr()
    assert main(["explain", "net.yaml", "stem", "--input", "?,?,3"]) == 0
    golden("explain_unknown.txt", capsys.readouterr().out)


def test_unknown_layer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "net.yaml", "stemm"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "error[unknown-name]: net has no layer `stemm`\n = help: did you mean `stem`?\n"


def test_the_input_is_no_layer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "net.yaml", "input"]) == 2
    assert capsys.readouterr().err == (
        "error[unknown-name]: `input` is an input of net, not a layer\n"
        " = help: its shape, [32, 32, 3], is stated at the top of the file or with `--input`\n"
    )


@pytest.mark.parametrize(("columns", "width"), [(50, 50), (90, 90), (300, 100)])
def test_width_of_the_terminal(
    columns: int, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["explain", "net.yaml"]) == 0
    assert width - 10 < max(map(len, capsys.readouterr().out.splitlines())) <= width


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(NETWORK.encode()), encoding="utf-8"))
    assert main(["explain", "-", "stem"]) == 0
    assert "(5 × 5 × 3 + 1) × 32 = 2,432" in capsys.readouterr().out
