// All predictions as a wall of pictures, live.
import { bind } from "./keys.js";
import { button, empty, fill, h, select } from "./dom.js";
import { filterBar, filtersOf, wallAddress } from "./filters.js";
import { Grid, sizes } from "./grid.js";
import { PredictionList } from "./list.js";
import { cancel, choice, editLabel, toggleMark } from "./notes.js";
import { store, stored } from "./storage.js";
import { t } from "./text.js";
import { title } from "./tile.js";

/** The wall as it was left, so that it is there at once, and at the same place, when somebody comes back. */
let left = null;

/** The predictions before and after one in the wall as it was left: `{newer, older}`, each an id or null. */
export function neighbours(id) {
  const index = left?.list.indexOf(id) ?? null;
  if (index === null) return { newer: null, older: null };
  const { list } = left;
  // The next page is fetched before it is needed.
  list.want(Math.max(0, index - 5), Math.min(list.total - 1, index + 5));
  return { newer: index > 0 ? list.at(index - 1)?.id ?? null : null, older: list.at(index + 1)?.id ?? null };
}

/** The address of the wall as it was left. */
export const leftAddress = () => wallAddress(left?.list.filter ?? {});

export function view(root, parameters, context) {
  const { announce, feed, navigate } = context;
  let list = null;
  const count = h("span", { class: "soft count" });
  const bar = filterBar((filter) => navigate(wallAddress(filter), { replace: true }));
  const size = stored("tileSize") in sizes ? stored("tileSize") : "medium";
  const grid = new Grid({ size, onCurrent: () => {} });
  const sizeChoice = select(Object.keys(sizes).map((name) => [name, t(`wall.size.${name}`)]), size, (name) => {
    store("tileSize", name);
    grid.size = name;
  }, { "aria-label": t("wall.size") });
  const fresh = h("div", { class: "fresh" });
  const note = h("div");
  const tray = h("div", { class: "tray" });
  fill(root, h("div", { class: "head" }, h("h1", null, t("nav.predictions")), count, sizeChoice), bar.element,
    fresh, note, grid.element, tray);

  const toTop = () => window.scrollTo(0, 0);
  let drawn = {};
  let isNewFilter = false;
  function draw() {
    grid.draw();
    const now = {
      total: list.isLoaded ? list.total : null, held: list.heldCount, more: list.hasMore, problem: list.problem,
      isEmpty: list.isLoaded && list.total === 0,
    };
    if (now.total !== drawn.total || now.problem !== drawn.problem) {
      const whileUnknown = now.problem ? "" : t("loading");
      count.textContent = now.total === null ? whileUnknown : t("wall.count", { count: now.total });
    }
    if (now.total !== null && isNewFilter) {
      isNewFilter = false;
      announce(count.textContent);
    }
    if (now.held !== drawn.held || now.more !== drawn.more) {
      const text = now.more ? t("wall.newUnknown") : t("wall.new", { count: now.held });
      fill(fresh, (now.held > 0 || now.more) && button(text, toTop, { icon: "up", class: "primary" }));
    }
    if (now.problem !== drawn.problem || now.isEmpty !== drawn.isEmpty) fill(note, notice(now));
    drawn = now;
  }

  function notice({ problem, isEmpty }) {
    if (problem) {
      return h("div", { class: "notice bad row", role: "alert" }, h("span", { class: "grow" }, problem.message),
        button(t("retry"), () => list.retry(), { icon: "again" }));
    }
    if (!isEmpty) return null;
    return Object.keys(list.filter).length ? empty(t("wall.noMatch"), h("p", null, t("wall.noMatchHelp")))
      : empty(t("wall.empty"), h("p", null, t("wall.emptyHelp")),
        h("a", { class: "button primary", href: "#/workflows" }, t("wall.emptyAction")));
  }

  function showTray() {
    fill(tray, choice.first && [
      h("span", null, t("compare.choose", { name: title(choice.first) })),
      button(t("cancel"), () => { choice.first = null; showTray(); }, { class: "small" }),
    ]);
    tray.hidden = !choice.first;
  }

  function show(filter) {
    bar.show(filter);
    if (list && JSON.stringify(filter) === JSON.stringify(list.filter)) return;
    if (list) {
      list.end();
      toTop();
      isNewFilter = true;
      // Pages of the old filter must not be asked for any more.
      list.onUpdate = () => {};
    }
    const isBack = left !== null && JSON.stringify(left.list.filter) === JSON.stringify(filter);
    list = isBack ? left.list : new PredictionList(filter, draw);
    if (isBack) {
      list.onUpdate = draw;
      list.begin();
    }
    grid.list = list;
    drawn = {};
    draw();
    if (!list.isLoaded) list.want(0, 59);
    // To the place where it was left, and to the one that was opened last.
    if (isBack) grid.restore(left.scroll, left.id === null ? null : list.indexOf(left.id));
    left = { list, scroll: 0, id: null };
  }

  const on = (action) => async () => {
    const summary = grid.current;
    if (!summary) return false;
    const changed = await action(summary);
    if (changed) list.apply([changed]);
    return true;
  };
  const move = (direction) => () => grid.move(direction);
  const unbind = bind({
    ArrowRight: { text: t("keys.move"), keys: ["ArrowLeft", "ArrowUp", "ArrowDown", "ArrowRight"], run: move("right") },
    ArrowLeft: { run: move("left") },
    ArrowUp: { run: move("up") },
    ArrowDown: { run: move("down") },
    Home: { text: t("keys.ends"), keys: ["Home", "End"], run: move("first") },
    End: { run: move("last") },
    Enter: {
      text: t("keys.open"),
      run: (event) => {
        if (!grid.current || event.target.closest("a, button, summary")) return false;
        navigate(`#/predictions/${encodeURIComponent(grid.current.id)}`);
        return true;
      },
    },
    g: { text: t("keys.good"), run: on((summary) => toggleMark(summary, "good")) },
    b: { text: t("keys.bad"), run: on((summary) => toggleMark(summary, "bad")) },
    l: { text: t("keys.label"), run: on(editLabel) },
    c: {
      text: t("keys.compare"),
      run: on((summary) => {
        const address = choice.add(summary);
        if (address) navigate(address);
        showTray();
        return null;
      }),
    },
    r: {
      text: t("keys.again"),
      run: on((summary) => { navigate(`#/predictions/${encodeURIComponent(summary.id)}/again`); return null; }),
    },
    x: { text: t("keys.cancel"), run: on(cancel) },
    Escape: {
      run: () => {
        if (!choice.first) return false;
        choice.first = null;
        showTray();
        return true;
      },
    },
    "/": { text: t("keys.filter"), run: () => bar.focusText() },
  });
  const endings = [
    feed.onChange((changed) => list.apply(changed)),
    feed.on("resume", () => list.resume()),
    unbind,
  ];

  show(filtersOf(parameters.query));
  showTray();
  return {
    update: ({ query }) => show(filtersOf(query)),
    end() {
      left = { list, scroll: window.scrollY, id: grid.current?.id ?? null };
      list.end();
      list.onUpdate = () => {};
      grid.end();
      for (const end of endings) end();
    },
  };
}
