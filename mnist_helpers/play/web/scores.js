// Ten numbers as bars, one for each digit: the logits, or the probabilities.

import { decimal, make, percent } from "./elements.js";

/**
 * Make the bars of a layer of few units.
 *
 * @param {(target: EventTarget, type: string, listener: Function) => void} on
 * @param {object} layer
 * @param {{point: (at: number, keeps: boolean) => void, leave: () => void}} told
 */
export function makeScores(on, layer, { point, leave }) {
  const isShare = layer.kind === "softmax";
  const bars = Array.from({ length: layer.shape[0] }, (_, at) => {
    const value = make("span", { class: "look-number" });
    const bar = make("span", { class: "look-bar" });
    const name = make("span", { class: "look-name" }, `${at}`);
    const track = make("span", { class: "look-track" }, bar);
    const item = make("button", { type: "button" }, track, name, value);
    on(item, "pointermove", () => point(at, false));
    on(item, "click", () => point(at, true));
    on(item, "keydown", (event) => event.key === "Escape" && leave());
    return { value, bar, item };
  });
  const items = bars.map(({ item }) => make("li", {}, item));
  const list = make("ol", { class: "look-scores", role: "list" }, ...items);
  list.classList.toggle("has-minus", !isShare);

  function paint(values) {
    const best = values.indexOf(Math.max(...values));
    bars.forEach(({ value, bar, item }, at) => {
      const text = isShare ? percent(values[at]) : decimal(values[at], 1);
      value.textContent = text;
      const share = isShare ? values[at] : Math.min(1, Math.abs(values[at]) / layer.limit);
      bar.style.setProperty("--share", share);
      bar.classList.toggle("is-minus", values[at] < 0);
      item.classList.toggle("is-best", at === best);
    });
  }

  return {
    element: list,
    hasBars: true,
    layOut() {},
    paint,
    clearMarks: () => bars.forEach(({ item }) => void item.classList.remove("is-chosen")),
    markValue: (at) => bars[at].item.classList.add("is-chosen"),
    markWindow() {},
    focus: (at, options) => bars[at].item.focus(options),
  };
}
