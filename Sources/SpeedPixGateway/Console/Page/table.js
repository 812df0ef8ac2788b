// Tables, which scroll within their boxes where a window is narrow.
import { h, icon, iconLink } from "./dom.js";

/** A table: `table("Runs", ["Run", "Script"], rows)`, whose rows are elements. */
export const table = (label, headings, rows) => h("div", {
  class: "table wide-table", tabindex: "0", role: "region", "aria-label": label,
}, h("table", null, h("thead", null, h("tr", null, headings.map((text) => h("th", { scope: "col" }, text)))),
  h("tbody", null, rows)));

/** A state by shape and word; `drawing` is a state of a prediction, whose shape and colour it has. */
export const stateWord = (drawing, text) =>
  h("span", { class: "state", data: { state: drawing } }, icon(drawing), h("span", null, text));

/** The way back, left of a heading. */
export const backLink = (address, text) => iconLink(address, text, "left");
