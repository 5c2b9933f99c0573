"""What trials measure here: a process of its own imports it."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path


def add(settings, seed):
    """Return numbers that follow from option and seed."""
    return {"accuracy": settings["base"] + seed / 100, "process": os.getpid()}


def noted(settings, seed):
    """Write down each call, and fail where the settings say so."""
    with Path(settings["log"]).open("a") as log:
        log.write(f"{settings['name']} {seed}\n")
    if settings.get("fails") == seed:
        raise ValueError("no such layer")
    return {"accuracy": 0.5}


def killed(settings, seed):
    """End this process with the second seed, as a system does that has no memory left."""
    if seed == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"accuracy": 0.5}


def slow(settings, seed):
    """Say which process has begun, and take its time."""
    Path(settings).write_text(str(os.getpid()))
    time.sleep(60)
    return {"accuracy": 0.5}


def talkative(settings, seed):
    """Print without flushing, and make a folder that is removed at the end of the process."""
    global folder
    print("measured")
    folder = tempfile.TemporaryDirectory(dir=settings)
    return {"accuracy": 0.5}


def gives_up(settings, seed):
    """End as a script does that cannot go on."""
    sys.exit("no data here")
