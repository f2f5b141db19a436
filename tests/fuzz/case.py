"""A case: a file, a command line on it, and what is expected beyond what holds of every case."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "net.yaml"
"""What a case's command line calls its file, unless the case says otherwise."""


@dataclass(frozen=True)
class Case:
    """One case, with all that it takes to run it again."""

    kind: str
    content: bytes
    """What is in the file."""
    arguments: tuple[str, ...]
    """The command line, without `archsum`."""
    expected: Any = None
    """What the kind knows of the outcome, as JSON has it."""
    file: str = FILE
    """The file's name in the command line; `-` is standard input."""

    def save_in(self, folder: Path, why: str) -> Path:
        """Write the case into a folder of its own in that one, and return it."""
        digest = hashlib.sha256(repr(self).encode("utf-8", "surrogatepass")).hexdigest()[:12]
        place = folder / f"{self.kind.replace(' ', '-')}-{digest}"
        self.save(place, why)
        return place

    def save(self, place: Path, why: str) -> None:
        """Write the case into a folder, which `load` reads."""
        place.mkdir(parents=True, exist_ok=True)
        (place / FILE).write_bytes(self.content)
        known = {"kind": self.kind, "arguments": self.arguments, "expected": self.expected, "file": self.file}
        (place / "case.json").write_text(json.dumps(known, indent=2), encoding="utf-8")
        (place / "why.txt").write_text(why, encoding="utf-8", errors="backslashreplace")

    @classmethod
    def load(cls, place: Path) -> "Case":
        """Read what `save` wrote."""
        known = json.loads((place / "case.json").read_text(encoding="utf-8"))
        arguments = tuple(known["arguments"])
        return cls(known["kind"], (place / FILE).read_bytes(), arguments, known["expected"], known["file"])
