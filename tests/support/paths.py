"""Where tests find files."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NETWORKS = Path(__file__).with_name("networks")
"""Small networks with what is awkward to draw: long names, blocks in blocks, unknown sizes."""
BAD_FILES = ROOT / "tests" / "errors" / "cases"
