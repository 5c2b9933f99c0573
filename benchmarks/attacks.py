"""The attacks on the prediction service, each bounded in number and in time."""

import asyncio
import contextlib
import io
import json
import socket
import struct
import time
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from PIL import Image

from mnist_helpers.serve import limits

MARK = b"Xsecret"  # in what is sent; it may come back neither in answers nor in the log
JSON, PNG = "application/json", "image/png"


class Amount(NamedTuple):
    """How much is done."""

    connections: int
    seconds: float  # of idle and slow connections
    pictures: int
    bodies: int
    ordinary: int  # requests after each attack


FULL = Amount(connections=300, seconds=15, pictures=60, bodies=200, ordinary=1000)
QUICK = Amount(connections=20, seconds=0.5, pictures=4, bodies=5, ordinary=20)


class Answer(NamedTuple):
    """What came back; status 0: nothing, since the connection was closed."""

    status: int
    seconds: float
    content: bytes


class Target:
    """The service under attack."""

    def __init__(self, url: str) -> None:
        """Take its address."""
        address = urlsplit(url)
        self._host, self._port = str(address.hostname), int(address.port or 80)

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to it."""
        return await asyncio.open_connection(self._host, self._port)

    async def ask(self, request: bytes, patience: float = 60) -> Answer:
        """Send one request over a connection of its own; give up after so many seconds."""
        begun, content = time.perf_counter(), b""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(patience):
                reader, writer = await self.open()
                try:
                    with contextlib.suppress(OSError):  # it may have hung up, and yet answered
                        writer.write(request)
                        await writer.drain()
                    content = await whole_answer(reader)
                finally:
                    writer.transport.abort()
        status = int(content.split(b" ", 2)[1]) if content else 0
        return Answer(status, time.perf_counter() - begun, content)


async def whole_answer(reader: asyncio.StreamReader) -> bytes:
    """Receive an answer up to its length, or to the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        return head + await reader.readexactly(length)
    except asyncio.IncompleteReadError as error:
        return error.partial if error.partial.startswith(b"HTTP/1.1 ") else b""


def post(body: bytes, kind: str, *headers: str) -> bytes:
    """Build the bytes of a request to predict."""
    head = ["POST /predict HTTP/1.1", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    if not any(header.startswith("Host:") for header in headers):
        head.append("Host: localhost")
    return "\r\n".join([*head, *headers, "", ""]).encode() + body


def png(width: int, height: int, colours: int = 2, more: bytes = b"") -> bytes:
    """Write a black PNG of 8 bits, of any size in few bytes: 0 grey, 2 RGB, 6 RGBA."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    row = bytes(1 + width * {0: 1, 2: 3, 6: 4}[colours])
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    chunks = chunk(b"IHDR", header), more, chunk(b"IDAT", data), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def hostile_json() -> Iterator[bytes]:
    """Yield bodies of nearly the largest size, each as slow as it can be made."""
    most = limits.MAX_JSON - 100
    image = [[255] * 28] * 28
    yield json.dumps({"images": [image] * limits.MAX_IMAGES}).encode()
    yield b'{"images":[' + b"[]," * (most // 3) + b"1]}"
    yield b'{"images":[' + b"{}," * (most // 3) + b"1]}"
    yield b'{"images":[' + b"1," * (most // 2) + b"1]}"
    yield b'{"images":[' + b"1e9," * (most // 4) + b"1]}"
    yield b'{"images":[' + (b"9" * 4299 + b",") * (most // 4300) + b"1]}"
    yield b'{"images":' + b"9" * most + b"}"
    yield b'{"images":1e' + b"9" * most + b"}"
    yield b"[" * most
    yield b"[" * (most // 2) + b"]" * (most // 2)
    yield b'{"images":' * (most // 10)
    yield b'{"images":"' + b"\\u00e4" * (most // 6) + b'"}'
    keys = b",".join(b'"%x":1' % number for number in range(100_000))[: most - 10]
    yield b"{" + keys + b"}"
    yield b'{"images":[{' + keys + b"}]}"
    rows = b"[" + b",".join([b"[1]"] * 28) + b"],"
    yield b'{"images":[' + rows * (most // len(rows)) + b"1]}"


async def large_json(target: Target, amount: Amount) -> list[Answer]:
    """JSON of the largest size."""
    return [await target.ask(post(body, JSON)) for body in hostile_json()]


async def small_pieces(target: Target, amount: Amount) -> list[Answer]:
    """JSON of the largest size, in chunks of one byte."""
    head = post(b"", JSON).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    request = head + b"1\r\n \r\n" * limits.MAX_JSON + b"0\r\n\r\n"
    return await asyncio.gather(*(target.ask(request) for _ in range(20)))


async def large_pictures(target: Target, amount: Amount) -> list[Answer]:
    """Pictures of the most unpacked bytes, all at once; half of their clients give up early."""
    side = int((limits.MAX_UNPACKED / 9) ** 0.5)  # 9 bytes a pixel
    request = post(png(side, side, 6), PNG)
    patience = (0.5, 60)
    return await asyncio.gather(
        *(target.ask(request, patience[number % 2]) for number in range(amount.pictures))
    )


async def endless_jpegs(target: Target, amount: Amount) -> list[Answer]:
    """JPEGs of few pixels that take minutes: with 100 thousands of scans, and with just enough."""
    file = io.BytesIO()
    Image.new("L", (2000, 2000)).save(file, "JPEG", progressive=True)
    picture = file.getvalue()[:-2]
    scan = picture[picture.rindex(b"\xff\xda") :]
    many = (limits.MAX_BYTES - len(picture)) // len(scan) - 1
    few = limits.MAX_SCANS - picture.count(b"\xff\xda")
    requests = [post(picture + scan * count + b"\xff\xd9", "image/jpeg") for count in (many, few)]
    return await asyncio.gather(*(target.ask(request) for request in requests * 2))


async def trickle(target: Target, seconds: float, head: bytes = b"", drop: bytes = b"") -> Answer:
    """Send a head at once, then a drop each second; connect anew when the service hangs up."""
    until = time.perf_counter() + seconds

    async def end(reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            await reader.read(1000)

    while (left := until - time.perf_counter()) > 0:
        with contextlib.suppress(OSError, TimeoutError):
            reader, writer = await target.open()
            try:
                async with asyncio.timeout(left):
                    writer.write(head)
                    hung_up = asyncio.ensure_future(end(reader))
                    while not (await asyncio.wait([hung_up], timeout=1))[0]:
                        writer.write(drop)
            finally:
                writer.transport.abort()
        await asyncio.sleep(0.2)
    return Answer(0, 0, b"")


def many(
    what: Callable[..., Awaitable[Answer]], **options: bytes
) -> Callable[[Target, Amount], Coroutine[Any, Any, list[Answer]]]:
    """Make an attack of many connections."""

    async def attack(target: Target, amount: Amount) -> list[Answer]:
        each = [what(target, amount.seconds, **options) for _ in range(amount.connections)]
        return await asyncio.gather(*each)

    return attack


async def slow_reader(target: Target, seconds: float) -> Answer:
    """Ask again and again for what is large, and take none of it."""
    request = b"GET /static-offline-docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with contextlib.suppress(OSError):
        _, writer = await target.open()
        writer.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, 4096
        )
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(request * 20)
        await asyncio.sleep(seconds)
        writer.transport.abort()
    return Answer(0, 0, b"")


slow_readers = many(slow_reader)


async def large_bodies(target: Target, amount: Amount) -> list[Answer]:
    """Bodies of the largest size, all at once."""
    request = post(bytes(limits.MAX_BYTES), PNG)
    return await asyncio.gather(*(target.ask(request) for _ in range(amount.bodies)))


async def foreign_sites(target: Target, amount: Amount) -> list[Answer]:
    """Requests to foreign names, and from pages of other sites."""
    body = b'{"images":[]}'
    foreign = [
        post(body, JSON, "Host: example.org"),
        post(body, JSON, "Host: localhost.example.org"),
        post(body, JSON, "Host: localhost@example.org"),
        post(body, JSON, "Host: "),
        post(body, JSON, "Origin: http://example.org"),
        post(body, JSON, "Origin: http://localhost:1"),
        post(body, JSON, "Origin: null"),
        post(body, "multipart/form-data; boundary=a", "Sec-Fetch-Site: cross-site"),
        post(body, JSON, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors"),
        post(body, "text/plain", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"),
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nOrigin: http://example.org\r\n\r\n",
        b"GET /pad.js HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n",
    ]
    return [await target.ask(request) for request in foreign]


async def secrets(target: Target, amount: Amount) -> list[Answer]:
    """Requests with a mark in every place that a request has."""
    mark = MARK.decode()
    marked = [
        f"GET /{mark} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"GET /health/?{mark} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"GET /health?{mark}={mark} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"GET /static-offline-docs/{mark} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: localhost\r\nRange: {mark}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: {mark}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://{mark}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {mark}\r\n\r\n",
        f"{mark} / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"{mark}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: localhost\r\n{mark}\r\n\r\n",
    ]
    image = json.dumps({"images": [[[0] * 28] * 28]}).encode()
    form = b"--cut\r\nContent-Disposition: form-data; name=%b\r\n\r\n\r\n--cut--\r\n"
    bodies = [
        post(MARK, JSON),
        post(b'{"%b":1}' % MARK, JSON),
        post(b'{"images":"%b"}' % MARK, JSON),
        post(MARK, mark),
        post(MARK, f"image/{mark}"),
        post(b"P5 %b 9 255\n" % MARK, PNG),
        post(png(9, 9, 0, MARK), PNG),
        post(MARK, "multipart/form-data; boundary=cut"),
        post(form % MARK, "multipart/form-data; boundary=cut"),
        post(form % MARK, f"multipart/form-data; boundary={mark}"),
        post(image, JSON).replace(b"/predict", b"/predict?with_image=" + MARK),
    ]
    return [await target.ask(request) for request in [*map(str.encode, marked), *bodies]]


ATTACKS: dict[str, Callable[[Target, Amount], Coroutine[Any, Any, list[Answer]]]] = {
    "JSON of 1 MB, of 15 kinds": large_json,
    "20 of them, in pieces of one byte": small_pieces,
    "{pictures} pictures of the most unpacked bytes at once": large_pictures,
    "JPEGs that take minutes": endless_jpegs,
    "{connections} connections that send nothing": many(trickle),
    "{connections} that send a head, one byte a second": many(
        trickle, head=b"GET /health HTTP/1.1\r\nX: ", drop=b"a"
    ),
    "{connections} that send a body, one byte a second": many(
        trickle, head=post(bytes(1000), PNG)[:-1000], drop=b"a"
    ),
    "{connections} that take no answer": slow_readers,
    "{bodies} bodies of 10 MB at once": large_bodies,
    "foreign names and pages": foreign_sites,
    "secrets in every place": secrets,
}
WARM_UP = (large_json, slow_readers)  # after these, each thread has begun
