"""The exercises of notebook 13 take right answers in every form, and reply to each mistake."""

import itertools

import numpy as np
import pytest

from mnist_helpers.datasets import cifar100
from mnist_helpers.exercises import notebook_13, other_images
from mnist_helpers.exercises.core import find, judge
from tests.unit.datasets.batches import describe, make_batches, pack

RIGHT = notebook_13.WHAT_STAYS


def solution(name):
    names = {"np": np}
    exec(find(name).code, names)
    return names


def test_words_are_taken_in_any_form():
    turned = {letter.lower(): f" {word.upper()}" for letter, word in reversed(RIGHT.items())}
    for answer in (RIGHT, turned, list(RIGHT.values()), np.array(list(RIGHT.values()))):
        assert judge("13.1", answer).state == "right"
    assert solution("13.1")["together"] == RIGHT


def test_each_mistaken_word_has_a_reply():
    for letter, word in itertools.product(RIGHT, notebook_13.KINDS):
        if word != RIGHT[letter]:
            verdict = judge("13.1", RIGHT | {letter: word})
            assert verdict.state == "wrong"
            assert verdict.text.startswith(f'4 of 5 are right. {letter} is not "{word}": ')
            assert notebook_13.AGAINST[letter] in verdict.text
    assert len(set(notebook_13.AGAINST.values())) == 5


def test_weights_are_taken_in_any_form():
    solved = solution("13.2")
    for answer in (
        [solved["first_layer"], solved["last_layer"]],
        (896.0, 6500.0),
        np.array([896, 6500]),
    ):
        assert judge("13.2", answer).state == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([320, 6500], "320 for the first layer: this is for one channel"),
        ([864, 6500], "has a bias"),
        ([28, 6500], "there are 32 kernels"),
        ([3072, 6500], "for any size"),
        ([6500, 896], "changed places"),
        ([896, 6400], "6,400 for the last layer: each of the 100 classes has a bias"),
        ([896, 650], "for 10 classes"),
        ([896, 6464], "not for each of the 64"),
        ([896, 147_520], "the dense layer before it"),
        ([900, 6500], "count what goes into"),
        ([896.5, 6500], "A whole number"),
        ([896], "Two numbers"),
        (896, "Two numbers"),
    ],
)
def test_each_mistaken_number_has_a_reply(answer, words):
    verdict = judge("13.2", answer)
    assert verdict.state == "wrong" and words in verdict.text


def by_loops(images, labels, asked):
    means = {int(k): images[labels == k].mean(axis=0) for k in np.unique(labels)}
    return [min(means, key=lambda k: np.linalg.norm(image - means[k])) for image in asked]


def test_the_nearest_mean_is_right_however_it_is_computed():
    def with_scikit_learn(images, labels, asked):
        from sklearn.neighbors import NearestCentroid

        rule = NearestCentroid().fit(images.reshape(len(images), -1), labels)
        return rule.predict(asked.reshape(len(asked), -1))

    for function in (solution("13.3")["nearest_mean"], by_loops, with_scikit_learn):
        assert judge("13.3", function).state == "right"


@pytest.mark.parametrize("reply", other_images.MISTAKEN_MEANS)
def test_each_mistaken_rule_has_a_reply_of_its_own(reply):
    verdict = judge("13.3", other_images.MISTAKEN_MEANS[reply])
    assert verdict.state == "wrong" and verdict.text == reply


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda i, k, a: by_loops(i, k, a)[0], "a label for each of them"),
        (lambda i, k, a: other_images._distances(a, other_images._means(i, k)), "(40, 3)"),
        (lambda i, k, a: np.zeros(len(a)), "another label than that of the nearest mean"),
        (lambda i, k: 0, "raises"),
        (lambda i, k, a: None, "is a `return` missing"),
        (3, "A function is asked for"),
    ],
)
def test_other_mistakes_about_means_get_a_sentence(function, words):
    verdict = judge("13.3", function)
    assert verdict.state == "wrong" and words in verdict.text


def test_the_nearest_mean_takes_cifar_100_in_the_form_of_keras(clean_settings, tmp_path):
    """Small files in that form: the real ones are too large for a test."""
    contents, arrays = make_batches(cifar100.DESCRIPTION)
    archive = pack(cifar100.DESCRIPTION, contents)
    small = describe(cifar100.DESCRIPTION, contents, archive)
    clean_settings.setattr(cifar100, "DESCRIPTION", small)
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    (tmp_path / "keras" / "datasets" / small.cached).write_bytes(archive)
    images, labels = cifar100.load_test()
    answers = solution("13.3")["nearest_mean"](images, labels, arrays["test"][0][:20])
    assert len(small.classes) == 100 and answers.shape == (20,)
    assert (answers == arrays["test"][1][:20]).mean() > 0.9  # each is half of a mean


def cover(rows, columns, shade=0):
    def clean(images):
        covered = images.copy()
        covered[:, rows, columns] = shade
        return covered

    return clean


def own_corner(images):
    images[:, :12, 36:] = images[:, :12, :12]
    return images


TOP, RIGHT_SIDE = slice(0, 12), slice(36, 48)


@pytest.mark.parametrize(
    "function",
    [
        solution("13.4")["clean"],
        cover(TOP, RIGHT_SIDE, 255),
        cover(slice(0, 16), slice(30, 48)),
        own_corner,
        lambda images: cover(TOP, RIGHT_SIDE)(images).astype(np.float32),
    ],
)
def test_an_emblem_that_is_covered_passes(function):
    assert judge("13.4", function).state == "right"


def faintly(images):
    return cover(TOP, RIGHT_SIDE, images.mean(axis=(1, 2), keepdims=True))(images)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda images: images, "Nothing has changed"),
        (cover(TOP, slice(0, 12)), "something else is covered"),
        (cover(slice(36, 48), RIGHT_SIDE), "something else is covered"),
        (cover(slice(0, 8), slice(40, 48)), "to be seen in rows 1 to 11, columns 37 to 46"),
        (cover(slice(None), slice(None)), "Everything is covered, the digits, too"),
        (cover(slice(None), RIGHT_SIDE), "parts of digits get lost"),
        (lambda images: images[:, 12:], "leave the shape as it is"),
        (lambda images: cover(TOP, RIGHT_SIDE)(images) / 255, "divided by 255"),
        (faintly, "still tells of it, if faintly"),
        (lambda images: None, "is a `return` missing"),
        ("cover it", "A function is asked for"),
    ],
)
def test_each_mistaken_cover_has_a_reply_of_its_own(function, words):
    verdict = judge("13.4", function)
    assert verdict.state == "wrong" and words in verdict.text
