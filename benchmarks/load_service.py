"""Measure the prediction service on loopback: start, latency, throughput and memory.

The clients are coroutines of this process, each with one connection, and ask again as soon as
they have their answer. On a computer with two cores they share them with the service, which has
the reference model.
"""

import asyncio
import io
import json
import time
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import psutil
import recording
import requests
import tables
from PIL import Image, ImageDraw

from mnist_helpers import artifacts, serve
from mnist_helpers.datasets import mnist
from mnist_helpers.serve import pad


class Amount(NamedTuple):
    """How much is measured."""

    starts: int
    warm_up: float  # seconds
    seconds: float  # for each load
    clients: tuple[int, ...]
    requests: int  # between the two looks at the memory


FULL = Amount(starts=5, warm_up=1, seconds=10, clients=(1, 8, 64), requests=100_000)
QUICK = Amount(starts=1, warm_up=0.1, seconds=0.3, clients=(1, 8), requests=200)


class Load(NamedTuple):
    """What came of asking for a time."""

    answers_per_s: float
    p50_ms: float
    p99_ms: float
    answers: int


def message(body: bytes, kind: str) -> bytes:
    """Build the bytes of a request to predict."""
    head = (
        f"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def drawing() -> Image.Image:
    """Draw the recorded 5 as the page would send it: (280, 280), black on white."""
    page = Image.new("L", (280, 280), 255)
    for stroke in json.loads((pad.WEB / "strokes.json").read_text("utf-8"))["5"]:
        ImageDraw.Draw(page).line([(280 * x, 280 * y) for x, y in stroke], width=22)
    return page


async def ask(url: str, request: bytes, clients: int, until: float, count: int) -> list[float]:
    """Ask with so many clients until a time or a count; return each latency in milliseconds."""
    address, times, left = urlsplit(url), [], count

    async def client() -> None:
        nonlocal left
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while time.perf_counter() < until and left > 0:
            left -= 1
            begun = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            times.append(1000 * (time.perf_counter() - begun))
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return times


def load(url: str, request: bytes, clients: int, seconds: float, count: int = 10**9) -> Load:
    """Ask for so many seconds, or until the count is reached."""
    begun = time.perf_counter()
    times = asyncio.run(ask(url, request, clients, begun + seconds, count))
    rate = len(times) / (time.perf_counter() - begun)
    p50, p99 = map(float, np.percentile(times, (50, 99)))
    return Load(rate, p50, p99, len(times))


def start() -> serve.Service:
    """Start the service with the reference model, whatever notebook 06 has exported."""
    return serve.Service("--model", str(artifacts.REFERENCE))


def first_answer(request: bytes) -> float:
    """Start a service; return the seconds from there to its first answer."""
    begun = time.perf_counter()
    with start() as service:
        _, _, body = request.partition(b"\r\n\r\n")
        kind = {"Content-Type": "application/json"}
        assert requests.post(f"{service.url}/predict", data=body, headers=kind, timeout=30).ok
        return time.perf_counter() - begun


def main() -> None:
    """Measure the service, and record it."""
    options = recording.parser(__doc__).parse_args()
    amount = QUICK if options.quick else FULL
    packages = ("ai-edge-litert", "fastapi", "uvicorn", "h11", "numpy", "pillow")
    model = artifacts.find_export(artifacts.REFERENCE)
    kept = recording.Recording(options, model.trained_on, packages)
    page = drawing()
    array = 255 - np.asarray(page.resize(mnist.DESCRIPTION.image_shape[1::-1]))
    numbers = message(json.dumps({"images": [array.tolist()]}).encode(), "application/json")
    file = io.BytesIO()
    page.save(file, "PNG")
    picture = message(file.getvalue(), "image/png")

    for _ in range(amount.starts):
        kept.add(measure="start", seconds=first_answer(numbers))
    with start() as service:
        process = psutil.Process(service.pid)
        load(service.url, numbers, 1, amount.warm_up)
        first = process.memory_info().rss / 1e6
        for name, request in (("28×28 array", numbers), ("280×280 PNG", picture)):
            for clients in amount.clients:
                found = load(service.url, request, clients, amount.seconds)
                kept.add(measure="load", body=name, clients=clients, **found._asdict())
        before = process.memory_info().rss / 1e6
        asked = load(service.url, numbers, 8, 600, amount.requests)
        after = process.memory_info().rss / 1e6
        code = service.stop()
    kept.add(
        measure="memory",
        first_mb=first,
        before_mb=before,
        after_mb=after,
        requests=asked.answers,
        exit_code=code,
    )
    kept.finish(tables.service(kept.result))


if __name__ == "__main__":
    main()
