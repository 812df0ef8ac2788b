// The predictions that match a filter, newest first, of which only what is looked at is here.
import { get } from "./api.js";

const pageSize = 60;
/** So many are kept around what is looked at: enough to scroll about without fetching again. */
const pagesKept = 40;
/** When so many have come since, the pages are counted from a new beginning. */
const longestHead = 300;
/** Lists whose filter must be asked of the gateway are fetched anew at most this often. */
const refetchDelay = 1_000;
/** URLs are good for an hour. */
const staleAfter = 10 * 60_000;

export const filterNames = ["workflow", "state", "key", "label", "mark", "text"];

/**
 * Positions count from the newest. What has come since the list was made stands in front of the pages, whose offsets
 * are counted up to one fixed prediction and so stay what they are.
 *
 * While somebody is further down, what comes is held back, because it would move what he looks at.
 */
export class PredictionList {
  #filter;
  #onUpdate;
  #pages = new Map();
  #summaries = new Map();
  #head = [];
  #held = [];
  #through = null;
  #pageTotal = 0;
  #requests = new Map();
  #refetching = null;
  #refetchTimer = 0;
  #lastRefetch = -Infinity;
  #isDirty = false;
  #visible = [0, pageSize - 1];
  #early = [];
  #failedAt = new Map();
  #isEnded = false;
  /** Whether there may be new ones that no event has told of. */
  #isUncertain = false;

  /** Whether nobody is further down. */
  isAtTop = true;
  /** Whether there are new ones of which it is not known how many match. */
  hasMore = false;
  /** What went wrong last; null if all is well. */
  problem = null;

  /**
   * @param filter Of `filterNames`, without those that are empty.
   * @param onUpdate Called after every change.
   */
  constructor(filter, onUpdate) {
    this.#filter = filter;
    this.#onUpdate = onUpdate;
  }

  get isLoaded() { return this.#through !== null; }
  get total() { return this.#head.length + this.#pageTotal; }
  get heldCount() { return this.#held.length; }
  get filter() { return this.#filter; }

  set onUpdate(value) { this.#onUpdate = value; }

  /** The one at a position; null if it is not here yet. */
  at(index) {
    const id = index < this.#head.length ? this.#head[index]
      : this.#pages.get(this.#page(index))?.ids[(index - this.#head.length) % pageSize];
    return id === undefined ? null : this.#summaries.get(id) ?? null;
  }

  /** Where one is, or null if it is not here. */
  indexOf(id) {
    const place = this.#head.indexOf(id);
    if (place >= 0) return place;
    for (const [page, { ids }] of this.#pages) {
      const slot = ids.indexOf(id);
      if (slot >= 0) return this.#head.length + page * pageSize + slot;
    }
    return null;
  }

  #page(index) { return Math.floor((index - this.#head.length) / pageSize); }

  /** Fetches what is missing between two positions, and gives up what was asked for elsewhere. */
  want(first, last) {
    this.#visible = [first, last];
    if (!this.isLoaded) {
      // After a failure it is tried again by `retry`, or when the connection is back.
      if (!this.problem) this.#refetch();
      return;
    }
    const [low, high] = [Math.max(0, this.#page(first)), this.#page(Math.min(last, this.total - 1))];
    for (const [page, request] of this.#requests) if (page < low || page > high) request.abort.abort();
    for (let page = low; page <= high; page++) {
      const failed = this.#failedAt.get(page);
      if (this.#pages.has(page) || this.#requests.has(page) || failed > Date.now() - 3_000) continue;
      this.#load(page);
    }
  }

  /** Takes what the gateway says has changed. */
  apply(changed) {
    for (const request of this.#requests.values()) for (const one of changed) request.seen.set(one.id, one);
    if (!this.isLoaded) {
      this.#early.push(...changed);
      return;
    }
    let needsGateway = false;
    let hasChanged = false;
    for (const summary of changed) {
      const before = this.#summaries.get(summary.id);
      if (before) {
        this.#summaries.set(summary.id, summary);
        hasChanged = true;
        if (this.#matches(before) && this.#matches(summary) === false) needsGateway = true;
      } else if (summary.number > this.#through) {
        const matches = this.#matches(summary);
        if (matches === null) needsGateway = true;
        if (!matches) continue;
        this.#summaries.set(summary.id, summary);
        this.#insert(summary);
        hasChanged = true;
      } else if (this.#isVolatile && this.#matches(summary) !== false) {
        // It is one of those further down, or has just come to be one of them: where, only the gateway knows.
        needsGateway = true;
      }
    }
    if (needsGateway) this.refetchSoon();
    if (this.#head.length > longestHead && this.isAtTop) this.refetchSoon();
    if (hasChanged) this.#onUpdate();
  }

  #insert(summary) {
    const into = this.isAtTop ? this.#head : this.#held;
    let place = into.findIndex((id) => this.#summaries.get(id).number < summary.number);
    if (place < 0) place = into.length;
    into.splice(place, 0, summary.id);
  }

  /** Says whether somebody is further down; at the top, what was held back is put in. */
  setAtTop(isAtTop) {
    if (isAtTop === this.isAtTop) return;
    this.isAtTop = isAtTop;
    if (!isAtTop) return;
    const hadHeld = this.#held.length > 0;
    this.#head.unshift(...this.#held.splice(0));
    if (this.hasMore || this.#isDirty) this.refetchSoon();
    if (hadHeld) this.#onUpdate();
  }

  /** Whether a filter asks for what can change after a prediction was created. */
  get #isVolatile() {
    const { state, mark, label, text } = this.#filter;
    return Boolean(state || mark || label || text);
  }

  /** True, false, or null if only the gateway can say it. */
  #matches(summary) {
    const { workflow, state, key, label, mark, text } = this.#filter;
    if (workflow && summary.workflow !== workflow) return false;
    if (state && summary.state !== state) return false;
    if (key && summary.key !== key) return false;
    if (label && summary.label !== label) return false;
    if (mark && summary.mark !== mark) return false;
    return text ? null : true;
  }

  /** Fetches everything that is looked at anew: now if that was long ago, else when it is time. */
  refetchSoon() {
    this.#isDirty = true;
    if (this.#refetchTimer || this.#isEnded) return;
    const wait = Math.max(0, this.#lastRefetch + refetchDelay - performance.now());
    this.#refetchTimer = setTimeout(() => {
      this.#refetchTimer = 0;
      this.#refetch();
    }, wait);
  }

  /** After a time without events: everything may be different. */
  resume() {
    this.#isUncertain = true;
    this.refetchSoon();
  }

  /** Fetches the page of one again, whose URLs may have become too old. */
  refresh(id) {
    const index = this.indexOf(id);
    if (index === null || index < this.#head.length) return;
    const page = this.#page(index);
    const loaded = this.#pages.get(page);
    if (loaded && loaded.at < Date.now() - staleAfter && !this.#requests.has(page)) this.#load(page);
  }

  async #refetch() {
    if (this.#refetching || this.#isEnded) return;
    this.#refetching = new AbortController();
    this.#lastRefetch = performance.now();
    this.#isDirty = false;
    // What is further down keeps its place: there the same last one counts as before.
    const through = this.isAtTop ? null : this.#through;
    const low = this.isLoaded && !this.isAtTop ? Math.max(0, this.#page(this.#visible[0])) : 0;
    const high = this.isLoaded && !this.isAtTop ? Math.max(low, this.#page(this.#visible[1])) : 0;
    const request = { abort: this.#refetching, seen: new Map() };
    this.#requests.set("all", request);
    try {
      const answers = [];
      for (let page = low; page <= high; page++) {
        answers.push([page, await this.#ask(page, answers[0]?.[1].through ?? through, request)]);
      }
      if (this.#isUncertain && through !== null) this.hasMore = await this.#hasNewer(request);
      this.#isUncertain = false;
      for (const [page, other] of this.#requests) if (page !== "all") other.abort.abort();
      const first = answers[0][1];
      if (through === null) {
        this.#head = [];
        this.#held = [];
        this.hasMore = false;
      }
      this.#pages.clear();
      this.#through = first.through;
      this.#pageTotal = first.total;
      const kept = new Set([...this.#head, ...this.#held]);
      for (const id of this.#summaries.keys()) if (!kept.has(id)) this.#summaries.delete(id);
      for (const [page, answer] of answers) this.#put(page, answer.predictions, request.seen);
      this.problem = null;
      const early = [...this.#early.splice(0), ...request.seen.values()].filter((one) => !this.#summaries.has(one.id));
      this.#requests.delete("all");
      this.apply(early);
    } catch (error) {
      if (error.name !== "AbortError") this.problem = error;
    } finally {
      this.#requests.delete("all");
      this.#refetching = null;
    }
    if (!this.#isEnded) this.#onUpdate();
  }

  async #hasNewer(request) {
    const { predictions } = await get("predictions", { ...this.#filter, limit: 1 }, { signal: request.abort.signal });
    const known = [this.#through, ...[...this.#head, ...this.#held].map((id) => this.#summaries.get(id).number)];
    return predictions.length > 0 && predictions[0].number > Math.max(...known);
  }

  async #load(page) {
    const request = { abort: new AbortController(), seen: new Map() };
    this.#requests.set(page, request);
    try {
      const answer = await this.#ask(page, this.#through, request);
      if (this.#requests.get(page) !== request) return;
      this.#put(page, answer.predictions, request.seen);
      this.#evict();
      this.#failedAt.delete(page);
      this.problem = null;
    } catch (error) {
      if (error.name === "AbortError") return;
      this.problem = error;
      this.#failedAt.set(page, Date.now());
    } finally {
      if (this.#requests.get(page) === request) this.#requests.delete(page);
    }
    if (!this.#isEnded) this.#onUpdate();
  }

  #ask(page, through, request) {
    return get("predictions", { ...this.#filter, offset: page * pageSize, limit: pageSize, through },
      { signal: request.abort.signal });
  }

  /** What was told while the answer was on its way is newer than the answer. */
  #put(page, summaries, seen) {
    for (const summary of summaries) this.#summaries.set(summary.id, seen.get(summary.id) ?? summary);
    this.#pages.set(page, { ids: summaries.map((summary) => summary.id), at: Date.now() });
  }

  #evict() {
    if (this.#pages.size <= pagesKept) return;
    const middle = this.#page((this.#visible[0] + this.#visible[1]) / 2);
    const furthest = [...this.#pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const page of furthest.slice(0, this.#pages.size - pagesKept)) {
      for (const id of this.#pages.get(page).ids) this.#summaries.delete(id);
      this.#pages.delete(page);
    }
  }

  /** Tries again what has failed. */
  retry() {
    this.problem = null;
    this.#failedAt.clear();
    this.want(...this.#visible);
    this.#onUpdate();
  }

  end() {
    this.#isEnded = true;
    clearTimeout(this.#refetchTimer);
    this.#refetchTimer = 0;
    for (const request of this.#requests.values()) request.abort.abort();
  }

  /** Goes on after `end`; what has happened in between is fetched. */
  begin() {
    if (!this.#isEnded) return;
    this.#isEnded = false;
    this.resume();
  }
}
