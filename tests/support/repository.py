"""A Git repository with twenty commits, the same each time: what a network and its settings went through."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2030-01-01T12:00:00Z",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "2030-01-01T12:00:00Z",
    "GIT_PAGER": "cat",
}
"""Git's own, whoever runs the tests: HOME is to be an empty folder besides."""

NETWORK = """\
input: [28, 28, 1]
layers:
  - conv2d: {filters: 8, kernel_size: 3}
  - relu
  - max_pooling2d
  - conv2d: {filters: 16, kernel_size: 3}
  - relu
  - flatten
  - dense: {units: 10, activation: softmax}
"""
SETTINGS = "# Of the training.\nrate: 0.1\n"
_CONVOLUTION = "  - conv2d: {filters: FILTERS, kernel_size: 3}\n  - relu\n"
_BLOCK = """\
blocks:
  convolution:
    parameters: {filters: }
    layers: [conv2d: {filters: =filters, kernel_size: 3}, relu]
layers:
"""


class Edit(NamedTuple):
    """A commit: in a file, an old text becomes a new one."""

    subject: str
    old: str
    new: str
    file: str = "net.yaml"


HISTORY = (
    Edit("Begin", "", NETWORK),
    Edit("Say what it is for", "input:", "# Digits.\ninput:"),
    Edit("Have more filters", "filters: 8", "filters: 12"),
    Edit("Drop some before the head", "  - flatten\n", "  - flatten\n  - dropout: 0.5\n"),
    Edit("State how it is trained", "", SETTINGS, "settings.yaml"),
    Edit("Train slower", "0.1", "0.01", "settings.yaml"),
    Edit("Write a field a line", " {units: 10, activation: softmax}", "\n      units: 10\n      activation: softmax"),
    Edit("Use a block", "layers:\n", _BLOCK),
    Edit("Use it first", _CONVOLUTION.replace("FILTERS", "12"), "  - convolution: {filters: 12}\n"),
    Edit(
        "Use it twice",
        _CONVOLUTION.replace("FILTERS", "16"),
        "  - repeat: {times: 2, layers: [convolution: {filters: 16}]}\n",
    ),
    Edit("Shorten a comment", "# Digits.", "# MNIST"),
    Edit("Rename the block", "convolution:", "conv_relu:"),
    Edit("Limit it", "# MNIST\n", "# MNIST\nbudget: {max_params: 100k}\n"),
    Edit("Break it", "  - flatten\n", "  - flaten\n"),
    Edit("Mend it", "  - flaten\n", "  - flatten\n"),
    Edit("Freeze what comes first", "{filters: 12}", "{filters: 12, trainable: false}"),
    Edit("Tell letters too", "units: 10", "units: 36"),
    Edit("Take larger images", "[28, 28, 1]", "[32, 32, 1]"),
    Edit("Allow more", "100k", "120k"),
    Edit("Say what the rate is of", "# Of the training.", "# Of Adam.", "settings.yaml"),
)


def make(folder: Path) -> Path:
    """Make the repository in a folder, and return that."""
    git(folder, "init", "-q", "-b", "main")
    for subject in commits(folder):
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", subject)
    return folder


def commits(folder: Path) -> Iterator[str]:
    """Write the files of each commit, one after the other, and yield what it says."""
    for edit in HISTORY:
        file = folder / edit.file
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        assert edit.old in before
        file.write_text(before.replace(edit.old, edit.new) if edit.old else edit.new, encoding="utf-8")
        yield edit.subject


def git(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run Git, see that its exit code is this, and return what it printed."""
    environment = {**os.environ, **ENVIRONMENT, "HOME": str(folder / ".."), "XDG_CONFIG_HOME": ""}
    done = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode(errors="surrogateescape")
