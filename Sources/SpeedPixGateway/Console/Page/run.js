// One run: each of its predictions, and a form for those in doubt.
import { get, path } from "./api.js";
import { copyText, failure, report } from "./dialogs.js";
import { button, fill, h, select } from "./dom.js";
import { doubtForm } from "./doubts.js";
import { countBadges, createState, isDoubtful, placeOf, runState, runTitle } from "./run_text.js";
import { repeat, steady } from "./steady.js";
import { backLink, table } from "./table.js";
import { date, fullDate, t } from "./text.js";

/** As many rows are drawn at once. */
const pageLength = 200;
/** In milliseconds. */
const period = 3_000;

/** Which predictions a choice shows, by its name. */
const groups = {
  all: () => true, failed: ({ state }) => state === "failed", reused: ({ reused }) => reused,
  unsaved: (one) => one.unsaved_files > 0, unended: ({ state }) => state === "created",
};

export function view(root, { path: [id] }, { feed }) {
  const abort = new AbortController();
  const { signal } = abort;
  let run = null;
  let shown = pageLength;
  let group = "all";

  const top = h("div");
  const doubts = h("div");
  const list = h("div", { class: "stack" });
  fill(root, h("div", { class: "stack wide-gaps" }, top, doubts, list));
  fill(top, h("h1", null, t("loading")));

  const moment = (seconds) => seconds && h("time", { title: fullDate(seconds) }, date(seconds));

  function drawTop() {
    document.title = `${t("runs.title", { id })} · SpeedPix`;
    const command = `speedpix runs resume ${run.batch ?? run.id}`;
    const facts = [["script", run.script], ["folder", run.folder], ["rows", run.rows], ["endpoint", run.endpoint],
      ["seed", run.seed], ["attempts", run.attempts], ["began", moment(run.began)], ["ended", moment(run.ended)]]
      .filter(([, value]) => value !== null && value !== undefined && value !== "");
    fill(top, h("div", { class: "head" }, backLink("#/runs", t("runs.back")),
      h("h1", { tabindex: "-1" }, t("runs.title", { id }), ": ", runTitle(run)), runState(run)),
    h("div", { class: "card stack" }, h("p", { class: "row" }, countBadges(run)),
      h("dl", { class: "facts" }, facts.map(([name, value]) => [
        h("dt", null, t(`runs.fact.${name}`)), h("dd", null, value instanceof Node ? value : String(value)),
      ])),
      run.state === "unfinished" && h("p", { class: "row" }, h("span", null, t("runs.goOn")), h("code", null, command),
        button(t("copy"), () => copyText(command), { icon: "copy", iconOnly: true, class: "small quiet" }))));
  }

  let drawnDoubts = null;
  /** Where the same ones are in doubt as before, what somebody is saying of them stays. */
  function drawDoubts() {
    const some = run.predictions.filter(isDoubtful);
    const key = some.map((one) => `${one.run}/${one.number}`).join();
    if (key === drawnDoubts) return;
    drawnDoubts = key;
    fill(doubts, some.length > 0 && h("section", { class: "card stack doubts" },
      h("h2", null, t("runs.doubts", { count: some.length })), h("p", null, t("runs.doubtsText")),
      h("ul", { class: "stack" }, some.map((one) => h("li", null, doubtForm(one, run.id, { signal, done: load }))))));
  }

  function drawList() {
    const some = run.predictions.filter(groups[group]);
    const names = Object.keys(groups).filter((name) => name === "all" || name === group || run.predictions.some(groups[name]));
    const chooser = names.length > 1 && select(names.map((name) => [name, t(`runs.filter.${name}`)]), group, (name) => {
      group = name;
      shown = pageLength;
      steady(list, drawList);
    }, { "aria-label": t("runs.filter") });
    const headings = ["position", "workflow", "state", "prediction", "saved"].map((name) => t(`runs.column.${name}`));
    fill(list, h("div", { class: "row" }, h("h2", { class: "grow" }, t("runs.predictions")), chooser),
      some.length > 0 ? table(t("runs.predictions"), headings, some.slice(0, shown).map(row))
        : h("p", { class: "soft" }, t("runs.noPredictions")),
      some.length > shown && h("div", { class: "row" }, button(t("runs.more"), () => {
        shown += pageLength;
        steady(list, drawList);
      })),
      run.omitted > 0 && h("p", { class: "soft" }, t("runs.omitted", { count: run.omitted }), " ",
        h("code", null, `speedpix runs show ${run.id}`)));
  }

  function row(one) {
    const reason = !isDoubtful(one) && (one.error ?? one.problem);
    return h("tr", null, h("th", { scope: "row" }, placeOf(one)),
      h("td", null, h("a", { href: `#/workflows/${encodeURIComponent(one.workflow)}` }, one.workflow),
        one.label && h("p", { class: "soft" }, one.label)),
      h("td", null, h("span", { class: "row" }, createState(one),
        one.reused && h("span", { class: "badge" }, t("runs.reused")),
        one.unsaved_files > 0 && h("span", { class: "badge warn" }, t("runs.unsavedFiles", { count: one.unsaved_files }))),
      reason && h("p", { class: "soft" }, reason)),
      h("td", null, one.id && h("a", { href: `#/predictions/${encodeURIComponent(one.id)}` }, h("code", null, one.id))),
      h("td", null, (one.saved ?? []).map((way) => h("p", null, way))));
  }

  async function load() {
    try {
      const answer = await get(path`runs/${id}`, {}, { signal });
      run = { ...answer, predictions: answer.predictions ?? [] };
      steady(top, drawTop);
      drawDoubts();
      steady(list, drawList);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (run) {
        report(error);
        return;
      }
      steady(top, () => fill(top, h("p", null, h("a", { href: "#/runs" }, t("runs.back"))),
        h("h1", { tabindex: "-1" }, t("runs.missing")), failure(error.message, load)));
    }
  }

  const end = repeat(load, () => run?.state === "running", period, feed);
  return () => {
    abort.abort();
    end();
  };
}
