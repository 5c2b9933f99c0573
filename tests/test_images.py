import numpy as np
import pytest
from PIL import Image

from mnist_helpers import images
from mnist_helpers.images import PictureError, prepare


def assert_is_the_seven(prepared, stroke):
    """The image has MNIST's form and shows the same 7 as the plain picture."""
    image = prepared.image
    assert image.shape == (28, 28) and image.dtype == np.float32
    assert image.min() == 0 and image.max() == pytest.approx(1)
    plain = prepare(stroke).image
    assert np.abs(image - plain).mean() < 0.02


def test_the_digit_fills_the_box_and_its_mass_is_in_the_middle(stroke):
    image = prepare(stroke).image
    ys, xs = np.nonzero(image > 0.1)
    assert np.ptp(ys) + 1 in (19, 20) and np.ptp(xs) + 1 < 20  # in its proportions
    weights = image / image.sum()
    assert abs((weights.sum(axis=1) * np.arange(28)).sum() - 13.5) < 1
    assert abs((weights.sum(axis=0) * np.arange(28)).sum() - 13.5) < 1
    assert image[ys.min() + 1].sum() > image[ys.max() - 1].sum(), "the bar of the 7 is on top"


def test_size_and_place_do_not_matter(stroke):
    moved = np.full((300, 400), 230, np.uint8)
    moved[150:270, 250:340] = stroke
    assert_is_the_seven(prepare(moved), stroke)
    assert_is_the_seven(prepare(np.kron(stroke, np.ones((5, 5), np.uint8))), stroke)


def test_steps_lead_from_the_picture_to_the_image(stroke):
    prepared = prepare(stroke)
    shapes = [step.shape for step in prepared.steps.values()]
    assert shapes[0] == stroke.shape and shapes[-2][0] == 20 and shapes[-1] == (28, 28)
    assert all(step.min() >= 0 and step.max() <= 1.001 for step in prepared.steps.values())


def rgba(stroke, ink, clear):
    """The ink in one shade on a transparent ground that would be `clear` if it were not."""
    is_ink = (stroke < 128)[..., None]
    return np.where(is_ink, (*ink, 255), (*clear, 0)).astype(np.uint8)


KINDS = {
    "inverted": lambda s: 255 - s,
    "colour": lambda s: np.stack([s, s // 2 + 100, np.full_like(s, 240)], axis=2),
    "black on transparent black": lambda s: rgba(s, (0, 0, 0), (0, 0, 0)),
    "white on transparent white": lambda s: rgba(s, (255, 255, 255), (255, 255, 255)),
    "16 bits": lambda s: s.astype(np.uint16) * 257,
    "float": lambda s: s / 255,
    "bool": lambda s: s < 128,
    "int64": lambda s: s.astype(np.int64),
    "one channel": lambda s: s[..., None],
    "Pillow, float": lambda s: Image.fromarray(s.astype(np.float32) / 255),
    "Pillow, 16 bits": lambda s: Image.fromarray(s.astype(np.uint16) * 257),
    "Pillow, palette": lambda s: Image.fromarray(s).convert("P"),
    "Pillow, one bit": lambda s: Image.fromarray(s).convert("1", dither=Image.Dither.NONE),
    "Pillow, CMYK": lambda s: Image.fromarray(s).convert("CMYK"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture_gives_the_same_digit(kind, stroke):
    assert_is_the_seven(prepare(KINDS[kind](stroke)), stroke)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp", "gif"])
def test_files(suffix, stroke, tmp_path):
    path = tmp_path / f"seven.{suffix}"
    Image.fromarray(stroke).save(path)
    assert_is_the_seven(prepare(path), stroke)
    assert_is_the_seven(prepare(str(path)), stroke)


def test_of_an_animated_picture_the_first_frame_counts(stroke, tmp_path):
    path = tmp_path / "animated.gif"
    other = Image.fromarray(np.rot90(stroke))
    Image.fromarray(stroke).save(path, save_all=True, append_images=[other, other])
    assert_is_the_seven(prepare(path), stroke)


def test_a_photo_is_turned_upright(stroke, tmp_path):
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera on its side
    Image.fromarray(np.ascontiguousarray(np.rot90(stroke))).save(path, exif=exif, quality=95)
    assert_is_the_seven(prepare(path), stroke)


def test_a_mnist_image_stays_nearly_what_it_is(sample):
    from mnist_helpers import data

    for image in data.load_test()[0][:50]:
        assert np.corrcoef(prepare(image).image.ravel(), image.ravel())[0, 1] > 0.75


BAD = {
    "all one colour": lambda p: np.full((50, 50), 200, np.uint8),
    "one colour": lambda p: np.zeros((1, 1), np.uint8),
    r"shape \(0, 0\)": lambda p: np.zeros((0, 0), np.uint8),
    r"shape \(5,\)": lambda p: np.zeros(5),
    "complex64": lambda p: np.zeros((9, 9), np.complex64),
    "is no picture: give": lambda p: None,
    r"shape \(2, 2, 7\)": lambda p: np.zeros((2, 2, 7)),
    "no shades": lambda p: np.array([[0, np.nan], [0, 1]]),
    "floats in": lambda p: np.array([[0.0, 255.0]]),
    "shrink it": lambda p: np.zeros((9000, 9000), np.uint8),
    "is no picture: give a PNG": lambda p: p.write_text("hello") and p,
    "is no picture": lambda p: p.touch() or p,
    "No such file": lambda p: p,
    "or no file": lambda p: p.mkdir() or p,
}


@pytest.mark.parametrize("message", BAD)
def test_what_is_no_picture_of_a_digit_is_refused(message, tmp_path):
    with pytest.raises(PictureError, match=message):
        prepare(BAD[message](tmp_path / "picture.png"))


def test_a_truncated_picture_is_refused(stroke, tmp_path):
    path = tmp_path / "picture.png"
    noisy = np.random.default_rng(0).integers(0, 255, (200, 200), np.uint8)
    Image.fromarray(noisy).save(path)
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(PictureError, match="damaged"):
        prepare(path)


def test_a_decompression_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (15_000, 15_000)).save(path)
    with pytest.raises(PictureError, match=r"pixels"):
        prepare(path)


def test_centre_never_cuts_the_digit():
    box = np.zeros((20, 20))
    box[0, 0] = 1  # all mass in a corner
    box[19, 19] = 0.001
    framed = images.centre(box)
    assert framed.sum() == pytest.approx(box.sum())
