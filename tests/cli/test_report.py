"""`archsum report` and `archsum diff --format html`: what they write, and where."""

import sys
from pathlib import Path

import pytest

import archsum
from archsum.cli import main

NETWORK = """\
input: [8, 8, 3]
variables: {filters: 4}
layers:
  - conv2d: {filters: =filters, kernel_size: 3}
  - flatten
  - dense: 10
"""

pytestmark = pytest.mark.usefixtures("file")


@pytest.fixture
def jinja() -> None:
    pytest.importorskip("jinja2")


@pytest.mark.usefixtures("jinja")
def test_a_file_or_what_is_piped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "net.yaml", "-o", "report.html"]) == 0
    assert capsys.readouterr() == ("", "")
    written = Path("report.html").read_text(encoding="utf-8")
    assert main(["report", "net.yaml"]) == 0
    assert capsys.readouterr() == (written, "")
    assert written.startswith("<!doctype html>")
    assert written == archsum.report("net.yaml", titles=["net.yaml"]).html


@pytest.mark.usefixtures("jinja")
def test_on_a_terminal_it_asks_for_a_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(SystemExit, match="2"):
        main(["report", "net.yaml"])
    assert "write it to a file, as with `-o report.html`" in capsys.readouterr().err


@pytest.mark.usefixtures("jinja")
def test_options(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--set", "filters=8", "--input", "10,10,3", "--batch", "7", "--optimizer", "sgd", "--max-params", "10k"]
    assert main(["report", "net.yaml", *options]) == 0
    page = capsys.readouterr().out
    expected = archsum.summarize("net.yaml", variables={"filters": 8}, input=(10, 10, 3)).params
    assert f">{expected:,}</button> of 10,000" in page
    assert "training: batch 7, sgd, float32" in page


@pytest.mark.usefixtures("jinja")
@pytest.mark.parametrize("arguments", [["net.yaml", "other.yaml"], ["net.yaml", "--set-after", "filters=8"]])
def test_two_networks(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("other.yaml").write_text(NETWORK.replace("filters: 4", "filters: 8"), encoding="utf-8")
    assert main(["report", *arguments]) == 0
    page = capsys.readouterr().out
    after = "other.yaml" if len(arguments) == 2 else "net.yaml with filters=8"
    assert f"<h1>net.yaml → {after}</h1>" in page
    assert "filters 4 → 8" in page
    assert page.count('class="timeline"') == 2


@pytest.mark.usefixtures("jinja")
def test_what_changed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["diff", "net.yaml", "net.yaml", "--set-after", "filters=8", "--format", "html"]
    assert main([*arguments, "--exit-code"]) == 1
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    assert "filters 4 → 8" in page
    assert 'class="timeline"' not in page


def test_every_problem_of_both(capsys: pytest.CaptureFixture[str]) -> None:
    Path("wrong.yaml").write_text("input: [8]\nlayers: [flaten]", encoding="utf-8")
    assert main(["report", "wrong.yaml", "missing.yaml", "-o", "report.html"]) == 2
    said = capsys.readouterr().err
    assert "there is no layer `flaten`" in said
    assert "cannot read missing.yaml" in said
    assert not Path("report.html").exists()


def test_without_jinja(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    Path("report.html").write_text("kept", encoding="utf-8")
    for arguments in (
        ["report", "net.yaml", "-o", "report.html"],
        ["diff", "net.yaml", "net.yaml", "--format", "html"],
    ):
        assert main(arguments) == 2
        assert capsys.readouterr() == (
            "",
            "error[missing-jinja]: pages are written with Jinja, which is not installed\n"
            " = help: `pip install jinja2` brings it\n",
        )
    assert Path("report.html").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["net.yaml"] * 3, "a page is of one network, or of two, before and after"),
        (["net.yaml", "--batch", "0"], "argument --batch: `0` is not a number of samples: 1 or more"),
        ([], "the following arguments are required: SOURCE"),
    ],
)
def test_wrong_usage(arguments: list[str], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["report", *arguments])
    assert f"archsum report: error: {error}" in capsys.readouterr().err


@pytest.mark.usefixtures("jinja")
def test_a_limit_that_is_a_growth(capsys: pytest.CaptureFixture[str]) -> None:
    """Of one network it cannot be checked; what the page says to do is another page, on which it is."""
    Path("other.yaml").write_text(f"{NETWORK}budget: {{max_params: +0}}", encoding="utf-8")
    assert main(["report", "other.yaml"]) == 0
    page = capsys.readouterr().out
    assert "nothing to compare with" in page
    assert "a report is of two networks then" in page
    assert main(["report", "net.yaml", "other.yaml"]) == 0
    page = capsys.readouterr().out
    assert "nothing to compare with" not in page
    assert "<strong>ok, 0 left</strong>" in page
    assert "<li>+0 of the 1,562 of net.yaml: as it was</li>" in page


@pytest.mark.usefixtures("jinja")
def test_in_a_session() -> None:
    page = archsum.report("net.yaml")
    page.save("saved.html")
    assert Path("saved.html").read_text(encoding="utf-8") == page.html == str(page)
    with pytest.raises(archsum.SpecError, match="cannot write missing"):
        page.save(Path("missing") / "saved.html")
    assert repr(page) == f"<Report: characters={len(page.html):,}>"
    assert page._repr_html_().startswith("<iframe srcdoc=")
    with pytest.raises(archsum.SpecError, match="batch"):
        archsum.report("net.yaml", training={"batch": 0})
