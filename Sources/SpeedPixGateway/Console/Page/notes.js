// What a person notes of a prediction, and what is done with it, in the wall and in its own view.
import { path, post, put } from "./api.js";
import { announce, beginIn, confirm, dialog, report, toast } from "./dialogs.js";
import { field, h } from "./dom.js";
import { t } from "./text.js";
import { isLive, title } from "./tile.js";

/** Marks one as good or bad; the same mark again takes it away. Gives the new summary, or null if it failed. */
export async function toggleMark(summary, mark) {
  const next = summary.mark === mark ? null : mark;
  try {
    const changed = await put(path`predictions/${summary.id}/notes`, { mark: next });
    announce(next ? t(`mark.${next}`) : t("mark.removed"));
    return changed;
  } catch (error) {
    report(error);
    return null;
  }
}

/** Asks for another label. Gives the new summary, or null. */
export async function editLabel(summary) {
  let changed = null;
  const input = h("input", { type: "text", value: summary.label ?? "", maxlength: 200 });
  const save = async () => {
    changed = await put(path`predictions/${summary.id}/notes`, { label: input.value.trim() || null });
  };
  const { element, closed } = dialog({
    title: t("label.title"), body: field(t("label.label"), input, { help: t("label.help") }),
    actions: [{ text: t("cancel"), run: () => {} }, { text: t("save"), class: "primary", run: save }],
  });
  beginIn(input, element);
  await closed;
  return changed;
}

/** Cancels one that is not done, if that is confirmed. Gives the new summary, or null. */
export async function cancel(summary) {
  if (!isLive(summary)) return null;
  const isSure = await confirm({
    title: t("cancelRun.title"), text: t("cancelRun.text", { name: title(summary) }), action: t("cancelRun.action"),
    dismiss: t("cancelRun.keep"), isDangerous: true,
  });
  if (!isSure) return null;
  try {
    const changed = await post(path`predictions/${summary.id}/cancel`);
    toast(t("cancelRun.done"));
    return changed;
  } catch (error) {
    report(error);
    return null;
  }
}

/** The one that another is to be compared with; it stays chosen from view to view. */
export const choice = {
  first: null,
  /** Gives the address of the comparison if this is the second one, else null. */
  add(summary) {
    if (this.first === null || this.first.id === summary.id) {
      this.first = this.first ? null : summary;
      return null;
    }
    const address = `#/compare/${encodeURIComponent(this.first.id)}/${encodeURIComponent(summary.id)}`;
    this.first = null;
    return address;
  },
};
