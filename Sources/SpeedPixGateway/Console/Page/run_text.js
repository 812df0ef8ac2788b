// Runs in words.
import { h } from "./dom.js";
import { stateWord } from "./table.js";
import { t } from "./text.js";

const lastPart = (way) => String(way ?? "").split(/[/\\]/).filter(Boolean).at(-1) ?? "";

/** The script with its rows and parameters, as the command shows it. */
export function runTitle(run) {
  const parameters = Object.entries(run.parameters ?? {}).sort().map(([name, value]) => `${name}=${value}`);
  return [lastPart(run.script) || t("runs.noScript"), run.rows && lastPart(run.rows), ...parameters].filter(Boolean).join(" ");
}

const drawings = { finished: "succeeded", running: "running", unfinished: "waiting" };

/** How a run stands, by shape and word. */
export function runState({ state }) {
  const known = Object.hasOwn(drawings, state) ? state : "unfinished";
  return stateWord(drawings[known], t(`runs.state.${known}`));
}

/** The counts of a run that say something, each with how grave it is. */
const counts = [["succeeded", "good"], ["failed", "bad"], ["canceled", ""], ["unended", "warn"], ["in_doubt", "bad"],
  ["unsaved", "warn"], ["reused", ""]];

export const countBadges = (run) => counts.filter(([name]) => run[name] > 0)
  .map(([name, kind]) => h("span", { class: `badge ${kind}`.trim() }, t(`runs.count.${name}`, { count: run[name] })));

/** Whether it is unknown whether a prediction of a run was made. */
export const isDoubtful = ({ in_doubt: inDoubt, state }) => inDoubt === true || state === "in_doubt" || state === "intended";

const createDrawings = {
  succeeded: "succeeded", failed: "failed", canceled: "canceled", stopped: "canceled", abandoned: "canceled",
  created: "waiting", in_doubt: "failed",
};

/** How a prediction of a run stands, by shape and word. */
export function createState(prediction) {
  const state = isDoubtful(prediction) ? "in_doubt" : prediction.state;
  const known = Object.hasOwn(createDrawings, state) ? state : "created";
  return stateWord(createDrawings[known], t(`runs.create.${known}`));
}

/** Where a prediction stands in a run. */
export const placeOf = (prediction) => [prediction.row_key, prediction.position ?? prediction.number]
  .filter((part) => part !== null && part !== undefined).join(" · ");
