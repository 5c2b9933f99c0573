"""The prediction service and its page, without TensorFlow: `python -m mnist_helpers.serve`.

Introduced in notebook 06.
"""

import argparse
import asyncio
import contextlib
import copy
import gc
import io
import ipaddress
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Annotated, Any

import anyio
import numpy as np
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from mnist_helpers import classifier, images, store

HOST, PORT = "127.0.0.1", 8000
MAX_BYTES = 10_000_000  # of a request's body
MAX_IMAGES, MAX_FILES = 100, 10  # in a request
PATIENCE = 10.0  # seconds to receive a request; seconds until it is answered; seconds to stop
MAX_CONNECTIONS = 200
UNPACKING = 2  # pictures unpacked at a time: a 25-megapixel one takes up to 620 MB (TIFF, 32 bits)
WEB = Path(__file__).parent / "web"
# The page loads nothing from other hosts, and no other page may frame it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

Shade = Annotated[int, Field(ge=0, le=255, strict=True)]
Row = Annotated[list[Shade], Field(min_length=28, max_length=28)]
Array = Annotated[list[Row], Field(min_length=28, max_length=28)]


class Images(BaseModel):
    """Images as MNIST has them: 28 rows of 28 shades from 0 (black) to 255 (the white ink)."""

    model_config = ConfigDict(extra="forbid")
    images: Annotated[list[Array], Field(min_length=1, max_length=MAX_IMAGES)]


class Model(BaseModel):
    """Which model answers: the first 12 digits of its file's SHA-256, and its training data."""

    version: str
    trained_on: str


class Prediction(BaseModel):
    """The answer for one image; without a digit in view, `label` is null and `message` says so."""

    label: Annotated[int, Field(ge=0, le=9)] | None
    probabilities: Annotated[list[float], Field(min_length=10, max_length=10)] | None
    message: str | None
    image: Array | None = Field(None, description="what the network saw, if `with_image` is set")


class Predictions(BaseModel):
    """The answers, in the order of the images."""

    model: Model
    predictions: list[Prediction]


class Health(BaseModel):
    """The service is up, with this model."""

    status: str
    model: Model


class Problem(BaseModel):
    """What was wrong with a request, and what to send instead."""

    detail: str


PROBLEMS = {
    400: "The request is broken off or malformed",
    408: "The body did not arrive in time",
    413: "Too many bytes, images or pixels",
    415: "Neither JSON, nor a form, nor a picture",
    422: "Images of the wrong form, a damaged picture, or a wrong parameter",
    503: "Too busy: try again later",
}
PICTURE = {"type": "string", "format": "binary"}
BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": Images.model_json_schema()},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {"type": "array", "items": PICTURE, "minItems": 1, "maxItems": 10}
                },
            }
        },
        "image/png": {"schema": PICTURE},
        "image/jpeg": {"schema": PICTURE},
        "image/webp": {"schema": PICTURE},
    },
}


def build_app(model: classifier.Classifier) -> FastAPI:
    """Build the web application around a classifier.

    Its routes: POST /predict, GET /health, GET / (the page), GET /docs, GET /openapi.json.
    """
    app = FastAPIOffline(
        title="Handwritten digits",
        description="Reads handwritten digits with the network of the MNIST notebooks.",
        version="1.0.0",
        redoc_url=None,
    )
    identity = Model(version=model.version, trained_on=model.trained_on)
    unpacking = anyio.CapacityLimiter(UNPACKING)

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
            async with asyncio.timeout(PATIENCE):
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
        except images.TooLargeError as error:
            raise HTTPException(413, f"{name}{error}") from error
        except images.PictureError as error:
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
        async with asyncio.timeout(PATIENCE):
            async for part in request.stream():
                size += len(part)
                if size <= MAX_BYTES:
                    parts.append(part)
                elif size > 5 * MAX_BYTES:  # until then, let the client send, and then listen
                    break
    except TimeoutError as error:
        message = f"The body was not complete after {PATIENCE:.0f} s."
        raise HTTPException(408, message, hang_up) from error
    except ClientDisconnect as error:
        raise HTTPException(400, "The connection was closed before the body ended.") from error
    if size > MAX_BYTES:
        message = f"Send at most {MAX_BYTES:,} bytes: fewer or smaller images."
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
            f'{_first(errors)}. Send {{"images": […]}} with 1 to {MAX_IMAGES} images, each 28 rows '
            "of 28 whole numbers from 0 (black) to 255 (white ink).",
        ) from error
    return np.asarray(arrays, np.float32) / np.float32(255)


async def _files(request: Request, body: bytes) -> list[bytes]:
    """Take the files out of a form."""

    async def replay() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        async with Request(request.scope, replay).form(max_files=MAX_FILES) as form:
            files = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
            if not files:
                raise HTTPException(422, 'The form has no files: send pictures as "files".')
            return [await file.read() for file in files]
    except HTTPException as error:
        if error.detail.startswith("Too many"):
            raise HTTPException(413, f"Send at most {MAX_FILES} files in a form.") from error
        raise


def _first(errors: Iterable[dict[str, Any]]) -> str:
    """Say where the first error is, and which; without what was sent."""
    error = next(iter(errors))
    where = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    return f"{'.'.join(map(str, where))}: {error['msg']}".removeprefix(": ")


class Service(subprocess.Popen):
    """The service as a process of its own, on a free port; it ends with this process at the latest.

    Attributes:
        url: Its address, such as http://127.0.0.1:54321.
    """

    def __init__(self, *options: str, log: IO | int = subprocess.DEVNULL) -> None:
        """Start it with more command-line options, and wait until it listens.

        Args:
            options: As of `python -m mnist_helpers.serve`.
            log: An open file for its log.

        Raises:
            RuntimeError: It did not start; the reason is in the log.
        """
        command = [sys.executable, "-m", "mnist_helpers.serve", "--port=0", "--stop-with-stdin"]
        # A group of its own: what interrupts a notebook's cell shall not stop the service.
        new_group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # on Windows
        super().__init__(
            [*command, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
            start_new_session=not new_group,
            creationflags=new_group,
        )
        lines = iter(self.stdout.readline, "")
        self.url = next((x.split()[-1] for x in lines if x.startswith("Serving on")), "")
        if not self.url:
            raise RuntimeError(f"The service did not start (exit code {self.wait()}): see its log.")

    def stop(self) -> int:
        """Let it finish the requests that it has begun, and end; return its exit code."""
        self.stdin.close()
        return self.wait(2 * PATIENCE)


def main() -> None:
    """Load the model, listen, and serve until a signal or, if asked to, the end of input."""
    parser = argparse.ArgumentParser(prog="python -m mnist_helpers.serve", description=__doc__)
    parser.add_argument("--host", default=HOST, help=f"address to listen on ({HOST})")
    parser.add_argument("--port", default=PORT, type=int, help=f"port; 0: a free one ({PORT})")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="folder of an exported model")
    parser.add_argument(
        "--stop-with-stdin", action="store_true", help="stop when standard input is closed"
    )
    options = parser.parse_args()
    try:
        model = classifier.load(options.model)
        listener = socket.create_server(
            (options.host, options.port),
            family=socket.AF_INET6 if ":" in options.host else socket.AF_INET,
            backlog=1024,
        )
    except store.StoreError as error:
        sys.exit(str(error))
    except (OSError, OverflowError) as error:
        sys.exit(
            f"Cannot listen on {options.host}, port {options.port} ({error}): is it in use? "
            "Choose another port with --port."
        )
    host, port = listener.getsockname()[:2]
    print(f"Model {model.version}, trained on {model.trained_on}")
    if not ipaddress.ip_address(host).is_loopback:
        print("Others in the network can reach this service; it asks for no password.")
    print(f"Serving on http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)
    log = copy.deepcopy(uvicorn.config.LOGGING_CONFIG)
    log["handlers"]["access"]["stream"] = "ext://sys.stderr"  # nobody may read standard output
    log["formatters"]["access"] = {"format": "%(levelname)s:     %(message)s"}  # the quicker one
    config = uvicorn.Config(
        build_app(model),
        http="h11",  # bounds the headers, too
        ws="none",
        log_config=log,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=int(PATIENCE),
        server_header=False,
    )
    server = uvicorn.Server(config)
    gc.freeze()  # what is loaded by now stays: the garbage collector need not look at it again

    def stop_with_stdin() -> None:
        sys.stdin.read()
        server.should_exit = True

    if options.stop_with_stdin:
        threading.Thread(target=stop_with_stdin, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):  # asked for with Ctrl+C, and done
        server.run(sockets=[listener])


if __name__ == "__main__":
    main()
