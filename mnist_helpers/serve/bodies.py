"""Receives the body of a request, within the limits, and takes images or pictures out of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from mnist_helpers.serve import limits
from mnist_helpers.serve.schema import COLUMNS, ROWS
from mnist_helpers.serve.shares import Loan

PARSER, BOOLEAN = TypeAdapter(Any), TypeAdapter(bool)
SEND = (
    f'Send {{"images": […]}} with 1 to {limits.MAX_IMAGES} images, each {ROWS} rows of {COLUMNS} '
    "whole numbers from 0 (black) to 255 (white ink)."
)
# How often a sign is in the body at most; there are no more numbers, lists or objects than that.
MOST = {
    b",": limits.MAX_IMAGES * ROWS * COLUMNS,
    b"[": 1 + limits.MAX_IMAGES * (1 + ROWS),
    b"{": 1 + limits.MAX_IMAGES,
}
NO_FORM = 'The form cannot be read: send multipart/form-data with pictures as "files".'


def with_image(request: Request) -> bool:
    """Read the parameter of this name."""
    if not request.scope["query_string"]:
        return False
    try:
        return BOOLEAN.validate_python(request.query_params.get("with_image", False))
    except ValidationError as error:
        raise HTTPException(422, "with_image: this is neither true nor false.") from error


def is_small(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a body is said to be small; uvicorn sees to it that it then is."""
    length = headers.get(b"content-length", b"")
    return len(length) < 9 and length.isdigit() and int(length) <= limits.SMALL


async def receive(request: Request, most: int, loan: Loan | None = None) -> bytearray:
    """Receive the body, within the limits of size; connections.py bounds the time.

    A client that is refused may go on sending, and listen then; connections.py takes that.

    Args:
        request: The request whose body is awaited.
        most: How many bytes it may have.
        loan: Of the memory that all bodies may have together; a small one needs none.
    """
    body, is_complete = bytearray(), False
    while not is_complete:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise HTTPException(400, "The connection was closed before the body ended.")
        part, is_complete = message.get("body", b""), not message.get("more_body")
        if len(body) + len(part) > most:
            raise HTTPException(413, f"Send at most {most:,} bytes: fewer or smaller images.")
        if loan and not loan.take(len(part)):
            raise HTTPException(503, "Too many large requests at once: try again later.")
        body += part
    return body


def arrays(body: bytearray) -> np.ndarray:
    """Read the JSON body, up to the first error; return float32 (n, 28, 28) in [0, 1].

    `schema.Images` says the same in words; it would go on after an error, and collect them all.
    """
    is_small = len(body) <= limits.SMALL
    if not is_small and any(body.count(sign) > most for sign, most in MOST.items()):
        raise _wrong(f"There is more in it than {limits.MAX_IMAGES} images have", 413)
    try:
        content = PARSER.validate_json(body)
    except ValidationError as error:
        raise _wrong("This is no JSON") from error
    if not isinstance(content, dict) or content.keys() != {"images"}:
        raise _wrong('This is no object with the one key "images"')
    if b"true" in body or b"false" in body:  # they would count as 1 and 0
        raise _wrong("There is more than whole numbers")
    images, shades = content["images"], bytearray()
    if not isinstance(images, list) or not images:
        raise _wrong("images: this is no list of images")
    if len(images) > limits.MAX_IMAGES:
        raise _wrong("images: there are too many", 413)
    for number, image in enumerate(images):
        if not isinstance(image, list) or len(image) != ROWS:
            raise _wrong(f"images.{number}: this is no list of {ROWS} rows")
        for place, row in enumerate(image):
            if not isinstance(row, list) or len(row) != COLUMNS:
                raise _wrong(f"images.{number}.{place}: this is no row of {COLUMNS} numbers")
            try:
                shades += bytes(row)
            except (TypeError, ValueError, OverflowError) as error:
                message = "not all are whole numbers from 0 to 255"
                raise _wrong(f"images.{number}.{place}: {message}") from error
    found = np.frombuffer(shades, np.uint8).reshape(len(images), ROWS, COLUMNS)
    return found / np.float32(255)


async def files(request: Request, body: bytearray) -> list[bytes]:
    """Take the files out of a form; the body is empty then."""

    async def replay() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        async with Request(request.scope, replay).form(max_files=limits.MAX_FILES) as form:
            found = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
            if not found:
                raise HTTPException(422, 'The form has no files: send pictures as "files".')
            body.clear()
            return [await file.read() for file in found]
    except HTTPException as error:
        if error.detail.startswith("Too many"):
            raise HTTPException(413, f"Send at most {limits.MAX_FILES} files in a form.") from error
        if error.status_code == 400:
            raise HTTPException(400, NO_FORM) from error
        raise


def _wrong(what: str, status: int = 422) -> HTTPException:
    return HTTPException(status, f"{what}. {SEND}")
