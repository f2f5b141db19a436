"""The files that `-o` writes: whole or not at all, whatever is there, and whatever happens meanwhile."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from archsum.cli import main
from tests.support.system import can_hold_to_modes, can_mount, held_to_modes, on_small_disk

NETWORK = "input: [8, 8, 3]\nlayers:\n" + "  - conv2d: {filters: 3, kernel_size: 1}\n  - relu\n" * 50

pytestmark = pytest.mark.usefixtures("file")

DIAGRAM = ["diagram", "net.yaml", "--format", "dot", "-o"]
COMMAND = [sys.executable, "-m", "archsum", *DIAGRAM]
posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes are POSIX's")

HELP = b"\n = help: name a file in a folder that exists and that you may write to\n"


def drawn(capsys: pytest.CaptureFixture[str]) -> bytes:
    """Return what is to be in the file."""
    main([*DIAGRAM, "-"])
    return capsys.readouterr().out.encode()


def folder() -> list[str]:
    return sorted(os.listdir())


def fail(*_: object) -> NoReturn:
    raise OSError(28, "No space left on device")


def interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def test_what_is_beside_the_file_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.dot.part").write_text("mine", encoding="utf-8")
    Path("victim").write_text("mine", encoding="utf-8")
    Path("net.dot.tmp").symlink_to("victim")
    assert main([*DIAGRAM, "net.dot"]) == 0
    assert Path("net.dot").read_bytes() == drawn(capsys)
    assert Path("net.dot.part").read_text(encoding="utf-8") == Path("victim").read_text(encoding="utf-8") == "mine"
    assert folder() == ["net.dot", "net.dot.part", "net.dot.tmp", "net.yaml", "victim"]


@posix
def test_a_new_file_has_the_mode_that_the_user_wants() -> None:
    before = os.umask(0o027)
    try:
        assert main([*DIAGRAM, "net.dot"]) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat("net.dot").st_mode) == 0o640


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o755, 0o200])
def test_a_file_keeps_its_mode(mode: int, capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.dot").touch()
    os.chmod("net.dot", mode)
    assert main([*DIAGRAM, "net.dot"]) == 0
    assert stat.S_IMODE(os.stat("net.dot").st_mode) == mode
    os.chmod("net.dot", 0o600)
    assert Path("net.dot").read_bytes() == drawn(capsys)


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_keeps_its_owner() -> None:
    Path("net.dot").touch()
    os.chown("net.dot", 12345, 54321)
    assert main([*DIAGRAM, "net.dot"]) == 0
    assert (os.stat("net.dot").st_uid, os.stat("net.dot").st_gid) == (12345, 54321)


@pytest.mark.parametrize("name", ["net.dot", "link.dot"])
def test_a_read_only_file_is_not_replaced(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.dot").write_text("mine", encoding="utf-8")
    Path("link.dot").symlink_to("net.dot")
    os.chmod("net.dot", 0o444)
    assert main([*DIAGRAM, name]) == 2
    assert capsys.readouterr().err == (
        f"error[unwritable]: cannot write {name}: it is read-only\n = help: make it writable, or write another file\n"
    )
    assert Path("net.dot").read_text(encoding="utf-8") == "mine"
    assert folder() == ["link.dot", "net.dot", "net.yaml"]


@posix
def test_links_are_followed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("there").mkdir()
    Path("link.dot").symlink_to("other.dot")
    Path("other.dot").symlink_to("there/net.dot")  # which does not exist yet
    assert main([*DIAGRAM, "link.dot"]) == 0
    assert Path("there/net.dot").read_bytes() == drawn(capsys)
    assert Path("link.dot").is_symlink()
    assert Path("other.dot").is_symlink()
    assert os.listdir("there") == ["net.dot"]


@posix
def test_a_link_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.dot").symlink_to("net.dot")
    assert main([*DIAGRAM, "net.dot"]) == 2
    assert capsys.readouterr().err.startswith("error[unwritable]: cannot write net.dot: Too many levels of symbolic")


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize(("happens", "code"), [(fail, 2), (interrupt, 130)])
def test_nothing_is_left_of_what_fails(
    step: str, happens: object, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, step, happens)
    assert main([*DIAGRAM, "new.dot"]) == code
    Path("net.dot").write_text("mine", encoding="utf-8")
    assert main([*DIAGRAM, "net.dot"]) == code
    assert Path("net.dot").read_text(encoding="utf-8") == "mine"
    assert folder() == ["net.dot", "net.yaml"]
    assert capsys.readouterr().err.count("No space left on device") == (2 if code == 2 else 0)


@posix
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_nothing_is_left_when_a_signal_stops_it(name: str, code: int) -> None:
    Path("net.dot").write_text("mine", encoding="utf-8")
    program = (
        "import os, signal, sys; from archsum.cli import main; "
        f"os.fsync = lambda _: os.kill(os.getpid(), signal.{name}); sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", program, *DIAGRAM, "net.dot"], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")
    assert Path("net.dot").read_text(encoding="utf-8") == "mine"
    assert folder() == ["net.dot", "net.yaml"]


@posix
def test_a_signal_that_the_user_ignores_stays_ignored(capsys: pytest.CaptureFixture[str]) -> None:
    """As under `nohup`."""
    program = (
        "import os, signal, sys; from archsum.cli import main; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
        "sync = os.fsync; os.fsync = lambda file: (os.kill(os.getpid(), signal.SIGHUP), sync(file)); sys.exit(main())"
    )
    assert subprocess.run([sys.executable, "-c", program, *DIAGRAM, "net.dot"], check=False).returncode == 0
    assert Path("net.dot").read_bytes() == drawn(capsys)


@posix
def test_a_file_that_grows_too_large() -> None:
    resource = pytest.importorskip("resource")
    Path("net.dot").write_text("mine", encoding="utf-8")
    done = subprocess.run(
        [*COMMAND, "net.dot"],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # which would be cut off, and left for all others
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, b"error[unwritable]: cannot write net.dot: File too large" + HELP)
    assert Path("net.dot").read_text(encoding="utf-8") == "mine"
    assert folder() == ["net.dot", "net.yaml"]


def test_several_writers_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Each succeeds, and who reads meanwhile sees all of one of them."""
    content = drawn(capsys)
    assert main([*DIAGRAM, "net.dot"]) == 0
    writers = [subprocess.Popen([*COMMAND, "net.dot"]) for _ in range(4)]
    while any(writer.poll() is None for writer in writers):
        assert Path("net.dot").read_bytes() == content
    assert [writer.returncode for writer in writers] == [0] * 4
    assert folder() == ["net.dot", "net.yaml"]


@posix
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/fd/7", "/dev/stderr"])
@pytest.mark.parametrize("to_file", [False, True])
def test_what_is_open_already_is_written_to(name: str, to_file: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that stdout goes to keeps what is in it."""
    command = f"{sys.executable} -m archsum {' '.join(DIAGRAM)} {name}"
    command = {"/dev/stderr": f"{command} 2>&1", "/dev/fd/7": f"{command} 7>&1"}.get(name, command)
    if not Path(name).parent.exists():
        pytest.skip(f"there is no {name} here")
    if to_file:
        subprocess.run(f"(echo before; {command}; echo after) > net.dot", shell=True, check=True)
        assert Path("net.dot").read_bytes() == b"before\n" + drawn(capsys) + b"after\n"
    else:
        assert subprocess.check_output(f"{command} | cat", shell=True) == drawn(capsys)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_device_is_written_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DIAGRAM, "/dev/null"]) == 0
    assert main([*DIAGRAM, "/dev/full"]) == 2
    assert (
        capsys.readouterr().err == f"error[unwritable]: cannot write /dev/full: No space left on device{HELP.decode()}"
    )


@pytest.mark.skipif(not can_mount(), reason="no disk can be mounted here")
@pytest.mark.parametrize("is_there", [False, True])
def test_a_full_disk(is_there: bool) -> None:
    network = Path("net.yaml").resolve()
    Path("disk").mkdir()
    before = "printf mine > net.dot" if is_there else "true"
    disk = on_small_disk(before, "ls -A; cat *")
    command = [sys.executable, "-m", "archsum", "diagram", str(network), "--format", "dot", "-o", "net.dot"]
    done = subprocess.run([*disk, *command], capture_output=True, cwd="disk", check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == b"error[unwritable]: cannot write net.dot: No space left on device"
    assert done.stdout == (b"net.dot\nmine" if is_there else b"")


@pytest.mark.skipif(not can_hold_to_modes(), reason="root cannot give up what it may do here")
@pytest.mark.parametrize("is_there", [False, True])
def test_a_folder_that_takes_no_file(is_there: bool) -> None:
    """Not even where the file itself could be written: only a new one is whole or not at all."""
    Path("locked").mkdir()
    if is_there:
        Path("locked/net.dot").write_text("mine", encoding="utf-8")
    before = os.listdir("locked")
    os.chmod("locked", 0o555)
    done = subprocess.run([*held_to_modes(), *COMMAND, "locked/net.dot"], capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr == b"error[unwritable]: cannot write locked/net.dot: Permission denied" + HELP
    assert os.listdir("locked") == before
    assert not is_there or Path("locked/net.dot").read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(not can_hold_to_modes(), reason="root cannot give up what it may do here")
@pytest.mark.parametrize(("mode", "reason"), [(0o000, b"it is read-only"), (0o444, b"it is read-only"), (0o200, None)])
def test_a_file_that_may_not_be_written(mode: int, reason: bytes | None) -> None:
    Path("net.dot").write_text("mine", encoding="utf-8")
    os.chmod("net.dot", mode)
    done = subprocess.run([*held_to_modes(), *COMMAND, "net.dot"], capture_output=True, check=False)
    assert done.returncode == (2 if reason else 0), done
    assert not reason or done.stderr.startswith(b"error[unwritable]: cannot write net.dot: " + reason)
    assert stat.S_IMODE(os.stat("net.dot").st_mode) == mode
    os.chmod("net.dot", 0o600)
    assert (Path("net.dot").read_text(encoding="utf-8") == "mine") == bool(reason)
    assert folder() == ["net.dot", "net.yaml"]


@pytest.mark.skipif(not can_hold_to_modes(), reason="root cannot give up what it may do here")
@pytest.mark.parametrize("locked", ["net.yaml", "folder"])
def test_a_file_that_may_not_be_read(locked: str) -> None:
    Path("folder").mkdir()
    Path("folder/net.yaml").write_text(NETWORK, encoding="utf-8")
    os.chmod(locked, 0)
    name = {"net.yaml": "net.yaml", "folder": "folder/net.yaml"}[locked]
    command = [*held_to_modes(), sys.executable, "-m", "archsum", "summary", name]
    done = subprocess.run(command, capture_output=True, check=False)
    os.chmod(locked, 0o700)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        f"error[unreadable]: cannot read {name}: Permission denied\n = help: is it a file, and may you read it?\n"
    )


@posix
def test_a_reader_of_a_pipe_that_has_seen_enough() -> None:
    Path("long.yaml").write_text("input: [8]\nlayers:\n" + "  - relu\n  - elu\n" * 1_000, encoding="utf-8")
    command = f"{sys.executable} -m archsum diagram long.yaml --format dot -o"
    os.mkfifo("pipe.dot")
    with subprocess.Popen(["head", "-c", "1", "pipe.dot"], stdout=subprocess.DEVNULL):
        assert subprocess.run(f"{command} pipe.dot", shell=True, check=False).returncode == 0


@pytest.mark.parametrize("name", ["", "new/"])
def test_what_names_no_file(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DIAGRAM, name]) == 2
    assert f"cannot write {name}: that is not the name of a file" in capsys.readouterr().err
    assert folder() == ["net.yaml"]


@posix
def test_a_name_that_is_not_utf_8() -> None:
    subprocess.run([*map(os.fsencode, COMMAND), b"net\xff.dot"], check=True)
    assert set(os.listdir(b".")) == {b"net.yaml", b"net\xff.dot"}
