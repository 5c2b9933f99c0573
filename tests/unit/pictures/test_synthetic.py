"""The made pictures: always the same, as varied as promised, and too hard without preparation."""

import numpy as np
import pytest

from mnist_helpers import artifacts
from mnist_helpers.datasets import mnist
from mnist_helpers.pictures import STEPS, prepare, synthetic
from mnist_helpers.serve import classifier

pytestmark = pytest.mark.data_matters


@pytest.fixture(scope="module")
def digits():
    """60 digits, and what they are, that no test set knows."""
    training = mnist.load_training()
    return training.validation_images[:60], training.validation_labels[:60]


@pytest.fixture(scope="module")
def pictures(digits):
    return synthetic.make(digits[0], seed=0)


def test_there_is_a_grey_picture_for_each_digit(pictures, digits):
    assert len(pictures) == len(digits[0])
    assert {(p.shape, p.dtype.name) for p in pictures} == {((360, 480), "uint8")}


def test_one_seed_gives_always_the_same_pictures_and_another_seed_others(digits):
    few = digits[0][:8]
    before = few.copy()
    pictures = synthetic.make(few, seed=0)
    assert all(map(np.array_equal, pictures, synthetic.make(few, seed=0)))
    assert not any(map(np.array_equal, pictures, synthetic.make(few, seed=1)))
    assert np.array_equal(few, before), "the digits themselves stay as they are"


def test_paper_is_light_or_dark(pictures):
    grounds = np.array([np.median(picture) for picture in pictures])
    assert (grounds > 128).mean() > 0.4 and 0.1 < (grounds < 85).mean() < 0.6


def test_every_picture_shows_something_and_none_is_like_another(pictures):
    assert min(picture.std() for picture in pictures) > 2
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)


def test_pictures_without_a_digit_are_always_the_same_and_of_the_same_kind():
    pictures = synthetic.make_without_digit(6, seed=3)
    assert {(p.shape, p.dtype.name) for p in pictures} == {((360, 480), "uint8")}
    assert all(map(np.array_equal, pictures, synthetic.make_without_digit(6, seed=3)))
    assert not any(map(np.array_equal, pictures, synthetic.make_without_digit(6, seed=4)))


@pytest.mark.parametrize("kind", synthetic.DIFFICULT)
def test_difficult_pictures_are_always_the_same_and_most_can_be_read(kind, digits):
    images, labels = digits
    pictures = synthetic.make_difficult(kind, images, seed=0)
    assert len(pictures) == len(images) and {p.dtype.name for p in pictures} == {"uint8"}
    assert all(map(np.array_equal, pictures[:3], synthetic.make_difficult(kind, images[:3])))
    others = synthetic.make_difficult(kind, images[:3], seed=1)
    assert not any(map(np.array_equal, pictures[:3], others))
    model = classifier.load(artifacts.REFERENCE)
    readings = [model.read(picture) for picture in pictures]
    assert np.mean([r.label == label for r, label in zip(readings, labels, strict=True)]) > 0.7


def test_tiny_pictures_are_tiny_and_faint_ones_faint(digits):
    few = digits[0][:10]
    assert max(max(p.shape) for p in synthetic.make_difficult("tiny", few)) < 120
    for picture in synthetic.make_difficult("faint pencil", few):
        assert np.ptp(np.quantile(picture, [0.001, 0.999])) < 0.4 * 255


def test_in_most_pictures_without_a_digit_none_is_seen(pictures):
    """With 120 pictures of four seeds; one seed of 30 may give anything from 15 to 27."""
    model = classifier.load(artifacts.READER)
    empty = [p for seed in range(4) for p in synthetic.make_without_digit(30, seed)]
    refused = np.mean([model.read(picture).label is None for picture in empty])
    with_digit = np.mean([model.read(picture).label is None for picture in pictures])
    assert refused > 0.6 > 0.2 > with_digit


def share_read(pictures, labels, steps):
    """Return how many of the digits are read right when prepared with these steps."""
    model, right = classifier.load(artifacts.READER), 0
    for picture, label in zip(pictures, labels, strict=True):
        image = prepare(picture, steps).image
        right += model.probabilities(image[np.newaxis])[0].argmax() == label
    return right / len(labels)


def test_the_preparation_is_what_makes_the_pictures_readable(pictures, digits):
    assert share_read(pictures, digits[1], STEPS) > 0.85
    assert share_read(pictures, digits[1], ()) < 0.4
