// Steps down the loss of one weight (notebook 03), with a slider for the learning rate.

import { makeChart } from "./chart.js";
import { decimal, listenUntil, make, signed } from "./elements.js";
import { floats } from "./network.js";

const [LOW, HIGH] = [0, 16]; // of the weight that is shown
const POINTS = 120; // of the curve
const NEAR = 0.001; // to both sides, for the slope: as in the notebook
const MOST_STEPS = 20;
const RATES = [0.05, 10]; // at the ends of the slider, whose middle is their geometric mean

/**
 * Make the loss of the model with one weight: each score is −w × distance.
 *
 * @param {ArrayLike<number>} distances of each image to each class's mean image, image by image
 * @param {ArrayLike<number>} labels the true class of each image
 * @returns {(w: number) => number} the mean of −ln of the true class's probability
 */
export function lossOf(distances, labels) {
  const classes = distances.length / labels.length;
  return (w) => {
    let total = 0;
    for (let image = 0; image < labels.length; image += 1) {
      const first = image * classes;
      const scores = distances.slice(first, first + classes).map((distance) => -w * distance);
      const most = Math.max(...scores);
      let sum = 0;
      for (const score of scores) sum += Math.exp(score - most);
      total += Math.log(sum) + most - scores[labels[image]];
    }
    return total / labels.length;
  };
}

export function slopeOf(loss, w) {
  return (loss(w + NEAR) - loss(w - NEAR)) / (2 * NEAR);
}

/** The weight at the start, 0, and after each step: new w = old w − learning rate × slope. */
export function descend(loss, rate, steps) {
  const path = [0];
  for (let step = 0; step < steps; step += 1) {
    const w = path.at(-1);
    path.push(w - rate * slopeOf(loss, w));
  }
  return path;
}

/** The weight with the lowest loss between two, by thirds: the curve has one lowest point. */
export function lowestOf(loss, low, high) {
  let [left, right] = [low, high];
  while (right - left > NEAR) {
    const third = (right - left) / 3;
    if (loss(left + third) < loss(right - third)) right -= third;
    else left += third;
  }
  const w = (left + right) / 2;
  return [w, loss(w)];
}

/**
 * Make the figure.
 *
 * @param {HTMLElement} root
 * @param {{distances: string, labels: number[]}} options distances: base64 of float32
 */
export function createDescent(root, { distances, labels }) {
  const end = new AbortController();
  const on = listenUntil(end);
  const loss = lossOf(Float64Array.from(floats(distances)), labels);
  const curve = Array.from({ length: POINTS + 1 }, (_, number) => {
    const w = LOW + ((HIGH - LOW) * number) / POINTS;
    return [w, loss(w)];
  });
  const lowest = lowestOf(loss, LOW, HIGH);
  const most = Math.max(...curve.map((point) => point[1]));
  const chart = makeChart({
    ...{ width: 640, height: 300, label: "The loss by the weight w, and the steps" },
    x: { low: LOW, high: HIGH, title: "weight w", marks: [0, 4, 8, 12, 16].map((w) => [w, w]) },
    y: { low: 0, high: 1.05 * most, title: "loss", marks: marksTo(most) },
  });
  const rate = make("input", { type: "range", min: 0, max: 1, step: 0.005, value: toSlider(1) });
  const steps = make("input", { type: "range", min: 0, max: MOST_STEPS, value: 10 });
  const [rateText, stepsText] = [make("output"), make("output")];
  const said = make("p", { class: "figure-said", "aria-live": "polite" });
  const body = make("tbody");

  function show() {
    const chosen = RATES[0] * (RATES[1] / RATES[0]) ** Number(rate.value);
    const rounded = Number(chosen.toPrecision(2));
    const count = Number(steps.value);
    const path = descend(loss, rounded, count);
    const places = path.map((w) => [w, loss(w)]);
    rateText.textContent = rounded;
    stepsText.textContent = count;
    rate.setAttribute("aria-valuetext", rounded);
    chart.clear();
    chart.line(curve, "curve");
    chart.line(places, "steps");
    for (const place of places) chart.dot(place, "step");
    chart.dot(places[0], "start", 6);
    chart.dot(places.at(-1), "last", 6);
    const [w, reached] = places.at(-1);
    const text =
      `Learning rate ${rounded}, ${count} ${count === 1 ? "step" : "steps"}: w = ${decimal(w)}, ` +
      `loss ${decimal(reached, 3)}. The lowest loss is ${decimal(lowest[1], 3)}, near w = ` +
      `${decimal(lowest[0], 1)}.`;
    said.textContent = text;
    body.replaceChildren(
      ...places.map(([at, height], step) => {
        const cells = [step, decimal(at), signed(slopeOf(loss, at)), decimal(height, 3)];
        return make("tr", {}, ...cells.map((cell) => make("td", {}, `${cell}`)));
      }),
    );
  }

  for (const slider of [rate, steps]) on(slider, "input", show);
  const head = ["step", "w", "slope", "loss"].map((name) => make("th", { scope: "col" }, name));
  root.classList.add("digit-pad", "digit-figure");
  root.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the keys for its own
  on(root, "keydown", (event) => event.stopPropagation());
  root.replaceChildren(
    make("label", { class: "figure-slider" }, "Learning rate", rate, rateText),
    make("label", { class: "figure-slider" }, "Steps", steps, stepsText),
    make(
      "div",
      { class: "figure-beside" },
      chart.element,
      make(
        "div",
        { class: "figure-list", tabIndex: 0, role: "region", "aria-label": "All steps" },
        make("table", {}, make("thead", {}, make("tr", {}, ...head)), body),
      ),
    ),
    said,
  );
  show();
  return {
    destroy() {
      end.abort();
      root.replaceChildren();
    },
  };
}

function toSlider(rate) {
  return Math.log(rate / RATES[0]) / Math.log(RATES[1] / RATES[0]);
}

function marksTo(most) {
  const marks = [];
  for (let value = 0; value <= most; value += 0.5) marks.push([value, decimal(value, 1)]);
  return marks;
}

function render({ model, el }) {
  return createDescent(el, model.get("data")).destroy;
}
export default { render };

for (const place of globalThis.document?.querySelectorAll("[data-figure=descent]") ?? [])
  createDescent(place, globalThis.mnistFigures.descent);
