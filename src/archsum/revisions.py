"""Files as a Git repository has them: `main:net.yaml` is what the branch `main` has under that name."""

import io
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archsum.bounds import MAX_FILE_BYTES
from archsum.errors import Diagnostic, SpecError, one_line

if TYPE_CHECKING:
    from subprocess import CompletedProcess

_ENDINGS = (".yaml", ".yml", ".json", ".keras", ".h5", ".hdf5", ".onnx")
"""How a file of a revision ends: `main:net.yaml` is one, and `package.module:build` is a live model."""

_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
"""What keeps Git from writing, asking and fetching, and has it say in English what is wrong."""


def is_revision(source: str) -> bool:
    """Whether a source is a file of a revision, `REV:path`, and there is no file that is called so."""
    revision, colon, path = source.partition(":")
    if not (revision and colon and path) or "\n" in source or len(revision) < 2 or path.startswith("//"):
        return False  # `c:net.yaml` is on a disk, and an address is no revision
    return path.lower().endswith(_ENDINGS) and not os.path.exists(source)


class RevisionFile(io.BytesIO):
    """A file of a revision, open, by the name that says so."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


def open_at_head(path: str) -> RevisionFile:
    """Open a file as the last commit has it. Errors: as `open_revision`."""
    folder, name = os.path.split(path)
    return RevisionFile(_read(f"HEAD:./{name}", folder or "."), f"HEAD:{path}")


def open_revision(source: str) -> RevisionFile:
    """Open a file of a revision, `REV:path`, of the repository that the current folder is in.

    As for Git, the path is from the top of the repository, or from the folder where it begins with `./`.

    Errors: SpecError where there is no such file or revision, it is too large, or Git cannot say.
    """
    return RevisionFile(_read(source, "."), source)


def _read(source: str, folder: str) -> bytes:
    if source.startswith("-"):
        raise _unreadable(source, "a revision does not begin with `-`", "write the name of a branch, a tag or a commit")
    size = _git(source, folder, "-s", source)
    if int(size) > MAX_FILE_BYTES:
        cure = "describe layers that repeat themselves by `repeat` or a block"
        raise _unreadable(source, f"it is larger than {MAX_FILE_BYTES // 1024**2} MiB", cure)
    return _git(source, folder, "blob", source)


def run_git(*arguments: str) -> "CompletedProcess[bytes]":
    """Run Git, which writes nothing to the terminal, and asks nothing. Errors: OSError where it is not installed."""
    import subprocess

    environment = {**os.environ, **_QUIET}
    return subprocess.run(
        ["git", *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL, env=environment
    )


def _git(source: str, folder: str, *asked: str) -> bytes:
    try:
        done = run_git("-C", folder, "cat-file", *asked)
    except (OSError, ValueError) as error:
        reason = "git is not installed" if isinstance(error, FileNotFoundError) else str(error)
        raise _unreadable(source, reason, "install Git, or name files") from None
    if done.returncode:
        raise _refused(source, done.stderr.decode("utf-8", "replace").splitlines())
    return done.stdout


def _refused(source: str, said: Sequence[str]) -> SpecError:
    """Return what Git says is wrong: its first line, and its hint where it has one."""
    reason = next(iter(said), "git does not say why").removeprefix("fatal: ")
    hints = (line.removeprefix("hint: ") for line in said if line.startswith("hint: "))
    return _unreadable(source, reason, next(hints, "look at the revision with `git log`, and at the path in it"))


def _unreadable(source: str, reason: str, cure: str) -> SpecError:
    return SpecError([Diagnostic("unreadable", f"cannot read {source}: {one_line(reason)}", None, one_line(cure))])
