// Batches in a queue: how far they are, and each of their rows.
import { get, path } from "./api.js";
import { button, empty, fill, h, icon, select } from "./dom.js";
import { date, duration, fullDate, number, t } from "./text.js";

const pageLength = 200;
/** So long a page that somebody looks at keeps what it shows of a batch that runs, in milliseconds: the queue tells nothing by itself. */
const period = 5_000;

export function view(root, parameters, context) {
  return (parameters.path.length ? batchView : listView)(root, parameters, context);
}

/** Loads at once, then again and again while `isLive()` and somebody looks. Returns a function that ends it. */
function repeat(load, isLive, feed) {
  let timer = 0;
  let isEnded = false;
  async function round() {
    clearTimeout(timer);
    await load();
    if (!isEnded && isLive() && !document.hidden) timer = setTimeout(round, period);
  }
  const comeBack = () => { if (!document.hidden) round(); };
  document.addEventListener("visibilitychange", comeBack);
  const off = feed.on("resume", round);
  round();
  return () => {
    isEnded = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", comeBack);
    off();
  };
}

const states = ["publishing", "waiting", "running", "stopped", "cancelled", "done"];
const isMoving = ({ state }) => ["publishing", "waiting", "running"].includes(state);

const stateText = ({ state }) => h("span", {
  class: "state", data: { state: { running: "running", done: "succeeded" }[state] ?? "waiting" },
}, icon({ running: "running", done: "succeeded", stopped: "canceled", cancelled: "canceled" }[state] ?? "waiting"),
h("span", null, states.includes(state) ? t(`batches.state.${state}`) : String(state)));

/** A bar of how many rows are done. */
function share({ done, rows, name }) {
  const bar = h("div", {
    class: "bar", role: "progressbar", "aria-label": t("batches.progress", { name }), "aria-valuemin": 0, "aria-valuemax": 100,
    "aria-valuenow": rows > 0 ? Math.round(done / rows * 100) : 0,
  }, h("i"));
  bar.style.setProperty("--fraction", rows > 0 ? done / rows : 0);
  return h("div", { class: "share" }, h("p", null, t("batches.done", { done, rows })), bar);
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
    h("td", null, batch.script, batch.source && h("p", { class: "soft" }, batch.source)),
    h("td", null, share(batch)),
    h("td", null, stateText(batch), batch.running > 0 && h("p", { class: "soft" }, t("batches.running", { count: batch.running }))),
    h("td", null, h("time", { title: fullDate(batch.begun) }, date(batch.begun))));

  async function load() {
    try {
      ({ batches } = await get("batches", {}, { signal: abort.signal }));
      count.textContent = t("batches.count", { count: batches.length });
      fill(body, batches.length === 0
        ? empty(t("batches.none"), h("pre", { class: "code" }, "speedpix batch card.lua products.csv --key sku --queue nats://host:4222"))
        : h("div", { class: "table", tabindex: "0", role: "region", "aria-label": t("nav.batches") }, h("table", null,
          h("thead", null, h("tr", null, ["name", "script", "rows", "state", "begun"].map((name) =>
            h("th", { scope: "col" }, t(`batches.column.${name}`))))),
          h("tbody", null, batches.map(row)))));
    } catch (error) {
      if (error.name === "AbortError") return;
      if (batches) report(error);
      else fill(body, h("p", { class: "notice bad" }, error.message), button(t("retry"), load, { icon: "again" }));
    }
  }

  const end = repeat(load, () => batches?.some(isMoving) ?? false, feed);
  return () => {
    abort.abort();
    end();
  };
}

const rowStates = ["waiting", "running", "succeeded", "failed", "in_doubt", "not_run"];

function batchView(root, { path: [name], query }, { feed, navigate, report }) {
  const abort = new AbortController();
  let batch = null;
  let lines = [];
  let length = pageLength;
  let state = query.state ?? "";

  const top = h("div");
  const body = h("div", { class: "stack" });
  fill(root, top, body);
  fill(top, h("h1", null, t("loading")));

  function draw() {
    document.title = `${batch.name} · SpeedPix`;
    fill(top, h("div", { class: "head" },
      h("a", { class: "button quiet square", href: "#/batches", title: t("batches.back"), "aria-label": t("batches.back") }, icon("left")),
      h("h1", { tabindex: "-1" }, batch.name), stateText(batch)),
    h("div", { class: "card stack" }, share(batch), h("dl", { class: "facts" },
      [["script", batch.script], ["source", batch.source], ["begun", h("time", { title: fullDate(batch.begun) }, date(batch.begun))],
        ["running", number(batch.running ?? 0)]].filter(([, value]) => value)
        .map(([key, value]) => [h("dt", null, t(`batches.column.${key}`)), h("dd", null, value)]))));
    const chooser = select([["", t("batches.allRows")], ...rowStates.map((one) => [one, t(`batches.row.${one}`)])], state, (next) => {
      const values = next ? `?${new URLSearchParams({ state: next })}` : "";
      navigate(`#/batches/${encodeURIComponent(name)}${values}`, { replace: true });
    }, { "aria-label": t("runs.filter") });
    const hadFocus = body.contains(document.activeElement) && document.activeElement.matches("select");
    fill(body, h("div", { class: "row" }, h("h2", { class: "grow" }, t("batches.column.rows")), chooser),
      lines.length === 0 ? h("p", { class: "soft" }, t("batches.noRows"))
        : h("div", { class: "table", tabindex: "0", role: "region", "aria-label": t("batches.column.rows") }, h("table", null,
          h("thead", null, h("tr", null, ["key", "state", "worker", "predictions"].map((one) =>
            h("th", { scope: "col" }, t(`batches.column.${one}`))))),
          h("tbody", null, lines.map(line)))),
      lines.length < batch.total && h("div", { class: "row" }, button(t("runs.more"), () => {
        length += pageLength;
        load();
      })));
    if (hadFocus) chooser.focus();
  }

  function line(one) {
    const known = rowStates.includes(one.state) ? one.state : "waiting";
    const drawing = { running: "running", succeeded: "succeeded", failed: "failed", in_doubt: "failed", not_run: "canceled" }[known] ?? "waiting";
    const error = typeof one.error === "string" ? one.error : one.error?.message;
    return h("tr", null, h("th", { scope: "row" }, one.key ?? String(one.index)),
      h("td", null, h("span", { class: "state", data: { state: drawing } }, icon(drawing), h("span", null, t(`batches.row.${known}`))),
        one.seconds !== null && one.seconds !== undefined && h("span", { class: "soft" }, ` ${duration(one.seconds)}`),
        error && h("p", { class: "soft" }, error)),
      h("td", null, one.worker ?? ""),
      h("td", null, (one.predictions ?? []).map((id) => h("p", null,
        h("a", { href: `#/predictions/${encodeURIComponent(id)}` }, h("code", null, id))))));
  }

  let round = 0;
  async function load() {
    const mine = ++round;
    try {
      const answer = await get(path`batches/${name}`, { state, offset: 0, limit: length }, { signal: abort.signal });
      if (mine !== round) return;
      batch = answer;
      lines = answer.lines ?? [];
      draw();
    } catch (error) {
      if (error.name === "AbortError" || mine !== round) return;
      if (batch) report(error);
      else fill(top, h("p", null, h("a", { href: "#/batches" }, t("batches.back"))), h("h1", null, t("batches.missing")),
        h("p", { class: "notice bad" }, error.message), button(t("retry"), load, { icon: "again" }));
    }
  }

  const end = repeat(load, () => batch !== null && isMoving(batch), feed);
  return {
    update: ({ query: next }) => {
      state = next.state ?? "";
      length = pageLength;
      load();
    },
    end() {
      abort.abort();
      end();
    },
  };
}
