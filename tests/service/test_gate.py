"""Who is let in: by the name that the service is asked under, and by the page that asks."""

import asyncio

import httpx
import pytest

from mnist_helpers import artifacts, serve
from mnist_helpers.serve.gate import Gate

OWN = "http://localhost:8000"


async def answer(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"let in"})


def ask(headers, method="GET", names=()):
    """Ask the gate; return its answer."""

    async def ask():
        transport = httpx.ASGITransport(app=Gate(answer, names))
        async with httpx.AsyncClient(transport=transport) as client:
            request = client.build_request(method, f"{OWN}/", headers=headers)
            return await client.send(request)

    return asyncio.run(ask())


HOSTS = {  # let in
    "localhost": (),
    "localhost:8000": (),
    "LocalHost:1": (),
    "localhost.": (),
    "127.0.0.1": (),
    "127.0.0.1:8000": (),
    "192.168.1.23:8000": (),
    "[::1]:8000": (),
    "[fe80::1]": (),
    "digits.example.org": ("digits.example.org",),
    "Digits.Example.org:443": ("other", "digits.example.ORG"),
}
FOREIGN_HOSTS = [
    *("example.org", "localhost.example.org", "127.0.0.1.example.org", "a.localhost", "", " ", "x"),
    *("localhost:8000@example.org", "example.org:8000", "localhost:8000:8000", "[localhost]x"),
    *("localhost/", "localhost,example.org", "2130706433", "[::1", "::1", "lоcalhost"),
]


@pytest.mark.parametrize("host", HOSTS)
def test_own_names_and_numbers_are_let_in(host):
    assert ask({"host": host}, names=HOSTS[host]).text == "let in"


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_foreign_names_are_refused(host):
    found = ask({"host": host.encode()}, names=("digits.example.org",))
    assert found.status_code == 400 and "--allow-host" in found.json()["detail"]
    assert not host.strip() or host == "x" or host not in found.text


FROM_ELSEWHERE = [
    {"origin": "http://example.org"},
    {"origin": "https://localhost:8001"},
    {"origin": "http://localhost"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://localhost:8000.example.org"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "something new"},
    {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "origin": "http://example.org"},
    {"sec-fetch-site": "same-origin", "origin": "http://example.org"},
]


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_pages_of_other_sites_are_refused(headers, method):
    found = ask(headers | {"host": "localhost:8000"}, method)
    assert found.status_code == 403 and "page of another site" in found.json()["detail"]
    assert not [name for name in found.headers if name.startswith("access-control")]


def test_a_form_of_another_site_is_refused():
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "origin": "null"}
    assert ask(headers, "POST").status_code == 403
    assert ask({"origin": "https://example.org"}, "POST").status_code == 403, "an older browser"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"user-agent": "curl/8.0"},
        {"origin": OWN},
        {"origin": OWN, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"},
        {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_own_page_and_programs_are_let_in(headers, method):
    assert ask({"host": "localhost:8000"} | headers, method).text == "let in"


def test_a_link_on_another_site_leads_here():
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert ask(headers).text == "let in"


def test_behind_encryption_the_own_page_is_let_in():
    headers = {"host": "digits.example.org", "origin": "https://digits.example.org"}
    assert ask(headers, "POST", names=["digits.example.org"]).text == "let in"


# The real service


@pytest.fixture(scope="module")
def service():
    options = "--allow-host=digits.example.org", "--allow-host=other.example.org"
    with serve.Service(f"--model={artifacts.READER}", *options) as service:
        yield service


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("digits.example.org", 200),
        ("other.example.org:1", 200),
        ("127.0.0.1", 200),
        ("example.org", 400),
        ("www.other.example.org", 400),
    ],
)
def test_the_service_answers_to_the_names_that_it_was_given(host, status, service):
    answer = httpx.get(f"{service.url}/health", headers={"host": host}, trust_env=False)
    assert answer.status_code == status and answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/pad.js", "/none"])
def test_another_site_gets_nothing(path, service):
    answer = httpx.get(f"{service.url}{path}", headers={"origin": "http://a.example"})
    assert answer.status_code == 403 and answer.headers["content-type"] == "application/json"


def test_every_answer_forbids_other_sites_to_embed_it(service):
    for path in ("/", "/health", "/none"):
        headers = httpx.get(f"{service.url}{path}").headers
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
