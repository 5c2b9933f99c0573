// A layer as a picture: its maps side by side, or its units in a row; each number one square.

import { clamp, make } from "./elements.js";
import { whereIs, windowOf } from "./explain.js";
import { placeOf } from "./network.js";

const ORANGE = "#d55e00"; // the palette of the notebooks
const BLACK = 0xff000000; // with full opacity; red, green and blue are the bytes below
const WALKS = {
  ArrowUp: [-1, 0, 0],
  ArrowDown: [1, 0, 0],
  ArrowLeft: [0, -1, 0],
  ArrowRight: [0, 1, 0],
  PageUp: [0, 0, -1],
  PageDown: [0, 0, 1],
};

/**
 * Make the picture of a layer.
 *
 * @param {(target: EventTarget, type: string, listener: Function) => void} on
 * @param {object} layer
 * @param {boolean} hasMinus whether it may give less than 0: then black is negative, grey 0
 * @param {{point: (at: number, keeps: boolean) => void, leave: () => void}} told
 */
export function makeMaps(on, layer, hasMinus, { point, leave }) {
  const isRow = layer.shape.length === 1;
  const shape = isRow ? [1, layer.shape[0], 1] : layer.shape;
  const [rows, columns, maps] = shape;
  const gap = maps > 1 ? 1 : 0;
  const canvas = make("canvas", { class: "look-maps" });
  const over = make("canvas", { class: "look-marks" });
  const element = make("div", { class: "look-picture", tabIndex: 0 }, canvas, over);
  element.setAttribute("role", "application");
  const context = canvas.getContext("2d");
  let across = 0; // maps in a row
  let zoom = 1; // pixels of the screen for a number's side
  let pixels = null;
  let chosen = 0; // for the keys

  /** Fill a width: as large as it goes in the lines that are needed anyhow. */
  function layOut(width, wanted) {
    const mostAcross = (size) => Math.floor((width + gap * size) / ((columns + gap) * size)) || 1;
    const linesOf = (size) => Math.ceil(maps / mostAcross(size));
    zoom = isRow ? width / columns : (wanted ?? (rows >= 20 ? 2 : rows >= 8 ? 3 : 5));
    const isFree = !isRow && !wanted;
    while (isFree && columns * (zoom + 1) <= width && linesOf(zoom + 1) === linesOf(zoom))
      zoom += 1;
    const lines = linesOf(zoom);
    across = Math.ceil(maps / lines);
    canvas.width = across * (columns + gap) - gap;
    canvas.height = lines * (rows + gap) - gap;
    pixels = context.createImageData(canvas.width, canvas.height);
    const [wide, high] = [canvas.width * zoom, isRow ? 28 : canvas.height * zoom];
    Object.assign(element.style, { width: `${wide}px`, height: `${high}px` });
    over.width = wide * devicePixelRatio;
    over.height = high * devicePixelRatio;
  }

  /** The corner of a map, in numbers. */
  function cornerOf(map) {
    return [(map % across) * (columns + gap), Math.floor(map / across) * (rows + gap)];
  }

  function paint(values) {
    const shades = new Uint32Array(pixels.data.buffer);
    const [low, range] = hasMinus ? [-layer.limit, 2 * layer.limit] : [0, layer.limit];
    for (let map = 0; map < maps; map += 1) {
      const [left, top] = cornerOf(map);
      for (let row = 0; row < rows; row += 1)
        for (let column = 0; column < columns; column += 1) {
          const value = values[placeOf(shape, row, column, map)];
          const grey = Math.round(255 * clamp((value - low) / range));
          shades[(top + row) * canvas.width + left + column] = (BLACK | (grey * 0x010101)) >>> 0;
        }
    }
    context.putImageData(pixels, 0, 0);
  }

  function clearMarks() {
    over.getContext("2d").clearRect(0, 0, over.width, over.height);
  }

  function frame({ top, left, bottom, right, map }, colour, line) {
    const [x, y] = cornerOf(map);
    const marks = over.getContext("2d");
    const [dx, dy] = [over.width / canvas.width, over.height / canvas.height];
    Object.assign(marks, { strokeStyle: colour, lineWidth: line * devicePixelRatio });
    const out = (line * devicePixelRatio) / 2;
    marks.strokeRect(
      (x + left) * dx - out,
      (y + top) * dy - out,
      (right - left) * dx + 2 * out,
      (bottom - top) * dy + 2 * out,
    );
  }

  function under(event) {
    const box = canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * canvas.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * canvas.height);
    const [column, row] = [x % (columns + gap), y % (rows + gap)];
    const map = Math.floor(y / (rows + gap)) * across + Math.floor(x / (columns + gap));
    const isOn = x >= 0 && y >= 0 && column < columns && row < rows && map < maps;
    return isOn && x < canvas.width ? placeOf(shape, row, column, map) : null;
  }

  let isDown = false;
  on(element, "pointerdown", (event) => {
    const at = under(event);
    if (event.button !== 0 || at === null) return;
    isDown = true;
    point(at, true);
  });
  on(element, "pointermove", (event) => {
    const at = under(event);
    if (at !== null) point(at, isDown && event.buttons > 0);
  });
  for (const type of ["pointerup", "pointercancel"]) on(element, type, () => (isDown = false));
  on(element, "keydown", (event) => {
    if (event.key === "Escape") leave();
    if (!(event.key in WALKS)) return;
    event.preventDefault();
    const step = WALKS[event.key];
    const now = whereIs({ shape }, chosen);
    const [row, column, map] = [now.row, now.column, now.map].map((value, axis) =>
      clamp(value + step[axis], 0, shape[axis] - 1),
    );
    point(placeOf(shape, row, column, map), true);
  });

  return {
    element,
    layOut,
    paint,
    clearMarks,
    focus: (_, options) => element.focus(options),
    /** Frame a value of this layer. */
    markValue(at) {
      chosen = at;
      const { row, column, map } = whereIs({ shape }, at);
      frame({ top: row, left: column, bottom: row + 1, right: column + 1, map }, ORANGE, 2);
    },
    /** Frame what made a value of the next layer. */
    markWindow(next, at) {
      const window = windowOf(next, at);
      if (isRow || window.top === undefined) return;
      for (let map = 0; map < maps; map += 1)
        if (window.map === null || window.map === map) frame({ ...window, map }, ORANGE, 1);
    },
    markPart: (part) => frame({ ...part, map: 0 }, ORANGE, 2),
  };
}
