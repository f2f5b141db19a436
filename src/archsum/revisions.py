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

_NO_REVISION = ("Not a valid object name", "invalid object name", "bad object", "not a tree object")
"""How it begins what Git says of a revision that it does not have."""


def is_revision(source: str) -> bool:
    """Whether a source is a file of a revision, `REV:path`, and there is no file that is called so."""
    revision, colon, path = source.partition(":")
    if not (revision and colon and path) or "\n" in source or len(revision) < 2 or path.startswith("//"):
        return False  # `c:net.yaml` is on a disk, and an address is no revision
    return is_path(path) and not os.path.exists(source)


def is_path(text: str) -> bool:
    """Whether a text ends as files do, and is not the name of a revision."""
    return text.lower().endswith(_ENDINGS)


class RevisionFile(io.BytesIO):
    """A file of a revision, open, by the name that says so."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


def is_commit(text: str) -> bool:
    """Whether the repository that the current folder is in has a revision of this name."""
    if text.startswith("-") or "\n" in text:
        return False
    try:
        return run_git("rev-parse", "--verify", "--quiet", f"{text}^{{commit}}").returncode == 0
    except (OSError, ValueError):
        return False


def from_the_top(path: str) -> str:
    """Return a file's path from the top of the repository, as a revision has it."""
    prefix = os.fsdecode(run_git("rev-parse", "--show-prefix").stdout).removesuffix("\n")
    return os.path.normpath(os.path.join(prefix, os.path.relpath(path))).replace(os.sep, "/")


def open_at(path: str, revision: str = "HEAD") -> RevisionFile:
    """Open a file as a revision has it, by default the last commit. Errors: as `open_revision`."""
    folder, name = os.path.split(path)
    return RevisionFile(_read(f"{revision}:./{name}", folder or "."), f"{revision}:{path}")


def has_file(path: str, revision: str) -> bool:
    """Whether a revision has a file. Errors: SpecError where there is no such revision, or Git cannot say."""
    folder, name = os.path.split(path)
    source = f"{revision}:{path}"
    _check(source)
    return bool(_git(source, folder or ".", "ls-tree", revision, "--", f"./{name}"))


def open_revision(source: str) -> RevisionFile:
    """Open a file of a revision, `REV:path`, of the repository that the current folder is in.

    As for Git, the path is from the top of the repository, or from the folder where it begins with `./`.

    Errors: SpecError where there is no such file or revision, it is too large, or Git cannot say.
    """
    return RevisionFile(_read(source, "."), source)


def _read(source: str, folder: str) -> bytes:
    _check(source)
    size = _git(source, folder, "cat-file", "-s", source)
    if int(size) > MAX_FILE_BYTES:
        cure = "describe layers that repeat themselves by `repeat` or a block"
        raise _unreadable(source, f"it is larger than {MAX_FILE_BYTES // 1024**2} MiB", cure)
    return _git(source, folder, "cat-file", "blob", source)


def _check(source: str) -> None:
    if source.startswith("-"):
        raise _unreadable(source, "a revision does not begin with `-`", "write the name of a branch, a tag or a commit")


def run_git(*arguments: str) -> "CompletedProcess[bytes]":
    """Run Git, which writes nothing to the terminal, and asks nothing. Errors: OSError where it is not installed."""
    import subprocess

    environment = {**os.environ, **_QUIET}
    return subprocess.run(
        ["git", *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL, env=environment
    )


def _git(source: str, folder: str, *asked: str) -> bytes:
    try:
        done = run_git("-C", folder, *asked)
    except (OSError, ValueError) as error:
        reason = "git is not installed" if isinstance(error, FileNotFoundError) else str(error)
        raise _unreadable(source, reason, "install Git, or name files") from None
    if done.returncode:
        raise _refused(source, done.stderr.decode("utf-8", "replace").splitlines())
    return done.stdout


def _refused(source: str, said: Sequence[str]) -> SpecError:
    """Return what Git says is wrong: its first line, and its hint where it has one."""
    reason = next(iter(said), "git does not say why").removeprefix("fatal: ")
    if reason.startswith(_NO_REVISION):
        cure = "look at its name; what a clone lacks, `git fetch` gets, as in `git fetch origin main` for `origin/main`"
        return _unreadable(source, reason, cure)
    if reason.startswith("not a git repository"):
        return _unreadable(source, reason, "go to the folder of the repository, or name a file to compare with")
    hints = (line.removeprefix("hint: ") for line in said if line.startswith("hint: "))
    return _unreadable(source, reason, next(hints, "look at the revision with `git log`, and at the path in it"))


def _unreadable(source: str, reason: str, cure: str) -> SpecError:
    return SpecError([Diagnostic("unreadable", f"cannot read {source}: {one_line(reason)}", None, one_line(cure))])
