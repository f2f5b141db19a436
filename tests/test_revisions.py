"""Which sources are files of a Git revision."""

from pathlib import Path

import pytest

from archsum.revisions import is_revision


@pytest.mark.parametrize(
    "source",
    ["main:net.yaml", "HEAD~2:./models/net.yml", "origin/main:net.keras", "v1.0:net.ONNX", "HEAD@{1 day ago}:net.yaml"],
)
def test_revisions(source: str) -> None:
    assert is_revision(source)


@pytest.mark.parametrize(
    "source",
    [
        "package.module:build",
        "net.yaml",
        "c:net.yaml",
        "https://example.org/net.yaml",
        ":net.yaml",
        "main:",
        "a: b\n.yaml",
    ],
)
def test_others(source: str) -> None:
    assert not is_revision(source)


def test_a_file_of_that_name_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("main:net.yaml").touch()
    assert not is_revision("main:net.yaml")
