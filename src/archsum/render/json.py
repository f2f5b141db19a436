"""Results as JSON, for scripts. They rely on the names: figures are added, never renamed."""

import json
from typing import Any

SCHEMA_VERSION = 1


def document(figures: dict[str, Any], *, ensure_ascii: bool = True) -> str:
    """Return a document that says which version it is of, and then the figures."""
    text = json.dumps({"schema_version": SCHEMA_VERSION, **figures}, indent=2, ensure_ascii=ensure_ascii)
    return text if ensure_ascii else _without_steering(text)


def dumps(value: Any) -> str:
    """Return what is no document of ours as JSON."""
    return _without_steering(json.dumps(value, indent=2, ensure_ascii=False))


def _without_steering(text: str) -> str:
    """Escape what is in a text from a hostile file and would steer a terminal; it is the same text to JSON."""
    return "".join(sign if sign.isprintable() or sign == "\n" else json.dumps(sign)[1:-1] for sign in text)
