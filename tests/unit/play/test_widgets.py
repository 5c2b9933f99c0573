"""The widgets, without a browser: what they are given, what they send, what they refuse."""

import base64
import json

import numpy as np
import pytest
import record_figures
import traitlets

from mnist_helpers import artifacts, play
from mnist_helpers.datasets import mnist
from mnist_helpers.play import networks, page, stills, weights

LABELS = np.array([0, 1, 2])
PROBABILITIES = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.5, 0.1, 0.4]])


def floats(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_a_network_is_sent_when_the_browser_asks_for_it(monkeypatch):
    sent = []
    monkeypatch.setattr(play.Look, "send", lambda self, content: sent.append(content))
    look = play.Look(first="reader")
    assert list(look.names) == ["reader", "reference"] and list(look.drawings) == list("0123456789")
    look._handle_custom_msg({"id": "1", "key": "reader"}, [])
    assert sent[0]["answer"]["name"] == artifacts.read_run(artifacts.READER).name
    json.dumps(sent)


def test_your_network_comes_first_and_a_shipped_one_not_twice(monkeypatch):
    run = artifacts.read_run(artifacts.REFERENCE)
    assert list(play.Look(run).names) == ["reference", "reader"]
    own = run._replace(is_shipped=False, name=artifacts.YOURS)
    sent = []
    monkeypatch.setattr(play.Look, "send", lambda self, content: sent.append(content))
    look = play.Look(own)
    assert list(look.names) == ["yours", "reference", "reader"]
    look._handle_custom_msg({"id": "1", "key": "yours"}, [])
    assert sent[0]["answer"]["name"] == artifacts.YOURS


def test_what_goes_wrong_is_told_in_the_widget(monkeypatch):
    sent = []
    monkeypatch.setattr(play.Look, "send", lambda self, content: sent.append(content))
    monkeypatch.setattr(weights, "describe_run", lambda run: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        play.Look()._send_network(None, {"id": "1", "key": "reader"}, [])
    assert sent == [{"id": "1", "error": "ZeroDivisionError: division by zero"}]
    with pytest.raises(ValueError, match="take one of reference, reader"):
        play.Look(first="best")


def test_the_image_of_what_is_drawn_can_be_had_in_python():
    look = play.Look()
    assert not look.image.any()
    look.strokes = weights.drawings()["7"]
    assert look.image.shape == (28, 28) and look.image.max() == 1


def test_the_small_figures_are_given_what_they_show():
    kernel = play.Kernel(np.eye(5))
    assert np.array_equal(kernel.image, np.eye(5))
    descent = play.Descent(PROBABILITIES, LABELS)
    assert np.allclose(floats(descent.data["distances"]), PROBABILITIES.ravel())
    threshold = play.Threshold(PROBABILITIES, LABELS)
    assert np.allclose(floats(threshold.data["confidence"]), [0.9, 0.7, 0.5])
    assert (threshold.data["right"], threshold.data["name"]) == ("110", "validation images")


@pytest.mark.parametrize("kernel", [[[1, 2, 3]], [[1, 2], [3, 4]], [[1, 2, 3]] * 4, [1, 2, 3]])
def test_a_kernel_is_three_by_three(kernel):
    figure = play.Kernel(np.eye(5))
    with pytest.raises(traitlets.TraitError):
        figure.kernel = kernel
    figure.kernel = [[0, 0, 0], [0, 5, 0], [0, 0, 0]]
    assert figure.kernel[1][1] == 5


def test_what_they_cannot_show_is_refused():
    with pytest.raises(ValueError, match=r"\(2, 5\): give one grey image"):
        play.Kernel(np.zeros((2, 5)))
    with pytest.raises(ValueError, match="divide them by 255"):
        play.Kernel(np.full((5, 5), 255))
    with pytest.raises(ValueError, match="give distances"):
        play.Descent(PROBABILITIES, LABELS[:2])
    with pytest.raises(ValueError, match="give probabilities"):
        play.Threshold(PROBABILITIES[0], LABELS, "images")


@pytest.mark.parametrize("name", ["Look", "Kernel", "Descent", "Threshold"])
def test_each_has_a_still_picture_with_words(name, tmp_path):
    kind = getattr(play, name)
    assert kind.still.read_bytes().startswith(b"\x89PNG")
    bundle = {"text/plain": name}, {}
    shown, about = stills.with_still(bundle, kind.still, kind.alt)
    assert base64.b64decode(shown["image/png"]) == kind.still.read_bytes()
    assert about["image/png"]["alt"] == kind.alt and len(kind.alt) > 40
    assert stills.with_still(bundle, tmp_path / "none.png", "") == bundle
    assert stills.with_still(None, kind.still, "") is None


def test_what_the_site_shows_is_what_is_computed():
    """Else, as after `make reference`: python tools/record_figures.py."""
    if mnist.find().is_sample:
        pytest.skip("the site shows real MNIST")
    recorded = json.loads(page.RECORDED.read_text("utf-8"))
    computed = record_figures.record(mnist.load_training())
    assert recorded["kernel"] == computed["kernel"]
    for name, key in (("descent", "distances"), ("threshold", "confidence")):
        before, now = floats(recorded[name].pop(key)), floats(computed[name].pop(key))
        assert np.allclose(before, now, atol=1e-3), name  # processors round differently
    right = zip(recorded["threshold"].pop("right"), computed["threshold"].pop("right"), strict=True)
    assert sum(before != now for before, now in right) <= 1
    assert recorded == computed


def test_the_folders_are_whole(tmp_path):
    page.write_look(tmp_path / "look")
    page.write_figures(tmp_path / "figures")
    names = {path.name for path in (tmp_path / "look").iterdir()}
    assert names == {
        *("index.html", "look.js", "look.css", "look.png", "networks.js"),
        *(f"{key}.js" for key in networks.SHIPPED),
    }
    figures = {path.name for path in (tmp_path / "figures").iterdir()}
    assert figures == {"index.html", "figures.js", "figures.css"} | {
        f"{name}.{kind}" for name in page.FIGURES for kind in ("js", "png")
    }
    for folder in ("look", "figures"):
        for path in (tmp_path / folder).glob("*.html"):
            for name in path.read_text("utf-8").split('"'):
                if name.endswith((".js", ".css", ".png")):
                    assert (path.parent / name).is_file(), name
