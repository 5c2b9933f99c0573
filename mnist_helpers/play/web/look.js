// Look inside while you draw: every number of a network, and what made it, while somebody draws.
// The page and the notebook widget (the default export) are at the end of this file.

import { makeAsk } from "./asking.js";
import { DRAWN, makeDrawing } from "./drawing.js";
import { beforeNextPicture, decimal, listenUntil, make, makeSpeaker, percent } from "./elements.js";
import { seenBy } from "./explain.js";
import { makeMaps } from "./maps.js";
import { forward, unpack } from "./network.js";
import { makePanel } from "./panel.js";
import { makeScores } from "./scores.js";
import { imageOf, PEN } from "./strokes.js";
import { isSigned, nameOf, shapeOf, summaryOf, titleOf } from "./words.js";

const SETTLED = 600; // milliseconds without change before the result is spoken
const IMAGE_ZOOM = 4; // pixels of the screen for a pixel of the image

/**
 * Build the page inside an element.
 *
 * @param {HTMLElement} root
 * @param {{names: Record<string, string>,
 *   load: (key: string, late: (error: Error) => void) => Promise<object>,
 *   drawings: Record<string, number[][][]>, first: string, strokes?: number[][][], pen?: number,
 *   onStrokes?: (strokes: number[][][], pen: number) => void}} options names: of the networks that
 *   can be chosen, by key; load: gives one, as weights.py writes it, and calls `late` if it takes
 *   long; drawings: examples by name; strokes: what is shown at first; first: the name of the
 *   example that is shown if there are none; onStrokes: called when somebody has drawn
 * @returns {{destroy: () => void}}
 */
export function createLook(
  root,
  { names, load, drawings, first, strokes = [], pen = PEN, onStrokes },
) {
  const end = new AbortController();
  const on = listenUntil(end);
  const speaker = makeSpeaker("digit-pad-spoken");
  const next = beforeNextPicture(update);
  let isExample = false; // what is on the paper; the first stroke takes its place
  let layers = null; // of the network, and the picture of each that has one
  let pictures = [];
  let values = [];
  let chosen = null; // { number, at, isKept }: the value that is pointed at
  let turn = 0; // a network that comes late must not replace a newer one
  let timer;

  const drawing = makeDrawing(
    on,
    {
      begins: () => isExample && clear(),
      changed: next.ask,
      finished: () => tell(),
      clear: () => clear(),
      say: speaker.say,
    },
    Math.round(pen * DRAWN),
  );
  const panel = makePanel(on, point, letGo);
  const digit = make("p", { class: "digit-pad-digit" });
  const sure = make("p", { class: "look-sure" });
  const seen = make("div", { class: "look-seen" });
  const about = make("p", { class: "look-soft", role: "status" });
  const flow = make("div", { class: "look-layers" });

  function tell() {
    onStrokes?.(drawing.strokes(), drawing.pen());
  }

  function clear() {
    isExample = false;
    drawing.erase();
    tell();
    next.ask();
    speaker.say("Cleared");
  }

  function showExample(name) {
    drawing.show(drawings[name]);
    isExample = true;
    next.ask();
  }

  /** Compute and show everything anew. */
  function update() {
    if (!layers) return;
    const drawn = { strokes: drawing.strokes(), pen: drawing.pen() };
    values = forward(layers, imageOf(drawn.strokes, drawn.pen));
    for (const [number, picture] of pictures.entries()) picture?.paint(values[number]);
    const shares = values.at(-1);
    const best = shares.indexOf(Math.max(...shares));
    const isBlank = drawing.isEmpty();
    digit.textContent = isBlank ? "–" : best;
    digit.classList.toggle("is-empty", isBlank);
    sure.textContent = isBlank ? "Draw a digit" : `${percent(shares[best])} probability`;
    showChosen(false);
    root.dispatchEvent(new CustomEvent("computed", { detail: { ...drawn, values } }));
    speaker.say(
      isBlank ? "The paper is blank" : `${best}, ${percent(shares[best])}`,
      undefined,
      SETTLED,
    );
    clearTimeout(timer);
    timer = setTimeout(describe, SETTLED);
  }

  function describe() {
    for (const [number, picture] of pictures.entries())
      picture?.element.setAttribute(
        "aria-label",
        summaryOf(layers[number], values[number], layers),
      );
  }

  function showChosen(isNew) {
    if (!chosen) return;
    const { number, at, isKept } = chosen;
    panel.show(layers, values, number, at, { isKept, isNew });
    if (!isNew) return;
    for (const picture of pictures) picture?.clearMarks();
    pictures[number].markValue(at);
    const part = number > 0 && seenBy(layers, number, at);
    if (part && number > 1) pictures[0].markPart(part);
    if (number > 0) pictures[number - 1]?.markWindow(layers[number], at);
  }

  function point(number, at, keeps) {
    if (chosen?.isKept && !keeps) return;
    if (chosen?.number === number && chosen.at === at && chosen.isKept === keeps) return;
    chosen = { number, at, isKept: keeps };
    root.classList.toggle("is-kept", keeps);
    showChosen(true);
    const text = `${nameOf(layers[number], at)}: ${decimal(values[number][at])}`;
    if (keeps) speaker.say(text, undefined, SETTLED / 2);
  }

  function letGo() {
    const focused = panel.element.querySelector(":focus"); // it goes; keys go on at its layer
    const preventScroll = !focused?.matches(":focus-visible"); // nothing jumps under a finger
    if (focused && chosen) pictures[chosen.number].focus(chosen.at, { preventScroll });
    chosen = null;
    root.classList.remove("is-kept");
    for (const picture of pictures) picture?.clearMarks();
    panel.empty();
  }

  async function choose(key) {
    turn += 1;
    const mine = turn;
    const excuse = (error) => {
      if (mine === turn) about.textContent = error.message;
    };
    about.textContent = "Loading …";
    let network;
    try {
      network = await load(key, excuse);
    } catch (error) {
      return excuse(error);
    }
    if (mine !== turn) return;
    letGo();
    layers = unpack(network);
    const version = network.version ? ` (${network.version})` : "";
    about.textContent = `Network: ${network.name}${version}, trained on ${network.trainedOn}.`;
    pictures = layers.map((layer, number) => {
      const told = { leave: letGo, point: (at, keeps) => point(number, at, keeps) };
      if (layer.kind === "flatten") return null;
      if (number >= layers.length - 2 && layer.shape[0] <= 10) return makeScores(on, layer, told);
      return makeMaps(on, layer, isSigned(layers, number), told);
    });
    seen.replaceChildren(pictures[0].element);
    flow.replaceChildren(...layers.slice(1).map((layer, at) => sectionOf(layer, at + 1)));
    layOut();
  }

  function sectionOf(layer, number) {
    const [title, rest] = titleOf(layer, layers);
    const limit = decimal(layer.limit, 1);
    const low = isSigned(layers, number) ? `−${limit}` : "0";
    const scale = make("span", { class: "look-scale" }, low, make("i"), limit);
    scale.hidden = !pictures[number] || pictures[number].hasBars;
    const size = make("span", { class: "look-shape" }, scale, shapeOf(layer));
    const head = make("h2", {}, title, make("span", { class: "look-what" }, rest), size);
    return make("section", {}, head, ...[pictures[number]?.element].filter(Boolean));
  }

  function layOut() {
    if (!layers || !flow.clientWidth) return;
    for (const [number, picture] of pictures.entries())
      picture?.layOut(flow.clientWidth - 2, number === 0 ? IMAGE_ZOOM : undefined);
    update();
    if (chosen) showChosen(true);
  }

  const watch = new ResizeObserver(layOut);
  watch.observe(flow);
  const name = `look-${Math.random()}`; // two of them in one document are two radio groups
  const networks = Object.entries(names).map(([key, title], number) => {
    const input = make("input", { type: "radio", name, value: key, checked: number === 0 });
    on(input, "change", () => choose(key));
    return make("label", {}, input, make("span", {}, title));
  });
  const wipe = make("button", { type: "button" }, "Clear");
  on(wipe, "click", clear);
  drawing.tools.prepend(wipe);
  const examples = Object.keys(drawings).map((label) => {
    const button = make("button", { type: "button", "aria-label": `Example: ${label}` }, label);
    on(button, "click", () => {
      showExample(label);
      tell();
    });
    return button;
  });
  const legend = make("legend", { class: "digit-pad-spoken" }, "Network");
  const caption = make("figcaption", {}, "What the network sees, 28×28");
  root.classList.add("digit-pad", "digit-look");
  root.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the keys for its own
  on(root, "keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape" && chosen) letGo(); // from the paper, too
  });
  on(root, "pointerleave", () => chosen && !chosen.isKept && letGo());
  root.replaceChildren(
    make(
      "div",
      { class: "look-body" },
      make(
        "div",
        { class: "look-draw" },
        make("div", { class: "digit-pad-stage" }, drawing.stage),
        drawing.tools,
        make(
          "div",
          { class: "look-examples" },
          make("span", {}, "Draw above, or take an example:"),
          ...examples,
        ),
        make(
          "div",
          { class: "look-answer" },
          make("figure", {}, seen, caption),
          make("div", {}, digit, sure),
        ),
        speaker.element,
      ),
      make(
        "div",
        { class: "look-inside" },
        make("fieldset", { class: "look-networks" }, legend, ...networks),
        about,
        flow,
      ),
      panel.element,
    ),
  );
  if (strokes.length) drawing.show(strokes);
  else showExample(first);
  choose(Object.keys(names)[0]);

  function destroy() {
    end.abort();
    watch.disconnect();
    next.cancel();
    clearTimeout(timer);
    drawing.leave();
    turn += 1;
    layers = null;
    root.replaceChildren();
  }
  return { destroy };
}

// The notebook widget: the kernel sends a network when it is chosen.
function render({ model, el }) {
  const { ask, end } = makeAsk(model);
  const look = createLook(el, {
    names: model.get("names"),
    drawings: model.get("drawings"),
    first: "3",
    strokes: model.get("strokes"),
    pen: model.get("pen"),
    load: (key, late) => ask({ key }, { late }),
    onStrokes(strokes, pen) {
      model.set("strokes", strokes);
      model.set("pen", pen);
      model.save_changes();
    },
  });
  return () => {
    end();
    look.destroy();
  };
}
export default { render };

// The page: each network is a script beside it, which is loaded when it is chosen.
function startPage(root) {
  const known = globalThis.mnistNetworks;
  const load = (key) =>
    new Promise((resolve, reject) => {
      if (known[key].layers) return resolve(known[key]);
      const script = make("script", { src: known[key].file });
      script.onload = () => resolve(known[key]);
      script.onerror = () => reject(new Error(`${known[key].file} is missing beside this page.`));
      document.head.append(script);
    });
  const names = Object.fromEntries(Object.entries(known).map(([key, { title }]) => [key, title]));
  createLook(root, { names, load, drawings: globalThis.mnistDrawings, first: "3" });
}

const place = globalThis.document?.getElementById("digit-look-page");
if (place) startPage(place);
