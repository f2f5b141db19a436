"""Variables that no formula names: most likely a number was meant to be one."""

import io
from pathlib import Path

import pytest

import archsum
from archsum.cli import main
from tests.support.paths import EXAMPLES


def unused(text: str) -> list[str]:
    """Return the warnings' places and messages."""
    found = archsum.load(io.StringIO(text)).warnings
    return [f"{one.place} {one.code}: {one.message}" for one in found]


def test_it_is_named_with_what_to_write() -> None:
    text = "input: [8]\nvariables: {units: 4, width: 2}\nlayers: [dense: 4, dense: =width]\n"
    (warning,) = archsum.load(io.StringIO(text)).warnings
    assert (warning.code, warning.is_warning, warning.place) == ("unused-variable", True, "<input>:2:13")
    assert warning.message == "no formula names the variable `units`, so that it changes nothing"
    assert warning.cure == "write `=units` where it is meant, or leave it out"
    assert unused(text.replace("dense: 4", "dense: =units")) == []
    assert unused(text.replace("units: 4, ", "")) == []


@pytest.mark.parametrize(
    "use",
    [
        "layers: [dense: =n]",
        'layers: [dense: {units: "=m[0] + n"}]',
        "layers: [repeat: {times: =n, layers: [relu]}]",
        "layers: [repeat: {over: =rows, layers: [dense: =units + n]}]",
        "layers: [relu, dense: {units: 3, if: =n > 1}]",
        "layers: [b: {units: =n}]\nblocks: {b: {parameters: {units: }, layers: [dense: =units]}}",
        "layers: [b]\nblocks: {b: {layers: [dense: =n]}}",
        "layers: [b]\nblocks: {b: {parameters: {n: =n}, layers: [dense: =n]}}",
        "layers: [relu]\nbudget: {max_params: =n}",
        "layers: [relu]\nname: ='small' if n < 3 else 'large'",
        "layers: [relu]\ntraining: {batch: =n}",
        "layers: [relu]\ndefaults: {dense: {units: =n}}",
    ],
)
def test_whatever_names_it_uses_it(use: str) -> None:
    text = f"input: [8]\nvariables: {{n: 2, m: [2, 3], rows: [{{units: 2}}]}}\n{use}\n"
    assert not any("`n`" in warning for warning in unused(text))


def test_a_variable_of_another_uses_it() -> None:
    text = "input: [8]\nvariables: {n: 2, twice: =2 * n}\nlayers: [dense: =twice]\n"
    assert unused(text) == []
    text = text.replace("=twice]", "4]")
    assert unused(text) == [
        "<input>:2:19 unused-variable: no formula names the variable `twice`, so that it changes nothing"
    ]


def test_a_parameter_of_the_same_name_hides_it() -> None:
    text = """\
input: [8]
variables: {units: 4}
blocks: {b: {parameters: {units: 8}, layers: [dense: =units]}}
layers: [b]
"""
    assert archsum.summarize(io.StringIO(text), variables={"units": 99}).params == 72
    assert len(unused(text)) == 1
    followed = text.replace("layers: [b]", "layers: [b: {units: =units}]")
    assert unused(followed) == []
    assert archsum.summarize(io.StringIO(followed), variables={"units": 99}).params == 9 * 99


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_no_example_has_one(path: Path) -> None:
    assert not archsum.load(path).warnings


def test_a_sweep_and_a_solution_warn_of_what_is_varied_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "input: [8]\nvariables: {units: 4, width: 2}\nlayers: [dense: =width]\n"
    Path("net.yaml").write_text(text, encoding="utf-8")
    warning = (
        "warning[unused-variable]: no formula names the variable `units`, so that it changes nothing\n"
        " --> net.yaml:2:13\n"
        "2 | variables: {units: 4, width: 2}\n"
        "  |             ^^^^^\n"
        "  = help: write `=units` where it is meant, or leave it out\n"
    )
    for command, warned in (
        ("sweep net.yaml --set width=1:2", False),
        ("sweep net.yaml --set width=1:2 --set units=3,4", True),
        ("solve net.yaml --vary width=1:9 --where params<50", False),
        ("solve net.yaml --vary units=1:9 --where params<50", True),
        ("solve net.yaml --vary width=1:9 --set units=3 --where params<50", True),
        ("summary net.yaml", True),
        ("check net.yaml --max-params 99", True),
    ):
        assert main(command.split()) == 0
        assert capsys.readouterr().err == (warning if warned else "")
