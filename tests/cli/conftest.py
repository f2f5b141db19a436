"""What tests of several commands share."""

from pathlib import Path

import pytest


@pytest.fixture
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the module's NETWORK to net.yaml, in a folder of its own in which the test runs."""
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(request.module.NETWORK, encoding="utf-8")
    return Path("net.yaml")
