"""Quizzes and worksheets as they are printed: A4, short enough, complete, without a network."""

import re

import make_paper
import pages
import pytest
import quizzes
import worksheets
from cells import PaperError
from pypdf import PdfReader

from tests.conftest import ROOT

A4 = (595, 842)  # points
FILES = [
    f"{kind}_{number}{key}"
    for number in quizzes.read(ROOT)
    for kind in ("quiz", "worksheet")
    for key in ("", "_key")
]


@pytest.fixture(scope="module")
def written():
    return make_paper.written(ROOT)


@pytest.fixture(scope="module")
def printed(written, tmp_path_factory):
    """All pages as PDF: name → the reader of its file."""
    if not (browser := pages.find_browser()):
        pytest.skip("no Chromium or Chrome: install one, or name its file in CHROMIUM")
    folder = tmp_path_factory.mktemp("paper")
    files = [folder / f"{name}.html" for name in written]
    for file in files:
        file.write_text(written[file.stem], encoding="utf-8")
    return {path.stem: PdfReader(path) for path in make_paper.print_to_pdf(files, browser)}


def test_each_notebook_gets_a_quiz_and_a_worksheet_with_keys(written):
    assert sorted(written) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_page_is_a4_and_a_worksheet_exactly_one(printed, name):
    made = printed[name].pages
    assert all((round(page.mediabox.width), round(page.mediabox.height)) == A4 for page in made)
    if name.startswith("worksheet"):
        assert len(made) == 1
    elif not name.endswith("_key"):
        assert len(made) <= 2


@pytest.mark.parametrize("name", FILES)
def test_a_page_needs_nothing_but_itself(written, name):
    """The browser that prints is offline; and nothing in the page names another place."""
    text = written[name]
    assert not re.findall(r"""(?:src|href)=["'](?!data:)|url\(["']?(?!["']?data:)|@import""", text)
    assert "<script" not in text
    assert all(re.findall(r'<img [^>]*alt="([^"]+)"', text)) and text.count("<img ") == len(
        re.findall(r'<img [^>]*alt="[^"]+"', text)
    )


@pytest.mark.parametrize("number", quizzes.read(ROOT))
def test_only_the_key_says_what_is_right(written, printed, number):
    quiz, key = (text_of(printed[f"quiz_{number}{which}"]) for which in ("", "_key"))
    for question in quizzes.read(ROOT)[number]:
        assert squeezed(question.because) in key and squeezed(question.because) not in quiz
        for wrong in question.wrong:
            assert squeezed(wrong.belief) in key and squeezed(wrong.belief) not in quiz
            assert squeezed(wrong.says) in quiz
    assert "Right." not in quiz


@pytest.mark.parametrize("number", worksheets.read(ROOT))
def test_only_the_key_fills_the_blanks_and_all_else_is_the_same(written, number):
    sheet, key = (written[f"worksheet_{number}{which}"] for which in ("", "_key"))
    blanks = re.findall(r'<span class="blank"[^>]*>(.*?)</span>', sheet)
    filled = re.findall(r'<span class="blank filled"[^>]*>(.*?)</span>', key)
    assert set(blanks) == {"\u00a0"} and len(blanks) == len(filled) >= 10
    assert all(filled) and not set(filled) & {"\u00a0"}
    # Blanks are as wide in both: what the class sees has its lines where the key has them.
    widths = [re.findall(r"min-width: (\d+)mm", text) for text in (sheet, key)]
    assert widths[0] == widths[1]


def squeezed(text):
    """Leave letters and digits only: PDFs break lines and words anywhere."""
    return re.sub(r"[\W_]", "", text)


def text_of(reader):
    return squeezed("".join(page.extract_text() for page in reader.pages))


def test_a_page_that_is_too_long_is_named(printed, tmp_path):
    file = tmp_path / "worksheet_99.html"
    file.write_text("<p>a line" * 200, encoding="utf-8")
    with pytest.raises(PaperError, match=r"worksheet_99\.pdf has [2-9] pages, and may have 1"):
        make_paper.print_to_pdf([file], pages.find_browser())


def test_a_browser_that_does_not_start_is_named(tmp_path):
    with pytest.raises(PaperError, match="nowhere does not print"):
        make_paper.print_to_pdf([tmp_path / "quiz_01.html"], str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("text", "filled", "html"),
    [
        ("a <<*b*>> c", True, ">b</span> c"),
        ("a <<*b*>> c", False, ">\u00a0</span> c"),
        ("`x = <<3 < 4>>`", True, ">3 &lt; 4</span>"),
    ],
)
def test_a_blank_is_filled_on_the_key_only(text, filled, html):
    assert html in make_paper.blanks(text, filled)


def test_without_a_browser_it_says_how_to_print(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(pages, "find_browser", lambda: None)
    monkeypatch.setattr(make_paper, "FOLDER", tmp_path)
    monkeypatch.setattr("sys.argv", ["make_paper.py", "3"])
    make_paper.main()
    assert "print it to PDF (A4" in capsys.readouterr().out
    assert len(list(tmp_path.glob("*_03*.html"))) == 4


def test_a_folder_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setattr(make_paper, "FOLDER", tmp_path / "file" / "paper")
    monkeypatch.setattr("sys.argv", ["make_paper.py", "3"])
    with pytest.raises(SystemExit, match=r"cannot be written .* Make room on the disk"):
        make_paper.main()


def test_a_notebook_without_questions_is_named(monkeypatch):
    monkeypatch.setattr(quizzes, "read", lambda root: {})
    with pytest.raises(PaperError, match=r"quizzes\.yaml has nothing for notebook 03 yet"):
        make_paper.written(ROOT, ["03"])
