// The wall's filters, which stand in the address.
import { get } from "./api.js";
import { button, field, fill, h, icon, select } from "./dom.js";
import { filterNames } from "./list.js";
import { t } from "./text.js";

const typingDelay = 250;
const states = ["waiting", "running", "succeeded", "failed", "canceled"];

/** The filters of an address, without those that are empty. */
export function filtersOf(queryValues) {
  return Object.fromEntries(filterNames.filter((name) => queryValues[name]).map((name) => [name, queryValues[name]]));
}

/** The address of the wall with filters. */
export function wallAddress(filter) {
  const values = new URLSearchParams(filter).toString();
  return values ? `#/predictions?${values}` : "#/predictions";
}

/**
 * @param onChange Called with the filters when they are others.
 * Returns `{element, focusText, show(filter)}`.
 */
export function filterBar(onChange) {
  let filter = {};
  let timer = 0;
  let typing = null;
  const change = (name, value) => {
    clearTimeout(timer);
    typing = null;
    filter = filtersOf({ ...filter, [name]: value.trim() });
    showClear();
    onChange(filter);
  };
  const typed = (name) => (event) => {
    const { value } = event.target;
    clearTimeout(timer);
    typing = event.target;
    timer = setTimeout(() => change(name, value), typingDelay);
  };

  const text = h("input", {
    type: "search", placeholder: t("filter.text"), "aria-label": t("filter.text"), oninput: typed("text"),
    onkeydown: (event) => { if (event.key === "Escape" && !event.target.value) event.target.blur(); },
  });
  const choice = (name, options) =>
    select([["", t(`filter.${name}.all`)], ...options], "", (value) => change(name, value));
  const suggestions = { key: h("datalist", { id: "filter-keys" }), label: h("datalist", { id: "filter-labels" }) };
  const controls = {
    text,
    workflow: choice("workflow", []),
    state: choice("state", states.map((state) => [state, t(`state.${state}`)])),
    mark: choice("mark", ["good", "bad"].map((mark) => [mark, t(`mark.${mark}`)])),
    key: h("input", { type: "text", list: "filter-keys", placeholder: t("filter.any"), oninput: typed("key") }),
    label: h("input", { type: "text", list: "filter-labels", placeholder: t("filter.any"), oninput: typed("label") }),
  };
  const clear = button(t("filter.clear"), () => {
    clearTimeout(timer);
    typing = null;
    filter = {};
    show(filter);
    onChange(filter);
    text.focus();
  }, { class: "quiet", icon: "close" });
  const more = h("div", { class: "filters-more", id: "filters-more" },
    ["workflow", "state", "mark", "key", "label"].map((name) => field(t(`filter.${name}`), controls[name])),
    Object.values(suggestions), clear);
  const opener = button(t("filter.more"), () => {
    opener.setAttribute("aria-expanded", more.classList.toggle("is-open"));
  }, { icon: "filter", class: "filters-opener", "aria-expanded": "false", "aria-controls": "filters-more" });
  const element = h("div", { class: "filters", role: "search", "aria-label": t("filter.title") },
    h("div", { class: "filters-text" }, icon("search"), text), opener, more);

  function showClear() {
    const count = Object.keys(filter).filter((name) => name !== "text").length;
    clear.hidden = Object.keys(filter).length === 0;
    fill(opener, icon("filter"), h("span", null, count ? t("filter.moreCount", { count }) : t("filter.more")));
  }

  function show(values) {
    filter = values;
    for (const [name, control] of Object.entries(controls)) {
      const value = values[name] ?? "";
      if (control instanceof HTMLSelectElement && ![...control.options].some((option) => option.value === value)) {
        control.append(h("option", { value }, value));
      }
      // What somebody is typing is further than the address; a space at the end has to stay.
      if (control !== typing && control.value.trim() !== value) control.value = value;
    }
    showClear();
  }

  get("prediction-filters").then(({ workflows, keys, labels }) => {
    const known = new Set([...controls.workflow.options].map((option) => option.value));
    controls.workflow.append(...workflows.filter((id) => !known.has(id)).map((id) => h("option", { value: id }, id)));
    fill(suggestions.key, keys.map((value) => h("option", { value })));
    fill(suggestions.label, labels.map((value) => h("option", { value })));
  }, () => { /* The filters then have what the address says, and take what is typed. */ });

  const focusText = () => {
    text.focus();
    text.select();
  };
  return { element, focusText, show };
}
