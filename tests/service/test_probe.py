"""What loading costs is measured in a process of its own."""

import pytest

from mnist_helpers import artifacts, serve


def test_a_loaded_export_costs_little(tmp_path):
    cost = serve.cost_of_loading("litert", artifacts.REFERENCE / artifacts.EXPORTED)
    assert 0 < cost.seconds < 60 and 10 < cost.megabytes < 400


def test_a_loaded_keras_file_costs_more():
    cost = serve.cost_of_loading("keras", artifacts.REFERENCE / artifacts.MODEL)
    assert cost.megabytes > 200 and cost.seconds > 0


@pytest.mark.parametrize(
    ("library", "name", "words"),
    [("torch", artifacts.EXPORTED, "choose keras or litert"), ("litert", "none.tflite", "none")],
)
def test_it_says_why_a_model_cannot_be_loaded(library, name, words):
    with pytest.raises(RuntimeError, match=words):
        serve.cost_of_loading(library, artifacts.REFERENCE / name)
