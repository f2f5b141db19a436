"""The codes of errors: those that the source uses are those that `archsum explain-error` explains, by true examples."""

import ast
import io
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import archsum
from archsum import SpecError
from archsum.cli import main
from archsum.codes import CODES
from archsum.render.codes import render_code
from tests.support.paths import ROOT

SOURCES = sorted((ROOT / "src" / "archsum").rglob("*.py"))

REPORTERS = {"Diagnostic", "_report", "_stop", "report", "warn", "BadItemError", "refuse"}
"""What makes a diagnostic, or passes its code on: the first argument is the code."""

WITHOUT_EXAMPLE = {
    "bad-number": "one is a thousand digits long",
    "bad-settings": "they are a file of their own",
    "custom-layer": "a warning",
    "differs": "archsum itself is wrong then",
    "lost-worker": "a process is killed for it",
    "merged-weights": "a warning",
    "not-in-framework": "it depends on what a framework has",
    "other-sweep": "a file is begun by another command for it",
    "too-deep": "one has 65 brackets",
}

MISSING = {
    "missing-distributed": "sweeps.engines",
    "missing-graphviz": "render.diagram.graphviz",
    "missing-h5py": "interchange.keras.hdf5",
    "missing-jinja": "render.report",
    "missing-matplotlib": "render.plot",
    "missing-mpi4py": "sweeps.engines",
    "missing-onnx": "interchange.onnx.protobuf",
    "missing-pyarrow": "render.sweep.parquet",
    "missing-shtab": "cli.completion",
}
"""Where it is looked whether something is installed."""

NETWORK = "variables: {width: 8}\ninput: [32, 32, 3]\nlayers:\n  - conv2d: {filters: =width, kernel_size: 3}\n"


def called(node: ast.Call) -> str:
    function = node.func
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def codes_in(path: Path) -> Iterator[str]:
    """Yield the codes that a file gives to what makes a diagnostic; where it is a variable, what is assigned to it."""
    tree = ast.parse(path.read_text("utf-8"))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and called(node) in REPORTERS]
        codes = [node.args[0] for node in calls if node.args]
        if any(isinstance(code, ast.Name) for code in codes) and function.name not in REPORTERS:
            assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
            codes += [node.value for node in assigned if ast.unparse(node.targets[0]) == "code"]
        for code in codes:
            yield from (str(node.value) for node in constants(code))


def constants(node: ast.expr) -> Iterator[ast.Constant]:
    """Yield the texts that an expression can give, the condition of a choice apart."""
    for part in (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,):
        if isinstance(part, ast.Constant):
            yield part


def test_every_code_that_is_used_is_explained_and_no_other() -> None:
    used = {code for path in SOURCES for code in codes_in(path)}
    assert used == CODES.keys()


def test_the_order_is_that_of_the_alphabet() -> None:
    assert list(CODES) == sorted(CODES)


@pytest.mark.parametrize("word", CODES)
def test_what_is_said_are_sentences(word: str) -> None:
    code = CODES[word]
    assert code.meaning.endswith(".")
    assert code.cure.endswith(".")
    assert bool(code.wrong) == bool(code.right) == (word not in WITHOUT_EXAMPLE)


def found(text: str) -> set[str]:
    """Return the codes of what is wrong with a file, or is to be said of it."""
    try:
        network = archsum.load(io.StringIO(text))
        assert archsum.summarize(network).layers
    except SpecError as error:
        return {diagnostic.code for diagnostic in error.diagnostics}
    return {warning.code for warning in network.warnings}


@pytest.mark.parametrize("word", [word for word, code in CODES.items() if code.wrong[:8] not in ("", "archsum ")])
def test_a_file_that_is_wrong_has_that_error_alone_and_what_is_right_has_none(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("archsum.work"), "MAX_STEPS", 200_000)  # sooner reached
    assert found(CODES[word].wrong) == {word}
    assert found(CODES[word].right) == set()


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Make a folder with the files that the commands name, on a machine that lacks what others bring."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(NETWORK, encoding="utf-8")
    (tmp_path / "model.h5").write_bytes(b"")
    (tmp_path / "net.onnx").write_bytes(b"")
    (tmp_path / "latin1.yaml").write_text(f"# größe\n{NETWORK}", encoding="latin-1")
    return tmp_path


@pytest.mark.parametrize("word", [word for word, code in CODES.items() if code.wrong.startswith("archsum ")])
def test_a_command_that_is_wrong_has_that_error_and_one_that_is_right_has_none(
    word: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if word.startswith("missing-"):
        monkeypatch.setattr(import_module(f"archsum.{MISSING[word]}"), "find_spec", lambda name: None)
    if word == "graphviz":
        pytest.importorskip("pygraphviz")
        (folder / "pygraphviz.py").write_text("raise ImportError", encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", str(folder))
    assert main(shlex.split(CODES[word].wrong)[1:]) == 2
    assert capsys.readouterr().err.startswith(f"error[{word}]: ")
    command, *arguments = shlex.split(CODES[word].right)
    if command == "archsum":
        assert main(arguments) == 0
    elif command == "iconv" and shutil.which("iconv"):
        subprocess.run(CODES[word].right, shell=True, check=True)
        assert main(["summary", arguments[-1]]) == 0


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain-error"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "] == list(CODES)


def test_one(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["explain-error", "unknown-field"]) == 0
    assert capsys.readouterr().out == (
        "unknown-field\n"
        "  There is no field of that name.\n"
        "\n"
        "Help:\n"
        "  Write what the help says. `archsum layers KIND` lists the fields of a kind.\n"
        "\n"
        "Wrong:\n"
        "  input: [32, 32, 3]\n"
        "  layers:\n"
        "    - conv2d: {out_channels: 8, kernel_size: 3}\n"
        "\n"
        "Right:\n"
        "  input: [32, 32, 3]\n"
        "  layers:\n"
        "    - conv2d: {filters: 8, kernel_size: 3}\n"
    )


@pytest.mark.parametrize("word", CODES)
def test_lines_fit(word: str) -> None:
    code = CODES[word]
    examples = {f"  {line}" for text in (code.wrong, code.right) for line in text.splitlines()}
    assert all(len(line) <= 50 for line in render_code(word, 50).splitlines() if line not in examples)
    assert max(map(len, render_code(word, 80).splitlines())) <= 100


@pytest.mark.parametrize(
    ("word", "cure"),
    [("unknown-feild", "did you mean `unknown-field`?"), ("E501", "`archsum explain-error` lists the codes")],
)
def test_a_code_that_there_is_not(word: str, cure: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["explain-error", word])
    assert caught.value.code == 2
    assert f"there is no code `{word}`: {cure}" in capsys.readouterr().err
