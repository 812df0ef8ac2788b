// A file as an input: dropped, chosen, pasted, or one of a result.
import { InvalidInput } from "./controls.js";
import { append, button, fill, h, icon, isOwnAddress } from "./dom.js";
import { drawingOf, kindOf } from "./media.js";
import { chooseResult } from "./results.js";
import { bytes, t } from "./text.js";

/** The types of inputs that take a file, each with the kind of file that it wants. */
const kinds = { file: null, image: "image", mask: "image", video: "video", audio: "audio" };

export const isFileInput = (input) => Object.hasOwn(kinds, input.type);

/**
 * A control as those of controls.js, but that `read()` gives `{file: File}` for one that is yet to be uploaded, and
 * `{value: URL}` for one that the gateway has; and with `take(file)` for what was dropped or pasted elsewhere.
 */
export function fileControl(input, { onChange = () => {} } = {}) {
  const kind = kinds[input.type];
  let current = null;
  let preview = null;

  const shot = h("div", { class: "drop-shot" });
  const words = h("div", { class: "drop-words" });
  const picker = h("input", {
    type: "file", accept: kind ? `${kind}/*` : null, hidden: true, tabindex: -1, "aria-hidden": "true",
    onchange: () => {
      if (picker.files[0]) take(picker.files[0]);
      // The same file once more is a change, too.
      picker.value = "";
    },
  });
  const main = button(t("form.file.choose"), () => picker.click(), { class: "small" });
  const fromResult = button(t("form.file.result"), async () => {
    const file = await chooseResult(kind);
    if (file) hold({ kept: file });
    fromResult.focus();
  }, { class: "small" });
  const clear = button(t("form.file.remove"), () => {
    hold(null);
    main.focus();
  }, { class: "small quiet", icon: "close" });
  const element = h("div", { class: "drop", role: "group" }, shot,
    h("div", { class: "drop-side" }, words, h("div", { class: "row" }, main, fromResult, clear, picker)));

  let depth = 0;
  const hasFiles = (event) => [...event.dataTransfer?.types ?? []].includes("Files");
  element.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    element.classList.add("is-over");
  });
  element.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) element.classList.remove("is-over");
  });
  element.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  element.addEventListener("drop", (event) => {
    depth = 0;
    element.classList.remove("is-over");
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    take(file);
  });

  /** Whether a file is of the kind that is wanted; one whose kind the browser does not know may be. */
  const fits = (file) => !kind || !file.type || file.type.startsWith(`${kind}/`);

  let problem = null;
  function take(file) {
    if (fits(file)) {
      hold({ file });
      return;
    }
    hold(null);
    problem = new InvalidInput(t(`form.file.no.${kind}`, { name: file.name }));
    onChange(problem);
  }

  function hold(next) {
    if (preview) URL.revokeObjectURL(preview);
    preview = null;
    problem = null;
    current = next;
    draw();
    onChange(null);
  }

  function draw() {
    element.classList.toggle("is-empty", current === null);
    clear.hidden = current === null;
    const file = current?.file;
    const facts = file ? { filename: file.name || t("form.file.pasted"), mime_type: file.type } : current?.kept;
    if (!facts) {
      fill(shot, icon(drawingOf(kind)));
      fill(words, h("p", null, t(`form.file.drop.${kind ?? "file"}`)), h("p", { class: "help" }, t("form.file.paste")));
      return;
    }
    let address = null;
    if (file && file.type.startsWith("image/")) address = preview = URL.createObjectURL(file);
    else if (!file) address = facts.thumbnail ?? (kindOf(facts) === "image" ? facts.url : null);
    const asIcon = () => fill(shot, icon(drawingOf(kindOf(facts))));
    if (isOwnAddress(address)) {
      const alt = t("form.file.preview", { name: facts.filename });
      fill(shot, h("img", { src: address, alt, class: "checked", onerror: asIcon }));
    } else {
      asIcon();
    }
    fill(words, h("p", null, h("b", null, facts.filename)));
    const more = [file && bytes(file.size), facts.mime_type, !file && t("form.file.kept")].filter(Boolean).join(" · ");
    append(words, h("p", { class: "help" }, more));
  }

  draw();
  return {
    element, main, isFile: true, take, fits,
    end() { if (preview) URL.revokeObjectURL(preview); },
    get isEmpty() { return current === null; },
    show(value) { hold(value && isOwnAddress(value.url) ? { kept: value } : null); },
    read() {
      if (problem) throw problem;
      if (!current) {
        if (input.required) throw new InvalidInput(t(`form.file.needed.${kind ?? "file"}`));
        return undefined;
      }
      return current.file ? { file: current.file } : { value: current.kept.url };
    },
  };
}
