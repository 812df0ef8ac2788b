// The fields and results of a workflow that can be published, to be ticked and named.
import { append, fill, h, select } from "./dom.js";
import { stringify } from "./json.js";
import { t } from "./text.js";
import { nameProblem, slug } from "./workflow_text.js";

/** As what else a field of a type may be published. Loaders of other authors take files as texts or from lists. */
const others = {
  string: ["image", "mask", "video", "audio", "file"], choice: ["image", "mask", "video", "audio", "file"],
  image: ["mask"], mask: ["image"], file: ["image", "mask", "video", "audio"], float: ["int"],
};

export class Candidates {
  #inputs;
  #outputs;
  #onChange;

  element;

  /**
   * @param plan As the gateway gave it without a choice: what it proposes is ticked.
   * @param onChange Called after each change.
   */
  constructor(plan, onChange) {
    this.#onChange = onChange;
    const proposed = (entries) => new Map((entries ?? []).map(({ name, selector }) => {
      const [, place = ""] = /^[^=]*=(.*)$/s.exec(selector ?? "") ?? [];
      return [place.replace(/\[\]$/, ""), { name, isArray: place.endsWith("[]") }];
    }));
    const named = { inputs: proposed(plan.inputs), outputs: proposed(plan.outputs) };
    this.#inputs = (plan.candidates ?? []).filter(({ linked }) => !linked)
      .map((one) => this.#row(one, one.selector, named.inputs.get(one.selector)));
    this.#outputs = (plan.output_candidates ?? [])
      .map((one) => this.#row(one, one.selector, named.outputs.get(one.selector), true));
    this.#nameAll();
    this.element = h("div", { class: "stack" },
      this.#section(t("publish.inputs"), t("publish.inputsHelp"), this.#inputs, t("publish.moreInputs")),
      this.#section(t("publish.outputs"), t("publish.outputsHelp"), this.#outputs, t("publish.moreOutputs")));
  }

  /** What is ticked, as `NAME=NODE.FIELD[:TYPE]`. */
  selectors() {
    const ticked = (rows) => rows.filter((row) => row.box.checked);
    return {
      inputs: ticked(this.#inputs).map(({ name, selector, kind }) =>
        `${name.value.trim()}=${selector}${kind?.value ? `:${kind.value}` : ""}`),
      outputs: ticked(this.#outputs).map(({ name, selector, list }) =>
        `${name.value.trim()}=${selector}${list.checked ? "[]" : ""}`),
    };
  }

  /** Why the names cannot be used, in words; null if they can. Marks those that are wrong. */
  problem() {
    let found = null;
    for (const rows of [this.#inputs, this.#outputs]) {
      const seen = new Set();
      for (const { box, name } of rows) {
        const text = name.value.trim();
        let problem = null;
        if (box.checked) {
          problem = nameProblem(text) ?? (seen.has(text) ? t("publish.name.twice", { name: text }) : null);
          seen.add(text);
        }
        if (problem) name.setAttribute("aria-invalid", "true");
        else name.removeAttribute("aria-invalid");
        found ??= problem && t("publish.nameProblem", { name: text, problem });
      }
    }
    return found;
  }

  #row(candidate, selector, proposal, isOutput = false) {
    const place = [candidate.title || candidate.class || candidate.node, isOutput ? null : candidate.field].filter(Boolean)
      .join(" · ");
    const box = h("input", { type: "checkbox", checked: Boolean(proposal) });
    const name = h("input", {
      type: "text", value: proposal?.name ?? candidate.name ?? "", maxlength: 64, autocomplete: "off", spellcheck: "false",
      "aria-label": t("publish.nameOf", { place }), disabled: !proposal,
    });
    const kinds = isOutput ? [] : others[candidate.kind] ?? [];
    const kind = kinds.length > 0 && select(
      [["", t(`publish.kind.${candidate.kind}`)], ...kinds.map((one) => [one, t(`publish.kind.${one}`)])], "",
      () => this.#onChange(), { "aria-label": t("publish.kindOf", { place }), disabled: !proposal });
    const list = h("input", { type: "checkbox", checked: proposal?.isArray ?? false, disabled: !proposal });
    const row = { candidate, selector, box, name, kind, list, isOutput, isProposed: Boolean(proposal) };
    const controls = [name, kind, list].filter(Boolean);
    box.addEventListener("change", () => {
      for (const control of controls) control.disabled = !box.checked;
      if (box.checked && !name.value) name.value = this.#freeName(row);
      this.#onChange();
    });
    name.addEventListener("input", () => this.#onChange());
    list.addEventListener("change", () => this.#onChange());
    row.element = h("li", { class: "candidate" },
      h("label", { class: "check candidate-place" }, box, h("span", null,
        h("b", null, candidate.title || candidate.class || candidate.node),
        !isOutput && [" · ", candidate.field], h("span", { class: "soft" }, ` ${describe(candidate)}`))),
      name,
      isOutput ? h("label", { class: "check" }, list, h("span", null, t("publish.alwaysList")))
        : kind || h("span", { class: "soft candidate-kind" }, candidate.kind ? t(`publish.kind.${candidate.kind}`) : ""),
      !isOutput && h("code", { class: "candidate-value" }, valueText(candidate.value)));
    return row;
  }

  /** Names for all that have none yet, so that ticking one is enough. */
  #nameAll() {
    for (const row of [...this.#inputs, ...this.#outputs]) if (!row.name.value) row.name.value = this.#freeName(row);
  }

  #freeName(row) {
    const { candidate, isOutput } = row;
    const base = (isOutput ? slug(candidate.title) : slug(candidate.field)) || (isOutput ? "output" : "input");
    const beside = (isOutput ? this.#outputs : this.#inputs) ?? [];
    const taken = new Set(beside.filter((one) => one !== row).map((one) => one.name.value));
    if (!taken.has(base)) return base;
    const longer = slug(`${candidate.title || candidate.node}_${candidate.field ?? ""}`) || base;
    let name = longer;
    for (let count = 2; taken.has(name); count += 1) name = `${longer}_${count}`;
    return name;
  }

  #section(heading, help, rows, more) {
    const usual = rows.filter((row) => row.isProposed);
    const rest = rows.filter((row) => !row.isProposed);
    const filter = h("input", {
      type: "search", placeholder: t("publish.filterFields"), "aria-label": t("publish.filterFields"),
      oninput: () => {
        const words = filter.value.trim().toLowerCase();
        for (const { element, candidate } of rest) {
          element.hidden = ![candidate.title, candidate.class, candidate.field, String(candidate.value ?? "")]
            .some((text) => (text ?? "").toLowerCase().includes(words));
        }
      },
    });
    const list = (some) => h("ul", { class: "candidates" }, some.map(({ element }) => element));
    const section = h("section", { class: "card stack" }, h("h2", null, heading), h("p", { class: "soft" }, help));
    append(section, usual.length > 0 ? list(usual) : h("p", { class: "notice warn" }, t("publish.noProposal")));
    if (rest.length > 0) {
      append(section, h("details", { open: usual.length === 0 }, h("summary", null, `${more} (${rest.length})`),
        fill(h("div", { class: "stack" }), rest.length > 12 && filter, list(rest))));
    }
    return section;
  }
}

const describe = ({ title, class: name, node }) => [title && title !== name ? name : null, `#${node}`].filter(Boolean).join(" ");

function valueText(value) {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
