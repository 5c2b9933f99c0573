"""A worker that falls silent, such as one whose computer or cable has failed."""

import subprocess
import sys

from mnist_helpers.distributed import meeting
from mnist_helpers.distributed.cluster import Cluster, free_ports

CHIEF = """
import sys, time
from mnist_helpers.distributed import group, meeting
from mnist_helpers.distributed.cluster import Cluster
group.SILENCE = 1.0
place = Cluster(tuple(sys.argv[1:]), 0)
lines, _, _ = meeting.meet(place, {}, 30, lambda: ({}, b""))
group.Group(place, lines)
time.sleep(60)
"""


def test_a_worker_that_falls_silent_is_lost_and_told_so():
    workers = tuple(f"localhost:{port}" for port in free_ports(2))
    with subprocess.Popen(
        [sys.executable, "-c", CHIEF, *workers],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as chief:
        try:
            lines, _, _ = meeting.meet(Cluster(workers, 1), {}, 30, lambda: ({}, b""))
            lines[0].send("alive")  # and then nothing any more
            notes = iter(lines[0].receive, None)
            told = next(note["text"] for note in notes if note["kind"] == "failed")
            _, said = chief.communicate(timeout=20)
            lines[0].close()
        finally:
            chief.kill()
    assert chief.returncode == 3
    assert f"worker 1 ({workers[1]}) is lost (it has said nothing for 1 s)" in told
    assert said.strip() == told
