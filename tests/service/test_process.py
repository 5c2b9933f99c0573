"""The service as a notebook starts it: it starts in time, ends in every case, and says why not."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
import time

import httpx
import psutil
import pytest

from mnist_helpers import artifacts, serve
from mnist_helpers.serve import process
from tests.conftest import run_code

LISTENS = "print('Serving on http://127.0.0.1:9', flush=True)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
MARK = "--stub-of-the-service"


@pytest.fixture
def stub(monkeypatch):
    """Let a piece of code stand for the service, and give it little time."""

    def stub(code):
        monkeypatch.setattr(process, "COMMAND", [sys.executable, "-c", code, MARK])

    monkeypatch.setattr(process, "ASKED", 0.5)
    monkeypatch.setattr(process, "TOLD", 0.5)
    yield stub
    assert not running(), "it has left something behind"


def running():
    """List the stubs that run."""
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if MARK in one.cmdline() and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
    return found


def start_and_fail(*options, log=None):
    """Start what does not start; return the message and how long it took."""
    before = time.monotonic()
    with pytest.raises(RuntimeError) as caught:
        serve.Service(*options, log=log)
    return str(caught.value), time.monotonic() - before


@pytest.fixture
def interruptible():
    """Let SIGINT interrupt, as in a kernel: the workers of pytest-xdist ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt_in(seconds):
    """Interrupt the main thread after some time, as the stop button does."""
    told = [threading.main_thread().ident, signal.SIGINT]
    threading.Timer(seconds, signal.pthread_kill, told).start()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(process, "START", 1.0)


# Start


def test_it_answers_and_stops_with_its_block():
    with serve.Service(f"--model={artifacts.READER}") as service:
        assert httpx.get(f"{service.url}/health").status_code == 200
        assert service.poll() is None and service.pid == service.process.pid
        assert service.args[1:3] == ["-m", "mnist_helpers.serve"]
    assert service.poll() == 0 and service.stop() == 0, "to stop it again does no harm"


def test_one_that_never_says_that_it_listens_is_given_up_and_ended(stub, impatient):
    stub("import time; print('still loading', flush=True); time.sleep(600)")
    message, seconds = start_and_fail()
    assert message == "The service did not start within 1 s. Its log is empty."
    assert 1 <= seconds < 6


def test_one_that_closes_its_output_and_goes_on_is_given_up_and_ended(stub, impatient):
    stub("import os, time; os.close(1); time.sleep(600)")
    assert start_and_fail()[0].startswith("The service did not start within 1 s.")


def test_one_that_neither_starts_nor_lets_itself_be_ended_is_killed(stub, impatient):
    stub(f"{DEAF}; time.sleep(600)")
    message, seconds = start_and_fail()
    assert "did not start within" in message and seconds < 6


def test_one_that_ends_at_once_says_what_it_said(stub):
    stub("import sys; print(*range(100), sep='\\n', file=sys.stderr); sys.exit('no such model')")
    message, _ = start_and_fail()
    head, *lines = message.splitlines()
    assert head == "The service did not start (exit code 1). Its log ends:"
    assert lines == [*map(str, range(91, 100)), "no such model"]


def test_the_reason_comes_from_a_log_of_the_callers_too(stub, tmp_path):
    stub("import sys; sys.exit('no such model')")
    path = tmp_path / "log.txt"
    path.write_text("what an earlier one said\n")
    for mode in ("a", "a+b"):
        with path.open(mode) as log:
            message, _ = start_and_fail(log=log)
        assert message.endswith("Its log ends:\nno such model"), "and nothing from before"


def test_a_log_that_goes_nowhere_is_no_hindrance(stub):
    stub("import sys; sys.exit('no such model')")
    message, _ = start_and_fail(log=subprocess.DEVNULL)
    assert message == "The service did not start (exit code 1). Give it a log to see why."


def test_a_damaged_model_is_named(tmp_path):
    message, _ = start_and_fail(f"--model={tmp_path}")
    assert "exit code 1" in message and f"{tmp_path / artifacts.EXPORT_NOTE} cannot be" in message


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_an_interruption_of_the_start_ends_it(stub, interruptible):
    stub("import time; time.sleep(600)")
    interrupt_in(0.7)
    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        serve.Service()
    assert time.monotonic() - before < 5


# End


def test_one_that_does_not_listen_to_the_request_to_stop_is_told_to(stub):
    stub(f"import time; {LISTENS}; time.sleep(600)")
    service = serve.Service()
    before = time.monotonic()
    assert service.stop() == (1 if os.name == "nt" else -signal.SIGTERM)
    assert time.monotonic() - before < 3


CHILD = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '{MARK}'])
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (DEAF, "time.sleep(600)", -signal.SIGKILL),
        ("", "time.sleep(600)", -signal.SIGTERM),
        ("", "sys.stdin.read()", 0),
    ],
)
def test_what_it_has_started_ends_with_it_however_it_ends(before, after, code, stub):
    stub(f"{before}\n{CHILD}\n{LISTENS}\n{after}")
    service = serve.Service()
    assert len(running()) == 2
    begun = time.monotonic()
    assert service.stop() == code
    assert time.monotonic() - begun < 3
    wait_until_none_runs()


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_an_interruption_of_the_stop_ends_it_all_the_same(stub, monkeypatch, interruptible):
    monkeypatch.setattr(process, "ASKED", 60)
    stub(f"{DEAF}; {LISTENS}; time.sleep(600)")
    service = serve.Service()
    interrupt_in(0.5)
    with pytest.raises(KeyboardInterrupt):
        service.stop()
    assert service.poll() == -signal.SIGKILL


def test_an_error_in_its_block_ends_it(stub):
    stub(f"import sys; {LISTENS}; sys.stdin.read()")
    with pytest.raises(ValueError, match="oh"), serve.Service() as service:
        raise ValueError("oh")
    assert service.poll() == 0


def test_it_ends_when_nothing_refers_to_it_any_more(stub):
    stub(f"import sys; {LISTENS}; sys.stdin.read()")
    kept = serve.Service().process
    gc.collect()
    assert kept.poll() == 0


AT_EXIT = """
import sys
from mnist_helpers.serve import process
process.ASKED = process.TOLD = 0.5
process.COMMAND = [sys.executable, *sys.argv[1:]]
service = process.Service()
"""


def test_it_ends_with_the_interpreter_even_if_it_listens_to_nothing(stub):
    done = run_code(AT_EXIT, "-c", f"{DEAF}; {LISTENS}; time.sleep(600)", MARK)
    assert done.returncode == 0 and done.stderr == ""
    wait_until_none_runs()


def wait_until_none_runs():
    for _ in range(100):
        if not running():
            return
        time.sleep(0.05)


def test_what_it_prints_later_never_fills_a_pipe(stub):
    lines = "[print('x' * 1000) for _ in range(1000)]"
    stub(f"import sys; {LISTENS}; {lines}; sys.stdin.read()")
    with serve.Service() as service:
        pass
    assert service.poll() == 0


def test_two_threads_may_stop_it(stub):
    stub(f"import sys, time; {LISTENS}; sys.stdin.read(); time.sleep(0.3)")
    service, codes = serve.Service(), []
    threads = [threading.Thread(target=lambda: codes.append(service.stop())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [0, 0]
