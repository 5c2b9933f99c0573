"""How POST /predict is answered: arrays at once or in a thread, pictures by other processes."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import anyio
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mnist_helpers.pictures.errors import NoDigitError, PictureError, TooLargeError
from mnist_helpers.serve import bodies, classifier, limits
from mnist_helpers.serve.shares import Shares, household
from mnist_helpers.serve.unpacking import Unpackers

JSON, FORM = "application/json", "multipart/form-data"
BUSY = "Too busy to answer in time: try again later."
WHAT_TO_SEND = (
    f"Send JSON ({JSON}), a picture (image/png, image/jpeg or image/webp), or several as a form "
    f"({FORM})."
)
ANSWER = TypeAdapter(dict[str, Any])


class Predictor:
    """Answers requests with a classifier, within what all requests may have together."""

    def __init__(self, model: classifier.Classifier, unpackers: Unpackers) -> None:
        """Take what reads the digits, and what unpacks the pictures."""
        self._model, self._unpackers = model, unpackers
        self._identity = {
            "version": model.version,
            "name": model.name,
            "trained_on": model.trained_on,
        }
        self._memory, self._places = Shares(limits.MAX_BODIES), Shares(limits.MAX_WAITING)
        self._one_thread = anyio.CapacityLimiter(1)

    async def predict(self, request: Request) -> Response:
        """Read the digit in each image.

        Send arrays of 28×28 as JSON, taken as they are, or pictures of any size: one as the body
        itself, several as the `files` of a form. Pictures are prepared as in notebook 05.
        """
        headers = dict(request.scope["headers"])
        kind = headers.get(b"content-type", b"").decode("latin-1")
        kind = kind.partition(";")[0].strip().lower()
        if not (kind in (JSON, FORM) or kind.startswith("image/")):
            raise HTTPException(415, WHAT_TO_SEND)
        with_image = bodies.with_image(request)
        if kind == JSON and bodies.is_small(headers):  # quicker than any care for others
            return self._judge(await bodies.receive(request, limits.SMALL), with_image)
        address = _address(request)
        with self._memory.lending(address) as loan, self._places.lending(address) as place:
            most = limits.MAX_JSON if kind == JSON else limits.MAX_BYTES
            body = await bodies.receive(request, most, loan)
            if not place.take(1):
                raise HTTPException(503, BUSY)
            try:
                async with asyncio.timeout(limits.PATIENCE):
                    if kind == JSON:
                        return await anyio.to_thread.run_sync(
                            self._judge, body, with_image, limiter=self._one_thread
                        )
                    return await _unless_gone(request, self._read(request, kind, body, with_image))
            except TimeoutError as error:
                raise HTTPException(503, BUSY) from error

    def _judge(self, body: bytearray, with_image: bool) -> Response:
        """Answer arrays."""
        readings = [self._model.judge(image) for image in bodies.arrays(body)]
        return self._answer(readings, with_image)

    async def _read(
        self, request: Request, kind: str, body: bytearray, with_image: bool
    ) -> Response:
        """Answer a picture, or a form of several."""
        address = _address(request)
        if kind != FORM:
            return self._answer([await self._read_picture(body, address)], with_image)
        readings = [
            await self._read_picture(picture, address, f"Picture {number}: ")
            for number, picture in enumerate(await bodies.files(request, body), 1)
        ]
        return self._answer(readings, with_image)

    async def _read_picture(
        self, picture: bytes | bytearray, address: str, name: str = ""
    ) -> classifier.Reading:
        try:
            return self._model.judge(await self._unpackers.prepare(picture, address))
        except NoDigitError as error:
            return classifier.no_digit(error)
        except TooLargeError as error:
            raise HTTPException(413, f"{name}{error}") from error
        except PictureError as error:
            raise HTTPException(422, f"{name}{error}") from error

    def _answer(self, readings: list[classifier.Reading], with_image: bool) -> Response:
        predictions = [reading.to_json(with_image) for reading in readings]
        content = {"model": self._identity, "predictions": predictions}
        return Response(ANSWER.dump_json(content), media_type=JSON)


def _address(request: Request) -> str:
    return household(request.client.host if request.client else "")


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Response]) -> Response:
    """Do some work, unless its client gives up before: then what has not begun is forgotten."""

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        working.cancel()

    working = asyncio.create_task(work)
    watching = asyncio.create_task(watch())
    try:
        return await working
    except asyncio.CancelledError:
        if watching.done():
            raise HTTPException(400, "The connection was closed before the answer.") from None
        raise
    finally:
        watching.cancel()
