// Runs of scripts, from the journal: what they have reused, what is in doubt, and what is not saved.
import { get } from "./api.js";
import { failure } from "./dialogs.js";
import { button, empty, fill, h } from "./dom.js";
import { countBadges, runState, runTitle } from "./run_text.js";
import { view as runView } from "./run.js";
import { repeat, steady } from "./steady.js";
import { table } from "./table.js";
import { date, fullDate, number, t } from "./text.js";

/** How many are shown at first, and more each time. */
const pageLength = 100;
/** More the gateway does not tell. */
const most = 1000;
/** In milliseconds. */
const period = 5_000;

export function view(root, parameters, context) {
  return parameters.path.length ? runView(root, parameters, context) : listView(root, parameters, context);
}

function listView(root, { query }, { feed, navigate, report }) {
  const abort = new AbortController();
  let runs = null;
  let limit = pageLength;
  let isUnfinishedOnly = query.unfinished === "1";
  const count = h("span", { class: "soft", role: "status" });
  const body = h("div", { class: "stack" });
  const only = h("input", {
    type: "checkbox", checked: isUnfinishedOnly,
    onchange: () => navigate(only.checked ? "#/runs?unfinished=1" : "#/runs", { replace: true }),
  });
  fill(root, h("div", { class: "head" }, h("h1", null, t("nav.runs")), count,
    h("label", { class: "check" }, only, h("span", null, t("runs.unfinishedOnly"))),
    button(t("publish.refresh"), () => load(), { icon: "again" })), body);

  function row(run) {
    const address = `#/runs/${encodeURIComponent(run.id)}`;
    return h("tr", null, h("th", { scope: "row" }, h("a", { href: address }, String(run.id))),
      h("td", null, h("a", { href: address, data: { key: `script ${run.id}` } }, runTitle(run)),
        run.folder && h("p", { class: "soft" }, run.folder)),
      h("td", null, h("time", { title: fullDate(run.began) }, date(run.began))), h("td", null, runState(run)),
      h("td", null, h("span", { class: "row" }, h("span", null, number(run.predictions ?? 0)), countBadges(run))));
  }

  function draw() {
    if (!runs) return;
    const shown = runs.filter((run) => !isUnfinishedOnly || run.state !== "finished");
    count.textContent = t("runs.count", { count: shown.length });
    if (shown.length === 0) {
      fill(body, isUnfinishedOnly ? empty(t("runs.noneUnfinished")) : empty(t("runs.none"), h("p", null, t("runs.noneHelp")),
        h("pre", { class: "code" }, "speedpix run shop.lua")));
      return;
    }
    const headings = ["run", "script", "began", "state", "predictions"].map((name) => t(`runs.column.${name}`));
    fill(body, table(t("nav.runs"), headings, shown.map(row)),
      runs.length >= limit && limit < most && h("div", { class: "row" }, button(t("runs.more"), () => {
        limit += pageLength;
        load();
      })));
  }

  async function load() {
    try {
      ({ runs } = await get("runs", { limit }, { signal: abort.signal }));
      steady(body, draw);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (runs) report(error);
      else fill(body, failure(error.message, load));
    }
  }

  fill(body, h("p", { class: "soft" }, t("loading")));
  const end = repeat(load, () => runs?.some(({ state }) => state === "running") ?? false, period, feed);
  return {
    update: ({ query: next }) => {
      isUnfinishedOnly = only.checked = next.unfinished === "1";
      draw();
    },
    end() {
      abort.abort();
      end();
    },
  };
}
