"""Who is let in: requests to a name of this service, and not from the pages of other sites.

A browser lets any page that it shows send requests to this computer. The `Host` header shows
whether the browser believes to talk to another site (DNS rebinding); `Origin` and `Sec-Fetch-Site`
show which page has sent the request. Programs other than browsers send neither.
"""

import functools
import ipaddress
import re
from collections.abc import Iterable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/@\[\]]+)(:[0-9]*)?", re.IGNORECASE)
FOREIGN_NAME = (
    "This service does not answer to the name in the address: use localhost or a numeric address, "
    "or start the service with --allow-host and this name."
)
FOREIGN_PAGE = (
    "A page of another site has sent this request: open the service's own page, or use a program."
)


class Gate:
    """Refuses what is not meant for this service, before anything else looks at it."""

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        """Stand before an application.

        Args:
            app: What answers the requests that are let in.
            names: Names of this service besides localhost.
        """
        self._app = app
        self._names = {"localhost", *(name.lower() for name in names)}
        self._is_known = functools.lru_cache(1000)(self._is_ours)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            host = headers.get(b"host", b"")
            if not self._is_known(host):
                return await JSONResponse({"detail": FOREIGN_NAME}, 400)(scope, receive, send)
            if _is_foreign(host, headers, scope["method"]):
                return await JSONResponse({"detail": FOREIGN_PAGE}, 403)(scope, receive, send)
            if b"range" in headers:  # nobody needs parts of these files
                scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"range"]
        return await self._app(scope, receive, send)

    def _is_ours(self, host: bytes) -> bool:
        """Whether a `Host` header names this service, by name or by number."""
        if not (found := HOST.fullmatch(host.decode("latin-1"))):
            return False
        name = found[1].lower().strip("[]").removesuffix(".")
        try:
            return name in self._names or bool(ipaddress.ip_address(name))
        except ValueError:
            return False


def _is_foreign(host: bytes, headers: dict[bytes, bytes], method: str) -> bool:
    """Whether a page of another site, or of another port, has sent a request."""
    origin = headers.get(b"origin")
    if origin is not None and origin.partition(b"://")[2].lower() != host.lower():
        return True
    if headers.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin"):
        return False
    # A link to the page is no attack.
    return method != "GET" or headers.get(b"sec-fetch-mode") != b"navigate"
