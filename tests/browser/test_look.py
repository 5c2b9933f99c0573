"""The figures to play with, in a real browser: from a folder, as after a double click.

SCREENSHOTS=folder keeps a picture of each test.
"""

import importlib.util
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from mnist_helpers import artifacts, pictures
from mnist_helpers.play import page as pages
from mnist_helpers.play import weights
from tests.browser.test_pad import DIGITS, PAPER, digit, draw, keep_screenshot, on_paper, spoken
from tests.conftest import ROOT

LAYERS = ".look-layers .look-picture"
WHY = ".look-why"
FURO = importlib.util.find_spec("furo")
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    pages.write_look(folder / "look")
    pages.write_figures(folder / "figures")
    return folder


@pytest.fixture
def open_page(request, chromium, folder):
    """Open a page from its folder; at the end, nothing may have left it or gone wrong."""
    contexts, addresses, errors = [], [], []

    def open_page(name, **options):
        context = chromium().new_context(**{"viewport": {"width": 1360, "height": 850}} | options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda sent: addresses.append(sent.url))
        page.on("console", lambda said: errors.append(said.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((folder / name / "index.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        keep_screenshot(context.pages[0], request.node.name)
        context.close()
    assert addresses and all(a.startswith(("file:", "data:")) for a in addresses), addresses
    assert not errors


@pytest.fixture
def look(open_page):
    def look(**options):
        page = open_page("look", **options)
        expect(digit(page)).to_have_text("3")  # the example that is shown at first
        page.locator(".digit-look").evaluate(
            "root => root.addEventListener('computed', ({ detail }) => { window.last = detail; })"
        )
        return page

    return look


def clear(page):
    page.get_by_role("button", name="Clear").click()
    expect(digit(page)).to_have_text("–")


def value(page):
    return page.locator(f"{WHY} .look-value")


@pytest.mark.parametrize("network", ["reference", "reader"])
def test_every_activation_is_pythons_for_what_is_drawn_here(look, network):
    page = look()
    page.locator(f"input[value={network}]").check(force=True)
    run = artifacts.read_run(getattr(artifacts, network.upper()))
    expect(page.locator(".look-inside > p")).to_contain_text(f"Network: {run.name}")
    for label in DIGITS:
        draw(page, DIGITS[label])
        expect(digit(page)).to_have_text(f"{label}")
        last = page.evaluate("({ ...last, values: last.values.map((numbers) => [...numbers]) })")
        image = pictures.image_of(last["strokes"], last["pen"])
        expected = weights.activations(artifacts.load_model(run.path), image[np.newaxis])
        for mine, found in zip(expected, last["values"], strict=True):
            assert np.abs(mine.ravel() - found).max() < 1e-4
        assert page.locator(".is-best .look-name").all_inner_texts() == [f"{label}"] * 2
        clear(page)


def test_everything_changes_while_the_button_is_down(look):
    page = look()
    clear(page)
    states = []
    (stroke,) = DIGITS[0]
    for end in (4, 8, 13):
        draw(page, [stroke[end - 4 : end]], lift=False)
        page.wait_for_timeout(100)
        states.append(page.evaluate(f"[...document.querySelectorAll('{LAYERS} .look-maps')].map("
                                    "(canvas) => canvas.toDataURL())"))  # fmt: skip
    for before, after in itertools.pairwise(states):
        assert all(one != other for one, other in zip(before, after, strict=True))
    page.mouse.up()


def test_a_value_that_is_pointed_at_is_explained_and_one_that_is_clicked_stays(look):
    page = look()
    maps = page.locator(LAYERS).nth(2)
    maps.hover(position={"x": 200, "y": 60})
    expect(page.locator(WHY)).to_contain_text("It looks at all 32 maps before it.")
    page.locator(PAPER).hover()
    page.locator(LAYERS).nth(0).hover(position={"x": 30, "y": 30})
    expect(page.locator(WHY)).to_contain_text("3×3 pixels, each times the number of the kernel")
    maps.click(position={"x": 200, "y": 60})
    chosen = page.locator(f"{WHY} header p").inner_text()
    assert re.fullmatch(r"map \d+, row \d+, column \d+", chosen)
    parts = page.locator(f"{WHY} .look-sum td").all_inner_texts()
    total, bias, before = (float(part.replace("−", "-")) for part in parts[:3])
    assert total + bias == pytest.approx(before, abs=0.011)
    draw(page, DIGITS[1])
    page.locator(LAYERS).nth(0).hover(position={"x": 30, "y": 30})
    expect(page.locator(f"{WHY} header p")).to_have_text(chosen)
    assert page.locator(f"{WHY} .look-sum td").all_inner_texts() != parts
    page.get_by_role("button", name="Let go").click()
    expect(page.locator(WHY)).to_contain_text("Point at any number")


@pytest.mark.parametrize(
    ("network", "title", "told"),
    [
        ("reference", "Max-pooling", "The largest of these 4 numbers stays."),
        ("reference", "Dense", "1,594 others"),
        ("reader", "Batch normalisation", "divided by the spread"),
        ("reader", "ReLU", "so it"),
        ("reader", "Mean of each map", "divided by 16"),
        ("reader", "Logits", "It takes all 128 numbers before it."),
        ("reader", "Probabilities", "e to the power of it"),
    ],
)
def test_each_kind_of_layer_is_explained(look, network, title, told):
    page = look()
    page.locator(f"input[value={network}]").check(force=True)
    head = page.locator("h2", has_text=re.compile(rf"^{title}"))
    section = page.locator(".look-layers section", has=head).first
    section.locator(".look-picture, .look-scores button").first.click(position={"x": 9, "y": 9})
    expect(page.locator(WHY)).to_contain_text(title)
    expect(page.locator(WHY)).to_contain_text(told)
    assert value(page).inner_text()


def test_keys_alone_draw_choose_and_walk(look):
    page = look()

    def tab_to(selector):
        for _ in range(40):
            if page.evaluate(f"document.activeElement.matches('{selector}')"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"no way to {selector}")

    tab_to(PAPER)
    page.keyboard.press("Space")
    for _ in range(16):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(digit(page)).to_have_text("1")
    expect(spoken(page)).to_contain_text("1, ")
    tab_to(".look-networks input")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".look-inside > p")).to_contain_text("reader of handwriting")
    tab_to(".look-layers .look-picture")
    for key in ("ArrowDown", "ArrowRight", "PageDown"):
        page.keyboard.press(key)
    expect(page.locator(f"{WHY} header p")).to_have_text("map 1, row 1, column 1")
    expect(spoken(page)).to_contain_text("map 1, row 1, column 1: ")
    page.keyboard.press("Escape")
    expect(page.locator(WHY)).to_contain_text("Point at any number")
    expect(digit(page)).to_have_text("1")  # the drawing stays
    told = r"Convolution, 24 kernels of 5×5, 24×24×24\. \d+% of the numbers are 0\."
    expect(page.locator(LAYERS).first).to_have_attribute("aria-label", re.compile(told))


def test_escape_on_the_paper_lets_go_of_the_number_and_keeps_the_drawing(look):
    page = look()
    page.locator(LAYERS).first.click(position={"x": 20, "y": 20})
    expect(page.locator(f"{WHY} header p")).to_be_visible()
    page.get_by_label("Drawing area").focus()
    page.keyboard.press("Escape")
    expect(page.locator(WHY)).to_contain_text("Point at any number")
    expect(digit(page)).to_have_text("3")


def test_the_first_stroke_takes_the_place_of_the_example(look):
    page = look()
    draw(page, DIGITS[1])
    expect(digit(page)).to_have_text("1")
    assert page.evaluate("last.strokes.length") == 1
    page.get_by_role("button", name="Example: 5").click()
    expect(digit(page)).to_have_text("5")


def test_the_pen_changes_the_whole_drawing(look):
    page = look()
    page.get_by_role("button", name="Example: 5").click()
    expect(digit(page)).to_have_text("5")
    thin = page.evaluate("last.values[0].reduce((sum, shade) => sum + shade)")
    page.locator(".digit-pad-pen input").fill("40")
    page.wait_for_function(f"last.values[0].reduce((sum, shade) => sum + shade) > {thin} * 1.2")
    assert page.evaluate("last.pen") == pytest.approx(40 / 280)


def test_on_a_phone_nothing_is_wider_than_the_screen_and_a_finger_draws(look):
    page = look(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    touch = page.context.new_cdp_session(page)
    box = page.locator(PAPER).bounding_box()
    clear(page)

    def send(kind, *points):
        at = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
              for x, y in points]  # fmt: skip
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    (stroke,) = DIGITS[7]
    send("touchStart", stroke[0])
    for point in stroke[1:]:
        send("touchMove", point)
    send("touchEnd")
    expect(digit(page)).to_have_text("7")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.locator(LAYERS).first.tap(position={"x": 30, "y": 30})
    expect(page.locator(f"{WHY} header p")).to_contain_text("map 0, row")
    page.locator(f"{WHY} .look-enlarged").tap(position={"x": 2, "y": 2})
    expect(page.locator(f"{WHY} header p")).to_have_text("map 0, row 0, column 0")


def test_without_javascript_there_are_still_pictures(open_page):
    for name, count in (("look", 1), ("figures", 3)):
        page = open_page(name, java_script_enabled=False)
        pictures_shown = page.locator("img")
        expect(pictures_shown).to_have_count(count)
        for picture in pictures_shown.all():
            assert picture.get_attribute("alt") and picture.bounding_box()["width"] > 300


def test_a_kernel_is_edited_and_its_window_moved(open_page):
    page = open_page("figures")
    figure = page.locator("[data-figure=kernel]")
    shown = figure.locator(".look-sum td")
    before = shown.inner_text()
    figure.get_by_label("Row 1, column 2 of the kernel").fill("4")
    expect(shown).not_to_have_text(before)
    figure.get_by_role("button", name="copy as it is").click()
    figure.get_by_label("The feature map").click(position={"x": 4, "y": 4})
    expect(shown).to_have_text("0.00")
    figure.get_by_label("The image").click(position={"x": 60, "y": 76})
    expect(figure.locator(".look-sum th")).to_contain_text("row 8, column 6")
    window = figure.locator(".look-grid").first.locator("td").all_inner_texts()
    expect(shown).to_have_text(window[4])  # this kernel copies the middle


def test_the_learning_rate_decides_where_the_steps_end(open_page):
    page = open_page("figures")
    figure = page.locator("[data-figure=descent]")
    said = figure.locator(".figure-said")
    expect(said).to_contain_text("Learning rate 1, 10 steps: w = 3.01, loss 0.631.")
    rate, steps = figure.get_by_role("slider").all()
    rate.fill("1")
    expect(said).to_contain_text("Learning rate 10, 10 steps: w = 8.0")  # as in notebook 03
    steps.fill("0")
    expect(said).to_contain_text("0 steps: w = 0.00, loss 2.303.")


def test_a_threshold_has_its_price(open_page):
    page = open_page("figures")
    figure = page.locator("[data-figure=threshold]")
    said = figure.locator(".figure-said")
    expect(said).to_contain_text("Threshold 90%: of 5,000 validation images, 78 go to a person.")
    figure.get_by_role("slider").fill("0")
    expect(said).to_contain_text("Threshold 0%: of 5,000 validation images, 0 go to a person.")
    expect(said).to_contain_text("It costs 2,650 questions")
    figure.get_by_role("spinbutton").fill("0")
    expect(said).to_contain_text("the least is 0, at 0%")


def enlarged(page):
    return page.locator(f"{WHY} .look-enlarged")


def place(page):
    return page.locator(f"{WHY} header p")


def test_keys_keep_their_place_in_the_panel(look):
    page = look()
    maps = page.locator(LAYERS).nth(2)
    maps.click(position={"x": 60, "y": 60})
    enlarged(page).focus()
    before = place(page).inner_text()
    for key in ("ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    found = [int(re.search(r"row (\d+)", text)[1]) for text in (before, place(page).inner_text())]
    assert found[1] == found[0] + 2
    expect(enlarged(page)).to_be_focused()
    slider = page.get_by_label("Map before it that is shown in numbers")
    slider.fill("3")
    slider.focus()
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(slider).to_have_value("5")
    expect(page.locator(WHY)).to_contain_text("Map 5 adds")
    page.get_by_role("button", name="Let go").press("Enter")
    expect(maps).to_be_focused()
    expect(page.locator(WHY)).to_contain_text("Tab goes from layer to layer, the arrow keys")


def test_keys_find_the_number_of_a_digit_again(look):
    page = look()
    score = page.locator(".look-scores").last.get_by_role("button").nth(4)
    score.press("Enter")
    page.get_by_role("button", name="Let go").press("Enter")
    expect(score).to_be_focused()


def test_a_stroke_beyond_the_edge_is_inked_as_it_is_read(look):
    page = look()
    clear(page)
    draw(page, [[(0.8, 0.5), (1.3, 0.9)]])
    page.wait_for_function("last.strokes[0].at(-1)[0] === 1")
    shade = f"document.querySelector('{PAPER}').getContext('2d').getImageData(800, 714, 1, 1)"
    assert page.evaluate(f"{shade}.data[0]") == 0  # (0.95, 0.85) of 840 pixels


def test_the_stylus_of_a_tablet_draws(look):
    page = look()
    clear(page)
    stylus = page.context.new_cdp_session(page)
    page.evaluate(
        f"document.querySelector('{PAPER}').addEventListener('pointerdown', "
        "({ pointerType }) => { window.pointerKind = pointerType; })"
    )
    kinds = ["mousePressed", *["mouseMoved"] * 10, "mouseReleased"]
    for number, kind in enumerate(kinds):
        x, y = on_paper(page, (0.5, 0.15 + 0.7 * number / 11))
        pen = {"button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
        stylus.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y} | pen)
    expect(digit(page)).to_have_text("1")
    assert page.evaluate("pointerKind") == "pen"
    assert page.evaluate("last.strokes.map((stroke) => stroke.length > 5)") == [True]


def test_on_a_phone_a_finger_goes_over_the_enlarged_map_and_nothing_jumps(look):
    page = look(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    touch = page.context.new_cdp_session(page)
    page.locator(LAYERS).nth(2).tap(position={"x": 30, "y": 30})
    box, panel = enlarged(page).bounding_box(), page.locator(WHY).bounding_box()
    places = []
    for kind, share in (("Start", 0.1), ("Move", 0.3), ("Move", 0.5), ("Move", 0.9), ("End", None)):
        at = [box["x"] + share * box["width"], box["y"] + 30] if share else None
        points = [dict(zip("xy", at, strict=True))] if at else []
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        page.wait_for_timeout(50)
        places.append(place(page).inner_text())
        assert page.locator(WHY).bounding_box() == panel
    columns = [int(text.rpartition(" ")[2]) for text in places]
    assert columns[0] < columns[1] < columns[2] < columns[3] == columns[4]


def test_in_a_narrow_place_of_a_wide_window_nothing_overlaps(look):
    page = look()
    page.locator(".digit-look").evaluate("root => { root.style.width = '30rem'; }")
    page.wait_for_function(
        "(root => root.clientHeight >= root.querySelector('.look-inside').offsetHeight"
        " + root.querySelector('.look-draw').offsetHeight)(document.querySelector('.digit-look'))"
    )


def test_the_keys_of_the_paper_are_told_where_there_are_keys(look):
    expect(look().get_by_text("Space lowers or lifts it")).to_be_visible()


@pytest.mark.skipif(not FURO, reason="no theme of the site: install furo")
def test_on_a_phone_of_the_site_the_paper_stays_in_view(open_page):
    """The theme lets the content scroll sideways, and keeps a bar above it."""
    theme = Path(FURO.origin).parent / "theme" / "furo" / "static" / "styles" / "furo.css"
    page = open_page("look", viewport=PHONE, has_touch=True, is_mobile=True)
    expect(digit(page)).to_have_text("3")
    page.evaluate(
        """() => {
          const look = document.querySelector(".digit-look");
          document.body.className = "";
          document.body.innerHTML =
            '<div class="page"><header class="mobile-header"></header><div class="main">' +
            '<div class="content"><article role="main"></article></div></div></div>';
          document.querySelector("article").append(look);
        }"""
    )
    for path in (theme, ROOT / "docs" / "site" / "static" / "site.css"):
        page.add_style_tag(content=path.read_text("utf-8"))
    into_view = "map => map.scrollIntoView({ block: 'center', behavior: 'instant' })"
    page.locator(LAYERS).nth(3).evaluate(into_view)
    bar = page.locator(".mobile-header").bounding_box()
    paper = page.locator(PAPER).bounding_box()
    assert bar["y"] == 0 < bar["height"] <= paper["y"] < PHONE["height"] / 2
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
