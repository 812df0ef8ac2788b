// What changes while somebody is at it.
import { set } from "./dom.js";

/** By what an element is known again after it was made anew. A view has one heading. */
function keyOf(element) {
  if (element.matches("h1")) return "";
  const name = element.dataset.key ?? element.getAttribute("href") ?? element.getAttribute("aria-label");
  return name ?? (element.matches("select, input") ? element.id || element.type : element.textContent);
}

/** Has `draw()` make the content of an element anew, and keeps the keyboard's place and how far tables are scrolled. */
export function steady(root, draw) {
  const active = root.contains(document.activeElement) ? document.activeElement : null;
  const key = active && keyOf(active);
  const scrolled = [...root.querySelectorAll(".table")].map(({ scrollLeft }) => scrollLeft);
  draw();
  for (const [index, table] of [...root.querySelectorAll(".table")].entries()) {
    if (scrolled[index]) table.scrollLeft = scrolled[index];
  }
  if (!active || active.isConnected) return;
  const same = [...root.querySelectorAll(active.tagName)].find((element) => keyOf(element) === key);
  (same ?? root.querySelector("a, button, select"))?.focus({ preventScroll: true });
}

/** Shows that a button does nothing now. It keeps the keyboard's place, which one that is `disabled` would lose. */
export const setIdle = (button, isIdle) => set(button, "aria-disabled", isIdle ? "true" : null);

/**
 * Loads at once, and again and again while `isLive()` says so and somebody looks, for what tells nothing by itself. What takes
 * long is asked for less often. Returns a function that ends it.
 *
 * @param period In milliseconds.
 */
export function repeat(load, isLive, period, feed) {
  let timer = 0;
  let isEnded = false;
  async function round() {
    clearTimeout(timer);
    const begun = performance.now();
    await load();
    const pause = Math.max(period, 10 * (performance.now() - begun));
    if (!isEnded && isLive() && !document.hidden) timer = setTimeout(round, pause);
  }
  const comeBack = () => { if (!document.hidden) round(); };
  document.addEventListener("visibilitychange", comeBack);
  const off = feed.on("resume", round);
  round();
  return () => {
    isEnded = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", comeBack);
    off();
  };
}

