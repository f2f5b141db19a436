"""Time networks within one process: from file to Summary, beside other revisions of archsum, and variants of a file.

    python tests/benchmarks/in_process.py [OTHER/src ...]

Each tree of sources, this one first, is timed in turn in processes of its own, several times over, and the least of all
times is taken: noise only ever adds. The last column is the ratio of this tree to the others.

Then the parameters and MACs that a template gives of random variants are timed, first with values that are new to it,
then with the same again; and the same file read anew for each. The last column is the ratio of that to the first.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import archsum

ROOT = Path(__file__).parents[2]
NETWORKS = ("resnet50", "efficientnet", "densenet121")
ROUNDS = 4
VARIANTS: dict[str, Callable[[Random], Mapping[str, Any]]] = {
    "resnet50": lambda random: {
        "depths": [random.randint(1, 12) for _ in range(4)],
        "classes": random.randint(2, 1000),
    },
    "efficientnet": lambda random: {"width": random.randint(4, 16) / 8, "depth": random.randint(4, 16) / 8},
}
"""Values of variables: ResNets of all depths, and EfficientNets of half and of twice the size."""
MEASURE = """
import gc, json, sys, time
sys.path.insert(0, sys.argv[1])
import archsum
gc.disable()
least = {}
for file in sys.argv[2:]:
    times = []
    for _ in range(25):
        start = time.perf_counter()
        archsum.summarize(file)
        times.append(time.perf_counter() - start)
        gc.collect()
    least[file] = 1000 * min(times)
print(json.dumps(least))
"""


def milliseconds(sources: str, files: list[str]) -> dict[str, float]:
    """Return the least time of each file in a process that imports archsum from a tree of sources."""
    command = [sys.executable, "-c", MEASURE, sources, *files]
    measured: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return measured


def timed(ask: Callable[[], object]) -> float:
    """Return how many milliseconds something takes."""
    gc.collect()
    start = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - start)


def compare_variants(name: str, file: str) -> None:
    """Print how long variants take, of a template and of the file."""
    random, metrics = Random(name), ("params", "macs")
    variants = [VARIANTS[name](random) for _ in range(100)]
    template = archsum.template(file)
    gc.disable()
    new, known = (
        [timed(partial(template.totals, variables, metrics=metrics)) for variables in variants] for _ in range(2)
    )
    anew = [timed(partial(archsum.summarize, file, variables=variables)) for variables in variants]
    gc.enable()
    ratio = median(whole / variant for whole, variant in zip(anew, new, strict=True))
    print(
        f"{name:<14} {median(anew):6.2f} ms anew, of a template {median(new):5.2f} ms, known {median(known):5.2f} ms:",
        f"{ratio:5.1f} × as fast",
    )


def main() -> None:
    """Print the tables."""
    files = [str(ROOT / "examples" / f"{name}.yaml") for name in NETWORKS]
    trees = [str(ROOT / "src"), *sys.argv[1:]]
    rounds = [{tree: milliseconds(tree, files) for tree in trees} for _ in range(ROUNDS)]
    for name, file in zip(NETWORKS, files, strict=True):
        own, *others = (min(measured[tree][file] for measured in rounds) for tree in trees)
        print(f"{name:<14} {own:6.2f} ms", *(f"{other:6.2f} ms {own / other:5.2f} ×" for other in others))
    for name in VARIANTS:
        compare_variants(name, str(ROOT / "examples" / f"{name}.yaml"))


if __name__ == "__main__":
    main()
