"""The figures as widgets, in a real browser: what they take from Python, and what they tell it.

A model stands in for the notebook's, so that no kernel is needed; test_jupyterlab.py has one.
"""

import base64

import pytest
from playwright.sync_api import expect

from mnist_helpers import artifacts
from mnist_helpers.play import scripts, weights
from tests.browser.test_pad import DIGITS, digit, draw

MODEL = """(state) => {
  const listeners = {};
  const give = (name, ...said) => (listeners[name] ?? []).forEach((each) => each(...said));
  const model = {
    state,
    sent: [],
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      give(`change:${name}`);
    },
    save_changes() {},
    on: (name, listener) => (listeners[name] ??= []).push(listener),
    off: (name, gone) => (listeners[name] = listeners[name].filter((each) => each !== gone)),
    send: (question) => model.sent.push(question),
    answer: (said) => give("msg:custom", said),
  };
  window.model = model;
}"""
RENDER = """async (module) => {
  const { default: widget } = await import(module);
  const el = document.createElement("div");
  document.body.append(el);
  window.leave = widget.render({ model, el });
}"""
BY_HAND = [[0, 0, 0], [0, 5, 0], [0, 0, 0]]


@pytest.fixture
def page(chromium):
    context = chromium().new_context(viewport={"width": 1360, "height": 850})
    page = context.new_page()
    page.set_default_timeout(10_000)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors


def render(page, name, state=None):
    """Show a view; with a state, of a new widget."""
    module = base64.b64encode(scripts.module(scripts.WEB / f"{name}.js").encode()).decode()
    if state is not None:
        page.evaluate(MODEL, state)
        page.add_style_tag(content=scripts.style(scripts.WEB / "look.css"))
    page.evaluate(RENDER, f"data:text/javascript;base64,{module}")


def state(page, name):
    return page.evaluate(f"model.state.{name}")


def look(page, **given):
    drawings = weights.drawings()
    names = {"reference": "Notebook 03’s network"}
    given = {"names": names, "drawings": drawings, "strokes": [], "pen": 0.1} | given
    render(page, "look", given)


def answer(page):
    """Give the network, as the kernel does, to the view that asked last."""
    network = weights.describe_run(artifacts.read_run(artifacts.REFERENCE))
    page.evaluate("network => model.answer({ id: model.sent.at(-1).id, answer: network })", network)


def test_an_example_is_shown_but_python_is_told_only_what_somebody_draws(page):
    look(page)
    answer(page)
    expect(digit(page)).to_have_text("3")
    assert state(page, "strokes") == []
    draw(page, DIGITS[1])
    expect(digit(page)).to_have_text("1")
    assert len(state(page, "strokes")) == 1
    page.get_by_role("button", name="Example: 5").click()
    assert state(page, "strokes") == weights.drawings()["5"]


def test_another_view_shows_what_is_drawn_and_changes_nothing(page):
    drawn = weights.drawings()["7"]
    look(page, strokes=drawn, pen=0.125)
    answer(page)
    expect(digit(page)).to_have_text("7")
    expect(page.get_by_role("slider")).to_have_value("35")  # of 280
    assert (state(page, "strokes"), state(page, "pen")) == (drawn, 0.125)
    page.evaluate("leave()")
    render(page, "look")
    answer(page)
    expect(digit(page)).to_have_text("7")
    assert state(page, "strokes") == drawn


def test_a_kernel_that_answers_late_is_waited_for(page):
    page.clock.install()
    look(page)
    about = page.get_by_role("status")
    expect(about).to_have_text("Loading …")
    page.clock.run_for(19_000)
    expect(about).to_have_text("Loading …")
    page.clock.run_for(2_000)
    expect(about).to_contain_text("kernel does not answer: is it running, or busy with a cell?")
    answer(page)
    expect(about).to_contain_text("Network: ")


def test_a_kernel_from_python_is_shown_and_none_is_sent_unasked(page):
    image = [[0.5] * 9] * 9
    render(page, "kernel", {"image": image, "kernel": []})
    field = page.get_by_label("Row 1, column 1 of the kernel")
    expect(field).to_have_value("0")
    assert state(page, "kernel") == []
    page.evaluate("kernel => model.set('kernel', kernel)", BY_HAND)
    expect(field).to_have_value("5")
    expect(page.locator(".look-sum td")).to_have_text("2.50")
    field.fill("3")
    assert state(page, "kernel")[1] == [0, 3, 0]
    page.evaluate("leave()")
    render(page, "kernel")
    expect(field).to_have_value("3")
