"""The pad as learners use it, in a real browser: the service's page and the notebook widget.

SCREENSHOTS=folder keeps a picture of each test.
"""

import base64
import contextlib
import functools
import http.server
import io
import itertools
import math
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image
from playwright.sync_api import expect

from mnist_helpers import pictures, serve
from mnist_helpers.datasets import mnist
from mnist_helpers.serve import pad

FAKE_CAMERA = "--use-fake-device-for-media-stream"
DIGITS = {  # strokes of points in 0…1, y downwards
    7: [[(0.28, 0.2), (0.72, 0.2), (0.44, 0.85)]],
    1: [[(0.52, 0.15), (0.48, 0.85)]],
    0: [
        [
            (
                0.5 + 0.2 * math.sin(turn / 12 * math.tau),
                0.5 - 0.33 * math.cos(turn / 12 * math.tau),
            )
            for turn in range(13)
        ]
    ],
}
PAPER = "canvas[role=application]"
HINT = "Draw a digit from 0 to 9"


@pytest.fixture(scope="module")
def url():
    """The service, as `python -m mnist_helpers.serve` starts it."""
    with serve.Service() as service:
        yield service.url.rstrip("/")


@pytest.fixture
def open_page(request, chromium, url):
    """Open the service's page; at the end, nothing may have left the host or gone wrong."""
    contexts, addresses, errors = [], [], []

    def open_page(*flags, script="", **options):
        context = chromium(*flags).new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)  # the last pages share the cores with other tests
        page.on("request", lambda sent: addresses.append(sent.url))
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(script)
        page.goto(url)
        expect(message(page)).to_have_text(HINT)
        page.errors = errors
        return page

    yield open_page
    for context in contexts:
        keep_screenshot(context.pages[0], request.node.name)
        context.close()
    assert addresses and all(a.startswith((url, "data:", "blob:")) for a in addresses), addresses
    assert not errors


@pytest.fixture(scope="module")
def photo(url):
    """The label of a validation digit that the service reads right; it, dark on light paper."""
    training = mnist.load_training()
    for image, label in zip(training.validation_images, training.validation_labels, strict=True):
        paper = Image.new("L", (640, 480), 225)
        digit = Image.fromarray(image).resize((280, 280), Image.Resampling.BICUBIC)
        paper.paste(40, (180, 100), digit)
        answer = requests.post(
            f"{url}/predict", data=png(paper), headers={"Content-Type": "image/png"}
        )
        reading = answer.json()["predictions"][0]
        if reading["label"] == label and max(reading["probabilities"]) > 0.9:
            return int(label), paper
    raise AssertionError("the service reads none")


def png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def keep_screenshot(page, name):
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder, f"{name}.png"))


def digit(page):
    return page.locator(".digit-pad-digit")


def message(page):
    return page.locator(".digit-pad-message")


def spoken(page):
    return page.locator("[aria-live=polite]")


def probabilities(page):
    return page.locator(".digit-pad-value").all_inner_texts()


def seen(page):
    """The image that the page shows as the network's: (28, 28), 0…255."""
    shades = page.locator("figure canvas").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data]"
    )
    return np.reshape(shades, (28, 28, 4))[..., 0]


def choose(page, source):
    page.locator(".digit-pad-sources").get_by_text(source, exact=True).click()


def on_paper(page, point):
    box = page.locator(PAPER).bounding_box()
    return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]


def draw(page, strokes, lift=True):
    for stroke in strokes:
        page.mouse.move(*on_paper(page, stroke[0]))
        page.mouse.down()
        for point in stroke[1:]:
            page.mouse.move(*on_paper(page, point), steps=5)
        if lift:
            page.mouse.up()


@pytest.mark.parametrize("label", DIGITS)
def test_the_answer_follows_the_mouse_and_is_right(open_page, label):
    page = open_page()
    (stroke,) = DIGITS[label]
    draw(page, [stroke[: len(stroke) // 2 + 1]], lift=False)
    expect(page.locator(".digit-pad-value").first).not_to_have_text("–")
    early = probabilities(page), seen(page)
    for point in stroke[len(stroke) // 2 + 1 :]:
        page.mouse.move(*on_paper(page, point), steps=5)
    expect(digit(page)).to_have_text(f"{label}")  # the button is still down
    if label != 1:  # half of a 1 is a 1
        assert probabilities(page) != early[0]
        assert (seen(page) != early[1]).any()
    page.mouse.up()
    expect(message(page)).to_contain_text("% probability")
    expect(page.locator(".is-winner .digit-pad-name")).to_have_text(f"{label}")
    assert seen(page).max() > 200 and seen(page)[0].max() == 0  # white ink on black


def test_the_page_names_the_network_that_answers_and_its_data(open_page, url):
    model = requests.get(f"{url}/health").json()["model"]
    assert model["name"] and model["trained_on"]
    expect(open_page().locator("footer")).to_contain_text(
        f"Network: {model['name']} ({model['version']}), trained on {model['trained_on']}"
    )


def test_clear_takes_everything_back_and_the_result_is_spoken(open_page):
    page = open_page()
    for wipe in (
        page.get_by_role("button", name="Clear").click,
        lambda: page.keyboard.press("Delete"),
    ):
        draw(page, DIGITS[7])
        # What is spoken follows what is shown, 0.6 s later; a slow answer is shown in between.
        deadline = time.monotonic() + 10
        while spoken(page).text_content() != f"7, {probabilities(page)[7]}":
            assert time.monotonic() < deadline, spoken(page).text_content()
            page.wait_for_timeout(50)
        wipe()
        expect(message(page)).to_have_text(HINT)
        expect(digit(page)).to_have_text("–")
        expect(spoken(page)).to_have_text("Cleared")
        assert probabilities(page) == ["–"] * 10
        assert not seen(page).any()
        assert page.locator(PAPER).evaluate(
            "c => c.getContext('2d').getImageData(0, 0, 840, 840).data.every((v) => v === 255)"
        )


def test_a_digit_can_be_drawn_with_keys_alone(open_page):
    page = open_page()
    while page.evaluate("document.activeElement.getAttribute('role')") != "application":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".digit-pad-cursor")).to_be_visible()
    expect(message(page)).to_have_text(HINT)  # the pen is still up
    page.keyboard.press("Space")
    expect(spoken(page)).to_have_text("Pen down")
    for _ in range(18):
        page.keyboard.press("ArrowDown")
    expect(digit(page)).to_have_text("1")
    page.keyboard.press("Space")
    expect(spoken(page)).to_contain_text("1, ")
    before = seen(page)
    for _ in range(5):
        page.keyboard.press("ArrowRight")  # the pen is up: no ink
    page.wait_for_timeout(200)  # an answer would come now
    assert (seen(page) == before).all()


def test_one_request_at_a_time_and_none_outlives_clear(open_page):
    page = open_page()
    held = []
    page.route("**/predict*", lambda route: held.append(route))
    draw(page, DIGITS[0])
    page.wait_for_timeout(300)
    assert len(held) == 1
    page.get_by_role("button", name="Clear").click()
    held[0].continue_()
    page.wait_for_timeout(500)
    assert len(held) == 1
    expect(message(page)).to_have_text(HINT)


def test_failures_are_told_and_pass(open_page):
    page = open_page()
    page.route("**/predict*", lambda route: route.abort())
    draw(page, DIGITS[7])
    told = "The service cannot be reached: is it still running?"
    expect(message(page)).to_have_text(told)
    expect(spoken(page)).to_have_text(told)
    page.unroute("**/predict*")
    refusal = {"status": 413, "json": {"detail": "The picture is too large: send a smaller one."}}
    page.route("**/predict*", lambda route: route.fulfill(**refusal))
    draw(page, [[(0.1, 0.1), (0.12, 0.1)]])
    expect(message(page)).to_have_text(refusal["json"]["detail"])
    page.unroute("**/predict*")
    page.get_by_role("button", name="Clear").click()
    draw(page, DIGITS[7])
    expect(digit(page)).to_have_text("7")
    assert page.errors and all("Failed to load resource" in error for error in page.errors)
    page.errors.clear()


GIVE = """(target, [kind, base64, type]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], "given", { type }));
  const event = { bubbles: true, cancelable: true, dataTransfer: given, clipboardData: given };
  target.dispatchEvent(new (kind === "drop" ? DragEvent : ClipboardEvent)(kind, event));
}"""


def test_a_picture_is_chosen_dropped_or_pasted(open_page, photo):
    label, paper = photo
    page = open_page()
    choose(page, "Picture")
    file = {"name": "digit.png", "mimeType": "image/png", "buffer": png(paper)}
    page.locator("input[type=file]").set_input_files(file)
    expect(digit(page)).to_have_text(f"{label}")
    text = {"name": "digit.png", "mimeType": "image/png", "buffer": b"no picture at all"}
    page.locator("input[type=file]").set_input_files(text)
    expect(message(page)).to_have_text(
        "This file is no picture that the browser can read: choose a PNG, JPEG or WebP."
    )
    large = base64.b64encode(png(paper.resize((1600, 1200)))).decode()
    for kind in ("drop", "paste"):
        choose(page, "Draw")
        expect(message(page)).to_have_text(HINT)
        page.locator(PAPER).evaluate(GIVE, [kind, large, "image/png"])
        expect(digit(page)).to_have_text(f"{label}")
        assert page.get_by_label("Your picture").evaluate("c => [c.width, c.height]") == [800, 600]
    assert page.get_by_role("radio", name="Picture").is_checked()


def film(path, paper):
    """Write a still picture as a film of two frames that Chromium takes for a camera's."""
    frame = np.asarray(paper).tobytes() + bytes([128]) * (640 * 480 // 2)  # grey: no colour
    path.write_bytes(b"YUV4MPEG2 W640 H480 F30:1 Ip A1:1 C420\n" + 2 * (b"FRAME\n" + frame))


def test_the_camera_reads_a_digit_and_stops_when_left(open_page, photo, tmp_path):
    label, paper = photo
    film(tmp_path / "digit.y4m", paper)
    fake = f"--use-file-for-fake-video-capture={tmp_path / 'digit.y4m'}"
    page = open_page(FAKE_CAMERA, "--use-fake-ui-for-media-stream", fake)
    choose(page, "Camera")
    expect(digit(page)).to_have_text(f"{label}")
    expect(spoken(page)).to_contain_text(f"{label}, ")
    stream = page.locator("video").evaluate_handle("video => video.srcObject")
    keep_screenshot(page, "camera")
    choose(page, "Draw")
    assert stream.evaluate("stream => stream.getTracks().every(t => t.readyState === 'ended')")
    page.wait_for_timeout(400)  # a late answer would come now
    expect(message(page)).to_have_text(HINT)


NOTED = """
const { fetch } = window;
window.fetch = (address, options) => {
  window.sent = options?.body;
  return fetch(address, options);
};
"""


@pytest.mark.parametrize("inset", ["", "30%"], ids=["as_it_is", "smaller"])
def test_the_camera_sends_what_the_frame_shows(open_page, tmp_path, inset):
    patches = np.random.default_rng(0).integers(0, 256, (12, 16), np.uint8)
    film(tmp_path / "patches.y4m", Image.fromarray(patches).resize((640, 480)))
    fake = f"--use-file-for-fake-video-capture={tmp_path / 'patches.y4m'}"
    page = open_page(FAKE_CAMERA, "--use-fake-ui-for-media-stream", fake, script=NOTED)
    frame = page.locator(".digit-pad-frame")
    frame.evaluate("(frame, inset) => { frame.style.inset = inset; }", inset)
    with page.expect_request("**/predict*"):
        choose(page, "Camera")
    sent = page.evaluate("async () => [...new Uint8Array(await sent.arrayBuffer())]")
    sent = Image.open(io.BytesIO(bytes(sent))).convert("L")
    shown = page.screenshot(clip=frame.bounding_box())
    shown = Image.open(io.BytesIO(shown)).convert("L").resize(sent.size)
    assert np.std(sent) > 40  # not all one colour
    assert np.abs(np.subtract(sent, shown, dtype=float)).mean() < 5


def test_a_refused_camera_is_told_and_drawing_still_works(open_page):
    page = open_page(FAKE_CAMERA)
    choose(page, "Camera")
    expect(message(page)).to_contain_text("The browser was not allowed to use the camera.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    choose(page, "Draw")
    draw(page, DIGITS[7])
    expect(digit(page)).to_have_text("7")


@pytest.mark.parametrize(
    ("camera", "told"),
    [
        ("undefined", "Browsers give the camera only to pages on https or localhost."),
        ("NotFoundError", "No camera was found."),
        ("NotReadableError", "The camera is in use by another program."),
    ],
    ids=["insecure", "none", "in_use"],
)
def test_a_missing_camera_is_told(open_page, camera, told):
    refuse = f"{{ getUserMedia: async () => {{ throw new DOMException('', '{camera}'); }} }}"
    value = camera if camera == "undefined" else refuse
    page = open_page(
        script=f"Object.defineProperty(navigator, 'mediaDevices', {{ value: {value} }})"
    )
    choose(page, "Camera")
    expect(message(page)).to_contain_text(told)
    expect(spoken(page)).to_contain_text(told)


def test_on_a_phone_a_finger_draws_and_nothing_overlaps(open_page):
    size = {"width": 360, "height": 740}
    page = open_page(viewport=size, has_touch=True, is_mobile=True, device_scale_factor=2)
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        at = [dict(zip("xy", on_paper(page, point), strict=True)) for point in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    corners = DIGITS[7][0]
    send("touchStart", corners[0])
    for start, end in itertools.pairwise(corners):
        for share in np.linspace(0, 1, 8):
            send("touchMove", np.add(start, share * np.subtract(end, start)).tolist())
    expect(digit(page)).to_have_text("7")  # the finger is still down
    send("touchEnd")
    assert page.evaluate("[scrollX, scrollY]") == [0, 0]
    for source in ("Draw", "Camera", "Picture"):
        choose(page, source)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
        parts = page.locator(
            ".digit-pad-sources, .digit-pad-stage, .digit-pad-tools:visible, footer, "
            ".digit-pad-answer, .digit-pad figure, .digit-pad-chart"
        )
        boxes = [part.bounding_box() for part in parts.all()]
        assert len(boxes) == 7
        for one, other in itertools.combinations(boxes, 2):
            below = (
                one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
            )
            beside = (
                one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            )
            assert below or beside, (source, one, other)
    choose(page, "Draw")
    chart = page.locator(".digit-pad-chart").bounding_box()
    assert chart["y"] + chart["height"] <= size["height"], "the probabilities are out of view"


WATCHED = """
window.watched = new Set();
window.IntersectionObserver = class extends IntersectionObserver {
  observe(target) {
    watched.add(this);
    super.observe(target);
  }
  disconnect() {
    watched.delete(this);
    super.disconnect();
  }
};
"""


def test_a_pad_that_ends_leaves_nothing_behind(open_page):
    page = open_page(script=WATCHED)
    counts = page.evaluate("""async () => {
      const { createPad } = await import("/pad.js");
      const root = document.body.appendChild(document.createElement("div"));
      const counts = [watched.size];
      const pad = createPad(root, async () => ({}));
      counts.push(watched.size, root.childElementCount);
      pad.destroy();
      return [...counts, watched.size, root.childElementCount];
    }""")
    assert counts == [1, 2, 2, 1, 0]  # the page's own pad is still watched


def test_the_documentation_works_under_its_policy(chromium, url):
    with contextlib.closing(chromium().new_context()) as context:
        page, errors = context.new_page(), []
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        page.goto(f"{url}/docs")
        page.locator(".opblock-summary-control", has_text="/health").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table tbody .response-col_status")).to_contain_text(
            "200"
        )
        assert not errors


ATTACK = """async (url) => {
  const blocked = [];
  const image = new Image();
  const loaded = new Promise((done) => ([image.onload, image.onerror] = [done, done]));
  image.src = `${url}/static-offline-docs/favicon.png`;
  blocked.push((await loaded).type === "error");
  for (const mode of ["cors", "no-cors"]) {
    const request = { method: "POST", mode, body: "{}", headers: { "Content-Type": "text/plain" } };
    const answer = await fetch(`${url}/predict`, request).catch(() => null);
    blocked.push(!answer || answer.type === "opaque");
  }
  const form = document.body.appendChild(document.createElement("form"));
  Object.assign(form, { method: "POST", action: `${url}/predict`, enctype: "multipart/form-data" });
  form.submit();
  return blocked;
}"""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_page_of_another_site_cannot_use_the_service(chromium, url, host, tmp_path):
    (tmp_path / "index.html").write_text("<!doctype html><title>Another site</title>")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with (
        http.server.ThreadingHTTPServer((host, 0), handler) as other,
        contextlib.closing(chromium().new_context()) as context,
    ):
        threading.Thread(target=other.serve_forever, daemon=True).start()
        page = context.new_page()
        page.goto(f"http://{host}:{other.server_port}/")
        with page.expect_response(f"{url}/predict") as form:
            assert page.evaluate(ATTACK, url) == [True, True, True]
        assert form.value.status == 403
        other.shutdown()


class Failing:
    """A classifier that raises."""

    def __init__(self, error):
        self.error = error

    def read(self, file):
        raise self.error


def test_the_widget_passes_on_what_went_wrong(monkeypatch):
    sent = []
    monkeypatch.setattr(pad.Pad, "send", lambda self, content: sent.append(content))
    refused = pad.Pad(Failing(pictures.PictureError("The picture is all one colour.")))
    refused._handle_custom_msg({"id": "1"}, [memoryview(b"picture")])
    assert sent == [{"id": "1", "error": "The picture is all one colour."}]
    with pytest.raises(RuntimeError, match="weights"):
        pad.Pad(Failing(RuntimeError("no weights")))._read(None, {"id": "2"}, [memoryview(b"")])
    assert sent[1] == {"id": "2", "error": "RuntimeError: no weights"}


def test_where_no_widget_can_be_shown_there_is_a_still_picture(monkeypatch, tmp_path):
    widget = pad.Pad(None)
    monkeypatch.setattr(pad, "WEB", tmp_path)
    bundle, _ = widget._repr_mimebundle_()
    assert "image/png" not in bundle and "application/vnd.jupyter.widget-view+json" in bundle
    (tmp_path / "still.png").write_bytes(b"still")
    bundle, metadata = widget._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]) == b"still"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert metadata["image/png"]["alt"] == pad.ALT
