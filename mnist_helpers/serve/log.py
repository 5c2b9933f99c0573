"""The log names requests and errors, and nothing that a client has sent."""

import copy
import ipaddress
import logging
import traceback
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from uvicorn.config import LOGGING_CONFIG

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}


class Requests(logging.Filter):
    """Makes of a request's client, method and path what is known, or else “unknown”."""

    def __init__(self, paths: Collection[str] = ()) -> None:
        """Let these paths be named."""
        super().__init__()
        self._paths = paths

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; see `uvicorn.protocols.http.h11_impl` for its arguments."""
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, path, version, status = record.args
            client = client if _is_address(str(client)) else "unknown"
            method = method if method in METHODS else "unknown"
            path = str(path).partition("?")[0]
            path = path if path in self._paths else "unknown"
            record.args = (client, method, path, version, status)
        return True


class Errors(logging.Filter):
    """Leaves of an exception its type and where it arose: its message may quote a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record."""
        if record.exc_info and (error := record.exc_info[1]):
            frames = "".join(traceback.format_tb(error.__traceback__))
            record.msg = f"{record.getMessage()}\n{frames}{type(error).__name__}"
            record.args = record.exc_info = None
        return True


def configuration(routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """Configure logging to standard error, for requests to these routes."""
    paths = set(_paths(routes))
    log = copy.deepcopy(LOGGING_CONFIG)
    log["filters"] = {"requests": {"()": Requests, "paths": paths}, "errors": {"()": Errors}}
    log["handlers"]["access"]["stream"] = "ext://sys.stderr"  # nobody may read standard output
    log["handlers"]["access"]["filters"] = ["requests"]
    log["handlers"]["default"]["filters"] = ["errors"]
    log["formatters"]["access"] = {"format": "%(levelname)s:     %(message)s"}  # the quicker one
    log["loggers"]["asyncio"] = {"handlers": ["default"], "level": "INFO"}
    return log


def _is_address(client: str) -> bool:
    """Whether a client is an address and a port, as it is unless a proxy has passed on a text."""
    try:
        return bool(ipaddress.ip_address(client.rpartition(":")[0]))
    except ValueError:
        return False


def _paths(routes: Iterable[BaseRoute]) -> Iterator[str]:
    """Give the paths that the routes answer to."""
    for route in routes:
        if isinstance(route, Route):
            yield route.path
        elif isinstance(route, Mount) and isinstance(route.app, StaticFiles):
            for file in Path(str(route.app.directory)).iterdir():
                yield f"{route.path}/{file.name}"
        elif isinstance(route, Mount):
            yield from _paths(route.routes)
