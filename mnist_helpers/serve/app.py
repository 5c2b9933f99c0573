"""The web application: what it answers to which request."""

import asyncio
import base64
import contextlib
import gc
import hashlib
import importlib.metadata
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from mnist_helpers.play import scripts
from mnist_helpers.serve import classifier, limits
from mnist_helpers.serve.gate import Gate
from mnist_helpers.serve.prediction import Predictor
from mnist_helpers.serve.schema import (
    BODY,
    PARAMETERS,
    PROBLEMS,
    Health,
    Model,
    Predictions,
    Problem,
)
from mnist_helpers.serve.unpacking import Unpackers

WEB = Path(__file__).parent / "web"
# The page loads nothing from other hosts, and no other page may frame it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
STATIC = "/static-offline-docs"  # where fastapi-offline has the files of /docs


def build_app(model: classifier.Classifier, names: Iterable[str] = ()) -> Starlette:
    """Build the web application around a classifier.

    Its routes: POST /predict, GET /health, GET / (the page), GET /docs, GET /openapi.json.

    Args:
        model: What reads the digits.
        names: Names, besides localhost, that the service answers to.
    """
    unpackers = Unpackers(limits.UNPACKING)
    predictor = Predictor(model, unpackers)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        # For files and large JSON; each thread takes memory, and keeps it for a while.
        anyio.to_thread.current_default_thread_limiter().total_tokens = limits.THREADS
        tidying = asyncio.create_task(_tidy())
        yield
        tidying.cancel()
        unpackers.close()

    # The quick route stands before FastAPI, which describes it, and has all the others.
    return Starlette(
        routes=[
            Route("/predict", predictor.predict, methods=["POST"]),
            Mount("/", _build_others(predictor, model)),
        ],
        middleware=[Middleware(Gate, names=names)],
        exception_handlers={HTTPException: _refuse, Exception: _say_sorry},
        lifespan=lifespan,
    )


def _build_others(predictor: Predictor, model: classifier.Classifier) -> FastAPI:
    """Build the routes that need not be quick, and the description of all."""
    app = FastAPIOffline(
        title="Handwritten digits",
        description="Reads handwritten digits with the network of the MNIST notebooks.",
        version=importlib.metadata.version("mnist-helpers"),
        docs_url=None,  # ours has a policy
        redoc_url=None,
        redirect_slashes=False,  # an answer that would quote the request
    )
    app.post(
        "/predict",
        response_model=Predictions,
        responses={
            code: {"model": Problem, "description": text} for code, text in PROBLEMS.items()
        },
        openapi_extra={"parameters": PARAMETERS, "requestBody": BODY},
    )(predictor.predict)

    @app.get("/health")
    async def health() -> Health:
        """Say that the service is up, and with which model."""
        identity = Model(version=model.version, name=model.name, trained_on=model.trained_on)
        return Health(status="ok", model=identity)

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(WEB / "index.html", headers={"Content-Security-Policy": POLICY})

    @app.get("/pad.js", include_in_schema=False)
    async def script() -> Response:
        return Response(pad_script, media_type="text/javascript")

    @app.get("/pad.css", include_in_schema=False)
    async def style() -> Response:
        return Response(pad_style, media_type="text/css")

    documentation = _documentation(app.title)
    pad_script = scripts.module(WEB / "pad.js")
    pad_style = scripts.style(WEB / "pad.css")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return documentation

    return app


async def _tidy() -> None:
    """Collect what broken-off requests leave: few objects, which may hold much memory."""
    while True:
        await asyncio.sleep(limits.TIDY)
        gc.collect()


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await http_exception_handler(request, error)


async def _say_sorry(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "The service has failed; its log says where."}, 500)


def _documentation(title: str) -> HTMLResponse:
    """Build the page of the documentation, with a policy that lets run just its own script."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=title,
        swagger_js_url=f"{STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{STATIC}/favicon.png",
    )
    scripts = re.findall(rb"<script>(.*?)</script>", bytes(page.body), re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    page.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' {allowed}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return page
