"""What changed in the repository: which files of networks, since which revision."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

from archsum import SpecError
from archsum.errors import quote
from archsum.language.text.recognition import is_network
from archsum.revisions import open_revision

_TEXTS, _BINARIES = (".yaml", ".yml"), (".keras", ".onnx")
_NO_COMMIT = set("0")
"""What the commit before the first one of a branch has as its name."""


class ImpossibleError(Exception):
    """There is nothing to compare with, or no repository: what is wrong, and what to write."""


class Change(NamedTuple):
    """A file of a network that changed: its path before and after, None where it was not there."""

    before: str | None
    after: str | None


def base_revision(event: Mapping[str, Any], stated: str) -> str:
    """Return the commit to compare with: where what happened branched off from the stated revision, or from its base.

    Errors: ImpossibleError where there is none, or the clone does not have it.
    """
    _git("rev-parse", "--git-dir")  # which says why, where there is no repository, or Git does not trust its owner
    base = stated or _base_of(event)
    if not base:
        raise ImpossibleError("there is no revision to compare with: name one, as in `base: main` under `with`")
    found = _git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}", default="").strip()
    if common := found and _git("merge-base", found, "HEAD", default="").strip():
        return common
    raise ImpossibleError(
        f"this clone does not have {base}: write `fetch-depth: 0` under `with` of actions/checkout, which fetches it"
    )


def changes(base: str, paths: Sequence[str]) -> list[Change]:
    """Return the networks' files that changed since a commit, of all, or of those in some paths."""
    listed = _git("diff", "--name-status", "--find-renames", "-z", base, "HEAD", "--", *map(_literal, paths))
    return [change for change in _changes(listed) if _is_of_network(change, base)]


def networks(paths: Sequence[str]) -> list[str]:
    """Return the networks' files in some paths.

    Errors: ImpossibleError where there is none in one of them, since a check of nothing must not look like a pass.
    """
    found = {path: _networks_in(path) for path in paths}
    if empty := [path for path, files in found.items() if not files]:
        raise ImpossibleError(
            f"there is no network file in {' and '.join(map(quote, empty))}: look at `files` under `with`, which takes "
            "paths from the top of the repository, and no patterns; network files are committed, and end in .yaml, "
            ".keras or .onnx"
        )
    return list(dict.fromkeys(file for files in found.values() for file in files))


def _networks_in(path: str) -> list[str]:
    listed = _git("ls-files", "-z", "--", _literal(path)).split("\0")
    return [file for file in listed if file and _is_network(file)]


def _base_of(event: Mapping[str, Any]) -> str:
    places = (("pull_request", "base", "sha"), ("merge_group", "base_sha"), ("before",))
    for place in places:
        found: Any = event
        for key in place:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, str) and set(found) != _NO_COMMIT:
            return found
    return ""


def _literal(path: str) -> str:
    return f":(literal){path}"


def _changes(listed: str) -> Iterator[Change]:
    """Read what `git diff --name-status -z` says: a letter, and a path, or two of what was renamed."""
    fields = iter(listed.split("\0"))
    for status in fields:
        match status[:1]:
            case "R" | "C":
                before, after = next(fields), next(fields)
                yield Change(before if status[0] == "R" else None, after)
            case "A":
                yield Change(None, next(fields))
            case "D":
                yield Change(next(fields), None)
            case "":
                return
            case _:
                path = next(fields)
                yield Change(path, path)


def _is_of_network(change: Change, base: str) -> bool:
    if change.after is not None:
        return _is_network(change.after)
    ending = PurePath(change.before or "").suffix.lower()
    if ending not in _TEXTS:
        return ending in _BINARIES
    try:
        return is_network(open_revision(f"{base}:{change.before}").read())
    except SpecError:
        return False


def _is_network(path: str) -> bool:
    ending = PurePath(path).suffix.lower()
    if ending not in (*_TEXTS, *_BINARIES) or not os.path.isfile(path):
        return False
    if ending in _BINARIES:
        return True
    with open(path, "rb") as file:
        return is_network(file.read())


def _git(*arguments: str, default: str | None = None) -> str:
    """Return what Git prints; where it fails the default, or what it says as an ImpossibleError."""
    done = subprocess.run(["git", *arguments], capture_output=True)
    if done.returncode and default is None:
        raise ImpossibleError(done.stderr.decode(errors="replace").strip())
    return default if done.returncode and default is not None else os.fsdecode(done.stdout)
