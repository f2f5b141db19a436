"""Time sweeps: ResNet-50 in many widths, depths and resolutions, and beside it the same models built by others.

    python -m tests.benchmarks.sweep [VARIANTS] [JOBS]

The sweep is a process of its own with JOBS workers; by default it is of 20,000 variants on 2. For each tenth of the
rows the time is printed, and the memory of the process and its workers together; at the end the microseconds a variant.

Then a few of the same networks, of all depths and resolutions, are built by PyTorch on its meta device and counted by
its FlopCounterMode, and by Keras, whose parameters are counted, in turn with ours: the ratios are of medians.
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from tests.support.parity.torch_models import torchvision
from tests.support.paths import EXAMPLES

import archsum

PEERS = 12
"""The networks that are built by each."""
DEPTHS, SIZES = "[1:8,1:8,1:12,1:8]", tuple(range(96, 353, 32))


def resnet_of_any_width() -> str:
    """Return ResNet-50's file with a variable more, by which all filters are multiplied."""
    text = (EXAMPLES / "resnet50.yaml").read_text(encoding="utf-8").replace("variables: {", "variables: {width: 1.0, ")
    return re.sub(r"filters: (\d+)", r"filters: =round(\1 * width)", text)


def sweep(variants: int, jobs: int) -> None:
    """Sweep over samples in a process of its own, and print how it goes on."""
    with tempfile.TemporaryDirectory() as folder:
        file, rows = Path(folder, "resnet.yaml"), Path(folder, "rows.csv")
        file.write_text(resnet_of_any_width(), encoding="utf-8")
        settings = ["--set", "width=0.25:2:0.05", "--set", f"depths={DEPTHS}"]
        inputs = [word for size in SIZES for word in ("--input", f"3,{size},{size}")]
        command = [sys.executable, "-m", "archsum", "sweep", str(file), *settings, *inputs]
        start, printed = time.perf_counter(), 0
        with subprocess.Popen([*command, "--samples", str(variants), "--jobs", str(jobs), "-o", str(rows)]) as process:
            while process.poll() is None:
                time.sleep(0.5)
                done = rows.read_bytes().count(b"\n") - 1 if rows.exists() else 0
                if done >= (printed + 1) * variants // 10:
                    printed = 10 * done // variants
                    print(f"{done:9,} rows  {time.perf_counter() - start:7.1f} s  {megabytes(process.pid):6.0f} MB")
        seconds = time.perf_counter() - start
        print(f"{variants:,} variants, {jobs} jobs: {seconds:.1f} s, {1e6 * seconds / variants:.0f} µs a variant")
    print(f"the most memory of one process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


def megabytes(process: int) -> float:
    """Return the memory of a process and its children now."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    pages = [int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) for pid in (process, *children)]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def of_torch(depths: list[int], size: int) -> None:
    """Build a ResNet on the meta device, and count its parameters and operations."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    resnet = torchvision().models.resnet
    with torch.device("meta"):
        model = resnet.ResNet(resnet.Bottleneck, depths).eval()
        batch = torch.empty((1, 3, size, size))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(batch)
    assert sum(parameter.numel() for parameter in model.parameters())
    assert counter.get_total_flops()


def of_keras(depths: list[int], size: int) -> None:
    """Build a ResNet, and count its parameters."""
    from keras import Model, layers

    def conv(x: Any, filters: int, kernel: int, strides: int = 1) -> Any:
        x = layers.Conv2D(filters, kernel, strides, "same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    taken = layers.Input((size, size, 3))
    x = layers.MaxPooling2D(3, 2, "same")(layers.ReLU()(conv(taken, 64, 7, 2)))
    for stage, depth in enumerate(depths):
        for index in range(depth):
            filters, strides = 64 * 2**stage, 2 if stage and index == 0 else 1
            inner = layers.ReLU()(conv(x, filters, 1))
            inner = conv(layers.ReLU()(conv(inner, filters, 3, strides)), 4 * filters, 1)
            shortcut = conv(x, 4 * filters, 1, strides) if index == 0 else x
            x = layers.ReLU()(layers.Add()([inner, shortcut]))
    model = Model(taken, layers.Dense(1000)(layers.GlobalAveragePooling2D()(x)))
    assert model.count_params()


def beside_others() -> None:
    """Time the same networks by each in turn, and print the ratios."""
    random = Random(0)
    template = archsum.template(EXAMPLES / "resnet50.yaml")
    candidates = [([random.randint(1, 8) for _ in range(4)], random.choice(SIZES)) for _ in range(PEERS + 1)]

    def of_ours(depths: list[int], size: int) -> None:
        variant: Mapping[str, Any] = {"depths": depths, "input": (3, size, size)}
        assert len(list(archsum.sweep(template, [variant]))) == 1

    ways: dict[str, Callable[[list[int], int], None]] = {"archsum": of_ours, "PyTorch": of_torch, "Keras": of_keras}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for depths, size in candidates:
        for name, way in ways.items():
            start = time.perf_counter()
            way(depths, size)
            times[name].append(time.perf_counter() - start)
    medians = {name: median(taken[1:]) for name, taken in times.items()}  # the first imports
    for name, taken in medians.items():
        print(f"{name:8} {1000 * taken:8.2f} ms a network  {taken / medians['archsum']:6.0f} times ours")


if __name__ == "__main__":
    sweep(*(int(word.replace(",", "")) for word in (sys.argv[1:3] + ["20000", "2"][len(sys.argv) - 1 :])))
    beside_others()
