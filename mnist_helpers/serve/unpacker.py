"""The process that unpacks pictures: `python -m mnist_helpers.serve.unpacker`, see unpacking.py.

It reads the size of a picture and the picture, and writes the kind and the size of an answer and
the answer, until its input ends.
"""

import faulthandler
import io
import os
import signal
import struct
import sys
from pathlib import Path
from typing import BinaryIO

from mnist_helpers import pictures
from mnist_helpers.pictures.errors import NoDigitError, PictureError, TooLargeError
from mnist_helpers.serve import limits

SIZE, ANSWER = struct.Struct(">I"), struct.Struct(">BI")
REFUSALS = (NoDigitError, TooLargeError, PictureError)  # the kind of an answer is its place here,
IMAGE = len(REFUSALS)  # or this
BESIDES = 50_000_000  # bytes that the process needs beside the picture and what is unpacked of it
START_OF_SCAN = b"\xff\xda"  # in a JPEG; among its data a byte of 255 is followed by 0


def answer(picture: bytes) -> tuple[int, bytes]:
    """Prepare a picture: give the kind of the answer, and the image or a text for the client."""
    if picture.startswith(b"\xff\xd8") and picture.count(START_OF_SCAN) > limits.MAX_SCANS:
        return REFUSALS.index(PictureError), b"The JPEG has too many scans: save it plainly."
    try:
        prepared = pictures.prepare(
            io.BytesIO(picture), formats=limits.FORMATS, max_unpacked=limits.MAX_UNPACKED
        )
        return IMAGE, prepared.image.tobytes()
    except REFUSALS as error:
        return REFUSALS.index(type(error)), str(error).encode()
    except MemoryError:
        return REFUSALS.index(TooLargeError), b"The picture takes too much memory: shrink it."


def bound_memory(more: int) -> None:
    """Take at most so many bytes more, on Linux, whatever a decoder does."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])  # of data
    except (OSError, ImportError):
        return
    most = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def work(given: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Answer pictures; end at once when one takes longer than it may."""
    with Path(os.devnull).open("w") as nowhere:
        while size := given.read(SIZE.size):
            picture = given.read(*SIZE.unpack(size))
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            kind, text = answer(picture)
            del picture  # not to hold it until the next one comes
            faulthandler.cancel_dump_traceback_later()
            answers.write(ANSWER.pack(kind, len(text)) + text)
            answers.flush()


def main() -> None:
    """Work for the process that has started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the service, which ends this
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    _ = pictures.prepare  # imports SciPy now, and not in the time for the first picture
    bound_memory(limits.MAX_UNPACKED + limits.MAX_BYTES + BESIDES)
    work(sys.stdin.buffer, answers, float(sys.argv[1]))


if __name__ == "__main__":
    main()
