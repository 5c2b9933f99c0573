"""The site as its readers open it: from files, without a network, wide and on a phone.

A few pages, or all of them with --every-way. SCREENSHOTS=folder keeps pictures of them. SITE=folder
takes a site that is made already, such as artifacts/site/html.
"""

import functools
import os
import re
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import make_site
import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT

FEW = (
    "index",
    "notebooks/02_build_the_model",
    "docs/glossary",
    "downloads",
    "reference/evaluation",
    "look/index",
    "figures/index",
)
SCREENS = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
VIEWS = {"wide and light": ("wide", "light"), "phone and dark": ("phone", "dark")}
OTHERS = {"wide and dark": ("wide", "dark"), "phone and light": ("phone", "light")}
LARGEST = 1.5e6  # bytes of a page with its own pictures
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGES = [
    *("index", "downloads", "CHANGELOG", "CONTRIBUTING", "search", "genindex", "reference/index"),
    *(f"notebooks/{path.stem}" for path in sorted(ROOT.glob("notebooks/*.ipynb"))),
    *(f"docs/{path.stem}" for path in sorted(ROOT.glob("docs/*.md"))),
    *(f"docs/teaching/{path.stem}" for path in sorted(ROOT.glob("docs/teaching/*.md"))),
    *("reference/evaluation", "look/index", "figures/index"),
]


@pytest.fixture(scope="module")
def site(request, tmp_path_factory):
    """The pages; in haste without slides and PDFs, which have tests of their own."""
    if made := os.environ.get("SITE"):
        return Path(made).resolve()
    with pytest.MonkeyPatch.context() as patch:
        if not request.config.getoption("--every-way"):
            patch.setattr(make_site.make_slides, "make", lambda *_: [])
            patch.setattr(make_site.pages, "find_browser", lambda: None)
        return make_site.make(ROOT, tmp_path_factory.mktemp("site"))


class Seen(HTMLParser):
    """What a page has and names: anchors, links, pictures."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.pictures = set(), [], set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        there = {name: value for name, value in attributes if value}
        self.anchors |= {there[name] for name in ("id", "name") if name in there}
        self.links += [there[name] for name in ("href", "src") if name in there]
        if tag == "img":
            self.pictures.add(there["src"])


@functools.cache
def seen(path):
    return Seen(path)


def place(page, link):
    """Return the file that a link leads to, and the anchor in it."""
    parts = urlsplit(link)
    return (page.parent / unquote(parts.path)).resolve() if parts.path else page, unquote(
        parts.fragment
    )


def test_every_link_inside_leads_somewhere(site):
    lost = []
    pages = [*site.rglob("*.html")]  # slides, too
    assert len(pages) > 50
    for page in pages:
        for link in seen(page).links:
            if urlsplit(link).scheme:
                continue
            path, anchor = place(page, link)
            known = not anchor or path.suffix != ".html" or anchor in seen(path).anchors
            if not (path.is_file() and known):
                lost.append(f"{page.relative_to(site)}: {link}")
    assert not lost


def test_no_page_is_heavy(site):
    for page in site.rglob("*.html"):
        pictures = {place(page, link)[0] for link in seen(page).pictures if ":" not in link}
        weight = page.stat().st_size + sum(path.stat().st_size for path in pictures)
        assert weight <= LARGEST, f"{page.relative_to(site)}: {weight / 1e6:.2f} MB"


def test_every_page_is_among_those_that_are_looked_at(site):
    made = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    made = {name for name in made if not name.startswith("files/")}
    odd = made ^ set(PAGES)
    assert all(name.startswith("reference/") for name in odd), odd  # these are all alike


def test_what_cells_and_pages_write_in_markdown_is_shown_as_meant(site):
    for page in site.rglob("*.html"):
        text = re.sub(r"<(pre|code|script|style).*?</\1>", "", page.read_text("utf-8"), flags=re.S)
        assert not re.search(r"\| ?:?(?:-|–|—){2}|\{term\}|\]\(|\*\*\w", text), page


@pytest.fixture
def look(chromium, site):
    """Open pages; none may ask another host for anything, and no script may fail."""
    contexts, asked, errors = [], [], []

    def look(name, view="wide and light"):
        screen, scheme = (VIEWS | OTHERS)[view]
        options = {"viewport": SCREENS[screen], "color_scheme": scheme, "offline": True}
        contexts.append(chromium().new_context(**options))
        contexts[-1].on("request", lambda request: asked.append(request.url))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        address, _, query = name.partition("?")
        page.goto(f"{(site / address).with_suffix('.html').as_uri()}{'?' if query else ''}{query}")
        return page

    yield look
    for context in contexts:
        context.close()
    elsewhere = [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    assert not elsewhere and not errors, (elsewhere, errors)


@pytest.mark.parametrize("view", VIEWS | OTHERS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody(name, view, look, request):
    if name not in FEW and (view in OTHERS or not request.config.getoption("--every-way")):
        pytest.skip("a few pages are enough, or --every-way")
    if not AXE.is_file():
        pytest.skip("axe-core is not there: npm ci")
    page = look(name, view)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run({ resultTypes: ['violations'], preload: false })")["violations"]
    grave = [
        f"{each['id']}: {each['nodes'][0]['html'][:100]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert not grave
    frame = page.locator("html")
    assert frame.evaluate("html => html.scrollWidth <= html.clientWidth"), "wider than the screen"
    if folder := os.environ.get("SCREENSHOTS"):
        picture = f"{name.replace('/', '_')}_{view.replace(' ', '_')}.png"
        page.screenshot(path=Path(folder, picture))


def test_the_search_finds_terms_of_the_glossary_first(chromium, site):
    """Over HTTP, as `make serve-site` shows it; from files it finds the same, without excerpts."""
    page = chromium().new_page()
    with make_site.server(site, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{server.server_port}/search.html?q=kernel")
        results = page.locator("#search-results li")
        expect(results.nth(5)).to_be_visible()
        expect(results.nth(1)).to_contain_text(re.compile("kernel", re.IGNORECASE))
        first = results.first.locator("a")
        expect(first).to_have_attribute("href", re.compile(r"docs/glossary.html#term-kernel$"))
        page.close()
        server.shutdown()


def test_terms_lead_to_the_glossary_and_back(look):
    page = look("notebooks/02_build_the_model")
    page.get_by_role("link", name="feature map", exact=True).first.click()
    entry = page.locator("#term-feature-map + dd, dt:has(#term-feature-map) + dd").first
    expect(entry).to_be_in_viewport()
    entry.get_by_role("link").last.click()
    expect(page.get_by_role("heading", name="Slide the kernel over the image")).to_be_in_viewport()


def test_the_first_page_looks_inside_what_is_drawn(look):
    page = look("index")
    figure = page.locator("#digit-look-page")
    expect(figure.get_by_text("Max-pooling").first).to_be_visible()
    figure.get_by_role("button", name="Example: 7").click()
    expect(figure.locator(".look-answer")).to_contain_text("7")


def test_on_a_phone_paper_and_arithmetic_stay_while_the_layers_scroll(look):
    page = look("index", "phone and light")
    figure = page.locator("#digit-look-page")
    layers = figure.locator(".look-layers .look-picture")
    layers.first.click()
    layers.nth(2).evaluate("layer => layer.scrollIntoView({ block: 'center' })")
    for part in (".digit-pad-stage", ".look-why"):
        expect(figure.locator(part)).to_be_in_viewport(ratio=0.95)
    header = page.locator(".mobile-header").bounding_box()
    paper = figure.locator(".digit-pad-stage").bounding_box()
    assert paper["y"] >= header["y"] + header["height"], "it lies under the page's head"


def test_the_figure_of_a_lesson_answers(look):
    figure = look("notebooks/02_build_the_model").locator("[data-figure=kernel]")
    text = figure.locator("[aria-live]")
    before = text.inner_text()
    figure.get_by_role("button", name="blur").click()
    expect(text).not_to_have_text(before)
    expect(text).to_contain_text("nine products")


def test_hints_and_solutions_are_folded_and_open_with_the_keyboard(look):
    page = look("notebooks/02_build_the_model")
    folds = page.locator("details.fold")
    hints = folds.filter(has_text="Hint 1 of")
    solutions = folds.filter(has=page.get_by_text("Solution", exact=True))
    assert hints.count() == solutions.count() == 4
    code = solutions.first.locator("pre")
    expect(code).to_be_hidden()
    solutions.first.locator("summary").press("Enter")
    expect(code).to_be_visible()
