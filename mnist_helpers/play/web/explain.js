// Why a value is what it is: the window, the kernel and the sum that made it.

import { marginOf, placeOf } from "./network.js";

/** Row, column and map of a value, or its unit as `map`, in what a layer gives. */
export function whereIs({ shape }, at) {
  if (shape.length === 1) return { row: 0, column: 0, map: at };
  const [, columns, maps] = shape;
  const place = Math.floor(at / maps);
  return { row: Math.floor(place / columns), column: place % columns, map: at % maps };
}

/**
 * Where in the layer before it lies what made a value.
 *
 * @returns {{top: number, left: number, bottom: number, right: number, map: ?number}} the window,
 *   its ends not counted; `map` is null where all maps count
 */
export function windowOf(layer, at) {
  const { row, column, map } = whereIs(layer, at);
  const { kind, inputShape } = layer;
  const all = { top: 0, left: 0, bottom: inputShape?.[0], right: inputShape?.[1] };
  const span = (top, left, [height, width]) => ({
    ...{ top: Math.max(0, top), left: Math.max(0, left) },
    bottom: Math.min(top + height, inputShape[0]),
    right: Math.min(left + width, inputShape[1]),
  });
  if (kind === "conv") {
    const [above, before] = marginOf(layer);
    return { ...span(row - above, column - before, layer.kernelSize), map: null };
  }
  if (kind === "max" || kind === "average") {
    const { pool } = layer;
    return { ...span(row * pool[0], column * pool[1], pool), map };
  }
  if (kind === "mean") return { ...all, map };
  if (kind === "flatten") {
    const from = whereIs({ shape: inputShape }, at);
    return { ...span(from.row, from.column, [1, 1]), map: from.map };
  }
  if (inputShape?.length === 3) return { ...span(row, column, [1, 1]), map };
  return { ...all, map: null };
}

/** The part of the image that a value of a layer depends on; null for all of it. */
export function seenBy(layers, number, at) {
  let { row, column } = whereIs(layers[number], at);
  let part = { top: row, left: column, bottom: row + 1, right: column + 1 };
  for (let step = number; step > 0; step -= 1) {
    const layer = layers[step];
    if (layer.inputShape.length === 1 || layer.kind === "mean") return null;
    if (layer.kind === "dense") return null;
    if (layer.kind === "flatten") {
      ({ row, column } = whereIs(layers[step - 1], at));
      part = { top: row, left: column, bottom: row + 1, right: column + 1 };
      continue;
    }
    const placed = (y, x) => windowOf(layer, placeOf(layer.shape, y, x, 0));
    const first = placed(part.top, part.left);
    const last = placed(part.bottom - 1, part.right - 1);
    part = { top: first.top, left: first.left, bottom: last.bottom, right: last.right };
  }
  return part;
}

/**
 * Say what made a value.
 *
 * @param {object[]} layers from `unpack`
 * @param {Float32Array[]} values from `forward`
 * @param {number} number of the layer
 * @param {number} at the value's place in what the layer gives
 * @returns {object} `value` and, by kind, its parts; see the functions below
 */
export function explain(layers, values, number, at) {
  const layer = layers[number];
  const made = MADE[layer.kind]?.(layer, values[number - 1], at) ?? {};
  return { kind: layer.kind, value: values[number][at], ...whereIs(layer, at), ...made };
}

const MADE = {
  conv: convolution,
  max: poolWindow,
  average: poolWindow,
  mean: poolWindow,
  normalise({ mean, deviation, gamma, beta }, input, at) {
    const map = at % mean.length;
    const numbers = { mean: mean[map], deviation: deviation[map] };
    return { before: input[at], ...numbers, gamma: gamma[map], beta: beta[map] };
  },
  relu: (_, input, at) => ({ before: input[at] }),
  flatten: ({ inputShape }, _, at) => ({ from: whereIs({ shape: inputShape }, at) }),
  dense: products,
  softmax(_, input, at) {
    const powers = Array.from(input, (value) => Math.exp(value));
    const sum = powers.reduce((total, power) => total + power, 0);
    return { logit: input[at], power: powers[at], sum };
  },
};

/** A convolution: for each map before it window, kernel and sum; then all sums and the bias. */
function convolution(layer, input, at) {
  const { kernelSize, inputShape, shape, kernel, bias } = layer;
  const { row, column, map: chosen } = whereIs(layer, at);
  const [above, before] = marginOf(layer);
  const [maps, kernels] = [inputShape[2], shape[2]];
  const parts = Array.from({ length: maps }, (_, map) => {
    const window = grid(kernelSize, (down, right) => {
      const [y, x] = [row + down - above, column + right - before];
      const isInside = y >= 0 && y < inputShape[0] && x >= 0 && x < inputShape[1];
      return isInside ? input[placeOf(inputShape, y, x, map)] : 0;
    });
    const weights = grid(
      kernelSize,
      (down, right) => kernel[((down * kernelSize[1] + right) * maps + map) * kernels + chosen],
    );
    const multiplied = grid(
      kernelSize,
      (down, right) => window[down][right] * weights[down][right],
    );
    return { map, window, kernel: weights, products: multiplied, sum: total(multiplied.flat()) };
  });
  const sum = total(parts.map((part) => part.sum));
  return { parts, sum, bias: bias[chosen], before: sum + bias[chosen], after: layer.activation };
}

function poolWindow(layer, input, at) {
  const { top, left, bottom, right, map } = windowOf(layer, at);
  const window = grid(
    [bottom - top, right - left],
    (y, x) => input[placeOf(layer.inputShape, top + y, left + x, map)],
  );
  return { window, sum: total(window.flat()) };
}

/** A unit of a dense layer: input × weight, the largest products first. */
function products({ shape: [units], kernel, bias, activation }, input, at) {
  const terms = Array.from(input, (value, from) => {
    const weight = kernel[from * units + at];
    return { from, value, weight, product: value * weight };
  });
  const sum = total(terms.map((term) => term.product));
  terms.sort((one, other) => Math.abs(other.product) - Math.abs(one.product));
  return { terms, sum, bias: bias[at], before: sum + bias[at], after: activation };
}

function grid([rows, columns], value) {
  return Array.from({ length: rows }, (_, y) =>
    Array.from({ length: columns }, (__, x) => value(y, x)),
  );
}

function total(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}
