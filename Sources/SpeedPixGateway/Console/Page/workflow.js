// One workflow: to run it, its versions, and what programs need to know of it.
import { get, path } from "./api.js";
import { failure } from "./dialogs.js";
import { append, button, field, fill, h, select } from "./dom.js";
import { createPredictions, uploadStatus } from "./create.js";
import { isSeed } from "./controls.js";
import { inputForm } from "./form.js";
import { holdNote } from "./hold.js";
import { stringify } from "./json.js";
import { bind } from "./keys.js";
import { setIdle, steady } from "./steady.js";
import { Strip } from "./strip.js";
import { backLink } from "./table.js";
import { t } from "./text.js";
import { codePart, openAPIPart } from "./usage.js";
import { versionsPart } from "./versions.js";
import { kindText, nameOf } from "./workflow_text.js";

const tabs = ["run", "versions", "code", "openapi"];

export function view(root, { path: [id], query }, context) {
  const { feed } = context;
  const abort = new AbortController();
  let workflow = null;
  let shown = { tab: null, version: null };
  let endPart = null;

  const top = h("div");
  const bar = h("nav", { class: "tabs", "aria-label": t("workflows.parts") });
  const frame = h("div", null, top, bar);
  const holder = h("div");
  fill(root, frame, holder);
  fill(top, h("h1", null, t("loading")));

  const address = (tab, version) => {
    const values = new URLSearchParams({ ...(tab === "run" ? {} : { tab }), ...(version ? { version } : {}) });
    return `#/workflows/${encodeURIComponent(id)}${values.size ? `?${values}` : ""}`;
  };

  /** What a version takes. */
  function versionOf(name) {
    const one = workflow.history?.find(({ version }) => version === name);
    return one ? { ...workflow, ...one, versions: workflow.versions, aliases: workflow.aliases } : workflow;
  }

  function drawTop() {
    document.title = `${nameOf(workflow)} · SpeedPix`;
    fill(top, h("div", { class: "head" },
      backLink("#/workflows", t("workflows.back")),
      h("h1", { tabindex: "-1" }, nameOf(workflow)), h("code", null, id), h("span", { class: "badge" }, kindText(workflow))),
    workflow.summary && workflow.summary !== workflow.title && h("p", { class: "soft workflow-summary" }, workflow.summary));
    fill(bar, tabs.map((tab) => h("a", {
      href: address(tab, shown.version), "aria-current": tab === shown.tab ? "page" : null,
    }, t(`workflows.tab.${tab}`))));
  }

  function show({ tab, version }) {
    const next = { tab: tabs.includes(tab) ? tab : "run", version: version ?? null };
    if (next.tab === shown.tab && next.version === shown.version) return;
    shown = next;
    steady(frame, drawTop);
    drawPart();
  }

  function drawPart() {
    endPart?.();
    const part = { run: runPart, versions: versionsPart, code: codePart, openapi: openAPIPart }[shown.tab];
    endPart = part(fill(holder), {
      workflow, version: shown.version, versionOf, signal: abort.signal, context, reload: load,
      choose: (name) => context.navigate(address(shown.tab, name), { replace: true }),
    }) ?? null;
  }

  async function load() {
    try {
      workflow = await get(path`workflows/${id}`, {}, { signal: abort.signal });
      if (shown.tab === null) {
        show(query);
        return;
      }
      steady(frame, drawTop);
      // What somebody has typed stays.
      if (shown.tab === "versions") drawPart();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (workflow && error.status !== 404) {
        context.report(error);
        return;
      }
      endPart?.();
      endPart = null;
      fill(holder, failure(error.message, load));
      steady(frame, () => {
        fill(bar);
        fill(top, h("p", null, h("a", { href: "#/workflows" }, t("workflows.back"))),
          h("h1", { tabindex: "-1" }, t("workflows.missing")));
      });
    }
  }

  const endings = [feed.on("workflows", load), feed.on("resume", load)];
  load();
  return {
    update: (parameters) => {
      query = parameters.query;
      if (workflow) show(query);
    },
    end() {
      abort.abort();
      endPart?.();
      for (const end of endings) end();
    },
  };
}

/** The form, and beside it what the workflow gave lately. */
function runPart(holder, { workflow, version, versionOf, signal, context, choose }) {
  const used = version ? versionOf(version) : workflow;
  const form = inputForm(used, {}, context);
  const label = h("input", { type: "text", maxlength: 200, autocomplete: "off" });
  const problem = h("p", { class: "notice bad", role: "alert", hidden: true });
  const note = h("p", { class: "notice", role: "status", hidden: true });
  const status = h("p", { class: "soft", role: "status" });
  const strip = new Strip(context, { workflow: workflow.id });
  const hold = holdNote(context.feed);
  hold.setWanted(used.kind === "comfyui");
  const seeds = (used.inputs ?? []).filter(isSeed);
  // Of a workflow from ComfyUI there may be seeds that are no inputs.
  const hidesSeeds = seeds.length === 0 && used.kind === "comfyui" && used.has_seeds !== false;
  const hidden = hidesSeeds && h("input", { type: "checkbox", checked: true });
  const hasChance = seeds.length > 0 || hidden;
  let last = null;

  const run = button(t("workflows.run"), null, { class: "primary", type: "submit", icon: "right" });
  const four = hasChance && button(t("detail.four"), () => create(4), { icon: "plus" });
  const buttons = [run, four].filter(Boolean);

  let isBusy = false;
  async function create(count) {
    if (isBusy) return;
    isBusy = true;
    problem.hidden = note.hidden = true;
    for (const one of buttons) setIdle(one, true);
    try {
      noteSame(form.read(), count);
      const { ids } = await createPredictions({
        workflow: workflow.id, version: used.version, form, count, randomise: count > 1 || Boolean(hidden && hidden.checked),
        label: label.value.trim(), signal,
        progress: uploadStatus(status),
      });
      strip.load();
      tell(t("created", { count: ids.length }));
    } catch (error) {
      if (error.name === "AbortError" || form.showProblem(error)) return;
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      isBusy = false;
      for (const one of buttons) setIdle(one, false);
      status.textContent = "";
    }
  }

  /** Where the results are below all that is to be seen, there is a way to them. */
  function tell(text) {
    const { top } = strip.element.getBoundingClientRect();
    if (top > 0 && top < window.innerHeight - 80) {
      context.announce(text);
      return;
    }
    // By then somebody may be elsewhere.
    const show = () => strip.element.isConnected ? strip.element.scrollIntoView({ block: "start" })
      : context.navigate(`#/predictions?${new URLSearchParams({ workflow: workflow.id })}`);
    context.toast(text, { action: { text: t("created.show"), run: show } });
  }

  /** Says that nothing new will come of it, where everything is as it was. */
  function noteSame({ inputs, files }, count) {
    const key = Object.keys(files).length ? null : stringify(inputs);
    if (count === 1 && key !== null && key === last && !(hidden && hidden.checked)) {
      note.textContent = t(seeds.length ? "workflows.sameSeed" : "workflows.same");
      note.hidden = false;
    }
    last = count === 1 ? key : null;
  }

  const offered = workflow.versions ?? [];
  const chooser = offered.length > 1 && field(t("again.version"), select(
    [["", t("workflows.usualVersion", { version: workflow.version })], ...offered.toReversed().map((name) => [name, name])],
    version ?? "", (name) => choose(name || null)));
  const element = h("form", {
    class: "stack", novalidate: true,
    onsubmit: (event) => {
      event.preventDefault();
      create(1);
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      element.requestSubmit(run);
    },
  }, chooser, h("div", { class: "card stack" }, form.element),
  h("div", { class: "card stack" }, hidden && h("label", { class: "check" }, hidden, h("span", null, t("workflows.newSeeds"))),
    field(t("label.label"), label, { help: t("label.help") })),
  hold.element, problem, note, h("div", { class: "row run-row" }, run, four, status));
  const all = h("a", { href: `#/predictions?${new URLSearchParams({ workflow: workflow.id })}` }, t("workflows.all"));
  append(holder, h("div", { class: "columns workflow-run" }, element, h("section", {
    class: "stack", "aria-label": t("workflows.latest"),
  }, h("div", { class: "row" }, h("h2", { class: "grow" }, t("workflows.latest")), all), strip.element)));
  const unbind = bind({
    // The form itself takes it, since it is pressed within its fields.
    "Ctrl+Enter": { text: t("workflows.run"), run: () => false },
    Escape: { text: t("keys.back"), run: () => context.navigate("#/workflows") },
  });
  return () => {
    strip.end();
    hold.end();
    form.end();
    unbind();
  };
}
