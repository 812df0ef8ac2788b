// What happens in the gateway, as it happens. Read with fetch, because an EventSource cannot send the session's token.
import { get, openEvents, session } from "./api.js";
import { parse } from "./json.js";

/** A page that nobody sees gives its connection up after so long: browsers have six for all pages of one gateway. */
const hiddenGrace = 10_000;
/** A comment comes every 20 seconds; after this long without anything the connection is dead. */
const silence = 50_000;
const firstDelay = 300;
const longestDelay = 8_000;

/** Splits a stream of texts into events. */
class EventReader {
  #rest = "";
  #name = "";
  #data = [];

  /** The events that end within a piece of text: `[{event, data}]`. */
  read(piece) {
    const events = [];
    const lines = (this.#rest + piece).split(/\r\n|\n/);
    this.#rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length) events.push({ event: this.#name || "message", data: this.#data.join("\n") });
        this.#name = "";
        this.#data = [];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "event") this.#name = value;
      else if (name === "data") this.#data.push(value);
    }
    return events;
  }
}

/**
 * Events: `predictions`, `workflows` and `servers` as the gateway sends them; `load` with `{waiting, running}`; `hello`
 * with each new connection; `resume` after a connection was lost or given up for a while, when whatever is shown has to
 * be fetched anew; `connection` with `"live"`, `"lost"` or `"paused"`.
 */
export class Feed {
  #handlers = new Map();
  #abort = null;
  #wake = null;
  #isStopped = true;
  #hiddenTimer = 0;
  #wasConnected = false;

  /** What the gateway said first: `{version, start, runs, batches, faults, servers}`; null before that. */
  hello = null;
  /** `{waiting, running}` as last told. */
  load = null;
  state = "lost";

  /** Calls `handler` with each such event; returns a function that ends it. */
  on(event, handler) {
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    this.#handlers.get(event).add(handler);
    return () => this.#handlers.get(event).delete(handler);
  }

  /** Calls `handler(changed)` with the summaries of predictions that have changed. */
  onChange(handler) {
    return this.on("predictions", ({ changed }) => changed?.length && handler(changed));
  }

  start() {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    document.addEventListener("visibilitychange", this.#visibility);
    this.#visibility();
    this.#follow();
  }

  stop() {
    this.#isStopped = true;
    document.removeEventListener("visibilitychange", this.#visibility);
    this.#abort?.abort();
    this.#wake?.();
  }

  #emit(event, value) {
    for (const handler of [...this.#handlers.get(event) ?? []]) {
      try {
        handler(value);
      } catch (error) {
        console.error(error);
      }
    }
  }

  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.#emit("connection", state);
  }

  #visibility = () => {
    clearTimeout(this.#hiddenTimer);
    if (document.hidden) {
      this.#hiddenTimer = setTimeout(() => {
        this.#setState("paused");
        this.#abort?.abort();
      }, hiddenGrace);
    } else if (this.state !== "live") {
      this.#wake?.();
    }
  };

  /** Waits, or until there is a reason to go on at once. */
  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = milliseconds === null ? 0 : setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #follow() {
    let delay = firstDelay;
    while (!this.#isStopped) {
      const begun = performance.now();
      try {
        await this.#connect();
      } catch (error) {
        if (error instanceof SyntaxError) console.error(error);
      }
      if (this.#isStopped) return;
      if (document.hidden && this.state === "paused") {
        await this.#pause(null);
        delay = firstDelay;
        continue;
      }
      this.#setState("lost");
      if (performance.now() - begun > 5_000) delay = firstDelay;
      // Pages that all lost the same gateway do not all come back in the same instant.
      await this.#pause(delay * (0.75 + Math.random() / 2));
      delay = Math.min(delay * 2, longestDelay);
    }
  }

  async #connect() {
    this.#abort = new AbortController();
    const abort = this.#abort;
    let watchdog = setTimeout(() => abort.abort(), silence);
    try {
      const response = await openEvents(abort.signal);
      if (response.status === 401) {
        this.stop();
        session.onRefused();
        return;
      }
      if (!response.ok) throw new Error(`events: HTTP ${response.status}`);
      const bytes = response.body.getReader();
      const decoder = new TextDecoder();
      const reader = new EventReader();
      for (;;) {
        const { value, done } = await bytes.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), silence);
        for (const { event, data } of reader.read(decoder.decode(value, { stream: true }))) {
          this.#take(event, parse(data));
        }
      }
    } finally {
      clearTimeout(watchdog);
      abort.abort();
    }
  }

  /** Events tell of the load only when something changes: a page that is opened while all is quiet asks for it. */
  async #askLoad() {
    const before = this.load;
    let status = null;
    try {
      status = await get("status");
    } catch {
      // The next event tells it.
      return;
    }
    // An event that came meanwhile is newer.
    if (this.load !== before || this.#isStopped) return;
    this.load = { waiting: status.waiting, running: status.running };
    this.#emit("load", this.load);
  }

  #take(event, value) {
    if (event === "hello") {
      const before = this.hello;
      this.hello = value;
      this.#setState("live");
      this.#emit("hello", { hello: value, before });
      if (this.#wasConnected) this.#emit("resume", value);
      this.#wasConnected = true;
      this.#askLoad();
      return;
    }
    if (event === "predictions" && value.load) {
      this.load = value.load;
      this.#emit("load", value.load);
    }
    this.#emit(event, value);
  }
}
