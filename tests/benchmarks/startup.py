"""Time `archsum summary` and `archsum diff` as whole processes, against the import floor, Keras and torchinfo.

    pip install -e ".[test,torch]" torchinfo && python tests/benchmarks/startup.py

The floor is a Python that imports yaml and tabulate and validates one small pydantic model. Each command runs in turn
with the floor, and the median of the ratios of such pairs is printed, so that a machine whose speed drifts does not
favour either.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SMALL_MODEL = """
import yaml, tabulate
from pydantic import BaseModel
class Size(BaseModel):
    width: int
    height: int = 1
Size.model_validate({"width": 2})
"""
FLOOR = [sys.executable, "-c", SMALL_MODEL]
SUMMARY = [sys.executable, "-m", "archsum", "summary"]
KERAS = "import keras; keras.applications.{name}(weights=None).summary()"
TORCHINFO = """
from tests.support.parity.torch_models import torchvision
import torch, torchinfo
with torch.device("meta"):
    model = torchvision().models.{name}()
torchinfo.summary(model, (1, 3, {image}, {image}), device="meta", verbose=1)
"""
PAIRS = 15

RESNET152 = ["resnet50.yaml", "--set", "depths=[3,8,36,3]"]
EFFICIENTNET_B7 = ["efficientnet.yaml", "--set", "width=2.0", "--set", "depth=3.1", "--input", "3,600,600"]


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
    environment["PYTHONPATH"] = str(ROOT)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def report(name: str, command: list[str], pairs: int = PAIRS) -> None:
    """Print the median time of a command, and its median ratio to the floor run right before it."""
    seconds(command)  # the first run compiles, and leaves bytecode for the others, as it does for users
    timings = [(seconds(FLOOR), seconds(command)) for _ in range(pairs)]
    ratio = statistics.median(own / floor for floor, own in timings)
    print(f"{name:<44} {statistics.median(own for _, own in timings) * 1000:8.0f} ms {ratio:7.2f} × the floor")


def summary(file: str, *arguments: str) -> list[str]:
    """Return the command that summarizes one of the examples."""
    return [*SUMMARY, str(ROOT / "examples" / file), *arguments]


def diff(file: str, *arguments: str) -> list[str]:
    """Return the command that compares one of the examples with itself."""
    path = str(ROOT / "examples" / file)
    return [sys.executable, "-m", "archsum", "diff", path, path, *arguments]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        deep = Path(folder) / "deep.yaml"
        deep.write_text(deep_network(175))
        report("yaml, tabulate and one small pydantic model", FLOOR)
        report("archsum summary vgg16.yaml", summary("vgg16.yaml"))
        report("archsum summary, 175 layers, no two stages alike", [*SUMMARY, str(deep)])
        report("archsum summary, ResNet-50", summary("resnet50.yaml"))
        report("archsum summary, ResNet-152", summary(*RESNET152))
        report("archsum summary, EfficientNet-B7", summary(*EFFICIENTNET_B7))
        report("archsum diff, ResNet-152 with itself", diff(*RESNET152))
    for name in ("VGG16", "ResNet152", "EfficientNetB7"):
        report(f"Keras (numpy backend), {name}().summary()", [sys.executable, "-c", KERAS.format(name=name)], pairs=3)
    for name, image in (("vgg16", 224), ("resnet152", 224), ("efficientnet_b7", 600)):
        code = TORCHINFO.format(name=name, image=image)
        report(f"torchinfo (meta device), {name}", [sys.executable, "-c", code], pairs=3)


if __name__ == "__main__":
    main()
