"""The log names requests and errors, and nothing that a client has sent."""

import asyncio
import io
import logging
import logging.config

import httpx
import pytest
from attacks import MARK
from starlette.routing import Route

from mnist_helpers import artifacts, serve
from mnist_helpers.serve import log

SECRET = MARK.decode()


@pytest.fixture
def written(model, monkeypatch):
    """What the service's log would hold."""
    stream = io.StringIO()
    settings = log.configuration(serve.build_app(model).routes)
    for handler in settings["handlers"].values():
        handler["stream"] = stream
    before = {name: logging.getLogger(name).__dict__.copy() for name in settings["loggers"]}
    logging.config.dictConfig(settings)
    yield stream
    for name, state in before.items():
        logging.getLogger(name).__dict__.update(state)


REQUEST = '%s - "%s %s HTTP/%s" %d'  # as uvicorn has it


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("127.0.0.1:1", "GET", "/health", "1.1", 200), '127.0.0.1:1 - "GET /health HTTP/1.1" 200'),
        (("::1:1", "POST", "/predict?a=b", "1.0", 422), '::1:1 - "POST /predict HTTP/1.0" 422'),
        (("1.2.3.4:0", "GET", "/", "1.1", 200), '1.2.3.4:0 - "GET / HTTP/1.1" 200'),
        (
            ("1.2.3.4:0", "GET", "/static-offline-docs/swagger-ui.css", "1.1", 200),
            '1.2.3.4:0 - "GET /static-offline-docs/swagger-ui.css HTTP/1.1" 200',
        ),
        (("1.2.3.4:0", "GET", f"/{SECRET}", "1.1", 404), '"GET unknown HTTP/1.1" 404'),
        (("1.2.3.4:0", "GET", f"/health/{SECRET}", "1.1", 404), '"GET unknown HTTP/1.1" 404'),
        (("1.2.3.4:0", "GET", f"/health?{SECRET}", "1.1", 200), '"GET /health HTTP/1.1" 200'),
        (("1.2.3.4:0", SECRET, "/health", "1.1", 405), '"unknown /health HTTP/1.1" 405'),
        ((f"{SECRET}:0", "GET", "/health", "1.1", 200), 'unknown - "GET /health HTTP/1.1" 200'),
    ],
)
def test_a_request_is_named_by_what_is_known(arguments, line, written):
    logging.getLogger("uvicorn.access").info(REQUEST, *arguments)
    assert written.getvalue().endswith(line + "\n") and SECRET not in written.getvalue()


@pytest.mark.parametrize("name", ["uvicorn.error", "asyncio"])
def test_an_error_is_named_by_its_type_and_place(name, written):
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(f"because of {SECRET}") from error
    except ValueError as error:
        logging.getLogger(name).error("It has failed", exc_info=error)
    text = written.getvalue()
    assert "It has failed" in text and "test_log.py" in text and text.endswith("\nValueError\n")
    assert SECRET not in text.replace("raise KeyError(SECRET)", "")


def test_an_error_in_the_service_is_answered_in_json(model, monkeypatch):
    app = serve.build_app(model)

    async def broken(request):
        raise RuntimeError(SECRET)

    app.routes.insert(0, Route("/broken", broken))

    async def ask():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get("http://localhost/broken")

    answer = asyncio.run(ask())
    assert answer.status_code == 500 and answer.headers["content-type"] == "application/json"
    assert "log" in answer.json()["detail"] and SECRET not in answer.text


@pytest.mark.parametrize(
    ("options", "sent", "found"),
    [
        ((), "203.0.113.7", "127.0.0.1:"),
        (("--proxy=127.0.0.1",), "203.0.113.7", "203.0.113.7:"),
        (("--proxy=127.0.0.1",), "198.51.100.1, 203.0.113.7", "203.0.113.7:"),
        (("--proxy=127.0.0.1",), "2001:db8::1", "2001:db8::1:"),
        (("--proxy=127.0.0.1",), SECRET, "unknown - "),
        (("--proxy=127.0.0.2",), "203.0.113.7", "127.0.0.1:"),
    ],
)
def test_only_a_named_proxy_is_believed_whom_it_speaks_for(options, sent, found, tmp_path):
    path = tmp_path / "log.txt"
    with (
        path.open("w") as file,
        serve.Service(f"--model={artifacts.READER}", *options, log=file) as service,
    ):
        headers = {"x-forwarded-for": sent, "x-forwarded-proto": "https"}
        assert httpx.get(f"{service.url}/health", headers=headers).status_code == 200
    (line,) = [line for line in path.read_text().splitlines() if "/health" in line]
    assert line.partition("INFO:")[2].strip().startswith(found) and SECRET not in line
