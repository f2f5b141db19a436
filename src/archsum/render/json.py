"""Results as JSON, for scripts. They rely on the names: figures are added, never renamed."""

import json
from typing import Any

SCHEMA_VERSION = 1


def document(figures: dict[str, Any], *, ensure_ascii: bool = True) -> str:
    """Return a document that says which version it is of, and then the figures."""
    return json.dumps({"schema_version": SCHEMA_VERSION, **figures}, indent=2, ensure_ascii=ensure_ascii)
