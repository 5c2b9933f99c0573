"""A class's answers are read from what it handed in, however that looks; nothing of it is run."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
import tracemalloc
import zipfile

import class_report
import collect_answers
import handed_in
import pytest
from class_claims import CollectError, collect, read, shown
from class_report import Asked

from mnist_helpers.exercises import saved
from tests.conftest import ROOT

EXERCISES = [
    Asked("01.1", "A sum", "01_add"),
    Asked("01.2", "A product", "01_add"),
    Asked("02.1", "A shape", "02_measure"),
]


def cell(name, verdict="right", standing="claimed"):
    """A cell as Jupyter saves it after its check."""
    source = f'answer = 4\n\nmh.exercises.check("{name}", answer)'
    digests = {"claimed": saved.digest(source), "stale": saved.digest("before")}
    note = {"exercise": name, "verdict": verdict}
    if standing in digests:
        note["cell"] = digests[standing]
    output = {"output_type": "display_data", "data": {}, "metadata": {"mnist_helpers": note}}
    outputs = [] if standing == "unchecked" else [output]
    return {"cell_type": "code", "source": source, "outputs": outputs}


def notebook(*cells):
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()


def save(path, *cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook(*cells))
    return path


def zipped(path, files, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def group(tmp_path):
    """The folder of a class."""
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


def collected(group):
    return collect(group, {exercise.name for exercise in EXERCISES})


def marks(learner):
    """Return what the table shows of a learner, exercise by exercise."""
    return [class_report.mark(learner, exercise).sign for exercise in EXERCISES]


def only(group):
    (learner,) = collected(group)
    return learner


def test_each_verdict_is_reported_as_what_it_is(group):
    save(group / "anna" / "01_add.ipynb", cell("01.1"), cell("01.2", "wrong"))
    save(group / "ben" / "01_add.ipynb", cell("01.1", "unanswered"), cell("01.2", "right", "stale"))
    save(group / "ben" / "02_measure.ipynb", cell("02.1", standing="undated"))
    save(group / "cleo" / "01_add.ipynb", cell("01.1", standing="unchecked"))
    anna, ben, cleo = collected(group)
    assert [anna.name, ben.name, cleo.name] == ["anna", "ben", "cleo"]
    assert marks(anna) == ["✓", "✗", ""] and anna.notes == []
    assert marks(ben) == ["…", "✓≠", "✓?"]
    assert marks(cleo) == ["·", "", ""]
    summary = class_report.summary([anna, ben, cleo], EXERCISES).splitlines()
    assert summary[0].split() == ["learner", "01", "02", "right", "stale", "notes"]
    assert [line.split() for line in summary[1:]] == [
        ["anna", "1/2", "–", "1", "0", "0"],
        ["ben", "0/2", "0/1", "0", "1", "0"],
        ["cleo", "0/2", "–", "0", "0", "0"],
    ]


def test_notebooks_may_have_any_name_and_lie_in_any_folder(group):
    save(group / "anna" / "deep" / "er" / "Kopie von 1.IPYNB", cell("01.1"))
    zipped(
        group / "ben.zip",
        {
            "my_notebooks/01_add (1).ipynb": notebook(cell("01.1"), cell("01.2")),
            "__MACOSX/my_notebooks/._01_add.ipynb": b"\x00\x05",
            "..\\..\\02.ipynb": notebook(cell("02.1")),
            "my_notebooks/.ipynb_checkpoints/01_add-checkpoint.ipynb": b"{",
            zipfile.ZipInfo(""): b"",  # as from a damaged name, or one that begins with NUL
        },
    )
    zipped(group / "cleo" / "my work.ZIP", {"a/b.ipynb": notebook(cell("02.1"))})
    before = sorted(group.parent.rglob("*"))
    anna, ben, cleo = collected(group)
    assert marks(anna) == ["✓", "", ""] and marks(cleo) == ["", "", "✓"]
    assert ben.name == "ben.zip" and marks(ben) == ["✓", "✓", "✓"] and ben.notes == []
    assert ben.best["02.1"][1] == "ben.zip/02.ipynb"
    assert sorted(group.parent.rglob("*")) == before, "nothing is unpacked"


def test_notebooks_beside_the_folders_count_each_and_the_report_says_so(group):
    save(group / "Anna_01.ipynb", cell("01.1"))
    anna = only(group)
    assert anna.name == "Anna_01.ipynb" and marks(anna)[0] == "✓"
    assert anna.notes == ["counts as a learner: put the notebooks of one learner into one folder"]


def test_folders_may_be_nested_deeper_than_python_calls_functions(group):
    place = group / "anna"
    place.mkdir()
    for _ in range(300):
        place /= "d"
        place.mkdir()
    save(place / "01.ipynb", cell("01.1"))
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(250)
    try:
        anna = only(group)
    finally:
        sys.setrecursionlimit(usual)
    assert marks(anna)[0] == "✓"


def test_of_several_copies_the_best_verdict_counts_whatever_their_order(group):
    save(group / "anna" / "01.ipynb", cell("01.1", "wrong"), cell("01.2", "right"))
    save(group / "anna" / "my_notebooks" / "01.ipynb", cell("01.1"), cell("01.2", "unanswered"))
    save(group / "anna" / "z" / "01.ipynb", cell("01.1", "right", "stale"))
    anna = only(group)
    assert marks(anna) == ["✓", "✓", ""]
    assert anna.best["01.1"][1] == "my_notebooks/01.ipynb" and anna.best["01.2"][1] == "01.ipynb"
    assert anna.notes == ["notebook 01 is there 3 times; the best verdict counts"]


def test_what_programs_put_there_does_not_count(group):
    save(group / "anna" / ".ipynb_checkpoints" / "01-checkpoint.ipynb", cell("01.1"))
    save(group / "anna" / ".venv" / "a.ipynb", cell("01.1"))
    for name in (".DS_Store", "desktop.ini", "Thumbs.db"):
        (group / name).write_bytes(b"")
    anna = only(group)
    assert marks(anna) == ["", "", ""] and anna.notes == ["no notebook (.ipynb) that can be read"]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"null", b"3", b"[]", b"\x00" * 100, b"\xff\xfe\xff", b"{}", b'{"cells": 3}'),
        *(b'{"cells": [3]}', b'{"cells": [{"cell_type": "code", "source": 3}]}'),
        *(b"[" * 10**6, b'{"cells":' * 10**5, b"1" * 10**5, b'{"cells": "\xfc"}'),
        b'{"worksheets": [{"cells": []}], "nbformat": 3}',
    ],
    ids=range(16),
)
def test_a_damaged_notebook_is_named_and_the_others_are_read(group, content):
    (group / "anna").mkdir()
    (group / "anna" / "bad.ipynb").write_bytes(content)
    zipped(group / "anna" / "a.zip", {"bad.ipynb": content})
    save(group / "anna" / "good.ipynb", cell("01.1"))
    anna = only(group)
    told = "not read: damaged, or no notebook; ask for it again"
    assert marks(anna)[0] == "✓"
    assert anna.notes == [f"a.zip/bad.ipynb: {told}", f"bad.ipynb: {told}"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_notebook_that_an_editor_stored_in_another_way_is_read(group, encoding):
    path = save(group / "anna" / "01.ipynb", cell("01.1"))
    path.write_text(path.read_text("utf-8"), encoding)
    assert marks(only(group))[0] == "✓"


def test_files_that_are_too_large_are_named(group, monkeypatch):
    monkeypatch.setattr(handed_in, "LARGEST", 2000)
    save(group / "anna" / "a.ipynb", cell("01.1"))
    save(group / "anna" / "b.ipynb", cell("01.2") | {"id": "x" * 2000})
    bomb = {"c.ipynb": notebook(cell("02.1")) + b" " * 10**7, "d.ipynb": notebook(cell("01.2"))}
    zipped(group / "anna" / "z.zip", bomb, compression=zipfile.ZIP_DEFLATED)
    anna = only(group)
    assert marks(anna) == ["✓", "✓", ""]
    assert [note.partition(";")[0] for note in anna.notes[:2]] == [
        "b.ipynb: not read: more than 0 MB",
        "z.zip/c.ipynb: not read: more than 0 MB",
    ]
    monkeypatch.setattr(handed_in, "LARGEST_ZIP", 100)
    assert "z.zip: not opened: 0 MB, more than 0 MB; unpack it, or ask for" in only(group).notes[1]


def test_of_a_zip_that_lies_about_a_size_no_more_is_unpacked_than_it_says(group):
    path = zipped(
        group / "anna.zip", {"a.ipynb": bytes(5 * 10**7)}, compression=zipfile.ZIP_DEFLATED
    )
    size, small = (5 * 10**7).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert path.read_bytes().count(size) == 2
    path.write_bytes(path.read_bytes().replace(size, small))
    tracemalloc.start()
    try:
        anna = only(group)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert marks(anna) == ["", "", ""] and "a.ipynb: damaged in the zip" in anna.notes[1]
    assert peak < 5_000_000, "bytes"


@pytest.mark.parametrize("limit", ["MOST_BYTES", "MOST_FILES"])
def test_a_learner_takes_no_more_than_the_limits(group, monkeypatch, limit):
    monkeypatch.setattr(handed_in, limit, {"MOST_BYTES": 1000, "MOST_FILES": 3}[limit])
    for number in range(9):
        save(group / "anna" / f"{number}.ipynb", cell("01.1"))
    save(group / "ben" / "1.ipynb", cell("01.1"))
    anna, ben = collected(group)
    assert ".ipynb: from here on not read: more than" in anna.notes[0]
    assert marks(anna)[0] == "✓" and ben.notes == []


def test_damaged_zips_and_other_archives_are_named(group):
    good = {"a.ipynb": notebook(cell("01.1")), "b.ipynb": notebook(cell("01.2"))}
    data = zipped(group / "z.zip", good).read_bytes()
    (group / "z.zip").unlink()
    (group / "anna").mkdir()
    (group / "anna" / "cut.zip").write_bytes(data[: len(data) // 2])
    at = data.index(b"answer = 4")
    (group / "anna" / "flipped.zip").write_bytes(data[:at] + b"X" + data[at + 1 :])
    (group / "anna" / "text.zip").write_bytes(b"my notebooks")
    (group / "anna" / "work.7z").write_bytes(b"7z")
    (group / "anna" / "work.tar.gz").write_bytes(b"")
    zipped(group / "ben.zip", {"inner.zip": data})
    zipped(group / "cleo.zip", good, compression=zipfile.ZIP_LZMA)
    anna, ben, cleo = collected(group)
    assert marks(anna) == ["", "✓", ""], "the rest of a zip is read"
    assert [note.partition(": ")[0] for note in anna.notes] == [
        *("cut.zip", "flipped.zip/a.ipynb", "text.zip", "work.7z", "work.tar.gz")
    ]
    assert "not opened: a zip in a zip" in ben.notes[1]
    assert "packed in a rare way" in cleo.notes[1]


def test_a_zip_with_a_password_is_named(group):
    path = zipped(group / "anna.zip", {"a.ipynb": notebook(cell("01.1"))})
    data = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1
    path.write_bytes(data)
    assert "password" in only(group).notes[1]


def test_links_are_not_followed(group, tmp_path):
    secret = save(tmp_path / "secret" / "01.ipynb", cell("01.1"))
    save(group / "ben" / "02.ipynb", cell("02.1"))
    (group / "anna").mkdir()
    try:
        (group / "anna" / "01.ipynb").symlink_to(secret)
    except OSError:
        pytest.skip("this system makes no links")
    (group / "anna" / "all").symlink_to(secret.parent, target_is_directory=True)
    (group / "anna" / "around").symlink_to(group, target_is_directory=True)
    (group / "anna" / "gone.ipynb").symlink_to(tmp_path / "nowhere")
    (group / "cleo").symlink_to(group / "ben", target_is_directory=True)
    anna, _, cleo = collected(group)
    assert marks(anna) == marks(cleo) == ["", "", ""]
    assert sum("a link, not followed" in note for note in anna.notes) == 4
    assert "cleo: a link, not followed" in cleo.notes[1]


def test_the_links_that_a_jupyterhub_makes_are_no_problem(group):
    save(group / "anna" / "my_notebooks" / "01.ipynb", cell("01.1"))
    try:
        for shared in ("docs", "notebooks"):
            (group / "anna" / shared).symlink_to((ROOT / shared).resolve())
    except OSError:
        pytest.skip("this system makes no links")
    anna = only(group)
    assert marks(anna) == ["✓", "", ""] and anna.notes == []


def test_what_is_no_file_or_may_not_be_read_is_passed_over(group):
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no such files")
    save(group / "anna" / "02.ipynb", cell("02.1"))
    os.mkfifo(group / "anna" / "01.ipynb")  # who reads it waits for ever
    closed = save(group / "anna" / "closed" / "01.ipynb", cell("01.1")).parent
    closed.chmod(0)
    try:
        anna = only(group)
    finally:
        closed.chmod(0o755)
    assert marks(anna)[2] == "✓"
    if os.getuid():  # nothing is closed to the administrator
        assert anna.notes == ["closed: cannot be read: Permission denied"]


def test_names_are_shown_so_that_they_do_no_harm_and_no_two_are_the_same(group):
    assert shown("Anna Ümit 王 – 3") == "Anna Ümit 王 – 3"
    assert shown("a\x1b[31m\r\n\t\u202eb\u200b\udcff") == (
        "a\\u001b[31m\\u000d\\u000a\\u0009\\u202eb\\u200b\\udcff"
    )
    assert len(shown("x" * 300)) == 60
    for name in ("x" * 100 + "a", "x" * 100 + "b", "zoe\u0301", "zo\u00e9"):
        (group / name).mkdir(exist_ok=True)  # a Mac takes the last two for one
    names = [learner.name for learner in collected(group)]
    assert len(names) == len(set(names))
    assert f"{'x' * 59}… (2)" in names


HARMFUL = (
    *("=HYPERLINK(0)", "+1", "-1", "@SUM(1)", " =1", "＝1", "a;=1", 'a",=1', "a|=1", "a;  @b"),
    *("=1\n=2", "\t=1", "'=1"),
)


@pytest.mark.parametrize("name", HARMFUL)
@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_no_program_takes_a_name_for_a_formula(name, delimiter):
    learner = collect_from(name)
    text = class_report.table([learner], EXERCISES)
    for row in csv.reader(io.StringIO(text), delimiter=delimiter):
        for entry in row:
            assert not re.match(r"[\s\"]*[=+\-@＝＋－＠]", entry), entry


def collect_from(name):
    return read(shown(name), [handed_in.File(name, notebook(cell("01.1")))], frozenset({"01.1"}))


def test_the_table_has_a_line_for_each_learner_and_exercise():
    rows = list(csv.reader(io.StringIO(class_report.table([collect_from("anna")], EXERCISES))))
    assert rows[0] == ["learner", "notebook", "exercise", "verdict", "standing", "file"]
    assert rows[1] == ["anna", "01_add", "01.1 A sum", "right", "claimed", "anna"]
    assert rows[2] == ["anna", "01_add", "01.2 A product", "", "missing", ""]
    assert len(rows) == 4


def test_the_page_shows_names_as_text_and_loads_nothing():
    name = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7 * 7 }}'
    learner = collect_from(name)._replace(notes=[f"<b>{name}"])
    page = class_report.page([learner], EXERCISES, "<i>now")
    assert (
        "<script" not in page and "<img" not in page and "<b>&lt;" not in page and "<i>" not in page
    )
    assert "&lt;script&gt;" in page and "{{ 7 * 7 }}" in page and "49" not in page
    assert "default-src 'none'" in page and not re.search(
        r"\b(src|href)=", page.replace("src=x", "")
    )


def test_what_a_notebook_says_never_gets_into_the_report(group):
    word = "<b>=CMD()"
    strange = cell("01.1")
    strange["outputs"][0]["metadata"]["mnist_helpers"] |= {"exercise": word, "verdict": "right"}
    save(group / "anna" / "a.ipynb", strange, cell("77.7"), cell("01.1", word))
    anna = only(group)
    text = class_report.table([anna], EXERCISES) + class_report.page([anna], EXERCISES, "")
    assert word not in text and "CMD" not in text and "77.7" not in text
    assert anna.notes == ["2 cells check exercises that this version of the series lacks"]


def test_nothing_that_was_handed_in_is_run(group, tmp_path, monkeypatch):
    trap = f"open({str(tmp_path / 'trap')!r}, 'w')"
    for name in ("sitecustomize.py", "conftest.py", "json.py", "__init__.py", "class_report.html"):
        (group / "anna").mkdir(exist_ok=True)
        (group / "anna" / name).write_text(trap, "utf-8")
    save(group / "anna" / "01.ipynb", cell("01.1") | {"source": f"!{trap}\n{trap}"})
    monkeypatch.chdir(group / "anna")
    command = [
        sys.executable,
        ROOT / "tools" / "collect_answers.py",
        group,
        "--to",
        tmp_path / "to",
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "trap").exists()


def test_ten_thousand_files_are_read_in_seconds(group):
    content = notebook(cell("01.1"), cell("01.2"))
    for learner in range(100):
        folder = group / f"learner {learner:03}"
        folder.mkdir()
        for number in range(100):
            (folder / f"{number}.ipynb").write_bytes(content)
    start = time.monotonic()
    learners = collected(group)
    assert time.monotonic() - start < 60
    assert len(learners) == 100 and all(marks(learner)[0] == "✓" for learner in learners)


def test_a_long_list_of_problems_is_cut(group):
    for number in range(200):
        save(group / "anna" / f"{number:03}.ipynb").write_bytes(b"")
    assert only(group).notes[-1] == "195 more files with problems" and len(only(group).notes) == 7


def test_a_folder_that_cannot_be_read_is_an_error_that_says_what_to_name(tmp_path):
    with pytest.raises(CollectError, match=r"No such file.*one folder, or one zip, for each"):
        collect(tmp_path / "nowhere", [])
    file = tmp_path / "file.zip"
    file.write_bytes(b"")
    with pytest.raises(CollectError, match="cannot be read"):
        collect(file, [])
    (tmp_path / "class").mkdir()
    with pytest.raises(CollectError, match="is empty"):
        collect(tmp_path / "class", [])


def test_the_command_reports_on_the_series(group, tmp_path, monkeypatch, capsys):
    save(group / "=anna" / "01.ipynb", cell("01.1"))
    monkeypatch.setattr(sys, "argv", ["collect", str(group), "--to", str(tmp_path / "to")])
    collect_answers.main()
    said = capsys.readouterr().out
    assert "=anna" in said and "These are claims" in said and "collected.csv" in said
    text = (tmp_path / "to" / "collected.csv").read_bytes()
    for variable in ("HOME", "USERPROFILE"):  # make hands "~" on as it stands
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["collect", "~/class", "--to", "~/there"])
    collect_answers.main()
    assert (tmp_path / "there" / "collected.csv").read_bytes() == text
    assert text.startswith("\ufeff".encode()) and b'"\'=anna","01_explore_the_data"' in text
    assert "=anna" in (tmp_path / "to" / "collected.html").read_text("utf-8")
    monkeypatch.setattr(sys, "argv", ["collect", str(group), "--to", str(group / "report")])
    with pytest.raises(SystemExit, match="among what learners handed in"):
        collect_answers.main()
    monkeypatch.setattr(sys, "argv", ["collect", str(group / "nowhere")])
    with pytest.raises(SystemExit, match="cannot be read"):
        collect_answers.main()
