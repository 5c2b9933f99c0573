// A small chart with axes, drawn as SVG.

const [LEFT, RIGHT, TOP, BOTTOM] = [52, 30, 26, 38]; // room around the curves

/**
 * Make a chart.
 *
 * @param {{width: number, height: number, x: object, y: object, label: string}} options x and y:
 *   `low`, `high`, `marks` (a list of [value, text]) and `title`; label: what it shows, in words
 */
export function makeChart({ width, height, x, y, label }) {
  const svg = shape("svg", {
    viewBox: `0 0 ${width} ${height}`,
    class: "figure-chart",
    role: "img",
  });
  const toX = (value) => LEFT + ((value - x.low) / (x.high - x.low)) * (width - LEFT - RIGHT);
  const toY = (value) =>
    height - BOTTOM - ((value - y.low) / (y.high - y.low)) * (height - TOP - BOTTOM);
  const [end, floor] = [width - RIGHT, height - BOTTOM];
  const curves = shape("g", {});
  const words = (text, at, more = {}) => {
    const element = shape("text", { ...at, ...more });
    element.textContent = text;
    svg.append(element);
  };
  svg.setAttribute("aria-label", label);
  for (const [value, text] of y.marks) {
    svg.append(shape("line", { x1: LEFT, x2: end, y1: toY(value), y2: toY(value), class: "grid" }));
    words(text, { x: LEFT - 6, y: toY(value) + 4 }, { "text-anchor": "end" });
  }
  for (const [value, text] of x.marks)
    words(text, { x: toX(value), y: floor + 16 }, { "text-anchor": "middle" });
  words(x.title, { x: (LEFT + end) / 2, y: height - 4 }, { "text-anchor": "middle" });
  words(y.title, { x: LEFT, y: 14 });
  svg.append(curves);
  const draw = (kind, properties) => curves.append(shape(kind, properties));
  return {
    element: svg,
    clear: () => curves.replaceChildren(),
    say: (text) => svg.setAttribute("aria-label", text),
    /** A line through points [x, y]; kind names its look in figures.css. */
    line(points, kind) {
      const path = points.map((point) => `${toX(point[0]).toFixed(1)},${toY(point[1]).toFixed(1)}`);
      draw("polyline", { points: path.join(" "), class: kind });
    },
    dot: ([at, height], kind, r = 4) =>
      draw("circle", { cx: toX(at), cy: toY(height), r, class: kind }),
    upright: (at, kind) =>
      draw("line", { x1: toX(at), x2: toX(at), y1: TOP, y2: floor, class: kind }),
  };
}

function shape(kind, properties) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
  return element;
}
