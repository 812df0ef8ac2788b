// What is to be said of a workflow that is to be published, in the page's language.
import { h, icon } from "./dom.js";
import { t } from "./text.js";

/** A finding in words: those of its code if there are any, and of one about an input first, else the gateway's own. */
export function findingText({ code, message, values = {} }) {
  const usual = `publish.finding.${code}`;
  const ofInput = `${usual}.input`;
  const key = values?.input && t(ofInput) !== ofInput ? ofInput : usual;
  const template = code ? t(key) : key;
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  if (!code || template === key || !names.every((name) => values?.[name] !== undefined && values[name] !== null)) {
    return message ?? code ?? "";
  }
  const text = t(key, values);
  return values.nearest ? `${text} ${t("publish.nearest", { nearest: values.nearest })}` : text;
}

const serverProblems = ["server_unreachable", "not_comfyui", "no_servers"];

/** What went wrong with a server of ComfyUI, in words: those of the page if it has some, else the gateway's own. */
export function problemText(error) {
  const { code, url = "" } = error.details ?? {};
  return serverProblems.includes(code) ? t(`publish.server.${code}`, { url }) : error.message;
}

/** Findings as a list, errors first; null for none. */
export function findingList(findings) {
  if (findings.length === 0) return null;
  const order = (finding) => finding.severity === "error" ? 0 : 1;
  return h("ul", { class: "findings" }, findings.toSorted((left, right) => order(left) - order(right)).map((finding) => {
    const isError = finding.severity === "error";
    return h("li", { class: `notice row ${isError ? "bad" : "warn"}` }, icon(isError ? "failed" : "waiting"),
      h("span", { class: "sr" }, t(isError ? "publish.error" : "publish.warning")),
      h("span", { class: "grow" }, findingText(finding)));
  }));
}
