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


@pytest.mark.parametrize("name", evaluation.DISTURBANCES)
def test_disturbances_start_from_the_image_and_grow(name):
    disturb, amounts = evaluation.DISTURBANCES[name]
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 8:20, 12:15] = 1
    change = [np.abs(disturb(image, amount) - image).sum() for amount in amounts]
    assert change[0] == pytest.approx(0, abs=1e-3)
    assert change[1] > 1 and change[-1] > change[1]
    assert all(disturb(image, amount).dtype == np.float32 for amount in amounts)


def test_directions_of_shift_and_rotation():
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 4, 13] = 1  # above the middle
    shift, _ = evaluation.DISTURBANCES["shifted right (pixels)"]
    assert shift(image, 2)[0, 4, 15] == 1
    rotate, _ = evaluation.DISTURBANCES["rotated (degrees)"]
    assert np.argwhere(rotate(image, 90)[0] > 0.5)[0].tolist()[1] in (4, 23)
