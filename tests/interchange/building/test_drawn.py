"""Drawn networks of all that the language has: what is built for Keras and for PyTorch gives the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import archsum
from tests.support.parity import run_pairs
from tests.support.parity.drawn_networks import drawn_network
from tests.support.paths import ROOT

pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

EACH, COUNT = 30, 300
"""How many networks a process has, and how many there are."""


@pytest.mark.parametrize("first", range(0, COUNT, EACH))
def test_both_frameworks_give_the_same(first: int, tmp_path: Path) -> None:
    texts = {f"drawn_{seed}": drawn_network(seed) for seed in range(first, first + EACH)}
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        for framework in ("keras", "torch"):
            made = archsum.build(archsum.load(tmp_path / f"{name}.yaml"), framework).text
            (tmp_path / f"{name}_{framework}.py").write_text(made, encoding="utf-8")
    command = [sys.executable, str(run_pairs.__file__), str(tmp_path), *texts]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": paths})
    differences = {name: found for name, found in json.loads(ran.stdout).items() if found}
    assert not differences, "\n".join(f"{found}\n{texts[name]}" for name, found in differences.items())
