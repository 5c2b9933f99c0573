import numpy as np
import pytest

from mnist_helpers import evaluation


def test_accuracy_has_the_wilson_interval():
    labels = np.zeros(10_000, int)
    predicted = np.r_[np.ones(97, int), np.zeros(9_903, int)]
    measured = evaluation.accuracy(labels, predicted)
    assert measured.value == 0.9903 and measured.count == 10_000
    # Wilson's formula, worked out by hand for 9,903 of 10,000 and z = 1.96
    z, n, p = 1.959964, 10_000, 0.9903
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert measured.low == pytest.approx(middle - half, abs=1e-6)
    assert measured.high == pytest.approx(middle + half, abs=1e-6)
    assert str(measured) == "99.03% (95% interval 98.82% to 99.20%)"


@pytest.mark.parametrize("predicted", [[0, 1], []])
def test_accuracy_refuses_what_does_not_match(predicted):
    with pytest.raises(ValueError, match="do not match"):
        evaluation.accuracy(np.array([0] if predicted else []), np.array(predicted))


def probabilities(*rows):
    """Ten probabilities for each (digit, confidence), the rest shared out."""
    result = np.empty((len(rows), 10))
    for row, (digit, confidence) in zip(result, rows, strict=True):
        row[:] = (1 - confidence) / 9
        row[digit] = confidence
    return result


def test_confident_mistakes_come_surest_first():
    predicted = probabilities((1, 0.6), (2, 0.9), (3, 0.99), (4, 0.8))
    labels = np.array([0, 0, 3, 0])
    assert evaluation.confident_mistakes(labels, predicted, 10).tolist() == [1, 3, 0]
    assert evaluation.confident_mistakes(labels, predicted, 2).tolist() == [1, 3]
    assert evaluation.confident_mistakes(predicted.argmax(axis=1), predicted, 5).size == 0


def test_calibration_of_a_network_that_is_too_sure():
    predicted = probabilities(*[(0, 0.65)] * 20, *[(0, 0.95)] * 10, (0, 1))
    labels = np.r_[np.zeros(13), np.ones(7), np.zeros(5), np.ones(5), np.zeros(1)].astype(int)
    measured = evaluation.calibration(labels, predicted)
    assert measured.confidence == pytest.approx([0.65, 10.5 / 11])
    assert [group.value for group in measured.groups] == pytest.approx([0.65, 6 / 11])
    assert [group.count for group in measured.groups] == [20, 11]
    assert measured.error == pytest.approx(4.5 / 31)


def test_the_calibration_error_depends_on_the_bins():
    predicted = probabilities(*[(0, 0.62)] * 10, *[(0, 0.78)] * 10)
    labels = np.r_[np.zeros(8), np.ones(2), np.zeros(6), np.ones(4)].astype(int)
    by_bins = {n: evaluation.calibration(labels, predicted, n) for n in (2, 10)}
    assert by_bins[2].error == pytest.approx(0), "one bin, whose gaps cancel"
    assert by_bins[10].error == pytest.approx(0.18)
    assert [len(by_bins[n].groups) for n in (2, 10)] == [1, 2]


@pytest.mark.parametrize("kind", ["shift", "rotate", "noise", "blur"])
def test_disturbances_start_from_the_image_and_grow(kind):
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 8:20, 12:15] = 1
    amounts = {"shift": (1, 3), "rotate": (10, 30), "noise": (0.1, 0.3), "blur": (1, 2)}[kind]
    none, little, much = (evaluation.disturb(image, kind, amount) for amount in (0, *amounts))
    assert np.abs(none - image).sum() == pytest.approx(0, abs=1e-3)
    assert 1 < np.abs(little - image).sum() < np.abs(much - image).sum()
    assert none.dtype == little.dtype == much.dtype == np.float32
    assert much.min() >= 0 and much.max() <= 1


def test_another_disturbance_is_refused():
    with pytest.raises(ValueError, match="no disturbance 'melt'; take shift"):
        evaluation.disturb(np.zeros((1, 4, 4)), "melt", 1)


def test_directions_of_shift_and_rotation():
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 4, 13] = 1  # above the middle
    assert evaluation.disturb(image, "shift", 2)[0, 4, 11] == 1
    assert np.argwhere(evaluation.disturb(image, "rotate", 90)[0] > 0.5)[0].tolist() == [14, 4]
