"""Draws the picture in the README of `archsum report` anew: `python -m tests.browser.screenshot`."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

import archsum
from tests.support.browser import chromium
from tests.support.paths import EXAMPLES, ROOT

PICTURE = ROOT / "src" / "archsum" / "render" / "report" / "report.png"


def main() -> None:
    """Photograph the page of YOLOv8n, as far as a large screen shows it."""
    network = EXAMPLES / "yolov8n.yaml"
    page = archsum.report(network, training={"batch": 8}, budget={"device": "t4"}, titles=["examples/yolov8n.yaml"])
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "report.html"
        page.save(file)
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1000, "height": 1520}, device_scale_factor=0.8)
        opened.goto(file.as_uri())
        opened.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
