"""Chromium without a window, for tests of pages; a system's own, or that which playwright has installed."""

import os
import shutil
from importlib.util import find_spec

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Return the path of a Chromium; None where there is none."""
    if found := next(filter(None, map(shutil.which, _NAMES)), None):
        return found
    if not find_spec("playwright"):
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None
