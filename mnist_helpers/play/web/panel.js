// The arithmetic of one value, in words and numbers: window, kernel, products, sum.

import { decimal, make, signed, whole } from "./elements.js";
import { explain, whereIs } from "./explain.js";
import { makeMaps } from "./maps.js";
import { numbers, sum } from "./tables.js";
import { isSigned, nameOf, titleOf } from "./words.js";

const ENLARGED = 144; // pixels of the screen for a map's side
const LISTED = 6; // products of a dense layer that are shown one by one
const INVITATION =
  "Point at any number on this page: here stands what made it. Click to keep it while you draw.";

/**
 * Make the panel.
 *
 * @param {(target: EventTarget, type: string, listener: Function) => void} on
 * @param {(number: number, at: number, keeps: boolean) => void} point chooses a value
 * @param {() => void} letGo
 */
export function makePanel(on, point, letGo) {
  const body = make("div", { class: "look-why-body" });
  const element = make("section", { class: "look-why" }, body);
  element.setAttribute("aria-label", "What made the number");
  let part = null; // which map before it is shown in numbers
  let latest = null;
  let map = null; // the map that the value is in, enlarged

  function empty() {
    latest = null;
    part = null;
    body.replaceChildren(make("p", { class: "look-soft" }, INVITATION));
  }

  /** Show what made a value; `isNew` tells that another one was shown before. */
  function show(layers, values, number, at, { isKept, isNew }) {
    if (isNew) {
      part = null;
      map = enlarge(on, layers, number, at, point, letGo);
    }
    map?.paint(values[number]);
    latest = () => show(layers, values, number, at, { isKept, isNew: false });
    const made = explain(layers, values, number, at);
    const layer = layers[number];
    const [title] = titleOf(layer, layers);
    const close = make("button", { type: "button", class: "look-close" }, "Let go");
    close.hidden = !isKept;
    on(close, "click", letGo);
    const value = make("strong", { class: "look-value" }, decimal(made.value));
    const name = make("p", {}, nameOf(layer, at));
    const head = make("header", {}, make("div", {}, make("h2", {}, title), name, value, close));
    if (map) head.prepend(map.element);
    const old = body.querySelector("input[type=range]");
    const hadFocus = old && old === document.activeElement;
    const said = SAID[made.kind]?.({ made, layers, number, at, choose }) ?? [];
    const parts = said.filter(Boolean);
    const isSum = (part) => part.classList.contains("look-sum");
    const sums = parts.filter(isSum);
    const rest = parts.filter((part) => !isSum(part));
    body.replaceChildren(head, make("div", {}, ...rest), make("div", {}, ...sums));
    if (hadFocus) body.querySelector("input[type=range]")?.focus();
  }

  function choose(parts, map) {
    if (map !== undefined) {
      part = map;
      latest();
    } else if (part === null) {
      const most = (best, each) => (Math.abs(each.sum) > Math.abs(best.sum) ? each : best);
      part = parts.reduce(most).map;
    }
    return part;
  }

  empty();
  return { element, show, empty };
}

/** The map that a value is in, large enough for a finger. */
function enlarge(on, layers, number, at, point, letGo) {
  const layer = layers[number];
  const [rows, columns, maps] = layer.shape;
  if (!maps) return null;
  const { row, column, map } = whereIs(layer, at);
  const one = { ...layer, shape: [rows, columns, 1] };
  const told = {
    point: (place, keeps) => keeps && point(number, place * maps + map, true),
    leave: letGo,
  };
  const picture = makeMaps(on, one, isSigned(layers, number), told);
  picture.element.classList.add("look-enlarged");
  picture.element.setAttribute("aria-label", `Map ${map}, enlarged`);
  picture.layOut(ENLARGED, Math.floor(ENLARGED / Math.max(rows, columns)));
  picture.markValue(row * columns + column);
  const paint = (values) => picture.paint(values.filter((_, place) => place % maps === map));
  return { element: picture.element, paint };
}

const SAID = {
  input: () => [say("A pixel: 0 is black, 1 is white. It comes from your drawing.")],
  conv: sayConvolution,
  max: ({ made }) => [
    numbers("window", made.window),
    say(`The largest of these ${made.window.flat().length} numbers stays.`),
  ],
  average: sayMean,
  mean: sayMean,
  normalise: ({ made }) => [
    say("In training this layer noted the mean and the spread of each map."),
    sum(
      ["value", decimal(made.before)],
      ["minus the mean", decimal(made.mean)],
      ["divided by the spread", decimal(made.deviation)],
      ["times", `${decimal(made.gamma)} (learned)`],
      ["plus", `${decimal(made.beta)} (learned)`],
      ["gives", decimal(made.value)],
    ),
  ],
  relu: ({ made }) => [say(`Before: ${decimal(made.before)}. ${reluOf(made.before)}`)],
  flatten: () => [],
  dense: sayDense,
  softmax: ({ made, at }) => [
    say(`The logit of ${at} is ${decimal(made.logit)}.`),
    sum(
      ["e to the power of it", powerOf(made.power)],
      ["all ten powers, added up", powerOf(made.sum)],
      ["one divided by the other", decimal(made.value, 4)],
    ),
  ],
};

function sayConvolution({ made, choose }) {
  const { parts } = made;
  const isOne = parts.length === 1;
  const chosen = choose(parts);
  const { map, window, kernel, products, sum: partSum } = parts[chosen];
  const [rows, columns] = [window.length, window[0].length];
  const all = isOne
    ? say(`${rows}×${columns} pixels, each times the number of the kernel at the same place:`)
    : partsOf(parts, map, choose);
  const one = isOne
    ? null
    : say(`Map ${map} adds ${signed(partSum)}, for its window times its kernel:`);
  return [
    all,
    one,
    make(
      "div",
      { class: "look-product" },
      make("div", { class: "look-factor" }, numbers("window", window, true)),
      make("div", { class: "look-factor" }, "×", numbers("kernel", kernel)),
      make("div", { class: "look-factor" }, "=", numbers("products", products)),
    ),
    sum(
      [isOne ? "the products, added up" : `all ${parts.length} maps, added up`, decimal(made.sum)],
      ["bias", signed(made.bias)],
      ["sum", decimal(made.before)],
      made.after === "relu" && ["after ReLU", decimal(made.value)],
    ),
  ];
}

/** What each map before adds, as small bars, and a slider to choose one. */
function partsOf(parts, chosen, choose) {
  const most = Math.max(...parts.map((part) => Math.abs(part.sum)), 1e-9);
  const bars = parts.map((part) => {
    const bar = make("span", { class: "look-part" });
    bar.classList.toggle("is-chosen", part.map === chosen);
    bar.style.setProperty("--share", part.sum / most);
    return bar;
  });
  const last = parts.length - 1;
  const slider = make("input", { type: "range", min: 0, max: last, value: chosen });
  slider.setAttribute("aria-label", "Map before it that is shown in numbers");
  slider.oninput = () => choose(parts, Number(slider.value));
  const chart = make("div", { class: "look-parts" }, ...bars);
  chart.setAttribute("aria-hidden", "true");
  const title = `It looks at all ${parts.length} maps before it. What each of them adds:`;
  return make("div", {}, say(title), chart, slider);
}

function sayMean({ made }) {
  const count = made.window.flat().length;
  return [
    numbers("window", made.window),
    sum(["added up", decimal(made.sum)], [`divided by ${count}`, decimal(made.value)]),
  ];
}

function sayDense({ made, layers, number }) {
  const before = layers[number - 1];
  const source = before.kind === "flatten" ? layers[number - 2] : before;
  const shown = made.terms.slice(0, LISTED);
  const rest = made.terms.length - shown.length;
  const others = made.sum - shown.reduce((total, term) => total + term.product, 0);
  const rows = shown.map(({ from, value, weight, product }) => [
    short(source, from),
    `${decimal(value)} × ${decimal(weight)}`,
    signed(product),
  ]);
  const head = ["number before", "times weight", "adds"];
  return [
    say(
      `It takes all ${whole(made.terms.length)} numbers before it. Those that change the sum most:`,
    ),
    table(head, [...rows, [`${whole(rest)} others`, "", signed(others)]]),
    sum(
      ["added up", decimal(made.sum)],
      ["bias", signed(made.bias)],
      ["sum", decimal(made.before)],
      made.after === "relu" && ["after ReLU", decimal(made.value)],
    ),
  ];
}

function short(layer, at) {
  if (layer.shape.length === 1) return nameOf(layer, at);
  const { row, column, map } = whereIs(layer, at);
  return `map ${map} (${row}, ${column})`;
}

function reluOf(before) {
  return before > 0 ? "It is positive, so it stays." : "It is not positive, so it becomes 0.";
}

function powerOf(value) {
  return value < 0.005 ? value.toPrecision(2) : decimal(value);
}

function say(text) {
  return make("p", {}, text);
}

function table(head, lines) {
  const cells = (tag, line) => make("tr", {}, ...line.map((text) => make(tag, {}, text)));
  const body = make("tbody", {}, ...lines.map((line) => cells("td", line)));
  return make("table", { class: "look-terms" }, make("thead", {}, cells("th", head)), body);
}
