"""What learners do in JupyterLab: they draw on the pad, and save what they have answered.

SCREENSHOTS=folder keeps a picture of each test.
"""

import contextlib
import time

import nbformat
import pytest
from playwright.sync_api import Error, expect

from mnist_helpers import copies
from mnist_helpers.exercises import saved
from tests.browser.test_pad import DIGITS, HINT, digit, draw, keep_screenshot, message

EDITOR = ".jp-Notebook .cm-content"
PAD = (
    "import mnist_helpers as mh\n\npad = mh.serve.pad.Pad(mh.serve.classifier.load())\npad",
    "numbers = [number for stroke in pad.strokes for point in stroke for number in point]\n"
    "print('strokes:', len(pad.strokes), 'inside:', 0 <= min(numbers) <= max(numbers) <= 1)",
)
LOOK = (
    'import mnist_helpers as mh\n\nlook = mh.play.Look(first="reader")\nlook',
    "print('strokes:', len(look.strokes), 'brightest:', look.image.max())",
)
KERNEL = (
    "import mnist_helpers as mh\nimport numpy as np\n\nfigure = mh.play.Kernel(np.eye(9))\nfigure",
    "print('middle:', figure.kernel[1][1])",
)
ANSWER = 'import mnist_helpers as mh\n\nkinds = ...\n\nmh.exercises.check("03.1", kinds)\n'


@pytest.fixture
def open_notebook(request, chromium, lab):
    """Write a notebook of these cells, and open it in JupyterLab; give its page and its file."""
    work, address = lab
    context = chromium().new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def open_notebook(*cells):
        path = work / f"{request.node.name}.ipynb"
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(notebook, path)
        page.goto(f"{address}/lab/tree/{path.name}?reset")  # without what another test opened
        page.locator(EDITOR).first.click()
        status = page.locator("#jp-main-statusbar")
        expect(status).to_contain_text("| Idle", timeout=60_000)  # before, a key would be lost
        return page, path

    yield open_notebook
    with contextlib.suppress(Error):
        keep_screenshot(page, f"{request.node.name}_end")
    context.close()
    assert not errors


def test_the_widget_reads_in_jupyterlab(request, open_notebook):
    page, _ = open_notebook(*PAD)
    page.keyboard.press("Shift+Enter")
    expect(message(page)).to_have_text(HINT, timeout=60_000)
    draw(page, DIGITS[7])
    expect(digit(page)).to_have_text("7", timeout=30_000)
    keep_screenshot(page, request.node.name)
    page.keyboard.press("x")  # JupyterLab's shortcut that cuts a cell; not on the pad
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    editors = page.locator(EDITOR)
    expect(editors).to_have_count(2)
    editors.last.click()
    page.keyboard.press("Shift+Enter")
    output = page.locator(".jp-OutputArea-output", has_text="strokes:")
    expect(output).to_contain_text("strokes: 2 inside: True")
    expect(page.get_by_text("official Jupyter news")).to_have_count(0)


def test_the_network_is_seen_at_work_in_jupyterlab(request, open_notebook):
    page, _ = open_notebook(*LOOK)
    page.keyboard.press("Shift+Enter")
    expect(digit(page)).to_have_text("3", timeout=180_000)  # TensorFlow is there, and the network
    expect(page.locator(".look-inside > p")).to_contain_text("the reader of handwriting")
    page.locator(".look-layers .look-picture").first.click(position={"x": 70, "y": 30})
    draw(page, DIGITS[7])
    expect(digit(page)).to_have_text("7")
    expect(page.locator(".look-why")).to_contain_text("the products, added up")
    keep_screenshot(page, request.node.name)
    page.locator(EDITOR).last.click()
    page.keyboard.press("Shift+Enter")
    output = page.locator(".jp-OutputArea-output", has_text="strokes:")
    expect(output).to_contain_text("strokes: 1 brightest: 1.0", timeout=30_000)


def test_a_kernel_is_edited_in_jupyterlab(request, open_notebook):
    page, _ = open_notebook(*KERNEL)
    page.keyboard.press("Shift+Enter")
    field = page.get_by_label("Row 1, column 1 of the kernel")
    field.fill("5", timeout=180_000)
    keep_screenshot(page, request.node.name)
    page.locator(EDITOR).last.click()
    page.keyboard.press("Shift+Enter")
    output = page.locator(".jp-OutputArea-output", has_text="middle:")
    expect(output).to_contain_text("middle: 5", timeout=30_000)


def test_a_verdict_is_saved_and_a_later_change_of_the_answer_shows(open_notebook):
    page, path = open_notebook(ANSWER)

    def claims():
        page.keyboard.press("Control+s")  # again and again: the kernel may answer late
        time.sleep(0.5)
        with contextlib.suppress(ValueError):  # JupyterLab is still writing the file
            return list(saved.claims(copies.read(path)))

    def is_saved_as(*claim):
        deadline = time.monotonic() + 30
        while (found := claims()) != [claim]:
            assert time.monotonic() < deadline, found

    is_saved_as("03.1", None, "unchecked")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Not answered yet.")).to_be_visible()
    is_saved_as("03.1", "unanswered", "claimed")
    page.locator(EDITOR).click()
    page.keyboard.press("Control+End")
    page.keyboard.type("# now")
    is_saved_as("03.1", "unanswered", "stale")
    page.keyboard.press("Control+Enter")
    is_saved_as("03.1", "unanswered", "claimed")
