// Runs of scripts, from the journal: what they have reused, what is in doubt, and what is not saved.
import { get } from "./api.js";
import { button, empty, fill, h } from "./dom.js";
import { countBadges, runState, runTitle } from "./run_text.js";
import { view as runView } from "./run.js";
import { date, fullDate, number, t } from "./text.js";

/** How many are shown at first, and more each time. */
const pageLength = 100;

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

  function draw() {
    if (!runs) return;
    const shown = runs.filter((run) => !isUnfinishedOnly || run.state !== "finished");
    count.textContent = t("runs.count", { count: shown.length });
    if (shown.length === 0) {
      fill(body, isUnfinishedOnly ? empty(t("runs.noneUnfinished")) : empty(t("runs.none"), h("p", null, t("runs.noneHelp")),
        h("pre", { class: "code" }, "speedpix run shop.lua")));
      return;
    }
    fill(body, h("div", { class: "table", tabindex: "0", role: "region", "aria-label": t("nav.runs") }, h("table", null,
      h("thead", null, h("tr", null, ["run", "script", "began", "state", "predictions"].map((name) =>
        h("th", { scope: "col" }, t(`runs.column.${name}`))))),
      h("tbody", null, shown.map((run) => h("tr", null,
        h("th", { scope: "row" }, h("a", { href: `#/runs/${encodeURIComponent(run.id)}` }, String(run.id))),
        h("td", null, h("a", { href: `#/runs/${encodeURIComponent(run.id)}` }, runTitle(run)),
          run.folder && h("p", { class: "soft" }, run.folder)),
        h("td", null, h("time", { title: fullDate(run.began) }, date(run.began))),
        h("td", null, runState(run)),
        h("td", null, h("span", { class: "row" }, h("span", null, number(run.predictions ?? 0)), countBadges(run)))))))),
    runs.length >= limit && h("div", { class: "row" }, button(t("runs.more"), () => {
      limit += pageLength;
      load();
    })));
  }

  async function load() {
    try {
      ({ runs } = await get("runs", { limit }, { signal: abort.signal }));
      draw();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (runs) report(error);
      else fill(body, h("p", { class: "notice bad" }, error.message), button(t("retry"), load, { icon: "again" }));
    }
  }

  // The journal tells nobody when a command writes into it.
  const comeBack = () => { if (!document.hidden) load(); };
  document.addEventListener("visibilitychange", comeBack);
  const endings = [feed.on("resume", load)];
  fill(body, h("p", { class: "soft" }, t("loading")));
  load();
  return {
    update: ({ query: next }) => {
      isUnfinishedOnly = only.checked = next.unfinished === "1";
      draw();
    },
    end() {
      abort.abort();
      document.removeEventListener("visibilitychange", comeBack);
      for (const end of endings) end();
    },
  };
}
