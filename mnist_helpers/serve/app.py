"""The web application: what it answers to which request."""

import asyncio
import importlib.metadata
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import anyio
import numpy as np
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi_offline import FastAPIOffline
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from mnist_helpers import pictures
from mnist_helpers.serve import classifier, limits
from mnist_helpers.serve.schema import (
    BODY,
    COLUMNS,
    PROBLEMS,
    ROWS,
    Health,
    Images,
    Model,
    Prediction,
    Predictions,
    Problem,
)

WEB = Path(__file__).parent / "web"
# The page loads nothing from other hosts, and no other page may frame it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def build_app(model: classifier.Classifier) -> FastAPI:
    """Build the web application around a classifier.

    Its routes: POST /predict, GET /health, GET / (the page), GET /docs, GET /openapi.json.
    """
    app = FastAPIOffline(
        title="Handwritten digits",
        description="Reads handwritten digits with the network of the MNIST notebooks.",
        version=importlib.metadata.version("mnist-helpers"),
        redoc_url=None,
    )
    identity = Model(version=model.version, trained_on=model.trained_on)
    unpacking = anyio.CapacityLimiter(limits.UNPACKING)

    @app.exception_handler(RequestValidationError)
    async def say_what_is_wrong(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": _first(error.errors())}, 422)

    @app.get("/health")
    async def health() -> Health:
        """Say that the service is up, and with which model."""
        return Health(status="ok", model=identity)

    @app.post(
        "/predict",
        response_model=Predictions,
        responses={
            code: {"model": Problem, "description": text} for code, text in PROBLEMS.items()
        },
        openapi_extra={"requestBody": BODY},
    )
    async def predict(request: Request, with_image: bool = False) -> Response:
        """Read the digit in each image.

        Send arrays of 28×28 as JSON, taken as they are, or pictures of any size: one as the body
        itself, several as the `files` of a form. Pictures are prepared as in notebook 05.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await _receive(request)
        try:
            async with asyncio.timeout(limits.PATIENCE):
                if kind == "application/json":
                    readings = [model.judge(image) for image in _arrays(body)]
                elif kind == "multipart/form-data":
                    pictures = await _files(request, body)
                    readings = [
                        await read(picture, f"Picture {number}: ")
                        for number, picture in enumerate(pictures, 1)
                    ]
                elif kind.startswith("image/"):
                    readings = [await read(body)]
                else:
                    raise HTTPException(
                        415,
                        "Send JSON (application/json), a picture (image/png, image/jpeg, …), or "
                        "several as a form (multipart/form-data).",
                    )
        except TimeoutError as error:
            raise HTTPException(503, "Too busy to answer in time: try again later.") from error
        predictions = [Prediction(**reading.to_json(with_image)) for reading in readings]
        answer = Predictions(model=identity, predictions=predictions)
        return Response(answer.model_dump_json(), media_type="application/json")

    async def read(picture: bytes, name: str = "") -> classifier.Reading:
        """Read a picture in a thread, so that other requests go on meanwhile."""
        try:
            return await anyio.to_thread.run_sync(
                model.read, io.BytesIO(picture), limiter=unpacking, abandon_on_cancel=True
            )
        except pictures.TooLargeError as error:
            raise HTTPException(413, f"{name}{error}") from error
        except pictures.PictureError as error:
            raise HTTPException(422, f"{name}{error}") from error

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(WEB / "index.html", headers={"Content-Security-Policy": POLICY})

    @app.get("/pad.js", include_in_schema=False)
    async def script() -> FileResponse:
        return FileResponse(WEB / "pad.js", media_type="text/javascript")

    @app.get("/pad.css", include_in_schema=False)
    async def style() -> FileResponse:
        return FileResponse(WEB / "pad.css")

    return app


async def _receive(request: Request) -> bytes:
    """Receive the body, within the limits of size and time."""
    parts, size, hang_up = [], 0, {"Connection": "close"}
    try:
        async with asyncio.timeout(limits.PATIENCE):
            async for part in request.stream():
                size += len(part)
                if size <= limits.MAX_BYTES:
                    parts.append(part)
                elif size > 5 * limits.MAX_BYTES:  # until then, let the client send and listen
                    break
    except TimeoutError as error:
        message = f"The body was not complete after {limits.PATIENCE:.0f} s."
        raise HTTPException(408, message, hang_up) from error
    except ClientDisconnect as error:
        raise HTTPException(400, "The connection was closed before the body ended.") from error
    if size > limits.MAX_BYTES:
        message = f"Send at most {limits.MAX_BYTES:,} bytes: fewer or smaller images."
        raise HTTPException(413, message, hang_up)
    return b"".join(parts)


def _arrays(body: bytes) -> np.ndarray:
    """Read the JSON body; return float32 (n, 28, 28) in [0, 1]."""
    try:
        arrays = Images.model_validate_json(body).images
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False, include_context=False)
        too_many = errors[0]["type"] == "too_long" and errors[0]["loc"] == ("images",)
        raise HTTPException(
            413 if too_many else 422,
            f'{_first(errors)}. Send {{"images": […]}} with 1 to {limits.MAX_IMAGES} images, each '
            f"{ROWS} rows of {COLUMNS} whole numbers from 0 (black) to 255 (white ink).",
        ) from error
    return np.asarray(arrays, np.float32) / np.float32(255)


async def _files(request: Request, body: bytes) -> list[bytes]:
    """Take the files out of a form."""

    async def replay() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        async with Request(request.scope, replay).form(max_files=limits.MAX_FILES) as form:
            files = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
            if not files:
                raise HTTPException(422, 'The form has no files: send pictures as "files".')
            return [await file.read() for file in files]
    except HTTPException as error:
        if error.detail.startswith("Too many"):
            raise HTTPException(413, f"Send at most {limits.MAX_FILES} files in a form.") from error
        raise


def _first(errors: Iterable[Mapping[str, Any]]) -> str:
    """Say where the first error is, and which; without what was sent."""
    error = next(iter(errors))
    where = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    return f"{'.'.join(map(str, where))}: {error['msg']}".removeprefix(": ")
