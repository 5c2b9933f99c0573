// For tests/unit/play/test_same_numbers.py: what the networks give in JavaScript. Reads networks
// and drawings from a file of JSON, and writes images, activations and explained values to another.

import { readFileSync, writeFileSync } from "node:fs";
import { explain } from "../../mnist_helpers/play/web/explain.js";
import { forward, unpack } from "../../mnist_helpers/play/web/network.js";
import { imageOf } from "../../mnist_helpers/play/web/strokes.js";

const [from, to] = process.argv.slice(2);
const { networks, drawings, places } = JSON.parse(readFileSync(from, "utf8"));
const text = (numbers) => Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
const images = drawings.map(([strokes, pen]) => imageOf(strokes, pen));
const answers = networks.map((network) => {
  const layers = unpack(network);
  return images.map((image) => {
    const values = forward(layers, image);
    const explained = layers.map((_, number) =>
      places.map((share) => {
        const at = Math.floor(share * values[number].length);
        const { parts, terms, ...rest } = explain(layers, values, number, at);
        return { at, ...rest };
      }),
    );
    return { values: values.map(text), explained };
  });
});
writeFileSync(to, JSON.stringify({ images: images.map(text), answers }));
