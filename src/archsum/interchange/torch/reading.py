"""A live PyTorch model → graph."""

from typing import Any

from archsum.interchange.imported import Imported, Options


def read_model(model: Any, name: str, options: Options) -> Imported:
    """Read a live model."""
    raise NotImplementedError
