"""Time networks within one process, from file to Summary, beside other revisions of archsum.

    python tests/benchmarks/in_process.py [OTHER/src ...]

Each tree of sources, this one first, is timed in turn in processes of its own, several times over, and the least of all
times is taken: noise only ever adds. The last column is the ratio of this tree to the others.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NETWORKS = ("resnet50", "efficientnet", "densenet121")
ROUNDS = 4
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


def main() -> None:
    """Print the table."""
    files = [str(ROOT / "examples" / f"{name}.yaml") for name in NETWORKS]
    trees = [str(ROOT / "src"), *sys.argv[1:]]
    rounds = [{tree: milliseconds(tree, files) for tree in trees} for _ in range(ROUNDS)]
    for name, file in zip(NETWORKS, files, strict=True):
        own, *others = (min(measured[tree][file] for measured in rounds) for tree in trees)
        print(f"{name:<14} {own:6.2f} ms", *(f"{other:6.2f} ms {own / other:5.2f} ×" for other in others))


if __name__ == "__main__":
    main()
