// A form made from what a workflow takes.
import { InvalidInput, boundsText, control, isSeed } from "./controls.js";
import { append, h, isOwnAddress } from "./dom.js";
import { fileControl, isFileInput } from "./filefield.js";
import { presetBar } from "./presets.js";
import { t } from "./text.js";

let forms = 0;

/** A member that an object has itself, since an input may be called as one that every object has. */
const own = (object, name) => object && Object.hasOwn(object, name) ? object[name] : undefined;

/**
 * A form for the inputs of a workflow.
 *
 * @param workflow As `GET workflows/ID` gives it.
 * @param values What stands in it at the beginning, as `inputs` of `GET predictions/ID`: `{NAME: {value}}` or
 * `{NAME: {file: {filename, mime_type, url, thumbnail}}}`.
 *
 * Returns `{element, read, showProblem, end}`. `read()` gives `{inputs, files}`: values as JSON has them, files of the
 * gateway by their URLs, and by name each `File` that is yet to be uploaded; it throws an error, and shows what is wrong
 * beside the fields, if something is. `showProblem(error)` shows what the gateway says of an input beside its field, and
 * says whether there was one. `end()` lets go of what the form has of files.
 */
export function inputForm(workflow, values = {}, context) {
  const prefix = `inputs-${++forms}`;
  const rows = (workflow.inputs ?? []).map((input, index) => row(input, `${prefix}-${index}`));
  const plain = rows.filter((one) => !one.control.isFile);

  const show = (given) => {
    for (const one of plain) one.show(own(given, one.input.name) ?? null);
  };
  for (const one of rows) one.show(initial(one, own(values, one.input.name)));

  /** What can be kept: all but files, and what is wrong. */
  function kept() {
    const entries = [];
    for (const { input, control: one } of plain) {
      try {
        const value = one.kept ? one.kept() : one.read();
        if (value !== undefined) entries.push([input.name, value]);
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
      }
    }
    return Object.fromEntries(entries);
  }

  const element = h("div", { class: "inputs stack" },
    workflow.problem && h("p", { class: "notice bad" }, workflow.problem),
    plain.length > 0 && context !== undefined && presetBar(workflow.id, kept, show),
    rows.map((one) => one.element),
    rows.length === 0 && !workflow.problem && h("p", { class: "soft" }, t("form.nothing")));
  takeFiles(element, rows);

  function read() {
    const inputs = Object.create(null);
    const files = Object.create(null);
    let first = null;
    let count = 0;
    for (const one of rows) {
      try {
        const value = one.control.read();
        one.setProblem(null);
        if (value === undefined) continue;
        if (!one.control.isFile) inputs[one.input.name] = value;
        else if (value.file) files[one.input.name] = value.file;
        else inputs[one.input.name] = value.value;
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        one.setProblem(error.message);
        first ??= one;
        count += 1;
      }
    }
    if (first) {
      first.control.main.focus();
      throw new Error(t("form.invalid", { count }));
    }
    return { inputs, files };
  }

  function showProblem(error) {
    const name = /the input "([^"]+)"/.exec(error?.message ?? "")?.[1];
    const found = rows.find((one) => one.input.name === name);
    if (!found) return false;
    found.setProblem(error.message);
    found.control.main.focus();
    return true;
  }

  const end = () => rows.forEach((one) => one.control.end?.());
  return { element, read, showProblem, end };
}

/** What a field begins with: what was given, else nothing, which shows the workflow's own value. */
function initial({ control: { isFile } }, given) {
  if (!given) return null;
  if (isFile) return isOwnAddress(given.file?.url) ? given.file : null;
  return given.file ? null : given.value ?? null;
}

/** An input with its label, what helps, and what is wrong with it. */
function row(input, id) {
  const error = h("p", { class: "error", id: `${id}-error`, hidden: true });
  let problem = null;
  function setProblem(text) {
    problem = text;
    error.textContent = text ?? "";
    error.hidden = text === null;
    element.classList.toggle("is-invalid", text !== null);
    const { main } = one;
    if (one.isFile || text === null) main.removeAttribute("aria-invalid");
    else main.setAttribute("aria-invalid", "true");
    describe(main);
  }
  const one = isFileInput(input)
    ? fileControl(input, { onChange: (problem) => setProblem(problem?.message ?? null) })
    : control(input);

  const notes = [];
  function describe(main) {
    main.id ||= id;
    const ids = [...notes, problem === null ? null : error.id].filter(Boolean);
    if (ids.length) main.setAttribute("aria-describedby", ids.join(" "));
    else main.removeAttribute("aria-describedby");
  }

  const bounds = boundsText(input);
  const isNeeded = input.required && input.default === undefined;
  const name = [input.name, isNeeded && [" ", h("span", { class: "needed" }, t("form.required"))],
    bounds && [" ", h("span", { class: "bounds" }, bounds)]];
  const help = input.help && h("p", { class: "help", id: `${id}-help` }, input.help);
  if (help) notes.push(`${id}-help`);
  const element = h("div", { class: "field" });
  if (one.isFile) {
    one.element.setAttribute("aria-labelledby", `${id}-label`);
    append(element, h("span", { class: "legend", id: `${id}-label` }, name), one.element, help, error);
  } else if (one.isInline) {
    append(element, h("label", { class: "check", for: id }, one.element, h("span", null, name)), help, error);
  } else {
    append(element, h("label", { for: id }, name), one.element, help, error);
  }
  one.main.id = id;
  describe(one.main);
  // What was wrong is right as soon as somebody does something about it, until it is read again.
  element.addEventListener("input", () => { if (problem !== null && !one.isFile) setProblem(null); });

  function show(value) {
    if (one.isFile) {
      one.show(value);
    } else {
      // A seed is drawn anew unless somebody wants a certain one.
      one.show(value ?? (isSeed(input) ? undefined : input.default));
      if (problem !== null) setProblem(null);
      one.main.id ||= id;
    }
  }
  return { input, control: one, element, show, setProblem };
}

/** The form that gets what is pasted, or dropped beside its fields: the last one that was made, while it is shown. */
let receiver = null;
let isListening = false;

/** Such files go to the first field that has none, pasted ones to that which has the focus. */
function takeFiles(form, rows) {
  const controls = rows.map((one) => one.control).filter((one) => one.isFile);
  receiver = { form, controls };
  if (isListening) return;
  isListening = true;
  document.addEventListener("paste", paste);
  document.addEventListener("dragover", dragOver);
  document.addEventListener("drop", drop);
}

function give(files, { isPasted = false } = {}) {
  if (!receiver.form.isConnected || document.querySelector("dialog[open]")) return;
  const { controls } = receiver;
  for (const file of files) {
    const fitting = controls.filter((one) => one.fits(file));
    const target = (isPasted ? fitting.find((one) => one.element.contains(document.activeElement)) : null)
      ?? fitting.find((one) => one.isEmpty) ?? (fitting.length === 1 ? fitting[0] : null)
      ?? controls.find((one) => one.isEmpty);
    target?.take(file);
  }
}

function paste(event) {
  const files = [...event.clipboardData?.files ?? []];
  // A table's cells are copied as a text and a picture: whoever is typing means the text.
  const isText = event.target instanceof Element && event.target.matches("input, textarea")
    && event.clipboardData.types.includes("text/plain");
  if (!files.length || isText || !receiver.form.isConnected || !receiver.controls.length) return;
  event.preventDefault();
  give(files, { isPasted: true });
}

const hasFiles = (event) => [...event.dataTransfer?.types ?? []].includes("Files");

/** Without this, a browser leaves the page for a file that was dropped beside a field. */
function dragOver(event) {
  if (receiver.form.isConnected && hasFiles(event)) event.preventDefault();
}

function drop(event) {
  if (event.defaultPrevented || !receiver.form.isConnected || !hasFiles(event)) return;
  event.preventDefault();
  give([...event.dataTransfer.files]);
}
