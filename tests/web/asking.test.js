import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAsk, PATIENCE } from "../../mnist_helpers/play/web/asking.js";

/** A widget's model, whose kernel answers when the test says so. */
function makeModel() {
  const sent = [];
  const listeners = new Set();
  return {
    sent,
    on: (_, listener) => listeners.add(listener),
    off: (_, listener) => listeners.delete(listener),
    send: (question, _, buffers) => sent.push({ ...question, buffers }),
    answer: (said) => listeners.forEach((listener) => void listener(said)),
  };
}

test("an answer goes to the question with its id, and an error is one", async () => {
  const model = makeModel();
  const { ask, end } = makeAsk(model);
  const [one, other] = [ask({ key: "a" }, { buffers: [1] }), ask({ key: "b" })];
  const [{ id, ...question }, second] = model.sent;
  assert.deepEqual(question, { key: "a", buffers: [1] });
  model.answer({ id: "of another view", answer: 0 });
  model.answer({ id: second.id, error: "No." });
  model.answer({ id, answer: 5 });
  assert.equal(await one, 5);
  await assert.rejects(other, { message: "No." });
  end();
});

test("a question is given up when the kernel does not answer", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = makeAsk(makeModel()).ask({});
  context.mock.timers.tick(PATIENCE);
  await assert.rejects(asked, /kernel does not answer: is it running, or busy/);
});

test("who says what to do when it is late still gets the answer", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const model = makeModel();
  const said = [];
  const asked = makeAsk(model).ask({}, { late: (error) => said.push(error.message) });
  context.mock.timers.tick(PATIENCE - 1);
  assert.deepEqual(said, []);
  context.mock.timers.tick(1);
  assert.match(said[0], /does not answer/);
  model.answer({ id: model.sent[0].id, answer: "here" });
  assert.equal(await asked, "here");
});
