"""The configuration of JupyterHub: what it says, what it makes for a learner; and, where
JupyterHub is installed with its proxy, that two learners get what is theirs.
"""

import contextlib
import importlib.util
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import requests
from traitlets.config import Config

from tests.conftest import NOTEBOOKS, ROOT, run_code

CONFIG = ROOT / "examples" / "jupyterhub_config.py"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="JupyterHub needs Linux or macOS")


class FakeSpawner:
    """Stands for JupyterHub's, which is not installed."""

    def make_preexec_fn(self, name):
        return lambda: print("at home,", name)


@pytest.fixture
def configure(monkeypatch, tmp_path):
    """Read the configuration for a class; return its settings and its names."""
    fake = ModuleType("jupyterhub.spawner")
    fake.SimpleLocalProcessSpawner = FakeSpawner
    monkeypatch.setitem(sys.modules, "jupyterhub", ModuleType("jupyterhub"))
    monkeypatch.setitem(sys.modules, "jupyterhub.spawner", fake)
    monkeypatch.setenv("HUB", str(tmp_path))

    def configure(text):
        if text is not None:
            (tmp_path / "class.txt").write_text(text, "utf-8")
        c = Config()
        return c, runpy.run_path(str(CONFIG), {"get_config": lambda: c})

    return configure


def test_the_learners_of_the_list_may_come_and_nobody_else(configure):
    c, _ = configure("anna\n\nben-2\n")
    assert c.Authenticator.allowed_users == {"anna", "ben-2"}
    assert "allow_all" not in c.Authenticator and c.JupyterHub.active_server_limit == 2
    assert c.JupyterHub.bind_url == "http://127.0.0.1:8080", "not to the network unless asked"
    assert not re.match(c.Authenticator.username_pattern, "../anna")


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "class.txt cannot be read: write"), ("anna\n../x Ben", r"\.\./x, Ben: a")],
)
def test_a_list_that_does_not_do_is_told(configure, text, said):
    with pytest.raises(SystemExit, match=said):
        configure(text)


def test_a_learner_gets_copies_once_and_links_to_what_is_shared(configure, tmp_path):
    c, _ = configure("anna")
    home = Path(c.SimpleLocalProcessSpawner.home_dir_template.format(username="anna"))
    spawner = SimpleNamespace(
        home_dir=str(home), user=SimpleNamespace(name="anna"), log=SimpleNamespace(info=print)
    )
    c.Spawner.pre_spawn_hook(spawner)
    assert home.parent.parent == tmp_path and home.stat().st_mode & 0o777 == 0o700
    mine = home / "my_notebooks" / NOTEBOOKS[0].name
    assert c.Spawner.default_url == f"/lab/tree/my_notebooks/{NOTEBOOKS[0].name}"
    assert (home / "docs" / "glossary.md").is_file(), "links in the notebooks lead there"
    mine.write_text("my answers", "utf-8")
    (home / "docs").unlink()
    (home / "docs").symlink_to(tmp_path / "where the project was")
    c.Spawner.pre_spawn_hook(spawner)
    assert mine.read_text("utf-8") == "my answers"
    assert (home / "docs" / "glossary.md").is_file(), "after a move, too"


def test_a_process_cannot_take_more_memory_than_its_limit(configure, tmp_path):
    """In a process of its own: the limit cannot be lifted again."""
    if sys.platform != "linux":
        pytest.skip("only Linux counts all data")
    code = """
import runpy, sys, types
from traitlets.config import Config
fake = types.ModuleType("jupyterhub.spawner")
fake.SimpleLocalProcessSpawner = type("S", (), {"make_preexec_fn": lambda self, name: lambda: None})
sys.modules |= {"jupyterhub": types.ModuleType("jupyterhub"), "jupyterhub.spawner": fake}
c = Config()
names = runpy.run_path(sys.argv[1], {"get_config": lambda: c})
c.JupyterHub.spawner_class().make_preexec_fn("anna")()
bytearray(names["MEMORY"] // 8)
try:
    bytearray(names["MEMORY"])
except MemoryError:
    print("refused")
"""
    configure("anna")
    done = run_code(code, CONFIG, env={"HUB": str(tmp_path)})
    assert done.stdout == "refused\n", done.stderr


def log_in(address, name, password):
    """Log in, and start the learner's JupyterLab."""
    session = requests.Session()
    session.get(f"{address}/hub/login", timeout=60).raise_for_status()
    token = {"_xsrf": session.cookies.get("_xsrf", path="/hub/")}
    sent = {"username": name, "password": password, **token}
    return session, session.post(f"{address}/hub/login", params=token, data=sent, timeout=120)


@pytest.fixture
def hub(tmp_path):
    """JupyterHub itself, for anna and ben."""
    modules = ("jupyterhub", "jupyterhub_idle_culler", "firstuseauthenticator")
    if not all(map(importlib.util.find_spec, modules)):
        pytest.skip(f"{', '.join(modules)} are not all installed: docs/teaching/jupyterhub.md")
    if not shutil.which("configurable-http-proxy"):
        pytest.skip("configurable-http-proxy is not installed: docs/teaching/jupyterhub.md")
    if os.geteuid() == 0:
        pytest.skip("JupyterLab does not start as root, and neither should a hub")
    (tmp_path / "class.txt").write_text("anna\nben\n", "utf-8")
    with contextlib.ExitStack() as stack:
        free = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        front, proxy, inner = (each.getsockname()[1] for each in free)
    address = f"http://127.0.0.1:{front}"
    command = [sys.executable, "-m", "jupyterhub", "--config", CONFIG]
    command += [f"--JupyterHub.hub_port={inner}"]
    command += [f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{proxy}"]
    env = os.environ | {"HUB": str(tmp_path), "HUB_ADDRESS": address}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, env=env, cwd=tmp_path, stdout=log, stderr=log)
    try:
        for _ in range(600):
            assert process.poll() is None, (tmp_path / "log").read_text()
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f"{address}/hub/health", timeout=5).ok:
                    break
            time.sleep(0.1)
        yield tmp_path, address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_two_learners_get_what_is_theirs(hub):
    folder, address = hub
    for name in ("anna", "ben"):
        session, answer = log_in(address, name, f"password of {name}")
        assert answer.ok, answer.text
        for _ in range(600):
            opened = session.get(f"{address}/user/{name}/lab", timeout=120)
            if opened.ok and f"/user/{name}/lab" in opened.url:
                break
            time.sleep(0.2)
        assert "jupyter-config-data" in opened.text
        copies = sorted(path.name for path in (folder / "learners" / name).glob("my_notebooks/*"))
        assert copies == [path.name for path in NOTEBOOKS]
    for name, password in (("anna", "another password"), ("carl", "password of carl")):
        _, answer = log_in(address, name, password)
        assert answer.status_code == 403
