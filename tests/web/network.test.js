import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, seenBy, windowOf } from "../../mnist_helpers/play/web/explain.js";
import { floats, forward, unpack } from "../../mnist_helpers/play/web/network.js";

const text = (numbers) => Buffer.from(Float32Array.from(numbers).buffer).toString("base64");

// 4×4 pixels → two maps of 2×2, by hand: the first kernel takes the middle, the second one the sum.
const NETWORK = {
  layers: [
    { kind: "input", shape: [4, 4, 1] },
    {
      ...{ kind: "conv", shape: [2, 2, 2], kernelSize: [3, 3], padding: "valid" },
      activation: "relu",
      numbers: {
        kernel: text(Array.from({ length: 9 }, (_, place) => [place === 4 ? 1 : 0, 1]).flat()),
        bias: text([0, -100]),
      },
    },
    { kind: "max", shape: [1, 1, 2], pool: [2, 2] },
    { kind: "flatten", shape: [2] },
    {
      ...{ kind: "dense", shape: [2], activation: "linear" },
      numbers: { kernel: text([1, -1, 5, 5]), bias: text([0.5, 0]) },
    },
    { kind: "softmax", shape: [2] },
  ],
};
const IMAGE = Float32Array.from({ length: 16 }, (_, place) => place);
const LAYERS = unpack(NETWORK);
const VALUES = forward(LAYERS, IMAGE);

test("numbers come back from base64", () => {
  assert.deepEqual([...floats(text([1.5, -2, 0]))], [1.5, -2, 0]);
});

test("each layer gives what it gives by hand", () => {
  const sums = [45, 54, 81, 90].map((sum) => Math.max(0, sum - 100));
  assert.deepEqual([...VALUES[1]], [5, sums[0], 6, sums[1], 9, sums[2], 10, sums[3]]);
  assert.deepEqual([...VALUES[2]], [10, 0]);
  assert.deepEqual([...VALUES[4]], [10.5, -10]);
  assert.ok(Math.abs(VALUES[5][0] - 1) < 1e-6 && VALUES[5][1] > 0);
});

test("a value of a convolution is explained by window, kernel and sum", () => {
  const made = explain(LAYERS, VALUES, 1, 3); // map 1 in row 0, column 1
  assert.deepEqual([made.row, made.column, made.map], [0, 1, 1]);
  assert.deepEqual(made.parts[0].window, [
    [1, 2, 3],
    [5, 6, 7],
    [9, 10, 11],
  ]);
  assert.deepEqual([made.sum, made.bias, made.before, made.value], [54, -100, -46, 0]);
});

test("the largest products of a dense unit come first", () => {
  const { terms, sum, bias } = explain(LAYERS, VALUES, 4, 0);
  assert.deepEqual(
    terms.map(({ from, product }) => [from, product]),
    [
      [0, 10],
      [1, 0],
    ],
  );
  assert.equal(sum + bias, 10.5);
});

test("the windows lead back to the part of the image that a value depends on", () => {
  assert.deepEqual(windowOf(LAYERS[1], 3), { top: 0, left: 1, bottom: 3, right: 4, map: null });
  assert.deepEqual(seenBy(LAYERS, 1, 3), { top: 0, left: 1, bottom: 3, right: 4 });
  assert.deepEqual(seenBy(LAYERS, 2, 0), { top: 0, left: 0, bottom: 4, right: 4 });
  assert.deepEqual(seenBy(LAYERS, 3, 1), { top: 0, left: 0, bottom: 4, right: 4 });
  assert.equal(seenBy(LAYERS, 4, 0), null); // all of it
});

test("with padding the window keeps to the image, and outside counts as 0", () => {
  const conv = { ...NETWORK.layers[1], shape: [4, 4, 2], padding: "same" };
  const layers = unpack({ layers: [NETWORK.layers[0], conv] });
  const values = forward(layers, IMAGE);
  assert.deepEqual(windowOf(layers[1], 0), { top: 0, left: 0, bottom: 2, right: 2, map: null });
  const made = explain(layers, values, 1, 0);
  assert.deepEqual(made.parts[0].window[0], [0, 0, 0]);
  assert.equal(made.value, values[1][0]);
  assert.equal(values[1][10], IMAGE[5]); // row 1, column 1, map 0: its middle
});
