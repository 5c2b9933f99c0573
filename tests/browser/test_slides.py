"""Slides in a real browser, from a file, without a network.

Two decks, or all of them with --every-way. SCREENSHOTS=folder keeps a picture of each slide.
"""

import os
import re
from pathlib import Path

import make_slides
import pytest
from playwright.sync_api import expect

from tests.conftest import NOTEBOOKS, ROOT

USUAL = ("03", "08")  # one with many figures, one with many tables
SCREENS = ({"width": 1280, "height": 720}, {"width": 1920, "height": 1080})
MARGIN = 20  # pixels of a slide of 1280 × 720 that stay empty at each side
# Goes through all slides with everything shown, and returns what lies outside of them, what is
# smaller than it should be, and figures that have no text.
LOOK = """
(margin) => Reveal.getSlides().flatMap((slide, number) => {
  const place = Reveal.getIndices(slide);
  Reveal.slide(place.h, place.v, 99);
  const scale = Reveal.getScale(), frame = slide.getBoundingClientRect(), wrong = [];
  const tell = (what, element) =>
    wrong.push(`${number + 1}: ${what}: ${element.outerHTML.slice(0, 60)}`);
  if (frame.width > innerWidth + 1 || frame.height > innerHeight + 1) tell("screen", slide);
  for (const element of slide.querySelectorAll("h1, h2, h3, .part, .part *")) {
    const box = element.getBoundingClientRect();
    if (box.width === 0) continue;
    const left = box.left - frame.left, top = box.top - frame.top;
    const right = frame.right - box.right, bottom = frame.bottom - box.bottom;
    if (Math.min(left, top, right, bottom) < margin * scale) tell("overflow", element);
    if (element.matches("pre") && element.scrollWidth > element.clientWidth + 1)
      tell("cut", element);
  }
  for (const code of slide.querySelectorAll("pre"))
    if (parseFloat(getComputedStyle(code).fontSize) * scale < 20) tell("small code", code);
  for (const image of slide.querySelectorAll("img")) {
    const box = image.getBoundingClientRect();
    if (box.width < 900 * scale && box.height < 450 * scale) tell("small figure", image);
    if (image.alt.length < 30) tell("no text", image);
  }
  const parts = [...slide.querySelectorAll(".part")].map((part) => part.getBoundingClientRect());
  parts.slice(1).forEach((part, before) => {
    if (part.top < parts[before].bottom - 1) tell("overlap", slide);
  });
  return wrong;
})
"""


@pytest.fixture(scope="module", params=[path.stem[:2] for path in NOTEBOOKS])
def address(request, tmp_path_factory):
    """The file of a deck."""
    if request.param not in USUAL and not request.config.getoption("--every-way"):
        pytest.skip("two decks are enough, or --every-way")
    if not make_slides.REVEAL.is_dir():
        pytest.skip("reveal.js is not there: npm ci")
    (path,) = make_slides.make(ROOT, [request.param], tmp_path_factory.mktemp("slides") / "slides")
    return path.as_uri()


@pytest.fixture
def open_deck(chromium, address):
    """Open the deck; at the end, nothing may have been asked for, or gone wrong."""
    contexts, asked, errors = [], [], []

    def open_deck(screen=SCREENS[0], query=""):
        contexts.append(chromium().new_context(viewport=screen, offline=True))
        contexts[-1].on("request", lambda request: asked.append(request.url))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address + query)
        page.wait_for_function("Reveal.isReady()")
        page.evaluate("document.fonts.ready")
        return page

    yield open_deck
    for context in contexts:
        context.close()
    elsewhere = [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))]
    assert asked and not elsewhere and not errors, (elsewhere, errors)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: str(screen["width"]))
def test_every_slide_fits_and_can_be_read(screen, open_deck, address):
    page = open_deck(screen)
    assert page.evaluate(LOOK, MARGIN) == []
    if (folder := os.environ.get("SCREENSHOTS")) and screen == SCREENS[0]:
        for number in range(page.evaluate("Reveal.getTotalSlides()")):
            page.evaluate("""(number) => {
                const place = Reveal.getIndices(Reveal.getSlides()[number]);
                Reveal.slide(place.h, place.v, 99);
            }""", number)  # fmt: skip
            picture = Path(folder, f"{Path(address).stem[:2]}_{number + 1:02}.png")
            page.screenshot(path=picture, animations="disabled")


def test_the_keys_go_through_all_slides_and_show_what_waits(open_deck):
    page = open_deck()
    total = page.evaluate("Reveal.getTotalSlides()")
    steps = total + page.locator("section section:has(.fragment)").count()
    position = page.locator(".slide-number")
    expect(position).to_have_text(f"1 / {total}")
    for _ in range(steps - 1):
        page.keyboard.press("ArrowRight")
    expect(position).to_have_text(f"{total} / {total}")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(position).to_have_text(f"2 / {total}")
    page.keyboard.press("ArrowLeft")
    expect(position).to_have_text(f"1 / {total}")
    page.keyboard.press("o")
    assert page.evaluate("Reveal.isOverview()")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    assert page.evaluate("Reveal.isPaused()")


def test_the_speaker_sees_the_notes(open_deck):
    page = open_deck()
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    notes = popup.value.locator(".speaker-controls-notes .value")
    expect(notes).to_contain_text("What you'll do")
    page.keyboard.press("ArrowRight")
    expect(notes).to_contain_text("What you'll need")


def test_each_slide_is_one_page_on_paper(open_deck):
    page = open_deck(query="?print-pdf")
    expect(page.locator(".pdf-page").last).to_be_attached()
    total = page.evaluate("Reveal.getTotalSlides()")
    assert page.locator(".pdf-page").count() == total
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == total
