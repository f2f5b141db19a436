"""Files that do not come at once, or change: they are read to their end, or refused; never half of one."""

import io
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import archsum
from archsum import SpecError
from archsum.cli import main

HALF = "input: [8]\nlayers:\n  - dense: {units: 4}\n"
WHOLE = f"{HALF}  - dense: {{units: 2}}\n"
PARAMS = 8 * 4 + 4 + 4 * 2 + 2


def trickle(writer: int) -> None:
    """Write a file in pieces, each of which is one that could be summarized, or nearly."""
    for piece in (WHOLE[: len(HALF)], WHOLE[len(HALF) : -3], WHOLE[-3:]):
        time.sleep(0.1)
        with suppress(BrokenPipeError):  # of what is refused nobody reads the rest
            os.write(writer, piece.encode())
    time.sleep(0.1)
    os.close(writer)


def pipe(*, blocking: bool) -> int:
    """Return the end of a pipe into which a file comes in pieces."""
    reader, writer = os.pipe()
    os.set_blocking(reader, blocking)
    threading.Thread(target=trickle, args=(writer,)).start()
    return reader


OPENED: dict[str, dict[str, Any]] = {
    "buffered": {"mode": "rb"},
    "unbuffered": {"mode": "rb", "buffering": 0},
    "text": {"encoding": "utf-8"},
}


@pytest.mark.parametrize("opened", OPENED)
@pytest.mark.parametrize("blocking", [True, False])
def test_a_file_that_comes_in_pieces(opened: str, blocking: bool) -> None:
    with open(pipe(blocking=blocking), **OPENED[opened]) as file:
        if opened == "text" and not blocking:
            with pytest.raises(SpecError, match="it is not blocking, so that its text comes in parts"):
                archsum.load(file)
        else:
            assert archsum.summarize(file).params == PARAMS


@pytest.mark.parametrize("blocking", [True, False])
def test_standard_input_that_comes_in_pieces(blocking: bool) -> None:
    reader = pipe(blocking=blocking)
    command = [sys.executable, "-m", "archsum", "summary", "-", "--format", "json"]
    done = subprocess.run(command, stdin=reader, capture_output=True, text=True, check=True)
    assert f'"params": {PARAMS},' in done.stdout
    assert os.get_blocking(reader) == blocking, "others have it open too"
    os.close(reader)


def test_standard_input_that_is_closed() -> None:
    command = f"{sys.executable} -m archsum summary - <&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr
        == "error[unreadable]: cannot read <stdin>: it is closed\n = help: name a file, or open it: `< FILE`\n"
    )


class Pieces(io.RawIOBase):
    """A file of no system that gives a piece for each time that it is read, and None where it has none yet."""

    def __init__(self, *pieces: str | bytes | None) -> None:
        self.pieces = list(pieces)

    def read(self, size: int | None = -1) -> Any:
        return self.pieces.pop(0) if self.pieces else b""


def test_a_file_of_no_system() -> None:
    whole: Any = Pieces(HALF.encode(), WHOLE[len(HALF) :].encode())
    assert archsum.summarize(whole).params == PARAMS
    waiting: Any = Pieces(HALF.encode(), None, WHOLE[len(HALF) :].encode())
    with pytest.raises(SpecError, match="cannot read <input>: it has nothing to read yet"):
        archsum.summarize(waiting)


def test_a_named_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "net.yaml")
    threading.Thread(target=lambda: trickle(os.open(tmp_path / "net.yaml", os.O_WRONLY))).start()
    assert archsum.summarize(tmp_path / "net.yaml").params == PARAMS


@pytest.mark.parametrize("change", [b"", WHOLE.encode() * 2, WHOLE.replace("8", "9").encode()])
def test_a_file_that_changes_while_it_is_read(
    change: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is shorter, longer, or another of the same length, which only the time tells."""
    path = tmp_path / "net.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    os.utime(path, (0, 0))
    fstat = os.fstat

    def fstat_and_change(descriptor: int) -> os.stat_result:
        monkeypatch.undo()
        status = fstat(descriptor)
        path.write_bytes(change)
        return status

    monkeypatch.setattr(os, "fstat", fstat_and_change)
    assert main(["summary", str(path)]) == 2
    said = f"error[unreadable]: cannot read {path}: it changed while it was read\n = help: try again\n"
    assert capsys.readouterr() == ("", said)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc here")
def test_a_file_without_a_size(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of /proc have none until they are read."""
    assert main(["summary", "/proc/self/status"]) == 2
    assert "--> /proc/self/status:" in capsys.readouterr().err
