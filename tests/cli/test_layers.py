import io
import json
from collections.abc import Callable

import pytest

from archsum import SpecError, load
from archsum.cli import main
from archsum.language.spec.containers import CONTAINERS
from archsum.layers import KINDS
from archsum.render.layers import render_kind, render_list
from tests.conftest import Golden

Run = Callable[..., str]

WORDS = [*KINDS, *CONTAINERS]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `archsum layers` as in a pipe, 80 columns wide."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> str:
        assert main(["layers", *arguments]) == 0
        return capsys.readouterr().out

    return run


def test_list_has_every_kind_in_its_family(run: Run) -> None:
    lines = run().partition("\nNot in the language")[0].splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "] == WORDS


@pytest.mark.parametrize("kind", ["conv2d", "max_pooling2d", "flatten", "custom", *CONTAINERS])
def test_kind(run: Run, golden: Golden, kind: str) -> None:
    golden(f"{kind}.txt", run(kind))


def test_markdown_list_has_a_row_for_every_kind(run: Run) -> None:
    rows = [line for line in run("--format", "markdown").splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == WORDS


def test_markdown_kind(run: Run, golden: Golden) -> None:
    golden("conv2d.md", run("conv2d", "--format", "markdown"))


@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("width", [50, 80])
def test_lines_fit(kind: str, width: int) -> None:
    too_long = [line for line in render_kind(kind, width).splitlines() if len(line) > width]
    assert all("https://" in line for line in too_long)


@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("width", [40, 80])
def test_example_makes_a_layer(kind: str, width: int) -> None:
    _, _, rest = render_kind(kind, width).partition("Example:\n")
    entry, _, _ = rest.partition("\n\n")
    try:
        several = "inputs: [a, b]" in entry or "inputs:\n" in entry
        inputs = "{a: [8, 8, 3], b: [8, 8, 3]}" if several else "[8, 8, 3]"
        load(io.StringIO(f"input: {inputs}\nlayers:\n{entry}"))
    except SpecError as error:
        assert all(diagnostic.code in ("shape", "unused") for diagnostic in error.diagnostics), error  # noqa: PT017


@pytest.mark.parametrize("width", [60, 80, 100])
def test_list_fits(width: int) -> None:
    assert max(map(len, render_list(width).splitlines())) <= width


@pytest.mark.parametrize(
    ("word", "cure"),
    [
        ("Conv2D", "write `conv2d`"),
        ("linear", "write `dense`"),
        ("conv2dd", "did you mean `conv2d`?"),
        ("repeats", "did you mean `repeat`?"),
        ("wurst", "`archsum layers` lists the kinds; your own are under `blocks`; `custom` states its own numbers"),
    ],
)
def test_unknown_kind(capsys: pytest.CaptureFixture[str], word: str, cure: str) -> None:
    assert main(["layers", word]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == f"error[unknown-layer]: there is no layer `{word}`\n = help: {cure}\n"


def test_a_part_of_several_words_lists_these(run: Run) -> None:
    lines = run("unpool").splitlines()
    assert not lines[0].startswith(" ")
    listed = [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]
    assert listed == ["max_unpooling1d", "max_unpooling2d", "max_unpooling3d"]
    assert "| `max_unpooling2d` |" in run("unpool", "--format", "markdown")


def test_json_has_the_fields_of_every_kind(run: Run) -> None:
    kinds = {kind["kind"]: kind for kind in json.loads(run("--format", "json"))["kinds"]}
    assert [*kinds] == WORDS
    (dense,) = json.loads(run("dense", "--format", "json"))["kinds"]
    assert dense == kinds["dense"]
    assert dense["main_field"] == "units"
    units, *_ = dense["fields"]
    assert units["name"] == "units"
    assert units["required"] is True
    assert {kind["kind"] for kind in json.loads(run("unpool", "--format", "json"))["kinds"]} == {
        f"max_unpooling{rank}d" for rank in (1, 2, 3)
    }
