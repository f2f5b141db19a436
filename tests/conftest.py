"""What all tests share: golden files, how many cases hypothesis draws, and Keras without a framework."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.browser import chromium

os.environ["KERAS_BACKEND"] = "numpy"  # Keras reads it when it is imported; its rules are all that tests need

# The plain run draws the same cases each time, so that it is as green elsewhere as here;
# `pytest --hypothesis-profile=thorough` draws new ones, and many more.
settings.register_profile("repeatable", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=3000, deadline=None)
settings.load_profile("repeatable")

# What the tests were started by may ignore signals, as `nohup` does, and what they start would ignore them too.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; read the diff after")
    parser.addoption("--require-torch", action="store_true", help="fail where PyTorch is missing, instead of skipping")
    parser.addoption("--require-browser", action="store_true", help="fail where Chromium is missing, likewise")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--require-torch") and not (find_spec("torch") and find_spec("torchvision")):
        raise pytest.UsageError('PyTorch or torchvision is missing: pip install -e ".[torch]"')
    if config.getoption("--require-browser") and not (find_spec("playwright") and chromium()):
        raise pytest.UsageError("playwright or Chromium is missing: `playwright install chromium` brings the second")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases the comparisons with frameworks drew, as they recorded them."""
    drawn: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        drawn.update(dict(report.user_properties))
    for what, count in drawn.items():
        terminalreporter.write_line(f"{count:,} {what}")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with the file of that name in the folder `golden` beside the test."""
    folder = Path(request.path).parent / "golden"

    def compare(name: str, text: str) -> None:
        path = folder / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert path.exists(), f"{path} does not exist; `pytest --update-golden` writes it"
        with path.open(encoding="utf-8", newline="") as file:
            assert text == file.read(), f"differs from {path}; if rightly so, `pytest --update-golden` writes it anew"

    return compare
