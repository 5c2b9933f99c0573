"""How notebook 06 asks: a text as it is written, and many questions at once."""

import json

import httpx
import numpy as np
import pytest

from mnist_helpers import serve
from mnist_helpers.exercises.notebook_06 import CODES
from tests.service.conftest import in_a_thread

BODY = json.dumps({"images": np.zeros((1, 28, 28), int).tolist()})


@pytest.fixture(scope="module")
def url(model):
    with in_a_thread(model) as url:
        yield url


def test_a_request_is_sent_as_written_and_answered_as_text(url):
    head = "POST /predict HTTP/1.1\nHost: 127.0.0.1\nConnection: close\n"
    head += f"Content-Type: application/json\nContent-Length: {len(BODY)}\n\n"
    answer, _, body = serve.send(url, head + BODY).partition("\n\n")
    assert answer.startswith("HTTP/1.1 200 OK\n") and "\r" not in answer
    assert len(json.loads(body)["predictions"]) == 1


def test_each_of_several_clients_is_answered_as_often_as_it_asks(url):
    asked = serve.ask(url, BODY, clients=3, count=7)
    assert len(asked.times) == 21 and min(asked.times) > 0
    assert sum(asked.times) / 1000 <= 3 * asked.seconds, "no client asks twice at a time"
    assert max(asked.times) / 1000 <= asked.seconds


def test_a_refusal_is_reported_and_not_timed(url):
    with pytest.raises(RuntimeError, match=r"answers 422: .*no object"):
        serve.ask(url, "[]", clients=2, count=5)


def test_a_service_that_is_not_there_is_reported():
    with pytest.raises(OSError):
        serve.ask("http://127.0.0.1:9", BODY, count=1)


def test_the_status_codes_of_exercise_06_2_are_what_the_service_answers(url):
    image = np.zeros((28, 28), int).tolist()
    bodies = [
        ("application/json", json.dumps({"images": [image] * 3})),
        ("application/json", json.dumps({"images": [[image[0][:27], *image[1:]]]})),
        ("application/pdf", b"%PDF-1.7"),
        ("image/png", bytes(20_000_000)),
    ]
    answers = [
        httpx.post(f"{url}/predict", content=body, headers={"Content-Type": kind})
        for kind, body in bodies
    ]
    assert tuple(answer.status_code for answer in answers) == CODES[:4]  # 503: see test_app.py
