"""What commands print of net.yaml, line by line as golden files have it."""

import shlex
from collections.abc import Iterable

import pytest

from archsum.cli import main


def printed(command: str, options: Iterable[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a command prints with each of these options, with its exit codes; it complains of none."""
    texts = []
    for given in options:
        code = main([command, "net.yaml", *shlex.split(given)])
        captured = capsys.readouterr()
        assert captured.err == ""
        texts.append(f"$ archsum {command} net.yaml {given}  # exit code {code}\n{captured.out}")
    return "\n".join(texts)


def complaints(command: str, wrong: Iterable[str], usage: Iterable[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a command says of options that are wrong, and of those that are no usage; it prints nothing else."""
    texts = []
    for given in wrong:
        assert main([command, "net.yaml", *shlex.split(given)]) == 2, given
        captured = capsys.readouterr()
        assert captured.out == ""
        texts.append(f"$ archsum {command} net.yaml {given}\n{captured.err}")
    for given in usage:
        with pytest.raises(SystemExit, match="2"):
            main([command, "net.yaml", *shlex.split(given)])
        texts.append(f"$ archsum {command} net.yaml {given}\n{capsys.readouterr().err}")
    return "\n".join(texts)
