"""How notebook 06 asks the service: with a text that one can read, and from many sides at once."""

import contextlib
import http.client
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import urlsplit

PATIENCE = 30.0  # seconds for one answer


class Asked(NamedTuple):
    """How it was answered.

    Attributes:
        times: How long each answer took, in milliseconds.
        seconds: From the first question to the last answer.
    """

    times: list[float]
    seconds: float


def send(url: str, request: str) -> str:
    """Send a request as it is written, and return the answer as it comes.

    Args:
        url: The service's address, such as http://127.0.0.1:8000.
        request: A line with method and path, headers, an empty line, and perhaps a body. It must
            ask to close the connection, which tells where the answer ends.
    """
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode())  # as HTTP ends its lines
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    return answer.decode().replace("\r\n", "\n")


def ask(url: str, body: str, clients: int = 1, count: int = 300) -> Asked:
    """Post JSON to /predict with several clients, each of which asks again when it is answered.

    Args:
        url: The service's address.
        body: The JSON.
        clients: How many ask at the same time, each over a connection of its own.
        count: How often each of them asks.

    Raises:
        RuntimeError: The service has refused it; with what it says.
    """
    address = urlsplit(url).netloc

    def client(_: int) -> list[float]:
        times = []
        with contextlib.closing(http.client.HTTPConnection(address, timeout=PATIENCE)) as service:
            for _ in range(count):
                begun = time.perf_counter()
                _post(service, body)
                times.append(1000 * (time.perf_counter() - begun))
        return times

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        times = [each for part in threads.map(client, range(clients)) for each in part]
    return Asked(times, time.perf_counter() - begun)


def _post(service: http.client.HTTPConnection, body: str) -> None:
    service.request("POST", "/predict", body, {"Content-Type": "application/json"})
    answer = service.getresponse()
    text = answer.read().decode(errors="replace")
    if answer.status != 200:
        raise RuntimeError(f"The service answers {answer.status}: {text[:500]}")
