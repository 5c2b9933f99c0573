"""The server that runs the application: uvicorn, with limits for connections and a discreet log."""

import functools
from collections.abc import Collection

import uvicorn
from starlette.applications import Starlette

from mnist_helpers.serve import limits, log
from mnist_helpers.serve.connections import Connection

HEADERS = [("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Resource-Policy", "same-origin")]


def build_server(app: Starlette, proxies: Collection[str] = ()) -> uvicorn.Server:
    """Build the server around an application.

    Args:
        app: The application.
        proxies: Addresses whose `X-Forwarded-For` is believed.
    """
    config = uvicorn.Config(
        app,
        http=functools.partial(Connection, proxies=proxies),  # type: ignore[arg-type]
        ws="none",
        log_config=log.configuration(app.routes),
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        timeout_graceful_shutdown=int(limits.PATIENCE),
        server_header=False,
        headers=HEADERS,
    )
    return uvicorn.Server(config)
