// The newest predictions of a few, live, as a small wall.
import { get } from "./api.js";
import { h } from "./dom.js";
import { t } from "./text.js";
import { tile } from "./tile.js";

export class Strip {
  #context;
  #filter;
  #most;
  #summaries = [];
  #tiles = new Map();
  #abort = new AbortController();
  #endings;
  #note = h("p", { class: "soft" });
  #list = h("ul", { class: "strip" });

  element = h("div", { class: "stack" }, this.#note, this.#list);

  /** @param filter As `GET predictions` takes it; of `workflow` alone changes are followed. */
  constructor(context, filter, most = 12) {
    this.#context = context;
    this.#filter = filter;
    this.#most = most;
    this.#note.textContent = t("loading");
    this.#endings = [
      context.feed.onChange((changed) => this.#take(changed.filter(({ workflow }) => workflow === filter.workflow))),
      context.feed.on("resume", () => this.load()),
    ];
    this.load();
  }

  async load() {
    try {
      const { predictions } = await get("predictions", { ...this.#filter, limit: this.#most }, { signal: this.#abort.signal });
      this.#take(predictions);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#note.textContent = error.message;
      this.#note.hidden = false;
    }
  }

  end() {
    this.#abort.abort();
    for (const end of this.#endings) end();
  }

  #take(changed) {
    const known = new Map(this.#summaries.map((summary) => [summary.id, summary]));
    for (const summary of changed) known.set(summary.id, summary);
    this.#summaries = [...known.values()].sort((left, right) => right.number - left.number).slice(0, this.#most);
    this.#note.textContent = t("workflows.noneYet");
    this.#note.hidden = this.#summaries.length > 0;
    const ids = new Set(this.#summaries.map(({ id }) => id));
    for (const [id, { item }] of this.#tiles) {
      if (ids.has(id)) continue;
      item.remove();
      this.#tiles.delete(id);
    }
    let before = null;
    for (const summary of this.#summaries) {
      let one = this.#tiles.get(summary.id);
      if (one) {
        one.tile.update(summary);
      } else {
        one = { tile: tile(summary) };
        one.item = h("li", null, one.tile.element);
        this.#tiles.set(summary.id, one);
      }
      // Only what is not in its place is moved, so that the keyboard's place stays.
      const place = before ? before.nextElementSibling : this.#list.firstElementChild;
      if (place !== one.item) this.#list.insertBefore(one.item, place);
      before = one.item;
    }
  }
}
