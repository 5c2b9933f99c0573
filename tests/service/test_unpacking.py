"""Pictures are unpacked in processes of their own, never more than stated, and within bounds."""

import asyncio
import concurrent.futures
import gc
import io
import os
import struct
import subprocess
import sys
import time
import weakref
import zlib

import numpy as np
import psutil
import pytest
from attacks import png
from PIL import Image

from mnist_helpers import pictures
from mnist_helpers.pictures import decoding, preparation
from mnist_helpers.serve import limits, unpacker, unpacking


def as_file(picture, kind, **options):
    file = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.fixture
def process():
    process = unpacking.Unpacker()
    yield process
    process.end()


@pytest.fixture
def children():
    """List the processes that this one started since the test began."""
    me = psutil.Process()
    before = set(me.children(recursive=True))  # such as multiprocessing's, which stays
    return lambda: [child for child in me.children(recursive=True) if child not in before]


@pytest.mark.parametrize("kind", limits.FORMATS)
def test_a_picture_is_prepared_as_here(kind, process, stroke):
    picture = as_file(stroke, kind)
    expected = pictures.prepare(io.BytesIO(picture)).image
    assert np.array_equal(process.prepare(picture), expected)
    assert np.array_equal(process.prepare(picture), expected), "a second time"


@pytest.mark.parametrize("kind", [k for k in preparation.FORMATS if k not in limits.FORMATS])
def test_other_kinds_are_refused_with_those_that_are_read(kind, process, stroke):
    with pytest.raises(pictures.PictureError, match=r"give a PNG, JPEG or WebP\.$"):
        process.prepare(as_file(stroke, kind))


@pytest.mark.parametrize(
    ("picture", "error", "message"),
    [
        (lambda s: as_file(np.full((60, 60), 200, np.uint8), "PNG"), "NoDigit", "Nothing stands"),
        (lambda s: png(5001, 5001, 0), "TooLarge", "more than 25,000,000 pixels"),
        (lambda s: as_file(s, "PNG")[:-40], "Picture", "damaged, too large, or no file.$"),
        (lambda s: b"P5 Xsecret 9 255\n", "Picture", "no picture of a kind"),
        (lambda s: b"", "Picture", "no picture of a kind"),
    ],
)
def test_what_is_wrong_is_said_in_a_fixed_text(picture, error, message, process, stroke):
    with pytest.raises(getattr(pictures, f"{error}Error"), match=message) as caught:
        process.prepare(picture(stroke))
    assert type(caught.value).__name__ == f"{error}Error" and "secret" not in str(caught.value)


def large(side, mode, kind, **options):
    return as_file(Image.new(mode, (side, side), "white"), kind, **options)


def with_transparency(side):
    content = bytes(6)
    checked = b"tRNS" + content
    return png(
        side, side, 2, struct.pack(">I", 6) + checked + struct.pack(">I", zlib.crc32(checked))
    )


# How a picture of so many pixels a side is written; how many bytes each is reckoned to take.
KINDS = {
    "grey": (lambda side: png(side, side, 0), 2),
    "one bit": (lambda side: large(side, "1", "PNG"), 3),
    "RGB": (lambda side: png(side, side, 2), 5),
    "16 bits": (lambda side: large(side, "I;16", "PNG"), 5),
    "palette": (lambda side: large(side, "P", "PNG"), 6),
    "RGBA": (lambda side: png(side, side, 6), 9),
    "grey and transparency": (lambda side: large(side, "LA", "PNG"), 13),
    "a transparent colour": (with_transparency, 13),
    "WebP": (lambda side: large(side, "RGB", "WEBP", lossless=True, quality=0), 17),
    "JPEG": (lambda side: large(side, "RGB", "JPEG"), 1),
    "JPEG in several scans": (lambda side: large(side, "RGB", "JPEG", progressive=True), 4),
    "JPEG, all colours in full": (
        lambda side: large(side, "RGB", "JPEG", progressive=True, subsampling=0),
        7,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_takes_no_more_memory_than_is_reckoned(kind):
    """So long as this holds, a limit on what is reckoned is a limit on the memory."""
    make, each = KINDS[kind]
    side = int((limits.MAX_UNPACKED / each) ** 0.5) - 1
    side = min(side, int(decoding.MAX_PIXELS**0.5))
    code = """
import io, sys, threading, psutil
from mnist_helpers import pictures
from mnist_helpers.serve import unpacker
unpacker.answer(bytes.fromhex(sys.argv[1]))  # now all is imported
picture, peak = sys.stdin.buffer.read(), 0
before = psutil.Process().memory_info().rss
is_done = threading.Event()
def watch():
    global peak
    while not is_done.wait(0.001):
        peak = max(peak, psutil.Process().memory_info().rss)
thread = threading.Thread(target=watch)
thread.start()
kind, _ = unpacker.answer(picture)
is_done.set()
thread.join()
print(kind, max(0, peak - before))
"""
    first = as_file(np.full((60, 60), 200, np.uint8), "PNG").hex()
    done = subprocess.run(
        [sys.executable, "-c", code, first],
        input=make(side),
        capture_output=True,
        env=os.environ | unpacking.ENVIRONMENT,
        check=True,
    )
    outcome, peak = map(int, done.stdout.split())
    assert unpacker.REFUSALS[outcome] is pictures.NoDigitError, "it is read"
    assert peak < each * side**2 + 15_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_takes_more_is_refused_before_it_is_unpacked(kind, monkeypatch):
    make, each = KINDS[kind]
    side = 300
    monkeypatch.setattr(limits, "MAX_UNPACKED", int(0.9 * each * side**2))
    picture = make(side)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("unpacked"))
    outcome, text = unpacker.answer(picture)
    assert unpacker.REFUSALS[outcome] is pictures.TooLargeError and b"shrink it" in text


def test_a_picture_that_takes_too_long_ends_its_process_and_the_next_is_read(
    process, stroke, monkeypatch
):
    monkeypatch.setattr(limits, "UNPACKING_TIME", 0.03)
    begun = time.monotonic()
    with pytest.raises(pictures.PictureError, match="cannot be read in time"):
        process.prepare(png(5000, 5000, 0))
    assert time.monotonic() - begun < 20
    monkeypatch.undo()
    assert process.prepare(as_file(stroke, "PNG")).shape == (28, 28)


def test_a_jpeg_of_many_scans_is_refused_at_once(process):
    picture = large(2000, "L", "JPEG", progressive=True)[:-2]
    scan = picture[picture.rindex(b"\xff\xda") :]
    with pytest.raises(pictures.PictureError, match="too many scans"):
        process.prepare(picture + 200_000 * scan + b"\xff\xd9")


def test_a_photo_with_a_small_picture_inside_is_no_such(process, stroke):
    small = as_file(stroke, "JPEG")
    exif = Image.Exif()
    exif[0x927C] = small * 5
    assert process.prepare(as_file(stroke, "JPEG", exif=exif)).shape == (28, 28)


def test_a_process_that_has_crashed_is_replaced(children, process, stroke):
    process.prepare(as_file(stroke, "PNG"))
    for _ in range(2):
        (child,) = children()
        child.kill()
        child.wait(5)
        assert process.prepare(as_file(stroke, "PNG")).shape == (28, 28)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_the_memory_of_a_process_is_bounded_whatever_a_decoder_does():
    code = """
from mnist_helpers.serve import unpacker
unpacker.bound_memory(100_000_000)
bytearray(50_000_000)
try:
    bytearray(200_000_000)
except MemoryError:
    print("bounded")
"""
    assert subprocess.check_output([sys.executable, "-c", code]) == b"bounded\n"


def test_no_more_are_unpacked_than_there_are_processes_even_when_clients_give_up(blocked):
    async def give_up():
        unpackers, sent = unpacking.Unpackers(2), []
        for _ in range(10):
            picture = np.zeros(1000)  # in place of bytes, to which nothing can refer weakly
            sent.append(weakref.ref(picture))
            task = asyncio.create_task(unpackers.prepare(picture))
            del picture
            await asyncio.sleep(0.02)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
        del task
        gc.collect()
        assert blocked.count == 2
        assert sum(picture() is not None for picture in sent) == 2, "the others take no memory"
        blocked.is_free.set()
        with pytest.raises(pictures.NoDigitError):
            await unpackers.prepare(b"a")
        assert blocked.count == 3, "those that waited are forgotten"
        unpackers.close()

    asyncio.run(give_up())


def test_each_picture_gets_its_own_answer(children, stroke):
    unpackers = unpacking.Unpackers(2)
    sent = [as_file(stroke, "PNG"), b"no picture"] * 20

    async def ask():
        return await asyncio.gather(*map(unpackers.prepare, sent), return_exceptions=True)

    found = asyncio.run(ask())
    assert all(isinstance(x, np.ndarray) for x in found[::2])
    assert all(isinstance(x, pictures.PictureError) for x in found[1::2])
    assert len(children()) == 2
    unpackers.close()
    assert not children()


def test_when_little_is_to_do_one_process_does_it(children, stroke):
    unpackers = unpacking.Unpackers(3)
    for _ in range(5):
        asyncio.run(unpackers.prepare(as_file(stroke, "PNG")))
    assert len(children()) == 1
    unpackers.close()


def test_closing_ends_what_is_at_work(children):
    unpackers = unpacking.Unpackers(1)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        slow = pool.submit(asyncio.run, unpackers.prepare(png(5000, 5000, 0)))
        until = time.monotonic() + 5
        while not children() and time.monotonic() < until:
            time.sleep(0.01)
        unpackers.close()
        assert isinstance(slow.exception(10), pictures.PictureError | None)
    assert not children()
