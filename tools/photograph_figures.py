"""Take the still pictures of the figures to play with: mnist_helpers/play/web/*.png.

Notebooks and pages show them where there is no JavaScript. Needs Chromium; CHROMIUM names it, if it
is not found.
"""

import io
import sys
import tempfile
from pathlib import Path

import pages
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from mnist_helpers.play import page as figures
from mnist_helpers.play import scripts

COLOURS = 128
RARE_ONES_TOO = Image.Quantize.MAXCOVERAGE


def keep(picture: bytes, name: str) -> None:
    """Write a picture, with fewer colours than it has: nothing of it is seen."""
    full = Image.open(io.BytesIO(picture)).convert("RGB")
    small = full.quantize(COLOURS, RARE_ONES_TOO, dither=Image.Dither.NONE)
    small.save(scripts.WEB / f"{name}.png", optimize=True)


def choose_a_value(page: Page) -> None:
    """Point at a value of the second convolution, and scroll back to the first one."""
    maps = page.locator(".look-layers .look-picture").nth(2)
    maps.click(position={"x": 150, "y": 60})
    page.locator(".look-layers").evaluate("layers => layers.scrollTo(0, 0)")


def main() -> None:
    """Photograph."""
    if not (chromium := pages.find_browser()):
        sys.exit("There is no Chromium here: install it, or name its file in CHROMIUM.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        figures.write_look(Path(folder, "look"))
        figures.write_figures(Path(folder, "figures"))
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1360, "height": 850})
        page.goto(Path(folder, "look", "index.html").as_uri())
        page.locator(".look-scores").first.wait_for()
        choose_a_value(page)
        page.mouse.move(5, 5)
        keep(page.locator(".digit-look").screenshot(), "look")
        page = browser.new_page(viewport={"width": 860, "height": 850}, device_scale_factor=1.5)
        page.goto(Path(folder, "figures", "index.html").as_uri())
        for name in figures.FIGURES:
            keep(page.locator(f"[data-figure={name}]").screenshot(), name)
        browser.close()


if __name__ == "__main__":
    main()
