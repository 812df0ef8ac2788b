// Dialogs and short messages.
import { append, button, h } from "./dom.js";
import { t } from "./text.js";

let region = null;
let messages = null;

/** Where messages have to be: all that is outside of an open dialog is neither above it nor read out. */
const front = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;

/**
 * A dialog above the page. `actions` are buttons at its foot: `[{text, run, class}]`, whose `run` may return a
 * promise; if it is false the dialog stays. An error that it throws is shown in the dialog.
 *
 * Returns `{element, close, closed}`; `closed` is a promise.
 */
export function dialog({ title, body, actions = [], class: name }) {
  const problem = h("p", { class: "notice bad", role: "alert", hidden: true });
  const heading = h("h2", { id: `dialog-${crypto.getRandomValues(new Uint32Array(1))[0]}` }, title);
  const element = h("dialog", { class: `dialog ${name ?? ""}`.trim(), "aria-labelledby": heading.id });
  const close = () => element.close();
  const buttons = actions.map((action) => button(action.text, async (event) => {
    const pressed = event.currentTarget;
    pressed.disabled = true;
    problem.hidden = true;
    try {
      if (await action.run?.() !== false) close();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      pressed.disabled = false;
    }
  }, { class: action.class }));
  append(element,
    h("div", { class: "dialog-bar" }, heading,
      button(t("close"), close, { icon: "close", iconOnly: true, class: "quiet" })),
    h("div", { class: "dialog-body" }, body, problem),
    buttons.length > 0 && h("div", { class: "dialog-foot" }, buttons));
  // A press outside of it closes it; one that began inside, as when text is selected, does not.
  let pressedOutside = false;
  element.addEventListener("pointerdown", (event) => { pressedOutside = event.target === element; });
  element.addEventListener("click", (event) => { if (event.target === element && pressedOutside) close(); });
  const closed = new Promise((resolve) => element.addEventListener("close", () => {
    for (const spoken of [region, messages]) if (spoken && element.contains(spoken)) document.body.append(spoken);
    element.remove();
    resolve();
  }));
  document.body.append(element);
  element.showModal();
  return { element, close, closed };
}

/** Begins a dialog in one of its fields, in which Enter presses the dialog's main button. */
export function beginIn(input, element) {
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    element.querySelector(".primary").click();
  });
  input.focus();
  input.select();
}

/** Asks whether something is wanted; gives true or false. `action` and `dismiss` are the words of the two buttons. */
export async function confirm({ title, text, action, dismiss = t("cancel"), isDangerous = false }) {
  let answer = false;
  const { element, closed, close } = dialog({
    title, body: h("p", null, text),
    actions: [
      { text: dismiss, run: () => {} },
      { text: action, class: isDangerous ? "danger" : "primary", run: () => { answer = true; } },
    ],
  });
  // Enter does what can be undone.
  element.querySelector(`.dialog-foot .button:nth-child(${isDangerous ? 1 : 2})`).focus();
  // A page that is left takes its questions with it.
  window.addEventListener("hashchange", close, { once: true });
  await closed;
  window.removeEventListener("hashchange", close);
  return answer;
}

/** Says something to whoever does not see the page. */
export function announce(text) {
  region ??= h("div", { class: "sr", role: "status", "aria-live": "polite" });
  if (region.parentNode !== front()) front().append(region);
  region.textContent = "";
  // The same words twice are only said twice if there was nothing in between.
  setTimeout(() => { region.textContent = text; }, 50);
}

/** A message that goes by itself; one of an error stays longer. `action` is `{text, run}`. */
export function toast(text, { isError = false, action } = {}) {
  messages ??= h("div", { class: "toasts", role: "region", "aria-label": t("messages") });
  if (messages.parentNode !== front()) front().append(messages);
  const close = () => {
    clearTimeout(timer);
    element.remove();
  };
  const element = h("div", { class: `toast ${isError ? "bad" : ""}`.trim() }, h("p", null, text),
    action && button(action.text, () => { close(); action.run(); }, { class: "small" }),
    button(t("close"), close, { icon: "close", iconOnly: true, class: "quiet small" }));
  let timer = setTimeout(close, isError || action ? 12_000 : 4_000);
  // Whoever reads it still, or is about to press its button, keeps it.
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("focusin", () => clearTimeout(timer));
  messages.append(element);
  while (messages.childElementCount > 4) messages.firstElementChild.remove();
  announce(text);
}

/** Shows an error as a message; nothing for what was broken off on purpose. */
export function report(error) {
  if (error?.name === "AbortError" || error?.status === 401) return;
  // These are mistakes of the page, of which the browser should say where.
  if ([TypeError, ReferenceError, RangeError].some((kind) => error instanceof kind)) console.error(error);
  toast(error?.message ?? String(error), { isError: true });
}

/** What is shown instead of what could not be fetched, with a button that tries again. */
export const failure = (message, retry) =>
  [h("p", { class: "notice bad" }, message), button(t("retry"), retry, { icon: "again" })];

/**
 * Copies a text, which may be a promise of one: a browser takes only what is begun while the key or button is pressed.
 * If it does not allow it, the text is shown to be copied by hand.
 */
export async function copyText(promise, done = t("copied")) {
  let text = null;
  const pending = Promise.resolve(promise);
  try {
    if (navigator.clipboard?.write && globalThis.ClipboardItem) {
      const blob = pending.then((value) => new Blob([value], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    } else {
      await navigator.clipboard.writeText(await pending);
    }
    toast(done);
    return;
  } catch {
    text = await pending;
  }
  const area = h("textarea", {
    class: "code", rows: 14, readonly: true, "aria-label": t("copy.text"), spellcheck: "false",
  });
  area.value = text;
  dialog({ title: t("copy.byHand"), body: [h("p", null, t("copy.why")), area], class: "wide" });
  area.focus();
  area.select();
}
