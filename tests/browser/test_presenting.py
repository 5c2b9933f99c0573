"""What docs/presenting.md says of JupyterLab is so."""

import re

import copy_notebooks
import nbformat
import pytest
from playwright.sync_api import expect

from tests.conftest import NOTEBOOKS, ROOT

PAGE = (ROOT / "docs" / "presenting.md").read_text("utf-8")
MENUS = sorted(set(re.findall(r"\*((?:View|Run|Edit|Settings|Kernel) › [^*]+)\*", PAGE)))


@pytest.fixture
def page(chromium, lab):
    """An instructor's copy of notebook 03, in JupyterLab."""
    work, address = lab
    solved = copy_notebooks.as_text(copy_notebooks.solved(NOTEBOOKS[2]))
    notebook = nbformat.reads(solved, as_version=4)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, work / "03.ipynb")
    context = chromium().new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/lab/tree/03.ipynb")
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60_000)
    yield page
    context.close()


def choose(page, path, click=True):
    """Go through a menu; `path` is as the page writes it, and may be broken into lines."""
    menu, *items = " ".join(path.split()).split(" › ")
    page.locator(".lm-MenuBar-item", has_text=menu).first.click()
    for item in items:
        entry = page.locator(".lm-Menu-item:visible").filter(has=page.get_by_text(item, exact=True))
        expect(entry).to_have_count(1)
        entry.hover()
    if click:
        entry.click()
    else:
        for _ in range(1 + len(items)):
            page.keyboard.press("Escape")


def size_of_code(page):
    line = page.locator(".jp-CodeCell .cm-line").first
    return line.evaluate("line => parseFloat(getComputedStyle(line).fontSize)")


def test_jupyterlab_does_what_the_page_says(page):
    assert len(MENUS) >= 9
    for path in MENUS:
        choose(page, path, click=False)

    # the size of code, and what fits beside nothing
    larger = "Settings › Theme › Increase Code Font Size"
    assert larger in MENUS and "eight times, from 13 to 21 pixels" in PAGE
    choose(page, "View › Appearance › Show Left Sidebar")
    assert size_of_code(page) == 13
    for step in range(8):
        choose(page, larger)
        page.wait_for_function(
            f"getComputedStyle(document.querySelector('.cm-line')).fontSize === '{14 + step}px'"
        )
    beyond = "lines => Math.max(...lines.map(line => line.scrollWidth - line.clientWidth))"
    assert page.locator(".jp-CodeCell .cm-scroller").evaluate_all(beyond) == 0
    choose(page, "View › Appearance › Presentation Mode")
    assert size_of_code(page) == 16

    # folded solutions
    folded = page.locator(".jp-InputPlaceholder")
    page.get_by_role("heading", name="03.2").scroll_into_view_if_needed()
    count = folded.count()
    assert count >= 1
    folded.first.click()
    expect(folded).to_have_count(count - 1)
