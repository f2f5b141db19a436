"""The tables of examples/README.md: every example is there, with its own totals and with those that others publish."""

import re
from pathlib import Path

import pytest

import archsum
from tests.support.formulas import evaluate

EXAMPLES = Path(__file__).parents[1] / "examples"
TEXT = (EXAMPLES / "README.md").read_text(encoding="utf-8")

_BIAS = re.compile(r"^\| \[\w+\.yaml\]\((?P<file>biases/\w+\.yaml)\) \| .+ \| (?P<derivation>.+) \|$", re.MULTILINE)
_NETWORK = re.compile(
    r"^\| \[\w+\]\((?P<file>\w+\.yaml)\) \| [^|]+ \| (?P<params>[\d,]+) \| (?P<macs>[\d,]+) \| (?P<published>.+) \|$",
    re.MULTILINE,
)
_FIGURE = re.compile(r"(?P<number>\d[\d,.]*)(?P<unit> million| billion)? (?P<what>[a-zA-Z ]*[a-zA-Z])")

BIASES = list(_BIAS.finditer(TEXT))
GALLERY = list(_NETWORK.finditer(TEXT))

FIGURES = {
    "parameters": "params",
    "trainable": "trainable_params",
    "PyTorch params": "torch_params",
    "MACs": "macs",
    "connections": "connections",
}
"""What the gallery counts, and the total that it means."""


def test_biases_are_as_many_as_the_table_derives() -> None:
    assert {row["file"] for row in BIASES} == {f"biases/{file.name}" for file in EXAMPLES.glob("biases/*.yaml")}
    for row in BIASES:
        params = archsum.summarize(EXAMPLES / row["file"]).params
        assert {evaluate(side.strip()) for side in row["derivation"].replace(",", "").split("=")} == {params}


def test_the_gallery_has_every_example() -> None:
    assert [row["file"] for row in GALLERY] == sorted(file.name for file in EXAMPLES.glob("*.yaml"))


@pytest.mark.parametrize("row", GALLERY, ids=lambda row: row["file"])
def test_a_network_of_the_gallery_has_the_totals_shown_and_those_published(row: re.Match[str]) -> None:
    summary = archsum.summarize(EXAMPLES / row["file"])
    assert (f"{summary.params:,}", f"{summary.macs:,}") == (row["params"], row["macs"])
    for figure in _FIGURE.finditer(row["published"]):
        number = figure["number"].replace(",", "")
        unit = {" million": 10**6, " billion": 10**9}.get(figure["unit"], 1)
        decimals = len(number.partition(".")[2])
        total = getattr(summary, FIGURES[figure["what"]])
        assert f"{total / unit:.{decimals}f}" == number, figure[0]
