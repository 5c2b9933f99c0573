"""The reverse proxy of docs/nginx.conf, where nginx is installed, in front of a real service."""

import collections
import concurrent.futures
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from mnist_helpers import artifacts, serve

CONFIGURATION = Path(__file__).parents[2] / "docs" / "nginx.conf"
NAME = "digits.example.org"


@pytest.fixture(scope="module")
def nginx():
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if not program or not shutil.which("openssl"):
        pytest.skip("nginx or openssl is not installed")
    return program


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def folder(nginx, tmp_path_factory):
    """A folder with a certificate for the name."""
    folder = tmp_path_factory.mktemp("nginx")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    command += ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def place(folder, service_port=8000):
    """Write the configuration with ports and places of its own; return the encrypted port."""
    ports = {"80": free_port(), "443": free_port()}
    text = CONFIGURATION.read_text("utf-8")
    text = re.sub(r"listen \[::\].*\n", "", text)
    text = re.sub(r"listen (\d+)", lambda found: f"listen 127.0.0.1:{ports[found[1]]}", text)
    text = text.replace(f"/etc/letsencrypt/live/{NAME}", str(folder))
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{service_port}")
    (folder / "site.conf").write_text(text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "\n".join(f"{kind}_temp_path {folder / kind};" for kind in kinds)
    (folder / "main.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}\ninclude {folder}/site.conf;\n}}\n"
    )
    return ports["443"]


def test_nginx_finds_nothing_wrong(nginx, folder):
    place(folder)
    command = [nginx, "-t", "-p", folder, "-c", folder / "main.conf"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0 and "warn" not in done.stderr, done.stderr


@pytest.fixture(scope="module")
def behind(nginx, folder):
    """Ask the service through nginx; it, and its log."""
    log = folder / "log.txt"
    options = f"--model={artifacts.READER}", "--proxy=127.0.0.1", f"--allow-host={NAME}"
    with log.open("w") as file, serve.Service(*options, log=file) as service:
        port = place(folder, service.url.rpartition(":")[2])
        command = [nginx, "-p", folder, "-c", folder / "main.conf"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            trust = ssl.create_default_context(cafile=folder / "fullchain.pem")
            headers = {"host": NAME}
            with httpx.Client(
                base_url=f"https://127.0.0.1:{port}",
                verify=trust,
                headers=headers,
                trust_env=False,
            ) as client:

                def ask(method, path, **options):
                    return client.request(
                        method, path, extensions={"sni_hostname": NAME}, **options
                    )

                until = time.monotonic() + 10
                while time.monotonic() < until:
                    try:
                        ask("GET", "/health")
                        break
                    except httpx.TransportError:
                        time.sleep(0.05)
                yield ask, log
            process.terminate()
            process.wait(10)


def test_the_page_behind_nginx_works(behind):
    ask, log = behind
    assert ask("GET", "/").text.startswith("<!doctype html>")
    image = {"images": [[[0] * 28] * 28]}
    origin = {"origin": f"https://{NAME}", "sec-fetch-site": "same-origin"}
    answer = ask("POST", "/predict", json=image, headers=origin)
    assert answer.status_code == 200 and "max-age" in answer.headers["strict-transport-security"]
    assert '127.0.0.1:0 - "POST /predict HTTP/1.0" 200' in log.read_text()


def test_another_site_is_refused_behind_nginx_too(behind):
    ask, _ = behind
    assert ask("GET", "/health", headers={"origin": "https://a.example"}).status_code == 403
    assert ask("GET", "/health", headers={"host": "a.example"}).status_code == 400


def test_a_client_cannot_speak_for_another_address(behind):
    ask, log = behind
    ask("GET", "/health", headers={"x-forwarded-for": "203.0.113.7"})
    assert "203.0.113.7" not in log.read_text()


def test_nginx_limits_requests_and_size(behind):
    ask, _ = behind
    assert ask("POST", "/predict", content=bytes(11_000_000)).status_code == 413
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask("GET", "/health"), range(600)))
    statuses = collections.Counter(answer.status_code for answer in answers)
    assert set(statuses) == {200, 429} and statuses[200] >= 200
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert "Too many requests" in refused.json()["detail"]
