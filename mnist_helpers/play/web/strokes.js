// From the strokes of a drawing to an image as MNIST has it: draw, cut, scale, centre.
// mnist_helpers/pictures/strokes.py specifies each step; both give the same image, to 0.0001.

export const SIDE = 28; // pixels
const BOX = 20;
export const PEN = 0.1; // width of the pen, as a share of the paper's side
const SMALLEST = 1 / 3; // of the paper's side; a smaller drawing counts as so large

/**
 * Turn strokes into the image that MNIST would have of them.
 *
 * @param {number[][][]} strokes each a list of points [x, y], in 0…1 on the paper, y downwards
 * @param {number} pen width of the pen, as a share of the paper's side
 * @returns {Float32Array} 28 × 28 shades in 0…1, row by row; all 0 without strokes
 */
export function imageOf(strokes, pen = PEN) {
  if (strokes.length === 0) return new Float32Array(SIDE * SIDE);
  const points = strokes.flat();
  const low = [0, 1].map((axis) => least(points, axis) - pen / 2);
  const high = [0, 1].map((axis) => -least(points, axis, -1) + pen / 2);
  const scale = BOX / Math.max(high[0] - low[0], high[1] - low[1], SMALLEST);
  const size = [0, 1].map((axis) => scale * (high[axis] - low[axis]));
  const ink = (corner) => {
    const placed = strokes.map((stroke) =>
      stroke.map((point) => point.map((value, axis) => scale * (value - low[axis]) + corner[axis])),
    );
    return inkOf(placed, (scale * pen) / 2);
  };
  const corner = size.map((length) => (SIDE - length) / 2);
  const mass = middle(ink(corner));
  return Float32Array.from(
    ink(
      corner.map((from, axis) =>
        Math.min(Math.max(from + SIDE / 2 - mass[axis], 0), SIDE - size[axis]),
      ),
    ),
  );
}

function least(points, axis, sign = 1) {
  return points.reduce((best, point) => Math.min(best, sign * point[axis]), Infinity);
}

/** The centre of mass, [x, y], counted from the middle of the first pixel. */
function middle(image) {
  let [x, y, all] = [0, 0, 0];
  image.forEach((shade, place) => {
    x += shade * (place % SIDE);
    y += shade * Math.floor(place / SIDE);
    all += shade;
  });
  return all ? [x / all, y / all] : [(SIDE - 1) / 2, (SIDE - 1) / 2]; // a dot between the pixels
}

/** Draw strokes, given in pixels. */
function inkOf(strokes, radius) {
  const nearest = new Float64Array(SIDE * SIDE).fill(Infinity); // squared distance to a line
  for (const stroke of strokes) {
    for (let number = stroke.length > 1 ? 1 : 0; number < stroke.length; number += 1) {
      const [x, y] = stroke[Math.max(0, number - 1)];
      const [dx, dy] = [stroke[number][0] - x, stroke[number][1] - y];
      const length = Math.max(dx * dx + dy * dy, 1e-12);
      const [rows, columns] = [reached(y, dy, radius), reached(x, dx, radius)];
      for (let row = rows[0]; row < rows[1]; row += 1)
        for (let column = columns[0]; column < columns[1]; column += 1) {
          const right = column + 0.5 - x; // from the line's start to the pixel's middle
          const down = row + 0.5 - y;
          const share = Math.min(Math.max((right * dx + down * dy) / length, 0), 1);
          const squared = (right - share * dx) ** 2 + (down - share * dy) ** 2;
          const place = row * SIDE + column;
          if (squared < nearest[place]) nearest[place] = squared;
        }
    }
  }
  return nearest.map((squared) => Math.min(Math.max(0.5 + radius - Math.sqrt(squared), 0), 1));
}

/** The pixels that a line can ink, from its start and its way along one axis: first, and end. */
function reached(start, way, radius) {
  const [low, high] = [Math.min(start, start + way), Math.max(start, start + way)];
  return [Math.max(0, Math.floor(low - radius - 1)), Math.min(SIDE, Math.ceil(high + radius + 1))];
}
