// Elements. Whatever a stranger wrote becomes text or an attribute, never markup.

// Paths of this gateway, places in this page, and pictures made in it. Anything else could lead away or be a script.
const ownAddress = /^(?:\/(?![/\\])|#|blob:)/;
const addresses = new Set(["href", "src", "poster"]);
const properties = new Set(["value", "checked", "selected", "indeterminate", "muted", "htmlFor"]);

/**
 * An element: `h("a", {class: "button", href: "#/runs", onclick: f, style: {width: "3px"}, data: {id: 1}}, "text")`.
 * Attributes that are null, undefined or false are left out, and so are such children; arrays of children are taken
 * apart.
 * Throws an error for an address that is not within the gateway.
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) set(element, name, value);
  append(element, children);
  return element;
}

/** Sets one attribute as `h` does; null, undefined and false take it away. */
export function set(element, name, value) {
  if (name.startsWith("on")) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    return;
  }
  if (name === "style") {
    for (const [property, text] of Object.entries(value ?? {})) element.style.setProperty(property, text);
  } else if (name === "data") {
    for (const [key, text] of Object.entries(value ?? {})) if (text != null) element.dataset[key] = text;
  } else if (properties.has(name)) {
    element[name] = value ?? "";
  } else if (value === null || value === undefined || value === false) {
    element.removeAttribute(name === "class" ? "class" : name);
  } else {
    if (addresses.has(name) && !ownAddress.test(value)) throw new Error(`not an address of this gateway: ${value}`);
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

export function append(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === true) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** Replaces everything in an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  return append(element, children);
}

/** Whether an address may be shown or followed. */
export const isOwnAddress = (address) => typeof address === "string" && ownAddress.test(address);

const namespace = "http://www.w3.org/2000/svg";
// In a square of 16. Every state has a shape of its own.
const paths = {
  waiting: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM8 4.5V8l2.5 1.5",
  running: "M8 1.5A6.5 6.5 0 1 1 1.5 8",
  succeeded: "M2.5 8.5l3.5 3.5l7.5-8",
  failed: "M8 1.5L15 14H1zM8 6v4M8 11.7v.6",
  canceled: "M3 3h10v10H3zM5.5 8h5",
  good: "M8 1.8l1.9 4 4.3.5-3.2 3 .9 4.4L8 11.5l-3.9 2.2.9-4.4-3.2-3 4.3-.5z",
  bad: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  left: "M10 3L5 8l5 5",
  right: "M6 3l5 5-5 5",
  up: "M3 10l5-5 5 5",
  down: "M3 6l5 5 5-5",
  download: "M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  again: "M13.5 8a5.5 5.5 0 1 1-1.6-3.9L13.5 5.5M13.5 2v3.5H10",
  compare: "M2 3h12v10H2zM8 1v14",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9zM10.3 10.3L14 14",
  filter: "M2 4h12M4.5 8h7M7 12h2",
  picture: "M2 3h12v10H2zM2.5 12l4-5 3 3.5 2-2 2.5 3",
  video: "M2 3.5h12v9H2zM6.5 6v4l3.5-2z",
  audio: "M6 12V3l7-1v9M6 12a2 1.7 0 1 1-4 0a2 1.7 0 0 1 4 0zM13 11a2 1.7 0 1 1-4 0a2 1.7 0 0 1 4 0z",
  data: "M6 2.5c-3 0-1 5-3.5 5.5 2.5.5.5 5.5 3.5 5.5M10 2.5c3 0 1 5 3.5 5.5-2.5.5-.5 5.5-3.5 5.5",
  plus: "M8 2.5v11M2.5 8h11",
  input: "M2 8h8M7 5l3 3-3 3M10 2.5h4v11h-4",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h1M7.5 6.5h1M11 6.5h1M5 9.5h6",
};

/** A small drawing; what it means has to stand beside it as text, or in the label of the button that it is in. */
export function icon(name) {
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", paths[name] ?? "");
  svg.append(path);
  return svg;
}

/** A button: `button("Cancel", f, {class: "danger", icon: "close"})`. With `iconOnly` the text is only its label. */
export function button(text, action, { icon: drawing, iconOnly, class: name, ...attributes } = {}) {
  return h("button", {
    type: "button", class: `button ${iconOnly ? "square" : ""} ${name ?? ""}`.trim(), onclick: action,
    ...(iconOnly ? { "aria-label": text, title: text } : {}), ...attributes,
  }, drawing && icon(drawing), !iconOnly && h("span", null, text));
}

/**
 * A bar that is filled to a fraction: `fractionBar("Progress", 0.4)`. Where it is not known, it shows that something goes on.
 */
export function fractionBar(label, fraction, { role = "progressbar", isKnown = true } = {}) {
  const bar = h("div", {
    class: isKnown ? "bar" : "bar unknown", role, "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100,
    "aria-valuenow": isKnown ? Math.round(fraction * 100) : null,
  }, h("i"));
  bar.style.setProperty("--fraction", fraction);
  return bar;
}

/** A link that looks like a button with a drawing alone. */
export const iconLink = (href, text, drawing) =>
  h("a", { class: "button quiet square", href, title: text, "aria-label": text }, icon(drawing));

let fields = 0;

/** A control with its label, and what helps or is wrong with it: `field("Label", input, {help, error})`. */
export function field(label, control, { help, error } = {}) {
  const id = control.id || (control.id = `field-${++fields}`);
  const described = [];
  const note = (text, name) => {
    if (!text) return null;
    described.push(`${id}-${name}`);
    return h("p", { id: `${id}-${name}`, class: name }, text);
  };
  const notes = [note(help, "help"), note(error, "error")];
  if (described.length) control.setAttribute("aria-describedby", described.join(" "));
  if (error) control.setAttribute("aria-invalid", "true");
  return h("div", { class: "field" }, h("label", { for: id }, label), control, notes);
}

/** A choice of one: `select([["", "All"], ["failed", "Failed"]], "failed", onchange)`. */
export function select(options, value, onchange, attributes) {
  const element = h("select", { ...attributes, onchange: (event) => onchange?.(event.target.value) },
    options.map(([key, text]) => h("option", { value: key }, text)));
  element.value = value ?? "";
  return element;
}

/** What there is instead of a list that is empty. */
export const empty = (title, ...children) => h("div", { class: "empty" }, h("p", { class: "title" }, title), children);
