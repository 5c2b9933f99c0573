"""What trials measure here: a process of its own imports it."""

import os
import signal
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
    """Say that it has begun, and take its time."""
    Path(settings).write_text("begun")
    time.sleep(60)
    return {"accuracy": 0.5}
