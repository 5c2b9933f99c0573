import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { descend, lossOf, lowestOf, slopeOf } from "../../mnist_helpers/play/web/descent.js";
import { decimal, percent, signed } from "../../mnist_helpers/play/web/elements.js";
import { floats } from "../../mnist_helpers/play/web/network.js";
import { countAt, PLACES, textOf, thresholdAt } from "../../mnist_helpers/play/web/threshold.js";

const file = new URL("../../mnist_helpers/play/web/recorded.json", import.meta.url);
const RECORDED = JSON.parse(readFileSync(file, "utf8"));

test("the loss and its steps are those of notebook 03", () => {
  const { distances, labels } = RECORDED.descent;
  const loss = lossOf(Float64Array.from(floats(distances)), labels);
  const rounded = [0, 1, 4, 15].map((w) => loss(w).toFixed(2));
  assert.deepEqual(rounded, ["2.30", "1.21", "0.60", "1.31"]);
  assert.equal(slopeOf(loss, 1).toFixed(2), "-0.71");
  const path = descend(loss, 1, 10).map((w) => w.toFixed(2));
  assert.deepEqual([path[0], path[1], path[10]], ["0.00", "1.48", "3.01"]);
  const [w, lowest] = lowestOf(loss, 0, 16);
  assert.equal(w.toFixed(1), "4.0");
  assert.equal((w / -slopeOf(loss, 0)).toFixed(1), "2.7"); // as notebook 03 says
  for (const rate of [1, 2.6, 2.7]) assert.ok(loss(descend(loss, rate, 10).at(-1)) >= lowest);
});

test("a threshold refuses what is less sure, and counts what that costs", () => {
  const confidence = [0.5, 0.7, 0.9, 0.95];
  assert.deepEqual(countAt(confidence, "0101", 0), { refused: 0, mistakes: 2, spared: 0 });
  assert.deepEqual(countAt(confidence, "0101", 0.9), { refused: 2, mistakes: 1, spared: 1 });
  assert.equal(thresholdAt(0), 0);
  const sure = Float32Array.from([0.9]); // for NumPy, too, it is not below 0.9
  assert.equal(countAt(sure, "1", 0.9).refused, 0);
});

test("a threshold is counted as it is written, and they never fall", () => {
  const thresholds = PLACES.map(thresholdAt);
  for (const threshold of thresholds)
    assert.equal(threshold, Number((Number.parseFloat(textOf(threshold)) / 100).toFixed(6)));
  assert.deepEqual(
    thresholds.toSorted((one, other) => one - other),
    thresholds,
  );
  const nines = [0, 1, 2, 3, 5].map((place) => textOf(thresholdAt(place)));
  assert.deepEqual(nines, ["0%", "90%", "99%", "99.9%", "99.999%"]);
});

test("numbers are written for people", () => {
  assert.equal(decimal(-0.001), "0.00");
  assert.equal(decimal(-1.5), "−1.50");
  assert.equal(decimal(2.5e13), "2.5×10¹³");
  assert.equal(signed(0.25), "+0.25");
  assert.deepEqual([0.999, 0.5, 0.001].map(percent), [">99%", "50%", "<1%"]);
});
