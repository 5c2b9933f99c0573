// The paper: ink by mouse, finger, pen or keys.

import { clamp, make } from "./elements.js";

export const DRAWN = 280; // pixels of a drawing's side,
const SHARP = 3; // and how much finer it is on the screen
const STEP = 0.03; // of the side, with an arrow key
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEYS = "Arrow keys move the pen, Space lowers or lifts it, Delete clears.";

/**
 * Make the paper and its pen.
 *
 * @param {(target: EventTarget, type: string, listener: Function) => void} on
 * @param {object} told functions: `begins` before the first point of a stroke; `changed` after each
 *   point; `finished(strokes)` after each stroke; `clear()` when a key asks for it; `say(text)`
 * @param {number} pen its width at first, in pixels of 280
 */
export function makeDrawing(on, { begins, changed, finished, clear, say }, pen) {
  const side = DRAWN * SHARP;
  const canvas = make("canvas", { width: side, height: side, tabIndex: 0, role: "application" });
  canvas.setAttribute("aria-label", `Drawing area. ${KEYS}`);
  const cursor = make("span", { class: "digit-pad-cursor", hidden: true });
  const width = make("input", { type: "range", min: 10, max: 40, value: pen });
  const ink = canvas.getContext("2d", { alpha: false });
  const strokes = []; // each a list of [x, y] in 0…1
  let stroke = null; // the one that is being drawn
  let last = null; // its end, not rounded
  let pointer = null; // the id of the pointer that draws it; other fingers are ignored
  let at = [0.5, 0.3]; // where the keys have moved the pen

  function wipe() {
    ink.fillStyle = "white";
    ink.fillRect(0, 0, side, side);
  }

  function erase() {
    stroke = pointer = null;
    strokes.length = 0;
    cursor.classList.remove("is-down");
    wipe();
  }

  function inkFrom(start, end) {
    Object.assign(ink, { lineWidth: width.value * SHARP, lineCap: "round", strokeStyle: "black" });
    ink.beginPath();
    ink.moveTo(start[0] * side, start[1] * side);
    ink.lineTo(end[0] * side, end[1] * side);
    ink.stroke();
  }

  function inkAll() {
    wipe();
    for (const points of strokes)
      for (const [number, point] of points.entries())
        inkFrom(points[Math.max(0, number - 1)], point);
  }

  function begin(point) {
    begins?.();
    stroke = [];
    strokes.push(stroke);
    last = point;
    extend(point); // a dot
  }

  function extend(point) {
    inkFrom(last, point);
    last = point;
    stroke.push(point.map((value) => Number(value.toFixed(3))));
  }

  function finish() {
    if (!stroke) return;
    stroke = pointer = null;
    cursor.classList.remove("is-down");
    finished?.(structuredClone(strokes));
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    const right = (event.clientX - box.left) / box.width;
    return [clamp(right), clamp((event.clientY - box.top) / box.height)];
  }

  on(canvas, "pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    canvas.setPointerCapture(event.pointerId); // a stroke may leave the paper and come back
    finish(); // what the keys began
    cursor.hidden = true;
    begin(place(event));
    pointer = event.pointerId;
    changed();
  });
  on(canvas, "pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) extend(place(each));
    changed();
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"])
    on(canvas, type, (event) => event.pointerId === pointer && finish());

  on(canvas, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || pointer !== null) return;
    if (event.key in MOVES) {
      at = at.map((value, axis) => clamp(value + STEP * MOVES[event.key][axis]));
      if (stroke) extend(at);
    } else if (event.key === " ") {
      if (stroke) finish();
      else begin(at);
      say(stroke ? "Pen down" : "Pen up");
    } else if (event.key === "Delete") {
      clear();
    } else if (event.key === "Escape" && stroke) {
      finish();
      say("Pen up");
    } else {
      return;
    }
    event.preventDefault();
    cursor.hidden = false;
    cursor.classList.toggle("is-down", stroke !== null);
    cursor.style.left = `${at[0] * 100}%`;
    cursor.style.top = `${at[1] * 100}%`;
    if (stroke || event.key === " ") changed(); // and so the result is spoken after “Pen up”
  });
  on(canvas, "blur", () => {
    cursor.hidden = true;
    finish();
  });
  on(width, "input", () => {
    inkAll();
    if (strokes.length) changed();
  });
  erase();

  const thickness = make("label", { class: "digit-pad-pen" }, "Pen: thin", width, "thick");
  return {
    stage: make("div", {}, canvas, cursor),
    tools: make(
      "div",
      { class: "digit-pad-tools" },
      thickness,
      make("small", { class: "digit-pad-keys" }, KEYS),
    ),
    canvas,
    strokes: () => structuredClone(strokes),
    pen: () => width.value / DRAWN,
    isEmpty: () => strokes.length === 0,
    leave: finish,
    erase,
    /** Draw other strokes in place of those that are there. */
    show(others) {
      erase();
      strokes.push(...structuredClone(others));
      inkAll();
    },
  };
}
