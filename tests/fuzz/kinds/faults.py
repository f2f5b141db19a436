"""Faults of the system: full disks, closed pipes, signals, files that are none or that change, folders without room.

Each case is a process of its own, which is slow; `plain` is how it ends without the fault.
"""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.case import FILE, Case
from tests.fuzz.judge import BAD_INPUT
from tests.fuzz.runner import Runner
from tests.support.system import can_hold_to_modes, can_mount, held_to_modes, on_small_disk

NETWORK = "name: net\ninput: [8, 8, 3]\nlayers: [conv2d: {filters: 4, kernel_size: 3}, flatten, dense: {units: 3}]\n"
VERDICTS = {
    "ok": f"{NETWORK}budget: {{max_params: 10k}}\n",
    "over": f"{NETWORK}budget: {{max_params: 10}}\n",
    "bad": NETWORK.replace("dense", "dnse"),
    "unknown": f"{NETWORK}budget: {{max_macs: 10}}\n".replace("8, 8", "null, 8").replace(
        "flatten", "global_average_pooling2d"
    ),
}
"""Files by the verdict that `check` has on them."""

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("check", FILE),
    ("check", FILE, "--format", "json"),
    ("check", FILE, "--format", "github"),
    ("summary", FILE),
    ("summary", FILE, "--format", "json"),
    ("explain", FILE),
    ("memory", FILE),
    ("fit", FILE, "--device", "t4"),
    ("diagram", FILE),
    ("sweep", FILE, "--input", "8,8,3", "--input", "9,9,3"),
    ("sweep", FILE, "--input", "8,8,3", "--input", "9,9,3", "--format", "csv"),
    ("layers",),
    ("devices",),
    ("schema",),
    ("--version",),
    ("--help",),
)
_WRITERS: tuple[tuple[str, ...], ...] = (
    ("diagram", FILE, "-o", "picture.dot"),
    ("diagram", FILE, "--depth", "3", "-o", "picture.mmd"),
)
_OLD = "what was there before"

_SECONDS = 60
"""How long a process may take, by the clock."""

Done = subprocess.CompletedProcess[str]


def run(
    arguments: tuple[str, ...],
    redirected: str = "",
    setup: Callable[[], None] | None = None,
    under: Sequence[str] = (),
) -> Done:
    """Run `archsum` in a shell's redirections, such as `>&-`, and under another program, such as `setpriv`."""
    shell = ["bash", "-c", f'"$@" {redirected}', "bash", *under, sys.executable, "-m", "archsum"]
    return subprocess.run(
        [*shell, *arguments], capture_output=True, text=True, errors="replace", preexec_fn=setup, timeout=_SECONDS
    )


def _limit_files(size: int) -> Callable[[], None]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def stdout_closed_early(case: Case, plain: Done) -> None:
    """The reader of a pipe goes: the verdict stays."""
    redirected = "| true" if case.expected["late"] else "| head -c 1"
    done = run(case.arguments, redirected=f"{redirected}; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == plain.returncode, done
    _assert_quiet(done, plain)


def stderr_unusable(case: Case, plain: Done) -> None:
    """What is wrong cannot be said: the exit code says it all the same, and results are whole."""
    done = run(case.arguments, redirected=case.expected["redirected"])
    assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout), done


def stdout_unusable(case: Case, plain: Done) -> None:
    """A result that is lost is no success."""
    done = run(case.arguments, redirected=case.expected["redirected"])
    allowed = {plain.returncode or BAD_INPUT, BAD_INPUT} if plain.stdout else {plain.returncode}
    assert done.returncode in allowed, done
    assert "Traceback" not in done.stderr, done.stderr


def interrupted(case: Case, plain: Done) -> None:
    """A signal ends the process quietly, or comes too late."""
    process = subprocess.Popen(
        [sys.executable, "-m", "archsum", *case.arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(case.expected["after"])
    process.send_signal(case.expected["signal"])
    _, err = process.communicate(timeout=_SECONDS)
    number = case.expected["signal"]
    assert process.returncode in (plain.returncode, -number, 128 + number), (process.returncode, err)
    assert "archsum/" not in err, err  # Python itself may be interrupted before it has got to us


def standard_input(case: Case, plain: Done) -> None:
    """What comes piece by piece, or through a pipe with a name, is the same file."""
    text = case.content.decode()
    arguments = tuple("-" if word == FILE and case.expected["how"] != "FIFO" else word for word in case.arguments)
    if case.expected["how"] == "FIFO":
        os.unlink(FILE)
        os.mkfifo(FILE)
        writer = threading.Thread(target=lambda: Path(FILE).write_text(text), daemon=True)
        writer.start()
        done = run(arguments)
        assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout), done
        return
    reading, writing = os.pipe()
    os.set_blocking(reading, case.expected["how"] != "non-blocking")
    process = subprocess.Popen(
        [sys.executable, "-m", "archsum", *arguments],
        stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(reading)
    try:
        for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
            time.sleep(0.3)
            os.write(writing, piece.encode())
    except BrokenPipeError:
        pass  # it has refused the rest
    finally:
        os.close(writing)
    out, err = process.communicate(timeout=_SECONDS)
    assert "Traceback" not in err, err
    expected = (plain.returncode, plain.stdout.replace(FILE, "<stdin>"))
    refused = case.expected["how"] == "non-blocking" and process.returncode == BAD_INPUT
    assert refused or (process.returncode, out) == expected, (process.returncode, out, err)


def no_file(case: Case, plain: Done) -> None:
    """What is no file that can be read is refused."""
    path = Path(FILE)
    path.unlink()
    match case.expected["instead"]:
        case "folder":
            path.mkdir()
        case "circle":
            path.symlink_to(FILE)
        case "unreadable":
            path.symlink_to("/proc/self/mem")
    done = run(case.arguments)
    assert done.returncode == BAD_INPUT, done
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stderr or "::error" in done.stdout or '"errors"' in done.stdout, done


def changing_file(case: Case, plain: Done) -> None:
    """A file that others write while it is read is read as one thing or another."""
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            for text in VERDICTS.values():
                Path(FILE).write_text(text)

    writer = threading.Thread(target=change, daemon=True)
    writer.start()
    try:
        done = run(case.arguments)
    finally:
        stop.set()
        writer.join()
    assert done.returncode in (0, 1, 2), done
    assert "Traceback" not in done.stderr, done.stderr


def no_room(case: Case, plain: Done) -> None:
    """A file that cannot be written whole is not written, and what was there stays."""
    path = Path(case.arguments[-1])
    if case.expected["replaces"]:
        path.write_text(_OLD)
    before = sorted(os.listdir())
    # Compiled modules would be cut off too, and left for all others.
    done = run(case.arguments, setup=_limit_files(100), under=("env", "PYTHONDONTWRITEBYTECODE=1"))
    assert done.returncode == BAD_INPUT, done
    assert "Traceback" not in done.stderr, done.stderr
    assert sorted(os.listdir()) == before
    assert not case.expected["replaces"] or path.read_text() == _OLD


def full_disk(case: Case, plain: Done) -> None:
    """So it is on a disk that has no room for all of it."""
    if not can_mount():
        return
    *options, name = case.arguments
    Path("disk").mkdir()
    os.chdir("disk")
    before = f"printf '{_OLD}' > {name}" if case.expected["replaces"] else "true"
    fill = f"{before}; head -c 100000 /dev/zero > filler 2> /dev/null"
    arguments = tuple(f"../{FILE}" if word == FILE else word for word in options)
    done = run((*arguments, name), under=on_small_disk(fill, "ls -A; cat picture* 2> /dev/null"))
    assert done.returncode == BAD_INPUT, done
    assert "No space left" in done.stderr, done.stderr
    assert done.stdout == (f"filler\n{name}\n{_OLD}" if case.expected["replaces"] else "filler\n"), done


def forbidden(case: Case, plain: Done) -> None:
    """What may not be read is refused."""
    if not can_hold_to_modes():
        return
    Path("locked").mkdir()
    Path(FILE).rename(f"locked/{FILE}")
    os.chmod({"file": f"locked/{FILE}", "folder": "locked"}[case.expected["what"]], 0)
    arguments = tuple(f"locked/{FILE}" if word == FILE else word for word in case.arguments)
    done = run(arguments, under=held_to_modes())
    assert done.returncode == BAD_INPUT, done
    assert "Permission denied" in done.stderr + done.stdout, done


def _assert_quiet(done: Done, plain: Done) -> None:
    assert "Traceback" not in done.stderr, done.stderr
    assert "BrokenPipe" not in done.stderr, done.stderr
    assert done.stderr == plain.stderr, done.stderr


_FAULTS = (
    stdout_closed_early, stderr_unusable, stdout_unusable, interrupted, standard_input, no_file, changing_file, no_room,
    full_disk, forbidden,
)  # fmt: skip

FAULTS: dict[str, Callable[[Case, Done], None]] = {fault.__name__: fault for fault in _FAULTS}


class Faults:
    """Processes, each with one fault."""

    name = "faults"
    share = 1.0

    def draw(self, random: Random) -> Case:
        fault = random.choice([*FAULTS])
        choices: dict[str, dict[str, list[Any]]] = {
            "stdout_closed_early": {"late": [False, True]},
            "stderr_unusable": {"redirected": ["2>&-", "2>/dev/full"]},
            "stdout_unusable": {"redirected": [">&-", ">/dev/full", ">/dev/full 2>/dev/full"]},
            "interrupted": {"after": [random.uniform(0, 0.6)], "signal": [signal.SIGINT, signal.SIGTERM]},
            "standard_input": {"how": ["pieces", "non-blocking", "FIFO"]},
            "no_file": {"instead": ["nothing", "folder", "circle", "unreadable"]},
            "no_room": {"replaces": [False, True]},
            "full_disk": {"replaces": [False, True]},
            "forbidden": {"what": ["file", "folder"]},
        }
        drawn = {name: random.choice(values) for name, values in choices.get(fault, {}).items()}
        takes_file = fault in ("standard_input", "no_file", "changing_file", "forbidden")
        commands = [command for command in COMMANDS if FILE in command or not takes_file]
        arguments = random.choice(_WRITERS if fault in ("no_room", "full_disk") else commands)
        verdict = "ok" if "-o" in arguments else random.choice([*VERDICTS])
        return Case(self.name, VERDICTS[verdict].encode(), arguments, {"fault": fault, **drawn})

    def examine(self, case: Case, runner: Runner) -> None:
        # What writes a file is not run without the fault, since nothing may be there yet.
        plain = subprocess.CompletedProcess([], 0, "", "") if "-o" in case.arguments else run(case.arguments)
        FAULTS[case.expected["fault"]](case, plain)


def kinds() -> Iterator[Faults]:
    yield Faults()
