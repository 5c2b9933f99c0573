"""Measure the prediction service on loopback: start, latency, throughput and memory.

The clients are coroutines of this process, each with one connection, and ask again as soon as
they have their answer. On a computer with two cores they share them with the service, which has
the reference model. In turns with it they ask constant_service.py: what our service takes longer
than that is spent on reading, judging and writing.
"""

import asyncio
import contextlib
import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
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

ARRAY, CONSTANT, PICTURE = "28×28 array", "the same, constant answer", "280×280 PNG"
TURNS = 5


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


def load(
    asked: Mapping[str, tuple[str, bytes]], clients: int, seconds: float, count: int = 10**9
) -> dict[str, Load]:
    """Ask several for so many seconds each, or until the count is reached.

    They are asked in turns, so that whatever else the computer does troubles all of them.

    Args:
        asked: Name → address and request.
        clients: How many ask at a time.
        seconds: For how long.
        count: How often at most.
    """
    times: dict[str, list[float]] = {name: [] for name in asked}
    duration = dict.fromkeys(asked, 0.0)
    for _ in range(TURNS):
        for name, (url, request) in asked.items():
            begun = time.perf_counter()
            until, left = begun + seconds / TURNS, count - len(times[name])
            times[name] += asyncio.run(ask(url, request, clients, until, left))
            duration[name] += time.perf_counter() - begun
    found = {}
    for name, each in times.items():
        p50, p99 = map(float, np.percentile(each, (50, 99)))
        found[name] = Load(len(each) / duration[name], p50, p99, len(each))
    return found


def start() -> serve.Service:
    """Start the service with the reference model, whatever notebook 06 has exported."""
    return serve.Service("--model", str(artifacts.REFERENCE))


@contextlib.contextmanager
def constant_service(answer: str) -> Iterator[str]:
    """Start the service that always answers the same; give its address."""
    script = Path(__file__).with_name("constant_service.py")
    with subprocess.Popen(
        [sys.executable, script, answer], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout  # a pipe
            yield process.stdout.readline().decode().strip()
        finally:
            process.terminate()


def first_answer(request: bytes) -> float:
    """Start a service; return the seconds from there to its first answer."""
    begun = time.perf_counter()
    with start() as service:
        answer(service, request)
        return time.perf_counter() - begun


def answer(service: serve.Service, request: bytes) -> str:
    """Send the body of a request with arrays; return the answer."""
    _, _, body = request.partition(b"\r\n\r\n")
    kind = {"Content-Type": "application/json"}
    response = requests.post(f"{service.url}/predict", data=body, headers=kind, timeout=30)
    response.raise_for_status()
    return response.text


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
    with start() as service, constant_service(answer(service, numbers)) as constant:
        process = psutil.Process(service.pid)
        ours = {ARRAY: (service.url, numbers)}
        load(ours, 1, amount.warm_up)
        first = process.memory_info().rss / 1e6
        for asked in (ours | {CONSTANT: (constant, numbers)}, {PICTURE: (service.url, picture)}):
            for clients in amount.clients:
                for name, found in load(asked, clients, amount.seconds).items():
                    kept.add(measure="load", body=name, clients=clients, **found._asdict())
        before = process.memory_info().rss / 1e6
        more = load(ours, 8, 600, amount.requests)[ARRAY]
        after = process.memory_info().rss / 1e6
        code = service.stop()
    kept.add(
        measure="memory",
        first_mb=first,
        before_mb=before,
        after_mb=after,
        requests=more.answers,
        exit_code=code,
    )
    kept.finish(tables.service(kept.result))


if __name__ == "__main__":
    main()
