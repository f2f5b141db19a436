"""A network of each kind of layer."""

from pathlib import Path
from typing import Any

import yaml

CASES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text(encoding="utf-8"))
NOT_BUILT = ("elementwise_own", "random", "random_colours", "random_more")
"""What PyTorch cannot do, or does outside of models."""
