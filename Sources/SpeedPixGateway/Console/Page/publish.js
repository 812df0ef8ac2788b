// What servers of ComfyUI ran lately, to be published.
import { get, path } from "./api.js";
import { button, empty, fill, h, icon, isOwnAddress } from "./dom.js";
import { view as planView } from "./plan.js";
import { findingText, problemText } from "./findings.js";
import { backLink } from "./table.js";
import { date, duration, fullDate, t } from "./text.js";
import { view as trialView } from "./trial.js";

/** `#/publish`, `#/publish/SERVER`, `#/publish/SERVER/PROMPT` and `#/publish/WORKFLOW/VERSION/PREDICTION`. */
export function view(root, parameters, context) {
  if (parameters.path.length === 3) return trialView(root, parameters, context);
  return (parameters.path.length === 2 ? planView : historyView)(root, parameters, context);
}

function historyView(root, { path: [wanted] }, { feed, navigate, report }) {
  const abort = new AbortController();
  let servers = null;
  let entries = null;
  let number = wanted ? Number(wanted) : null;

  const choice = h("div", { class: "row" });
  const list = h("div", { class: "stack" });
  const again = button(t("publish.refresh"), () => load(), { icon: "again" });
  fill(root, h("div", { class: "head" },
    backLink("#/workflows", t("workflows.back")),
    h("h1", null, t("publish.title")), again), h("p", { class: "soft publish-lead" }, t("publish.lead")), choice, list, dropBox());

  function drawChoice() {
    const tabs = servers.map((server) => h("a", {
      href: `#/publish/${server.number}`, "aria-current": server.number === number ? "page" : null,
    }, `${server.number} · ${server.url}`, !server.up && ` (${t("servers.down")})`));
    fill(choice, servers.length > 1 && h("nav", { class: "tabs", "aria-label": t("nav.servers") }, tabs));
  }

  function entryCard(entry) {
    const [picture] = (entry.pictures ?? []).filter(isPicture);
    const address = isOwnAddress(picture?.thumbnail) ? picture.thumbnail : isOwnAddress(picture?.url) ? picture.url : null;
    const text = (entry.texts ?? []).find((one) => one.trim());
    const titles = [...new Set((entry.nodes ?? []).map((node) => node.title || node.class))];
    const published = entry.published ?? [];
    const shot = h("div", { class: "workflow-shot" });
    const drawing = () => fill(shot, icon("picture"));
    if (address) fill(shot, h("img", { src: address, alt: "", class: "checked", loading: "lazy", onerror: drawing }));
    else drawing();
    return h("li", null, h("a", {
      class: "workflow-card", href: `#/publish/${number}/${encodeURIComponent(entry.prompt_id)}`,
    }, shot, h("div", { class: "workflow-words" },
      h("b", null, text ? text.slice(0, 160) : titles.slice(0, 2).join(", ")),
      h("p", { class: "soft" }, [date(entry.started), duration(entry.seconds),
        t("publish.nodes", { count: entry.nodes?.length ?? 0 }),
        entry.pictures?.length > 1 && t("publish.pictures", { count: entry.pictures.length })].filter(Boolean).join(" · ")),
      h("p", { class: "soft titles", title: fullDate(entry.started) }, titles.slice(0, 8).join(" · ")),
      h("p", { class: "row" }, published.map((id) => h("span", { class: "badge good" }, t("publish.publishedAs", { id }))),
        entry.cached && h("span", { class: "badge", title: t("publish.cachedText") }, t("publish.cachedBadge")),
        entry.problem && h("span", { class: "badge bad", title: findingText(entry.problem) }, icon("failed"),
          t("publish.unpublishable"))))));
  }

  function draw() {
    drawChoice();
    if (!entries) return;
    fill(list, entries.length === 0 ? empty(t("publish.empty"), h("p", null, t("publish.emptyText")))
      : h("ul", { class: "workflow-grid" }, entries.map(entryCard)));
  }

  let round = 0;
  async function load() {
    const mine = ++round;
    try {
      ({ servers } = await get("servers", {}, { signal: abort.signal }));
      if (servers.length === 0) {
        fill(list, noServer());
        return;
      }
      number ??= (servers.find(({ up }) => up) ?? servers[0]).number;
      const server = servers.find((one) => one.number === number);
      if (!server) throw new Error(t("publish.noSuchServer", { number: String(number) }));
      drawChoice();
      if (!server.up) {
        entries = null;
        fill(list, notUp(server));
        return;
      }
      if (!entries) fill(list, h("p", { class: "soft" }, t("loading")));
      const answer = await get(path`servers/${number}/history`, {}, { signal: abort.signal });
      if (mine !== round) return;
      entries = answer.entries;
      draw();
    } catch (error) {
      if (error.name === "AbortError" || mine !== round) return;
      if (entries) report(error);
      else fill(list, h("p", { class: "notice bad" }, problemText(error)));
    }
  }

  // Somebody who comes back from ComfyUI's page has just run something there.
  const comeBack = () => { if (!document.hidden) load(); };
  document.addEventListener("visibilitychange", comeBack);
  window.addEventListener("focus", comeBack);
  const endings = [feed.on("servers", load), feed.on("resume", load), feed.on("workflows", load)];
  load();
  return () => {
    abort.abort();
    document.removeEventListener("visibilitychange", comeBack);
    window.removeEventListener("focus", comeBack);
    for (const end of endings) end();
  };
}

/** Whether a file can be shown as a picture. */
const isPicture = ({ mime_type: type, thumbnail }) => Boolean(thumbnail) || !type || type.startsWith("image/");

const command = (text) => h("pre", { class: "code" }, text);

const noServer = () => h("div", { class: "card stack" }, h("h2", null, t("publish.noServer")),
  h("p", null, t("publish.noServerText")), command("speedpix serve --comfyui http://127.0.0.1:8188"),
  h("p", { class: "soft" }, t("publish.ports")));

const notUp = (server) => h("div", { class: "card stack" }, h("h2", null, t("publish.notUp", { url: server.url })),
  server.problem && h("p", { class: "notice warn" }, server.problem), h("p", null, t("publish.notUpText")),
  command("speedpix serve --comfyui http://127.0.0.1:PORT"), h("p", { class: "soft" }, t("publish.ports")));

/** Where somebody looks whose workflow is not in the list; it says of a file what to do with it. */
function dropBox() {
  const answer = h("p", { class: "notice", role: "status", hidden: true });
  const picker = h("input", {
    type: "file", accept: ".json,.png,application/json,image/png", hidden: true, tabindex: -1, "aria-hidden": "true",
    onchange: () => {
      if (picker.files[0]) look(picker.files[0]);
      picker.value = "";
    },
  });

  async function look(file) {
    answer.textContent = t(`publish.file.${await fileKind(file)}`, { name: file.name });
    answer.hidden = false;
  }

  const element = h("details", { class: "card missing" }, h("summary", null, t("publish.missing")),
    h("ul", { class: "reasons" },
      ["run", "failed", "restart", "port", "file"].map((name) => h("li", null, t(`publish.missing.${name}`)))),
    h("div", { class: "row" }, button(t("publish.missing.look"), () => picker.click(), { class: "small" }), picker), answer);
  const hasFiles = (event) => [...event.dataTransfer?.types ?? []].includes("Files");
  element.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  element.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files[0]) return;
    event.preventDefault();
    look(event.dataTransfer.files[0]);
  });
  return element;
}

const largestFile = 32 << 20;

/** What a file of a workflow is: `ui`, `api`, `png`, `large` or `other`. */
async function fileKind(file) {
  if (file.size > largestFile) return "large";
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return "png";
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes));
    if (Array.isArray(json?.nodes) && Array.isArray(json?.links)) return "ui";
    const nodes = Object.values(json ?? {});
    return nodes.length > 0 && nodes.every((node) => typeof node?.class_type === "string") ? "api" : "other";
  } catch {
    return "other";
  }
}
