"""Draw digits on the page of the service, and keep strokes and pictures of it.

Writes strokes.json (the ten digits), forms.json (forms that are rare in MNIST) and still.png to
mnist_helpers/serve/web/, for notebook 07, and the pictures of docs/pictures/. The strokes are a
program's, along smooth curves, not a person's. With --forms it writes forms.json only.
Needs Chromium; CHROMIUM names it, if it is not found.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pages
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
STEM = [(56, 15), (53, 85)]
LOOP = [(64, 26), (50, 15), (36, 30), (46, 48), (62, 40), (66, 22)]
# Digit and name → strokes. A stroke may have corners: there one of its curves ends and another
# begins. The forms are those that docs/models.md names; no network was asked before they stood.
FORMS = {
    "1, long upstroke": [[[(24, 50), (56, 15)], STEM]],
    "1, upstroke and foot": [[[(30, 42), (56, 15)], STEM], [[(34, 85), (74, 84)]]],
    "1, curved upstroke": [[[(22, 47), (38, 40), (50, 28), (56, 15)], STEM]],
    "2, loop at the foot": [[[(32, 32), (46, 17), (64, 27), (56, 52), (40, 72), (28, 80), (26, 70),
                              (36, 68), (52, 80), (74, 78)]]],
    "3, flat top": [[[(30, 19), (68, 18)], [(68, 18), (46, 45)],
                     [(46, 45), (62, 48), (68, 64), (56, 82), (40, 84), (29, 76)]]],
    "3, curled": [[[(32, 30), (44, 18), (60, 22), (60, 38), (46, 46), (42, 40), (50, 44), (66, 56),
                    (64, 76), (46, 84), (34, 76), (40, 68)]]],
    "4, closed": [[[(58, 14), (28, 62)], [(28, 62), (76, 60)]], [[(58, 14), (56, 86)]]],
    "5, flag apart": [[[(38, 20), (36, 45)],
                       [(36, 45), (54, 42), (66, 58), (60, 78), (44, 84), (30, 78)]],
                      [[(38, 20), (72, 14)]]],
    "7, bar": [[[(28, 20), (72, 18)], [(72, 18), (44, 86)]], [[(38, 54), (72, 50)]]],
    "7, hook and bar": [[[(27, 32), (30, 20), (44, 22), (58, 22), (72, 18)],
                         [(72, 18), (58, 44), (48, 66), (46, 86)]], [[(36, 53), (70, 51)]]],
    "9, straight stem": [[LOOP, [(66, 22), (64, 86)]]],
    "9, hooked stem": [[LOOP, [(66, 22), (67, 60), (58, 82), (42, 86), (32, 76)]]],
}  # fmt: skip


def along(points: list) -> np.ndarray:
    """Lead a smooth curve through points of 0…100; return points of it, (n, 2), in 0…1."""
    at = np.arange(len(points))
    spline = make_interp_spline(at, np.array(points) / 100, k=min(3, len(points) - 1))
    return spline(np.linspace(0, len(points) - 1, 8 * len(points)))


def draw(page: Page, strokes: list) -> list:
    """Draw strokes with the mouse, each of curves; return them as the pad recorded them."""
    page.get_by_role("button", name="Clear").click()
    box = page.get_by_role("application").bounding_box()
    assert box, "the pad is not to be seen"
    for curves in strokes:
        curve = np.concatenate([along(points) for points in curves])
        path = curve * (box["width"], box["height"]) + (box["x"], box["y"])
        page.mouse.move(*path[0])
        page.mouse.down()
        for point in path[1:]:
            page.mouse.move(*point)
        page.mouse.up()
    page.wait_for_timeout(700)  # until the last answer is there
    return page.evaluate("strokes")


def digit(number: int) -> list:
    """Return the strokes of one of the ten digits, for `draw`."""
    return [[points] for points in DIGITS[number]]


def keep(strokes: dict, name: str) -> None:
    """Write what was recorded to a file of mnist_helpers/serve/web/, one line for each."""
    lines = [f"{json.dumps(key)}:{json.dumps(part, separators=(',', ':'))}"
             for key, part in strokes.items()]  # fmt: skip
    text = ",\n".join(lines)
    (pad.WEB / name).write_text(f"{{{text}}}\n", encoding="utf-8")


def main() -> None:
    """Draw and photograph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", action="store_true", help="write forms.json only")
    only_forms = parser.parse_args().forms
    with serve.Service() as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=pages.find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1000, "height": 740}, device_scale_factor=1.5)
        page.goto(service.url)
        page.evaluate(
            "document.querySelector('.digit-pad').addEventListener('strokes',"
            " (event) => { window.strokes = event.detail; })"
        )
        keep({form: draw(page, strokes) for form, strokes in FORMS.items()}, "forms.json")
        if only_forms:
            return
        keep({str(number): draw(page, digit(number)) for number in DIGITS}, "strokes.json")
        draw(page, digit(3))
        page.screenshot(path=PICTURES / "page.png")
        page.locator(".digit-pad").screenshot(path=pad.WEB / "still.png")
        phone = browser.new_page(
            viewport={"width": 380, "height": 780}, device_scale_factor=1.5, has_touch=True
        )
        phone.goto(service.url)
        phone.evaluate("window.strokes = []")
        draw(phone, digit(5))
        phone.screenshot(path=PICTURES / "page-phone.png")
        browser.close()


if __name__ == "__main__":
    main()
