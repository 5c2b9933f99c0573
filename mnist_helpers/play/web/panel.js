// The arithmetic of one value, in words and numbers: window, kernel, products, sum.

import { decimal, make, signed, whole } from "./elements.js";
import { explain, whereIs } from "./explain.js";
import { makeMaps } from "./maps.js";
import { numbers, sum } from "./tables.js";
import { isSigned, nameOf, titleOf } from "./words.js";

const ENLARGED = 144; // pixels of the screen for a map's side
const LISTED = 6; // products of a dense layer that are shown one by one
const INVITATION =
  "Point at any number on this page: here stands what made it, rounded. Click or tap to keep it " +
  "while you draw.";
const STEPS =
  "With keys: Tab goes from layer to layer, the arrow keys from number to number, Page Up and Page " +
  "Down from map to map, and Escape lets go.";

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
  const title = make("h2");
  const name = make("p");
  const value = make("strong", { class: "look-value" });
  const close = make("button", { type: "button", class: "look-close" }, "Let go");
  const head = make("header", {}, make("div", {}, title, name, value, close));
  const [rest, sums] = [make("div"), make("div")];
  const before = makeParts(on, (chosen) => {
    part = chosen;
    latest();
  });
  on(close, "click", letGo);

  function empty() {
    latest = part = null;
    const keys = make("small", { class: "digit-pad-keys" }, STEPS);
    fill(body, [make("p", { class: "look-soft" }, INVITATION, keys)]);
  }

  /** Show what made a value; `isNew` tells that another one was shown before. */
  function show(layers, values, number, at, { isKept, isNew }) {
    const layer = layers[number];
    if (isNew) {
      part = null;
      if (!map?.has(layer, at)) {
        map?.element.remove();
        map = enlarge(on, layers, number, at, point, letGo);
        if (map) head.prepend(map.element);
      }
      map?.mark(at);
    }
    map?.paint(values[number]);
    latest = () => show(layers, values, number, at, { isKept, isNew: false });
    const made = explain(layers, values, number, at);
    title.textContent = titleOf(layer, layers)[0];
    name.textContent = nameOf(layer, at);
    value.textContent = decimal(made.value);
    close.hidden = !isKept;
    const said = SAID[made.kind]?.({ made, layers, number, at, choose }) ?? [];
    const parts = said.filter(Boolean);
    const isSum = (part) => part.classList.contains("look-sum");
    fill(
      rest,
      parts.filter((part) => !isSum(part)),
    );
    fill(sums, parts.filter(isSum));
    fill(body, [head, rest, sums]);
  }

  /** Which map before it is shown in numbers, and the element with what each of them adds. */
  function choose(parts) {
    const most = (best, each) => (Math.abs(each.sum) > Math.abs(best.sum) ? each : best);
    part ??= parts.reduce(most).map;
    before.paint(parts, part);
    return [part, before.element];
  }

  empty();
  return { element, show, empty };
}

/** Put elements into a place. What is there already is not touched: it may have the focus, or be
    under a finger. */
function fill(place, elements) {
  for (const old of [...place.children]) if (!elements.includes(old)) old.remove();
  place.append(...elements.filter((each) => each.parentNode !== place));
}

/** The map that a value is in, large enough for a finger. */
function enlarge(on, layers, number, at, point, letGo) {
  const layer = layers[number];
  const [rows, columns, maps] = layer.shape;
  if (!maps) return null;
  const { map } = whereIs(layer, at);
  const one = { ...layer, shape: [rows, columns, 1] };
  const told = {
    point: (place, keeps) => keeps && point(number, place * maps + map, true),
    leave: letGo,
  };
  const picture = makeMaps(on, one, isSigned(layers, number), told);
  picture.element.classList.add("look-enlarged");
  picture.element.setAttribute("aria-label", `Map ${map}, enlarged`);
  picture.layOut(ENLARGED, Math.floor(ENLARGED / Math.max(rows, columns)));
  return {
    element: picture.element,
    paint: (values) => picture.paint(values.filter((_, place) => place % maps === map)),
    has: (other, place) => other === layer && place % maps === map,
    mark(place) {
      picture.clearMarks();
      picture.markValue(Math.floor(place / maps));
    },
  };
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
  const [chosen, partsBefore] = choose(parts);
  const { map, window, kernel, products, sum: partSum } = parts[chosen];
  const [rows, columns] = [window.length, window[0].length];
  const all = isOne
    ? say(`${rows}×${columns} pixels, each times the number of the kernel at the same place:`)
    : partsBefore;
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
function makeParts(on, chosen) {
  const title = make("p");
  const chart = make("div", { class: "look-parts", "aria-hidden": "true" });
  const slider = make("input", { type: "range", min: 0 });
  slider.setAttribute("aria-label", "Map before it that is shown in numbers");
  on(slider, "input", () => chosen(Number(slider.value)));
  function paint(parts, map) {
    const most = Math.max(...parts.map((part) => Math.abs(part.sum)), 1e-9);
    const bars = parts.map((part) => {
      const bar = make("span", { class: "look-part" });
      bar.classList.toggle("is-chosen", part.map === map);
      bar.style.setProperty("--share", part.sum / most);
      return bar;
    });
    chart.replaceChildren(...bars);
    slider.max = parts.length - 1;
    slider.value = map;
    title.textContent = `It looks at all ${parts.length} maps before it. What each of them adds:`;
  }
  return { element: make("div", {}, title, chart, slider), paint };
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
