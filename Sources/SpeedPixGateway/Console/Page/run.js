// One run: each of its predictions, and a form for those in doubt.
import { get, path, post } from "./api.js";
import { copyText, report, toast } from "./dialogs.js";
import { append, button, fill, h, icon, select } from "./dom.js";
import { stringify } from "./json.js";
import { countBadges, runState, runTitle } from "./run_text.js";
import { date, fullDate, t } from "./text.js";

/** As many rows are drawn at once; a run may have thousands. */
const pageLength = 200;

export function view(root, { path: [id] }, { feed }) {
  const abort = new AbortController();
  const { signal } = abort;
  let run = null;
  let shown = pageLength;
  let filter = "";

  const top = h("div");
  const doubts = h("div");
  const list = h("div", { class: "stack" });
  fill(root, top, h("div", { class: "stack wide-gaps" }, doubts, list));
  fill(top, h("h1", null, t("loading")));

  const isDoubtful = (prediction) => prediction.in_doubt === true || prediction.state === "in_doubt" || prediction.state === "intended";

  function drawTop() {
    document.title = `${t("runs.title", { id })} · SpeedPix`;
    const command = `speedpix runs resume ${run.id}`;
    fill(top, h("div", { class: "head" },
      h("a", { class: "button quiet square", href: "#/runs", title: t("runs.back"), "aria-label": t("runs.back") }, icon("left")),
      h("h1", { tabindex: "-1" }, t("runs.title", { id }), ": ", runTitle(run)), runState(run)),
    h("div", { class: "card stack" }, h("p", { class: "row" }, countBadges(run)), h("dl", { class: "facts" },
      [["script", run.script], ["folder", run.folder], ["rows", run.rows], ["endpoint", run.endpoint], ["seed", run.seed],
        ["attempts", run.attempts], ["began", run.began && h("time", { title: fullDate(run.began) }, date(run.began))],
        ["ended", run.ended && h("time", { title: fullDate(run.ended) }, date(run.ended))]]
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => [h("dt", null, t(`runs.fact.${name}`)), h("dd", null, typeof value === "object" ? value : String(value))])),
    run.state === "unfinished" && h("p", { class: "row" }, h("span", null, t("runs.goOn")), h("code", null, command),
      button(t("copy"), () => copyText(command), { icon: "copy", iconOnly: true, class: "small quiet" }))));
  }

  function drawDoubts() {
    const some = run.predictions.filter(isDoubtful);
    fill(doubts, some.length > 0 && h("section", { class: "card stack doubts" }, h("h2", null, t("runs.doubts", { count: some.length })),
      h("p", null, t("runs.doubtsText")), h("ul", { class: "stack" }, some.map((one) => h("li", null, doubtForm(one))))));
  }

  function doubtForm(prediction) {
    const group = `doubt-${prediction.run ?? run.id}-${prediction.number ?? prediction.position}`;
    const name = [prediction.row_key, prediction.position ?? prediction.number, prediction.workflow, prediction.label].filter(Boolean).join(" · ");
    const known = h("input", { type: "text", autocomplete: "off", spellcheck: "false", "aria-label": t("runs.settle.id"), placeholder: t("runs.settle.id") });
    const choice = (outcome) => h("input", { type: "radio", name: group, value: outcome });
    const radios = ["created", "not_created", "again"].map(choice);
    known.addEventListener("input", () => { radios[0].checked = true; });
    const problem = h("p", { class: "notice bad", role: "alert", hidden: true });
    const submit = button(t("runs.settle"), null, { class: "primary", type: "submit" });
    const fail = (text) => {
      problem.textContent = text;
      problem.hidden = false;
    };
    return h("form", {
      class: "stack doubt", novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        problem.hidden = true;
        const outcome = radios.find((radio) => radio.checked)?.value;
        if (!outcome) {
          fail(t("runs.settle.choose"));
          return;
        }
        if (outcome === "created" && !/^[\x21-\x7e\u0080-\uffff]+$/.test(known.value.trim())) {
          fail(t("runs.settle.noID"));
          known.focus();
          return;
        }
        submit.disabled = true;
        try {
          await post(path`runs/${run.id}/settle`, {
            prediction: prediction.position ?? String(prediction.number), run: prediction.run, outcome,
            ...(outcome === "created" ? { id: known.value.trim() } : {}),
          }, { signal });
          toast(t("runs.settled"));
          await load();
        } catch (error) {
          if (error.name !== "AbortError") fail(error.message);
        } finally {
          submit.disabled = false;
        }
      },
    }, h("fieldset", { class: "stack" }, h("legend", { class: "legend" }, name),
      h("p", { class: "soft" }, [prediction.at && date(prediction.at), prediction.problem].filter(Boolean).join(" · ")),
      prediction.input && Object.keys(prediction.input).length > 0 && inputText(prediction.input),
      h("label", { class: "check" }, radios[0], h("span", null, t("runs.settle.created"))), h("div", { class: "indented" }, known),
      h("label", { class: "check" }, radios[1], h("span", null, t("runs.settle.not_created"))),
      h("label", { class: "check" }, radios[2], h("span", null, t("runs.settle.again")))),
    problem, h("div", { class: "row" }, submit));
  }

  const inputText = (input) => h("p", { class: "soft" }, Object.entries(input).map(([name, value]) => {
    const text = typeof value === "string" ? value : stringify(value);
    return `${name} = ${text.length > 80 ? `${text.slice(0, 79)}…` : text}`;
  }).join(", "));

  const groups = {
    "": () => true, failed: ({ state }) => state === "failed", reused: ({ reused }) => reused, unsaved: (one) => one.unsaved_files > 0,
    unended: ({ state }) => state === "created",
  };

  function drawList() {
    const some = run.predictions.filter(groups[filter]);
    const names = Object.keys(groups).filter((name) => name === "" || name === filter || run.predictions.some(groups[name]));
    const chooser = select(names.map((name) => [name, t(`runs.filter.${name || "all"}`)]), filter, (name) => {
      filter = name;
      shown = pageLength;
      drawList();
      list.querySelector("select")?.focus();
    }, { "aria-label": t("runs.filter") });
    fill(list, h("div", { class: "row" }, h("h2", { class: "grow" }, t("runs.predictions")), names.length > 1 && chooser),
      some.length === 0 ? h("p", { class: "soft" }, t("runs.noPredictions"))
        : h("div", { class: "table", tabindex: "0", role: "region", "aria-label": t("runs.predictions") }, h("table", null,
          h("thead", null, h("tr", null, ["position", "workflow", "state", "prediction", "saved"].map((name) =>
            h("th", { scope: "col" }, t(`runs.column.${name}`))))),
          h("tbody", null, some.slice(0, shown).map(row)))),
      some.length > shown && h("div", { class: "row" }, button(t("runs.more"), () => {
        shown += pageLength;
        drawList();
      })));
  }

  function row(one) {
    const state = isDoubtful(one) ? "in_doubt" : one.state;
    const known = ["succeeded", "failed", "canceled", "stopped", "abandoned", "created", "in_doubt"].includes(state) ? state : "created";
    const drawing = { succeeded: "succeeded", failed: "failed", canceled: "canceled", stopped: "canceled", abandoned: "canceled", in_doubt: "failed" }[known] ?? "waiting";
    const reason = one.error ?? one.problem;
    return h("tr", null,
      h("th", { scope: "row" }, [one.row_key, one.position ?? one.number].filter((part) => part !== null && part !== undefined).join(" · ")),
      h("td", null, h("a", { href: `#/workflows/${encodeURIComponent(one.workflow)}` }, one.workflow),
        one.label && h("p", { class: "soft" }, one.label)),
      h("td", null, h("span", { class: "row" }, h("span", { class: "state", data: { state: drawing } }, icon(drawing), h("span", null, t(`runs.create.${known}`))),
        one.reused && h("span", { class: "badge" }, t("runs.reused")),
        one.unsaved_files > 0 && h("span", { class: "badge warn" }, t("runs.unsavedFiles", { count: one.unsaved_files }))),
      reason && !isDoubtful(one) && h("p", { class: "soft" }, reason)),
      h("td", null, one.id ? h("a", { href: `#/predictions/${encodeURIComponent(one.id)}` }, h("code", null, one.id)) : ""),
      h("td", null, (one.saved ?? []).map((way) => h("p", null, way))));
  }

  async function load() {
    try {
      const answer = await get(path`runs/${id}`, {}, { signal });
      run = { ...answer, predictions: answer.predictions ?? [] };
      drawTop();
      drawDoubts();
      drawList();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (run) {
        report(error);
        return;
      }
      fill(top, h("p", null, h("a", { href: "#/runs" }, t("runs.back"))), h("h1", null, t("runs.missing")));
      append(top, h("p", { class: "notice bad" }, error.message), button(t("retry"), load, { icon: "again" }));
    }
  }

  const endings = [feed.on("resume", load)];
  load();
  return () => {
    abort.abort();
    for (const end of endings) end();
  };
}
