"""`archsum plot`: its files, options and errors; what is drawn, as far as it can be read from the SVG's texts."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archsum import SpecError, costs, plot
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
  - flatten
  - dense: {name: scores, units: 10}
training: {optimizer: sgd}
"""

SVG = "{http://www.w3.org/2000/svg}"

pytestmark = pytest.mark.usefixtures("file")


@pytest.fixture
def matplotlib() -> None:
    pytest.importorskip("matplotlib")


def texts(svg: bytes) -> list[str]:
    """Return what is written in a picture, spaces between words made plain."""
    found = ElementTree.fromstring(svg).iter(f"{SVG}text")
    return [" ".join("".join(text.itertext()).split()) for text in found]


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize(("name", "start"), [("net.svg", b"<?xml"), ("net.pdf", b"%PDF-"), ("NET.PNG", b"\x89PNG\r\n")])
def test_the_ending_says_the_format(name: str, start: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "net.yaml", "-o", name]) == 0
    assert capsys.readouterr().out == ""
    assert Path(name).read_bytes().startswith(start)
    assert sorted(path.name for path in Path().iterdir()) == sorted(["net.yaml", name])


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize("format_", ["svg", "pdf", "png"])
def test_the_same_network_gives_the_same_file(format_: str) -> None:
    assert plot("net.yaml", format=format_).content == plot("net.yaml", format=format_).content


@pytest.mark.usefixtures("matplotlib")
def test_the_peak_is_named() -> None:
    # Nothing but weights at the optimizer's step of sgd; so the peak is in the backward pass, and a little memory.
    memory = costs("net.yaml").training
    assert memory
    assert memory.at
    written = texts(plot("net.yaml").content)
    assert f"peak {memory.peak / 1024:.2f} KiB" in written
    assert f"in the backward pass of {memory.at.name}" in written
    assert "memory (KiB)" in written


@pytest.mark.usefixtures("matplotlib")
def test_a_peak_in_the_optimizers_step() -> None:
    Path("wide.yaml").write_text("input: [1000]\nlayers: [dense: {units: 1000}]", encoding="utf-8")
    written = texts(plot("wide.yaml", {"batch": 1, "optimizer": "adam"}).content)
    # The weights, their gradients, two states, and a copy; and the batch.
    assert f"peak {(5 * (1000 * 1000 + 1000) + 1000) * 4 / 2**20:.2f} MiB" in written
    assert "in the optimizer's step" in written


@pytest.mark.usefixtures("matplotlib")
def test_a_peak_in_the_forward_pass() -> None:
    # Nothing before the first layer that is trained is kept, but there in its turn.
    layers = "[up_sampling1d: {size: 100}, global_average_pooling1d: {name: pooled}, dense: {units: 1}]"
    Path("large.yaml").write_text(f"input: [9, 1]\nlayers: {layers}", encoding="utf-8")
    assert "in the forward pass of pooled" in texts(plot("large.yaml").content)


@pytest.mark.usefixtures("matplotlib")
def test_options_of_training() -> None:
    arguments = ["--batch", "7", "--optimizer", "adamw", "--precision", "mixed", "--checkpointing", "pair"]
    assert main(["plot", "net.yaml", "-o", "net.svg", *arguments]) == 0
    assert "batch 7, adamw, mixed, checkpointing pair" in texts(Path("net.svg").read_bytes())


@pytest.mark.usefixtures("matplotlib")
def test_a_devices_memory_is_a_line_where_it_is_near_the_peak() -> None:
    memory = costs("net.yaml").training
    assert memory
    devices = f"devices: {{small: {{memory: {memory.peak}, held_back: 1}}, large: {{memory: 1 TB, held_back: 0}}}}\n"
    Path("net.yaml").write_text(f"{NETWORK}{devices}budget: {{device: small}}", encoding="utf-8")
    written = texts(plot("net.yaml").content)
    assert "small" in written
    assert f"batch 32, sgd, float32, on small ({(memory.peak - 1) / 1024:.2f} KiB for the network)" in written
    assert main(["plot", "net.yaml", "-o", "net.svg", "--device", "large"]) == 0
    written = texts(Path("net.svg").read_bytes())
    assert "large" not in written
    assert "batch 32, sgd, float32, on large (931.32 GiB for the network)" in written


def test_a_device_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "net.yaml", "-o", "net.svg", "--device", "a100-40g"]) == 2
    assert capsys.readouterr().err.startswith("error[bad-value]: `device` cannot be `a100-40g`, which is no device\n")


@pytest.mark.usefixtures("matplotlib")
def test_layers_are_named_where_there_is_room() -> None:
    written = texts(plot("net.yaml").content)
    assert [written.count(name) for name in ("pair", "pair_1", "flatten", "scores")] == [0, 0, 2, 2]
    assert [written.count(name) for name in ("conv2d", "relu")] == [4, 4]


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize(("layers", "named"), [(20, 20), (26, 26), (27, 0), (60, 0), (200, 0)])
def test_all_layers_are_named_or_none(layers: int, named: int) -> None:
    Path("long.yaml").write_text("input: [8]\nlayers:\n" + "  - dense: {units: 8}\n" * layers, encoding="utf-8")
    names = [text for text in texts(plot("long.yaml").content) if re.fullmatch(r"dense(_\d+)?", text)]
    assert len(names) == 2 * named


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize(("names", "upright"), [(["in", "out"], 0), (["in", "a_name_that_is_longer_than_it"] * 4, 16)])
def test_all_names_have_one_orientation(names: list[str], upright: int) -> None:
    layers = ", ".join(f"dense: {{name: {name}_{number}, units: 8}}" for number, name in enumerate(names))
    Path("named.yaml").write_text(f"input: [8]\nlayers: [{layers}]", encoding="utf-8")
    drawn = ElementTree.fromstring(plot("named.yaml").content)
    turned = [element for element in drawn.iter(f"{SVG}text") if "rotate(-90" in element.get("transform", "")]
    assert len(turned) == upright + 1  # the label of the memory's axis


@pytest.mark.usefixtures("matplotlib")
def test_what_is_unknown_is_called_so() -> None:
    Path("open.yaml").write_text(
        "input: [null, 3]\nlayers: [dense: {units: 4}, relu, dense: {units: 9}]", encoding="utf-8"
    )
    written = texts(plot("open.yaml").content)
    assert "unknown: sizes, or what is kept, of dense, relu, dense_1" in written
    assert "MACs of a sample (×: unknown)" in written
    assert "parameters" in written
    assert not any(text.startswith("peak") for text in written)


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize("layers", ["[flatten]", "[relu: {name: 层}]", "[custom: {output_shape: [3]}]"])
def test_no_network_is_too_odd(layers: str) -> None:
    Path("odd.yaml").write_text(f"name: '<$\\frac$ & 层>'\ninput: [8]\nlayers: {layers}", encoding="utf-8")
    assert "<$\\frac$ & 层>" in texts(plot("odd.yaml").content)


@pytest.mark.usefixtures("matplotlib")
def test_the_users_settings_of_matplotlib_stay_as_they_are() -> None:
    import matplotlib

    matplotlib.rcParams["font.size"] = 17
    before = plot("net.yaml").content
    assert matplotlib.rcParams["font.size"] == 17
    matplotlib.rcdefaults()
    assert plot("net.yaml").content == before


@pytest.mark.usefixtures("matplotlib")
def test_a_notebook_shows_it() -> None:
    drawn = plot("net.yaml")
    assert drawn._repr_mimebundle_()["image/svg+xml"] == drawn.content.decode()
    assert repr(drawn) == f"<Plot in svg: bytes={len(drawn.content):,}>"


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    Path("net.svg").write_text("kept", encoding="utf-8")
    assert main(["plot", "net.yaml", "-o", "net.svg"]) == 2
    assert capsys.readouterr() == (
        "",
        "error[missing-matplotlib]: the picture is drawn by matplotlib, which is not installed\n"
        " = help: `pip install matplotlib` brings it\n",
    )
    assert Path("net.svg").read_text(encoding="utf-8") == "kept"


@pytest.mark.usefixtures("matplotlib")
def test_a_file_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "net.yaml", "-o", "missing/net.svg"]) == 2
    assert capsys.readouterr().err.startswith("error[unwritable]: cannot write missing/net.svg: ")


def test_wrong_values_from_python() -> None:
    with pytest.raises(ValueError, match="there is no format 'gif': choose from svg, pdf, png"):
        plot("net.yaml", format="gif")
    with pytest.raises(SpecError):
        plot("net.yaml", {"batch": 0})


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "the following arguments are required: -o/--output"),
        (["-o", "net.jpg"], "argument -o/--output: `net.jpg` ends in none of .svg, .pdf, .png"),
        (["-o", "-"], "argument -o/--output: `-` ends in none of .svg, .pdf, .png"),
        (["-o", "net.svg", "--batch", "0"], "argument --batch: `0` is not a number of samples: 1 or more"),
    ],
)
def test_wrong_usage(arguments: list[str], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["plot", "net.yaml", *arguments])
    assert f"archsum plot: error: {error}" in capsys.readouterr().err
