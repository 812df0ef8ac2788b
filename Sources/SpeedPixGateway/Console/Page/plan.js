// What of a workflow from ComfyUI is published: which fields are inputs, which results are outputs, and under which names.
import { get, path, post } from "./api.js";
import { append, button, field, fill, h, icon, isOwnAddress } from "./dom.js";
import { Candidates } from "./candidates.js";
import { findingList, problemText } from "./findings.js";
import { setIdle } from "./steady.js";
import { backLink } from "./table.js";
import { date, t } from "./text.js";
import { keepOutcome } from "./trial.js";
import { nameProblem } from "./workflow_text.js";

export function view(root, { path: [server, prompt] }, context) {
  const abort = new AbortController();
  const { signal } = abort;
  const route = path`servers/${server}/history/${prompt}`;
  let entry = null;
  let workflows = [];
  let candidates = null;
  // What was chosen in ComfyUI's App mode and cannot be published; only the first plan has it.
  let omitted = [];
  let timer = 0;
  let round = 0;

  const id = h("input", {
    type: "text", maxlength: 64, autocomplete: "off", spellcheck: "false", list: "published-ids", required: true,
  });
  const title = h("input", { type: "text", maxlength: 200, autocomplete: "off" });
  const alias = h("input", { type: "text", maxlength: 64, value: "main", autocomplete: "off", spellcheck: "false" });
  const trial = h("input", { type: "checkbox", checked: true });
  const partner = h("input", { type: "checkbox" });
  const partnerRow = h("label", { class: "check", hidden: true }, partner, h("span", null, t("publish.partner")));
  const idNote = h("p", { class: "help", id: "publish-id-note", role: "status" });
  const findings = h("div", { class: "stack", role: "status", "aria-label": t("publish.findings"), tabindex: "-1" });
  const problem = h("p", { class: "notice bad", role: "alert", hidden: true });
  const submit = button(t("publish.publish"), null, { class: "primary", type: "submit", icon: "right" });
  const status = h("span", { class: "soft", role: "status" });
  const chosen = h("div", { class: "stack" });

  const head = h("div", { class: "head" },
    backLink(`#/publish/${encodeURIComponent(server)}`, t("publish.back")), h("h1", null, t("publish.planTitle")));
  const body = h("div");
  fill(root, head, body);
  fill(body, h("p", { class: "soft" }, t("loading")));

  // MARK: The plan

  // What was found last may be wrong by now, and the gateway looks once more: only errors keep the button from working.
  let isAllowed = false;
  let isBusy = false;
  function allow(isFine) {
    isAllowed = isFine;
    setIdle(submit, !isFine);
  }

  /** What the gateway is asked for, and told to publish. */
  const request = () => ({
    id: id.value.trim(), title: title.value.trim() || undefined, ...candidates.selectors(), partner_nodes: partner.checked,
  });

  /** What can be seen without the gateway. */
  function ownProblem() {
    const mark = (control, isWrong) => {
      if (isWrong) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    };
    const isBuiltIn = workflows.some((one) => one.id === id.value.trim() && one.kind === "local");
    const inName = nameProblem(id.value.trim()) ?? (isBuiltIn ? t("publish.idBuiltIn") : null);
    mark(id, inName);
    const name = alias.value.trim();
    const inAlias = name ? nameProblem(name) ?? (/^v\d+$/.test(name) ? t("publish.aliasIsVersion") : null) : null;
    mark(alias, inAlias);
    return [
      inName && t("publish.idProblem", { problem: inName }), inAlias && t("publish.aliasProblem", { problem: inAlias }),
      candidates.problem(), candidates.selectors().outputs.length === 0 && t("publish.noOutput"),
    ].filter(Boolean).map((message) => ({ severity: "error", message }));
  }

  function show(some) {
    fill(findings, findingList(some)
      ?? h("p", { class: "notice good row" }, icon("succeeded"), h("span", { class: "grow" }, t("publish.fine"))));
    if (some.some(({ code }) => code === "partner_node")) partnerRow.hidden = false;
    const count = some.filter(({ severity }) => severity === "error").length;
    allow(count === 0);
    status.textContent = count ? t("publish.blocked", { count }) : "";
    showIDNote();
  }

  function showIDNote() {
    const known = workflows.find((one) => one.id === id.value.trim() && one.kind !== "local");
    idNote.textContent = known
      ? t("publish.nextVersion", { name: known.title || known.id, version: known.versions?.at(-1) ?? known.version })
      : t("publish.newID");
  }

  function change() {
    clearTimeout(timer);
    timer = setTimeout(check, 350);
  }

  async function check() {
    const own = ownProblem();
    const mine = ++round;
    if (own.length) {
      show(own);
      return;
    }
    try {
      const plan = await post(`${route}/plan`, request(), { signal });
      if (mine === round) show([...plan.findings ?? [], ...omitted]);
    } catch (error) {
      if (error.name === "AbortError" || mine !== round) return;
      show(error.details?.findings ?? [{ severity: "error", message: problemText(error) }]);
    }
  }

  // MARK: Publishing

  async function publish() {
    clearTimeout(timer);
    const own = ownProblem();
    if (own.length) {
      show(own);
      return;
    }
    problem.hidden = true;
    isBusy = true;
    allow(false);
    status.textContent = t("publish.publishing");
    try {
      const name = alias.value.trim();
      const wanted = { ...request(), alias: name || undefined, try: trial.checked };
      const published = await post(`${route}/publish`, wanted, { signal });
      const place = [published.id ?? id.value.trim(), published.version, published.trial ?? "none"].map(encodeURIComponent);
      keepOutcome(published, { entry, isTried: trial.checked });
      const values = name ? `?${new URLSearchParams({ alias: name })}` : "";
      context.navigate(`#/publish/${place.join("/")}${values}`, { replace: true });
    } catch (error) {
      if (error.name === "AbortError") return;
      status.textContent = "";
      allow(true);
      if (error.details?.findings) {
        show(error.details.findings);
        return;
      }
      problem.textContent = problemText(error);
      problem.hidden = false;
    } finally {
      isBusy = false;
    }
  }

  // MARK: The form

  function picture() {
    const one = (entry.pictures ?? []).find(({ mime_type: type }) => !type || type.startsWith("image/"));
    const address = one?.url ?? one?.thumbnail;
    if (!isOwnAddress(address)) return null;
    return h("figure", { class: "figure" },
      h("div", { class: "figure-shot" }, h("img", { src: address, alt: t("publish.picture") })),
      h("figcaption", { class: "soft" }, [date(entry.started), (entry.texts ?? [])[0]].filter(Boolean).join(" · ")));
  }

  function draw() {
    id.setAttribute("aria-describedby", idNote.id);
    const form = h("form", {
      class: "stack", novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        if (isAllowed) publish();
        else if (!isBusy) findings.focus();
      },
    }, h("div", { class: "card plan-names" },
      append(field(t("publish.id"), id), idNote), field(t("publish.name"), title, { help: t("publish.nameHelp") }),
      field(t("publish.alias"), alias, { help: t("publish.aliasHelp") }),
      h("datalist", { id: "published-ids" },
        workflows.filter(({ kind }) => kind !== "local").map((one) => h("option", { value: one.id })))),
    chosen, findings, partnerRow,
    h("label", { class: "check" }, trial, h("span", null, t("publish.try"))), problem,
    h("div", { class: "row run-row" }, submit, status));
    for (const control of [id, alias, title]) control.addEventListener("input", change);
    partner.addEventListener("change", change);
    fill(chosen, candidates.element);
    fill(body, h("div", { class: "columns plan" }, form, h("div", { class: "stack" }, picture())));
  }

  async function load() {
    try {
      const [history, known] = await Promise.all([
        get(path`servers/${server}/history`, {}, { signal }), get("workflows", {}, { signal }),
      ]);
      ({ workflows } = known);
      entry = history.entries.find((one) => one.prompt_id === prompt) ?? null;
      if (!entry) throw new Error(t("publish.entryGone"));
      const plan = await post(`${route}/plan`, {}, { signal });
      // What was published before gets its next version.
      id.value = entry.published?.[0] ?? plan.proposed_id ?? "";
      omitted = (plan.omitted ?? []).map((message) => ({ severity: "warning", message }));
      candidates = new Candidates(plan, change);
      draw();
      allow(false);
      await check();
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(body, error.details?.findings ? findingList(error.details.findings)
        : h("p", { class: "notice bad" }, problemText(error)), button(t("retry"), load, { icon: "again" }));
    }
  }

  load();
  return () => {
    abort.abort();
    clearTimeout(timer);
  };
}
