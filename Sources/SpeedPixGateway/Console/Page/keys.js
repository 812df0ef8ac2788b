// The keyboard. A view binds keys for as long as it is shown; ? lists what is bound.
import { button, h } from "./dom.js";
import { dialog } from "./dialogs.js";
import { store, stored } from "./storage.js";
import { t } from "./text.js";

const layers = [];
let isListening = false;

/** Whether somebody is typing, so that letters are letters. */
function isTyping(target) {
  const fields = "textarea, select, input:not([type=checkbox], [type=radio], [type=range])";
  return target instanceof HTMLElement && (target.isContentEditable || target.matches(fields));
}

/** What keys are called by: `"g"`, `"?"`, `"ArrowLeft"`, `"Shift+ArrowLeft"`. */
function name(event) {
  const isLetter = event.key.length === 1;
  return event.shiftKey && !isLetter ? `Shift+${event.key}` : isLetter ? event.key.toLowerCase() : event.key;
}

function handle(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]") && !layers.at(-1)?.inDialog) return;
  const key = name(event);
  if (isTyping(event.target)) return;
  // Letters alone can be turned off: whoever speaks to the browser would press them without wanting to.
  if (key.length === 1 && stored("letters") === "off" && key !== "?") return;
  for (const layer of layers.toReversed()) {
    const binding = layer.bindings[key];
    if (binding && binding.run(event) !== false) {
      event.preventDefault();
      return;
    }
    if (layer.inDialog) return;
  }
}

/**
 * Binds keys: `bind({g: {text: t("keys.good"), run: mark}})`. What returns false has not used the key. Without a text
 * the key is not listed. Returns a function that ends it.
 */
export function bind(bindings, { inDialog = false } = {}) {
  if (!isListening) {
    document.addEventListener("keydown", handle);
    isListening = true;
  }
  const layer = { bindings, inDialog };
  layers.push(layer);
  return () => layers.splice(layers.indexOf(layer), 1);
}

const shown = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", " ": "Space" };

/** The list of keys. */
export function showHelp() {
  const rows = layers.toReversed().flatMap((layer) => Object.entries(layer.bindings))
    .filter(([, binding]) => binding.text)
    .map(([key, binding]) => h("div", null,
      h("dt", null, (binding.keys ?? [key]).map((one) => h("kbd", null, shown[one] ?? one))),
      h("dd", null, binding.text)));
  const letters = h("input", {
    type: "checkbox", checked: stored("letters") !== "off",
    onchange: (event) => store("letters", event.target.checked ? null : "off"),
  });
  dialog({
    title: t("keys.title"),
    body: [
      h("dl", { class: "keys" }, rows), h("label", { class: "check" }, letters, h("span", null, t("keys.letters"))),
    ],
  });
}

/** The button that shows the list. */
export const helpButton = () => button(t("keys.title"), showHelp, { icon: "keyboard", iconOnly: true, class: "quiet" });
