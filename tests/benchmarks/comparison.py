"""Time the comparison of two files of 1,000, 10,000 and 100,000 layers, from bytes to the text of what changed.

    python tests/benchmarks/comparison.py

In `equal` nothing changed, in `some` one layer of a thousand, in `all` every layer, in `longer` a tenth was put in
before the others. Linear means that the last column does not rise.
"""

import time
from collections.abc import Callable
from io import BytesIO

from archsum import diff

SIZES = (1_000, 10_000, 100_000)
WIDTHS = 1_000
"""Different layers; more of them would be the only one of their kind, which is easy."""


def network(layers: int, filters: Callable[[int], int]) -> bytes:
    """Return a file of convolutions, each of as many filters as a function says."""
    lines = (f"  - conv2d: {{filters: {filters(i)}, kernel_size: 3, padding: same}}\n" for i in range(layers))
    return ("input: [8, 8, 3]\nlayers:\n" + "".join(lines)).encode()


def before(index: int) -> int:
    """Return how many filters a layer has at first."""
    return 8 + index % WIDTHS


CHANGES: dict[str, Callable[[int], bytes]] = {
    "equal": lambda layers: network(layers, before),
    "some": lambda layers: network(layers, lambda index: before(index) + (index % WIDTHS == 0)),
    "all": lambda layers: network(layers, lambda index: before(index) + WIDTHS),
    "longer": lambda layers: network(layers, lambda index: before(index - layers // 10)),
}


def seconds(one: bytes, other: bytes) -> float:
    """Return the best of two, as noise only ever adds."""
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        assert str(diff(BytesIO(one), BytesIO(other)))
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Print the table."""
    diff(BytesIO(network(10, before)), BytesIO(network(10, before)))  # imports are not the subject here
    for name, change in CHANGES.items():
        first = None
        for layers in SIZES:
            taken = seconds(network(layers, before), change(layers))
            first = first or taken / layers
            print(
                f"{layers:>8,} layers, {name:<7} {taken:6.2f} s {taken / layers * 1e6:6.1f} µs a layer"
                f" {taken / layers / first:6.2f} × that of {SIZES[0]:,}"
            )


if __name__ == "__main__":
    main()
