// Batches in a queue: how far they are, and each of their rows.
import { get, path } from "./api.js";
import { failure } from "./dialogs.js";
import { button, empty, fill, fractionBar, h, select } from "./dom.js";
import { steady, repeat } from "./steady.js";
import { backLink, stateWord, table } from "./table.js";
import { date, duration, fullDate, number, t } from "./text.js";

/** Rows that are shown at once. */
const pageLength = 200;
/** In milliseconds. */
const period = 5_000;

export function view(root, parameters, context) {
  return (parameters.path.length ? batchView : listView)(root, parameters, context);
}

const drawings = {
  publishing: "waiting", waiting: "waiting", running: "running", stopped: "canceled", cancelled: "canceled", done: "succeeded",
};

const isMoving = ({ state }) => ["publishing", "waiting", "running"].includes(state);

const stateText = ({ state }) => Object.hasOwn(drawings, state) ? stateWord(drawings[state], t(`batches.state.${state}`))
  : stateWord("waiting", String(state));

const moment = (seconds) => seconds ? h("time", { title: fullDate(seconds) }, date(seconds)) : "";

/** A bar of how many rows are done. */
function share({ done, rows, name }) {
  const fraction = rows > 0 ? done / rows : 0;
  return h("div", { class: "share" }, h("p", null, t("batches.done", { done, rows })),
    fractionBar(t("batches.progress", { name }), fraction));
}

function listView(root, parameters, { feed, report }) {
  const abort = new AbortController();
  let batches = null;
  const count = h("span", { class: "soft", role: "status" });
  const body = h("div");
  fill(root, h("div", { class: "head" }, h("h1", null, t("nav.batches")), count), body);
  fill(body, h("p", { class: "soft" }, t("loading")));

  const row = (batch) => h("tr", null,
    h("th", { scope: "row" }, h("a", { href: `#/batches/${encodeURIComponent(batch.name)}` }, batch.name)),
    h("td", null, batch.script, batch.source && h("p", { class: "soft" }, batch.source)), h("td", null, share(batch)),
    h("td", null, stateText(batch),
      batch.running > 0 && h("p", { class: "soft" }, t("batches.running", { count: batch.running }))),
    h("td", null, moment(batch.began)));

  function draw() {
    if (batches.length === 0) {
      const command = "speedpix batch card.lua products.csv --key sku --queue nats://host:4222";
      fill(body, empty(t("batches.none"), h("pre", { class: "code" }, command)));
      return;
    }
    const headings = ["name", "script", "rows", "state", "began"].map((name) => t(`batches.column.${name}`));
    fill(body, table(t("nav.batches"), headings, batches.map(row)));
  }

  async function load() {
    try {
      ({ batches } = await get("batches", {}, { signal: abort.signal }));
      count.textContent = t("batches.count", { count: batches.length });
      steady(body, draw);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (batches) report(error);
      else if (error.code === "ApiNotFound") fill(body, empty(t("batches.noQueue"), h("p", null, t("batches.noQueueHelp"))));
      else fill(body, failure(error.message, load));
    }
  }

  const end = repeat(load, () => batches?.some(isMoving) ?? false, period, feed);
  return () => {
    abort.abort();
    end();
  };
}

const rowDrawings = {
  waiting: "waiting", succeeded: "succeeded", failed: "failed", in_doubt: "failed", not_run: "canceled",
};
const rowStates = Object.keys(rowDrawings);

function batchView(root, { path: [name], query }, { feed, navigate, report }) {
  const abort = new AbortController();
  let batch = null;
  let place = placeOf(query);

  const top = h("div");
  const body = h("div", { class: "stack" });
  fill(root, h("div", { class: "stack wide-gaps" }, top, body));
  fill(top, h("h1", null, t("loading")));

  /** What a query says: from which row on, and in which state. */
  function placeOf({ state, from }) {
    const offset = Number(from);
    return { state: rowStates.includes(state) ? state : "", offset: Number.isInteger(offset) && offset > 0 ? offset : 0 };
  }

  function go({ state, offset }) {
    const values = new URLSearchParams({ ...(state ? { state } : {}), ...(offset ? { from: offset } : {}) });
    navigate(`#/batches/${encodeURIComponent(name)}${values.size ? `?${values}` : ""}`, { replace: true });
  }

  function drawTop() {
    document.title = `${batch.name} · SpeedPix`;
    const facts = [["script", batch.script], ["source", batch.source], ["began", moment(batch.began)],
      ["running", number(batch.running ?? 0)]].filter(([, value]) => value);
    fill(top, h("div", { class: "head" }, backLink("#/batches", t("batches.back")),
      h("h1", { tabindex: "-1" }, batch.name), stateText(batch)),
      h("div", { class: "card stack" }, share(batch), h("dl", { class: "facts" },
        facts.map(([key, value]) => [h("dt", null, t(`batches.column.${key}`)), h("dd", null, value)]))));
  }

  function drawRows() {
    const { state, offset } = place;
    const items = batch.items ?? [];
    const chooser = select([["", t("batches.allRows")], ...rowStates.map((one) => [one, t(`batches.row.${one}`)])], state,
      (next) => go({ state: next, offset: 0 }), { "aria-label": t("runs.filter") });
    const turn = (key, to, isPossible) => button(t(`batches.${key}`), () => go({ state, offset: to }), {
      disabled: !isPossible, class: "small", data: { key },
    });
    const pages = batch.total > pageLength && h("div", { class: "row" },
      turn("previous", Math.max(0, offset - pageLength), offset > 0),
      turn("next", offset + pageLength, offset + items.length < batch.total),
      h("span", { class: "soft" }, t("batches.page", { first: offset + 1, last: offset + items.length, total: batch.total })));
    const headings = ["key", "state", "worker", "predictions"].map((one) => t(`batches.column.${one}`));
    fill(body, h("div", { class: "row" }, h("h2", { class: "grow" }, t("batches.column.rows")), chooser), pages,
      items.length > 0 ? table(t("batches.column.rows"), headings, items.map(row))
        : h("p", { class: "soft" }, t("batches.noRows")));
  }

  function row(one) {
    const known = rowStates.includes(one.state) ? one.state : "waiting";
    return h("tr", null, h("th", { scope: "row" }, one.label || one.key || String(one.number)),
      h("td", null, h("span", { class: "row" }, stateWord(rowDrawings[known], t(`batches.row.${known}`)),
        h("span", { class: "soft" }, duration(one.seconds)),
        one.tries > 1 && h("span", { class: "badge" }, t("batches.tries", { count: one.tries }))),
      one.error && h("p", { class: "soft" }, one.error)),
      h("td", null, one.worker),
      h("td", null, (one.predictions ?? []).map((id) => h("p", null,
        h("a", { href: `#/predictions/${encodeURIComponent(id)}` }, h("code", null, id))))));
  }

  let round = 0;
  async function load() {
    const mine = ++round;
    try {
      const answer = await get(path`batches/${name}`, { ...place, limit: pageLength }, { signal: abort.signal });
      if (mine !== round) return;
      batch = answer;
      steady(top, drawTop);
      steady(body, drawRows);
    } catch (error) {
      if (error.name === "AbortError" || mine !== round) return;
      if (batch) {
        report(error);
        return;
      }
      steady(top, () => fill(top, h("p", null, h("a", { href: "#/batches" }, t("batches.back"))),
        h("h1", { tabindex: "-1" }, t("batches.missing")), failure(error.message, load)));
    }
  }

  const end = repeat(load, () => batch !== null && isMoving(batch), period, feed);
  return {
    update: (parameters) => {
      place = placeOf(parameters.query);
      load();
    },
    end() {
      abort.abort();
      end();
    },
  };
}
