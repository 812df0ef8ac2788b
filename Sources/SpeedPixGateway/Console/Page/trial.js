// The first run of a version that was just published, with its own values, as it happens.
import { get, path, put } from "./api.js";
import { copyText, report } from "./dialogs.js";
import { button, fill, h, isOwnAddress } from "./dom.js";
import { stringify } from "./json.js";
import { figure, filesOf } from "./media.js";
import { backLink } from "./table.js";
import { duration, t } from "./text.js";
import { isLive, progressBar, progressText, stateLabel } from "./tile.js";

/** What is known of publications that were made here: by id and version. */
const outcomes = new Map();
const outcomeKey = (id, version) => JSON.stringify([id, version]);

/** Keeps what came of publishing a version, for its view. */
export const keepOutcome = (published, known) =>
  outcomes.set(outcomeKey(published.id, published.version), { ...known, published });

/** A run that takes so much less than the one before it has hardly run. */
const cachedShare = 0.1;
/** The gateway moves the alias when the trial has ended; so soon after it, the page asks whether it has. In milliseconds. */
const aliasDelay = 1500;

export function view(root, { path: [id, version, prediction], query }, context) {
  const abort = new AbortController();
  const { signal } = abort;
  const outcome = outcomes.get(outcomeKey(id, version)) ?? {};
  const wanted = query.alias ?? null;
  let detail = null;
  let loading = false;
  let isSettled = false;
  let standing = null;

  const state = h("div", { class: "row state-line" });
  const message = h("div", { class: "stack", role: "status" });
  const shot = h("div", { class: "stack" });
  const actions = h("div", { class: "row" });
  const workflowAddress = `#/workflows/${encodeURIComponent(id)}`;
  fill(root, h("div", { class: "head" },
    backLink("#/publish", t("publish.back")), h("h1", { tabindex: "-1" }, t("publish.published", { id, version }))),
  state, h("div", { class: "stack trial" }, message, actions, shot));

  const note = (kind, text) => h("p", { class: `notice ${kind}` }, text);

  function drawLive() {
    fill(state, stateLabel(detail));
    fill(message, h("p", null, t("publish.trying")));
    const image = detail.preview && (shot.querySelector("img") ?? h("img", { alt: t("detail.preview"), decoding: "async" }));
    if (image && image.getAttribute("src") !== detail.preview) image.src = detail.preview;
    fill(shot, h("div", { class: "card running" }, image, progressBar(detail) ?? h("div", { class: "bar" }),
      h("p", { class: "soft" }, progressText(detail))));
    fill(actions);
  }

  function drawEnd() {
    fill(state, stateLabel(detail), detail.seconds !== null && h("span", { class: "soft" }, duration(detail.seconds)));
    const files = filesOf(detail);
    const values = (detail.outputs ?? []).filter((output) => !output.files);
    fill(shot, files.map((file) => figure(file)), values.map(({ name, value }) => h("div", { class: "card" }, h("h2", null, name),
      h("pre", { class: "code", tabindex: "0", role: "region", "aria-label": name },
        typeof value === "string" ? value : stringify(value, 2)))));
    if (detail.state !== "succeeded") {
      fill(message, note("bad", t("publish.trialFailed")), note("", detail.failure || t(`state.${detail.state}`)), aliasNote());
      drawActions(false);
      return;
    }
    const before = outcome.entry?.seconds;
    const isCached = before > 3 && detail.seconds !== null && detail.seconds < before * cachedShare;
    const works = [t("publish.trialWorks"), standing && t("publish.aliasStands", { alias: standing, version })].filter(Boolean);
    fill(message, note("good", works.join(" ")), !standing && aliasNote(), isCached && note("warn", t("publish.cached")));
    drawActions(true);
  }

  function aliasNote() {
    if (standing) return note("good", t("publish.aliasStands", { alias: standing, version }));
    return wanted && isSettled ? note("warn", t("publish.aliasWaits", { alias: wanted, version })) : null;
  }

  function drawActions(isGood) {
    const copy = (language, name, attributes) => button(t("copyAs.name", { name }), () => {
      const code = get(path`predictions/${prediction}/code`, { language }).then(({ text }) => text);
      copyText(code, t("copyAs.done", { name })).catch(report);
    }, attributes);
    fill(actions,
      isGood && [copy("lua", "Lua", { class: "primary", icon: "copy" }), copy("python", "Python"), copy("curl", "curl")],
      !standing && wanted && isSettled
        && button(t("publish.aliasAnyway", { alias: wanted }), () => moveAlias().then(redraw, report)),
      h("a", { class: "button", href: workflowAddress }, t("publish.toWorkflow")),
      detail && h("a", { class: "button quiet", href: `#/predictions/${encodeURIComponent(prediction)}` },
        t("publish.toPrediction")));
    if (isGood) {
      drawHint();
      actions.after(hint);
    } else {
      hint.remove();
    }
  }

  const hint = h("div", { class: "stack" });

  /** What to do with the code, and which files it names: they are in ComfyUI's folder, and not where it is run. */
  function drawHint() {
    const files = Object.values(detail?.inputs ?? {}).map(({ file }) => file).filter(Boolean);
    const link = (file) => isOwnAddress(file.url) ? h("a", { href: file.url, download: file.filename }, file.filename)
      : file.filename;
    fill(hint, h("p", { class: "soft" }, t("publish.luaHint"), " ", h("code", null, `speedpix run ${id}.lua`)),
      files.length > 0 && h("p", { class: "soft" }, t("publish.luaFiles"), files.map((file) => [" ", link(file)])));
  }

  const redraw = () => detail ? drawEnd() : drawUntried();

  async function moveAlias() {
    await put(path`workflows/${id}/aliases/${wanted}`, { version }, { signal });
    standing = wanted;
  }

  /** Whether the alias stands for this version; the gateway has it so as soon as the trial has succeeded. */
  async function learnAlias() {
    if (!wanted || standing) return;
    const workflow = await get(path`workflows/${id}`, {}, { signal });
    if (workflow.aliases?.[wanted] === version) standing = wanted;
  }

  let timer = 0;
  async function settle() {
    await learnAlias();
    if (standing || isSettled) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      await learnAlias().catch(report);
      isSettled = true;
      if (!signal.aborted) redraw();
    }, detail?.state === "succeeded" ? aliasDelay : 0);
  }

  async function load() {
    if (loading) return;
    loading = true;
    try {
      detail = await get(path`predictions/${prediction}`, {}, { signal });
      if (isLive(detail)) {
        drawLive();
        return;
      }
      await settle();
      drawEnd();
    } catch (error) {
      if (error.name !== "AbortError") fill(message, note("bad", error.message), button(t("retry"), load, { icon: "again" }));
    } finally {
      loading = false;
    }
  }

  /** A version that was not tried, or could not be. */
  function drawUntried() {
    const reason = outcome.published?.impossible;
    fill(message, reason ? [note("warn", t("publish.impossible")), note("", reason)] : note("", t("publish.untried")),
      aliasNote());
    drawActions(false);
  }

  function take(changed) {
    const summary = changed.find((one) => one.id === prediction);
    if (!summary || !detail || !isLive(detail)) return;
    if (!isLive(summary)) {
      load();
      return;
    }
    detail = { ...detail, ...summary };
    drawLive();
  }

  const endings = [];
  if (prediction === "none") {
    drawUntried();
    settle().then(redraw, report);
  } else {
    fill(message, h("p", { class: "soft" }, t("loading")));
    endings.push(context.feed.onChange(take), context.feed.on("resume", load), context.feed.on("workflows", load));
    load();
  }
  return () => {
    abort.abort();
    clearTimeout(timer);
    for (const end of endings) end();
  };
}
