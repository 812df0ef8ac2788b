// Faults that the gateway makes on purpose, for tests: its rules, and what they have struck.
import { get } from "./api.js";
import { failure } from "./dialogs.js";
import { empty, fill, h } from "./dom.js";
import { repeat, steady } from "./steady.js";
import { table } from "./table.js";
import { date, fullDate, number, t } from "./text.js";

/** In milliseconds. */
const period = 2_000;
/** Members of a rule that have a column of their own, or say nothing to a person. */
const told = new Set(["rule", "fault", "call", "after", "times", "probability", "strikes", "seed"]);

export function view(root, parameters, { feed, report }) {
  const abort = new AbortController();
  let answer = null;
  const body = h("div", { class: "stack wide-gaps" });
  const lead = h("p", { class: "soft publish-lead" }, t("faults.lead"));
  fill(root, h("div", { class: "head" }, h("h1", null, t("nav.faults"))), lead, body);
  fill(body, h("p", { class: "soft" }, t("loading")));

  const headings = (...names) => names.map((name) => t(`faults.column.${name}`));

  const rule = (one) => h("tr", null, h("th", { scope: "row" }, number(one.rule)),
    h("td", null, h("code", null, one.fault), h("p", { class: "soft" }, options(one))), h("td", null, calls(one.call)),
    h("td", null, when(one)), h("td", null, number(one.strikes ?? 0)));

  const strike = (one) => h("tr", null, h("td", null, h("time", { title: fullDate(one.at) }, date(one.at))),
    h("td", null, number(one.rule)), h("td", null, h("code", null, one.fault)), h("td", null, h("code", null, one.call)),
    h("td", null, number(one.number)));

  function draw() {
    const { rules, strikes } = answer;
    fill(body, h("section", { class: "stack" }, h("h2", null, t("faults.rules")),
      table(t("faults.rules"), headings("rule", "fault", "calls", "when", "strikes"), rules.map(rule))),
    h("section", { class: "stack" }, h("h2", null, t("faults.strikes")),
      strikes.length === 0 ? empty(t("faults.noStrikes"))
        : table(t("faults.strikes"), headings("at", "rule", "fault", "call", "number"), strikes.map(strike))));
  }

  async function load() {
    try {
      answer = await get("faults", {}, { signal: abort.signal });
      steady(body, draw);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (answer) report(error);
      else if (error.code === "ApiNotFound") {
        lead.remove();
        fill(body, empty(t("faults.none"), h("p", null, t("faults.noneHelp"))));
      } else fill(body, failure(error.message, load));
    }
  }

  const end = repeat(load, () => answer !== null, period, feed);
  return () => {
    abort.abort();
    end();
  };
}

const calls = (names) => (Array.isArray(names) ? names : [names]).filter(Boolean)
  .flatMap((name, index) => [index > 0 && ", ", h("code", null, name)]);

function when({ after, times, probability }) {
  const parts = [after > 0 && t("faults.after", { count: after }), times && t("faults.times", { count: times }),
    probability < 1 && t("faults.probability", { share: number(probability, { style: "percent" }) })].filter(Boolean);
  return parts.length ? parts.join(", ") : t("faults.always");
}

/** What else a rule says, by the names that its file has. */
const options = (rule) => Object.entries(rule).filter(([name]) => !told.has(name))
  .map(([name, value]) => `${name} = ${String(value)}`).join(", ");
