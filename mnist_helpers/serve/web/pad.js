// The pad: draw a digit, hold one up to the camera or give a picture, and see what the network
// reads, while you draw. One module for two places: the page of the service (at the end of this
// file) and the notebook widget (the default export, see pad.py).

import { makeAsk, PATIENCE } from "../../play/web/asking.js";
import { DRAWN, makeDrawing } from "../../play/web/drawing.js";
import { listenUntil, make, makeSpeaker, percent } from "../../play/web/elements.js";

const SEEN = 28; // pixels; the side of the image that the network sees
const PEN = 22; // of DRAWN; the pen's width at first
const PHOTO = 320; // the camera's picture as it is sent
const LONGEST = 800; // the longer side of a chosen picture
const CAMERA_PAUSE = 200; // milliseconds between two pictures of the camera
const SETTLED = 600; // milliseconds without change before the result is spoken

const HINTS = {
  Draw: "Draw a digit from 0 to 9",
  Camera: "Hold a handwritten digit into the frame",
  Picture: "Give a picture of one digit",
};
const INVITATION = "Choose a picture, drop one here, or paste one";
const NO_PICTURE = "This file is no picture that the browser can read: choose a PNG, JPEG or WebP.";
const INSTEAD = "draw or choose a picture instead.";
const NO_CAMERA = {
  NotAllowedError: `The browser was not allowed to use the camera. Allow it in the address bar, or ${INSTEAD}`,
  NotFoundError: `No camera was found. Connect one, or ${INSTEAD}`,
  NotReadableError: `The camera is in use by another program. Close that program, or ${INSTEAD}`,
  Insecure:
    "Browsers give the camera only to pages on https or localhost. Draw instead, or choose " +
    "“Picture”: on a phone it can take a photo.",
  Ended: `The camera was switched off or unplugged. Try again, or ${INSTEAD}`,
};

/**
 * Build the pad inside an element.
 *
 * @param {HTMLElement} root
 * @param {(picture: Blob) => Promise<{label: ?number, probabilities: ?number[],
 *   message: ?string, image: ?number[][]}>} ask reads a picture, or rejects with an Error whose
 *   message is shown
 * @param {{onStrokes?: (strokes: number[][][]) => void, pasteFrom?: EventTarget}} options
 *   onStrokes: called with all strokes after each change; each is a list of [x, y] in 0…1
 * @returns {{destroy: () => void}}
 */
export function createPad(root, ask, { onStrokes, pasteFrom = root } = {}) {
  const end = new AbortController();
  const on = listenUntil(end);
  let source = "Draw";

  const result = makeResult();
  const reader = latestWins(ask, (answer) => result.show(answer, source === "Camera"));
  const read = () => reader.send(sources[source].frame);
  const fail = (error) => {
    reader.forget();
    result.show({ error });
  };
  const strokesChanged = (strokes) => {
    onStrokes?.(strokes);
    root.dispatchEvent(new CustomEvent("strokes", { detail: strokes }));
  };
  const sources = {
    Draw: makePaper(on, { read, clear, strokesChanged, say: result.say }),
    Camera: makeCamera(on, { read, fail, root }),
    Picture: makePicture(on, { read, fail, choose: () => choose("Picture"), root, pasteFrom }),
  };

  const name = `digit-pad-${Math.random()}`; // two pads in one document are two radio groups
  const tabs = Object.keys(sources).map((value) =>
    make("input", { type: "radio", name, value, checked: value === source }),
  );
  for (const tab of tabs) on(tab, "change", () => choose(tab.value));

  function choose(chosen) {
    sources[source].leave?.();
    source = chosen;
    for (const tab of tabs) tab.checked = tab.value === source;
    for (const [key, { stage, tools }] of Object.entries(sources))
      stage.hidden = tools.hidden = key !== source;
    start();
    sources[source].enter?.();
  }

  function start() {
    reader.forget();
    if (sources[source].isEmpty()) result.hint(HINTS[source]);
    else read();
  }

  function clear() {
    sources[source].clear();
    start();
    result.say("Cleared");
  }

  const stages = Object.values(sources).map(({ stage }) => stage);
  const tools = Object.values(sources).map(({ tools }) => tools);
  for (const row of [sources.Draw.tools, sources.Picture.tools]) {
    const button = make("button", { type: "button" }, "Clear");
    on(button, "click", clear);
    row.prepend(button);
  }
  root.classList.add("digit-pad");
  root.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the keys for its own
  on(root, "keydown", (event) => event.stopPropagation());
  on(root, "dragstart", (event) => event.preventDefault());
  const legend = make("legend", { class: "digit-pad-spoken" }, "Where the digit comes from");
  const labels = tabs.map((tab) => make("label", {}, tab, make("span", {}, tab.value)));
  root.replaceChildren(
    make("fieldset", { class: "digit-pad-sources" }, legend, ...labels),
    make(
      "div",
      { class: "digit-pad-body" },
      make("div", {}, make("div", { class: "digit-pad-stage" }, ...stages), ...tools),
      result.element,
    ),
  );
  choose(source);

  function destroy() {
    end.abort();
    for (const each of Object.values(sources)) {
      each.leave?.();
      each.destroy?.();
    }
    reader.forget();
    result.hint("");
    root.replaceChildren();
  }
  return { destroy };
}

/** One request at a time; meanwhile only the latest frame waits, and forget() drops both. */
function latestWins(ask, show) {
  let waiting = null;
  let busy = false;
  let round = 0;

  async function work() {
    busy = true;
    while (waiting) {
      const [frame, asked] = [waiting, round];
      waiting = null;
      let answer;
      try {
        answer = await ask(await frame());
      } catch (error) {
        answer = { error: error.message };
      }
      if (asked === round) show(answer);
    }
    busy = false;
  }

  return {
    send(frame) {
      waiting = frame; // a function, so that what is sent is the newest there is
      if (!busy) work();
    },
    forget() {
      waiting = null;
      round += 1;
    },
  };
}

/** The answer: the digit, the image that the network sees, and ten probabilities. */
function makeResult() {
  const digit = make("p", { class: "digit-pad-digit" });
  const message = make("p", { class: "digit-pad-message" });
  const seen = make("canvas", { width: SEEN, height: SEEN, role: "img" });
  seen.setAttribute("aria-label", "The image that the network sees");
  const { element: live, say } = makeSpeaker("digit-pad-spoken");
  const columns = Array.from({ length: 10 }, (_, label) => {
    const value = make("span", { class: "digit-pad-value" });
    const bar = make("span", { class: "digit-pad-bar" });
    const name = make("span", { class: "digit-pad-name" }, `${label}`);
    return { value, bar, item: make("li", {}, name, bar, value) };
  });
  const caption = make("figcaption", {}, `What the network sees, ${SEEN}×${SEEN}`);
  const chart = make("ol", { class: "digit-pad-chart", role: "list" });
  chart.setAttribute("aria-label", "Probability of each digit");
  chart.append(...columns.map(({ item }) => item));
  const answer = make("div", { class: "digit-pad-answer" }, digit, message);
  const figure = make("figure", {}, seen, caption);
  const element = make("div", { class: "digit-pad-result" }, answer, figure, chart, live);

  function set({ label = null, probabilities = null, image = null }, text, isError = false) {
    digit.textContent = label ?? "–";
    digit.classList.toggle("is-empty", label === null);
    message.textContent = text;
    message.classList.toggle("is-error", isError);
    columns.forEach(({ value, bar, item }, index) => {
      value.textContent = probabilities ? percent(probabilities[index]) : "–";
      bar.style.setProperty("--share", probabilities ? probabilities[index] : 0);
      item.classList.toggle("is-winner", index === label);
    });
    const context = seen.getContext("2d");
    context.clearRect(0, 0, SEEN, SEEN);
    if (!image) return;
    const shades = image.flat().flatMap((shade) => [shade, shade, shade, 255]);
    context.putImageData(new ImageData(new Uint8ClampedArray(shades), SEEN, SEEN), 0, 0);
  }

  return {
    element,
    say,
    hint(text) {
      set({}, text);
      say("");
    },
    /** steady: the picture trembles, so speak only when the label changes. */
    show(answer, steady) {
      const { label = null, probabilities, message, error } = answer;
      const share = label === null ? "" : percent(probabilities[label]);
      const text = error ?? message ?? "No digit in view";
      set(answer, share ? `${share} probability` : text, Boolean(error));
      const spoken = share ? `${label}, ${share}` : text;
      say(spoken, steady && share ? `${label}` : spoken, SETTLED);
    },
  };
}

/** The paper, and the drawing as it is sent. */
function makePaper(on, { read, clear, strokesChanged, say }) {
  const told = { changed: read, finished: strokesChanged, clear, say };
  const drawing = makeDrawing(on, told, PEN);
  const sent = make("canvas", { width: DRAWN, height: DRAWN });
  return {
    ...drawing,
    clear() {
      drawing.erase();
      strokesChanged([]);
    },
    frame() {
      sent.getContext("2d").drawImage(drawing.canvas, 0, 0, DRAWN, DRAWN);
      return encode(sent, "image/png");
    },
  };
}

/** The camera, which runs only while it is chosen, in view and on a visible page. */
function makeCamera(on, { read, fail, root }) {
  const video = make("video", { muted: true, playsInline: true, autoplay: true });
  video.setAttribute("aria-label", "The camera's picture");
  const note = make("p", { class: "digit-pad-note" });
  const again = make("button", { type: "button" }, "Try again");
  const sent = make("canvas", { width: PHOTO, height: PHOTO });
  let wanted = false;
  let inView = true;
  let stream = null;
  let timer;
  let turn = null; // who is starting or running; stop() makes a start under way void

  function stop() {
    turn = null;
    clearInterval(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = video.srcObject = null;
    note.textContent = "The camera is off.";
  }

  function giveUp(error) {
    stop();
    wanted = false;
    again.hidden = false;
    fail(NO_CAMERA[error.name] ?? `The camera does not start (${error.name}): ${INSTEAD}`);
  }

  async function settle() {
    if (!wanted || !inView || document.hidden) return stop();
    if (turn) return;
    const mine = {};
    turn = mine;
    note.textContent = "Starting the camera …";
    again.hidden = true;
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "Insecure");
      const wish = { facingMode: "environment", width: { ideal: 640 } };
      const given = await navigator.mediaDevices.getUserMedia({ video: wish });
      if (turn !== mine) {
        for (const track of given.getTracks()) track.stop();
        return;
      }
      stream = video.srcObject = given;
      given.getVideoTracks()[0].onended = () => turn === mine && giveUp({ name: "Ended" });
      await video.play();
      if (turn !== mine) return;
      note.textContent = "";
      timer = setInterval(read, CAMERA_PAUSE);
    } catch (error) {
      if (turn === mine) giveUp(error);
    }
  }

  function enter() {
    wanted = true;
    settle();
  }
  on(again, "click", enter);
  on(document, "visibilitychange", settle);
  const watch = new IntersectionObserver((entries) => {
    inView = entries.at(-1).isIntersecting; // false, too, in a hidden tab of JupyterLab
    settle();
  });
  watch.observe(root);

  const frame = make("div", { class: "digit-pad-frame" });
  return {
    stage: make("div", { class: "digit-pad-camera" }, video, note, frame),
    tools: make("div", { class: "digit-pad-tools" }, again),
    isEmpty: () => true, // until the first picture
    enter,
    leave() {
      wanted = false;
      stop();
    },
    destroy: () => watch.disconnect(),
    frame() {
      const share = widthOf(frame) / widthOf(video); // what is sent is what pad.css frames
      const cut = share * Math.min(video.videoWidth, video.videoHeight);
      const [x, y] = [(video.videoWidth - cut) / 2, (video.videoHeight - cut) / 2];
      sent.getContext("2d").drawImage(video, x, y, cut, cut, 0, 0, PHOTO, PHOTO);
      return encode(sent, "image/jpeg", 0.9);
    },
  };
}

/** A picture that is chosen, dropped or pasted. */
function makePicture(on, { read, fail, choose, root, pasteFrom }) {
  const file = make("input", { type: "file", accept: "image/*", class: "digit-pad-spoken" });
  const invitation = make("span", { class: "digit-pad-invitation" }, INVITATION);
  const shown = make("canvas", { hidden: true, role: "img", "aria-label": "Your picture" });
  let turn = 0; // a large picture, decoded late, must not replace a newer one

  function clear() {
    turn += 1;
    file.value = "";
    shown.hidden = true;
    invitation.hidden = false;
  }

  async function take(given) {
    clear();
    choose();
    const mine = turn;
    try {
      const picture = await createImageBitmap(given, { imageOrientation: "from-image" });
      if (turn !== mine) return;
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      shown.width = Math.max(1, Math.round(picture.width * scale));
      shown.height = Math.max(1, Math.round(picture.height * scale));
      shown.getContext("2d").drawImage(picture, 0, 0, shown.width, shown.height);
      picture.close();
      shown.hidden = false;
      invitation.hidden = true;
      read();
    } catch {
      if (turn === mine) fail(NO_PICTURE);
    }
  }

  on(file, "change", () => file.files.length && take(file.files[0]));
  // Else the browser would open a file that is dropped.
  for (const type of ["dragenter", "dragover"]) on(root, type, (event) => event.preventDefault());
  on(root, "drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  });
  on(pasteFrom, "paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files[0]);
  });

  return {
    stage: make("label", { class: "digit-pad-drop" }, file, invitation, shown),
    tools: make("div", { class: "digit-pad-tools" }),
    isEmpty: () => shown.hidden,
    clear,
    frame: () => encode(shown, "image/png"),
  };
}

function encode(canvas, type, quality) {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}

function widthOf(element) {
  return element.getBoundingClientRect().width;
}

// The notebook widget: the kernel reads the pictures.
function render({ model, el }) {
  const { ask, end } = makeAsk(model);
  const read = async (picture) => ask({}, { buffers: [await picture.arrayBuffer()] });
  const onStrokes = (strokes) => {
    model.set("strokes", strokes);
    model.save_changes();
  };
  const pad = createPad(el, read, { onStrokes });
  return () => {
    end();
    pad.destroy();
  };
}
export default { render };

// The page: the service reads the pictures.
async function askService(picture) {
  const request = {
    method: "POST",
    headers: { "Content-Type": picture.type },
    body: picture,
    signal: AbortSignal.timeout(PATIENCE),
  };
  let response;
  try {
    response = await fetch("/predict?with_image=true", request);
  } catch {
    throw new Error("The service cannot be reached: is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail ?? `The service failed (${response.status}).`);
  return answer.predictions[0];
}

async function startPage(root) {
  createPad(root, askService, { pasteFrom: document });
  const { model } = await (await fetch("/health")).json();
  const shown = document.getElementById("digit-pad-model");
  shown.textContent = `Network: ${model.name} (${model.version}), trained on ${model.trained_on} · `;
}

const page = document.getElementById("digit-pad-page");
if (page) startPage(page);
