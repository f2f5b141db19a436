"""Measure what training steps need of memory, and print how far off ours is.

    pip install -e ".[test,torch]" && python -m tests.benchmarks.memory [NETWORK ...]

Each network is trained for a step in this process, whose allocator says how many bytes its tensors take: torchvision's
models, networks in which gradients wait or weights are shared, and generated ones. MemTracker counts them too, on
tensors that have shapes and no data, and `saved_tensors_hooks` what torchvision's models keep for backward. That takes
half an hour. The figures go into tests/support/measured_memory.json, from which `pytest --update-golden` makes the
tables in src/archsum/memory/README.md; networks named on the command line are measured anew, others stay.
"""

import json
import sys
import time
from functools import partial
from typing import Any

from tests.support.measured_memory import ALL, BATCHES, KEPT_BATCH, MEASURED, TRACKED, Trained, load, run, table
from tests.support.parity.allocations import training_steps
from tests.support.parity.memory_oracle import kept_bytes, saved_tensors, training_step


def measure(trained: Trained) -> dict[str, Any]:
    """Measure a network."""
    process, tracker = {}, {}
    for batch in BATCHES:
        for optimizer, peak in training_steps(trained.build(), trained.inputs(batch)).items():
            process[run(batch, optimizer)] = peak
        step = training_step(trained.build, partial(trained.inputs, batch), TRACKED)
        tracker[run(batch, TRACKED)] = step.peak.total
    kept = {"kept": kept_bytes(saved_tensors(trained.build(), *trained.inputs(KEPT_BATCH)))} if trained.model else {}
    return {"process": process, "tracker": tracker, **kept}


def main() -> None:
    """Measure, keep the figures, and print the table."""
    measured = load() if MEASURED.exists() else {}
    wanted = sys.argv[1:] or [trained.name for trained in ALL]
    for trained in ALL:
        if trained.name in wanted:
            start = time.perf_counter()
            measured[trained.name] = measure(trained)
            print(f"{trained.name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
            MEASURED.write_text(json.dumps(measured, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(table(measured))


if __name__ == "__main__":
    main()
