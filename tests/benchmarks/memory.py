"""Measure what training steps of torchvision's models need of memory, and print how far off ours is.

    pip install -e ".[test,torch]" && python -m tests.benchmarks.memory [MODEL ...]

The bytes kept for backward are counted by saved_tensors_hooks on a batch of 2, the peaks by MemTracker on tensors that
have shapes and no data, which takes a quarter of an hour. The figures go into tests/measured_memory.json, from which
`pytest --update-golden` makes the table in src/archsum/memory/README.md; models named on the command line are measured
anew, others stay.
"""

import json
import sys
import time
from typing import Any

from tests.support.measured_memory import (
    ADAM,
    ADAM_ONE_BY_ONE,
    BATCHES,
    KEPT_BATCH,
    MEASURED,
    MOMENTUM,
    PAIRS,
    load,
    run,
    table,
)
from tests.support.parity.memory_oracle import kept_bytes, saved_tensors, training_step
from tests.support.parity.torch_models import Torchvision

SHAPE = (3, 224, 224)


def measure(model: Torchvision) -> dict[str, Any]:
    """Measure a model."""
    import torch

    built = model.build().to_empty(device="cpu")
    kept = kept_bytes(saved_tensors(built, torch.zeros(KEPT_BATCH, *SHAPE)))
    peaks = {}
    for batch in BATCHES:
        peaks[run(batch, MOMENTUM)] = training_step(model.build, SHAPE, batch, "sgd").peak.total
        peaks[run(batch, ADAM)] = training_step(model.build, SHAPE, batch, "adam", foreach=True).peak.total
        peaks[run(batch, ADAM_ONE_BY_ONE)] = training_step(model.build, SHAPE, batch, "adam").peak.total
    return {"kept": kept, "peaks": peaks}


def main() -> None:
    """Measure, keep the figures, and print the table."""
    measured = load() if MEASURED.exists() else {}
    wanted = sys.argv[1:] or [pair.name for pair in PAIRS]
    for pair in PAIRS:
        if pair.name in wanted:
            start = time.perf_counter()
            measured[pair.name] = measure(pair.model)
            print(f"{pair.name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
            MEASURED.write_text(json.dumps(measured, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(table(measured))


if __name__ == "__main__":
    main()
