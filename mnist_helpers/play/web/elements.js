// What all figures build their pages of: elements, and numbers in words.

/** Make an element: properties, else attributes, and what is in it. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties))
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Listen to events until the signal of `end` is given. */
export function listenUntil(end) {
  return (target, type, listener) =>
    target.addEventListener(type, listener, { signal: end.signal });
}

export function clamp(value, low = 0, high = 1) {
  return Math.min(high, Math.max(low, value));
}

/** A probability in whole per cent. */
export function percent(share) {
  if (share >= 0.995) return ">99%";
  return share < 0.005 ? "<1%" : `${Math.round(100 * share)}%`;
}

/** A number as it is shown: two decimals, a real minus sign, and powers of ten if it is huge. */
export function decimal(value, digits = 2) {
  if (Math.abs(value) >= 1e6) {
    const [part, power] = value.toExponential(1).split("e+");
    const raised = power.replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
    return `${part.replace("-", "−")}×10${raised}`;
  }
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "−");
}

/** The same with its sign, as a part of a sum. */
export function signed(value, digits = 2) {
  const text = decimal(value, digits);
  return text.startsWith("−") ? text : `+${text}`;
}

export function whole(value) {
  return value.toLocaleString("en-GB");
}

/** A place for words that are spoken, not shown; say() waits until nothing has changed a while. */
export function makeSpeaker(className) {
  const element = make("p", { class: className, "aria-live": "polite" });
  let timer;
  let topic = "";
  return {
    element,
    say(text, about = text, delay = 0) {
      if (about === topic) return; // said already, or about to be
      topic = about;
      clearTimeout(timer);
      timer = setTimeout(() => (element.textContent = text), delay);
    },
  };
}

/** Call a function once before the browser shows its next picture, however often it is asked. */
export function beforeNextPicture(work) {
  let asked = 0;
  return {
    ask() {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        work();
      });
    },
    cancel: () => cancelAnimationFrame(asked),
  };
}
