"""Draw the ten digits on the page of the service, and keep strokes and pictures of it.

Writes strokes.json and still.png to mnist_helpers/serve/web/, which notebook 07 shows where no one
can draw, and the pictures of docs/pictures/. The strokes are a program's, along smooth curves, not
a person's.
Needs Chromium; CHROMIUM names it, if it is not found.
"""

import json
import os
import shutil
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright
from scipy.interpolate import make_interp_spline

from mnist_helpers import serve
from mnist_helpers.serve import pad

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
DIGITS = {  # the points that each stroke passes, in 0…1, y downwards
    0: [[(55, 18), (34, 28), (28, 52), (36, 76), (53, 82), (68, 68), (70, 42), (57, 19), (50, 20)]],
    1: [[(56, 17), (53, 40), (49, 62), (46, 84)]],
    2: [[(32, 32), (46, 18), (64, 26), (60, 46), (42, 68), (30, 82), (52, 78), (72, 80)]],
    3: [[(34, 22), (54, 18), (64, 30), (46, 46), (64, 56), (64, 74), (46, 84), (30, 76)]],
    4: [[(44, 18), (36, 38), (30, 56), (48, 56), (74, 53)], [(62, 32), (58, 60), (55, 86)]],
    5: [[(42, 20), (39, 44), (56, 44), (66, 58), (60, 76), (44, 84), (31, 76)],
        [(42, 20), (68, 18)]],
    6: [[(58, 16), (42, 34), (34, 58), (40, 80), (56, 82), (64, 66), (54, 54), (38, 62)]],
    7: [[(30, 24), (50, 22), (70, 21), (60, 44), (50, 64), (44, 84)]],
    8: [[(60, 24), (46, 17), (38, 30), (50, 46), (62, 62), (54, 81), (38, 74),
         (46, 52), (60, 36), (59, 23)]],
    9: [[(62, 28), (48, 20), (36, 34), (44, 48), (60, 42), (64, 28), (62, 52), (56, 84)]],
}  # fmt: skip


def draw(page: Page, digit: int) -> list:
    """Draw a digit with the mouse; return the strokes as the pad recorded them."""
    page.get_by_role("button", name="Clear").click()
    box = page.get_by_role("application").bounding_box()
    assert box, "the pad is not to be seen"
    for points in map(np.array, DIGITS[digit]):
        spline = make_interp_spline(np.arange(len(points)), points / 100, k=min(3, len(points) - 1))
        curve = spline(np.linspace(0, len(points) - 1, 8 * len(points)))
        path = curve * (box["width"], box["height"]) + (box["x"], box["y"])
        page.mouse.move(*path[0])
        page.mouse.down()
        for point in path[1:]:
            page.mouse.move(*point)
        page.mouse.up()
    page.wait_for_timeout(700)  # until the last answer is there
    return page.evaluate("strokes")


def main() -> None:
    """Draw and photograph."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)))
    with serve.Service() as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1000, "height": 740}, device_scale_factor=1.5)
        page.goto(service.url)
        page.evaluate(
            "document.querySelector('.digit-pad').addEventListener('strokes',"
            " (event) => { window.strokes = event.detail; })"
        )
        strokes = {digit: draw(page, digit) for digit in DIGITS}
        text = json.dumps(strokes, separators=(",", ":")).replace('],"', '],\n"')
        (pad.WEB / "strokes.json").write_text(text + "\n", encoding="utf-8")
        draw(page, 3)
        page.screenshot(path=PICTURES / "page.png")
        page.locator(".digit-pad").screenshot(path=pad.WEB / "still.png")
        phone = browser.new_page(
            viewport={"width": 380, "height": 780}, device_scale_factor=1.5, has_touch=True
        )
        phone.goto(service.url)
        phone.evaluate("window.strokes = []")
        draw(phone, 5)
        phone.screenshot(path=PICTURES / "page-phone.png")
        browser.close()


if __name__ == "__main__":
    main()
