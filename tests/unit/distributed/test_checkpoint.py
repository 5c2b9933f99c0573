"""The file that the chief keeps."""

import numpy as np
import pytest

from mnist_helpers.distributed import checkpoint
from mnist_helpers.distributed.checkpoint import FILE, Checkpoint
from mnist_helpers.distributed.cluster import ClusterError

SETTINGS = {"batch": 128, "peak": None}


def example():
    """Return a checkpoint after one epoch, with twelve arrays, so that their order shows."""
    weights = [np.full((2, index + 1), index, np.float32) for index in range(12)]
    return Checkpoint(SETTINGS, [{"loss": 0.5}], weights, [np.array(7), np.ones(3)])


def test_what_was_saved_is_loaded(tmp_path):
    example().save(tmp_path / "new folder")
    found = checkpoint.to_go_on_from(tmp_path / "new folder", SETTINGS)
    assert found.epochs == 1
    for ours, theirs in ((found.weights, example().weights), (found.memory, example().memory)):
        assert checkpoint.fingerprint(ours) == checkpoint.fingerprint(theirs)


def test_an_empty_folder_begins_anew(tmp_path):
    assert checkpoint.to_go_on_from(tmp_path, SETTINGS).epochs == 0


def test_another_training_is_refused(tmp_path):
    example().save(tmp_path)
    with pytest.raises(ClusterError, match="batch is 128, here it is 64"):
        checkpoint.to_go_on_from(tmp_path, {**SETTINGS, "batch": 64})


@pytest.mark.parametrize("damage", [b"", b"no archive", "half"])
def test_a_damaged_checkpoint_is_named_and_left_alone(tmp_path, damage):
    whole = example().as_bytes()
    content = whole[: len(whole) // 2] if damage == "half" else damage
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ClusterError, match="damaged"):
        checkpoint.load(tmp_path)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ClusterError, match="could not be written"):
        example().save(tmp_path / "file")


def test_one_bit_changes_the_fingerprint():
    ours = [np.zeros(3, np.float32)]
    theirs = [np.array([0, 0, -0.0], np.float32)]
    assert checkpoint.fingerprint(ours) != checkpoint.fingerprint(theirs)
