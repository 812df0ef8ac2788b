// A form for a new prediction that begins with another one: with its inputs, or with one of its results as an input.
import { get, path } from "./api.js";
import { createPredictions, missingInputs, uploadStatus } from "./create.js";
import { report, toast } from "./dialogs.js";
import { button, field, fill, h, select } from "./dom.js";
import { fileChip } from "./media.js";
import { backLink } from "./table.js";
import { t } from "./text.js";
import { title } from "./tile.js";

const fileTypes = new Set(["file", "image", "mask", "video", "audio"]);

/** What a version of a workflow takes; of the newest one if that version is not offered any more. */
function versionOf(workflow, name) {
  const version = workflow.history?.find((one) => one.version === name) ?? workflow;
  return { ...workflow, inputs: version.inputs ?? workflow.inputs, version: version.version ?? workflow.version };
}

export function view(root, { path: [again], query }, context) {
  const abort = new AbortController();
  const from = again ?? query.from;
  fill(root, h("h1", null, t("loading")));
  const begin = () => (again ? showAgain() : showUse()).catch((error) => {
    if (error.name === "AbortError") return;
    const address = from ? `#/predictions/${encodeURIComponent(from)}` : "#/predictions";
    fill(root, h("div", { class: "stack" }, h("h1", null, t(again ? "again.title" : "use.title")),
      h("p", { class: "notice bad", role: "alert" }, error.message), h("div", { class: "row" },
        button(t("retry"), begin, { icon: "again" }), h("a", { class: "button", href: address }, t("again.back")))));
  });
  begin();
  return () => abort.abort();

  function show(...content) {
    fill(root, content);
    context.focusHeading();
  }

  function head(text, detail) {
    return h("div", { class: "head" },
      backLink(`#/predictions/${encodeURIComponent(from)}`, t("again.back")),
      h("h1", { tabindex: "-1" }, text), h("span", { class: "soft" }, title(detail)));
  }

  async function showAgain() {
    const detail = await get(path`predictions/${from}`, {}, { signal: abort.signal });
    const workflow = await get(path`workflows/${detail.workflow}`, {}, { signal: abort.signal });
    const offered = workflow.versions ?? [workflow.version];
    let version = offered.includes(detail.version) ? detail.version : workflow.version;
    const holder = h("div", { class: "stack" });
    const choose = offered.length > 1 && field(t("again.version"), select(
      offered.toReversed().map((name) => [name, name]), version, async (name) => {
        version = name;
        await showForm(holder, versionOf(workflow, version), detail.inputs, detail.label);
      }));
    const isGone = !offered.includes(detail.version);
    const missing = missingInputs(detail.inputs);
    for (const name of missing) delete detail.inputs[name];
    show(head(t("again.title"), detail), h("div", { class: "again stack" },
      missing.length > 0 && h("p", { class: "notice warn" }, t("again.missing", { names: missing.join(", ") })),
      isGone && h("p", { class: "notice warn" }, t("again.gone", { version: detail.version })), choose, holder));
    await showForm(holder, versionOf(workflow, version), detail.inputs, detail.label);
  }

  async function showUse() {
    const [detail, { workflows }] = await Promise.all([
      get(path`predictions/${from}`, {}, { signal: abort.signal }), get("workflows", {}, { signal: abort.signal }),
    ]);
    const file = detail.outputs.find(({ name }) => name === query.output)?.files?.[Number(query.index) || 0];
    if (!file) throw new Error(t("use.noFile"));
    // Those that somebody has published are wanted more often than those that come with the gateway.
    const offered = workflows.toSorted((one, other) => (one.kind === "local") - (other.kind === "local"));
    const targets = offered.flatMap((workflow) => workflow.inputs.filter((input) => fileTypes.has(input.type))
      .map((input) => ({ key: `${workflow.id} ${input.name}`, workflow, input })));
    if (!targets.length) throw new Error(t("use.noWorkflow"));
    const holder = h("div", { class: "stack" });
    const choosing = async (key) => {
      const target = targets.find((one) => one.key === key) ?? targets[0];
      const workflow = await get(path`workflows/${target.workflow.id}`, {}, { signal: abort.signal });
      await showForm(holder, workflow, { [target.input.name]: { file } }, detail.label);
    };
    const names = targets.map(({ key, workflow, input }) => [key, `${workflow.title || workflow.id} · ${input.name}`]);
    const choose = select(names, targets[0].key, (key) => choosing(key).catch(report));
    show(head(t("use.title"), detail),
      h("div", { class: "again stack" }, fileChip(file), field(t("use.target"), choose), holder));
    await choosing(targets[0].key);
  }

  async function showForm(holder, workflow, values, label) {
    const { inputForm } = await import("./form.js");
    if (abort.signal.aborted) return;
    const form = inputForm(workflow, values, context);
    const count = h("input", {
      type: "number", min: 1, max: 16, value: 1, step: 1, inputmode: "numeric", required: true,
    });
    const seeds = h("input", { type: "checkbox" });
    const name = h("input", { type: "text", value: label ?? "", maxlength: 200 });
    // Several of the same would be the same picture several times.
    count.addEventListener("input", () => { if (Number(count.value) > 1) seeds.checked = true; });
    const problem = h("p", { class: "notice bad", role: "alert", hidden: true });
    const status = h("p", { class: "soft", role: "status" });
    const submit = button(t("again.create"), null, { class: "primary", type: "submit", icon: "right" });
    fill(holder, h("form", {
      class: "stack", novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        problem.hidden = true;
        submit.disabled = true;
        try {
          const order = { count: Number(count.value), randomise: seeds.checked, label: name.value.trim() };
          await create(workflow, form, order, status);
        } catch (error) {
          if (error.name === "AbortError") return;
          problem.textContent = error.message;
          problem.hidden = false;
        } finally {
          submit.disabled = false;
          status.textContent = "";
        }
      },
    }, h("div", { class: "card stack" }, form.element),
    h("div", { class: "card again-foot" }, field(t("again.count"), count), field(t("label.label"), name),
      h("label", { class: "check" }, seeds, h("span", null, t("again.seeds")))),
    problem, h("div", { class: "row" }, submit, status)));
  }

  async function create(workflow, form, { count, randomise, label }, status) {
    if (!Number.isInteger(count) || count < 1 || count > 16) throw new Error(t("again.badCount"));
    const { ids } = await createPredictions({
      workflow: workflow.id, version: workflow.version, form, count, randomise, label, signal: abort.signal,
      progress: uploadStatus(status),
    });
    if (abort.signal.aborted) return;
    toast(t("created", { count: ids.length }));
    context.navigate(ids.length === 1 ? `#/predictions/${encodeURIComponent(ids[0])}` : "#/predictions");
  }
}
