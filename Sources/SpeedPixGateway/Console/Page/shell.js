// The frame around the views: where one can go, whether the gateway is there, and what it has to do.
import { append, fill, h, icon, select } from "./dom.js";
import { helpButton } from "./keys.js";
import { chooseLanguage, language, languages, number, t } from "./text.js";

export class Shell {
  #feed;
  #nav = h("ul");
  #load = h("span", { class: "load" });
  #connection = h("span", { class: "connection" });
  #main = null;
  #container = h("div", { class: "view" });
  #selected = "predictions";

  isShown = false;

  constructor(feed) {
    this.#feed = feed;
  }

  show(root) {
    this.isShown = true;
    const skip = h("a", {
      class: "skip", href: "#main",
      onclick: (event) => { event.preventDefault(); this.focusHeading(); },
    }, t("skip"));
    const header = h("header", { class: "top" },
      h("a", { class: "brand", href: "#/predictions" },
        h("img", { src: "/console/icon.svg", alt: "", width: 20, height: 20 }), h("span", null, "SpeedPix")),
      h("nav", { "aria-label": t("nav.label") }, this.#nav),
      h("div", { class: "status" }, this.#load, this.#connection, helpButton(), this.#language()));
    fill(root, skip, header, this.#container);
    this.#feed.on("hello", () => this.#fillNav());
    this.#feed.on("load", () => this.#fillLoad());
    this.#feed.on("connection", () => this.#fillConnection());
    this.#fillNav();
    this.#fillConnection();
  }

  /** A new element for a view, in the place of the last one's. */
  main() {
    this.#main = h("main", { id: "main", tabindex: "-1" });
    fill(this.#container, this.#main);
    return this.#main;
  }

  /** Says which of the places this is. */
  select(name, isFirst) {
    this.#selected = { compare: "predictions", use: "predictions", publish: "workflows" }[name] ?? name;
    document.title = `${t(`nav.${this.#selected}`)} · SpeedPix`;
    this.#fillNav();
    if (!isFirst) window.scrollTo(0, 0);
  }

  /** Puts the keyboard where the view begins, as a browser does with a new page. */
  focusHeading() {
    if (this.#main.contains(document.activeElement)) return;
    const heading = this.#main.querySelector("h1");
    if (heading && !heading.hasAttribute("tabindex")) heading.setAttribute("tabindex", "-1");
    (heading ?? this.#main).focus({ preventScroll: true });
  }

  #fillNav() {
    const hello = this.#feed.hello;
    const places = ["predictions", "workflows", "servers"];
    for (const name of ["runs", "batches", "faults"]) if (hello?.[name] || this.#selected === name) places.push(name);
    fill(this.#nav, places.map((name) => h("li", null,
      h("a", { href: `#/${name}`, "aria-current": name === this.#selected ? "page" : null }, t(`nav.${name}`)))));
  }

  #fillLoad() {
    const { waiting, running } = this.#feed.load;
    const part = (state, count) => h("span", { title: t(`state.${state}`) }, icon(state),
      h("span", { class: "sr" }, t(`state.${state}`)), number(count));
    fill(this.#load, running + waiting === 0 ? h("span", { class: "soft" }, t("load.idle"))
      : [part("running", running), part("waiting", waiting)]);
  }

  #fillConnection() {
    const state = this.#feed.state;
    this.#connection.dataset.state = state;
    fill(this.#connection, h("i", { "aria-hidden": "true" }), h("span", null, t(`connection.${state}`)));
  }

  #language() {
    const element = select(Object.entries(languages), language, (name) => {
      chooseLanguage(name);
      location.reload();
    }, { "aria-label": t("language"), class: "quiet" });
    for (const option of element.options) option.lang = option.value;
    return append(h("div", { class: "language" }), element);
  }
}
