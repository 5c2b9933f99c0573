"""The browser that the tests of pages use."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


@pytest.fixture(scope="module")
def chromium():
    """Start the browser with more flags; each set of flags once."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    found = found or next((place for place in PLACES if Path(place).exists()), None)
    if not found:
        pytest.skip("no Chromium or Chrome: install one, or name its file in CHROMIUM")
    with sync_playwright() as playwright:
        running = {}

        def start(*flags):
            if flags not in running:
                options = {"executable_path": found, "args": [*QUIET, *flags]}
                running[flags] = playwright.chromium.launch(**options)
            return running[flags]

        yield start
        for browser in running.values():
            browser.close()
