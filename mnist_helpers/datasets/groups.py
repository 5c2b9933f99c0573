"""Which pictures belong together, and a split that parts none of them (see notebook 13).

Pictures by one writer or of one session resemble each other. Parted between training and
validation, they let a network shine that only knows the writer, or the paper.
"""

import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from mnist_helpers.datasets.folder import Pictures, printable
from mnist_helpers.datasets.spec import DataError

SIDE = 16  # pixels, of what is compared
NOISE = 4  # of 256 shades: less contrast than this is none
NEAR = 0.15  # standard deviations between two pictures, on average over their pixels
NEIGHBOURS = 10  # that each picture is compared with, at most


def prefix(file: Path) -> str:
    """Return what stands before the first "_" of a file's name: anna of `7/anna_03.png`."""
    return file.stem.partition("_")[0]


def near_duplicates(images: np.ndarray) -> list[list[int]]:
    """Find pictures that are copies of each other: saved anew, shrunk, or in other light.

    Each is shrunk to 16×16, and set to mean 0 and standard deviation 1. Two are near when they then
    differ by less than 0.15 on average (root of the mean square), a correlation of 0.989. Those
    turned, mirrored or cropped are mostly not found.

    Args:
        images: uint8 (n, h, w) or (n, h, w, 3).

    Returns:
        The numbers of the pictures in each set of copies, of two or more.
    """
    from sklearn.neighbors import NearestNeighbors

    if len(images) < 2:
        return []
    shrunk = [Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BOX) for image in images]
    values = np.stack([np.asarray(image, np.float32).ravel() for image in shrunk])
    values -= values.mean(axis=1, keepdims=True)
    values /= np.maximum(values.std(axis=1, keepdims=True), NOISE)
    searched = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(images) - 1)).fit(values)
    distances, others = searched.kneighbors()  # (n, neighbours)
    pairs = np.nonzero(distances < NEAR * values.shape[1] ** 0.5)
    numbers = _connect(len(images), pairs[0], others[pairs])
    order = np.argsort(numbers, kind="stable")
    sets = np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)
    return [one.tolist() for one in sets if len(one) > 1]


def split(
    pictures: Pictures,
    group: Callable[[Path], object] | None = None,
    share: float = 0.2,
    seed: int = 0,
    together: Iterable[Sequence[int]] = (),
) -> tuple[np.ndarray, np.ndarray]:
    """Part pictures in two, keep groups together, and have about equal shares of each class.

    This is a fold of scikit-learn's StratifiedGroupKFold; with few groups, shares are rough.

    Args:
        pictures: What `folder.load` returned.
        group: Takes a file and returns its group, such as `prefix`; None: each is on its own.
        share: How much is held out, of 1, at most a half.
        seed: Picks what is held out.
        together: Pictures that belong together whatever their groups, as `near_duplicates` returns.

    Returns:
        The numbers of those kept, and of those held out, int64; each class is in both.

    Raises:
        DataError: A class has but one picture or one group, or no split has each class in both.
        ValueError: The share is none.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    if not 0 < share <= 0.5:
        raise ValueError(f"share is {share}: give one above 0, at most 0.5")
    labels, groups = pictures.labels, _number_groups(pictures.paths, group, together)
    for label, name in enumerate(pictures.description.classes):
        own = np.flatnonzero(labels == label)
        if len(np.unique(groups[own])) > 1:
            continue
        file = printable(pictures.paths[own[0]])
        found = f"one picture only, {file}" if len(own) == 1 else f"one group only, that of {file}"
        raise DataError(
            f"The class {name} has {found}: it cannot be in both parts. Add pictures of it, by "
            "another writer or from another session, or group them otherwise."
        )
    most = min(len(np.unique(groups)), np.bincount(labels).max())
    for count in range(min(round(1 / share), most), 1, -1):
        folds = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # of small classes
            for kept, held_out in folds.split(labels, labels, groups):
                if np.array_equal(np.unique(labels[kept]), np.unique(labels[held_out])):
                    return kept, held_out
    raise DataError(
        f"{len(np.unique(groups))} groups cannot be parted so that each class is in both parts. "
        "Add pictures by other writers or from other sessions, or group them otherwise."
    )


def _number_groups(
    files: Sequence[Path],
    group: Callable[[Path], object] | None,
    together: Iterable[Sequence[int]],
) -> np.ndarray:
    """Return the number of each file's group; groups that share a picture are one."""
    first: dict[object, int] = {}
    own = [first.setdefault(group(file) if group else file, n) for n, file in enumerate(files)]
    links = [*enumerate(own), *((number, one[0]) for one in together for number in one)]
    return _connect(len(files), *np.transpose(links))


def _connect(count: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Number the sets into which links between rows and columns tie what there is: int32 (n,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    linked = coo_array((np.ones(len(rows)), (rows, columns)), (count, count))
    return connected_components(linked, directed=False)[1]
