// Faults that the gateway makes on purpose, for tests: its rules, and what they have struck.
import { get } from "./api.js";
import { button, empty, fill, h } from "./dom.js";
import { date, fullDate, number, t } from "./text.js";

/** So long what is shown stays as it is while somebody looks, in milliseconds. */
const period = 2_000;

export function view(root, parameters, { feed, report }) {
  const abort = new AbortController();
  let timer = 0;
  let isLoaded = false;
  const rules = h("div", { class: "stack" });
  const strikes = h("div", { class: "stack" });
  fill(root, h("div", { class: "head" }, h("h1", null, t("nav.faults"))), h("p", { class: "soft publish-lead" }, t("faults.lead")),
    h("div", { class: "stack wide-gaps" }, rules, strikes));
  fill(rules, h("p", { class: "soft" }, t("loading")));

  const table = (label, columns, rows) => h("div", { class: "table", tabindex: "0", role: "region", "aria-label": label }, h("table", null,
    h("thead", null, h("tr", null, columns.map((name) => h("th", { scope: "col" }, t(`faults.column.${name}`))))),
    h("tbody", null, rows)));

  const rule = (one, index) => h("tr", null, h("th", { scope: "row" }, number(one.number ?? index + 1)),
    h("td", null, h("code", null, one.fault)), h("td", null, calls(one.calls)),
    h("td", null, [one.after > 0 && t("faults.after", { count: one.after }), one.times ? t("faults.times", { count: one.times }) : null,
      one.probability < 1 && t("faults.probability", { share: number(one.probability, { style: "percent" }) })].filter(Boolean).join(", ")
      || t("faults.always")),
    h("td", { class: "number" }, number(one.strikes ?? 0)));

  const strike = (one) => h("tr", null, h("td", null, one.at ? h("time", { title: fullDate(one.at) }, date(one.at)) : ""),
    h("td", null, number(one.rule)), h("td", null, h("code", null, one.fault)), h("td", null, h("code", null, one.call)),
    h("td", { class: "number" }, number(one.number ?? 0)));

  async function load() {
    clearTimeout(timer);
    try {
      const answer = await get("faults", {}, { signal: abort.signal });
      isLoaded = true;
      fill(rules, h("h2", null, t("faults.rules")), answer.rules.length === 0 ? h("p", { class: "soft" }, t("none"))
        : table(t("faults.rules"), ["rule", "fault", "calls", "when", "strikes"], answer.rules.map(rule)));
      fill(strikes, h("h2", null, t("faults.strikes")), answer.strikes.length === 0 ? empty(t("faults.noStrikes"))
        : table(t("faults.strikes"), ["at", "rule", "fault", "call", "number"], answer.strikes.map(strike)));
      if (!document.hidden && !abort.signal.aborted) timer = setTimeout(load, period);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (isLoaded) report(error);
      else fill(rules, h("p", { class: "notice bad" }, error.message), button(t("retry"), load, { icon: "again" }));
    }
  }

  const comeBack = () => { if (!document.hidden) load(); };
  document.addEventListener("visibilitychange", comeBack);
  const off = feed.on("resume", load);
  load();
  return () => {
    abort.abort();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", comeBack);
    off();
  };
}

const calls = (names) => (Array.isArray(names) ? names : [names]).filter(Boolean)
  .flatMap((name, index) => [index > 0 && ", ", h("code", null, name)]);
