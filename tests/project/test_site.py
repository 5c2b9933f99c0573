"""What the site makes of README, notebooks, glossary and docstrings; on small pages made up here.

How the whole site looks in a browser is tested in tests/browser/test_site.py.
"""

import re
from pathlib import Path

import make_site
import nbformat
import pytest
import run_notebooks
import site_figures
import site_lessons
import site_pages
import site_reference
import yaml
from nbformat import v4
from site_pages import Offer
from site_reference import SiteError

from mnist_helpers.exercises.core import Exercise
from tests.conftest import NOTEBOOKS, ROOT

GLOSSARY = """# Glossary

Each term once.

- **feature map**: all answers of a kernel. Example: 26×26. [02, Slide it](../notebooks/02.ipynb)
- **kernel** (in Keras: filter): a small grid. Example: 3×3. [02, Slide it](../notebooks/02.ipynb)
- **dense layer, unit**: a layer. Example: 64. [02, 02.1 Sizes](../notebooks/02.ipynb)
"""
EXERCISE = Exercise(
    name="02.1",
    task="sizes",
    check=lambda answer: None,
    right="Yes.",
    hints=("Count the rows.", "Count the *columns*."),
    code="\nsize = 26\n",
    reasoning="28 − 3 + 1.",
)
MODULE = '''"""Numbers of a made-up kind.

After a paper (https://doi.org/10.1/abc).
"""

from dataclasses import dataclass

import numpy as np

SIDE = 28


@dataclass(frozen=True)
class Share:
    """A share.

    Attributes:
        value: In [0, 1].
    """

    value: float

    def __str__(self) -> str:
        return "share"

    def doubled(self, by: int = 2) -> "Share":
        """Return a larger one."""
        return Share(by * self.value)


def share(labels: np.ndarray, *, of: str = "all") -> Share:
    """Compare `labels` with what was said.

    Args:
        labels: Whole numbers, (n,);
            one for each image.
        of: Which.

    Returns:
        The share.

    Raises:
        ValueError: There are none.
    """
    raise AssertionError("imported, or run")


def _hidden() -> None:
    """Nobody sees it."""
'''


def cell(source, *outputs, **metadata):
    return v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def shown(text, **metadata):
    return v4.new_output("display_data", {"text/markdown": text}, metadata=metadata)


@pytest.fixture
def known():
    return site_lessons.terms(GLOSSARY)


# ---- the notebooks


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("the *kernel*, again", "the *{term}`kernel <kernel>`*, again"),
        ("two *Kernels*", "two *{term}`Kernels <kernel>`*"),
        ("a *feature\nmap*.", "a *{term}`feature map <feature map>`*."),
        ("- **dense layer.** It", "- **{term}`dense layer. <dense layer>`** It"),
        ("one **unit**", "one **{term}`unit <unit>`**"),
    ],
)
def test_a_term_in_italics_or_bold_leads_to_the_glossary(text, linked, known):
    assert site_lessons.with_terms(text, known) == linked


@pytest.mark.parametrize(
    "text",
    [
        "the kernel",
        "*kernel size*",
        "## The *kernel*",
        "`a *kernel* b`",
        "[the *kernel*](x.md)",
        "```python\na *kernel* b\n```",
        "2 * kernel * 3",
    ],
)
def test_other_words_stay_as_they_are(text, known):
    assert site_lessons.with_terms(text, known) == text


def test_most_terms_of_the_glossary_are_linked_from_the_notebook_that_explains_them():
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    known, linked, unlinked = site_lessons.terms(glossary), set(), []
    for path in NOTEBOOKS:
        for each in nbformat.read(path, as_version=4).cells:
            if each.cell_type == "markdown":
                text = site_lessons.with_terms(each.source, known)
                linked |= {(path.name, term) for term in re.findall(r"<([^>]+)>`", text)}
    for names, *_, place in site_lessons.ENTRY.findall(glossary):
        if not any((place.rpartition("/")[2], term) in linked for term in names.split(", ")):
            unlinked.append(names)
    assert len(unlinked) < len(set(known.values())) / 8, unlinked


def test_hints_and_solution_follow_their_exercise_folded(known):
    notebook = v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# Build\n\nText."),
            cell('size = ...\n\nmh.exercises.check("02.1", size)'),
            v4.new_markdown_cell("After it."),
        ]
    )
    before = nbformat.writes(notebook)
    page = site_lessons.lesson(notebook, known, "<p>files</p>", {"02.1": EXERCISE}.get)
    assert nbformat.writes(notebook) == before
    title, _, folded, after = [each.source for each in page.cells]
    assert title.startswith("# Build\n\n<p>files</p>\n") and after == "After it."
    parts = folded.split("</details>")
    assert [re.search(r"<summary>(.+)</summary>", part)[1] for part in parts[:3]] == [
        *("Hint 1 of 2", "Hint 2 of 2", "Solution"),
    ]
    assert "Count the *columns*." in parts[1]
    assert "```python\nsize = 26\n```\n\n28 − 3 + 1." in parts[2]


def test_what_is_said_to_a_learner_who_typed_nothing_is_left_out():
    made = site_lessons.code_cell(
        cell(
            "x",
            shown("**02.1 · Not answered yet.**", mnist_helpers={"exercise": "02.1"}),
            shown("| asked | your guess | what came out |\n|---|---|---|\n| a | – | 3 |"),
            shown("No guess yet. What came out: **26**."),
            shown("A table."),
        )
    )
    texts = [output.data["text/markdown"] for output in made.outputs]
    assert texts == ["What came out: **26**.", "A table."]


def test_of_a_widget_the_still_picture_stays(known):
    """Its script would be asked of another host."""
    picture = {site_lessons.WIDGET: {"model_id": "1"}, "text/plain": "Pad()", "image/png": "AA=="}
    alone = {site_lessons.WIDGET: {"model_id": "1"}, "text/plain": "Pad()"}
    outputs = [v4.new_output("display_data", data) for data in (picture, alone)]
    notebook = v4.new_notebook(cells=[cell("pad", *outputs)], metadata={"widgets": {"state": 1}})
    page = site_lessons.lesson(notebook, known)
    (output,) = page.cells[0].outputs
    assert output.data == {"text/plain": "Pad()", "image/png": "AA=="}
    assert "widgets" not in page.metadata


def test_code_that_only_writes_a_recap_is_folded():
    assert site_lessons.code_cell(cell('display(\n    Markdown(f"In this")\n)')).metadata.tags == [
        "hide-input"
    ]
    assert site_lessons.code_cell(cell("from IPython.display import Markdown")).metadata.tags == []


def test_outputs_are_those_of_the_committed_notebook():
    """Pictures with their texts, printed lines, counts: nothing is executed."""
    picture = v4.new_output(
        "display_data", {"image/png": "AA=="}, metadata={"image/png": {"alt": "A 7."}}
    )
    before = cell("draw()", picture, v4.new_output("stream", text="done\n"))
    before.execution_count = 3
    made = site_lessons.code_cell(before)
    assert made.outputs == before.outputs and made.execution_count == 3


FIGURES = {
    "Kernel": "mh.play.Kernel(np.eye(5))",
    "Descent": "mh.play.Descent(np.eye(3), np.arange(3))",
    "Threshold": "mh.play.Threshold(np.eye(3), np.arange(3))",
}


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Cells with a figure, as they are committed: name → cell."""
    path = tmp_path_factory.mktemp("notebooks") / "01_play.ipynb"
    first = cell("import numpy as np\n\nimport mnist_helpers as mh")
    nbformat.write(v4.new_notebook(cells=[first, *map(cell, FIGURES.values())]), path)
    _, *cells = run_notebooks.execute(path, progress=False).cells
    return dict(zip(FIGURES, cells, strict=True))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_an_executed_notebook_can_be_played_with(name, executed, tmp_path):
    html = site_lessons.code_cell(executed[name]).outputs[0].data["text/html"]
    alt = executed[name].outputs[0].metadata["image/png"]["alt"]
    assert f'data-figure="{name.lower()}"' in html and f'alt="{alt}"' in html
    site_figures.page.write_figures(tmp_path / "figures")
    places = re.findall(r'(?:src|href)="\.\./([^"]+)"', html)
    assert len(places) == 4
    for place in places:
        assert (tmp_path / place).is_file(), place


def test_look_inside_is_a_still_picture_that_leads_to_the_first_page(executed):
    shown = executed["Kernel"].outputs
    html = site_lessons.code_cell(cell("mh.play.Look(run)", *shown)).outputs[0].data["text/html"]
    assert '<a href="../index.html#look"><img src="../look/look.png" alt="An image' in html
    assert 'id="look"' in site_figures.LOOK and 'src="look/look.png"' in site_figures.LOOK


# ---- the glossary


def test_the_glossary_has_every_entry_and_leads_to_the_heading():
    notebook = v4.new_notebook(
        cells=[v4.new_markdown_cell("## Slide it\n\n### 02.1 Sizes (5 minutes)")]
    )
    headings = {"02.ipynb": site_lessons.headings(notebook)}
    page = site_lessons.glossary_page(GLOSSARY, headings)
    assert page.startswith("# Glossary\n\nEach term once.\n\n\n````{glossary}\nfeature map\n  all")
    assert "\nkernel\n  (in Keras: filter): a small grid." in page
    assert "\ndense layer\nunit\n  a layer." in page
    assert "[02, Slide it](../notebooks/02.ipynb#slide-it)" in page
    assert "[02, 02.1 Sizes](../notebooks/02.ipynb#021-sizes-5-minutes)" in page


# ---- links


@pytest.mark.parametrize(
    ("place", "text", "leads"),
    [
        ("docs/data.md", "[x](../README.md#start)", "[x](../index.md#start)"),
        ("docs/teaching/guide.md", "[x](../../README.md)", "[x](../../index.md)"),
        ("README.md", "[x](notebooks/)", "[x](index.md#the-lessons)"),
        ("README.md", "[x](mnist_helpers/)", "[x](reference/index.md)"),
        ("notebooks/02.ipynb", "[x](../mnist_helpers/models.py)", "[x](../reference/models.md)"),
        ("README.md", "![x](mnist_helpers/models/web/a.png)", None),
        ("docs/data.md", "[x](models.md#a) [y](https://a.b/README.md)", None),
        ("docs/data.md", "[x](#here) ![y](pictures/page.png)", None),
    ],
)
def test_links_lead_where_the_site_has_what_they_name(place, text, leads):
    relinked, _ = site_pages.relinked(text, place, ROOT, ["models"])
    assert relinked == (leads or text)


def test_files_that_are_no_pages_are_named_so_that_they_can_be_downloaded():
    text = '[a](../Makefile) [b](../examples/train_mnist.py) <img src="pictures/page.png"> '
    text += "[c](service.md) [d](../mnist_helpers/quiet.py) [e](gone.txt)"
    same, files = site_pages.relinked(text, "docs/data.md", ROOT, [])
    assert same == text
    assert files == {
        *("Makefile", "examples/train_mnist.py", "docs/pictures/page.png"),
        "mnist_helpers/quiet.py",
    }


# ---- the first page and the downloads


README = """# A course

What it is.

![A picture](docs/pictures/page.png)

## Start

Type this.
"""
TITLES = {"01_explore": "Explore", "06_serve": "Serve", "08_run": "Run"}


def test_the_first_page_is_the_readme_with_navigation():
    page = site_pages.front_page(README, TITLES)
    places = [
        page.index(words)
        for words in ("# A course", "notebooks/01_explore.html", "![A picture]", "## Start")
    ]
    assert places == sorted(places)
    assert ":caption: Learn\n\n01 Explore <notebooks/01_explore>\n```" in page
    assert (
        ":caption: Put to work\n\n06 Serve <" in page and ":caption: Go further\n\n08 Run" in page
    )


def test_what_there_is_to_play_with_takes_the_pictures_place():
    page = site_pages.front_page(README, TITLES, "<div id='look'></div>\n")
    assert "![A picture]" not in page
    assert page.index("What it is.") < page.index("<div id='look'>") < page.index("## Start")


def test_every_page_of_the_navigation_is_there_and_the_other_way_round():
    named = {page for pages in site_pages.CHAPTERS.values() for page in pages}
    paths = [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/teaching/[a-z]*.md")]  # guide has the others
    there = {path.relative_to(ROOT).with_suffix("").as_posix() for path in paths}
    assert there == {name for name in named if name.startswith("docs/")}
    for name in named - {"downloads", "reference/index"}:
        assert (ROOT / f"{name}.md").is_file()


def test_downloads_list_what_is_offered_with_its_size():
    offered = {
        "": [Offer("all copies", "files/all.zip", 147_524)],
        "01_explore": [
            Offer("copy", "files/notebooks/01_explore.ipynb", 34_961),
            Offer("slides", "files/slides/01_explore.html", 623_382),
        ],
    }
    page = site_pages.downloads(TITLES, offered)
    assert '- <a href="files/all.zip" download>all copies</a> (0.1 MB)' in page
    row = next(line for line in page.splitlines() if line.startswith("| 01 Explore |"))
    assert '.ipynb" download>copy</a> (35 kB)' in row and '.html">slides</a> (0.6 MB)' in row
    line = site_pages.files_of(offered["01_explore"], "notebooks")
    assert 'href="../files/slides/01_explore.html"' in line
    assert site_pages.files_of([], "notebooks") == ""


# ---- the reference


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "mnist_helpers"
    (folder / "inner").mkdir(parents=True)
    lazy = '"""The helpers."""\nimport lazy_loader\n'
    (folder / "__init__.py").write_text(lazy, "utf-8")
    (folder / "__init__.pyi").write_text(
        "from . import inner as inner\nfrom . import shares as shares\n"
        "from .begin import start as start\n",
        "utf-8",
    )
    (folder / "begin.py").write_text('def start() -> None:\n    """Begin."""\n', "utf-8")
    (folder / "shares.py").write_text(MODULE, "utf-8")
    (folder / "inner" / "__init__.py").write_text(lazy, "utf-8")
    (folder / "inner" / "__init__.pyi").write_text("from .deep import NAME as NAME\n", "utf-8")
    (folder / "inner" / "deep.py").write_text('NAME = "a.txt"\nOTHER = 1\n', "utf-8")
    return tmp_path


def test_the_reference_has_what_is_public_and_says_what_the_docstrings_say(package):
    pages = site_reference.pages(package)
    assert set(pages) == {"reference/index.md", "reference/inner.md", "reference/shares.md"}
    page = pages["reference/shares.md"]
    assert page.startswith("# mh.shares\n\nNumbers of a made-up kind.")
    assert "(<https://doi.org/10.1/abc>)." in page
    assert "{py:class} mh.shares.Share(value: float)\n" in page
    assert ":ivar value: In [0, 1]." in page
    assert "{py:method} mh.shares.Share.doubled(by: int = 2) -> Share" in page
    assert "{py:function} mh.shares.share(labels: np.ndarray, *, of: str = " in page
    assert ":param labels: Whole numbers, (n,);\n    one for each image.\n:param of: Which." in page
    assert ":returns: The share." in page and ":raises ValueError: There are none." in page
    assert "_hidden" not in page and "SIDE" not in page
    inner = pages["reference/inner.md"]
    assert "{py:data} mh.inner.NAME\n\n= `'a.txt'`" in inner and "OTHER" not in inner
    index = pages["reference/index.md"]
    assert "- [`mh.shares`](shares.md): Numbers of a made-up kind." in index
    assert "{py:function} mh.start() -> None\n\nBegin." in index


def test_a_name_that_is_listed_and_nowhere_is_told(package):
    (package / "mnist_helpers" / "inner" / "deep.py").write_text('NAME, B = "a", "b"\n', "utf-8")
    with pytest.raises(SiteError, match=r"inner\.NAME is listed .* a line of its own"):
        site_reference.pages(package)


def test_every_module_that_learners_name_has_a_page():
    pages = site_reference.pages(ROOT)
    stub = (ROOT / "mnist_helpers" / "__init__.pyi").read_text("utf-8")
    for name in re.findall(r"^from \. import (\w+)", stub, re.MULTILINE):
        assert f"reference/{name}.md" in pages
    for function in ("mh.exercises.check", "mh.plots.image_grid", "mh.pictures.prepare"):
        assert any(f"{{py:function}} {function}(" in page for page in pages.values()), function


# ---- the whole


def test_what_has_not_changed_is_not_written_again_and_what_is_gone_goes(tmp_path):
    file = tmp_path / "Makefile"
    file.write_text("all:\n", "utf-8")
    folder = tmp_path / "source"
    make_site.stage(iter([("a/b.md", "one"), ("c.md", "two"), ("Makefile", file)]), folder)
    first = (folder / "c.md").stat().st_mtime_ns
    make_site.stage(iter([("c.md", "two"), ("Makefile", file)]), folder)
    assert (folder / "c.md").stat().st_mtime_ns == first
    there = {path.name for path in folder.rglob("*") if path.is_file()}
    assert there == {"c.md", "Makefile"}


@pytest.fixture
def staged(monkeypatch, tmp_path):
    """Make a site of a few pages, with the project's configuration."""

    def make(**pages):
        monkeypatch.setattr(make_site, "offer", lambda root, folder: {})
        monkeypatch.setattr(site_figures, "write", lambda folder: None)
        tree = "\n".join(["```{toctree}", *(name for name in pages if name != "index"), "```"])
        pages["index"] = f"# First\n\n{tree}\n"
        staged = [(f"{name}.md", text) for name, text in pages.items()]
        monkeypatch.setattr(make_site, "sources", lambda root, offered: iter(staged))
        return make_site.make(ROOT, tmp_path / "site")

    return make


def test_pages_are_made_anew_and_mended_for_those_who_hear_them(staged):
    html = staged(one="# One\n\n| | b |\n|---|---|\n| 1 | 2 |\n", two="# Two\n\n[a](one.md)\n")
    assert 'href="one.html"' in (html / "two.html").read_text("utf-8")
    page = (html / "one.html").read_text("utf-8")
    assert '<td class="head"></td>' in page and '<aside class="sidebar-drawer" aria-label' in page
    staged(two="# Two again\n")
    assert not (html / "one.html").exists()
    assert "Two again" in (html / "two.html").read_text("utf-8")


@pytest.mark.parametrize("lost", ["gone.md", "one.md#gone"])
def test_a_link_that_leads_nowhere_stops_it_and_keeps_the_site_before(lost, staged, capfd):
    html = staged(one="# One\n")
    with pytest.raises(SiteError, match="mend the file of the same name"):
        staged(one=f"# One\n\n[a]({lost})\n")
    assert "one.md" in capfd.readouterr().err
    assert (html / "one.html").is_file()


def test_a_fault_is_told_each_time(staged, capfd):
    """Sphinx tells what it finds while it reads only when it reads a page anew."""
    for _ in range(2):
        with pytest.raises(SiteError):
            staged(one="# One\n\n```{no-such-directive}\n```\n")
        assert "no-such-directive" in capfd.readouterr().err


def test_every_thing_that_is_mended_is_still_there_to_mend(staged):
    """If a newer Furo or MyST-NB says it differently, axe would find it again."""
    html = staged(one="# One\n\n## Part\n\n| | b |\n|---|---|\n| 1 | 2 |\n")
    page = (html / "one.html").read_text("utf-8")
    for mended in site_pages.MENDED.values():
        if "caption" not in mended and "summary" not in mended:  # neither is in this small site
            assert mended in page


def test_the_workflow_makes_and_publishes_the_site():
    text = (ROOT / ".github" / "workflows" / "site.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    runs = [step.get("run") for step in jobs["build"]["steps"]]
    assert "make site" in runs
    path = jobs["build"]["steps"][-1]["with"]["path"]
    assert Path(path) == make_site.FOLDER / "html"
    assert jobs["publish"]["needs"] == "build"


@pytest.mark.parametrize("error", [SiteError("mend it"), OSError(28, "No space left on device")])
def test_a_fault_is_told_in_a_sentence(error, monkeypatch):
    def fail(*_):
        raise error

    monkeypatch.setattr(make_site, "make", fail)
    monkeypatch.setattr("sys.argv", ["make_site.py"])
    with pytest.raises(SystemExit) as stopped:
        make_site.main()
    assert "mend it" in str(stopped.value) or "Make room" in str(stopped.value)
