"""Check, usually in less than a minute, whether the series runs here, and say what to do if not.

Each line begins with ok, note (it can stay so) or NO (it has to be mended). The last line says
whether all is well; then the exit code is 0.
"""

import argparse
import atexit
import contextlib
import importlib
import importlib.metadata
import json
import os
import platform
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import start_lab

ROOT = Path(__file__).parents[1]
DISK = 1e9  # bytes for results and copies; what is installed is there already
MEMORY = 2.5e9  # bytes: notebook 03 takes 1.2 GB at its peak, the rest is JupyterLab and a browser
KERNEL = 60  # seconds to start TensorFlow; a slow disk takes long, the first time
SERVER = 40  # seconds until JupyterLab answers
BROWSER = 40  # seconds until its page has loaded
PORTS = {
    8888: "JupyterLab takes the next one",
    8000: "`make serve` needs another: python -m mnist_helpers.serve --port 8001",
}
CODE = "import sys\nprint(sys.prefix)\nimport mnist_helpers as mh\nmh.start()"
AGAIN = "Set up again: `make lab`, the lines of the README, or the stick"

OK, NOTE, NO = "ok  ", "note", "NO  "
Line = tuple[str, str]  # one of these three, and a sentence


def python() -> Iterator[Line]:
    """Look at the version of Python and at its word size."""
    version = f"Python {platform.python_version()} on {platform.platform()}"
    if not (3, 11) <= sys.version_info < (3, 14):
        yield NO, f"{version}: the series needs 3.11, 3.12 or 3.13. Install one of them."
    elif struct.calcsize("P") != 8:
        yield NO, f"{version}: it is one of 32 bits. TensorFlow needs one of 64 bits."
    elif (platform.system(), platform.machine()) == ("Darwin", "x86_64"):
        yield NO, f"{version}: TensorFlow has no build for Intel Macs, or Python's Intel builds."
    else:
        yield OK, version


def room() -> Iterator[Line]:
    """Look at the disk and the memory."""
    free = shutil.disk_usage(ROOT).free
    said = f"{free / 1e9:.1f} GB free on the disk"
    if free < DISK:
        yield NO, f"{said}; at least {DISK / 1e9:.0f} GB is needed. Make room."
    else:
        yield OK, said
    psutil = module("psutil")
    if psutil is None:
        return  # the next check says so
    memory = psutil.virtual_memory()
    said = f"{memory.available / 1e9:.1f} GB of {memory.total / 1e9:.1f} GB memory available"
    if memory.total < MEMORY:
        yield NO, f"{said}; {MEMORY / 1e9:.1f} GB are needed. Use another computer."
    elif memory.available < MEMORY:
        yield NOTE, f"{said}; {MEMORY / 1e9:.1f} GB are needed. Close other programs before class."
    else:
        yield OK, said


def module(name: str) -> ModuleType | None:
    """Import a module, or return None."""
    with contextlib.suppress(ImportError):
        return importlib.import_module(name)
    return None


def packages() -> Iterator[Line]:
    """Compare the installed packages with what the series asks for."""
    requirements = module("packaging.requirements")
    try:
        asked = importlib.metadata.requires("mnist-helpers") or []
        assert requirements
    except (importlib.metadata.PackageNotFoundError, AssertionError):
        yield NO, f"The packages are not installed for {sys.executable}. {AGAIN}."
        return
    wrong = []
    needed = [one for one in map(requirements.Requirement, asked) if not one.extras]
    needed = [one for one in needed if not one.marker or one.marker.evaluate({"extra": ""})]
    for one in needed:
        try:
            version = importlib.metadata.version(one.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{one.name} is missing")
            continue
        if version not in one.specifier:
            wrong.append(f"{one.name} is {version}, not {one.specifier}")
    if wrong:
        yield NO, f"Packages: {'; '.join(wrong)}. {AGAIN}."
    else:
        yield OK, f"The {len(needed)} packages that the series asks for are installed"


def data() -> Iterator[Line]:
    """Look for the data sets and the weights; only MNIST is fetched, others take too long."""
    from mnist_helpers import datasets, imagenet

    for name in dir(datasets):
        one = getattr(datasets, name)
        if not (hasattr(one, "find") and hasattr(one, "DESCRIPTION")):
            continue
        try:
            source = one.find() if one is datasets.mnist else one.find(may_download=False)
        except datasets.DataError as error:
            yield NO if one is datasets.mnist else NOTE, str(error)
            continue
        if source.is_sample:
            yield NO, f"MNIST was not found; the notebooks would run on others. {source.note}"
        else:
            yield OK, f"{source.name}: {source.note}"
    try:
        yield OK, f"{imagenet.DESCRIPTION.name}: {imagenet.find(may_download=False)}"
    except datasets.DataError as error:
        yield NOTE, str(error)


def kernel() -> Iterator[Line]:
    """Start a kernel as JupyterLab does, and run the first cell of the notebooks in it."""
    import nbclient
    import nbformat
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE)])
    client = nbclient.NotebookClient(
        notebook,
        timeout=KERNEL,
        kernel_name="python3",
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
        extra_arguments=["--log-level=ERROR"],
    )
    begun, failure = time.monotonic(), ""
    try:
        client.execute()
    except CellExecutionError as error:
        failure = error.evalue or error.ename  # of another environment, perhaps: its output says so
    except CellTimeoutError:
        yield NO, f"The first cell of the notebooks was not through after {KERNEL} s. Try again."
        return
    except (DeadKernelError, RuntimeError, OSError) as error:
        atexit.unregister(client._cleanup_kernel)  # it would fail: there is no kernel by then
        yield NO, f"No kernel starts ({error}). {AGAIN}."
        return
    texts = [output["text"] for output in notebook.cells[0].outputs if "text" in output]
    prefix, *said = "".join(texts).splitlines() or [sys.prefix]
    if not Path(prefix).samefile(sys.prefix):
        yield (
            NO,
            f"The kernel “Python 3” of JupyterLab is that of {prefix}, which has other packages. "
            f"Remove it: {sys.executable} -m jupyter kernelspec remove python3",
        )
        return
    if failure:
        yield NO, f"The first cell of the notebooks fails ({failure}). {AGAIN}."
        return
    yield OK, f"A kernel runs the first cell in {time.monotonic() - begun:.0f} s:"
    for line in said:
        yield "    ", f"  {line}"


def ports() -> Iterator[Line]:
    """See whether the usual ports are free."""
    for port, otherwise in PORTS.items():
        try:
            with socket.create_server(("127.0.0.1", port)):
                yield OK, f"Port {port} is free"
        except OSError:
            yield NOTE, f"Port {port} is taken: {otherwise}"


def jupyterlab(open_page: Callable[[str], bool] | None) -> Iterator[Line]:
    """Start JupyterLab, open its page in the browser, and see whether it loads."""
    if not module("jupyterlab"):
        yield NO, f"JupyterLab is not installed for {sys.executable}. {AGAIN}."
        return
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary, lab(Path(temporary)) as server:
        address = wait(lambda: running(Path(temporary)), SERVER, server)
        if not address:
            log = Path(temporary, "log").read_text(errors="replace").strip()
            yield NO, f"JupyterLab does not start. The end of what it wrote:\n{log[-500:]}"
            return
        yield OK, f"JupyterLab answers after {time.monotonic() - begun:.0f} s"
        if open_page is None:
            return
        url, token = address
        before = activity(url, token)
        if not open_page(f"{url}lab?reset&token={token}"):
            yield NO, "No browser was found: install one, or choose a standard browser."
        elif wait(lambda: activity(url, token) != before, BROWSER, server):
            yield OK, "The browser shows JupyterLab; you can close its tab"
        else:
            yield (
                NO,
                f"JupyterLab's page did not load in the browser within {BROWSER} s. Is JavaScript "
                "switched off, or does a proxy stand before 127.0.0.1? Or use another browser.",
            )


@contextlib.contextmanager
def lab(temporary: Path) -> Iterator[subprocess.Popen]:
    """Start JupyterLab with settings and workspaces of its own; end it."""
    places = ("JUPYTER_RUNTIME_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    env = os.environ | {place: str(temporary / place) for place in places}
    env["JUPYTER_CONFIG_PATH"] = str(start_lab.SETTINGS)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.root_dir={ROOT}", "--ServerApp.allow_root=True"]
    with (temporary / "log").open("wb") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            yield server
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def running(temporary: Path) -> tuple[str, str] | None:
    """Return address and token of the JupyterLab that answers by now."""
    for path in (temporary / "JUPYTER_RUNTIME_DIR").glob("jpserver-*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            noted = json.loads(path.read_text(encoding="utf-8"))
            activity(noted["url"], noted["token"])
            return noted["url"], noted["token"]
    return None


def activity(url: str, token: str) -> str:
    """Ask a JupyterLab when it was used last; to ask this does not count as use."""
    asked = urllib.request.Request(f"{url}api/status?no_track_activity=1")
    asked.add_header("Authorization", f"token {token}")
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(asked, timeout=5) as answer:
        return json.load(answer)["last_activity"]


def wait(ready: Callable[[], Any], seconds: float, server: subprocess.Popen) -> Any:
    """Wait until something is so, and return it; None if it does not come, or the server ends."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError):
            if found := ready():
                return found
        time.sleep(0.2)
    return None


def main() -> None:
    """Check all, line by line; skip what cannot be asked after a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    open_page = None if parser.parse_args().no_browser else webbrowser.open
    begun, failed = time.monotonic(), 0
    checks = (python, room, packages, ports, data, kernel, lambda: jupyterlab(open_page))
    for check in checks:
        for sign, sentence in check():
            failed += sign == NO
            print(f"{sign} {sentence}", flush=True)
        if failed and check is packages:
            break  # what follows needs them
    seconds = f"{time.monotonic() - begun:.0f} s"
    if failed:
        sys.exit(f"NOT READY: mend what stands after NO, then check again. ({seconds})")
    print(f"READY: this computer can run the series. ({seconds})")


if __name__ == "__main__":
    main()
