// Questions of a notebook widget to the kernel.

export const PATIENCE = 20_000; // milliseconds until a question counts as lost
const LATE = "The notebook's kernel does not answer: is it running, or busy with a cell?";

/**
 * Make a way to ask the kernel, which answers with the question's id, and `answer` or `error`.
 *
 * @param {object} model of the widget
 * @returns {{ask: Function, end: () => void}} ask(question, { buffers, late }): promises the answer,
 *   or an Error to show. A question without an answer is given up after PATIENCE; with `late`, that
 *   is called with the Error instead, and the answer may still come.
 */
export function makeAsk(model) {
  const waiting = new Map();
  const answered = ({ id, answer, error }) => {
    const { resolve, reject } = waiting.get(id) ?? {}; // of another view of the same widget: none
    if (error) reject?.(new Error(error));
    else resolve?.(answer);
  };
  model.on("msg:custom", answered);

  async function ask(question, { buffers, late } = {}) {
    const id = `${Math.random()}`;
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        timer = setTimeout(() => (late ?? reject)(new Error(LATE)), PATIENCE);
        model.send({ ...question, id }, undefined, buffers);
      });
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
    }
  }

  return { ask, end: () => model.off("msg:custom", answered) };
}
