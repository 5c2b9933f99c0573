"""Who takes part, as the command line or TF_CONFIG says."""

import json

import pytest

from mnist_helpers.distributed import cluster
from mnist_helpers.distributed.cluster import Cluster, ClusterError

HOSTS = ("a:4000", "b:4000")


def test_the_command_line_says_who_takes_part(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "nonsense that is not looked at")
    assert cluster.read("a:4000, b:4000", 1) == Cluster(HOSTS, 1)


def test_tf_config_says_who_takes_part(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", Cluster(HOSTS, 1).as_tf_config())
    assert cluster.read(None, None) == Cluster(HOSTS, 1)


@pytest.mark.parametrize(("kind", "index"), [("chief", 0), ("worker", 1)])
def test_a_chief_of_tf_config_is_worker_0(monkeypatch, kind, index):
    named = {"chief": ["a:4000"], "worker": ["b:4000"]}
    config = {"cluster": named, "task": {"type": kind, "index": 0}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    assert cluster.read(None, None) == Cluster(HOSTS, index)


def test_without_either_a_worker_is_alone(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert cluster.read(None, None).count == 1


@pytest.mark.parametrize(
    ("workers", "index", "said"),
    [
        ("a", 0, "'a' is no address"),
        ("a:70000", 0, "no address"),
        ("a:1,a:1", 0, "twice"),
        ("a:1,b:1", 2, "from 0 to 1"),
        ("a:1,b:1", None, "from 0 to 1"),
        ("", 0, "no worker"),
        (None, 0, "give --workers"),
    ],
)
def test_a_wrong_command_line_is_explained(workers, index, said):
    with pytest.raises(ClusterError, match=said):
        cluster.read(workers, index)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "It looks like this"),
        ("[]", "It looks like this"),
        ("{}", "It looks like this"),
        ('{"cluster": {"worker": ["a:1"], "ps": ["b:1"]}}', "'ps'"),
        ('{"cluster": {"worker": ["a:1"]}}', "index is None"),
    ],
)
def test_a_wrong_tf_config_is_explained(monkeypatch, text, said):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ClusterError, match=said):
        cluster.read(None, None)
