// Values of a workflow's inputs that somebody wants again; this browser keeps them.
import { announce, beginIn, confirm, dialog } from "./dialogs.js";
import { button, field, fill, h, select } from "./dom.js";
import { parse, stringify } from "./json.js";
import { store, stored } from "./storage.js";
import { t } from "./text.js";

const place = (workflow) => `presets.${workflow}`;

/** The presets of a workflow: `{NAME: {INPUT: value}}`. */
function presets(workflow) {
  try {
    const kept = parse(stored(place(workflow)) ?? "{}");
    return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
  } catch {
    return {};
  }
}

function keep(workflow, all) {
  store(place(workflow), Object.keys(all).length ? stringify(all) : null);
}

/** All presets of a workflow but one, as pairs, since a name may be any word. */
const others = (workflow, name) => Object.entries(presets(workflow)).filter(([key]) => key !== name);

/**
 * A line to choose, save and remove presets with.
 *
 * @param values Gives the values that are in the form, without files.
 * @param show Shows values in the form.
 */
export function presetBar(workflow, values, show) {
  const element = h("div", { class: "row presets" });
  let chosen = "";
  const label = h("label", { class: "row" }, h("span", null, t("form.preset")));

  function draw() {
    const all = presets(workflow);
    const names = Object.keys(all).sort((left, right) => left.localeCompare(right));
    if (!names.includes(chosen)) chosen = "";
    const choice = select([["", t("form.preset.none")], ...names.map((name) => [name, name])], chosen, (name) => {
      chosen = name;
      show(name ? presets(workflow)[name] ?? {} : {});
      announce(name ? t("form.preset.loaded", { name }) : t("form.preset.reset"));
      draw();
      element.querySelector("select")?.focus();
    });
    fill(label, h("span", null, t("form.preset")), choice);
    fill(element, names.length > 0 && label,
      button(t("form.preset.save"), save, { class: "small quiet", icon: "plus" }),
      chosen && button(t("form.preset.remove"), remove, { class: "small quiet", icon: "close" }));
  }

  async function save() {
    const input = h("input", { type: "text", value: chosen, maxlength: 60, required: true });
    const { element: box, closed } = dialog({
      title: t("form.preset.title"), body: field(t("form.preset.name"), input, { help: t("form.preset.help") }),
      actions: [{ text: t("cancel"), run: () => {} }, {
        text: t("save"), class: "primary",
        run: () => {
          const name = input.value.trim();
          if (!name) throw new Error(t("form.preset.nameless"));
          keep(workflow, Object.fromEntries([...others(workflow, name), [name, values()]]));
          chosen = name;
        },
      }],
    });
    beginIn(input, box);
    await closed;
    draw();
    element.querySelector(".button")?.focus();
  }

  async function remove() {
    const name = chosen;
    const isSure = await confirm({
      title: t("form.preset.removeTitle"), text: t("form.preset.removeText", { name }), action: t("form.preset.remove"),
      isDangerous: true,
    });
    if (!isSure) return;
    keep(workflow, Object.fromEntries(others(workflow, name)));
    chosen = "";
    draw();
    element.querySelector(".button")?.focus();
  }

  draw();
  return element;
}
