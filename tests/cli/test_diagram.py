"""`archsum diagram`: what is drawn is tested with the renderers; here its options, files and errors."""

import os
import stat
import sys
from pathlib import Path

import pytest

from archsum import diagram
from archsum.cli import main

NETWORK = """\
input: [8, 8, 3]
variables: {filters: 4}
blocks:
  pair:
    layers:
      - conv2d: {filters: =filters, kernel_size: 3}
      - relu
layers:
  - pair
  - pair
"""

pytestmark = pytest.mark.usefixtures("file")


def test_mermaid_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagram", "net.yaml"]) == 0
    assert capsys.readouterr() == (f"{diagram('net.yaml')}\n", "")


def test_options(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["diagram", "net.yaml", "--format", "dot", "--depth", "1", "--set", "filters=6", "--input", "?,9,1"]
    assert main(arguments) == 0
    expected = diagram("net.yaml", format="dot", depth=1, variables={"filters": 6}, input=[None, 9, 1])
    assert capsys.readouterr().out == f"{expected}\n"
    assert '"pair" -> "pair_1" [label=" ?×7×6 "' in expected.text


def test_a_block(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagram", "net.yaml", "pair_1"]) == 0
    assert capsys.readouterr().out == f"{diagram('net.yaml', 'pair_1')}\n"


@pytest.mark.parametrize(
    ("name", "start"),
    [("net.mmd", "%%{init"), ("net.mermaid", "%%{init"), ("net.dot", 'digraph "net" {'), ("NET.GV", "digraph")],
)
def test_a_file_is_written_in_the_format_that_its_ending_says(
    name: str, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diagram", "net.yaml", "-o", name]) == 0
    assert capsys.readouterr() == ("", "")
    assert Path(name).read_text(encoding="utf-8").startswith(start)
    assert sorted(os.listdir()) == sorted(["net.yaml", name])


def test_svg(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pygraphviz")
    assert main(["diagram", "net.yaml", "-o", "net.svg"]) == 0
    assert capsys.readouterr() == ("", "")
    assert Path("net.svg").read_text(encoding="utf-8").endswith("</svg>\n")


@pytest.mark.parametrize(("name", "start"), [("net.png", b"\x89PNG"), ("net.pdf", b"%PDF-"), ("NET.PDF", b"%PDF-")])
def test_what_is_no_text_is_written_as_it_is(name: str, start: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pygraphviz")
    assert main(["diagram", "net.yaml", "-o", name]) == 0
    assert capsys.readouterr() == ("", "")
    written, drawn = Path(name).read_bytes(), diagram("net.yaml", format=name[-3:].lower()).content
    assert written.startswith(start)
    assert len(written) == len(drawn)  # a pdf has its date in it


def test_svg_without_graphviz(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert main(["diagram", "net.yaml", "-o", "net.svg"]) == 2
    assert capsys.readouterr() == (
        "",
        "error[missing-graphviz]: svg is laid out by Graphviz, which is not installed\n"
        " = help: `pip install pygraphviz` brings it; the formats mermaid and dot need nothing\n",
    )
    assert not Path("net.svg").exists()


def test_graphviz_that_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pygraphviz")
    Path("pygraphviz.py").write_text('raise ImportError("libcgraph.so: not found")', encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    assert main(["diagram", "net.yaml", "--format", "svg"]) == 2
    said = "error[graphviz]: Graphviz failed: ImportError: libcgraph.so: not found\n"
    said += " = help: the formats mermaid and dot need no Graphviz; `--depth` draws less\n"
    assert capsys.readouterr() == ("", said)


def test_graphviz_that_does_not_end(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pygraphviz")
    Path("pygraphviz.py").write_text("import time; time.sleep(1000)", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    monkeypatch.setattr("archsum.render.diagram.graphviz.MAX_LAYOUT_SECONDS", 1)
    assert main(["diagram", "net.yaml", "-o", "net.svg"]) == 2
    assert capsys.readouterr() == (
        "",
        "error[graphviz]: Graphviz has not laid the network out in 1 seconds\n"
        " = help: draw less, with `--depth` or a block's name; the formats mermaid and dot need no layout\n",
    )
    assert not Path("net.svg").exists()


def test_what_stood_in_the_file_stays_where_nothing_can_be_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.mmd").write_text("kept", encoding="utf-8")
    assert main(["diagram", "net.yaml", "nothing", "-o", "net.mmd"]) == 2
    assert "net has no layer `nothing`" in capsys.readouterr().err
    assert Path("net.mmd").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("name", ["missing/net.mmd", "net.yaml/net.mmd"])
def test_a_file_that_cannot_be_written(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagram", "net.yaml", "-o", name]) == 2
    assert capsys.readouterr().err.startswith(f"error[unwritable]: cannot write {name}: ")
    assert os.listdir() == ["net.yaml"]


def test_a_folder_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder.mmd").mkdir()
    assert main(["diagram", "net.yaml", "-o", "folder.mmd"]) == 2
    assert capsys.readouterr().err.startswith("error[unwritable]: cannot write folder.mmd: ")


def test_a_link_stays_a_link() -> None:
    Path("drawn.mmd").touch()
    Path("link.mmd").symlink_to("drawn.mmd")
    assert main(["diagram", "net.yaml", "-o", "link.mmd"]) == 0
    assert Path("link.mmd").is_symlink()
    assert Path("drawn.mmd").stat().st_size > 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_what_is_no_file_is_written_to_and_not_replaced() -> None:
    os.mkfifo("pipe.mmd")
    reader = os.open("pipe.mmd", os.O_RDONLY | os.O_NONBLOCK)
    assert main(["diagram", "net.yaml", "-o", "pipe.mmd"]) == 0
    assert os.read(reader, 7) == b"%%{init"
    os.close(reader)
    assert stat.S_ISFIFO(os.stat("pipe.mmd").st_mode)


def test_a_diagram_larger_than_mermaid_draws_is_printed_with_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    Path("long.yaml").write_text("input: [8]\nlayers:\n" + "  - relu\n  - elu\n" * 300, encoding="utf-8")
    assert main(["diagram", "long.yaml"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("%%{init")
    assert printed.err == (
        "archsum: the diagram has 601 arrows, of which Mermaid draws 500 at most: fold it with --depth, or name a "
        "block\n"
    )
    assert main(["diagram", "long.yaml", "--format", "dot"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["-o", "net.gif"], "which --format? `net.gif` ends in none of .mmd, .mermaid, .dot, .gv, .svg, .pdf, .png"),
        (["--depth", "0"], "argument --depth: `0` is not a number of levels: 1 or more"),
        (["--format", "gif"], "argument --format: invalid choice: 'gif'"),
        (["--format", "png"], "a png is no text to print: write it to a file, with -o"),
        (["pair", "pair_1"], "`pair_1` is one argument too many"),
    ],
)
def test_wrong_usage(arguments: list[str], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["diagram", "net.yaml", *arguments])
    assert f"archsum diagram: error: {error}" in capsys.readouterr().err
