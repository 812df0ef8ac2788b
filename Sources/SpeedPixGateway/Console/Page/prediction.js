// One prediction: what it gave, what went in, and what happened.
import { get, path } from "./api.js";
import { copyText, report, toast } from "./dialogs.js";
import { button, fill, h, icon, iconLink, isOwnAddress } from "./dom.js";
import { holdNote } from "./hold.js";
import { stringify } from "./json.js";
import { bind } from "./keys.js";
import { createFrom, inputsOf } from "./create.js";
import { fileChip, figure, kindOf } from "./media.js";
import { cancel, choice, editLabel, toggleMark } from "./notes.js";
import { bytes, date, duration, fullDate, t } from "./text.js";
import { amount, isLive, markLabel, progressBar, progressText, stateLabel, title } from "./tile.js";
import { leftAddress, neighbours } from "./wall.js";

export function view(root, { path: [id] }, context) {
  const { feed, navigate } = context;
  let detail = null;
  let isEnded = false;
  let loading = null;
  let needsLoad = false;

  const top = h("div");
  const results = h("section", { class: "results stack", "aria-label": t("detail.results") });
  const side = h("div", { class: "stack" });
  fill(root, top, h("div", { class: "columns detail" }, results, side));
  const heading = h("h1", { tabindex: "-1" }, t("loading"));
  fill(top, heading);

  async function load() {
    if (loading) {
      needsLoad = true;
      return;
    }
    loading = new AbortController();
    try {
      const answer = await get(path`predictions/${id}`, {}, { signal: loading.signal });
      if (!isEnded) draw(answer);
    } catch (error) {
      if (isEnded || error.name === "AbortError") return;
      if (detail) {
        report(error);
      } else {
        fill(top, h("div", { class: "stack" }, fill(heading, t("detail.missing")),
          h("p", { class: "notice bad" }, error.message), h("div", { class: "row" },
            button(t("retry"), load, { icon: "again" }),
            h("a", { class: "button", href: leftAddress() }, t("detail.back")))));
      }
    } finally {
      loading = null;
    }
    if (needsLoad && !isEnded) {
      needsLoad = false;
      load();
    }
  }

  /** A summary with what is new; what only the whole answer has is fetched when the state is another. */
  function take(summary) {
    if (!detail || summary.id !== detail.id) return;
    const isOther = summary.state !== detail.state;
    detail = { ...detail, ...summary };
    if (isOther) load();
    drawTop();
    drawRunning();
    tellHold();
  }

  function draw(answer) {
    detail = answer;
    document.title = `${title(detail)} · SpeedPix`;
    drawTop();
    drawResults();
    tellHold();
    fill(side, facts(), inputs(), info(), timeline(), exact());
  }

  const stateLine = h("div", { class: "row state-line" });
  const bar = h("div", { class: "toolbar row" });
  let drawnActions = "";
  let drawnLine = "";
  function drawTop() {
    const { newer, older } = neighbours(id);
    const link = (to, name, drawing) => to && iconLink(`#/predictions/${encodeURIComponent(to)}`, t(name), drawing);
    const wasFocused = document.activeElement === heading;
    heading.textContent = title(detail);
    const line = JSON.stringify([detail.state, amount(detail), detail.mark]);
    if (line !== drawnLine) {
      drawnLine = line;
      fill(stateLine, stateLabel(detail), h("span", { class: "soft" }, amount(detail)), markLabel(detail.mark));
    }
    if (!bar.isConnected) {
      fill(top, h("div", { class: "head" },
        iconLink(leftAddress(), t("detail.back"), "left"), heading,
        h("span", { class: "row" }, link(newer, "detail.newer", "up"), link(older, "detail.older", "down"))),
      stateLine, bar);
    }
    if (wasFocused) heading.focus();
    const key = JSON.stringify([detail.state, detail.mark, choice.first?.id]);
    if (key !== drawnActions) {
      drawnActions = key;
      keepFocus(bar, () => fill(bar, actions()));
    }
  }

  /** Fills anew, and gives the focus to the button in the place of the one that had it. */
  function keepFocus(element, refill) {
    const position = [...element.querySelectorAll("button, a")].indexOf(document.activeElement);
    refill();
    if (position >= 0) [...element.querySelectorAll("button, a")][position]?.focus();
  }

  function actions() {
    const mark = (name) => button(t(`mark.${name}`), marking(name), {
      icon: name, "aria-pressed": String(detail.mark === name),
    });
    const isChosen = choice.first?.id === id;
    return [
      h("a", { class: "button primary", href: `#/predictions/${encodeURIComponent(id)}/again` }, icon("again"),
        h("span", null, t("detail.again"))),
      button(t("detail.four"), four, { icon: "plus" }),
      h("span", { class: "segments" }, mark("good"), mark("bad")),
      button(t("detail.label"), editing),
      button(t(isChosen ? "compare.chosen" : choice.first ? "compare.withChosen" : "compare.start"), compare,
        { icon: "compare", "aria-pressed": isChosen ? "true" : null }),
      h("span", { class: "row" }, h("span", { class: "soft", id: "copy-as" }, t("copyAs")),
        h("span", { class: "segments", role: "group", "aria-labelledby": "copy-as" },
          [["lua", "Lua"], ["python", "Python"], ["curl", "curl"]].map(([language, name]) =>
            button(name, () => copyCode(language, name), { "aria-label": t("copyAs.name", { name }) })))),
      isLive(detail) && button(t("cancelRun.action"), canceling, { class: "danger", icon: "canceled" }),
    ];
  }

  const changing = (action) => async () => {
    const changed = detail && await action(detail);
    if (changed && !isEnded) take(changed);
  };
  const marking = (name) => changing((one) => toggleMark(one, name));
  const editing = changing(editLabel);
  const canceling = changing(cancel);

  function compare() {
    const address = choice.add(detail);
    if (address) {
      navigate(address);
      return;
    }
    if (choice.first) toast(t("compare.choose", { name: title(choice.first) }));
    drawTop();
  }

  async function four() {
    try {
      const { ids } = await createFrom({
        workflow: detail.workflow, version: detail.version, inputs: inputsOf(detail.inputs), count: 4, randomise: true,
        label: detail.label,
      });
      const action = { text: t("created.show"), run: () => navigate("#/predictions") };
      toast(t("created", { count: ids.length }), { action });
    } catch (error) {
      report(error);
    }
  }

  function copyCode(language, name) {
    const text = get(path`predictions/${id}/code`, { language }).then((answer) => answer.text);
    copyText(text, t(`copyAs.done.${language}`)).catch(report);
  }

  const running = h("div", { class: "running card" });
  function drawRunning() {
    if (!isLive(detail)) return;
    const image = isOwnAddress(detail.preview)
      ? running.querySelector("img") ?? h("img", { alt: t("detail.preview"), decoding: "async" }) : null;
    if (image && image.getAttribute("src") !== detail.preview) image.src = detail.preview;
    fill(running, image ?? h("p", { class: "soft" }, t(`detail.${detail.state}`)),
      progressBar(detail) ?? h("div", { class: "bar" }), h("p", { class: "soft" }, progressText(detail)));
  }

  /** One that waits for ComfyUI waits for as long as no server answers, which somebody has to be told. */
  const hold = holdNote(feed);
  let kind = null;
  async function tellHold() {
    if (detail.state === "waiting" && kind === null) {
      kind = "";
      const workflow = await get(path`workflows/${detail.workflow}`).catch(() => null);
      if (isEnded) return;
      kind = workflow?.kind ?? "";
    }
    hold.setWanted(detail.state === "waiting" && kind === "comfyui");
  }

  function drawResults() {
    if (isLive(detail)) {
      fill(results, hold.element, running);
      drawRunning();
      return;
    }
    fill(results,
      detail.state === "failed" && h("p", { class: "notice bad" }, detail.failure || t("failure.unknown")),
      detail.state === "canceled" && h("p", { class: "notice" }, t("detail.canceled")),
      detail.state === "succeeded" && !detail.outputs.length && h("p", { class: "soft" }, t("detail.nothing")),
      // Whoever opens one wants to see its pictures, not what was measured of them.
      detail.outputs.toSorted((one, other) => Boolean(other.files) - Boolean(one.files)).map(output));
  }

  function output({ name, value, files }) {
    if (files) {
      return files.map((file, index) => figure(file, kindOf(file) === "data" ? [] : [
        h("a", { class: "button small", href: `#/use?${new URLSearchParams({ from: id, output: name, index })}` },
          icon("input"), h("span", null, t("detail.use"))),
      ]));
    }
    return h("div", { class: "card" }, h("h2", null, name),
      h("pre", { class: "code", tabindex: "0", role: "group", "aria-label": name },
        typeof value === "string" ? value : stringify(value, 2)));
  }

  function facts() {
    const wait = detail.began && detail.created ? detail.began - detail.created : null;
    const moment = (seconds) => h("time", { title: fullDate(seconds) }, date(seconds));
    const rows = [
      ["detail.workflow", h("a", { href: `#/workflows/${encodeURIComponent(detail.workflow)}` }, detail.workflow)],
      ["detail.version", detail.version], ["detail.key", detail.key], ["detail.created", moment(detail.created)],
      ["detail.waited", wait === null ? "" : duration(wait)], ["detail.took", duration(detail.seconds)],
      ["detail.ended", detail.ended && moment(detail.ended)],
    ];
    return h("section", { class: "card" }, h("h2", null, t("detail.facts")), h("dl", { class: "facts" },
      rows.filter(([, value]) => value).map(([name, value]) => [h("dt", null, t(name)), h("dd", null, value)]),
      h("dt", null, t("detail.id")), h("dd", null, h("code", null, id), " ",
        button(t("detail.copyID"), () => copyText(id), { icon: "copy", iconOnly: true, class: "quiet small" }))));
  }

  function inputs() {
    const rows = Object.entries(detail.inputs ?? {});
    const shown = ({ value, file, omitted_bytes: omitted }) =>
      file ? fileChip(file) : omitted ? t("unkept", { size: bytes(omitted) }) : valueText(value);
    return h("section", { class: "card" }, h("h2", null, t("detail.inputs")), rows.length === 0
      ? h("p", { class: "soft" }, t("none"))
      : h("dl", { class: "facts" }, rows.map(([name, input]) => [h("dt", null, name), h("dd", null, shown(input))])));
  }

  /** What the workflow said of its run: members with names, or a text. */
  function info() {
    const { info: log } = detail;
    const rows = typeof log === "object" && log !== null ? Object.entries(log) : [];
    const content = typeof log === "string" && log ? h("p", { class: "log" }, log) : rows.length > 0
      && h("dl", { class: "facts" }, rows.map(([name, value]) => [h("dt", null, name), h("dd", null, valueText(value))]));
    return content && h("section", { class: "card" }, h("h2", null, t("detail.info")), content);
  }

  function timeline() {
    return h("section", { class: "card" }, h("h2", null, t("detail.timeline")), h("ol", { class: "timeline" },
      (detail.timeline ?? []).map(({ at, event, text }) => h("li", null, h("time", { title: fullDate(at) }, date(at)),
        event === "created" && text ? h("b", null, t("event.created.by", { key: text }))
          : h("div", null, h("b", null, eventName(event)), text && h("p", null, text))))));
  }

  function exact() {
    const text = h("pre", { class: "code", tabindex: "0", role: "group", "aria-label": t("detail.exact") });
    const element = h("details", {
      class: "card",
      ontoggle: () => { if (element.open && !text.textContent) text.textContent = stringify(detail.exact, 2); },
    }, h("summary", null, t("detail.exact")), text,
    h("div", { class: "row" },
      button(t("copy"), () => copyText(stringify(detail.exact, 2)), { icon: "copy", class: "small" })));
    return element;
  }

  // How many are before one that waits is only told to who asks.
  let asked = 0;
  const askAhead = () => {
    if (detail?.state !== "waiting" || performance.now() < asked + 3_000) return;
    asked = performance.now();
    load();
  };

  const go = (which) => () => {
    const to = neighbours(id)[which];
    if (!to) return false;
    navigate(`#/predictions/${encodeURIComponent(to)}`, { replace: true });
    return true;
  };
  const endings = [
    feed.onChange((changed) => changed.forEach(take)),
    feed.on("resume", load),
    feed.on("load", askAhead),
    bind({
      g: { text: t("keys.good"), run: marking("good") },
      b: { text: t("keys.bad"), run: marking("bad") },
      l: { text: t("keys.label"), run: editing },
      c: { text: t("keys.compare"), run: () => detail !== null && compare() },
      r: { text: t("keys.again"), run: () => navigate(`#/predictions/${encodeURIComponent(id)}/again`) },
      x: { text: t("keys.cancel"), run: canceling },
      ArrowLeft: { text: t("keys.neighbours"), keys: ["ArrowLeft", "ArrowRight"], run: go("newer") },
      ArrowRight: { run: go("older") },
      Escape: { text: t("keys.back"), run: () => navigate(leftAddress()) },
    }),
  ];
  load();
  return () => {
    isEnded = true;
    loading?.abort();
    hold.end();
    for (const end of endings) end();
  };
}

/** A value of any kind as text, a seed with all of its digits. */
function valueText(value) {
  if (value === null || value === undefined || value === "") return h("span", { class: "soft" }, t("none"));
  return typeof value === "object" ? stringify(value, 2) : String(value);
}

/** What happened, in words; a gateway may know more events than this page. */
function eventName(event) {
  const text = t(`event.${event}`);
  return text === `event.${event}` ? event : text;
}
