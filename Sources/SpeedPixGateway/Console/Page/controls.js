// What an input of a workflow is typed or chosen with, by its type.
import { button, h, set } from "./dom.js";
import { integer, parse, stringify } from "./json.js";
import { number, t } from "./text.js";

/** Why what stands in a control cannot be used, in words for a person. */
export class InvalidInput extends Error {}

/**
 * A control: `element` is what is shown, `main` the element that has the label and the error, `show(value)` shows a value
 * (undefined: none), and `read()` gives the value as JSON has it, undefined for none, or throws an `InvalidInput`. What
 * `read()` draws anew each time is not what `kept()` gives, if there is one.
 *
 * @param input As `GET workflows/ID` describes it.
 */
export function control(input) {
  switch (input.type) {
    case "boolean": return flag(input);
    case "choice": return choice(input);
    case "int":
    case "integer": return isSeed(input) ? seed(input) : amount(input, true);
    case "float":
    case "number": return amount(input, false);
    case "string": return text(input);
    default: return json(input);
  }
}

/** Whether an input is a seed, of which only its being another one matters. */
export const isSeed = (input) => ["int", "integer"].includes(input.type) && /(^|_)seed(_?\d+)?$/i.test(input.name);

/** The bounds of an input as far as they tell a person something: "64 – 2,048"; empty for none. */
export function boundsText(input) {
  if (!["int", "integer", "float", "number"].includes(input.type) || isSeed(input)) return "";
  const shown = (bound) => typeof bound === "number" && Math.abs(bound) < 2 ** 31 ? bound : null;
  const [low, high] = [shown(input.minimum), shown(input.maximum)];
  if (low !== null && high !== null) return `${plain(low)} – ${plain(high)}`;
  if (low !== null) return `≥ ${plain(low)}`;
  return high === null ? "" : `≤ ${plain(high)}`;
}

const plain = (value) => typeof value === "bigint" ? String(value) : number(value, { maximumFractionDigits: 20 });

/** Nothing was typed: that is an error only where there is no other value to take. */
function nothing(input) {
  if (input.required && input.default === undefined) throw new InvalidInput(t("form.needed"));
  return undefined;
}

function checkBounds(value, input) {
  const { minimum: low, maximum: high } = input;
  const isLow = low !== undefined && low !== null && value < low;
  const isHigh = high !== undefined && high !== null && value > high;
  if (!isLow && !isHigh) return;
  const [least, most] = [low, high].map((bound) => bound === undefined || bound === null ? null : plain(bound));
  if (least === null || most === null) {
    throw new InvalidInput(least === null ? t("form.atMost", { most }) : t("form.atLeast", { least }));
  }
  throw new InvalidInput(t("form.within", { least, most }));
}

// Texts

const longNames = /prompt|text|description|caption|lyrics|story|script|question|instruction|提示|文本|文字|描述/i;

function text(input) {
  const isLong = longNames.test(input.name) || /\n/.test(input.default ?? "") || (input.default ?? "").length > 60;
  const attributes = { spellcheck: "true", autocomplete: "off" };
  const area = () => h("textarea", { ...attributes, rows: 3, class: "grows" });
  let main = isLong ? area() : h("input", { ...attributes, type: "text" });
  const holder = h("div", { class: "control" }, main);
  return {
    element: holder,
    get main() { return main; },
    show(value) {
      const shown = value === undefined || value === null ? "" : String(value);
      if (main.matches("input") && shown.includes("\n")) {
        // A line has no room for lines: what is in it would be joined.
        const wide = area();
        for (const { name, value: text } of main.attributes) if (name !== "type") set(wide, name, text);
        wide.classList.add("grows");
        main.replaceWith(wide);
        main = wide;
      }
      main.value = shown;
    },
    read() {
      const value = main.value;
      // An empty text is another one than the workflow's own.
      if (value === "") return input.default ? "" : nothing(input);
      const length = [...value].length;
      const { minimum: low, maximum: high } = input;
      if (typeof low === "number" && length < low) throw new InvalidInput(t("form.longer", { count: low }));
      if (typeof high === "number" && length > high) throw new InvalidInput(t("form.shorter", { count: high, length }));
      return value;
    },
  };
}

// Numbers

/** The step of a slider; null if a slider would say nothing. */
function sliderStep({ minimum: low, maximum: high }, isWhole) {
  if (typeof low !== "number" || typeof high !== "number" || !(high > low)) return null;
  const span = high - low;
  if (isWhole) {
    if (span > 20_000) return null;
    return span <= 256 || low % 8 !== 0 ? 1 : 8;
  }
  return span > 2_000 ? null : 10 ** Math.floor(Math.log10(span / 100) + 1e-9);
}

function amount(input, isWhole) {
  const main = h("input", {
    type: "number", step: isWhole ? 1 : "any", inputmode: isWhole ? "numeric" : "decimal", autocomplete: "off",
    placeholder: input.default === undefined || input.default === null ? null : String(input.default),
  });
  const step = sliderStep(input, isWhole);
  const slider = step && h("input", {
    type: "range", min: input.minimum, max: input.maximum, step, "aria-label": t("form.slider", { name: input.name }),
    oninput: () => {
      main.value = String(Number(Number(slider.value).toPrecision(12)));
      main.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  // Outside of a slider's bounds it stands at one of its ends.
  const follow = () => {
    if (slider) slider.value = main.value === "" ? String(input.default ?? input.minimum) : main.value;
  };
  main.addEventListener("input", follow);
  return {
    element: h("div", { class: slider ? "control with-slider" : "control narrow" }, main, slider), main,
    show(value) {
      main.value = value === undefined || value === null ? "" : String(value);
      follow();
    },
    read() {
      if (main.validity.badInput) throw new InvalidInput(t("form.noNumber"));
      if (main.value.trim() === "") return nothing(input);
      const value = isWhole ? integer(main.value) ?? wholeNumber(main.value) : Number(main.value);
      if (value === null) throw new InvalidInput(t("form.notWhole"));
      if (typeof value === "number" && !Number.isFinite(value)) throw new InvalidInput(t("form.noNumber"));
      checkBounds(value, input);
      return value;
    },
  };
}

/** `1e3` and `4.0` are whole numbers, too. */
function wholeNumber(text) {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** Beyond this, programs that keep numbers as floats would lose digits of it. */
const largestSeed = 2 ** 53 - 1;

/** A seed within the bounds of an input. */
function randomSeed({ minimum, maximum }) {
  const low = Math.max(0, Number(minimum ?? 0));
  const high = Math.min(largestSeed, Number(maximum ?? largestSeed));
  if (!(high > low)) return low;
  const [upper, lower] = crypto.getRandomValues(new Uint32Array(2));
  const fraction = (upper * 2 ** 21 + (lower >>> 11)) / 2 ** 53;
  return Math.min(high, low + Math.floor(fraction * (high - low + 1)));
}

function seed(input) {
  const main = h("input", {
    type: "text", inputmode: "numeric", autocomplete: "off", spellcheck: "false", placeholder: t("form.seedDrawn"),
  });
  const typed = () => {
    if (main.value.trim() === "") return undefined;
    const value = integer(main.value);
    if (value === null) throw new InvalidInput(t("form.notWhole"));
    checkBounds(value, input);
    return value;
  };
  const change = (value) => {
    main.value = value;
    main.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const dice = button(t("form.dice", { name: input.name }), () => change(String(randomSeed(input))), {
    icon: "again", iconOnly: true,
  });
  const clear = button(t("form.clearSeed", { name: input.name }), () => change(""), {
    icon: "close", iconOnly: true, class: "quiet",
  });
  return {
    element: h("div", { class: "control with-buttons" }, main, dice, clear), main,
    show(value) { main.value = value === undefined || value === null ? "" : String(value); },
    read: () => typed() ?? randomSeed(input),
    kept: typed,
  };
}

// Choices

function choice(input) {
  const choices = input.choices ?? [];
  const isOptional = !input.required || input.default !== undefined;
  const key = (value) => stringify(value);
  // ComfyUI's servers spell the paths of models as their system does.
  const same = (value) => choices.find((one) => key(one) === key(value))
    ?? choices.find((one) => typeof one === "string" && typeof value === "string"
      && one.replaceAll("\\", "/") === value.replaceAll("\\", "/"));
  const none = input.default === undefined && h("option", { value: "" }, t(isOptional ? "form.ownChoice" : "form.choose"));
  const main = h("select", null, none, choices.map((value) => h("option", { value: key(value) }, String(value))));
  let gone = null;
  return {
    element: h("div", { class: "control" }, main), main,
    show(value) {
      gone?.remove();
      gone = null;
      const wanted = value ?? input.default;
      if (wanted === undefined || wanted === null) {
        main.selectedIndex = 0;
        return;
      }
      const found = same(wanted);
      if (found === undefined) {
        gone = h("option", { value: key(wanted), data: { gone: "true" } }, t("form.gone", { value: String(wanted) }));
        main.prepend(gone);
      }
      main.value = key(found ?? wanted);
    },
    read() {
      if (main.value === "") return nothing(input);
      if (main.selectedOptions[0]?.dataset.gone) throw new InvalidInput(t("form.goneError"));
      return parse(main.value);
    },
  };
}

// True or false

function flag(input) {
  const main = h("input", { type: "checkbox" });
  let isTouched = false;
  main.addEventListener("input", () => { isTouched = true; });
  return {
    element: main, main, isInline: true,
    show(value) {
      isTouched = value !== undefined && value !== null;
      main.checked = (value ?? input.default) === true;
    },
    // Nobody has said no to what nobody has touched.
    read: () => isTouched || input.default !== undefined || input.required ? main.checked : undefined,
  };
}

// Anything

function json(input) {
  const main = h("textarea", {
    rows: 3, class: "code grows", spellcheck: "false", autocomplete: "off", placeholder: t("form.json"),
  });
  return {
    element: h("div", { class: "control" }, main), main,
    show(value) { main.value = value === undefined ? "" : stringify(value, 2); },
    read() {
      if (main.value.trim() === "") return nothing(input);
      try {
        return parse(main.value);
      } catch (error) {
        throw new InvalidInput(t("form.notJSON", { reason: error.message }));
      }
    },
  };
}
