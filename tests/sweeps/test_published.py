"""One sweep over a file gives the totals that others have published of a whole family."""

from pathlib import Path

import archsum
from archsum.sweeps.rows import Row
from tests.support.paths import EXAMPLES
from tests.support.search_spaces.nasbench_101 import Cell

# torchvision 0.21's documentation, `num_params` of EfficientNet_B0_Weights to EfficientNet_B7_Weights:
# https://docs.pytorch.org/vision/0.21/models/efficientnet.html
EFFICIENTNET = {
    (1.0, 1.0): 5_288_548,
    (1.0, 1.1): 7_794_184,
    (1.1, 1.2): 9_109_994,
    (1.2, 1.4): 12_233_232,
    (1.4, 1.8): 19_341_616,
    (1.6, 2.2): 30_389_784,
    (1.8, 2.6): 43_040_704,
    (2.0, 3.1): 66_347_960,
}
"""Trainable parameters by width and depth."""

# The same, of ResNet18_Weights to ResNet152_Weights.
BASIC_RESNETS = {(2, 2, 2, 2): 11_689_512, (3, 4, 6, 3): 21_797_672}
BOTTLENECK_RESNETS = {(3, 4, 6, 3): 25_557_032, (3, 4, 23, 3): 44_549_160, (3, 8, 36, 3): 60_192_808}

# https://github.com/tensorflow/models/blob/master/research/slim/nets/mobilenet/README.md
MOBILENET_V2 = {
    1.4: ({224: 582}, 6.06),
    1.3: ({224: 509}, 5.34),
    1.0: ({224: 300, 192: 221, 160: 154, 128: 99, 96: 56}, 3.47),
    0.75: ({224: 209, 192: 153, 160: 107, 128: 69, 96: 39}, 2.61),
    0.5: ({224: 97, 192: 71, 160: 50, 128: 32, 96: 18}, 1.95),
    0.35: ({224: 59, 192: 43, 160: 30, 128: 20, 96: 11}, 1.66),
}
"""Millions of MACs by the image's size, and of parameters without those of batch normalization, by width."""

# The trainable parameters of cells of NAS-Bench-101: https://github.com/google-research/nasbench, NASBench.ipynb;
# https://github.com/microsoft/nni/blob/v1.7/docs/en_US/NAS/BenchmarksExample.ipynb, 8.55553 million;
# and the largest of the dataset, by which others normalize it.
CELLS = {
    2_694_282: Cell(
        7,
        [(0, 1), (0, 2), (0, 3), (0, 5), (1, 6), (2, 6), (3, 4), (4, 6), (5, 6)],
        ["conv1x1", "conv3x3", "conv3x3", "conv3x3", "max_pool"],
    ),
    8_555_530: Cell(
        7,
        [(0, 1), (0, 4), (0, 5), (1, 2), (2, 3), (2, 6), (3, 5), (4, 5), (5, 6)],
        ["conv3x3", "max_pool", "conv3x3", "conv3x3", "conv1x1"],
    ),
    49_979_274: Cell(7, [(0, 1), (0, 4), (0, 5), (0, 6), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6)], ["conv3x3"] * 5),
}


def swept(name: str, variants: object, *metrics: str) -> list[Row]:
    rows = list(archsum.sweep(EXAMPLES / f"{name}.yaml", variants, metrics=metrics))  # type: ignore[arg-type]
    assert {row.verdict for row in rows} == {"ok"}
    return rows


def test_efficientnet() -> None:
    rows = swept("efficientnet", [{"width": w, "depth": d} for w, d in EFFICIENTNET], "trainable_params")
    assert [row.metrics["trainable_params"] for row in rows] == list(EFFICIENTNET.values())


def test_resnet() -> None:
    for name, family in (("resnet18", BASIC_RESNETS), ("resnet50", BOTTLENECK_RESNETS)):
        rows = swept(name, {"depths": list(map(list, family))}, "trainable_params")
        assert [row.metrics["trainable_params"] for row in rows] == list(family.values())


def test_mobilenet_v2() -> None:
    variants = [
        {"width": width, "input": (3, size, size)} for width, (macs, _) in MOBILENET_V2.items() for size in macs
    ]
    rows = swept("mobilenet_v2", variants, "macs", "trainable_params", "non_trainable_params")
    assert len(rows) == 22
    for row in rows:
        macs, params = MOBILENET_V2[row.values["width"]]
        # Batch normalization has as many trainable parameters, a scale and an offset, as it has others.
        of_others = (row.metrics["trainable_params"] or 0) - (row.metrics["non_trainable_params"] or 0)
        assert f"{of_others / 1e6:.2f}" == f"{params:.2f}", row
        assert abs((row.metrics["macs"] or 0) / 1e6 - macs[row.values["input"][1]]) < 1, row


def test_nasbench_101() -> None:
    rows = swept("nasbench_101", [cell.values for cell in CELLS.values()], "trainable_params")
    assert [row.metrics["trainable_params"] for row in rows] == list(CELLS)


def test_the_sweep_of_a_command_is_the_same(tmp_path: Path) -> None:
    from archsum.cli import main

    rows = tmp_path / "compound.csv"
    lines = (f"{width},{depth}\n" for width, depth in EFFICIENTNET)
    rows.write_text(f"width,depth\n{''.join(lines)}", encoding="utf-8")
    out = tmp_path / "family.csv"
    command = ["sweep", str(EXAMPLES / "efficientnet.yaml"), "--rows", str(rows), "--columns", "trainable_params"]
    assert main([*command, "-o", str(out)]) == 0
    written = [line.split(",")[3] for line in out.read_text(encoding="utf-8").splitlines()[1:]]
    assert written == list(map(str, EFFICIENTNET.values()))
