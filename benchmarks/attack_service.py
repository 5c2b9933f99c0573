"""Attack the prediction service on loopback, and measure what it still does meanwhile.

While each attack of attacks.py runs, a visitor asks for /health, each time over a new connection,
and the memory of the service and of all its processes is added up. After it come ordinary requests,
and a look at what has been left behind.
"""

import asyncio
import collections
import contextlib
import io
import json
import tempfile
import threading
import time
from pathlib import Path

import load_service
import numpy as np
import psutil
import recording
import tables
from attacks import (
    ATTACKS,
    FULL,
    JSON,
    MARK,
    PNG,
    QUICK,
    WARM_UP,
    Amount,
    Answer,
    Target,
    post,
)

from mnist_helpers import artifacts, serve
from mnist_helpers.datasets import mnist


class Processes:
    """The process of the service, and those that it has started."""

    def __init__(self, service: serve.Service) -> None:
        """Take a running service."""
        self._first = psutil.Process(service.pid)

    def all(self) -> list[psutil.Process]:
        """Return them, the service first."""
        return [self._first, *self._first.children(recursive=True)]

    def memory(self) -> float:
        """Add up the memory of all its processes, what they share by their shares of it: MB."""
        total = 0
        for process in self.all():
            with contextlib.suppress(psutil.Error):  # it has just ended
                total += process.memory_full_info().pss
        return total / 1e6

    def held(self) -> dict[str, int]:
        """Count what could leak."""
        processes = self.all()
        files = sum(p.num_fds() if psutil.POSIX else p.num_handles() for p in processes)
        threads = sum(process.num_threads() for process in processes)
        return {"processes": len(processes), "threads": threads, "files": files}


class Watch:
    """What the service does beside an attack: what a visitor meets, and the most memory.

    Attributes:
        visits: The answers to /health, each over a new connection.
        memory: The most that all processes had together, in MB.
        count: The most processes there were.
    """

    def __init__(self, target: Target, processes: Processes) -> None:
        """Begin with the next `with`."""
        self._target, self._processes = target, processes
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=each) for each in (self._visit, self._measure)]
        self.visits: list[Answer] = []
        self.memory, self.count = 0.0, 0

    def __enter__(self) -> "Watch":
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, after three visits at least."""
        while len(self.visits) < 3:
            time.sleep(0.05)
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _visit(self) -> None:
        request = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        while not self._is_over.wait(0.05):
            self.visits.append(asyncio.run(self._target.ask(request, patience=20)))

    def _measure(self) -> None:
        while not self._is_over.wait(0.01):
            self.memory = max(self.memory, self._processes.memory())
            self.count = max(self.count, len(self._processes.all()))


async def ordinary(target: Target, request: bytes, picture: bytes, count: int) -> int:
    """Ask as ordinary clients do, eight at a time; count the right answers: all of them are 5."""
    right, left = 0, collections.deque(range(count))

    async def client() -> None:
        nonlocal right
        while left:
            asked = picture if left.popleft() % 10 == 0 else request
            answer = await target.ask(asked)
            right += answer.status == 200 and b'"label":5' in answer.content

    await asyncio.gather(*(client() for _ in range(8)))
    return right


def settle(processes: Processes, before: dict[str, int]) -> dict[str, int]:
    """Count what is held more than before, when connections have had the time to end."""
    until = time.monotonic() + 15
    while True:
        more = {f"more_{name}": count - before[name] for name, count in processes.held().items()}
        if max(more.values()) <= 0 or time.monotonic() > until:
            return more
        time.sleep(0.2)


def ordinary_requests() -> tuple[bytes, bytes]:
    """Build a request with the array of a 5, and one with its picture."""
    page, file = load_service.drawing(), io.BytesIO()
    page.save(file, "PNG")
    array = 255 - np.asarray(page.resize(mnist.DESCRIPTION.image_shape[1::-1]))
    return post(json.dumps({"images": [array.tolist()]}).encode(), JSON), post(file.getvalue(), PNG)


def run(service: serve.Service, log: Path, amount: Amount, kept: recording.Recording) -> None:
    """Attack a service in every way, and keep what it did."""
    target, processes, requests = Target(service.url), Processes(service), ordinary_requests()
    asyncio.run(ordinary(target, *requests, 100))
    for attack in WARM_UP:
        asyncio.run(attack(target, QUICK))
    before = processes.held()
    for name, attack in ATTACKS.items():
        begun, at_rest = time.perf_counter(), processes.memory()
        with Watch(target, processes) as watch:
            answers = asyncio.run(attack(target, amount))
        seconds = time.perf_counter() - begun
        statuses = collections.Counter(answer.status for answer in answers if answer.status)
        kept.add(
            attack=name.format(**amount._asdict()),
            seconds=seconds,
            answers=", ".join(f"{count}×{status}" for status, count in sorted(statuses.items())),
            slowest_s=max((answer.seconds for answer in answers if answer.status), default=0.0),
            visits=len(watch.visits),
            visits_failed=sum(visit.status != 200 for visit in watch.visits),
            slowest_visit_s=max(visit.seconds for visit in watch.visits),
            most_processes=watch.count,
            memory_before_mb=at_rest,
            peak_memory_mb=watch.memory,
            ordinary=amount.ordinary,
            ordinary_right=asyncio.run(ordinary(target, *requests, amount.ordinary)),
            marks=sum(MARK in a.content for a in answers) + log.read_bytes().count(MARK),
            memory_after_mb=processes.memory(),
            **settle(processes, before),
        )


def main() -> None:
    """Start the service, attack it, and record what it did."""
    options = recording.parser(__doc__).parse_args()
    amount = QUICK if options.quick else FULL
    packages = ("fastapi", "starlette", "uvicorn", "h11", "numpy", "pillow")
    model = artifacts.find_export(artifacts.REFERENCE)
    kept = recording.Recording(options, model.trained_on, packages)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        with (
            log.open("w") as written,
            serve.Service("--model", str(artifacts.REFERENCE), log=written) as service,
        ):
            run(service, log, amount, kept)
            code = service.stop()
        tracebacks = log.read_text("utf-8").count("Traceback")
    kept.add(attack="after all", exit_code=code, tracebacks=tracebacks)
    kept.finish(tables.attacks(kept.result))


if __name__ == "__main__":
    main()
