import io

import numpy as np
import pytest
from PIL import Image, features
from scipy import ndimage

from mnist_helpers import artifacts
from mnist_helpers.datasets import mnist, scale
from mnist_helpers.pictures import (
    NoDigitError,
    PictureError,
    TooLargeError,
    preparation,
    prepare,
)
from mnist_helpers.serve import classifier

WITHOUT_UPRIGHT = ("even light", "largest blob", "thin")
WITHOUT_THIN = ("even light", "largest blob", "upright")


def assert_is_the_seven(prepared, stroke, within=0.03):
    """The image has MNIST's form and shows the same 7 as the plain picture."""
    image = prepared.image
    assert image.shape == (28, 28) and image.dtype == np.float32
    assert image.min() == 0 and image.max() == pytest.approx(1)
    plain = prepare(stroke).image
    assert np.abs(image - plain).mean() < within  # larger pictures are smoothed a little


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


@pytest.mark.parametrize("kind", ["uint16", "float32"])
def test_a_picture_of_many_bits_is_turned_upright(kind, stroke, tmp_path):
    path = tmp_path / ("turned.png" if kind == "uint16" else "turned.tif")
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = np.ascontiguousarray(np.rot90(stroke)).astype(kind)
    Image.fromarray(turned * 257 if kind == "uint16" else turned / np.float32(255)).save(
        path, exif=exif
    )
    assert_is_the_seven(prepare(path), stroke)


def test_a_mnist_image_stays_nearly_what_it_is(bundled):
    for image in mnist.load_test()[0][:50]:
        assert np.corrcoef(prepare(image).image.ravel(), image.ravel())[0, 1] > 0.75


BAD = {
    "Nothing stands out": lambda p: np.full((50, 50), 200, np.uint8),
    "Nothing stands out from the ground": lambda p: np.zeros((1, 1), np.uint8),
    r"shape \(0, 0\)": lambda p: np.zeros((0, 0), np.uint8),
    r"shape \(5,\)": lambda p: np.zeros(5),
    "complex64": lambda p: np.zeros((9, 9), np.complex64),
    "is no picture of a kind": lambda p: None,
    r"shape \(2, 2, 7\)": lambda p: np.zeros((2, 2, 7)),
    "no shades": lambda p: np.array([[0, np.nan], [0, 1]]),
    "floats in": lambda p: np.array([[0.0, 255.0]]),
    "shrink it": lambda p: np.zeros((9000, 9000), np.uint8),
    "give a PNG, JPEG, GIF, WebP, BMP, TIFF or PPM": lambda p: p.write_text("hello") and p,
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


@pytest.mark.parametrize("side", [5001, 12_000, 15_000])  # Pillow warns, and refuses, on its own
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(side, tmp_path, monkeypatch):
    path = tmp_path / "bomb.png"
    Image.new("1", (side, side)).save(path)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("unpacked"))
    with pytest.raises(TooLargeError, match="more than 25,000,000 pixels: shrink it"):
        prepare(path)


def test_centre_never_cuts_the_digit():
    box = np.zeros((20, 20))
    box[0, 0] = 1  # all mass in a corner
    box[19, 19] = 0.001
    framed = preparation.centre(box)
    assert framed.sum() == pytest.approx(box.sum())


# As a camera sees it


@pytest.fixture(scope="session")
def page(stroke):
    """The 7 on a larger light page: uint8 (300, 400)."""
    paper = np.full((300, 400), 230, np.uint8)
    paper[90:210, 150:240] = stroke
    return paper


def shaded(page, light):
    return (page * light).round().astype(np.uint8)


def shadow(length, middle):
    """Half of the light up to a place, with an edge of some pixels, as shadows have."""
    return 0.5 + 0.5 / (1 + np.exp((middle - np.arange(length)) / 4))


SHADOWS = {
    "beside the digit": shadow(400, 150),
    "across the digit": shadow(400, 200),
    "over its upper half": shadow(300, 150)[:, None],
    "soft": np.linspace(0.3, 1, 400),
    "a bright lamp": 1 - 0.7 * np.hypot(*np.ogrid[-1:1:300j, -1:1:400j]) / np.sqrt(2),
}


@pytest.mark.parametrize("name", SHADOWS)
def test_a_shadow_over_the_paper_does_not_matter(name, page, stroke):
    assert_is_the_seven(prepare(shaded(page, SHADOWS[name])), stroke)


@pytest.mark.parametrize("name", SHADOWS)
def test_light_ink_on_dark_ground_is_ink_too(name, page, stroke):
    dark = np.where(page < 128, 220, 50)
    assert_is_the_seven(prepare(dark.astype(np.uint8)), stroke)
    # In a shadow light ink is paler, so that the image is not quite the same.
    assert classifier.load(artifacts.REFERENCE).read(shaded(dark, SHADOWS[name])).label == 7


def half_lit(degrees, shape=(300, 400), middle=(150, 195)):
    """Half of the light beyond a hard edge, at an angle, through the middle of the digit."""
    ys, xs = np.indices(shape)
    angle = np.deg2rad(degrees)
    along = (xs - middle[1]) * np.cos(angle) + (ys - middle[0]) * np.sin(angle)
    return 0.5 + 0.5 * (along > 0)


@pytest.mark.parametrize("degrees", range(0, 360, 30))
def test_the_hard_edge_of_a_shadow_through_the_digit_is_no_ink(degrees, page, stroke):
    assert_is_the_seven(prepare(shaded(page, half_lit(degrees))), stroke, within=0.05)


@pytest.mark.parametrize("contrast", [0.06, 0.09, 0.12])
def test_faint_pencil_is_ink(contrast, page, stroke):
    paper = np.where(page < 128, 200 - 255 * contrast, 200.0)
    grain = np.random.default_rng(0).normal(0, 2.5, page.shape)
    assert_is_the_seven(prepare((paper + grain).round().astype(np.uint8)), stroke)


def test_the_grain_of_the_paper_is_no_ink(page, stroke):
    grain = np.random.default_rng(0).normal(0, 8, page.shape)
    assert_is_the_seven(prepare((page + grain).clip(0, 255).astype(np.uint8)), stroke)


@pytest.mark.parametrize("corner", [(0, 0), (0, 300), (200, 300)])
def test_of_two_digits_the_larger_counts(corner, page, stroke):
    both = page.copy()
    y, x = corner
    both[y + 20 : y + 80, x + 20 : x + 65] = np.rot90(stroke, 2)[::2, ::2]
    assert_is_the_seven(prepare(both), stroke)


@pytest.mark.parametrize("edge", ["left", "top", "bottom", "corner"])
def test_a_shadow_or_a_table_at_the_edge_is_no_digit(edge, page, stroke):
    parts = {
        "left": np.s_[:, :90],
        "top": np.s_[:40],
        "bottom": np.s_[260:],
        "corner": np.s_[200:, 300:],
    }
    dark = page.copy()
    dark[parts[edge]] = 60
    assert_is_the_seven(prepare(dark), stroke)


def test_specks_are_no_digit(page, stroke):
    specks = np.full_like(page, 230)
    for y, x in np.random.default_rng(0).integers(10, 290, (12, 2)):
        specks[y : y + 3, x : x + 3] = 40
    with pytest.raises(NoDigitError, match="specks"):
        prepare(specks)
    assert_is_the_seven(prepare(np.minimum(specks, page)), stroke)


def test_broken_strokes_are_kept_together(page, stroke):
    broken = page.copy()
    broken[132:138] = 230
    assert ndimage.label(broken < 128)[1] == 2
    whole, image = prepare(stroke).image, prepare(broken).image
    assert np.abs(image - whole).mean() < 0.04  # of which the gap itself is a part
    assert np.array_equal(image.max(axis=1) > 0, whole.max(axis=1) > 0), "both pieces are there"


def one(slant, pen=14):
    """Draw a bar that leans by so many columns a row."""
    ys, xs = np.indices((200, 200)) - 100
    return np.where((np.abs(xs - slant * ys) < pen / 2) & (np.abs(ys) < 60), 20, 230).astype(
        np.uint8
    )


def slant(image):
    ys, xs = np.indices(image.shape)
    ys, xs = ys - np.average(ys, weights=image), xs - np.average(xs, weights=image)
    return (ys * xs * image).sum() / (ys**2 * image).sum()


@pytest.mark.parametrize("lean", [-0.6, 0.3])
def test_the_slant_is_that_of_the_line_through_the_middles_of_the_rows(lean):
    image = prepare(one(lean), WITHOUT_UPRIGHT).image
    rows = np.flatnonzero(image.any(axis=1))
    ink = image[rows].sum(axis=1)
    middles = (image[rows] * np.arange(28)).sum(axis=1) / ink
    slope, _ = np.polyfit(rows, middles, 1, w=np.sqrt(ink))
    assert preparation.slant(image) == pytest.approx(slope) == slant(image)


@pytest.mark.parametrize("lean", [-0.8, -0.5, 0.5, 0.8])
def test_a_slanted_digit_gets_upright(lean):
    picture = one(lean)
    assert slant(prepare(picture, WITHOUT_UPRIGHT).image) == pytest.approx(lean, abs=0.05)
    assert slant(prepare(picture).image) == pytest.approx(
        np.sign(lean) * preparation.SLANT, abs=0.05
    )


@pytest.mark.parametrize("lean", [-0.18, -0.1, 0, 0.1, 0.18])
def test_the_usual_slant_is_left_alone(lean):
    picture = one(lean)
    assert np.array_equal(prepare(picture).image, prepare(picture, WITHOUT_UPRIGHT).image)


def share_of_ink(image):
    return (image > classifier.INK).mean()


def zero(pen):
    """Draw an oval, 120 pixels high along the middle of its stroke."""
    ys, xs = np.indices((300, 400))
    radius = np.hypot((xs - 200) / 0.7, ys - 150)
    return np.where(np.abs(radius - 60) < pen / 2, 20, 230).astype(np.uint8)


def test_a_thick_pen_gets_thinner_and_the_form_stays():
    before, after = prepare(zero(72), WITHOUT_THIN).image, prepare(zero(72)).image
    assert share_of_ink(after) < 0.85 * share_of_ink(before)
    assert after[14, 14] < 0.1 and ndimage.label(after > 0.3)[1] == 1, "still a ring"
    assert ndimage.label(after < 0.3)[1] == 2, "and still closed"


@pytest.mark.parametrize("pen", [6, 14, 24])
def test_the_usual_pens_are_left_alone(pen):
    prepared = prepare(zero(pen))
    assert np.array_equal(prepared.image, prepare(zero(pen), WITHOUT_THIN).image)
    assert "thinned" not in prepared.steps and "thinned" in prepare(zero(72)).steps


def test_steps_can_be_left_out(page, stroke):
    assert_is_the_seven(prepare(page, ()), stroke)  # on even ground nothing else is needed
    assert "upright" in prepare(page).steps and "upright" not in prepare(page, ()).steps
    blot = page.copy()
    blot[20:40, 20:40] = 40
    difficult = {
        "even light": shaded(page, SHADOWS["across the digit"]),
        "largest blob": blot,
        "upright": one(0.8),
        "thin": one(0, pen=40),
    }
    assert set(difficult) == set(preparation.STEPS)
    for step, picture in difficult.items():
        others = [other for other in preparation.STEPS if other != step]
        difference = np.abs(prepare(picture).image - prepare(picture, others).image)
        assert difference.mean() > 0.05, f"without {step!r}"


@pytest.mark.data_matters
def test_the_preparation_costs_mnist_images_no_accuracy():
    training, model = mnist.load_training(), classifier.load(artifacts.REFERENCE)
    digits = np.concatenate([training.validation_images, training.images])[:1000]
    labels = np.concatenate([training.validation_labels, training.labels])[:1000]
    prepared = np.stack([prepare(digit).image for digit in digits])
    before, after = (
        (model.probabilities(x).argmax(axis=1) == labels).mean()
        for x in (scale(digits)[..., 0], prepared)
    )
    assert before > (0.9 if mnist.find().is_sample else 0.98)
    # The bundled digits, of 8×8 pixels, suffer a little more.
    assert after > before - (0.02 if mnist.find().is_sample else 0.005)


# What is given


def as_file(picture, kind, **options):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize("kind", preparation.FORMATS)
def test_file_objects_work(kind, stroke):
    assert_is_the_seven(prepare(as_file(stroke, kind)), stroke)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "CMYK", "I;16"])
def test_a_pillow_image_is_not_changed(mode, page):
    given = Image.fromarray(np.kron(page, np.ones((3, 3), np.uint8)))
    wide = Image.fromarray(np.asarray(given, np.uint16) * 257)
    given = wide if mode == "I;16" else given.convert(mode)
    assert given.mode == mode
    before = given.copy()
    prepare(given)
    assert given == before and given.size == (1200, 900)


def test_an_array_is_not_changed(page):
    before = page.copy()
    prepare(page)
    assert np.array_equal(page, before)


@pytest.mark.parametrize("kind", ["EPS", "PDF", "ICO", "PCX", "TGA", "SGI", "DDS", "JPEG2000"])
def test_other_formats_are_refused(kind, stroke):
    if kind == "JPEG2000" and not features.check("jpg_2000"):
        pytest.skip("this Pillow writes no JPEG 2000")
    with pytest.raises(
        PictureError, match="is no picture of a kind that is read: give a PNG, JPEG, "
    ):
        prepare(as_file(stroke, kind))


def test_a_photoshop_file_is_refused(tmp_path):
    path = tmp_path / "picture.png"  # whatever it is called
    header = b"8BPS\0\x01" + bytes(6) + b"\0\1" + b"\0\0\0\x09" * 2 + b"\0\x08\0\1"
    path.write_bytes(header + bytes(12) + b"\0\0" + bytes(range(81)))
    with Image.open(path) as picture:
        assert picture.format == "PSD"
    with pytest.raises(PictureError, match="is no picture"):
        prepare(path)


def test_no_pixels_are_too_many_at_the_limit_and_one_more_is():
    prepare(Image.fromarray(np.pad(np.zeros((1000, 1000), np.uint8), 2000, constant_values=255)))
    with pytest.raises(TooLargeError):
        prepare(Image.new("1", (5000, 5001)))


@pytest.mark.parametrize("shade", [0, 128, 255])
@pytest.mark.parametrize("size", [(1, 1), (28, 28), (300, 400)])
def test_empty_paper_shows_no_digit(shade, size):
    with pytest.raises(NoDigitError, match="show a digit, large and clear"):
        prepare(np.full(size, shade, np.uint8))


@pytest.mark.parametrize("blur", [0, 1, 2])
def test_coarse_grain_on_empty_paper_is_no_digit(blur):
    grain = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(300, 400)), blur)
    with pytest.raises(NoDigitError):
        prepare((200 + grain * 16 / grain.std()).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("seed", range(5))
def test_empty_paper_with_grain_and_a_slope_of_light_shows_no_digit(seed):
    grain = np.random.default_rng(seed).normal(200, 6, (300, 400))
    for paper in (grain, grain * np.linspace(0.8, 1, 400)):
        with pytest.raises(NoDigitError):
            prepare(paper.astype(np.uint8))


LIGHTS = {f"a hard edge at {degrees}°": half_lit(degrees) for degrees in range(0, 360, 40)}
LIGHTS |= {
    "a slope": np.linspace(0.5, 1, 400),
    "a steep slope": np.linspace(0.3, 1, 300)[:, None],
    "a slope along both sides": np.add.outer(
        np.linspace(0.3, 0.5, 300), np.linspace(0.2, 0.5, 400)
    ),
}


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("noise", [0, 4])
def test_empty_paper_under_any_light_shows_no_digit(noise, light):
    paper = np.random.default_rng(0).normal(220, noise, (300, 400))
    with pytest.raises(NoDigitError):
        prepare(shaded(paper, LIGHTS[light]))


def test_a_large_jpeg_is_not_unpacked_in_full(page, stroke, monkeypatch):
    photo = as_file(np.kron(page[20:286], np.ones((15, 15), np.uint8)), "JPEG")  # 6000×3990
    sizes, shrink = [], Image.Image.thumbnail

    def note_size(image, *options):
        sizes.append(image.size)
        return shrink(image, *options)

    monkeypatch.setattr(Image.Image, "thumbnail", note_size)
    assert_is_the_seven(prepare(photo), stroke)
    assert sizes[0] == (750, 499), "an eighth of it"
