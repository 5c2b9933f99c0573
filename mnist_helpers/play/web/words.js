// What the page says about layers and values.

import { decimal, whole } from "./elements.js";
import { whereIs } from "./explain.js";

/** What a layer is, in few words, and what it does. */
export function titleOf(layer, layers) {
  const { kind, shape, activation } = layer;
  const count = shape.at(-1);
  const size = (sides) => sides.join("×");
  const relu = activation === "relu" ? ", ReLU" : "";
  const isLast = layers.at(-1).kind === "softmax" && layer === layers.at(-2);
  const titles = {
    input: () => ["Image", "what the network sees"],
    conv: () => ["Convolution", `${count} kernels of ${size(layer.kernelSize)}${relu}`],
    max: () => ["Max-pooling", `the largest of each ${size(layer.pool)}`],
    average: () => ["Average pooling", `the mean of each ${size(layer.pool)}`],
    normalise: () => ["Batch normalisation", "shifted and scaled, map by map"],
    relu: () => ["ReLU", "0 in place of what is negative"],
    mean: () => ["Mean of each map", "global average pooling"],
    flatten: () => ["Flatten", `all numbers in one row: ${whole(count)}`],
    dense: () =>
      isLast ? ["Logits", `dense, ${count} units`] : ["Dense", `${count} units${relu}`],
    softmax: () => ["Probabilities", "softmax"],
  };
  return titles[kind]();
}

export function shapeOf({ shape }) {
  return shape.length === 1 ? whole(shape[0]) : shape.join("×");
}

/** Where a value is, counted from 0 as in Python. */
export function nameOf(layer, at) {
  const { row, column, map } = whereIs(layer, at);
  if (layer.kind === "input") return `row ${row}, column ${column}`;
  if (layer.shape.length === 3) return `map ${map}, row ${row}, column ${column}`;
  if (layer.kind === "mean") return `map ${map}`;
  if (layer.kind === "flatten") return `number ${map}`;
  return layer.shape[0] === 10 ? `digit ${map}` : `unit ${map}`;
}

/** A layer for people who cannot see it: how much of it is 0, and where it is strongest. */
export function summaryOf(layer, values, layers) {
  const [title, rest] = titleOf(layer, layers);
  const strongest = values.reduce((best, value, at) => (value > values[best] ? at : best), 0);
  const zeros = values.reduce((count, value) => count + (value === 0), 0);
  const share = Math.round((100 * zeros) / values.length);
  const top = `The largest is ${decimal(values[strongest])}, at ${nameOf(layer, strongest)}.`;
  return `${title}, ${rest}, ${shapeOf(layer)}. ${share}% of the numbers are 0. ${top}`;
}

/** Whether a layer may give less than 0. */
export function isSigned(layers, number) {
  const { kind, activation } = layers[number];
  if (kind === "conv" || kind === "dense") return activation !== "relu";
  if (kind === "normalise") return true;
  if (kind === "max" || kind === "average" || kind === "mean" || kind === "flatten")
    return isSigned(layers, number - 1);
  return false;
}
