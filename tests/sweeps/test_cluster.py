"""A real cluster of Dask's, over TCP: the same rows, workers that are killed, and a scheduler that goes away."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import archsum
from archsum.cli import main

pytest.importorskip("distributed")


class Cluster:
    """A scheduler and its workers, each a process."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port))
        self.workers = [self.add_worker() for _ in range(2)]

    def add_worker(self) -> "subprocess.Popen[bytes]":
        return self._start("dask_worker", self.address, "--nthreads", "1", "--no-nanny")

    def _start(self, module: str, *arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    started = Cluster()
    yield started
    started.end()


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write a file; return the command that sweeps over 3,000 variants of it, which takes a second or more."""
    monkeypatch.chdir(tmp_path)
    text = "input: [8]\nvariables: {sizes: [1, 1]}\nlayers: [dense: '=sizes[0]', dense: '=sizes[1]']\n"
    Path("net.yaml").write_text(text, encoding="utf-8")
    return ["sweep", "net.yaml", "--set", "sizes=[1:60,1:50]", "--columns", "params,flops"]


def test_its_executor_may_be_given_from_python(cluster: Cluster, network: list[str]) -> None:
    from distributed import Client

    variants = {"sizes": "[1:6,1:5]"}
    with Client(cluster.address, set_as_default=False) as client:
        found = list(archsum.sweep("net.yaml", variants, executor=client.get_executor()))
    assert len(found) == 30
    assert found == list(archsum.sweep("net.yaml", variants))


def on(cluster: Cluster, sweep: list[str]) -> "subprocess.Popen[str]":
    """Start a sweep on a cluster, and return when there are rows."""
    command = [sys.executable, "-m", "archsum", *sweep, "--executor", cluster.address, "-o", "rows.csv"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not Path("rows.csv").exists() or Path("rows.csv").stat().st_size < 300:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    return process


def test_the_same_rows_though_a_worker_is_killed_and_nothing_is_doubled_though_the_scheduler_goes(
    cluster: Cluster, network: list[str]
) -> None:
    assert main([*network, "-o", "here.csv"]) == 0
    expected = Path("here.csv").read_text(encoding="utf-8")
    process = on(cluster, network)
    cluster.workers[0].send_signal(signal.SIGKILL)
    assert (process.communicate(), process.returncode) == (("3,000 variants\n", ""), 0)
    assert Path("rows.csv").read_text(encoding="utf-8") == expected

    Path("rows.csv").unlink()
    process = on(cluster, network)
    cluster.scheduler.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    done = len(Path("rows.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert (process.returncode, out) == (2, "")
    assert err == (
        f"archsum: stopped after {done:,} of 3,000 variants; with --resume the same command goes on\n"
        f"error[lost-worker]: the cluster at `{cluster.address}` is gone\n"
        " = help: start it again\n"
    )
    assert main([*network, "-o", "rows.csv", "--resume"]) == 0
    assert Path("rows.csv").read_text(encoding="utf-8") == expected
