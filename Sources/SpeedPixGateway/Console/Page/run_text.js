// What runs are called.
import { h, icon } from "./dom.js";
import { t } from "./text.js";

const lastPart = (way) => String(way ?? "").split(/[/\\]/).filter(Boolean).at(-1) ?? "";

/** The script with its rows and parameters, as the command shows it. */
export function runTitle(run) {
  const parameters = Object.entries(run.parameters ?? {}).sort().map(([name, value]) => `${name}=${value}`);
  return [lastPart(run.script) || t("runs.noScript"), run.rows && lastPart(run.rows), ...parameters].filter(Boolean).join(" ");
}

const drawings = { finished: "succeeded", running: "running", unfinished: "waiting" };

/** How a run stands, by shape and word. */
export const runState = ({ state }) => h("span", {
  class: "state", data: { state: drawings[state] ?? "waiting" },
}, icon(drawings[state] ?? "waiting"), h("span", null, t(`runs.state.${state in drawings ? state : "unfinished"}`)));

/** The counts of a run that say something, each with how grave it is. */
const counts = [["succeeded", "good"], ["failed", "bad"], ["canceled", ""], ["unended", "warn"], ["in_doubt", "bad"],
  ["unsaved", "warn"], ["reused", ""]];

export const countBadges = (run) => counts.filter(([name]) => run[name] > 0)
  .map(([name, kind]) => h("span", { class: `badge ${kind}`.trim() }, t(`runs.count.${name}`, { count: run[name] })));
