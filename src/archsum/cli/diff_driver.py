"""The diff driver in Git's settings: a command that makes text of files, and the names of the files that it is for.

Source: https://git-scm.com/docs/gitattributes, "Performing text diffs of binary files".
"""

import os
import shlex
import sys
from collections.abc import Sequence
from subprocess import CompletedProcess

from archsum.errors import Diagnostic, SpecError, one_line
from archsum.revisions import run_git
from archsum.writing import write

COMMAND = f"{shlex.quote(sys.executable)} -P -m archsum git --text"
"""Git runs it in the top folder of the repository, where `-P` keeps Python from importing what is in there."""
_TEXTCONV, _CACHE = "diff.archsum.textconv", "diff.archsum.cachetextconv"
_LINES = tuple(f"*{ending} diff=archsum\n".encode() for ending in (".yaml", ".yml", ".keras", ".onnx"))
_KEPT_TEXTS = "refs/notes/textconv/archsum"
"""Where Git keeps the texts of what was compared once."""


class DiffDriver:
    """The driver in the settings of the current repository, or of all of a user's."""

    def __init__(self, *, everywhere: bool) -> None:
        """Find the settings. Errors: SpecError where there is no repository, or no Git."""
        self._scope = "--global" if everywhere else "--local"
        self.attributes = _global_attributes() if everywhere else _said("rev-parse", "--git-path", "info/attributes")
        """The file that says which files the driver is for."""

    @property
    def command(self) -> str | None:
        """The command that is set; None where there is none, or no file is named that it is for."""
        return self._get(_TEXTCONV) if set(_LINES).issubset(self._lines()) else None

    @property
    def keeps_texts(self) -> bool:
        """Whether Git keeps the texts that it compares."""
        return self._get(_CACHE) == "true"

    def enable(self) -> None:
        """Set the driver up, however much of it there is already. Errors: SpecError where that cannot be written.

        Git keeps texts as commits, and stops where it does not know in whose name: then it is to keep none.
        """
        _said("config", self._scope, "--replace-all", _TEXTCONV, COMMAND)
        if self._has_author():
            _said("config", self._scope, "--replace-all", _CACHE, "true")
        else:
            self._unset(_CACHE)
        lines = self._lines()
        if missing := [line for line in _LINES if line not in lines]:
            # What comes later goes first: what the user says of these files is behind.
            self._write([*missing, *lines])
        _forget_texts()

    def disable(self) -> None:
        """Take away what `enable` writes, and nothing else. Errors: SpecError where that cannot be written."""
        self._unset(_TEXTCONV)
        self._unset(_CACHE)
        lines = self._lines()
        left = [line for line in lines if line not in _LINES]
        if left != lines:
            self._write(left)
        _forget_texts()

    def _has_author(self) -> bool:
        """Whether Git knows the user's name and address, in every folder if it is to be enabled everywhere."""
        where = ("-C", os.path.abspath(os.sep)) if self._scope == "--global" else ()
        return all(_asked(*where, "var", whose) for whose in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"))

    def _get(self, key: str) -> str | None:
        return _asked("config", self._scope, "--get", key)

    def _unset(self, key: str) -> None:
        if self._get(key) is not None:
            _said("config", self._scope, "--unset-all", key)

    def _lines(self) -> list[bytes]:
        try:
            with open(self.attributes, "rb") as file:
                return file.read().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _refused(f"cannot read {self.attributes}: {error.strerror}") from None

    def _write(self, lines: Sequence[bytes]) -> None:
        try:
            if not lines:
                os.remove(os.path.realpath(self.attributes))
                return
            os.makedirs(os.path.dirname(self.attributes), exist_ok=True)
        except OSError as error:
            raise _refused(f"cannot write {self.attributes}: {error.strerror}") from None
        write(self.attributes, b"".join(lines))


def is_in_repository() -> bool:
    """Whether the current folder is in a repository."""
    return _asked("rev-parse", "--git-dir") is not None


def _global_attributes() -> str:
    """Return the file of attributes that holds everywhere: the one that is set, or else Git's own choice."""
    for scope in ("--global", "--system"):
        if stated := _asked("config", scope, "--get", "--type=path", "core.attributesFile"):
            return stated
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(folder, "git", "attributes")


def _forget_texts() -> None:
    """Have the current repository, if there is one, make its texts anew: another archsum may have made them."""
    _asked("update-ref", "-d", _KEPT_TEXTS)


def _asked(*arguments: str) -> str | None:
    """Return what Git prints; None where it fails, as when nothing is set."""
    done = _run(*arguments)
    return None if done.returncode else _printed(done)


def _said(*arguments: str) -> str:
    """Return what Git prints. Errors: SpecError with its reason where it fails."""
    done = _run(*arguments)
    if done.returncode:
        reason = next(iter(done.stderr.decode("utf-8", "replace").splitlines()), "git does not say why")
        raise _refused(reason.removeprefix("fatal: ").removeprefix("error: "))
    return _printed(done)


def _run(*arguments: str) -> CompletedProcess[bytes]:
    try:
        return run_git(*arguments)
    except FileNotFoundError:
        raise _refused("git is not installed") from None


def _printed(done: CompletedProcess[bytes]) -> str:
    return os.fsdecode(done.stdout).removesuffix("\n")


def _refused(reason: str) -> SpecError:
    cure = "go to a repository, or write `--global`" if "git repository" in reason else "see to that, and repeat"
    return SpecError([Diagnostic("unwritable", f"cannot set up Git: {one_line(reason)}", None, cure)])
