"""Measure how many drawings a second the page `look inside` computes and shows, in Chromium.

The recorded drawings are drawn point by point on the page as it is opened from a folder. Each point
is a new drawing; its time lasts from the pointer's event until all layers are painted and the
browser has its next picture, of which it makes at most 60 a second. Needs Chromium; CHROMIUM names
it, if it is not found.
"""

import statistics
import sys
import tempfile
from pathlib import Path

import psutil
import recording
import tables_of_drawing
from playwright.sync_api import sync_playwright

from mnist_helpers import artifacts
from mnist_helpers.play import networks
from mnist_helpers.play import page as figures

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import pages

FULL, QUICK = 600, 10  # drawings with each network
WARM_UP = 100
DRAW = """async (count) => {
  const canvas = document.querySelector("canvas[role=application]");
  canvas.setPointerCapture = () => {}; // there is no real pointer
  const box = canvas.getBoundingClientRect();
  const send = (type, [x, y]) => {
    const place = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
    const pointer = { pointerId: 1, button: 0, buttons: 1, bubbles: true };
    canvas.dispatchEvent(new PointerEvent(type, { ...pointer, ...place }));
  };
  const shown = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const times = [];
  while (true)
    for (const strokes of Object.values(globalThis.mnistDrawings)) {
      document.querySelector(".digit-pad-tools button").click();
      for (const stroke of strokes) {
        send("pointerdown", stroke[0]);
        for (const point of stroke.slice(1)) {
          const start = performance.now();
          send("pointermove", point);
          await shown();
          times.push(performance.now() - start);
          if (times.length === count) return times;
        }
        send("pointerup", stroke.at(-1));
      }
    }
}"""


def cpu_seconds() -> float:
    """Return how long the browser's processes have computed, those of all its parts."""
    processes = psutil.Process().children(recursive=True)
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def main() -> None:
    """Measure."""
    options = recording.parser(__doc__).parse_args()
    count = QUICK if options.quick else FULL
    if not (chromium := pages.find_browser()):
        sys.exit("There is no Chromium here: install it, or name its file in CHROMIUM.")
    kept = recording.Recording(options, "ten recorded drawings", ("playwright", "numpy"))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        figures.write_look(Path(folder))
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1360, "height": 850})
        page.goto((Path(folder) / "index.html").as_uri())
        for key, (_, where) in networks.SHIPPED.items():
            page.locator(f"input[value={key}]").check(force=True)
            name = artifacts.read_run(where).name
            page.locator(".look-inside > p", has_text=name).wait_for()
            page.evaluate(DRAW, WARM_UP if not options.quick else 1)
            before = cpu_seconds()
            times = page.evaluate(DRAW, count)
            cpu = cpu_seconds() - before
            tenths = statistics.quantiles(times, n=20)
            kept.add(
                network=key,
                browser=browser.version,
                drawings=count,
                per_second=1000 / statistics.mean(times),
                p50_ms=statistics.median(times),
                p95_ms=tenths[-1],
                cpu_ms=1000 * cpu / count,
            )
        browser.close()
    kept.finish(tables_of_drawing.drawing(kept.result))


if __name__ == "__main__":
    main()
