// Chooses a file that a prediction has given, as an input of another one.
import { get, path } from "./api.js";
import { dialog } from "./dialogs.js";
import { button, empty, fill, h, icon, isOwnAddress } from "./dom.js";
import { drawingOf, factsText, filesOf, kindOf } from "./media.js";
import { date, t } from "./text.js";
import { title } from "./tile.js";

const pageLength = 60;

/**
 * Asks for a file of a result.
 *
 * @param kind `"image"`, `"video"` or `"audio"`; null for any file.
 * Gives `{filename, mime_type, url, thumbnail}`, or null if none was chosen.
 */
export async function chooseResult(kind) {
  const abort = new AbortController();
  let chosen = null;
  let query = "";
  let through = null;
  let offset = 0;

  const search = h("input", { type: "search", "aria-label": t("form.results.search"), placeholder: t("form.results.search") });
  const list = h("ul", { class: "results-grid" });
  const note = h("div", { role: "status" });
  const more = button(t("form.results.more"), () => load().catch(fail), { class: "small" });
  more.hidden = true;
  const body = h("div", { class: "stack" }, search, list, note, h("div", { class: "row" }, more));
  const { close, closed } = dialog({ title: t(`form.results.title.${kind ?? "file"}`), body, class: "wide" });
  closed.then(() => abort.abort());

  function fail(error) {
    if (error.name === "AbortError") return;
    fill(note, h("p", { class: "notice bad" }, error.message));
  }

  /** A tile that can be pressed. */
  const choice = (address, drawing, name, facts, action) => h("li", null, h("button", {
    type: "button", class: "result-choice",
    onclick: () => Promise.resolve(action()).catch(fail),
  }, isOwnAddress(address) ? h("img", { src: address, alt: "", loading: "lazy", class: "checked" }) : icon(drawing),
  h("b", null, name), h("span", { class: "soft" }, facts)));

  let round = 0;
  async function load() {
    const mine = ++round;
    const answer = await get("predictions", { state: "succeeded", limit: pageLength, offset, through, text: query },
      { signal: abort.signal });
    if (mine !== round) return;
    through = answer.through;
    offset += answer.predictions.length;
    const fitting = answer.predictions.filter((one) => one.kind && (kind === null || one.kind === kind));
    list.append(...fitting.map((one) =>
      choice(one.thumbnail, drawingOf(one.kind), title(one), date(one.created), () => open(one))));
    more.hidden = offset >= answer.total || answer.predictions.length === 0;
    fill(note, list.childElementCount === 0 && empty(t(query ? "form.results.noMatch" : "form.results.none")));
  }

  /** Of a prediction with one fitting file that is it; of more, one is chosen. */
  async function open(summary) {
    const detail = await get(path`predictions/${summary.id}`, {}, { signal: abort.signal });
    const files = filesOf(detail)
      .filter((file) => isOwnAddress(file.url) && (kind === null || kindOf(file) === kind));
    if (files.length === 0) {
      fill(note, h("p", { class: "notice warn" }, t("form.results.gone")));
      return;
    }
    const take = (file) => {
      chosen = file;
      close();
    };
    if (files.length === 1) {
      take(files[0]);
      return;
    }
    round += 1;
    more.hidden = true;
    search.hidden = true;
    fill(note, h("p", null, t("form.results.which", { name: title(summary) })));
    fill(list, files.map((file) =>
      choice(file.thumbnail, drawingOf(kindOf(file)), file.filename, factsText(file), () => take(file))));
    list.querySelector("button")?.focus();
  }

  let timer = 0;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      query = search.value.trim();
      [through, offset] = [null, 0];
      fill(list);
      load().catch(fail);
    }, 250);
  });
  search.focus();
  load().catch(fail);
  await closed;
  clearTimeout(timer);
  return chosen;
}
