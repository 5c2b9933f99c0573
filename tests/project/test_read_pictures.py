"""Pictures of one's own: what is counted, what is left out, and what is kept."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import read_pictures
import recording
from PIL import Image

from mnist_helpers import artifacts, pictures
from mnist_helpers.serve.classifier import Reading


class Reader:
    """Reads by the file's name: 7_as-3 as a 3; 7_weak-3 as one, but refused; 7_empty as none."""

    version, name, trained_on = "abc", "a reader", "MNIST"

    def read(self, path):
        image = np.asarray(pictures.prepare(path).image)
        _, what, best = f"{path.stem}-{path.name[0]}".replace("_", "-").split("-")[:3]
        if what == "empty":
            return Reading(None, None, None, "No digit in view.")
        probabilities = np.full(10, 0.02, np.float32)
        probabilities[int(best)] = 0.82
        return Reading(None if what == "weak" else int(best), probabilities, image, None)


@pytest.fixture
def run(monkeypatch, results, tmp_path, stroke):
    """Run the script on files of these names, each with a 7; the reader goes by the names."""
    folder = tmp_path / "my digits"

    def run(*options, files=(), damaged=(), reader=None):
        folder.mkdir(exist_ok=True)
        for name in files:
            Image.fromarray(stroke).save(folder / name)
        for name in damaged:
            (folder / name).write_bytes(b"no picture")
        if reader:
            monkeypatch.setattr(read_pictures.classifier, "load", lambda model: reader)
        arguments = ["benchmarks/read_pictures.py", str(folder), *map(str, options)]
        monkeypatch.setattr(sys, "argv", arguments)
        read_pictures.main()

    return run


def trials(path):
    return json.loads(path.read_text("utf-8"))["trials"]


NAMES = ("0_as-0.png", "0_weak-0.JPG", "1_as-7.jpeg", "1_weak-2.png", "1_empty.PNG", "7_as-7.jpg")


def test_what_is_read_right_is_counted_and_tabled(run, tmp_path, capsys):
    run("--out", tmp_path / "kept.json", files=NAMES, reader=Reader())
    _, *rows = trials(tmp_path / "kept.json")
    found = {row["label"]: {k: v for k, v in row.items() if v and k[0] != "l"} for row in rows}
    common = {"measure": "label", "model": "abc"}
    assert found[0] == common | {"pictures": 2, "best_right": 2, "read_0": 1, "none": 1}
    assert found[1] == common | {"pictures": 3, "read_7": 1, "none": 2}
    assert found[7] == common | {"pictures": 1, "best_right": 1, "read_7": 1}
    out = capsys.readouterr().out
    assert "\n| read by | best answer right | answered | right of those answered |\n" in out
    assert (
        "\n| a reader (abc) | 3 of 6: 50.00% (95% interval 18.76% to 81.24%) | 3 of 6: 50.00% ("
        in out
    )
    assert " | 2 of 3: 66.67% (95%" in out
    assert "\n| 0 | 2 | 2 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 |\n" in out
    assert "\n| 1 | 3 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 0 | 0 | 2 |\n" in out


def test_pictures_are_read_with_the_model_and_its_rules(run, tmp_path):
    run("--out", tmp_path / "kept.json", files=["7_first.png"])
    assert trials(tmp_path / "kept.json")[8]["read_7"] == 1


def test_the_model_of_a_folder_is_taken(run, tmp_path):
    with pytest.raises(SystemExit, match=r"exported\.json cannot be read"):
        run("--model", tmp_path / "model", files=["7_first.png"])


def test_several_models_are_compared(run, tmp_path, monkeypatch, capsys):
    folders = artifacts.READER, artifacts.REFERENCE
    options = [option for folder in folders for option in ("--model", folder)]
    run(*options, "--out", tmp_path / "kept.json", files=["7_first.png"])
    kept = trials(tmp_path / "kept.json")
    names = [trial["name"] for trial in kept if trial["measure"] == "all"]
    assert names == [artifacts.find_export(folder).name for folder in folders]
    out = capsys.readouterr().out
    assert all(f"\n| {name} (" in out for name in names) and out.count("| 1 of 1: 100.00%") == 3 * 2
    assert f"What {names[0]} (" in out, "the confusion is that of the first"


def test_the_record_names_neither_the_folder_nor_its_files(run, tmp_path):
    out, sheet = tmp_path / "kept.json", tmp_path / "sheet.png"
    run("--out", out, "--sheet", sheet, "--quick", "--name", "Ours", files=NAMES, reader=Reader())
    text = out.read_text("utf-8")
    assert str(tmp_path) not in text and "my digits" not in text and "weak" not in text
    kept = json.loads(text)
    assert kept["command"] == "python benchmarks/read_pictures.py FOLDER --quick"
    assert kept["data"] == "Ours"
    assert kept["trials"][0]["model"] == "abc" and kept["trials"][0]["trained_on"] == "MNIST"


def test_without_out_only_the_sheet_is_kept(run, results, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(read_pictures.recording, "RESULTS", tmp_path / "benchmarks")
    run(files=NAMES, reader=Reader())
    sheet = results / "read_pictures.png"
    assert str(sheet) in capsys.readouterr().out
    assert list(results.iterdir()) == [sheet] and not (tmp_path / "benchmarks").exists()


def labels_on(monkeypatch, run, *options, **more):
    """Run, and return the texts under the failures and the heading."""
    drawn = []
    save = read_pictures.Figure.savefig
    monkeypatch.setattr(
        read_pictures.Figure, "savefig", lambda f, *a, **k: (drawn.append(f), save(f, *a, **k))
    )
    run(*options, reader=Reader(), **more)
    return [ax.get_xlabel() for ax in drawn[0].axes], drawn[0].texts[0].get_text()


def test_the_sheet_shows_each_failure(run, monkeypatch, tmp_path):
    sheet = tmp_path / "folder" / "sheet.png"
    files = (*NAMES, "2_as-3-$x^$.png")
    texts, heading = labels_on(monkeypatch, run, "--sheet", sheet, files=files)
    assert heading == "Refused or read wrongly: 5 of 7 pictures"
    assert texts == [
        "0_weak-0\nrefused; best: 0, 82.0%",
        "1_as-7\nread as 7, 82.0%",
        "1_empty\nrefused: nothing found",
        "1_weak-2\nrefused; best: 2, 82.0%",
        "2_as-3-$x^$\nread as 3, 82.0%",
    ]
    with Image.open(sheet) as drawn:
        assert drawn.format == "PNG" and drawn.width == 1200
        assert (np.asarray(drawn.convert("L")) == 20).sum() > 1000, "the ink of the pictures"
    assert [path.name for path in sheet.parent.iterdir()] == ["sheet.png"]


def test_the_sheet_is_bounded_and_fair_to_every_label(run, monkeypatch):
    monkeypatch.setattr(read_pictures, "SHOWN", 3)
    files = [f"{label}_weak-{label}-{number}.png" for label in (1, 2, 3) for number in range(4)]
    texts, heading = labels_on(monkeypatch, run, files=files)
    assert [text[0] for text in texts] == ["1", "2", "3"]
    assert heading == "Refused or read wrongly: 12 of 12 pictures; 9 of them are not shown"


def test_without_failures_the_sheet_says_so(run, monkeypatch, results):
    texts, heading = labels_on(monkeypatch, run, files=["7_as-7.png"])
    assert not texts and heading == "Refused or read wrongly: 0 of 1 pictures"
    assert (results / "read_pictures.png").is_file()


@pytest.mark.parametrize("kind", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_the_sheet_shows_every_kind_of_picture_in_its_shades(kind, stroke, tmp_path):
    wide = Image.fromarray(np.repeat(np.repeat(stroke, 4, 0), 4, 1))
    deep = Image.fromarray(np.asarray(wide).astype(np.uint16) * 257)
    (deep if kind == "I;16" else wide.convert(kind)).save(tmp_path / "7_a.png")
    copy = read_pictures.small(tmp_path / "7_a.png")
    assert copy.shape == (160, 120, 4) and copy.dtype == np.uint8
    assert copy[..., 0].mean() == pytest.approx(stroke.mean(), abs=8)


def test_quick_reads_twenty_spread_over_the_labels(run, tmp_path):
    files = [f"{label}_as-{label}-{number}.png" for label in range(10) for number in range(3)]
    run("--quick", "--out", tmp_path / "kept.json", files=files, reader=Reader())
    assert [row["pictures"] for row in trials(tmp_path / "kept.json")[1:]] == [2] * 10


def test_numbers_choose_a_part(run, tmp_path, capsys):
    files = ["0_000.png", "0_045.png", "7_046.png", "3_45.JPG", "7_first.png", "7_012b.png"]
    run("--numbers", "1-45", "--out", tmp_path / "kept.json", files=files)
    all_of_them, *rows = trials(tmp_path / "kept.json")
    assert {row["label"]: row["pictures"] for row in rows if row["pictures"]} == {0: 1, 3: 1}
    assert all_of_them["numbers"] == "1 to 45"
    done = capsys.readouterr()
    assert "2 pictures of my digits, those numbered 1 to 45." in done.out
    assert "2 pictures with no number" in done.err
    with pytest.raises(SystemExit, match="has a number from 50 to 60"):
        run("--numbers", "50-60")


@pytest.mark.parametrize("numbers", ["5-3", "5", "a-b", "-5"])
def test_numbers_that_are_no_range_are_refused(numbers, run, capsys):
    with pytest.raises(SystemExit, match="2"):
        run(f"--numbers={numbers}", files=["7_001.png"])
    assert "is no range such as 0-45" in capsys.readouterr().err


def options_of_another_benchmark(*arguments):
    parser = recording.parser(None)
    read_pictures.add_options(parser)
    return parser.parse_args(arguments)


def test_other_benchmarks_note_which_pictures_and_not_where_they_lie():
    given = options_of_another_benchmark("--pictures", "here/mine", "--numbers", "3-7", "--quick")
    noted = read_pictures.noted(given)
    assert noted == ["--pictures", "FOLDER", "--numbers", "3-7", "--quick"]
    assert read_pictures.noted(options_of_another_benchmark("--quick")) is None


def test_other_benchmarks_refuse_numbers_without_pictures():
    with pytest.raises(SystemExit, match="give --pictures, too"):
        read_pictures.noted(options_of_another_benchmark("--numbers", "3-7"))


def test_files_of_other_names_are_left_out_and_counted(run, tmp_path, capsys):
    others = ["10_a.png", "x.png", "7_notes.txt", "._7_a.png", "٣_a.png"]
    run("--out", tmp_path / "kept.json", files=["7_as-7.png"], damaged=others, reader=Reader())
    assert sum(row["pictures"] for row in trials(tmp_path / "kept.json")[1:]) == 1
    error = capsys.readouterr().err
    assert "5 files that are not named LABEL_" in error and "such as 7_first.png" in error


def test_damaged_pictures_are_named_left_out_and_counted(run, tmp_path, capsys):
    run("--out", tmp_path / "kept.json", files=["7_as-7.png"], damaged=["1_a.png", "2_b.jpg"])
    all_of_them, *rows = trials(tmp_path / "kept.json")
    assert all_of_them["unreadable"] == 2 and sum(row["pictures"] for row in rows) == 1
    done = capsys.readouterr()
    assert "1_a.png is no picture" in done.err and "2_b.jpg is no picture" in done.err
    assert "2 more could not be opened" in done.out


def test_only_damaged_pictures_are_an_error(run, tmp_path):
    out, sheet = tmp_path / "kept.json", tmp_path / "sheet.png"
    with pytest.raises(SystemExit, match="None of the 2 pictures can be opened"):
        run("--out", out, "--sheet", sheet, damaged=["1_a.png", "2_b.jpg"])
    assert [path.name for path in tmp_path.iterdir()] == ["my digits"], "nothing is left behind"


def test_a_folder_without_pictures_is_an_error(run):
    with pytest.raises(SystemExit, match=r"no picture in .*my digits: name them LABEL_"):
        run(damaged=["notes.txt"])


@pytest.mark.parametrize("is_file", [True, False])
def test_what_is_no_folder_is_an_error(is_file, monkeypatch, tmp_path):
    if is_file:
        (tmp_path / "folder").touch()
    monkeypatch.setattr(sys, "argv", ["read_pictures.py", str(tmp_path / "folder")])
    with pytest.raises(SystemExit, match=r"folder cannot be read \(N.*give a folder of pictures"):
        read_pictures.main()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="may read everything here"
)
def test_a_folder_that_may_not_be_read_is_an_error(run, tmp_path):
    folder = tmp_path / "my digits"
    folder.mkdir(mode=0)
    try:
        with pytest.raises(SystemExit, match=r"cannot be read \(Permission denied\)"):
            run()
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("option", ["--sheet", "--out"])
def test_a_file_that_cannot_be_written_is_said_before_anything_is_read(option, run, tmp_path):
    (tmp_path / "file").touch()
    for place, reason in ((tmp_path / "file" / "a.png", "name another"), (tmp_path, "a folder")):
        with pytest.raises(SystemExit, match=f"cannot be written .*{reason}"):
            run(option, place, files=["7_a.png"], reader=object())


def test_a_sheet_that_fails_leaves_the_one_before_it(run, monkeypatch, results):
    def fill(figure, file, **options):
        Path(file).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    results.mkdir()
    (results / "read_pictures.png").write_bytes(b"before")
    monkeypatch.setattr(read_pictures.Figure, "savefig", fill)
    with pytest.raises(SystemExit, match=r"read_pictures\.png cannot be written \(No space left"):
        run(files=NAMES, reader=Reader())
    assert (results / "read_pictures.png").read_bytes() == b"before"
    assert len(list(results.iterdir())) == 1
