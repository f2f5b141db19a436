"""Count the search spaces of two papers, each in one sweep, and compare networks of them with PyTorch's models.

    python -m tests.benchmarks.search_space [SAMPLES] [MODELS] [JOBS]

Of once-for-all networks SAMPLES are drawn, by default 100,000; of NAS-Bench-101 it is all cells, whose number and
largest network are known. MODELS of each, by default 200, are built by PyTorch, and have to have the same figures. JOBS
processes sweep, by default 2. Printed are the time, and the memory of all processes together.
"""

import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random

from tests.benchmarks.sweep import megabytes
from tests.support.search_spaces.nasbench_101 import NASBENCH_101, every_cell
from tests.support.search_spaces.once_for_all import ONCE_FOR_ALL
from tests.support.search_spaces.space import METRICS, SearchSpace, Values

import archsum

CELLS = 423_624
"""The cells of NAS-Bench-101, by the first page of its paper."""
MOST_PARAMS = 49_979_274
"""The trainable parameters of the largest of them, by those who normalize the dataset's."""


def count(space: SearchSpace, networks: Iterable[Values], number: int, models: int, jobs: int) -> tuple[int, int]:
    """Sweep over networks, and compare some with PyTorch's; return how many there are, and the most parameters."""
    picked = {*Random(0).sample(range(number), models)}
    compared, rows, most_params, most_megabytes = [], 0, 0, 0.0
    start = time.perf_counter()
    with ProcessPoolExecutor(jobs, get_context("spawn")) as executor:
        for row in archsum.sweep(space.file, networks, metrics=METRICS, executor=executor):
            assert row.verdict == "ok", row
            if rows in picked:
                compared.append(row)
            if rows % 1_000 == 0:
                most_megabytes = max(most_megabytes, megabytes(os.getpid()))
            most_params = max(most_params, row.metrics["trainable_params"] or 0)
            rows += 1
    seconds = time.perf_counter() - start
    speed = f"{1000 * seconds / rows:.2f} ms a network, at most {most_megabytes:.0f} MB"
    print(f"{space.file.stem}: {rows:,} networks, {jobs} jobs: {seconds:.0f} s, {speed}", flush=True)
    for row in compared:
        assert row.metrics == space.counted_by_torch(row.values), row
    print(f"  PyTorch counts the same of {len(compared)} of them", flush=True)
    return rows, most_params


def main(samples: int = 100_000, models: int = 200, jobs: int = 2) -> None:
    """Count both."""
    count(ONCE_FOR_ALL, ONCE_FOR_ALL.drawn(samples), samples, models, jobs)
    cells = (cell.values for cell in every_cell())
    assert count(NASBENCH_101, cells, CELLS, models, jobs) == (CELLS, MOST_PARAMS)
    print(f"  there are as many cells as published, and the largest has {MOST_PARAMS:,} trainable parameters, too")


if __name__ == "__main__":
    main(*(int(word.replace(",", "")) for word in sys.argv[1:]))
