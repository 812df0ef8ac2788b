// The page: signs in, shows the frame, and the view that the address names.
import * as api from "./api.js";
import { announce, report, toast } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { Feed } from "./feed.js";
import { bind, showHelp } from "./keys.js";
import { Shell } from "./shell.js";
import { showSignIn, signInProblem } from "./signin.js";
import * as text from "./text.js";

const { t } = text;

/** The module of each view: by the first part of the address, and how many parts follow it. */
const modules = {
  predictions: ["./wall.js", "./prediction.js", "./again.js"],
  compare: [null, null, "./compare.js"],
  use: ["./again.js"],
  workflows: ["./workflows.js", "./workflows.js", "./workflows.js", "./workflows.js"],
  publish: ["./publish.js", "./publish.js", "./publish.js", "./publish.js"],
  servers: ["./servers.js", "./servers.js", "./servers.js"],
  runs: ["./runs.js", "./runs.js"],
  batches: ["./batches.js", "./batches.js"],
  faults: ["./faults.js"],
};

const feed = new Feed();
const shell = new Shell(feed);

/**
 * What a view gets: `view(root, parameters, context)` fills `root` and returns a function that ends it, or
 * `{end, update}`, whose `update(parameters)` is called instead of a new view if only the query has changed. A view
 * that shows its heading later than at once calls `focusHeading` then. `parameters` is `{path, query}`: of
 * `#/servers/1?tab=history`, `{path: ["1"], query: {tab: "history"}}`.
 */
const context = { feed, navigate, announce, toast, report, focusHeading: () => shell.focusHeading() };

/** Goes to another place: `navigate("#/runs/3")`. With `replace`, Back leads to what was before this one. */
function navigate(address, { replace = false } = {}) {
  if (!replace) {
    location.hash = address;
    return;
  }
  history.replaceState(null, "", address);
  show();
}

let current = null;

/** What the address says. */
function place() {
  const [way, query = ""] = location.hash.slice(1).split("?");
  const parts = way.split("/").filter(Boolean).map(decode);
  if (!parts.length) parts.push("predictions");
  const [name, ...path] = parts;
  return { name, parameters: { path, query: Object.fromEntries(new URLSearchParams(query)) } };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function show() {
  const { name, parameters } = place();
  const file = Object.hasOwn(modules, name) ? modules[name][parameters.path.length] : null;
  const key = JSON.stringify([name, parameters.path]);
  if (current?.key === key && current.update) {
    current.update(parameters);
    return;
  }
  const isFirst = current === null;
  end(current);
  // A view that is left while its module is on the way must not appear.
  const mine = current = { key };
  shell.select(name, isFirst);
  const root = shell.main();
  if (!file) {
    fill(root, h("h1", null, t("notFound.title")), h("p", null, h("a", { href: "#/predictions" }, t("notFound.link"))));
    return;
  }
  try {
    const module = await import(file);
    if (current !== mine) return;
    const running = module.view(root, parameters, context);
    if (typeof running === "function") mine.end = running;
    else Object.assign(mine, running);
  } catch (error) {
    if (current !== mine) return;
    console.error(error);
    fill(root, h("h1", null, t("broken.title")), h("p", { class: "notice bad" }, error.message),
      h("button", { type: "button", class: "button", onclick: () => location.reload() }, t("reload")));
    return;
  }
  if (!isFirst) shell.focusHeading();
}

function end(view) {
  try {
    view?.end?.();
  } catch (error) {
    console.error(error);
  }
}

/** A code has no slash: `#/…` is a place in this page. */
const codeInAddress = () => /^#[A-Za-z0-9_-]{16,}$/.test(location.hash) ? location.hash.slice(1) : null;

function signOut(reason = null) {
  feed.stop();
  end(current);
  current = null;
  showSignIn(document.getElementById("app"), trade, reason);
}

/** Signs in with a code; throws what the gateway says. */
async function trade(code) {
  await api.signIn(code);
  location.hash = "#/predictions";
  location.reload();
}

/**
 * Signs in with the code in the address, if there is one. It is taken out of the address first, so that it stays in no
 * history and nobody copies it. Gives what is wrong with it, or null.
 */
async function signInByAddress() {
  const code = codeInAddress();
  if (!code) return null;
  history.replaceState(null, "", "#/predictions");
  try {
    await api.signIn(code);
    return null;
  } catch (error) {
    // A link that is opened once more does not end the session that it has begun.
    return signInProblem(error);
  }
}

/** Another version of the gateway has another page. What is being typed is not thrown away for it. */
function askToReload() {
  toast(t("newVersion"), { action: { text: t("reload"), run: () => location.reload() } });
  window.addEventListener("hashchange", () => location.reload(), { once: true });
}

async function begin() {
  // A view puts itself where it was; the browser would do it before there is anything.
  history.scrollRestoration = "manual";
  await text.loadTexts();
  window.addEventListener("hashchange", async () => {
    if (!codeInAddress()) {
      if (shell.isShown) show();
      return;
    }
    await signInByAddress();
    location.reload();
  });
  const reason = await signInByAddress();
  api.session.onRefused = () => signOut();
  if (!api.session.token) {
    signOut(reason);
    return;
  }
  shell.show(document.getElementById("app"));
  bind({
    "?": { text: t("keys.help"), run: showHelp },
    "1": { text: t("nav.predictions"), run: () => navigate("#/predictions") },
    "2": { text: t("nav.workflows"), run: () => navigate("#/workflows") },
    "3": { text: t("nav.servers"), run: () => navigate("#/servers") },
    "4": { text: t("nav.runs"), run: () => navigate("#/runs") },
  });
  feed.on("hello", ({ hello, before }) => {
    if (before && before.version !== hello.version) askToReload();
  });
  feed.start();
  show();
}

begin();
