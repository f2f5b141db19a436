"""Live models by `module:name`, where there is none: what is wrong is said, and another's exception is its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

import archsum
from archsum.cli import main

Module = Callable[[str], None]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Return what writes `model_here.py` in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "model_here", raising=False)

    def write(text: str) -> None:
        (tmp_path / "model_here.py").write_text(text, encoding="utf-8")

    return write


def complaint(source: str) -> archsum.Diagnostic:
    with pytest.raises(archsum.SpecError) as caught:
        archsum.load(source)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def test_a_module_that_is_not_there(module: Module) -> None:
    assert complaint("model_here:net").message == (
        "`model_here:net` raised ModuleNotFoundError: No module named 'model_here'"
    )


def test_code_without_a_name() -> None:
    with pytest.raises(archsum.SpecError) as raised:
        archsum.load("model.py")
    [problem] = raised.value.diagnostics
    assert problem.message == "`model.py` is code, and a network is what one of its names is"
    assert problem.cure == "name it too, as in `model.py:model`"


def test_a_name_that_is_not_there_and_the_one_that_was_meant(module: Module) -> None:
    module("def network(): ...")
    diagnostic = complaint("model_here:netwrok")
    assert diagnostic.code == "no-model"
    assert diagnostic.message == "`model_here:netwrok`: `netwrok` is not there"
    assert diagnostic.cure == "did you mean `network`?"


def test_a_function_that_needs_arguments(module: Module) -> None:
    module("def network(width, *rest, depth, kind='small', **others): ...")
    diagnostic = complaint("model_here:network")
    assert diagnostic.message == "`model_here:network` needs arguments: `width`, `depth`"


@pytest.mark.parametrize(("value", "kind"), [("3", "builtins.int"), ("lambda: {}", "builtins.dict")])
def test_what_is_no_model(module: Module, value: str, kind: str) -> None:
    module(f"net = {value}")
    assert complaint("model_here:net").message == f"`model_here:net` is no model: it is of type {kind}"


@pytest.mark.parametrize("raised", ["ValueError('too wide')", "SystemExit('too wide')"])
def test_an_exception_is_shown_as_theirs_with_where_it_was_raised(module: Module, raised: str) -> None:
    module(f"def inner():\n    raise {raised}\n\ndef net():\n    inner()\n")
    diagnostic = complaint("model_here:net")
    assert diagnostic.code == "raised"
    assert diagnostic.message == f"`model_here:net` raised {raised.partition('(')[0]}: too wide"
    assert diagnostic.span
    assert diagnostic.span.place.endswith("model_here.py: line 2")
    assert [(said, place.place.rpartition("/")[2]) for said, place in diagnostic.notes] == [
        ("in `net` at", "model_here.py: line 5")
    ]


def test_what_a_module_prints_is_not_in_the_result(module: Module, capsys: pytest.CaptureFixture[str]) -> None:
    module("print('hello')")
    assert main(["summary", "model_here:net"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("hello\nerror[no-model]: `model_here:net`: `net` is not there\n")


def test_text_of_another_in_a_message_stays_text(module: Module) -> None:
    module(r"raise ValueError('\x1b[31mred\x07')")
    assert "\x1b" not in complaint("model_here:net").render()


def test_a_file_that_is_called_so_is_a_file(module: Module, tmp_path: Path) -> None:
    (tmp_path / "a:b").write_text("input: [3]\nlayers: [relu]\n", encoding="utf-8")
    assert archsum.summarize("a:b").layers[0].output_shape == (3,)


def test_a_live_model_has_no_variables(module: Module) -> None:
    with pytest.raises(archsum.SpecError, match="model_here:net has no variable `width`"):
        archsum.load("model_here:net", variables={"width": 2})


def test_an_exception_that_cannot_be_written(module: Module) -> None:
    module("class Mute(Exception):\n    def __str__(self):\n        raise ValueError\ndef net():\n    raise Mute\n")
    assert complaint("model_here:net").message == "`model_here:net` raised Mute: it has no words"
