"""Copies that are found, and splits that part no group."""

import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from mnist_helpers.datasets import DataError, groups, sample


def made(*files):
    """Pictures, of which only files and classes matter, from "CLASS/NAME.png"."""
    classes = sorted({file.split("/")[0] for file in files})
    return SimpleNamespace(
        paths=tuple(Path("folder", file) for file in files),
        labels=np.array([classes.index(file.split("/")[0]) for file in files]),
        description=SimpleNamespace(classes=tuple(classes)),
    )


def writers(count, each=5, classes=3):
    """For each writer, so many pictures of each class."""
    return made(
        *(
            f"{label}/w{writer:02}_{number}.png"
            for label in range(classes)
            for writer in range(count)
            for number in range(each)
        )
    )


def group_names(pictures, numbers):
    return {groups.prefix(pictures.paths[number]) for number in numbers}


def test_the_prefix_of_a_file():
    assert groups.prefix(Path("7/anna_03_b.png")) == "anna"
    assert groups.prefix(Path("7/anna.png")) == "anna"


def test_groups_stay_together_and_classes_have_equal_shares():
    pictures = writers(20)
    kept, held_out = groups.split(pictures, groups.prefix, share=0.25)
    assert not group_names(pictures, kept) & group_names(pictures, held_out)
    assert sorted([*kept, *held_out]) == list(range(300))
    assert np.bincount(pictures.labels[held_out]).tolist() == [25, 25, 25]


def test_a_split_is_the_same_for_the_same_seed_only():
    pictures = writers(20)
    first, again, other = (groups.split(pictures, groups.prefix, seed=s)[1] for s in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_without_groups_each_picture_is_its_own_and_classes_are_stratified():
    pictures = made(*(f"a/{n}.png" for n in range(80)), *(f"b/{n}.png" for n in range(20)))
    kept, held_out = groups.split(pictures, share=0.2)
    assert np.bincount(pictures.labels[held_out]).tolist() == [16, 4] and len(kept) == 80


def test_a_group_may_be_any_function_of_the_file():
    pictures = writers(8, each=4)
    kept, held_out = groups.split(pictures, lambda file: int(file.stem[1:3]) // 2, share=0.25)
    pairs = [{int(p.stem[1:3]) // 2 for p in np.array(pictures.paths)[n]} for n in (kept, held_out)]
    assert len(pairs[0]) == 3 and len(pairs[1]) == 1 and not pairs[0] & pairs[1]


@pytest.mark.parametrize("seed", range(5))
def test_copies_stay_together_and_tie_the_groups_that_they_are_of(seed):
    pictures = writers(6, each=1, classes=2)  # 0…5 are of class 0, 6…11 of class 1
    chain = [[0, 1], [7, 8], [1, 2, 3]]  # w00 w01 w02 w03, w01 w02
    parts = groups.split(pictures, groups.prefix, share=0.5, seed=seed, together=chain)
    names = [group_names(pictures, part) for part in parts]
    assert not names[0] & names[1]
    assert any({"w00", "w01", "w02", "w03"} <= own for own in names)


@pytest.mark.filterwarnings("error")  # scikit-learn warns of small classes
@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_small_classes_are_in_both_parts(share):
    files = [f"big/a{number}.png" for number in range(50)]
    pictures = made(*files, "small/1.png", "small/2.png")
    for seed in range(5):
        for part in groups.split(pictures, share=share, seed=seed):
            assert set(pictures.labels[part]) == {0, 1}


def test_a_class_with_one_picture_is_a_clear_error():
    pictures = made("cat/1.png", "cat/2.png", "dog/1.png")
    with pytest.raises(DataError, match=r"dog has one picture only, .*1\.png:") as caught:
        groups.split(pictures)
    assert str(Path("folder/dog/1.png")) in str(caught.value)


def test_a_class_of_one_group_is_a_clear_error():
    pictures = made("cat/anna_1.png", "cat/bob_1.png", "dog/anna_1.png", "dog/anna_2.png")
    with pytest.raises(DataError, match=r"dog has one group only, that of .*anna_1\.png:"):
        groups.split(pictures, groups.prefix)


def test_groups_that_cannot_be_parted_are_a_clear_error():
    pictures = made("a/1_.png", "a/2_.png", "b/2_.png", "b/3_.png", "c/3_.png", "c/1_.png")
    with pytest.raises(DataError, match="3 groups cannot be parted"):
        groups.split(pictures, groups.prefix)


@pytest.mark.parametrize("share", [0, -0.1, 0.6, 1, 20])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match=r"at most 0\.5"):
        groups.split(writers(4), share=share)


def saved_anew(image, quality=50):
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(stream).convert(image.mode)


CHANGES = {
    "the same": lambda image: image,
    "saved anew": saved_anew,
    "in other light": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
    "with less contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.8),
    "shrunk": lambda image: image.resize((24, 24)).resize(image.size),
}


@pytest.fixture(scope="module")
def digits():
    """The first 300 of the bundled digits, enlarged: uint8 (300, 96, 96)."""
    images = sample.read_part("train")[0][:300]
    return np.stack([np.asarray(Image.fromarray(image).resize((96, 96))) for image in images])


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("colour", [False, True])
def test_copies_are_found(colour, change, digits):
    few = digits[:60]
    if colour:
        few = np.stack([few, few // 2, 255 - few], axis=-1)
    changed = [np.asarray(CHANGES[change](Image.fromarray(image))) for image in few]
    found = groups.near_duplicates(np.concatenate([few, np.stack(changed)]))
    pairs = [number for number in range(60) if any({number, number + 60} <= {*s} for s in found)]
    assert len(pairs) >= 57


def test_different_pictures_are_not_taken_for_copies(digits):
    assert (
        sum(len(one) for one in groups.near_duplicates(digits)) <= 6
    )  # two pairs, at 8×8 the same


def test_many_copies_of_one_picture_are_one_set(digits):
    images = np.concatenate([digits[:5], *[digits[7:8]] * 9, digits[20:25]])
    assert groups.near_duplicates(images) == [list(range(5, 14))]


def test_blank_pictures_are_copies_of_each_other_whatever_their_shade():
    noise = np.random.default_rng(0).integers(0, 2, (3, 64, 64), np.uint8)
    blank = np.array([0, 128, 250], np.uint8)[:, np.newaxis, np.newaxis] + noise
    assert groups.near_duplicates(blank) == [[0, 1, 2]]


def test_few_pictures_have_no_copies(digits):
    assert groups.near_duplicates(digits[:1]) == groups.near_duplicates(digits[:0]) == []
    assert groups.near_duplicates(digits[:2]) == []
