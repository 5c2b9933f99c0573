import assert from "node:assert/strict";
import { test } from "node:test";
import { imageOf, SIDE } from "../../mnist_helpers/play/web/strokes.js";

const MIDDLE = [
  [0.5, 0.2],
  [0.5, 0.8],
];

function box(image) {
  const inked = [...image.keys()].filter((place) => image[place] > 0.5);
  const rows = inked.map((place) => Math.floor(place / SIDE));
  const columns = inked.map((place) => place % SIDE);
  const span = (places) => Math.max(...places) - Math.min(...places) + 1;
  return { height: span(rows), width: span(columns) };
}

test("without strokes the image is black", () => {
  assert.ok(imageOf([]).every((shade) => shade === 0));
  assert.equal(imageOf([]).length, SIDE * SIDE);
});

test("the longer side takes 20 pixels, wherever the digit is and however large", () => {
  assert.ok(Math.abs(box(imageOf([MIDDLE])).height - 20) <= 1); // it may end inside a pixel
  const moved = MIDDLE.map(([x, y]) => [x * 0.9 - 0.1, y * 0.9]);
  const [one, other] = [imageOf([MIDDLE], 0.1), imageOf([moved], 0.09)];
  assert.ok(one.every((shade, place) => Math.abs(shade - other[place]) < 1e-4));
});

test("a dot stays a dot", () => {
  const { height, width } = box(imageOf([[[0.2, 0.9]]]));
  assert.ok(height < 8 && width < 8);
});

test("the centre of mass is pixel (14, 14)", () => {
  const image = imageOf([
    [
      [0.2, 0.2],
      [0.8, 0.25],
      [0.5, 0.9],
    ],
  ]);
  const [x, y] = [0, 1].map((axis) => {
    const place = (at) => (axis === 0 ? at % SIDE : Math.floor(at / SIDE));
    const mass = image.reduce((sum, shade) => sum + shade, 0);
    return image.reduce((sum, shade, at) => sum + shade * place(at), 0) / mass;
  });
  assert.ok(Math.abs(x - 14) < 0.05 && Math.abs(y - 14) < 0.05, `${x} ${y}`);
});
