"""The service under attack: small, quick forms of what benchmarks/attack_service.py does."""

import asyncio
import collections
import concurrent.futures
import json
import threading
import time
from pathlib import Path

import attack_service
import attacks
import httpx
import numpy as np
import pytest
from attacks import MARK, Amount

from mnist_helpers import artifacts, serve
from mnist_helpers.serve import bodies, limits
from tests.service.conftest import in_a_thread

MEMORY = 400  # MB, at most, of the service and all its processes
FEW = Amount(connections=30, seconds=1, pictures=8, bodies=8, ordinary=50)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("attacks") / "log.txt"


@pytest.fixture(scope="module")
def service(log):
    with (
        log.open("w") as file,
        serve.Service(f"--model={artifacts.READER}", log=file) as service,
    ):
        yield service
        assert service.stop() == 0
    assert "Traceback" not in log.read_text() and MARK.decode() not in log.read_text()


@pytest.fixture(scope="module")
def processes(service):
    return attack_service.Processes(service)


@pytest.fixture(scope="module")
def target(service):
    """The service, when all its threads and processes have begun."""
    target = attacks.Target(service.url)
    for attack in attacks.WARM_UP:
        asyncio.run(attack(target, attacks.QUICK))
    asyncio.run(attack_service.ordinary(target, *attack_service.ordinary_requests(), 40))
    return target


@pytest.fixture
def attack(target, processes):
    """Attack, and look at the service meanwhile and afterwards."""
    before = processes.held()

    def attack(name, amount=FEW):
        with attack_service.Watch(target, processes) as watch:
            answers = asyncio.run(attacks.ATTACKS[name](target, amount))
        assert watch.memory < MEMORY
        assert watch.count <= 1 + limits.UNPACKING
        assert {visit.status for visit in watch.visits} == {200}
        assert max(visit.seconds for visit in watch.visits) < 10
        assert not [answer for answer in answers if MARK in answer.content]
        return answers

    yield attack
    right = attack_service.ordinary(target, *attack_service.ordinary_requests(), FEW.ordinary)
    assert asyncio.run(right) == FEW.ordinary
    left = attack_service.settle(processes, before)
    assert all(more <= 0 for more in left.values()), left


def test_each_attack_is_tried_here():
    tried = {name for name, *_ in TRIED}
    assert tried == set(attacks.ATTACKS)


TRIED = [
    ("JSON of 1 MB, of 15 kinds", FEW, {200, 413, 422}),
    ("20 of them, in pieces of one byte", FEW, {400}),
    ("{pictures} pictures of the most unpacked bytes at once", FEW, {200}),
    ("JPEGs that take minutes", FEW, {200, 422, 503}),
    ("{connections} connections that send nothing", FEW._replace(connections=250), set()),
    ("{connections} that send a head, one byte a second", FEW._replace(connections=250), set()),
    ("{connections} that send a body, one byte a second", FEW._replace(connections=250), set()),
    ("{connections} that take no answer", FEW, set()),
    ("{bodies} bodies of 10 MB at once", FEW._replace(bodies=60), {422, 503}),
    ("foreign names and pages", FEW, {400, 403}),
    ("secrets in every place", FEW, {200, 400, 403, 404, 405, 415, 422}),
]


@pytest.mark.parametrize(("name", "amount", "statuses"), TRIED)
def test_the_service_holds(name, amount, statuses, attack):
    answers = attack(name, amount)
    found = {answer.status for answer in answers} - {0}
    assert found <= statuses and bool(found) == bool(statuses)
    for answer in answers:
        if answer.status >= 400:
            head, _, body = answer.content.partition(b"\r\n\r\n")
            assert b"application/json" in head.lower() and set(json.loads(body)) == {"detail"}


def test_large_json_is_judged_in_less_than_a_second(target):
    for body in attacks.hostile_json():
        assert asyncio.run(target.ask(attacks.post(body, attacks.JSON))).seconds < 1


@pytest.mark.parametrize("more", [0, 1])
def test_json_may_have_a_million_bytes(more, service):
    body = json.dumps({"images": [np.zeros((28, 28), int).tolist()]})
    body += " " * (limits.MAX_JSON - len(body) + more)
    kind = {"content-type": "application/json"}
    answer = httpx.post(f"{service.url}/predict", content=body, headers=kind)
    assert answer.status_code == (413 if more else 200)


def test_while_large_json_is_judged_others_are_answered(model, monkeypatch):
    is_free, has_begun, judge = threading.Event(), threading.Event(), bodies.arrays

    def slow(body):
        has_begun.set()
        assert is_free.wait(20)
        return judge(body)

    monkeypatch.setattr(bodies, "arrays", slow)
    body = json.dumps({"images": np.zeros((50, 28, 28), int).tolist()})
    kind = {"content-type": "application/json"}
    with in_a_thread(model) as url, concurrent.futures.ThreadPoolExecutor() as pool:
        large = pool.submit(httpx.post, f"{url}/predict", content=body, headers=kind, timeout=20)
        try:
            assert has_begun.wait(10)
            assert httpx.get(f"{url}/health").status_code == 200
        finally:
            is_free.set()
        assert len(large.result().json()["predictions"]) == 50


def test_the_first_error_ends_the_reading():
    rows = [[0] * 28] * 28
    wrong = json.dumps({"images": [rows, [*rows[:5], [999] * 28, *rows[6:]], *[[1]] * 90]})
    with pytest.raises(Exception, match=r"images\.1\.5: not all are whole numbers") as caught:
        bodies.arrays(wrong.encode())
    assert "images.2" not in str(caught.value)


def test_the_limits_are_documented():
    page = (Path(__file__).parents[2] / "docs" / "service.md").read_text("utf-8")
    for text in (
        f"{limits.MAX_BYTES // 10**6} MB for pictures, {limits.MAX_JSON // 10**6} MB for JSON",
        f"{limits.MAX_IMAGES} arrays, or {limits.MAX_FILES} files",
        f"{limits.MAX_UNPACKED // 10**6} MB of memory to unpack it",
        f"{limits.MAX_SCANS} scans of a JPEG",
        f"{limits.FREE_PIECES} pieces of a body, and one more for every {limits.MIN_PIECE} bytes",
        f"{limits.UNPACKING_TIME:.0f} s to unpack a picture",
        f"{limits.HEAD_TIME:.0f} s to send the head",
        f"{limits.PATIENCE:.0f} s to send the body",
        f"{limits.PATIENCE:.0f} s to be answered",
        f"{limits.ANSWER_TIME:.0f} s from the end of the request",
        f"{limits.MAX_BODIES // 10**6} MB of bodies held at once",
        f"{limits.MAX_WAITING} requests that wait",
        f"{limits.UNPACKING} pictures unpacked at a time",
        f"{limits.MAX_CONNECTIONS} connections",
        f"{limits.MAX_BODIES // 2 // 10**6} MB and {limits.MAX_WAITING // 2} requests",
        f"more than {limits.SMALL // 1000} kB is read in a thread",
    ):
        assert text in page, text


def send_pictures(url, count):
    kind = {"content-type": "image/png"}
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        sent = [
            pool.submit(httpx.post, f"{url}/predict", content=b"a", headers=kind, timeout=20)
            for _ in range(count)
        ]
        yield
        yield collections.Counter(answer.result().status_code for answer in sent)


def test_pictures_whose_clients_were_told_that_it_is_busy_still_count(model, blocked, monkeypatch):
    monkeypatch.setattr(limits, "PATIENCE", 0.3)
    with in_a_thread(model) as url:
        for _ in range(3):
            sending = send_pictures(url, 4)
            next(sending)
            assert next(sending) == {503: 4}
            assert blocked.count == limits.UNPACKING, "those that work have not ended"
        blocked.is_free.set()


def test_a_picture_whose_client_has_gone_is_forgotten(model, blocked):
    with in_a_thread(model) as url:
        kind = {"content-type": "image/png"}
        for _ in range(6):
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(f"{url}/predict", content=b"a", headers=kind, timeout=0.2)
        time.sleep(0.3)
        assert blocked.count == limits.UNPACKING
        blocked.is_free.set()
        assert httpx.post(f"{url}/predict", content=b"a", headers=kind).status_code == 200
        assert blocked.count == limits.UNPACKING + 1


def test_one_address_cannot_take_all_places(model, blocked, monkeypatch):
    monkeypatch.setattr(limits, "MAX_WAITING", 8)
    with in_a_thread(model) as url:
        sending = send_pictures(url, 6)
        next(sending)
        until = time.monotonic() + 5
        while blocked.count < limits.UNPACKING and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.3)
        assert httpx.get(f"{url}/health").status_code == 200
        blocked.is_free.set()
        assert next(sending) == {200: 4, 503: 2}
