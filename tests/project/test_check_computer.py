"""The check of a computer: ready, or what to do; and what it starts, it ends."""

import contextlib
import http.server
import json
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import check_computer
import psutil
import pytest

from mnist_helpers import datasets, imagenet

NO, NOTE, OK = check_computer.NO, check_computer.NOTE, check_computer.OK


def signs(lines):
    return [sign for sign, _ in lines]


def said(lines):
    return "\n".join(sentence for _, sentence in lines)


def test_this_computer_is_ready(bundled):
    """With its kernel and JupyterLab; the browser is played by a request."""
    opened = []

    def browser(address):
        opened.append(address)
        url, _, token = address.partition("lab?reset&token=")
        threading.Thread(target=lambda: fetch(f"{url}api/contents?token={token}")).start()
        return True

    def fetch(address):
        with urllib.request.urlopen(address) as answer:
            answer.read()

    lines = [*check_computer.python(), *check_computer.packages(), *check_computer.kernel()]
    assert NO not in signs(lines), said(lines)
    assert "A kernel runs the first cell" in said(lines) and "TensorFlow" in said(lines)
    lines = list(check_computer.jupyterlab(browser))
    assert signs(lines) == [OK, OK] and "The browser shows JupyterLab" in said(lines), said(lines)
    (address,) = opened
    port = int(address.split(":")[2].partition("/")[0])
    with socket.create_server(("127.0.0.1", port)):
        pass  # JupyterLab has ended


@pytest.mark.parametrize(
    ("version", "system", "expected"),
    [
        ((3, 10, 2), ("Linux", "x86_64"), "the series needs 3.11, 3.12 or 3.13"),
        ((3, 14, 0), ("Linux", "x86_64"), "the series needs 3.11, 3.12 or 3.13"),
        ((3, 12, 0), ("Darwin", "x86_64"), "no build for Intel Macs"),
    ],
)
def test_a_python_that_does_not_do_is_told(monkeypatch, version, system, expected):
    monkeypatch.setattr(check_computer.sys, "version_info", version)
    monkeypatch.setattr(check_computer.platform, "system", lambda: system[0])
    monkeypatch.setattr(check_computer.platform, "machine", lambda: system[1])
    lines = list(check_computer.python())
    assert signs(lines) == [NO] and expected in said(lines)


@pytest.mark.parametrize(
    ("free", "total", "available", "expected"),
    [
        (5e9, 8e9, 6e9, [OK, OK]),
        (5e8, 8e9, 6e9, [NO, OK]),
        (5e9, 8e9, 1e9, [OK, NOTE]),
        (5e9, 2e9, 1e9, [OK, NO]),
    ],
)
def test_too_little_room_or_memory_is_told(monkeypatch, free, total, available, expected):
    monkeypatch.setattr(check_computer.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    memory = SimpleNamespace(total=total, available=available)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    assert signs(check_computer.room()) == expected


def test_packages_that_are_missing_or_too_old_are_named(monkeypatch):
    metadata = check_computer.importlib.metadata
    asked = ["numpy>=99", "no-such-package>=1", "pip; sys_platform == 'amiga'", "x; extra == 'y'"]
    monkeypatch.setattr(metadata, "requires", lambda _: asked)
    (line,) = check_computer.packages()
    assert line[0] == NO and ">=99; no-such-package is missing" in line[1]
    assert "pip" not in line[1] and "make lab" in line[1]


def test_without_any_package_it_says_what_to_do_and_stops():
    command = [sys.executable, "-S", check_computer.__file__, "--no-browser"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env={"PYTHONUTF8": "1"})
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "The packages are not installed for" in done.stdout and "make lab" in done.stdout
    assert done.stderr.startswith("NOT READY") and "kernel" not in done.stdout


def test_data_that_are_not_there_are_told(monkeypatch, bundled):
    def lost(may_download):
        assert not may_download, "it takes longer than a check may"
        raise datasets.DataError("Connect to the network.")

    for module in (datasets.fashion_mnist, datasets.cifar10, datasets.cifar100, imagenet):
        monkeypatch.setattr(module, "find", lost)
    ((sign, sentence), *others) = sorted(check_computer.data(), key=lambda line: line[0] != NO)
    assert signs(others) == [NOTE] * 4, "no notebook stops without them"
    assert sign == NO and "MNIST_SOURCE=sample is set" in sentence


def test_a_port_that_is_taken_is_told(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(check_computer, "PORTS", {taken.getsockname()[1]: "take another"})
        lines = list(check_computer.ports())
    assert signs(lines) == [NOTE] and "is taken: take another" in said(lines)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("raise ImportError('no TensorFlow')", "fails (no TensorFlow). Set up again: `make lab`"),
        ("print('/')", "jupyter kernelspec remove python3"),
        ("print('/')\nraise ImportError('no helpers')", "jupyter kernelspec remove python3"),
        ("import time; time.sleep(60)", "not through after 3 s"),
        ("import os; os._exit(1)", "No kernel starts"),
    ],
)
def test_a_kernel_that_does_not_do_is_told(monkeypatch, code, expected):
    monkeypatch.setattr(check_computer, "CODE", code)
    if "sleep" in code:
        monkeypatch.setattr(check_computer, "KERNEL", 3)
    lines = list(check_computer.kernel())
    assert signs(lines) == [NO] and expected in said(lines), said(lines)


@contextlib.contextmanager
def silent_lab(folder):
    """A JupyterLab that nobody uses: it always tells the same time."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"last_activity": "yesterday"}')

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (Path(folder) / "JUPYTER_RUNTIME_DIR").mkdir()
        noted = {"url": f"http://127.0.0.1:{server.server_port}/", "token": "t"}
        (Path(folder) / "JUPYTER_RUNTIME_DIR" / "jpserver-1.json").write_text(json.dumps(noted))
        yield SimpleNamespace(poll=lambda: None)
        server.shutdown()


@pytest.mark.parametrize(
    ("finds", "expected"), [(False, "No browser was found"), (True, "did not load in the browser")]
)
def test_a_browser_that_shows_nothing_is_told(monkeypatch, finds, expected):
    monkeypatch.setattr(check_computer, "lab", silent_lab)
    monkeypatch.setattr(check_computer, "BROWSER", 0.5)
    lines = list(check_computer.jupyterlab(lambda _: finds))
    assert signs(lines) == [OK, NO] and expected in said(lines)


def test_a_jupyterlab_that_does_not_start_is_told(monkeypatch):
    @contextlib.contextmanager
    def broken(folder):
        (folder / "log").write_text("the reason")
        yield SimpleNamespace(poll=lambda: 1)

    monkeypatch.setattr(check_computer, "lab", broken)
    lines = list(check_computer.jupyterlab(None))
    assert signs(lines) == [NO] and "does not start" in said(lines) and "the reason" in said(lines)


@pytest.mark.parametrize(("lines", "code"), [([OK, NOTE], None), ([OK, NO], 1)])
def test_the_last_line_says_whether_all_is_well(monkeypatch, capsys, lines, code):
    for name in ("python", "room", "packages", "ports", "data", "kernel"):
        monkeypatch.setattr(check_computer, name, lambda: [(sign, "x") for sign in lines])
    monkeypatch.setattr(check_computer, "jupyterlab", lambda open_page: [])
    monkeypatch.setattr(sys, "argv", ["check_computer.py", "--no-browser"])
    if code is None:
        check_computer.main()
        assert capsys.readouterr().out.splitlines()[-1].startswith("READY")
    else:
        with pytest.raises(SystemExit, match="NOT READY"):
            check_computer.main()
