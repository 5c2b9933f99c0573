"""Images varied while a network trains: still digits in [0, 1], each changed by itself."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_helpers import augmentation, datasets

NOTHING = dict.fromkeys(("TURN", "SHEAR", "SIZE", "ASPECT", "SHIFT", "BEND"), 0)
NOTHING |= dict.fromkeys(("WIDER", "NARROWER", "BLUR", "GAMMA", "FAINT"), 0)


@pytest.fixture(scope="module")
def digits():
    images, _ = datasets.sample.read_part("train")
    return datasets.scale(images[:50])


def vary(images, kinds=augmentation.KINDS):
    keras.utils.set_random_seed(0)
    return augmentation.vary(tf.constant(images), kinds).numpy()


def only(monkeypatch, **amounts):
    for name, value in (NOTHING | amounts).items():
        monkeypatch.setattr(augmentation, name, float(value))


def test_images_keep_their_form_and_range(digits):
    varied = vary(digits)
    assert varied.shape == digits.shape and varied.dtype == np.float32
    assert varied.min() >= 0 and varied.max() <= 1 + 1e-6
    assert (varied.max(axis=(1, 2, 3)) >= 1 - augmentation.FAINT - 1e-6).all()


def test_each_image_is_changed_by_itself_and_anew_each_time(digits):
    same = np.repeat(digits[:1], 50, axis=0)
    varied = vary(same)
    assert len(np.unique(varied, axis=0)) == 50
    assert (augmentation.vary(tf.constant(same)).numpy() != varied).any()


def test_without_amounts_nothing_changes(digits, monkeypatch):
    only(monkeypatch)
    assert np.allclose(vary(digits), digits / digits.max(axis=(1, 2, 3), keepdims=True), atol=1e-6)


def test_a_digit_stays_in_the_frame_and_keeps_most_of_its_ink(digits, monkeypatch):
    only(monkeypatch, TURN=augmentation.TURN, SHEAR=0.3, SIZE=0.09, ASPECT=0.15, SHIFT=1.5)
    varied = vary(digits)
    ratio = varied.sum(axis=(1, 2, 3)) / digits.sum(axis=(1, 2, 3))
    assert ratio.min() > 0.5 and ratio.max() < 1.7


def test_turning_goes_about_the_middle(monkeypatch):
    only(monkeypatch, TURN=augmentation.TURN)
    image = np.zeros((20, 29, 29, 1), np.float32)
    image[:, 14, 4:25] = 1  # a line through the middle
    varied = vary(image)
    assert varied[:, 14, 14, 0].min() > 0.9, "the middle stays"
    assert varied[:, 14, 24, 0].min() < 0.2, "the end of the line moves"


def test_strokes_get_wider_and_narrower(monkeypatch):
    only(monkeypatch, WIDER=0.8, NARROWER=0.55)
    image = np.zeros((40, 28, 28, 1), np.float32)
    image[:, 4:24, 12:16] = 1
    ink = vary(image).sum(axis=(1, 2, 3)) / 80
    assert ink.min() < 0.8 and ink.max() > 1.2


def test_blur_keeps_a_dot_where_it_is(monkeypatch):
    only(monkeypatch, BLUR=1)
    image = np.zeros((20, 27, 27, 1), np.float32)
    image[:, 13, 13] = 1
    varied = vary(image)[..., 0]
    assert varied[:, 12, 13].max() > 0.1, "some are blurred"
    for axis in (1, 2):
        assert np.allclose(varied, np.flip(varied, axis), atol=1e-6)


def test_an_empty_image_stays_empty():
    assert vary(np.zeros((3, 28, 28, 1), np.float32)).max() == 0


def test_without_kinds_nothing_changes(digits):
    assert (vary(digits, ()) == digits).all()


def test_shifts_alone_move_the_ink_and_keep_its_amount(digits):
    varied = vary(digits, ("shift",))
    assert np.allclose(varied.sum(axis=(1, 2, 3)), digits.sum(axis=(1, 2, 3)), rtol=0.03)
    rows = np.arange(28)
    places = [(images.sum(axis=(2, 3)) * rows).sum(axis=1) for images in (varied, digits)]
    moved = (places[0] - places[1]) / digits.sum(axis=(1, 2, 3))
    assert 0.5 < abs(moved).max() < augmentation.SHIFT + 0.1 and abs(moved).mean() > 0.3


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("shift", ["SHIFT"]),
        ("affine", ["TURN", "SHEAR", "SIZE", "ASPECT"]),
        ("bend", ["BEND"]),
        ("pen", ["WIDER", "NARROWER", "BLUR", "GAMMA", "FAINT"]),
    ],
)
def test_each_kind_uses_its_own_amounts_and_no_others(digits, monkeypatch, kind, names):
    assert (vary(digits, (kind,)) != digits).any()
    for name in names:
        monkeypatch.setattr(augmentation, name, 0.0)
    brightest = digits.max(axis=(1, 2, 3), keepdims=True) if kind == "pen" else 1
    assert np.allclose(vary(digits, (kind,)), digits / brightest, atol=1e-6)


def test_an_unknown_kind_is_refused(digits):
    with pytest.raises(ValueError, match="'mirror'"):
        vary(digits, ("mirror", "pen"))
