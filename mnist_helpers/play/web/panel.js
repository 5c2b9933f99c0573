// The arithmetic of one value, in words and numbers: window, kernel, products, sum.

import { decimal, make, signed, whole } from "./elements.js";
import { whereIs } from "./explain.js";
import { nameOf, titleOf } from "./words.js";

const LISTED = 6; // products of a dense layer that are shown one by one
const INVITATION =
  "Point at any number on this page: here stands what made it. Click to keep it while you draw.";

/** Make the panel. */
export function makePanel(on) {
  const body = make("div", { class: "look-why-body" });
  const element = make("section", { class: "look-why" }, body);
  element.setAttribute("aria-label", "What made the number");
  let part = null; // which map before it is shown in numbers
  let latest = null;

  function empty() {
    latest = null;
    part = null;
    body.replaceChildren(make("p", { class: "look-soft" }, INVITATION));
  }

  /** @param {object} made from explain(); `isNew` tells that another value is chosen than before */
  function show(layers, number, at, made, { isKept, isNew, letGo }) {
    if (isNew) part = null;
    latest = () => show(layers, number, at, made, { isKept, isNew: false, letGo });
    const layer = layers[number];
    const [title] = titleOf(layer, layers);
    const close = make("button", { type: "button", class: "look-close" }, "Let go");
    close.hidden = !isKept;
    on(close, "click", letGo);
    const value = make("strong", { class: "look-value" }, decimal(made.value));
    const head = make("div", {}, make("h3", {}, title), make("p", {}, nameOf(layer, at)));
    const old = body.querySelector("input[type=range]");
    const hadFocus = old && old === document.activeElement;
    const rest = SAID[made.kind]?.({ made, layers, number, at, choose }) ?? [];
    body.replaceChildren(make("header", {}, head, value, close), ...rest.filter(Boolean));
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
      numbers("window", window, true),
      make("span", {}, "×"),
      numbers("kernel", kernel),
      make("span", {}, "="),
      numbers("products", products),
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
    const bar = make("span", { class: part.map === chosen ? "is-chosen" : "" });
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
    say(`It takes all ${whole(made.terms.length)} numbers before it. Those that add most:`),
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

/** Numbers in rows and columns; pixels are shaded, too. */
function numbers(name, grid, isShaded = false) {
  const most = Math.max(...grid.flat(), 1e-9);
  const rows = grid.map((row) => {
    const cells = row.map((value) => {
      const cell = make("td", {}, decimal(value));
      if (isShaded) cell.style.setProperty("--shade", Math.max(0, value) / most);
      return cell;
    });
    return make("tr", {}, ...cells);
  });
  const caption = make("caption", {}, name);
  return make("table", { class: "look-grid" }, caption, make("tbody", {}, ...rows));
}

/** Lines of a sum: words, and a number; false leaves one out. */
function sum(...lines) {
  const rows = lines.filter(Boolean).map(([name, value], number, all) => {
    const row = make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value));
    row.classList.toggle("is-last", number === all.length - 1);
    return row;
  });
  return make("table", { class: "look-sum" }, make("tbody", {}, ...rows));
}

function table(head, lines) {
  const cells = (tag, line) => make("tr", {}, ...line.map((text) => make(tag, {}, text)));
  const body = make("tbody", {}, ...lines.map((line) => cells("td", line)));
  return make("table", { class: "look-terms" }, make("thead", {}, cells("th", head)), body);
}
