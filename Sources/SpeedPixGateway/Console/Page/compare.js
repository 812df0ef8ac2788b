// Two predictions: their pictures above each other with a divider, or side by side, and what differs in their inputs.
import { get, path } from "./api.js";
import { report } from "./dialogs.js";
import { button, fill, h, iconLink, select } from "./dom.js";
import { stringify } from "./json.js";
import { bind } from "./keys.js";
import { fileChip, pictures } from "./media.js";
import { toggleMark } from "./notes.js";
import { number, t } from "./text.js";
import { markLabel, stateLabel, title } from "./tile.js";
import { leftAddress } from "./wall.js";

export function view(root, { path: ids }, context) {
  const { feed, navigate } = context;
  const abort = new AbortController();
  const sides = [null, null];
  let isBeside = false;
  let chosen = [0, 0];

  const stage = h("div", { class: "stage checked" });
  let ratio = 4 / 3;
  const slider = h("input", {
    type: "range", min: 0, max: 100, step: 0.5, value: 50, "aria-label": t("compare.slider"),
  });
  const box = h("div", { class: "stage-box" }, stage, slider);
  const captions = h("div", { class: "captions" });
  const differences = h("section", { class: "card" });
  const layout = button(t("compare.beside"), toggleLayout, { "aria-pressed": "false" });
  fill(root, h("div", { class: "head" },
    iconLink(leftAddress(), t("detail.back"), "left"),
    h("h1", { tabindex: "-1" }, t("compare.title")), layout, button(t("compare.swap"), swap, { icon: "again" })),
  box, captions, differences);

  slider.addEventListener("input", () => cut(Number(slider.value)));
  function cut(percent) {
    slider.value = percent;
    slider.setAttribute("aria-valuetext", t("compare.share", { percent: number(Math.round(percent)) }));
    stage.style.setProperty("--cut", `${percent}%`);
  }

  // The divider is where the finger or the mouse is.
  const drag = (event) => {
    const { left, width } = stage.getBoundingClientRect();
    cut(Math.max(0, Math.min(100, (event.clientX - left) / width * 100)));
  };
  stage.addEventListener("pointerdown", (event) => {
    if (isBeside || event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    drag(event);
  });
  stage.addEventListener("pointermove", (event) => { if (stage.hasPointerCapture(event.pointerId)) drag(event); });

  /** The stage is as wide as the pictures are, so that the divider crosses nothing else. */
  const shape = () => box.style.setProperty("--ratio", isBeside ? ratio * 2 : ratio);

  function toggleLayout() {
    isBeside = !isBeside;
    stage.classList.toggle("is-beside", isBeside);
    shape();
    slider.hidden = isBeside;
    layout.setAttribute("aria-pressed", isBeside);
  }

  function swap() {
    navigate(`#/compare/${ids.toReversed().map(encodeURIComponent).join("/")}`, { replace: true });
  }

  function draw() {
    const files = sides.map((side, index) => pictures(side)[chosen[index]] ?? pictures(side)[0] ?? null);
    fill(stage, files.map((file, index) => file
      ? h("img", {
        src: file.url, alt: t(`compare.${index ? "right" : "left"}`, { name: title(sides[index]) }),
        draggable: "false", class: index ? "right" : "left",
        onload: ({ target }) => {
          if (index && files[0]) return;
          ratio = target.naturalWidth / target.naturalHeight || ratio;
          shape();
        },
      })
      : h("p", { class: `no-picture ${index ? "right" : "left"}` }, t("compare.noPicture"))),
    h("div", { class: "divider", "aria-hidden": "true" }));
    drawCaptions();
    fill(differences, h("h2", null, t("compare.differences")), differenceTable());
  }

  function drawCaptions() {
    fill(captions, sides.map((side, index) => h("div", { class: "caption-side" },
      h("div", { class: "row" }, h("span", { class: "badge" }, t(index ? "compare.rightSide" : "compare.leftSide")),
        h("a", { href: `#/predictions/${encodeURIComponent(side.id)}` }, title(side)), stateLabel(side),
        markLabel(side.mark)),
      h("div", { class: "row" }, ["good", "bad"].map((mark) => button(t(`mark.${mark}`), () => markSide(index, mark), {
        icon: mark, class: "small", "aria-pressed": String(side.mark === mark),
      })), pictures(side).length > 1 && select(pictures(side).map((file, place) => [String(place), file.filename]),
        String(chosen[index]), (place) => {
          chosen[index] = Number(place);
          draw();
        }, { "aria-label": t("compare.picture") })))));
  }

  async function markSide(index, mark) {
    const changed = sides[index] && await toggleMark(sides[index], mark);
    if (changed && !abort.signal.aborted) take(changed);
  }

  function take(summary) {
    const index = sides.findIndex((side) => side?.id === summary.id);
    if (index < 0 || sides.includes(null)) return;
    const isOther = sides[index].state !== summary.state;
    if (isOther) {
      load();
      return;
    }
    if (sides[index].mark === summary.mark && sides[index].label === summary.label) return;
    sides[index] = { ...sides[index], ...summary };
    const focused = [...captions.querySelectorAll("button, select, a")].indexOf(document.activeElement);
    drawCaptions();
    if (focused >= 0) captions.querySelectorAll("button, select, a")[focused]?.focus();
  }

  function differenceTable() {
    const names = [...new Set(sides.flatMap((side) => Object.keys(side.inputs ?? {})))];
    const text = (input) => !input ? "" : input.file ? input.file.url.split("?")[0] : stringify(input.value ?? null);
    const others = names.filter((name) => text(sides[0].inputs?.[name]) !== text(sides[1].inputs?.[name]));
    const cell = (input) => {
      if (input?.file) return fileChip(input.file);
      if ((input?.value ?? null) === null) return h("span", { class: "soft" }, t("none"));
      return typeof input.value === "object" ? stringify(input.value) : String(input.value);
    };
    const rows = others.map((name) => [name, ...sides.map((side) => cell(side.inputs?.[name]))]);
    for (const name of ["version", "workflow"]) {
      if (sides[0][name] === sides[1][name]) continue;
      rows.unshift([t(`detail.${name}`), ...sides.map((side) => side[name] ?? "")]);
    }
    if (!rows.length) return h("p", { class: "soft" }, t("compare.same"));
    const columns = ["compare.input", "compare.leftSide", "compare.rightSide"];
    return h("div", { class: "table", tabindex: "0", role: "region", "aria-label": t("compare.differences") },
      h("table", null,
        h("thead", null, h("tr", null, columns.map((name) => h("th", { scope: "col" }, t(name))))),
        h("tbody", null, rows.map(([name, left, right]) =>
          h("tr", null, h("th", { scope: "row" }, name), h("td", null, left), h("td", null, right))))));
  }

  async function load() {
    try {
      const answers = await Promise.all(ids.map((id) => get(path`predictions/${id}`, {}, { signal: abort.signal })));
      if (abort.signal.aborted) return;
      [sides[0], sides[1]] = answers;
      draw();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (sides.includes(null)) fill(stage, h("p", { class: "notice bad", role: "alert" }, error.message));
      else report(error);
    }
  }

  const step = (amount) => () => {
    if (isBeside) return false;
    cut(Math.max(0, Math.min(100, Number(slider.value) + amount)));
    return true;
  };
  const endings = [
    feed.onChange((changed) => changed.forEach(take)),
    feed.on("resume", load),
    bind({
      ArrowLeft: { text: t("keys.slide"), keys: ["ArrowLeft", "ArrowRight"], run: step(-2) },
      ArrowRight: { run: step(2) },
      s: { text: t("compare.beside"), run: toggleLayout },
      w: { text: t("compare.swap"), run: swap },
      g: { text: t("keys.goodLeft"), run: () => markSide(0, "good") },
      b: { text: t("keys.badLeft"), run: () => markSide(0, "bad") },
      h: { text: t("keys.goodRight"), run: () => markSide(1, "good") },
      n: { text: t("keys.badRight"), run: () => markSide(1, "bad") },
      Escape: { text: t("keys.back"), run: () => navigate(leftAddress()) },
    }),
  ];
  cut(50);
  load();
  return () => {
    abort.abort();
    for (const end of endings) end();
  };
}
