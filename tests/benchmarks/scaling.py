"""Time and weigh files of 1,000, 10,000 and 100,000 layers, from bytes to Summary; try Keras on the first.

    python tests/benchmarks/scaling.py

`alike` has one layer over and over, `different` layers of a thousand widths; `repeated` has one in a `repeat`. Linear
means that the last column stays at 1.
"""

import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from io import BytesIO

from archsum import summarize

SIZES = (1_000, 10_000, 100_000)
KERAS = """
import keras
x = inputs = keras.Input((8, 8, 3))
for _ in range(1000):
    x = keras.layers.Conv2D(8, 3, padding="same")(x)
print(keras.Model(inputs, x).count_params())
"""


def network(layers: int, widths: int) -> bytes:
    """Return a file of convolutions of so many different widths."""
    lines = (f"  - conv2d: {{filters: {8 + i % widths}, kernel_size: 3, padding: same}}\n" for i in range(layers))
    return ("input: [8, 8, 3]\nlayers:\n" + "".join(lines)).encode()


def repeated(layers: int) -> bytes:
    """Return a file that repeats a convolution."""
    layer = "conv2d: {filters: 8, kernel_size: 3, padding: same}"
    return f"input: [8, 8, 3]\nlayers: [repeat: {{times: {layers}, layers: [{layer}]}}]\n".encode()


def microseconds_a_layer(content: bytes, layers: int) -> float:
    """Return the best of three, as noise only ever adds."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        summarize(BytesIO(content))
        best = min(best, time.perf_counter() - start)
    return best / layers * 1e6


def bytes_a_layer(content: bytes, layers: int) -> float:
    """Return the peak of the memory that Python allocates on the way to the summary."""
    tracemalloc.start()
    summarize(BytesIO(content))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / layers


def main() -> None:
    """Print the table."""
    summarize(BytesIO(network(10, 10)))  # imports are not the subject here
    files: dict[str, Callable[[int], bytes]] = {
        "alike": lambda layers: network(layers, widths=1),
        "different": lambda layers: network(layers, widths=1000),
        "repeated": repeated,
    }
    for name, write in files.items():
        first = None
        for layers in SIZES:
            content = write(layers)
            time_a_layer = microseconds_a_layer(content, layers)
            first = first or time_a_layer
            memory = bytes_a_layer(content, layers)
            print(
                f"{layers:>8,} layers, {name:<9} {time_a_layer:6.1f} µs a layer {memory:7,.0f} bytes a layer"
                f" {time_a_layer / first:6.2f} × that of {SIZES[0]:,}"
            )
    keras = subprocess.run(
        [sys.executable, "-c", KERAS], env={**os.environ, "KERAS_BACKEND": "numpy"}, capture_output=True, text=True
    )
    outcome = keras.stdout.strip() or keras.stderr.strip().splitlines()[-1]
    print(f"Keras (numpy backend), 1,000 layers: {outcome[:100]}")


if __name__ == "__main__":
    main()
