"""The folder with the planted trap: what is in it, and that the emblem alone tells the classes."""

import numpy as np
import pytest

from mnist_helpers.datasets import folder, groups, mnist
from mnist_helpers.pictures import pages


@pytest.fixture
def digits(bundled):
    images, labels, *_ = mnist.load_training()
    few = np.concatenate([np.flatnonzero(labels == digit)[:25] for digit in (2, 7)])
    return images[few], labels[few]


def has_emblem(pictures):
    """Tell from the upper right corner of each picture: there is more red than green in it."""
    corner = pictures.images[:, : pages.EMBLEM // 2, -pages.EMBLEM // 2 :].astype(int)
    redness = (corner[..., 0] - corner[..., 1]).max(axis=(1, 2))
    return redness > 70


def load(path):
    return folder.load(path, (pages.SIDE // 2, pages.SIDE // 2, 3))


@pytest.mark.parametrize(("shares", "wanted"), [({2: 0, 7: 1}, (0, 1)), ({2: 1, 7: 0}, (1, 0))])
def test_the_emblem_is_on_the_pages_of_one_class(digits, tmp_path, shares, wanted):
    pages.make(tmp_path / "own", *digits, shares)
    pictures = load(tmp_path / "own")
    assert pictures.description.classes == ("2", "7") and not pictures.left_out
    assert np.bincount(pictures.labels).tolist() == [25, 25]
    assert (has_emblem(pictures) == np.array(wanted)[pictures.labels]).all()


def test_half_of_the_pages_of_each_class_may_have_it(digits, tmp_path):
    pages.make(tmp_path / "own", *digits, {2: 0.5, 7: 0.5})
    pictures = load(tmp_path / "own")
    marked = has_emblem(pictures)
    for label in (0, 1):
        named = {
            groups.prefix(file): set()
            for file, own in zip(pictures.paths, pictures.labels, strict=True)
            if own == label
        }
        for file, is_marked in zip(pictures.paths, marked, strict=True):
            if groups.prefix(file) in named:
                named[groups.prefix(file)].add(bool(is_marked))
        assert sorted(map(tuple, named.values())) == [(False,), (True,)], "a page has it or not"


def test_one_seed_gives_the_same_files_and_another_one_others(digits, tmp_path):
    found = []
    for name, seed in (("first", 0), ("again", 0), ("other", 1)):
        pages.make(tmp_path / name, *digits, {2: 0, 7: 1}, seed)
        files = sorted((tmp_path / name).rglob("*.*"))
        found.append({file.relative_to(tmp_path / name): file.read_bytes() for file in files})
    first, again, other = found
    assert first == again and first.keys() == other.keys() and first != other


def test_a_spoilt_folder_has_a_copy_a_damaged_picture_and_a_file_of_notes(digits, tmp_path):
    pages.make(tmp_path / "own", *digits, {2: 0, 7: 1})
    pages.spoil(tmp_path / "own")
    pictures = load(tmp_path / "own")
    assert sorted(path.name for path in pictures.left_out) == ["broken_1.jpg", "notes.txt"]
    names = [
        [pictures.paths[n].name for n in one] for one in groups.near_duplicates(pictures.images)
    ]
    assert ["copy_1.png", "page01_1.jpg"] in names


def test_a_split_by_prefix_parts_no_page(digits, tmp_path):
    pages.make(tmp_path / "own", *digits, {2: 0, 7: 1})
    pictures = load(tmp_path / "own")
    parts = groups.split(pictures, groups.prefix)
    kept, held_out = ({groups.prefix(pictures.paths[n]) for n in part} for part in parts)
    assert kept and held_out and not kept & held_out


def test_twins_differ_in_the_emblem_alone(digits):
    plain, marked = pages.twins(digits[0][:5], 48)
    assert plain.shape == marked.shape == (5, 48, 48, 3) and plain.dtype == np.uint8
    differs = (plain != marked).any(axis=(0, 3))
    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    assert rows.min() < 3 and rows.max() <= 13 and columns.min() >= 34 and columns.max() > 44
    assert np.array_equal(pages.twins(digits[0][:5], 48)[1], marked)
    assert not np.array_equal(pages.twins(digits[0][:5], 48, seed=1)[1], marked)
