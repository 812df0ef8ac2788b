// A prediction in a small space.
import { fill, fractionBar, h, icon, isOwnAddress } from "./dom.js";
import { drawingOf } from "./media.js";
import { stateWord } from "./table.js";
import { duration, number, t } from "./text.js";

/** What a prediction is called: its label, else its workflow. */
export const title = (summary) => summary.label || summary.workflow;

export const isLive = (summary) => summary.state === "waiting" || summary.state === "running";

/** A state by shape and word. */
export const stateLabel = ({ state }) => stateWord(state, t(`state.${state}`));

/** How far one that is running is, or how long one took that has ended. */
export function amount({ state, progress, seconds }) {
  if (state === "running") return progress ? number(progress.fraction ?? 0, { style: "percent" }) : "";
  return duration(seconds);
}

/** A bar for one that is running; null for others. */
export function progressBar(summary) {
  if (summary.state !== "running") return null;
  const fraction = summary.progress?.fraction ?? 0;
  return fractionBar(t("progress"), fraction, { isKnown: fraction > 0 });
}

/** What a prediction that is not done says of itself: its step, or what begins before it. */
export function progressText(summary) {
  const { progress, state } = summary;
  if (!progress) return "";
  const parts = [];
  if (state === "waiting" && progress.ahead) parts.push(t("progress.ahead", { count: progress.ahead }));
  if (state === "running" && progress.step) {
    const { step, number: done, total } = progress;
    parts.push(total ? t("progress.step", { step, number: done ?? 0, total }) : step);
  }
  if (progress.eta) parts.push(t("progress.eta", { time: duration(Math.ceil(progress.eta)) }));
  return parts.join(" · ");
}

/** `good` or `bad` by shape and word; null without a mark. */
export const markLabel = (mark) => mark && h("span", { class: `badge ${mark}` }, icon(mark), t(`mark.${mark}`));

const kindLabel = (kind) => [icon(kind), h("span", { class: "sr" }, t(`kind.${kind}`))];

/**
 * A prediction as a link to it, with its picture: `{element, update(summary)}`. What is shown changes only where the
 * summary does.
 *
 * @param onStale Called with the id if its picture could not be fetched.
 */
export function tile(summary, { onStale } = {}) {
  const shot = h("div", { class: "shot" });
  const name = h("b");
  const state = h("span");
  const more = h("span", { class: "more" });
  const kind = h("span");
  const mark = h("span", { class: "tile-mark" });
  const bar = h("div", { class: "tile-bar" });
  const element = h("a", { class: "tile" }, shot, h("div", { class: "caption" }, name,
    h("span", { class: "tile-state" }, state, more, kind)), bar, mark);
  let shown = {};
  let failedAddress = null;
  let failures = 0;

  function drawShot(one) {
    const address = one.preview && one.state === "running" ? one.preview : one.thumbnail;
    if (isOwnAddress(address) && address !== failedAddress) {
      const image = shot.firstElementChild?.matches("img") ? shot.firstElementChild : h("img", {
        alt: "", decoding: "async", draggable: "false",
        onerror: (event) => {
          failedAddress = event.target.getAttribute("src");
          onStale?.(shown.id);
          drawShot(shown);
          // A gateway that starts anew is back after some seconds.
          if (++failures < 3) setTimeout(() => { failedAddress = null; drawShot(shown); }, failures * 4_000);
        },
      });
      if (image.getAttribute("src") !== address) image.src = address;
      if (image.parentNode !== shot || shot.childElementCount > 1) fill(shot, image);
      return;
    }
    if (one.state === "failed") fill(shot, h("p", { class: "reason" }, one.failure || t("failure.unknown")));
    else if (one.state === "running") fill(shot, h("p", { class: "soft" }, progressText(one)));
    else if (one.state === "succeeded") fill(shot, icon(drawingOf(one.kind)));
    // How many are before one that waits is told to nobody each time that one of them begins.
    else fill(shot, icon(one.state));
  }

  function update(one) {
    const before = shown;
    shown = one;
    if (before === one) return;
    if (before.id !== one.id) element.setAttribute("href", `#/predictions/${encodeURIComponent(one.id)}`);
    if (title(before) !== title(one)) name.textContent = element.title = title(one);
    if (element.dataset.state !== one.state) element.dataset.state = one.state;
    drawShot(one);
    if (before.state !== one.state) fill(state, stateLabel(one));
    more.textContent = amount(one);
    if (before.kind !== one.kind) fill(kind, (one.kind === "video" || one.kind === "audio") && kindLabel(one.kind));
    if (before.mark !== one.mark) fill(mark, markLabel(one.mark));
    if (one.state === "running" && bar.firstElementChild && one.progress?.fraction > 0) {
      const inner = bar.firstElementChild;
      inner.className = "bar";
      inner.style.setProperty("--fraction", one.progress.fraction);
      inner.setAttribute("aria-valuenow", Math.round(one.progress.fraction * 100));
    } else if (one.state === "running" || before.state === "running") {
      fill(bar, progressBar(one));
    }
  }

  update(summary);
  return { element, update };
}
