"""What the tools that make pages share: files that are whole, and the browser."""

import errno
import os
from pathlib import Path

import pages
import pytest
from pages import PageError


def test_a_file_is_written_as_it_is_and_replaces_the_one_before(tmp_path):
    path = tmp_path / "to" / "page.html"
    for content, stored in (("ä\r\nb\n", "ä\r\nb\n".encode()), (b"%PDF", b"%PDF")):
        pages.write(path, content)
        assert path.read_bytes() == stored
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_the_one_before(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    pages.write(path, "first")

    def refuse(self, *_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PageError, match=r"page\.html cannot be written \(Perm.*\)\. Close it\.$"):
        pages.write(path, "second", "Close it.")
    assert path.read_text("utf-8") == "first" and list(tmp_path.iterdir()) == [path]


def test_the_browser_that_is_named_comes_first_then_those_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "mine")
    assert pages.find_browser() == "mine"
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setattr(pages, "ELSEWHERE", (str(tmp_path / "none"), str(tmp_path)))
    monkeypatch.setattr("shutil.which", {"google-chrome": "chrome"}.get)
    assert pages.find_browser() == "chrome"
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert pages.find_browser() == str(tmp_path)
    monkeypatch.setattr(pages, "ELSEWHERE", ())
    assert pages.find_browser() is None
