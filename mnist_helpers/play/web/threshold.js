// A threshold on the confidence, and what it costs (notebook 04): less sure answers go to a person.

import { makeChart } from "./chart.js";
import { listenUntil, make, whole } from "./elements.js";
import { floats } from "./network.js";

const MOST = 5; // the slider ends at a threshold of 1 − 10^−5
const STEPS = 200; // of the slider
export const PLACES = Array.from({ length: STEPS + 1 }, (_, step) => (MOST * step) / STEPS);
const PRICE = 50; // of a mistake at first, in questions to a person

/**
 * The threshold at a place of the slider: 0, then 0.9 at 1, 0.99 at 2, and so on. It is rounded, to
 * one digit after its nines, so that what is counted is what is shown.
 */
export function thresholdAt(place) {
  return Number((1 - 10 ** -place).toFixed(Math.max(3, Math.ceil(place) + 1)));
}

/** A threshold in per cent, with all its digits. */
export function textOf(threshold) {
  return `${Number((100 * threshold).toFixed(MOST - 1))}%`;
}

/**
 * Count what a threshold does: an answer below it is not given, a person is asked.
 *
 * @param {ArrayLike<number>} confidence of each answer, float32, as NumPy compares it
 * @param {string} right "1" for each right answer, "0" for each wrong one
 * @returns {{refused: number, mistakes: number, spared: number}} answers that are not given;
 *   mistakes among those that are; mistakes that were not made
 */
export function countAt(confidence, right, threshold) {
  const counts = { refused: 0, mistakes: 0, spared: 0 };
  const limit = Math.fround(threshold);
  for (let number = 0; number < right.length; number += 1) {
    const isRefused = confidence[number] < limit;
    if (isRefused) counts.refused += 1;
    if (right[number] === "0") counts[isRefused ? "spared" : "mistakes"] += 1;
  }
  return counts;
}

/**
 * Make the figure.
 *
 * @param {HTMLElement} root
 * @param {{confidence: string, right: string, name: string}} options confidence: base64 of
 *   float32; right: as for countAt; name: of the images
 */
export function createThreshold(root, { confidence, right, name }) {
  const end = new AbortController();
  const on = listenUntil(end);
  const sure = floats(confidence);
  const count = right.length;
  const all = PLACES.map((place) => countAt(sure, right, thresholdAt(place)));
  const marks = [0, 1, 2, 3, 4, 5].map((place) => [place, textOf(thresholdAt(place))]);
  const charts = [
    chartOf(
      "images that go to a person",
      all.map(({ refused }) => refused),
    ),
    chartOf(
      "mistakes left",
      all.map(({ mistakes }) => mistakes),
    ),
  ];
  let costs = null; // its scale depends on the price
  const costPlace = make("div");
  const slider = make("input", { type: "range", min: 0, max: STEPS, value: 40 });
  const price = make("input", { type: "number", min: 0, step: 1, value: PRICE });
  const text = make("output");
  const said = make("p", { class: "figure-said", "aria-live": "polite" });

  function chartOf(title, values, below = "") {
    const most = Math.max(...values, 1);
    const y = {
      low: 0,
      high: 1.05 * most,
      title,
      marks: [
        [0, "0"],
        [most, whole(Math.round(most))],
      ],
    };
    const x = { low: 0, high: MOST, title: below, marks };
    const chart = makeChart({ width: 640, height: 150, x, y, label: title });
    return { chart, title, values };
  }

  function reprice() {
    const one = Math.max(0, price.valueAsNumber || 0);
    const cost = all.map(({ refused, mistakes }) => refused + one * mistakes);
    costs = chartOf("cost, in questions to a person", cost, "threshold on the confidence");
    costPlace.replaceChildren(costs.chart.element);
    show();
  }

  function show() {
    const step = Number(slider.value);
    const threshold = textOf(thresholdAt(PLACES[step]));
    const { refused, mistakes, spared } = all[step];
    const best = costs.values.indexOf(Math.min(...costs.values));
    text.textContent = threshold;
    slider.setAttribute("aria-valuetext", threshold);
    for (const { chart, title, values } of [...charts, costs]) {
      chart.clear();
      chart.say(`${title}: ${whole(values[step])}`);
      chart.line(
        values.map((value, at) => [PLACES[at], value]),
        "line",
      );
      chart.upright(PLACES[step], "now");
      chart.dot([PLACES[step], values[step]], "last", 5);
    }
    costs.chart.dot([PLACES[best], costs.values[best]], "start", 5);
    said.textContent =
      `Threshold ${threshold}: of ${whole(count)} ${name}, ${whole(refused)} go to a person. ` +
      `${spared} of them would have been mistakes, ${whole(refused - spared)} right answers; ` +
      `${mistakes} mistakes are left. It costs ${whole(Math.round(costs.values[step]))} ` +
      `questions; the least is ${whole(Math.round(costs.values[best]))}, at ` +
      `${textOf(thresholdAt(PLACES[best]))} (orange in the last chart).`;
  }

  on(slider, "input", show);
  on(price, "input", reprice);
  root.classList.add("digit-pad", "digit-figure");
  root.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the keys for its own
  on(root, "keydown", (event) => event.stopPropagation());
  const asked = "One mistake costs as much as how many questions?";
  root.replaceChildren(
    make("label", { class: "figure-slider" }, "Threshold", slider, text),
    make("label", { class: "figure-price" }, asked, price),
    ...charts.map(({ chart }) => chart.element),
    costPlace,
    said,
  );
  reprice();
  return {
    destroy() {
      end.abort();
      root.replaceChildren();
    },
  };
}

function render({ model, el }) {
  return createThreshold(el, model.get("data")).destroy;
}
export default { render };

for (const place of globalThis.document?.querySelectorAll("[data-figure=threshold]") ?? [])
  createThreshold(place, globalThis.mnistFigures.threshold);
