"""`archsum build`: a file or stdout, whole or not at all."""

import os
import sys
from pathlib import Path

import pytest

import archsum
from archsum.cli import main
from tests.support.paths import EXAMPLES

NETWORK = "variables: {units: 8}\ninput: [4]\nlayers:\n  - dense: =units\n  - relu\n"

pytestmark = pytest.mark.usefixtures("file")


def test_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "net.yaml", "--to", "keras"]) == 0
    printed = capsys.readouterr()
    assert printed.out == (
        '"""The network net.\n'
        "\n"
        "Built by archsum from net.yaml. It has 40 parameters, all trainable, and 32\n"
        "MACs.\n"
        "\n"
        "To compare them again:\n"
        "\n"
        "    archsum diff net.yaml model.py:net\n"
        '"""\n'
        "\n"
        "import keras\n"
        "from keras import layers\n"
        "\n"
        "\n"
        "def net(units: int = 8) -> keras.Model:\n"
        "    inputs = keras.Input((4,))\n"
        "    x = layers.Dense(units)(inputs)\n"
        "    x = layers.ReLU()(x)\n"
        '    return keras.Model(inputs, x, name="net")\n'
    )
    assert printed.err == ""


def test_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["build", "net.yaml", "--to", "keras", "-o", "built.py", "--set", "units=3", "--input", "5"]
    assert main(command) == 0
    assert capsys.readouterr().out == ""
    text = Path("built.py").read_text(encoding="utf-8")
    assert "    archsum diff built.py:net net.yaml --set-after units=3 --input-after 5\n" in text
    assert "def net(units: int = 3) -> keras.Model:\n    inputs = keras.Input((5,))\n" in text


@pytest.mark.filterwarnings("ignore")
def test_what_was_built_is_compared_with_what_it_was_built_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "net.yaml", "--to", "keras", "-o", "model.py"]) == 0
    assert main(["diff", "net.yaml", "model.py:net", "--exit-code"]) == 0
    changed = Path("model.py").read_text(encoding="utf-8").replace("units: int = 8", "units: int = 9")
    Path("model.py").write_text(changed, encoding="utf-8")
    assert main(["diff", "net.yaml", "model.py:net", "--exit-code"]) == 1
    assert "units 8 → 9" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore")
def test_a_change_within_the_same_second_is_seen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert main(["build", "net.yaml", "--to", "keras", "-o", "model.py"]) == 0
    text = Path("model.py").read_text(encoding="utf-8")
    for units, code in ((8, 0), (9, 1)):
        Path("model.py").write_text(text.replace("units: int = 8", f"units: int = {units}"), encoding="utf-8")
        os.utime("model.py", (1_000_000_000, 1_000_000_000))
        assert main(["diff", "net.yaml", "model.py:net", "--exit-code"]) == code
    assert not Path("__pycache__").exists()
    assert "units 8 → 9" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere.py:net", "error[no-model]: cannot read nowhere.py: there is no such file\n"),
        ("broken.py:net", "error[raised]: `broken.py:net` raised SyntaxError: "),
        ("fine.py:net", "error[no-model]: `fine.py:net`: `net` is not there\n"),
        ("fine.py:made", "error[no-model]: `fine.py:made` is no model: it is of type builtins.int\n"),
    ],
)
def test_a_file_that_makes_no_model(source: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.py").write_text("def net(:\n", encoding="utf-8")
    Path("fine.py").write_text("def made():\n    return 3\n", encoding="utf-8")
    assert main(["summary", source]) == 2
    assert capsys.readouterr().err.startswith(message)


def test_nothing_is_written_where_something_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.yaml").write_text("input: [4]\nlayers:\n  - threshold\n", encoding="utf-8")
    assert main(["build", "net.yaml", "--to", "keras", "-o", "model.py"]) == 2
    assert not Path("model.py").exists()
    assert capsys.readouterr().err == (
        "error[not-in-framework]: `threshold` cannot be built: Keras has no threshold whose value is not known\n"
        " --> net.yaml:3:5\n"
        "3 |   - threshold\n"
        "  |     ^^^^^^^^^\n"
        "  = help: write `relu`, or `custom`\n"
    )


def test_an_unknown_framework(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["build", "net.yaml", "--to", "caffe"])
    assert "argument --to: invalid choice: 'caffe'" in capsys.readouterr().err
    with pytest.raises(ValueError, match="there is no format 'caffe'"):
        archsum.build("net.yaml", "caffe")


def test_from_python() -> None:
    made = archsum.build(EXAMPLES / "lenet5.yaml", variables=None)
    assert (made.name, made.framework) == ("lenet5", "keras")
    assert str(made) + "\n" == made.text
    assert repr(made).startswith("<Built: 'lenet5' for keras, lines=")
