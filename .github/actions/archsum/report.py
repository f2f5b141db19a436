"""Checks networks and compares them with the base: a summary of the job, a comment, and the exit code of the check.

What is run: `archsum check --format github` of the files, whose annotations GitHub reads, and `archsum.diff` of each.
"""

import json
import os
import subprocess
import sys
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from comment import CommentError, PullRequest
from repository import Change, ImpossibleError, base_revision, changes, networks

from archsum import SpecError, diff, load, summarize
from archsum.budget import Check
from archsum.render.check import github
from archsum.render.diff.markdown import MARKER, code, escape, section
from archsum.render.numbers import count, quantity
from archsum.revisions import open_revision

_IN_COMMENT, _IN_SUMMARY = 65_000, 1_000_000
"""Characters: GitHub takes 65,536 in a comment, and 1 MiB in a summary."""
_BROKEN, _CHANGED = 0, 1
_IMPOSSIBLE = 2
_MOST_PROBLEMS = 20

Checked = Mapping[str, Any]
"""What `archsum check --format json` has of a file."""
Limit = tuple[str, str | None]
"""A limit by its name, and the block that it is of; None for the network."""


class Section(NamedTuple):
    """What is said of a file; the first come first."""

    rank: int
    growth: int
    """How many parameters less it has: what grew most comes first."""
    title: str
    paragraphs: list[str]


class Compared(NamedTuple):
    """What is said of a file and the base."""

    paragraphs: list[str]
    growth: int = 0
    """How many parameters more it has."""
    said: frozenset[Limit] = frozenset()
    """The limits that it says are broken."""


def main() -> int:
    """Report, and return the exit code."""
    event = _event()
    paths = [path for line in os.environ.get("ARCHSUM_FILES", "").splitlines() if (path := line.strip())]
    try:
        base = base_revision(event, os.environ.get("ARCHSUM_BASE", ""))
        changed = changes(base, paths)
        files = networks(paths) if paths else [change.after for change in changed if change.after is not None]
        exit_code, checked = _check_all(files, base, changed)
    except ImpossibleError as error:
        _command("error", str(error))
        return _IMPOSSIBLE
    sections = sorted(_sections(base, changed, checked))
    if sections:
        _summarize(_text(sections, _IN_SUMMARY))
    _comment(event, f"{MARKER}\n\n{_text(sections, _IN_COMMENT)}" if sections else "")
    return exit_code


def _event() -> Mapping[str, Any]:
    """Return what happened; nothing where the script is tried without GitHub."""
    path = os.environ.get("GITHUB_EVENT_PATH")
    event: Mapping[str, Any] = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    return event


def _summarize(text: str) -> None:
    """Write the summary of the job; where there is no job, print it."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path is None:
        sys.stdout.buffer.write(f"{text}\n".encode())
        return
    with open(path, "a", encoding="utf-8") as summary:
        summary.write(f"{text}\n")


def _comment(event: Mapping[str, Any], text: str) -> None:
    token, pull_request = os.environ.get("ARCHSUM_TOKEN"), event.get("pull_request")
    if not (token and pull_request):
        return
    api, repository = os.environ["GITHUB_API_URL"], os.environ["GITHUB_REPOSITORY"]
    try:
        PullRequest(api, repository, int(pull_request["number"]), token).say(text, MARKER)
    except CommentError as error:
        _command("warning", f"no comment: {error}")


def _check_all(files: Iterable[str], base: str, changed: Iterable[Change]) -> tuple[int, dict[str, Checked]]:
    """Check files against the base, those that were renamed against what they were there, and otherwise as `_check`."""
    was = {change.after: change.before for change in changed if change.before not in (None, change.after)}
    runs: dict[str, list[str]] = {}
    for file in files:
        runs.setdefault(f"{base}:{was[file]}" if file in was else base, []).append(file)
    exit_code = 0
    checked: dict[str, Checked] = {}
    for against, together in runs.items():
        code, found = _check(together, against)
        exit_code = max(exit_code, code)
        checked |= found
    return exit_code, {file: checked[file] for file in files}


def _check(files: Sequence[str], against: str) -> tuple[int, dict[str, Checked]]:
    """Return the exit code, and what was found of each file; those that have no limit at all pass.

    Errors: ImpossibleError where nothing can be checked, as the settings are broken.
    """
    done = _archsum("check", "--against", against, "--format", "json", "--", *files)
    if not done.stdout:
        raise ImpossibleError(done.stderr.decode(errors="replace").strip())
    found = json.loads(done.stdout)["files"]
    checked: dict[str, Checked] = {
        file: {**one, "errors": [*_errors(one)]} for file, one in zip(files, found, strict=True)
    }
    to_say = [file for file, one in checked.items() if one["errors"] or not all(map(_is_well, one["verdicts"]))]
    doubtful = [file for file, one in checked.items() if one["warnings"] and file not in to_say]
    for file in doubtful:  # which may have no limit, and then the check would say so too
        print(github.render([(file, Check(None, (), (), load(file).warnings))]), flush=True)
    if not to_say:
        return 0, checked
    annotations = _archsum("check", "--against", against, "--format", "github", "--", *to_say)
    sys.stdout.buffer.write(annotations.stdout)
    sys.stdout.flush()
    return annotations.returncode, checked


def _errors(found: Checked) -> Iterator[Mapping[str, Any]]:
    return (error for error in found["errors"] if error["code"] != "no-budget")


def _is_well(verdict: Mapping[str, Any]) -> bool:
    return verdict["ok"] is True and not verdict["warns"]


def _archsum(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    # `-P` keeps Python from importing what is in the repository.
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run([sys.executable, "-P", "-m", "archsum", *arguments], capture_output=True, env=environment)


def _sections(base: str, changed: Iterable[Change], checked: Mapping[str, Checked]) -> Iterator[Section]:
    left = dict(checked)
    for change in changed:
        found = left.pop(change.after, None) if change.after is not None else None
        compared = _compare(base, change)
        problems = [*_problems(found, compared.said)] if found else []
        if problems or compared.paragraphs:
            rank = _BROKEN if problems or compared.said else _CHANGED
            yield Section(rank, -compared.growth, _title(change), [*problems, *compared.paragraphs])
    for file, found in left.items():
        if problems := [*_problems(found)]:
            yield Section(_BROKEN, 0, code(file), problems)


def _compare(base: str, change: Change) -> Compared:
    """Compare a file with the base; of what is the same, or cannot be read, there is nothing to say."""
    if change.after is None:
        return Compared(["**removed**"])
    try:
        after = load(change.after)
        summary = summarize(after)
    except SpecError:
        return Compared([])  # which the check says
    figures = (len(summary.layers), "layer"), (summary.params, "parameter"), (summary.macs, "MAC")
    size = ", ".join(quantity(*figure) for figure in figures)
    if change.before is None:
        return Compared([f"**new: {size}**"], summary.params or 0)
    try:
        before = load(open_revision(f"{base}:{change.before}"))
        found = diff(before, after, titles=(f"{base[:7]}:{change.before}", change.after))
    except SpecError:
        return Compared([f"**now {size}; what there was before cannot be read**"])
    if found.is_unchanged:
        return Compared([])
    growth = (summary.params or 0) - (found.difference.before.params or 0)
    return Compared(section(found).split("\n\n"), growth, frozenset((one.name, one.block) for one in found.broken))


def _problems(found: Checked, said: Container[Limit] = ()) -> Iterator[str]:
    """Yield what is wrong with a file: limits that are broken, and all that could not be checked."""
    verdicts = found["verdicts"]
    over = [one for one in verdicts if one["ok"] is False and (one["metric"], one["block"]) not in said]
    if over:
        yield f"**over budget**: {', '.join(map(_limit, over[:_MOST_PROBLEMS]))}"
    errors = [f"- {_error(error, found['file'])}" for error in found["errors"][:_MOST_PROBLEMS]]
    if hidden := len(found["errors"][_MOST_PROBLEMS:]):
        errors.append(f"- … and {hidden:,} more")
    if errors:
        yield "**not checked**"
        yield "\n".join(errors)


def _limit(verdict: Mapping[str, Any]) -> str:
    of = f" of {escape(verdict['block'])}" if verdict["block"] else ""
    growth = f" ({verdict['relative']['growth']})" if verdict["relative"] else ""
    return f"{escape(verdict['metric'])}{of} {count(verdict['limit'])}{growth}, it has {count(verdict['value'])}"


def _error(error: Mapping[str, Any], file: str) -> str:
    where = "" if error["file"] == file else f" of {code(error['file'])}"
    place = f"line {error['line']}{where}: " if error["line"] else ""
    return f"{place}{escape(error['message'])}; {escape(error['help'])}"


def _title(change: Change) -> str:
    paths = dict.fromkeys(path for path in change if path is not None)
    return " → ".join(map(code, paths))


def _text(sections: Sequence[Section], most: int) -> str:
    """Return all that there is room for: of what is too long the first paragraph, or at least its number."""
    fails = sum(one.rank == _BROKEN for one in sections)
    broken = f", {fails:,} over budget or broken" if fails else ""
    text = f"### archsum: {quantity(len(sections), 'network')}{broken}"
    hidden = 0
    for one in sections:
        for paragraphs in (one.paragraphs, one.paragraphs[:1]):
            added = "\n\n".join(["", f"#### {one.title}", *paragraphs])
            if len(text) + len(added) <= most:
                text += added
                break
        else:
            hidden += 1
    return f"{text}\n\n… and {hidden:,} more, in the summary of the job" if hidden else text


def _command(level: str, message: str) -> None:
    """Print what GitHub shows of the job."""
    print(github.command(level, message, {"title": "archsum"}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
