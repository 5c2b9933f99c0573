// A kernel slides over an image (notebook 02): edit the kernel, move the window, see the sum.

import { decimal, listenUntil, make } from "./elements.js";
import { explain } from "./explain.js";
import { makeMaps } from "./maps.js";
import { forward } from "./network.js";
import { numbers, sum } from "./tables.js";

const SIDE_OF_KERNEL = 3;
const WIDE = 234; // pixels of the screen for a picture's side, at most
const KERNELS = {
  "upright edges": [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  "level edges": [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  blur: Array(9).fill(0.11),
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  "copy as it is": [0, 0, 0, 0, 1, 0, 0, 0, 0],
};

/**
 * Make the figure.
 *
 * @param {HTMLElement} root
 * @param {{image: number[][], kernel?: number[][], onKernel?: (kernel: number[][]) => void}} options
 *   image: shades in 0…1; kernel: the one that is shown at first; onKernel: called with the kernel
 *   when somebody has changed it
 * @returns {{show: (kernel: number[][]) => void, destroy: () => void}}
 */
export function createKernel(root, { image, kernel = [], onKernel }) {
  const end = new AbortController();
  const on = listenUntil(end);
  const [rows, columns] = [image.length, image[0].length];
  const shape = [rows - SIDE_OF_KERNEL + 1, columns - SIDE_OF_KERNEL + 1, 1];
  const input = { kind: "input", shape: [rows, columns, 1], limit: 1 };
  const layer = {
    ...{ kind: "conv", shape, inputShape: input.shape, activation: "linear", padding: "valid" },
    ...{ kernelSize: [SIDE_OF_KERNEL, SIDE_OF_KERNEL], bias: [0] },
    kernel: kernel.length ? kernel.flat() : [...KERNELS["upright edges"]],
    limit: 1,
  };
  const layers = [input, layer];
  const pixels = Float32Array.from(image.flat());
  let values = forward(layers, pixels);
  let at = values[1].indexOf(Math.max(...values[1])); // the window, by its place in the feature map

  const fields = layer.kernel.map((weight, place) => {
    const field = make("input", { type: "number", step: "any", value: weight });
    field.setAttribute(
      "aria-label",
      `Row ${Math.floor(place / 3)}, column ${place % 3} of the kernel`,
    );
    on(field, "input", () => {
      if (!Number.isFinite(field.valueAsNumber)) return; // half typed
      layer.kernel[place] = field.valueAsNumber;
      compute();
      tell();
    });
    return field;
  });
  const presets = Object.entries(KERNELS).map(([name, weights]) => {
    const button = make("button", { type: "button" }, name);
    on(button, "click", () => {
      take(weights);
      tell();
    });
    return button;
  });
  const before = makeMaps(on, input, false, { point: pointAtPixel, leave() {} });
  const after = makeMaps(on, layer, true, { point: move, leave() {} });
  before.element.setAttribute("aria-label", "The image; arrow keys move the window");
  after.element.setAttribute("aria-label", "The feature map; arrow keys move the window");
  const arithmetic = make("div", { class: "look-product" });
  const scale = make("span");
  const result = make("div", { "aria-live": "polite" });

  function take(weights) {
    layer.kernel = [...weights];
    for (const [place, field] of fields.entries()) field.value = weights[place];
    compute();
  }

  function compute() {
    const above = layer.kernel.reduce((most, weight) => most + Math.max(weight, 0), 0);
    const below = layer.kernel.reduce((most, weight) => most + Math.max(-weight, 0), 0);
    layer.limit = Math.max(above, below) || 1; // what a window of black and white pixels can give
    values = forward(layers, pixels);
    before.paint(values[0]);
    after.paint(values[1]);
    const limit = decimal(layer.limit, 1);
    scale.textContent = `black −${limit}, grey 0, white ${limit}`;
    explainWindow();
  }

  function tell() {
    onKernel?.([0, 3, 6].map((from) => layer.kernel.slice(from, from + 3)));
  }

  function explainWindow() {
    const made = explain(layers, values, 1, at);
    const [part] = made.parts;
    for (const picture of [before, after]) picture.clearMarks();
    before.markWindow(layer, at);
    after.markValue(at);
    arithmetic.replaceChildren(
      make("div", { class: "look-factor" }, numbers("window", part.window, true)),
      make("div", { class: "look-factor" }, "×", numbers("kernel", part.kernel)),
      make("div", { class: "look-factor" }, "=", numbers("products", part.products)),
    );
    const place = `row ${made.row}, column ${made.column}`;
    result.replaceChildren(sum([`the nine products, added up, for ${place}`, decimal(made.sum)]));
  }

  function move(place) {
    at = place;
    explainWindow();
  }

  /** The window has its middle where somebody points, as far as it stays in the image. */
  function pointAtPixel(place) {
    const within = (value, most) => Math.min(Math.max(value - 1, 0), most - 1);
    const row = within(Math.floor(place / columns), shape[0]);
    move(row * shape[1] + within(place % columns, shape[1]));
  }

  const figure = (caption, picture, ...more) =>
    make("figure", {}, picture, make("figcaption", {}, caption, ...more));
  const grid = make("div", { class: "figure-kernel" }, ...fields);
  root.classList.add("digit-pad", "digit-figure");
  root.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the keys for its own
  on(root, "keydown", (event) => event.stopPropagation());
  root.replaceChildren(
    make("div", { class: "figure-presets" }, make("span", {}, "Kernel:"), ...presets),
    make(
      "div",
      { class: "figure-row" },
      figure(`image, ${rows}×${columns}`, before.element),
      figure("kernel: change its numbers", grid),
      figure(`feature map, ${shape[0]}×${shape[1]}: `, after.element, scale),
    ),
    arithmetic,
    result,
  );
  const zoom = Math.max(2, Math.floor(WIDE / Math.max(rows, columns)));
  before.layOut(WIDE, zoom);
  after.layOut(WIDE, zoom);
  compute();
  return {
    show(other) {
      const weights = other.flat();
      const isNew = weights.some((weight, place) => weight !== layer.kernel[place]);
      if (isNew) take(weights); // else somebody is typing it
    },
    destroy() {
      end.abort();
      root.replaceChildren();
    },
  };
}

function render({ model, el }) {
  const figure = createKernel(el, {
    image: model.get("image"),
    kernel: model.get("kernel"),
    onKernel(kernel) {
      model.set("kernel", kernel);
      model.save_changes();
    },
  });
  const changed = () => figure.show(model.get("kernel"));
  model.on("change:kernel", changed); // in Python, or in another view
  return () => {
    model.off("change:kernel", changed);
    figure.destroy();
  };
}
export default { render };

for (const place of globalThis.document?.querySelectorAll("[data-figure=kernel]") ?? [])
  createKernel(place, globalThis.mnistFigures.kernel);
