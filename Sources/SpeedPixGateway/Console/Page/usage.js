// What programs need to know of a workflow: an example in their language, and its OpenAPI document.
import { get, path } from "./api.js";
import { copyText, report } from "./dialogs.js";
import { append, button, fill, h, icon, select } from "./dom.js";
import { stringify } from "./json.js";
import { store, stored } from "./storage.js";
import { t } from "./text.js";

const languages = [["lua", "Lua"], ["python", "Python"], ["curl", "curl"]];

/** A text that scrolls in its box. */
const codeBox = (label) => h("pre", { class: "code", tabindex: "0", role: "region", "aria-label": label });

/** The code of the newest prediction that has succeeded. */
export function codePart(holder, { workflow, signal }) {
  const text = codeBox(t("workflows.tab.code"));
  const body = h("div", { class: "stack" }, h("p", { class: "soft" }, t("loading")));
  let language = languages.some(([name]) => name === stored("language.code")) ? stored("language.code") : "lua";
  let prediction = null;

  const choices = languages.map(([name, title]) => button(title, () => show(name), { data: { language: name } }));

  async function show(name) {
    language = name;
    store("language.code", name);
    for (const one of choices) one.setAttribute("aria-pressed", one.dataset.language === name);
    try {
      const { text: code } = await get(path`predictions/${prediction.id}/code`, { language: name }, { signal });
      if (language === name) text.textContent = code;
    } catch (error) {
      report(error);
    }
  }

  async function begin() {
    const { predictions } = await get("predictions", { workflow: workflow.id, state: "succeeded", limit: 1 }, { signal });
    prediction = predictions[0];
    if (!prediction) {
      fill(body, h("p", null, t("workflows.noCode")));
      return;
    }
    fill(body, h("p", null, t("workflows.codeOf"), " ",
      h("a", { href: `#/predictions/${encodeURIComponent(prediction.id)}` }, t("workflows.codeOfLink"))),
    h("div", { class: "row" }, h("span", { class: "segments", role: "group", "aria-label": t("workflows.language") }, choices),
      button(t("copy"), () => copyText(text.textContent), { icon: "copy" })),
    text, h("p", { class: "soft" }, t("workflows.codeHelp")));
    await show(language);
  }

  append(holder, body);
  begin().catch((error) => {
    if (error.name !== "AbortError") fill(body, h("p", { class: "notice bad" }, error.message));
  });
}

/** The OpenAPI document of a version. */
export function openAPIPart(holder, { workflow, version, signal, choose }) {
  const text = codeBox(t("workflows.tab.openapi"));
  const body = h("div", { class: "stack" }, h("p", { class: "soft" }, t("loading")));
  let address = null;

  async function begin() {
    const json = await get(path`workflows/${workflow.id}/openapi`, { version }, { signal });
    text.textContent = stringify(json, 2);
    address = URL.createObjectURL(new Blob([text.textContent], { type: "application/json" }));
    const name = `${workflow.id}-${version ?? workflow.version}.openapi.json`;
    const offered = workflow.versions ?? [];
    const chooser = offered.length > 1 && select([["", t("workflows.usualVersion", { version: workflow.version })],
      ...offered.toReversed().map((one) => [one, one])], version ?? "", (one) => choose(one || null),
    { "aria-label": t("again.version") });
    fill(body, h("p", null, t("workflows.openAPIHelp")), h("div", { class: "row" }, chooser,
      h("a", { class: "button", href: address, download: name }, icon("download"), h("span", null, t("file.download"))),
      button(t("copy"), () => copyText(text.textContent), { icon: "copy" })), text);
  }

  append(holder, body);
  begin().catch((error) => {
    if (error.name !== "AbortError") fill(body, h("p", { class: "notice bad" }, error.message));
  });
  return () => { if (address) URL.revokeObjectURL(address); };
}
