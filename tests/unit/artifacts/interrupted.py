"""Saves or exports over and over, each time interrupted one step later; test_disk.py runs it.

Usage: interrupted.py saving|upgrading|exporting killed|full|failing

Each attempt is a process of its own, forked from this one, which has nothing heavy loaded. A step
is what the process asks of the file system. After each attempt, a line of JSON says what is found.
"""

import errno
import itertools
import json
import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from mnist_helpers import artifacts
from mnist_helpers.artifacts import disk

REACHED, NOT_REACHED, REFUSED, ANOTHER_ERROR = range(20, 24)  # exit codes
WRITES = os.O_WRONLY | os.O_RDWR
RUN = artifacts.read_run(artifacts.REFERENCE)  # to export
EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "os.listdir"}


class Steps:
    """Counts the steps of this process, and interrupts it at one of them."""

    def __init__(self, how, last):
        self.how, self.left, self.in_block = how, last, False
        os.fsync = lambda handle: self.take("os.fsync", (handle,))
        sys.addaudithook(lambda event, told: event in EVENTS and self.take(event, told))

    def take(self, event, told):
        if self.how == "failing" and self.in_block:  # one single error there is the caller's
            return
        self.left -= 1
        if self.how == "killed" and self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how == "failing" and self.left == 0:
            raise OSError(errno.EIO, "input/output error")
        writes = event in {"os.mkdir", "os.fsync"} or (event == "open" and told[2] & WRITES)
        if self.how == "full" and self.left <= 0 and writes:
            raise OSError(errno.ENOSPC, "no space left on device")


def content(number):
    return f"model {number} ".encode() * 1000


def write(path, number, steps=None):
    with path.open("wb") as file:
        file.write(content(number)[:5000])
        file.flush()
        if steps:
            steps.take("half of it is written", ())
        file.write(content(number)[5000:])


def save(action, number, steps=None):
    if action != "exporting":
        with artifacts.saving({"loss": [number]}) as folder:
            if steps:
                steps.in_block = True
            write(folder / artifacts.MODEL, number, steps)
            write(folder / "mnist_cnn_model.h5", number, steps)
            if steps:
                steps.in_block = False
    else:
        with artifacts.exporting(RUN) as path:
            if steps:
                steps.in_block = True
            write(path, number, steps)
            if steps:
                steps.in_block = False


def find(action):
    """Return the number of what is found; it must be whole."""
    if action != "exporting":
        run = artifacts.newest_run()
        number = run.history["loss"][0]
        assert (run.path.parent / "mnist_cnn_model.h5").read_bytes() == content(number)
        assert run.path.read_bytes() == content(number)
        return number
    found = artifacts.find_export().path.read_bytes()
    number = int(found.split()[1])
    assert found == content(number)
    return number


def attempt(action, how, number):
    """Try in this process to save something, and leave it with a code that says how that went."""
    steps = Steps(how, number)
    try:
        save(action, number, steps)
    except artifacts.ArtifactError as error:
        assert "Nothing was saved" in str(error)
        os._exit(REFUSED)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(ANOTHER_ERROR)
    os._exit(NOT_REACHED if steps.left > 0 else REACHED)


def prepare(action):
    """Begin with one result, and with what a killed kernel has left behind."""
    shutil.rmtree(artifacts.folder(), ignore_errors=True)
    save(action, 0)
    left = artifacts.folder() / ".saving-left"
    left.mkdir()
    write(left / artifacts.MODEL, -1)
    if action == "upgrading":  # from version 1, which had no folders
        (folder,) = artifacts.folder().glob("run-*")
        for path in folder.iterdir():
            path.rename(artifacts.folder() / path.name)
        folder.rmdir()


if __name__ == "__main__":
    _, action, how = sys.argv
    os.fsync = lambda handle: None  # which a kill does not need, and which would take long
    disk.KEPT = -1  # so that each attempt also removes what is old
    for number in itertools.count(1):
        prepare(action)
        child = os.fork() or attempt(action, how, number)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        found = find(action)
        save(action, -2)
        assert find(action) == -2, "what is left is in the way"
        print(json.dumps({"number": number, "code": code, "found": found}))
        if code == NOT_REACHED:
            break
