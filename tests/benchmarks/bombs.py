"""Measure small files that stand for much: the processor's seconds and the peak of memory of each command.

    python -m tests.benchmarks.bombs [NAME ...]

A line is flagged where a file of less than 64 KiB takes over 3 seconds or 1 GB. Large files are in proportion: the
last lines have some of a megabyte and more.
"""

import os
import sys
import tempfile
from pathlib import Path

from tests.support.bombs import ANSWERED, REFUSED, listed
from tests.support.paths import EXAMPLES

COMMANDS = (
    ["summary"],
    ["check", "--max-training-memory", "1", "--max-sram", "1", "--max-flash", "1", "--max-inference-memory", "1"],
    ["memory"],
    ["fit", "--device", "t4"],
    ["explain"],
    ["diagram"],
    ["diff", str(EXAMPLES / "lenet5.yaml")],
)
LARGE = {
    "names": f"input: [8]\nlayers: [relu]\noutputs: {listed(f'o{n}' for n in range(40_000))}\n",
    "blocks in a cycle": "blocks:\n"
    + "".join(f"  b{n}: {{layers: [b{(n + 1) % 50_000}]}}\n" for n in range(50_000))
    + "input: [8]\nlayers: [b0]\n",
    "63 MiB of newlines": "\n" * (63 * 2**20),
    "tensors alive together": "input: [8]\nlayers:\n"
    + "".join(f"  - dense: {{name: d{n}, units: {8 + n * 7919 % 5_000}, inputs: input}}\n" for n in range(3_000))
    + "".join(
        f"  - concatenate: {{name: c{part}, inputs: {listed(f'd{1_000 * part + n}' for n in range(1_000))}}}\n"
        for part in range(3)
    )
    + "  - concatenate: {inputs: [c0, c1, c2]}\n",
    "a flat file": "input: [8]\nlayers:\n"
    + "".join(f"  - dense: {{units: {8 + n % 1_000}}}\n" for n in range(100_000)),
}
SECONDS, MEBIBYTES = 3, 1024


def measure(file: Path, command: list[str]) -> tuple[float, float, int]:
    """Return seconds, mebibytes and the exit code of a command on a file."""
    name, *options = command
    pid = os.fork()
    if pid == 0:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        os.execv(sys.executable, [sys.executable, "-m", "archsum", name, str(file), *options])
    _, status, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bomb.yaml"
        for name, text in {**REFUSED, **ANSWERED, **LARGE}.items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            file.write_text(text)
            for command in COMMANDS:
                seconds, mebibytes, code = measure(file, command)
                is_small = len(text) < 64 * 1024
                flag = "  TOO MUCH" if is_small and (seconds > SECONDS or mebibytes > MEBIBYTES) else ""
                shown = f"{name:<32} {len(text):>10,} bytes  {command[0]:<8} {seconds:6.2f} s {mebibytes:6,.0f} MiB"
                print(f"{shown}  exit {code}{flag}", flush=True)


if __name__ == "__main__":
    main()
