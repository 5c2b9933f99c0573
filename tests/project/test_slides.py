"""Slides show what the notebooks show, and the speaker's notes hold the prose."""

import html
import itertools
import re

import deck
import make_slides
import nbformat
import pytest
import slide_parts
from copy_notebooks import CopyError, exercise_in
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pages import PageError

from tests.conftest import NOTEBOOKS, ROOT

PIXEL = (  # a picture of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
FOR_LEARNERS_ONLY = re.compile(r"^(Previous|Next):|guesses\b.*:$")
FOR_LEARNERS = ("No guess yet", "Not answered yet", "your guess", "three dots", "Previous:")


def words(markup):
    """Return what is read of a piece of HTML, without its spaces."""
    return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]*>", "", markup)))


def strip_scripts(page):
    return re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)


def slides_of(*cells):
    title = new_markdown_cell("# Try it")
    return deck.make_deck(new_notebook(cells=[title, *cells]), "made-up.ipynb")[1:]


def code(source, *outputs, **metadata):
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


def text(source, slide_type=None):
    metadata = {"slideshow": {"slide_type": slide_type}} if slide_type else {}
    return new_markdown_cell(source, metadata=metadata)


def printed(what):
    return new_output("stream", text=what)


def shown(**data):
    kinds = {"markdown": "text/markdown", "png": "image/png", "plain": "text/plain"}
    return new_output("display_data", {kinds[name]: value for name, value in data.items()})


def kinds(slide):
    return [part.kind for part in slide.parts]


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem[:2])
def made(request):
    """A notebook of the series, and its slides."""
    notebook = nbformat.read(request.param, as_version=4)
    return notebook, deck.make_deck(notebook, request.param.name)


def test_all_prose_is_on_slides_or_in_the_notes(made):
    notebook, slides = made
    said = words("".join(slide_parts.render("\n\n".join(slide.notes)) for slide in slides))
    said += words("".join(part.html for slide in slides for part in slide.parts))
    for cell in notebook.cells:
        for block in slide_parts.blocks(cell.source if cell.cell_type == "markdown" else ""):
            if block.kind == "paragraph" and not FOR_LEARNERS_ONLY.search(block.text):
                forms = (block.text, block.text.strip("*"), deck.HOW_TO_TYPE.sub("", block.text))
                titles = [slide.title for slide in slides]
                assert forms[1] in titles or any(
                    words(slide_parts.render(form)) in said for form in forms
                )


def test_all_code_is_on_slides_in_order(made):
    notebook, slides = made
    left = "".join(words(part.html) for slide in slides for part in slide.parts)
    for cell in notebook.cells:
        if cell.cell_type == "code" and not re.search(r"Markdown\(f|guesses\(\)", cell.source):
            for line in filter(str.strip, cell.source.splitlines()):
                _, found, left = left.partition(re.sub(r"\s", "", line))
                assert found, line


def test_each_figure_is_on_a_slide_and_its_caption_is_its_text(made):
    notebook, slides = made
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    figures = [out for out in outputs if "image/png" in out.get("data", {})]
    parts = [part for slide in slides for part in slide.parts if part.kind == "figure"]
    assert len(parts) == len(figures)
    assert all(len(re.search(r'alt="([^"]*)"', part.html)[1]) > 30 for part in parts)


def test_what_only_a_learner_needs_is_left_out(made):
    everything = "".join(part.html for slide in made[1] for part in slide.parts)
    assert not [word for word in FOR_LEARNERS if word in everything]


def test_solutions_are_in_the_notes(made):
    notebook, slides = made
    notes = "".join("".join(slide.notes) for slide in slides)
    exercises = [cell for cell in notebook.cells if exercise_in(cell.source)]
    assert notes.count("Solution:") == len(exercises) > 0


def test_each_slide_has_room_for_what_is_on_it(made):
    assert [slide.title for slide in made[1] if not slide.scale] == []


def test_each_slide_has_a_heading_and_something_on_it(made):
    for slide, after in itertools.pairwise(made[1]):
        heads_a_chapter = after.level > slide.level and not slide.notes
        assert slide.title and (slide.parts or heads_a_chapter)


def test_a_heading_begins_a_slide_and_prose_becomes_notes():
    (slide,) = slides_of(text("## See it\n\nThis is why."), code("x = 1"), text("So it is."))
    assert (slide.title, slide.level, kinds(slide)) == ("See it", 2, ["code"])
    assert slide.notes == ["This is why.", "So it is."]


def test_what_introduces_the_next_cell_is_said_on_its_slide():
    first, second = slides_of(
        text("## A"), code("x = 1"), text("So it is.\n\nNow y:"), code("y = 2"), text("Seen.")
    )
    assert (first.notes, second.notes) == (["So it is."], ["Now y:", "Seen."])


def test_a_question_has_a_slide_of_its_own_before_the_answer():
    before, question, answer = slides_of(
        text("## A"),
        code("x = 1"),
        text("So it is.\n\n**Guess.** How many? (Or leave the three dots.)"),
        code("guess_x = ...  # a number"),
        code("look()", shown(markdown="No guess yet. What came out: **7** (things).")),
    )
    assert before.notes == ["So it is."]
    assert kinds(question) == ["question", "code"]
    assert words(question.parts[0].html) == "Guess.Howmany?"
    assert words(answer.parts[1].html) == "Whatcameout:7(things)." and answer.parts[1].waits


def test_an_output_waits_beside_its_code_but_not_on_a_slide_of_its_own():
    one, two, three = slides_of(
        text("## A"), code("x", printed("1\n")), code("\n".join("y" * 15), printed("1\n" * 15))
    )
    assert [part.waits for part in one.parts] == [False, True]
    assert kinds(two) == ["code"] and kinds(three) == ["output"]
    assert not three.parts[0].waits


def test_what_stands_on_a_slide_is_as_large_as_there_is_room():
    def scale(lines, columns):
        return slides_of(text("## A"), code("\n".join(["x" * columns] * lines)))[0].scale

    assert scale(3, 60) == 1.4 > scale(18, 60) > scale(21, 60) == 1
    assert scale(3, 80) == 1.1, "no line is broken for it"


def test_prose_of_another_cell_does_not_join_what_a_cell_gave():
    first, second = slides_of(text("## A"), code("x", printed("1")), text("- One.\n- Two."))
    assert kinds(first) == ["code", "output"] and kinds(second) == ["list"]


def test_long_code_is_cut_at_blank_lines_and_loses_nothing():
    pieces = ["\n".join(f"x{piece}_{line}=1" for line in range(9)) for piece in range(4)]
    first, second = slides_of(text("## A"), code("\n\n".join(pieces)))
    assert words(first.parts[0].html) == words("".join(pieces[:2]))
    assert words(second.parts[0].html) == words("".join(pieces[2:]))
    assert first.title == second.title


def test_a_blank_line_near_the_beginning_is_no_place_to_cut():
    first, *_ = slides_of(text("## A"), code("import x\n\n" + "\n".join(["y = 1"] * 22)))
    assert 8 <= first.parts[0].html.count("y") <= 14


def test_long_code_without_blank_lines_is_cut_before_a_statement():
    lines = [f"x = [\n    {number},\n]" for number in range(9)]
    first, second = slides_of(text("## A"), code("\n".join(lines)))
    assert words(first.parts[0].html) in (words("".join(lines[:4])), words("".join(lines[:5])))
    assert words(second.parts[0].html).endswith("x=[8,]")


def test_long_output_is_cut_and_says_so():
    (slide,) = slides_of(text("## A"), code("x", printed("one\n" * 50)))[1:]
    assert slide.parts[0].html.count("one") < slide_parts.LINES
    assert re.search(r"… and \d+ more lines in the notebook", slide.parts[0].html)
    assert slide.scale == 1
    assert 0 <= slide_parts.BODY - slide.parts[0].height(1) < slide_parts.CODE_LINE


def test_a_long_table_goes_on_with_its_head():
    rows = "\n".join(f"| {number} | b |" for number in range(40))
    made = slides_of(text(f"## A\n\n| a | b |\n|---|---|\n{rows}"))
    assert len(made) == 3 and all("<th>a</th>" in slide.parts[0].html for slide in made)
    assert sum(slide.parts[0].html.count("<tr>") - 1 for slide in made) == 40


def table(*rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def test_a_number_in_a_table_stays_beside_its_unit():
    row = ("41.9 s", "at 100 Mbit/s", "2.6 – 3.4 ms", "9.4% ± 2.9", "of 64 units, all")
    (part,) = slide_parts.table_parts(table("abcde", row))
    cells = re.findall("<td>(.*)</td>", part.html.replace("\N{NO-BREAK SPACE}", "_"))
    assert cells == ["41.9_s", "at 100_Mbit/s", "2.6 – 3.4_ms", "9.4%_±_2.9", "of 64 units, all"]


def test_a_table_is_as_large_as_it_can_be_with_rows_of_two_lines():
    def scale(words):
        (slide,) = slides_of(text("## A\n\n" + table("ab", (" ".join(["word"] * words), "1"))))
        return slide.scale

    assert scale(17) == scale(27) == 1.4 > scale(31) > scale(35) == 1


def test_a_table_of_many_columns_has_room_as_long_as_its_words_have():
    (part,) = slide_parts.table_parts(table(["workers"] * 10, ["1"] * 10))
    assert part.height(1) < slide_parts.BODY
    with pytest.raises(deck.SlidesError, match="begins '## A': its table is wider than a slide"):
        slides_of(text("## A\n\n" + table(["workers"] * 14, ["1"] * 14)))


def test_a_table_of_another_cell_does_not_join_what_a_cell_gave():
    recorded = shown(markdown=table("ab", "12"))
    _, given, prose = slides_of(
        text("## A"), code("x\n" * 20, recorded), text("Now:\n\n" + table("ab", "34"))
    )
    assert kinds(given) == kinds(prose) == ["table"]


def test_a_second_table_has_a_slide_of_its_own_but_an_exercise_is_one_slide():
    tables = "\n\n".join([table("ab", "12")] * 2)
    assert [kinds(slide) for slide in slides_of(text(f"## A\n\n{tables}"))] == [["table"]] * 2
    (task,) = slides_of(text(f"### 01.1 Find it\n\n{tables}"))
    assert kinds(task) == ["table", "table"]


def test_where_a_link_leads_takes_no_room():
    link = "- [a guide](https://example.org/" + "far/" * 90 + ")\n"
    with_links, without = slide_parts.text_part(link * 3, "list"), "- a guide\n" * 3
    assert with_links.height(1) == slide_parts.text_part(without, "list").height(1)


def test_a_sentence_does_not_end_inside_a_link():
    text = "Barz: [Why so? An answer](https://example.org), 2020. More."
    assert slide_parts.first_sentence(text) == text.removesuffix(" More.")


def test_a_formula_in_a_sentence_is_shown_with_it():
    sentence, formula = "So the speed-up is", "time of one / time of n."
    (slide,) = slides_of(text(f"## A\n\n{sentence}\n\n{formula}\n\nThat is so. It is."))
    assert [words(part.html) for part in slide.parts] == [words(sentence), words(formula)]
    assert slide.notes == ["That is so. It is."]


def test_a_list_is_shown_by_first_sentences_and_said_as_a_whole():
    points = "- *One*: this. And more,\n  much more.\n- **Two.** That. So\n- Three"
    (slide,) = slides_of(text(f"## A\n\n{points}"))
    assert words(slide.parts[0].html) == "One:this.Two.That.Three" and slide.notes == [points]


def test_an_exercise_is_shown_as_a_whole():
    task = text("### 01.1 Find it (5 minutes)\n\nThink. Then type:\n\n- one. Two.")
    (slide,) = slides_of(
        task, code("x = ...\n\nmh.exercises.check('01.1', x)", shown(markdown="?"))
    )
    assert kinds(slide) == ["text", "list", "code"]
    assert "Two" in slide.parts[1].html and "Solution:" in slide.notes[0]


def test_a_slide_without_anything_shows_the_first_sentence_of_its_prose():
    (slide,) = slides_of(text("## A\n\nThis is so. It goes on, e.g. here."))
    assert words(slide.parts[0].html) == "Thisisso."


def test_where_to_type_is_not_on_the_slide_of_a_heading():
    said = "Put it in place of the `...`, and run it. Hints help. So do friends."
    (slide,) = slides_of(text(f"## A\n\n{said}"))
    assert words(slide.parts[0].html) == "Hintshelp." and slide.notes == [said]


@pytest.mark.parametrize(
    ("slide_type", "on_slide", "notes"),
    [("slide", ["text"], []), ("notes", ["lead"], ["One. Two."]), ("skip", [], [])],
)
def test_the_slide_type_of_a_cell_says_what_becomes_of_its_words(slide_type, on_slide, notes):
    (slide,) = slides_of(text("## A"), text("One. Two.", slide_type))
    assert (kinds(slide), slide.notes) == (on_slide, notes)


def test_a_figure_without_text_is_refused():
    figure = shown(png=PIXEL, plain="<Figure size 640x480 with 1 Axes>")
    with pytest.raises(
        deck.SlidesError, match=r"made-up\.ipynb, the cell that begins 'draw.*mh\.plots"
    ):
        slides_of(text("## A"), code("draw()", figure))


def test_what_slides_cannot_show_is_refused():
    with pytest.raises(deck.SlidesError, match="the cell that begins 'draw"):
        slides_of(text("## A"), code("draw()", new_output("display_data", {"text/html": "<b>"})))


def test_a_notebook_without_a_heading_is_refused():
    with pytest.raises(deck.SlidesError, match=r"^made-up\.ipynb must begin with a heading"):
        deck.make_deck(new_notebook(cells=[code("x")]), "made-up.ipynb")


def test_a_damaged_notebook_is_named(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_try.ipynb").write_text("{")
    with pytest.raises(deck.SlidesError, match=r"git checkout notebooks/01_try\.ipynb"):
        make_slides.make(tmp_path, ["01"], tmp_path / "slides")


def test_a_link_leads_to_another_deck_or_to_the_web():
    markup = slide_parts.render("[a](02_build.ipynb), [b](../docs/data.md), [c](https://x.org)")
    assert re.findall(r'href="([^"]*)"', markup) == ["02_build.html", "https://x.org"]
    assert words(markup) == "a,b,c"


needs_reveal = pytest.mark.skipif(
    not make_slides.REVEAL.is_dir(), reason="reveal.js is not there: npm ci"
)


@needs_reveal
def test_a_deck_is_one_file_that_asks_for_nothing_else(tmp_path):
    (path,) = make_slides.make(ROOT, ["3"], tmp_path / "slides")
    page = path.read_text("utf-8")
    assert path.name == "03_train_the_model.html" and "<title>Train the model</title>" in page
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert not re.findall(r'\bsrc="(?!data:)|<link|@import|url\((?!"?data:)', strip_scripts(page))


@needs_reveal
def test_a_deck_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "slides").write_text("a file")
    with pytest.raises(PageError, match="cannot be written"):
        make_slides.make(ROOT, ["03"], tmp_path / "slides")


def test_an_unknown_notebook_is_named(tmp_path):
    with pytest.raises(CopyError, match="99"):
        make_slides.make(ROOT, ["99"], tmp_path)


def test_without_reveal_the_message_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(make_slides, "REVEAL", tmp_path)
    with pytest.raises(deck.SlidesError, match="npm ci"):
        make_slides.make(ROOT, ["03"], tmp_path / "slides")
    assert not (tmp_path / "slides").exists()
