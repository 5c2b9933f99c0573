"""The browser that the tests of pages use, and JupyterLab."""

import contextlib
import os
import socket
import subprocess
import sys
import time

import pages
import pytest
import requests
import start_lab
from playwright.sync_api import sync_playwright

QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


@pytest.fixture(scope="module")
def chromium():
    """Start the browser with more flags; each set of flags once."""
    if not (found := pages.find_browser()):
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


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab with nothing of the user's: the folder that it shows, and its address."""
    tmp_path = tmp_path_factory.mktemp("lab")
    work = tmp_path / "work"
    work.mkdir()
    places = "JUPYTER_CONFIG_DIR JUPYTER_DATA_DIR JUPYTER_RUNTIME_DIR IPYTHONDIR"
    places += " JUPYTERLAB_SETTINGS_DIR JUPYTERLAB_WORKSPACES_DIR"
    settings = {name: str(tmp_path / name) for name in places.split()}
    settings["JUPYTER_CONFIG_PATH"] = str(start_lab.SETTINGS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"]
    command += ["--IdentityProvider.token=", f"--ServerApp.root_dir={work}"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | settings, stderr=log, stdout=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{address}/api", timeout=5).raise_for_status()
                break
            assert server.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
        yield work, address
    finally:
        server.terminate()  # its kernel, too
        server.wait(30)
