"""What is done with source code that was built: ruff and mypy check it, words are put in it, it is run."""

import json
import keyword
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import archsum
from archsum.interchange.building.building import build
from archsum.interchange.building.names import identifier
from tests.fuzz.kinds.names import network

RUFF = shutil.which("ruff", path=str(Path(sys.executable).parent))
"""The program, where it is installed."""
_RULES = "E4,E7,E9,F,I,W,B,UP,C4,SIM,RET,N,PIE,RUF"


def check_with_ruff(texts: Mapping[str, str], folder: Path, ignored: str) -> None:
    """Check that ruff would write files, by their names without an end, as they are, and finds nothing in them."""
    for name, text in texts.items():
        (folder / f"{identifier(name)}.py").write_text(text, encoding="utf-8")
    assert RUFF
    rules = ["--select", _RULES, "--ignore", ignored]
    for command in (["format", "--isolated", "--diff"], ["check", "--isolated", *rules]):
        ran = subprocess.run([RUFF, *command, str(folder)], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def check_with_mypy(texts: Mapping[str, str], folder: Path, *options: str) -> None:
    """Check that mypy, which looks at all of them at once, finds nothing in files, by their names without an end."""
    for name, text in texts.items():
        (folder / f"built_{identifier(name)}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file=", "--strict", *options, "."]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def check_names(names: dict[str, str], framework: str, check: Callable[[str], None]) -> None:
    """Build a network with these words in their places, unless the language itself refuses it, and check its code."""
    try:
        read = archsum.load(network(names).decode("utf-8", "surrogatepass").encode("utf-8", "replace").decode() + "\n")
    except archsum.SpecError:
        return
    made = build(read, framework, names["file"], f"{names['file']}.py", names["value"])
    check(made.text)
    assert made.name.isidentifier()
    assert not keyword.iskeyword(made.name)


def run_all(files: Iterable[Path], framework: str, runner: ModuleType, folder: Path) -> dict[str, Any]:
    """Build networks, run them in a new process, and return what the runner prints of each, by its function's name."""
    paths = []
    for file in files:
        made = archsum.build(file, framework)
        path = folder / f"{made.name}.py"
        path.write_text(made.text, encoding="utf-8")
        paths.append(path)
    command = [sys.executable, str(runner.__file__), *map(str, paths)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found
