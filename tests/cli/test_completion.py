"""`archsum completion`, by what a shell makes of it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from archsum.cli import main
from archsum.cli.process import COMMANDS

_ASK = """
source {script}
cd {folder}
COMP_WORDS=({line})
COMP_CWORD={last}
_shtab_archsum "" "${{COMP_WORDS[$COMP_CWORD]}}" ""
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def completions(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what bash offers for the last word of a line."""
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "completion.bash"
    script.write_text(capsys.readouterr().out, encoding="utf-8")
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    ask = _ASK.format(script=script, folder=tmp_path, line=quoted, last=len(words) - 1)
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True, encoding="utf-8")
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="it is bash's")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("archsum ", list(COMMANDS)),
        ("archsum expl", ["explain", "explain-error"]),
        ("archsum summary net.yaml --for", ["--format"]),
        ("archsum summary net.yaml --format ", ["table", "json", "csv", "markdown"]),
        ("archsum summary ne", ["net.yaml"]),
        ("archsum layers conv2d_t", ["conv2d_transpose"]),
        ("archsum check net.yaml --device rtx409", ["rtx4090"]),
        ("archsum explain-error unknown-f", ["unknown-field"]),
    ],
)
def test_bash(line: str, offered: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.yaml").touch()
    assert set(offered) <= set(completions(line, tmp_path, capsys))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_is_in_every_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    printed = capsys.readouterr().out
    assert all(command in printed for command in COMMANDS)
