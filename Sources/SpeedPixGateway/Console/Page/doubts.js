// A form for a prediction of which it is unknown whether the service has made it.
import { path, post } from "./api.js";
import { toast } from "./dialogs.js";
import { button, h } from "./dom.js";
import { stringify } from "./json.js";
import { placeOf } from "./run_text.js";
import { setIdle } from "./steady.js";
import { date, t } from "./text.js";

const longestValue = 80;
let forms = 0;

/**
 * A form that says what became of it.
 *
 * @param run The number of the run that is shown; of a row of a batch, the prediction has that of its own.
 * @param done Called when it is settled.
 */
export function doubtForm(prediction, run, { signal, done }) {
  const group = `doubt-${++forms}`;
  const known = h("input", {
    type: "text", autocomplete: "off", spellcheck: "false", "aria-label": t("runs.settle.id"), placeholder: t("runs.settle.id"),
  });
  const radios = ["created", "not_created", "again"].map((outcome) => h("input", { type: "radio", name: group, value: outcome }));
  const [created, notCreated, again] = radios;
  known.addEventListener("input", () => { created.checked = true; });
  const problem = h("p", { class: "notice bad", role: "alert", hidden: true });
  const submit = button(t("runs.settle"), null, { class: "primary", type: "submit" });

  function fail(text) {
    problem.textContent = text;
    problem.hidden = false;
  }

  let isBusy = false;
  async function settle() {
    if (isBusy) return;
    problem.hidden = true;
    const outcome = radios.find((radio) => radio.checked)?.value;
    const id = known.value.trim();
    if (!outcome) {
      fail(t("runs.settle.choose"));
      return;
    }
    if (outcome === "created" && (!id || /\s/.test(id))) {
      fail(t("runs.settle.noID"));
      known.focus();
      return;
    }
    isBusy = true;
    setIdle(submit, true);
    try {
      await post(path`runs/${prediction.run ?? run}/settle`, {
        prediction: prediction.position ?? String(prediction.number), outcome, ...(outcome === "created" ? { id } : {}),
      }, { signal });
      toast(t("runs.settled"));
      await done();
    } catch (error) {
      if (error.name !== "AbortError") fail(error.message);
    } finally {
      isBusy = false;
      setIdle(submit, false);
    }
  }

  const choice = (radio) => h("label", { class: "check" }, radio, h("span", null, t(`runs.settle.${radio.value}`)));
  const name = [placeOf(prediction), prediction.workflow, prediction.label].filter(Boolean).join(" · ");
  return h("form", {
    class: "stack doubt", novalidate: true,
    onsubmit: (event) => {
      event.preventDefault();
      settle();
    },
  }, h("fieldset", { class: "stack" }, h("legend", { class: "legend" }, name),
    h("p", { class: "soft" }, [prediction.began && date(prediction.began), prediction.problem].filter(Boolean).join(" · ")),
    h("p", { class: "soft" }, inputText(prediction.input ?? {})),
    choice(created), h("div", { class: "indented" }, known), choice(notCreated), choice(again)),
  problem, h("div", { class: "row" }, submit));
}

const inputText = (input) => Object.entries(input).map(([name, value]) => {
  const text = typeof value === "string" ? value : stringify(value);
  return `${name} = ${text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text}`;
}).join(", ");
