"""Time `archsum summary` as a whole process, against the import floor and against Keras.

    python tests/benchmarks/startup.py

The floor is a Python that imports pydantic, yaml and tabulate. Each command runs in turn with the floor, and the median
of the ratios of such pairs is printed, so that a machine whose speed drifts does not favour either.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOOR = [sys.executable, "-c", "import pydantic, yaml, tabulate"]
KERAS_VGG16 = [sys.executable, "-c", "import keras; keras.applications.VGG16(weights=None).summary()"]
PAIRS = 15


def deep_network(layers: int) -> str:
    """Return a file of `layers` layers: convolution, normalization and activation in turn, no two stages alike."""
    lines = ["input: [224, 224, 3]", "layers:"]
    for index in range(layers):
        filters = 64 + index // 3
        lines.append(
            (
                f"  - conv2d: {{filters: {filters}, kernel_size: 3, padding: same, bias: false}}",
                "  - batch_normalization",
                "  - activation: {activation: relu}",
            )[index % 3]
        )
    return "\n".join(lines)


def seconds(command: list[str]) -> float:
    """Run a command and return how long it took."""
    start = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["KERAS_BACKEND"] = "numpy"
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def report(name: str, command: list[str], pairs: int = PAIRS) -> None:
    """Print the median time of a command, and its median ratio to the floor run right before it."""
    seconds(command)  # the first run compiles, and leaves bytecode for the others, as it does for users
    timings = [(seconds(FLOOR), seconds(command)) for _ in range(pairs)]
    ratio = statistics.median(own / floor for floor, own in timings)
    print(f"{name:<44} {statistics.median(own for _, own in timings) * 1000:8.0f} ms {ratio:7.2f} × the floor")


def main() -> None:
    """Print the table."""
    archsum = [sys.executable, "-m", "archsum", "summary"]
    with tempfile.TemporaryDirectory() as folder:
        deep = Path(folder) / "deep.yaml"
        deep.write_text(deep_network(175))
        report("python -c 'import pydantic, yaml, tabulate'", FLOOR)
        report("archsum summary vgg16.yaml", [*archsum, str(ROOT / "examples" / "vgg16.yaml")])
        report("archsum summary, 175 layers", [*archsum, str(deep)])
    report("Keras (numpy backend), VGG16().summary()", KERAS_VGG16, pairs=3)


if __name__ == "__main__":
    main()
