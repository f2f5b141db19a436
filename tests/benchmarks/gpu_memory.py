"""Compare our peak of a training step with what PyTorch allocates and reserves on a GPU, and print a table.

    pip install -e ".[test,torch]" && python -m tests.benchmarks.gpu_memory [--device cpu] [--batch N ...] [NETWORK ...]

Ten networks, each with two batches, optimizers and precisions, each step in a process of its own, four at a time:
an allocator remembers what was before. It takes a few minutes. On a GPU the peak is `torch.cuda.max_memory_allocated`,
which has cuDNN's workspaces in it; cuBLAS's is made small. On a CPU, to try the script, it is what the process
allocates, and nothing is reserved.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import product
from typing import Any, NamedTuple

from tests.support.measured_memory import ALL, Comparison
from tests.support.parity.allocations import training_steps
from tests.support.parity.memory_oracle import tensors
from tests.support.parity.torch_optimizers import Optimizer, make_optimizer

from archsum.render.numbers import binary

NETWORKS = (
    "resnet18",
    "resnet50",
    "vgg16_bn",
    "mobilenet_v2",
    "densenet121",
    "convnext_tiny",
    "vit_b_16",
    "U-Net, 7.8 M",
    "Siamese towers",
    "language model, tied",
)
BATCHES = (8, 32)
OPTIMIZERS: tuple[Optimizer, ...] = ("momentum", "adam")
PRECISIONS = ("float32", "mixed")
AT_ONCE = 4
BY_NAME = {trained.name: trained for trained in ALL}


class Run(NamedTuple):
    """A training step."""

    network: str
    batch: int
    optimizer: Optimizer
    precision: str


class Bytes(NamedTuple):
    """What it takes."""

    allocated: int
    reserved: int | None
    card: str


def measure(run: Run, device: str) -> Bytes:
    """Train in this process for a step or, on a GPU, for two, of which the second is measured."""
    trained = BY_NAME[run.network]
    model, inputs = trained.build(), trained.inputs(run.batch)
    if device == "cpu":
        return Bytes(training_steps(model, inputs, run.precision)[run.optimizer], None, "CPU")
    return _on_gpu(model.to(device).train(), [data.to(device) for data in inputs], run)


def _on_gpu(model: Any, inputs: list[Any], run: Run) -> Bytes:
    import torch

    stepper = make_optimizer(run.optimizer, model.parameters())
    given: list[Any] = []
    outputs: list[Any] = []
    for _ in range(2):
        outputs.clear()
        torch.cuda.reset_peak_memory_stats()
        with torch.autocast("cuda", torch.float16, enabled=run.precision == "mixed"):
            outputs.extend(tensors(model(*inputs)))
        given = given or [torch.ones_like(tensor) for tensor in outputs]
        torch.autograd.backward(outputs, given)
        stepper.step()
        stepper.zero_grad()
    of_loss = sum(tensor.numel() * tensor.element_size() for tensor in given)
    peak = torch.cuda.max_memory_allocated() - of_loss
    return Bytes(peak, torch.cuda.max_memory_reserved(), torch.cuda.get_device_name())


def measure_apart(run: Run, device: str) -> Bytes:
    """Measure in a process of its own."""
    found = subprocess.run(
        [sys.executable, "-m", __spec__.name, "--device", device, "--one", json.dumps(run)],
        env={**os.environ, "CUBLAS_WORKSPACE_CONFIG": ":16:8"},
        check=True,
        capture_output=True,
        text=True,
    )
    return Bytes(*json.loads(found.stdout))


def table(runs: list[Run], measured: list[Bytes]) -> Iterator[str]:
    """Write a row for each run, with how much more ours is in percent."""
    yield "| network | batch | optimizer | precision | allocated | reserved | ours is more by |"
    yield "|---|---:|---|---|---:|---:|---:|"
    for run, theirs in zip(runs, measured, strict=True):
        ours = BY_NAME[run.network].training(run.batch, run.optimizer, run.precision).peak
        error = Comparison(theirs.allocated, ours).error
        reserved = "" if theirs.reserved is None else binary(theirs.reserved)
        cells = [run.network, run.batch, run.optimizer, run.precision, binary(theirs.allocated), reserved]
        yield f"| {' | '.join(map(str, cells))} | {error:+.1f} % |"


def main() -> None:
    """Measure each run, and print the table."""
    parser = argparse.ArgumentParser(description="Compare training memory with PyTorch's on a GPU.")
    parser.add_argument("networks", nargs="*", default=NETWORKS, metavar="NETWORK")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--batch", type=int, nargs="+", default=BATCHES)
    parser.add_argument("--one", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(Run(*options.one), options.device)))
        return
    runs = [Run(*each) for each in product(options.networks, options.batch, OPTIMIZERS, PRECISIONS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        measured = list(pool.map(lambda run: measure_apart(run, options.device), runs))
    print(f"{measured[0].card}, {datetime.now(UTC):%Y-%m-%d}:\n")
    print("\n".join(table(runs, measured)))


if __name__ == "__main__":
    main()
