"""Measure the prediction service on loopback: start, latency, throughput and memory.

The clients are coroutines of this process, each with one connection, and ask again as soon as
they have their answer. On a computer with two cores they share them with the service. Writes
service.md beside this script.
"""

import argparse
import asyncio
import io
import json
import os
import platform
import statistics
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil
import requests
from PIL import Image, ImageDraw

from mnist_helpers import pad, serve

SECONDS, REQUESTS = 10, 100_000


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


def load(url: str, request: bytes, clients: int, seconds: float, count: int = 10**9) -> tuple:
    """Return answers a second, p50 and p99 in milliseconds, and the number of answers."""
    begun = time.perf_counter()
    times = asyncio.run(ask(url, request, clients, begun + seconds, count))
    rate = len(times) / (time.perf_counter() - begun)
    return rate, *np.percentile(times, (50, 99)), len(times)


def first_answer(request: bytes) -> float:
    """Start a service; return the seconds from there to its first answer."""
    begun = time.perf_counter()
    with serve.Service() as service:
        _, _, body = request.partition(b"\r\n\r\n")
        kind = {"Content-Type": "application/json"}
        assert requests.post(f"{service.url}/predict", data=body, headers=kind, timeout=30).ok
        return time.perf_counter() - begun


def main() -> None:
    """Measure, print, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of it, and no report")
    share = 0.1 if parser.parse_args().quick else 1
    page = drawing()
    array = 255 - np.asarray(page.resize((28, 28)))
    numbers = message(json.dumps({"images": [array.tolist()]}).encode(), "application/json")
    file = io.BytesIO()
    page.save(file, "PNG")
    picture = message(file.getvalue(), "image/png")

    starts = [first_answer(numbers) for _ in range(5)]
    rows = []
    with serve.Service() as service:
        process = psutil.Process(service.pid)
        load(service.url, numbers, 1, 1)  # warm up
        fresh = process.memory_info().rss / 1e6
        for name, request in (("28×28 array", numbers), ("280×280 PNG", picture)):
            for clients in (1, 8, 64):
                rate, p50, p99, _ = load(service.url, request, clients, share * SECONDS)
                rows.append(f"| {name} | {clients} | {rate:,.0f} | {p50:.1f} ms | {p99:.1f} ms |")
                print(rows[-1], flush=True)
        before = process.memory_info().rss / 1e6
        *_, done = load(service.url, numbers, 8, 600, int(share * REQUESTS))
        after = process.memory_info().rss / 1e6
        code = service.stop()
    text = "\n".join(
        [
            f"Measured by `benchmarks/load_service.py` on {os.cpu_count()} cores "
            f"({platform.system()} {platform.machine()}), Python {platform.python_version()}; "
            "service and clients share the cores.",
            "",
            "| one image as | clients | answers/s | p50 | p99 |",
            "|---|---:|---:|---:|---:|",
            *rows,
            "",
            f"From the start of the process to the first answer: {statistics.median(starts):.2f} s "
            f"(median of 5; {min(starts):.2f} to {max(starts):.2f} s). Memory: {fresh:.0f} MB at "
            f"first, {before:.0f} MB before and {after:.0f} MB after {done:,} more requests. Exit "
            f"code {code}.",
        ]
    )
    print(text)
    if share == 1:
        Path(__file__).with_name("service.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
