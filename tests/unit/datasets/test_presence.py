import pytest

from mnist_helpers.datasets import (
    DataError,
    absence,
    cifar10,
    cifar100,
    fashion_mnist,
    files,
    mnist,
)
from mnist_helpers.datasets.spec import NotFoundError
from tests.unit.datasets.conftest import write_idx


@pytest.mark.parametrize("module", [fashion_mnist, cifar10, cifar100])
def test_one_sentence_says_what_is_absent_and_how_to_get_it(module, clean_settings):
    sentence = absence(module)
    assert sentence.startswith(f"{module.DESCRIPTION.name} is not on this computer")
    assert f"set {module.DESCRIPTION.variable} to" in sentence
    assert sentence.endswith(".") and sentence.count(". ") == 0


def test_a_cache_that_cannot_be_written_is_no_error_either(clean_settings, tmp_path):
    (tmp_path / "keras").write_text("a file where the folder should be")
    assert absence(cifar10).startswith("CIFAR-10 is not on this computer")


def test_nothing_is_said_of_what_is_there(bundled, clean_settings):
    assert absence(mnist) == ""


def test_a_path_that_is_wrong_is_refused_and_not_called_absent(clean_settings, tmp_path):
    clean_settings.setenv("FASHION_MNIST_PATH", str(write_idx(tmp_path / "zeros")))
    with pytest.raises(DataError, match="other contents"):
        absence(fashion_mnist)
    clean_settings.setenv("CIFAR10_PATH", str(tmp_path / "nothing"))
    with pytest.raises(DataError, match="does not exist"):
        absence(cifar10)


def test_a_download_that_failed_is_not_tried_again(clean_settings):
    asked = []

    def refuse(data, cache):
        asked.append(data.name)
        return "no.such.server: ConnectTimeout"

    clean_settings.setattr(files, "download", refuse)
    sentences = {absence(cifar10) for _ in range(3)}
    for _ in range(2):
        with pytest.raises(NotFoundError, match=r"no\.such\.server: ConnectTimeout\. Connect"):
            cifar10.load_training()
    assert asked == ["CIFAR-10"] and len(sentences) == 1
