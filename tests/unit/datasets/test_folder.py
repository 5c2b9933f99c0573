"""A folder of a learner's own: pictures of every kind, and what is wrong with folders."""

import contextlib
import io
import os
import shutil
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_helpers.datasets import DataError, folder
from mnist_helpers.pictures import PictureError

RED, WHITE = (200, 30, 40), (255, 255, 255)


def save(path: Path, image=None, **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    (image or Image.new("RGB", (20, 20), RED)).save(path, **options)
    return path


@pytest.fixture
def pets(tmp_path):
    """A folder with two pictures of cats and two of dogs."""
    for name in ("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"):
        save(tmp_path / "pets" / name)
    return tmp_path / "pets"


def halves(mode, size=(40, 20)):
    """A picture whose left half is bright and whose right half is dark."""
    image = Image.new("L", size, 0)
    image.paste(255, (0, 0, size[0] // 2, size[1]))
    if mode in ("I;16", "I", "F"):
        scale = 1 if mode == "F" else 257
        kind = {"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]
        return Image.fromarray((np.asarray(image).astype(kind) * scale).astype(kind))
    return image.convert(mode)


def test_a_folder_is_read_in_the_form_of_the_other_data_sets(pets):
    pictures = folder.load(pets, (24, 32, 3))
    assert pictures.images.shape == (4, 24, 32, 3) and pictures.images.dtype == np.uint8
    assert pictures.labels.tolist() == [0, 0, 1, 1] and pictures.labels.dtype == np.int64
    assert pictures.description.classes == ("cat", "dog") and pictures.description.name == "pets"
    assert pictures.description.image_shape == (24, 32, 3) and pictures.source.counts == (4, 0)
    assert [file.name for file in pictures.paths] == ["1.png", "2.png"] * 2
    assert not pictures.left_out and not pictures.source.is_sample
    assert str(pictures) == "4 pictures of 2 classes: cat (2), dog (2)."
    assert np.all(pictures.images == RED)
    assert folder.load(pets, (16, 16, 1)).images.shape == (4, 16, 16)


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        *(("L", "png"), ("L", "jpg"), ("RGB", "webp"), ("RGB", "bmp"), ("1", "png"), ("P", "gif")),
        *(("RGBA", "png"), ("LA", "png"), ("CMYK", "jpg"), ("CMYK", "tiff"), ("I;16", "png")),
        *(("I;16", "tiff"), ("I", "tiff"), ("YCbCr", "jpg"), ("1", "tiff"), ("L", "pgm")),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_mode_and_size_is_read(channels, mode, suffix, pets):
    save(pets / "cat" / f"other.{suffix}", halves(mode))
    pictures = folder.load(pets, (20, 40, channels))
    assert not pictures.left_out
    image = pictures.images[[file.stem for file in pictures.paths].index("other")].astype(int)
    assert image[:, :15].min() > 245 and image[:, 25:].max() < 10


def test_one_picture_is_read_as_those_of_a_folder_are(pets):
    file = save(pets / "cat" / "0.png", halves("LA", (60, 30)))
    for shape in ((20, 20, 3), (20, 20, 1)):
        assert np.array_equal(folder.read(file, shape), folder.load(pets, shape).images[0])
    (pets / "notes.txt").write_text("no picture")
    with pytest.raises(PictureError, match="no picture of a kind"):
        folder.read(pets / "notes.txt", (20, 20, 3))
    with pytest.raises(FileNotFoundError):
        folder.read(str(pets / "gone.png"), (20, 20, 3))


def test_what_is_transparent_is_white(pets):
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    save(pets / "cat" / "0.png", clear)
    save(pets / "cat" / "0.gif", Image.new("P", (20, 20), 0), transparency=0)
    assert np.all(folder.load(pets).images[:2] == WHITE)


def test_a_picture_is_turned_upright_as_its_exif_says(pets):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: what is left lies at the top
    save(pets / "cat" / "0.jpg", halves("L"), exif=exif)
    image = folder.load(pets, (40, 20, 1)).images[0].astype(int)
    assert image[:15].min() > 245 and image[25:].max() < 10


def test_of_a_moving_picture_the_first_one_is_taken(pets):
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, WHITE, WHITE)]
    for name in ("0.gif", "0.png", "0.webp", "0.tiff"):
        save(pets / "cat" / name, frames[0], save_all=True, append_images=frames[1:])
    images = folder.load(pets).images[:4].astype(int)
    assert len(images) == 4 and np.abs(images - RED).max() < 12


@pytest.mark.parametrize(("size", "shown"), [((60, 20), 1), ((20, 60), 1), ((20, 20), 0)])
def test_other_proportions_are_cropped_at_two_sides_not_squeezed(size, shown, pets):
    image = Image.new("L", size, 0)
    middle = tuple(side // 2 for side in size)
    image.paste(255, (middle[0] - 10, middle[1] - 10, middle[0] + 10, middle[1] + 10))
    save(pets / "cat" / "0.png", image)
    assert folder.load(pets, (20, 20, 1)).images[0].min() > 245


def bad_files(path):
    """Write files that are no pictures, or damaged ones; return name → what the reason says."""
    whole = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8)
    Image.fromarray(noise).save(whole, "JPEG")
    path.joinpath("cut.jpg").write_bytes(whole.getvalue()[:1500])
    whole = io.BytesIO()
    Image.fromarray(noise).save(whole, "PNG")
    path.joinpath("cut.png").write_bytes(whole.getvalue()[:9000])
    path.joinpath("empty.png").touch()
    path.joinpath("notes.txt").write_text("two cats")
    path.joinpath("page.jpg").write_text("<html>")
    Image.new("1", (20_000, 20_000)).save(path / "bomb.png")  # refused by Pillow
    Image.new("1", (10_000, 10_000)).save(path / "large.png")  # Pillow only warns
    path.joinpath("gone.png").symlink_to(path / "nowhere.png")
    path.joinpath("loop.png").symlink_to(path / "loop.png")
    path.joinpath("more").mkdir()
    return {
        "cut.jpg": "damaged",
        "cut.png": "damaged",
        "empty.png": "no picture of a kind that is read: give a PNG, JPEG",
        "notes.txt": "no picture of a kind",
        "page.jpg": "no picture of a kind",
        "bomb.png": "more than 25,000,000 pixels",
        "large.png": "more than 25,000,000 pixels",
        "gone.png": "broken link",
        "loop.png": "broken link",
        "more": "a folder inside that of a class",
    }


@pytest.mark.filterwarnings("error")  # of Pillow's; the report says it all
def test_what_cannot_be_read_is_left_out_and_named(pets, capfd):
    expected = bad_files(pets / "cat")
    (pets / "about.txt").write_text("my cats")
    pictures = folder.load(pets)
    assert len(pictures.images) == len(pictures.paths) == len(pictures.labels) == 4
    assert np.all(pictures.images == RED)
    reasons = {path.relative_to(pets).as_posix(): why for path, why in pictures.left_out.items()}
    assert "beside the folders" in reasons.pop("about.txt")
    assert set(reasons) == {f"cat/{name}" for name in expected}
    for name, reason in expected.items():
        assert reason in reasons[f"cat/{name}"], name
    report = str(pictures).splitlines()
    assert report[:2] == ["4 pictures of 2 classes: cat (2), dog (2).", "11 left out:"]
    assert any(line.startswith(f"  {Path('cat/cut.jpg')}: ") for line in report)
    assert str(pets) not in "".join(report)
    assert capfd.readouterr() == ("", "")


def test_a_long_report_is_cut(pets):
    for number in range(folder.SHOWN + 3):
        (pets / "cat" / f"bad {number:02}.png").touch()
    lines = str(folder.load(pets)).splitlines()
    assert len(lines) == folder.SHOWN + 3 and lines[-1] == "  and 3 more, in .left_out"


def test_names_that_cannot_be_printed_are_printed_all_the_same(pets):
    name = os.fsdecode(b"\xff\n.png")
    try:
        (pets / "cat" / name).touch()
    except OSError:
        pytest.skip("this file system has no such names")
    report = str(folder.load(pets))
    report.encode("utf-8")
    assert "cat/??.png" in report


def test_labels_count_the_classes_of_another_folder(pets, tmp_path):
    save(tmp_path / "more" / "dog" / "1.png")
    save(tmp_path / "more" / "fox" / "1.png")
    pictures = folder.load(tmp_path / "more", classes=("fox", "cat", "dog"))
    assert pictures.description.classes == ("fox", "cat", "dog")
    assert pictures.labels.tolist() == [2, 0]
    assert str(pictures) == "2 pictures of 3 classes: fox (1), cat (0), dog (1)."
    with pytest.raises(DataError, match="the class fox, which is not among cat, dog"):
        folder.load(tmp_path / "more", classes=("cat", "dog"))
    shutil.rmtree(tmp_path / "more" / "fox")
    assert folder.load(tmp_path / "more", classes=("cat", "dog")).labels.tolist() == [1]


def test_hidden_files_are_passed_over(pets):
    for name in (".DS_Store", "cat/._1.png", ".ipynb_checkpoints/a.png", "__MACOSX/cat/1.png"):
        (pets / name).parent.mkdir(parents=True, exist_ok=True)
        (pets / name).touch()
    pictures = folder.load(pets)
    assert len(pictures.images) == 4 and not pictures.left_out
    assert pictures.description.classes == ("cat", "dog")


def test_links_are_followed(pets, tmp_path):
    other = save(tmp_path / "elsewhere" / "3.png")
    (pets / "cat" / "3.png").symlink_to(other)
    (pets / "fox").symlink_to(other.parent, target_is_directory=True)
    pictures = folder.load(pets)
    assert pictures.description.classes == ("cat", "dog", "fox")
    assert np.bincount(pictures.labels).tolist() == [3, 2, 1] and not pictures.left_out


def structural():
    """What is done to the folder → what the message says."""
    return {
        "not there": (shutil.rmtree, r"pets cannot be read \(No such file"),
        "a file": (lambda p: (shutil.rmtree(p), p.touch()), r"pets cannot be read \(Not a dir"),
        "empty": (lambda p: (shutil.rmtree(p), p.mkdir()), "holds no folders of classes"),
        "one class": (lambda p: shutil.rmtree(p / "dog"), "holds one class only, cat"),
        "case": (lambda p: save(p / "Cat/1.png"), "the classes Cat and cat, which are one folder"),
        "accents": (
            lambda p: (save(p / "ca\u0301/1.png"), save(p / "c\u00e1/1.png")),
            "which are one folder",
        ),
        "empty class": (lambda p: (p / "fox").mkdir(), "fox holds no picture .*it is empty"),
        "nothing readable": (
            lambda p: save(p / "fox/1.png").write_text("none"),
            r"fox holds no picture .*1\.png: The picture is no picture of a kind",
        ),
        "pictures in no class": (
            lambda p: [save(p / "1.png"), *map(shutil.rmtree, (p / "cat", p / "dog"))],
            "holds no folders of classes: give it a folder of pictures for each class",
        ),
    }


@pytest.mark.parametrize("what", structural())
def test_what_is_wrong_with_the_folder_is_a_clear_error(what, pets):
    change, message = structural()[what]
    change(pets)
    if what in ("case", "accents") and len(list(pets.iterdir())) < 3 + (what == "accents"):
        pytest.skip("this file system takes the two for one")
    with pytest.raises(DataError, match=message) as caught:
        folder.load(pets)
    assert str(pets) in str(caught.value) and not isinstance(caught.value, FileNotFoundError)


@pytest.fixture
def as_nobody():
    """Run as a user who has no special rights, even where the tests run as root."""
    if not hasattr(os, "geteuid"):
        pytest.skip("rights of files are POSIX's")
    place = Path(tempfile.mkdtemp())
    for name in ("cat/1.png", "cat/2.png", "dog/1.png"):
        save(place / name)
    folder.load(place)  # what Pillow needs is imported by now
    place.chmod(0o755)

    @contextlib.contextmanager
    def other_rights():
        was = os.geteuid()
        if was == 0:
            os.seteuid(65_534)
        try:
            yield
        finally:
            os.seteuid(was)

    yield place, other_rights
    for path in (place / "cat", place / "dog", *place.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(place)


def test_a_file_that_may_not_be_read_is_left_out(as_nobody):
    place, other_rights = as_nobody
    (place / "cat" / "1.png").chmod(0)
    with other_rights():
        pictures = folder.load(place)
    assert pictures.left_out == {place / "cat" / "1.png": "It cannot be read (Permission denied)."}


@pytest.mark.parametrize("name", ["", "cat"])
@pytest.mark.parametrize("rights", [0o000, 0o444, 0o111])
def test_a_folder_that_may_not_be_read_is_a_clear_error(rights, name, as_nobody):
    place, other_rights = as_nobody
    (place / name).chmod(rights)
    with other_rights(), pytest.raises(DataError, match=r"cannot be read \(Permission denied") as e:
        folder.load(place)
    (place / name).chmod(0o755)
    assert str(place / name) in str(e.value)


def test_a_pipe_is_left_out_and_nobody_waits_for_it(pets):
    if not hasattr(os, "mkfifo"):
        pytest.skip("pipes with names are POSIX's")
    os.mkfifo(pets / "cat" / "pipe.png")
    assert "no file" in folder.load(pets).left_out[pets / "cat" / "pipe.png"]


def test_many_pictures_take_the_memory_of_the_result_and_show_progress(pets, capsys, monkeypatch):
    picture = (pets / "cat" / "1.png").read_bytes()
    for number in range(10_000):
        (pets / "cat" / f"{number:05}.png").write_bytes(picture)
    save(pets / "cat" / "big.png", Image.new("RGB", (2000, 2000), RED))
    import tqdm

    class Eager(tqdm.tqdm):
        def __init__(self, *arguments, delay, **options):
            super().__init__(*arguments, **options)

    monkeypatch.setattr(tqdm, "tqdm", Eager)
    tracemalloc.start()
    pictures = folder.load(pets, (32, 32, 3))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(pictures.images) == 10_005
    assert peak < pictures.images.nbytes + 30_000_000  # 2 to 3 kB for each path
    assert "10005/10005" in capsys.readouterr().out


@pytest.mark.parametrize("shape", [(0, 8, 3), (8, 8, 2), (8, 5000, 1), (8, 8, 4)])
def test_a_shape_that_no_image_has_is_refused(shape, pets):
    with pytest.raises(ValueError, match="give \\(height, width, 1 or 3\\)"):
        folder.load(pets, shape)


def test_a_path_may_be_a_text_with_the_home_folder(pets, monkeypatch):
    monkeypatch.setenv("HOME", str(pets.parent))
    monkeypatch.setenv("USERPROFILE", str(pets.parent))
    assert folder.load("~/pets").source.path == pets.resolve()
