// The wall itself: of any number of predictions only those that are in sight are elements.
import { h } from "./dom.js";
import { tile } from "./tile.js";
import { t } from "./text.js";

/** Browsers draw nothing beyond some 16 million pixels. A longer wall is scrolled in larger steps. */
const tallest = 12_000_000;
const rowsAround = 2;
/** Faster than this, in pixels a millisecond, nobody sees what goes by; it is fetched after so long a pause. */
const rush = 8;
const rushPause = 90;
const gap = 10;
const captionHeight = 48;
/** The least width of a tile. */
export const sizes = { small: 104, medium: 160, large: 300 };

export class Grid {
  #list;
  #onCurrent;
  #tiles = new Map();
  #columns = 1;
  #width = 0;
  #frame = 0;
  #wantTimer = 0;
  #lastTop = 0;
  #lastDrawn = 0;
  #rushUntil = 0;
  #size;
  #currentIndex = null;
  #currentID = null;
  #wantsFocus = false;
  #entrance = 0;
  #observer = new ResizeObserver(() => this.draw());

  element = h("ul", { class: "wall" });

  /** @param onCurrent Called with the one that the keyboard is at, when it becomes another. */
  constructor({ size, onCurrent }) {
    this.#size = size;
    this.#onCurrent = onCurrent;
    this.element.setAttribute("aria-label", t("wall.label"));
    this.element.addEventListener("focusin", (event) => this.#focused(event.target));
    window.addEventListener("scroll", this.draw, { passive: true });
    window.addEventListener("resize", this.draw);
    this.#observer.observe(this.element);
  }

  end() {
    window.removeEventListener("scroll", this.draw);
    window.removeEventListener("resize", this.draw);
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#wantTimer);
  }

  set list(list) {
    if (list === this.#list) return;
    this.#list = list;
    this.#setCurrent(null, null);
    this.draw();
  }

  set size(size) {
    const first = this.#firstInSight();
    this.#size = size;
    this.#layOut();
    this.#scrollTo(first, "start");
    this.draw();
  }

  /** The one that the keyboard is at, or null. */
  get current() {
    return this.#currentID === null ? null : this.#list?.at(this.#currentIndex) ?? null;
  }

  get currentIndex() { return this.#currentIndex; }

  /** Draws what is in sight, with the next picture of the screen. */
  draw = () => {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  };

  get #rowHeight() { return this.#tileHeight + gap; }
  get #tileWidth() { return Math.floor((this.#width - gap * (this.#columns - 1)) / this.#columns); }
  get #tileHeight() { return this.#tileWidth + captionHeight; }
  get #rows() { return Math.ceil((this.#list?.total ?? 0) / this.#columns); }

  /** Scrolls to where the page was left, at once: drawn at its top, the list would be fetched for there. */
  restore(scroll, index) {
    this.#layOut();
    window.scrollTo(0, scroll);
    if (index !== null) this.go(index, "as it is");
  }

  #layOut() {
    this.#width = this.element.clientWidth;
    this.#columns = Math.max(1, Math.floor((this.#width + gap) / (sizes[this.#size] + gap)));
    const { style } = this.element;
    style.setProperty("--tile-width", `${this.#tileWidth}px`);
    style.setProperty("--tile-height", `${this.#tileHeight}px`);
    style.setProperty("height", `${Math.min(tallest, Math.max(0, this.#rows * this.#rowHeight - gap))}px`);
  }

  /** How far the wall is scrolled: on the screen, and in all its length. */
  #position() {
    const box = this.element.getBoundingClientRect();
    const length = Math.max(0, this.#rows * this.#rowHeight - gap);
    const shown = Math.max(0, Math.min(-box.top, box.height));
    if (length <= tallest) return { shown, real: shown, top: box.top };
    const share = Math.min(1, shown / Math.max(1, box.height - window.innerHeight));
    return { shown, real: share * (length - window.innerHeight), top: box.top };
  }

  #firstInSight() {
    return Math.floor(this.#position().real / this.#rowHeight) * this.#columns;
  }

  #draw() {
    const list = this.#list;
    if (!list || !this.element.isConnected) return;
    this.#layOut();
    const { shown, real, top } = this.#position();
    list.setAtTop(top > -this.#rowHeight / 2);
    this.#entrance = Math.floor(real / this.#rowHeight) * this.#columns;
    const firstRow = Math.max(0, Math.floor(real / this.#rowHeight) - rowsAround);
    const rows = Math.ceil(window.innerHeight / this.#rowHeight) + 1 + 2 * rowsAround;
    const first = Math.min(firstRow * this.#columns, Math.max(0, list.total - 1));
    const last = Math.min(list.total, (firstRow + rows) * this.#columns) - 1;
    this.#want(first, last);
    this.#followCurrent();
    const focused = this.element.contains(document.activeElement) ? this.#currentIndex : null;
    const indices = [];
    if (focused !== null && focused < first) indices.push(focused);
    for (let index = first; index <= last; index++) indices.push(index);
    if (focused !== null && focused > last && focused < list.total) indices.push(focused);
    this.#place(indices, shown - real);
    if (this.#wantsFocus) this.#focus();
  }

  /** Fetches at once what comes into sight slowly, and while it rushes by only what it stops at. */
  #want(first, last) {
    clearTimeout(this.#wantTimer);
    const now = performance.now();
    const speed = Math.abs(window.scrollY - this.#lastTop) / Math.max(1, now - this.#lastDrawn);
    [this.#lastTop, this.#lastDrawn] = [window.scrollY, now];
    if (speed > rush) this.#rushUntil = now + rushPause;
    if (now >= this.#rushUntil) this.#list.want(first, last);
    else this.#wantTimer = setTimeout(() => this.#list.want(first, last), rushPause);
  }

  #place(indices, offset) {
    const items = indices.map((index) => {
      const summary = this.#list.at(index);
      return { index, summary, key: summary ? summary.id : `at ${index}` };
    });
    const keys = new Set(items.map((item) => item.key));
    for (const [key, { item }] of this.#tiles) {
      if (keys.has(key)) continue;
      item.remove();
      this.#tiles.delete(key);
    }
    // Those that stay are in order already, and none of them is moved: the one with the focus would lose it.
    let cursor = this.element.firstChild;
    for (const { index, summary, key } of items) {
      let entry = this.#tiles.get(key);
      if (!entry) this.#tiles.set(key, entry = this.#make(summary));
      else if (summary) entry.tile.update(summary);
      this.#move(entry, index, offset);
      if (entry.item === cursor) cursor = cursor.nextSibling;
      else this.element.insertBefore(entry.item, cursor);
    }
  }

  #make(summary) {
    const small = summary && tile(summary, { onStale: (id) => this.#list.refresh(id) });
    const item = h("li", { class: summary ? null : "placeholder" }, small?.element);
    if (small) small.element.tabIndex = summary.id === this.#currentID ? 0 : -1;
    return { item, tile: small, index: null, total: null, place: "" };
  }

  #move(entry, index, offset) {
    const column = index % this.#columns;
    const y = Math.floor(index / this.#columns) * this.#rowHeight + offset;
    const place = `translate(${column * (this.#tileWidth + gap)}px, ${y}px)`;
    if (place !== entry.place) entry.item.style.setProperty("transform", entry.place = place);
    if (index !== entry.index) {
      entry.index = index;
      entry.item.setAttribute("aria-posinset", index + 1);
    }
    if (entry.total !== this.#list.total) entry.item.setAttribute("aria-setsize", entry.total = this.#list.total);
    // With nothing chosen yet, the keyboard enters at the first one.
    if (entry.tile && this.#currentID === null) entry.tile.element.tabIndex = index === this.#entrance ? 0 : -1;
  }

  #focused(target) {
    const item = target.closest("li");
    for (const [key, entry] of this.#tiles) {
      if (entry.item === item && entry.tile) this.#setCurrent(entry.index, key);
    }
  }

  #setCurrent(index, id) {
    if (this.#currentID === id && this.#currentIndex === index) return;
    const before = this.#tiles.get(this.#currentID);
    if (before?.tile) before.tile.element.tabIndex = -1;
    const isOther = this.#currentID !== id;
    [this.#currentIndex, this.#currentID] = [index, id];
    const entry = this.#tiles.get(id);
    if (entry?.tile) entry.tile.element.tabIndex = 0;
    if (isOther) this.#onCurrent?.(this.current);
  }

  /** The current one stays the same when others come before it. */
  #followCurrent() {
    if (this.#currentID === null) return;
    const index = this.#list.indexOf(this.#currentID);
    if (index !== null) this.#currentIndex = index;
  }

  /** Goes to the next one in a direction: `left`, `right`, `up`, `down`, `first`, `last`. False if there is none. */
  move(direction) {
    const { total } = this.#list;
    if (!total) return false;
    const now = this.#currentIndex;
    const steps = { left: -1, right: 1, up: -this.#columns, down: this.#columns };
    let index = direction === "first" ? 0 : direction === "last" ? total - 1 : now === null ? this.#firstInSight()
      : now + steps[direction];
    if (direction === "down" && index >= total && Math.floor(now / this.#columns) < this.#rows - 1) index = total - 1;
    if (index < 0 || index >= total) return false;
    this.go(index);
    return true;
  }

  /** Puts the keyboard at a position, and scrolls to it: `nearest`, `start`, or not at all (`as it is`). */
  go(index, where = "nearest") {
    this.#setCurrent(index, this.#list.at(index)?.id ?? null);
    this.#currentIndex = index;
    this.#wantsFocus = true;
    this.#scrollTo(index, where);
    this.draw();
  }

  #focus() {
    const summary = this.#list.at(this.#currentIndex);
    const entry = summary && this.#tiles.get(summary.id);
    if (!entry) return;
    this.#wantsFocus = false;
    entry.tile.element.focus({ preventScroll: true });
  }

  #scrollTo(index, where) {
    if (index === null || where === "as it is") return;
    const box = this.element.getBoundingClientRect();
    const start = box.top + window.scrollY;
    const header = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
    const y = Math.floor(index / this.#columns) * this.#rowHeight;
    const length = this.#rows * this.#rowHeight - gap;
    const { real } = this.#position();
    const view = window.innerHeight;
    let target = null;
    if (where === "start" || y < real + (box.top < header ? header - Math.max(0, box.top) : 0)) target = y - header;
    else if (y + this.#tileHeight > real + view - Math.max(0, box.top)) target = y + this.#tileHeight + gap - view;
    if (target === null) return;
    // What is above the first row belongs to it.
    if (y === 0) target = -start;
    if (length > tallest) target = Math.max(0, target) / (length - view) * (box.height - view);
    window.scrollTo(0, Math.max(0, start + target));
  }
}
