// All workflows, each with a picture of what it gives.
import { get } from "./api.js";
import { failure } from "./dialogs.js";
import { button, empty, fill, h, icon, isOwnAddress } from "./dom.js";
import { bind } from "./keys.js";
import { drawingOf } from "./media.js";
import { t } from "./text.js";
import { view as workflowView } from "./workflow.js";
import { aliasesOf, kindText, nameOf } from "./workflow_text.js";

export function view(root, parameters, context) {
  return parameters.path.length ? workflowView(root, parameters, context) : listView(root, parameters, context);
}

function listView(root, { query }, context) {
  const { feed, navigate } = context;
  const abort = new AbortController();
  let workflows = null;
  let text = query.text ?? "";

  const count = h("span", { class: "soft", role: "status" });
  const search = h("input", {
    type: "search", value: text, placeholder: t("workflows.search"), "aria-label": t("workflows.search"),
    oninput: () => {
      text = search.value;
      draw();
    },
  });
  const lists = h("div", { class: "stack wide-gaps" });
  fill(root, h("div", { class: "head" }, h("h1", null, t("nav.workflows")), count,
    h("a", { class: "button primary", href: "#/publish" }, icon("plus"), h("span", null, t("workflows.fromComfyUI")))),
  h("div", { class: "workflow-search", role: "search" }, icon("search"), search), lists);

  // Pictures of workflows that are far down are fetched when somebody comes there.
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      showNewest(target);
    }
  }, { rootMargin: "200px" });

  async function showNewest(shot) {
    try {
      const { predictions } = await get("predictions", { workflow: shot.dataset.workflow, state: "succeeded", limit: 1 },
        { signal: abort.signal });
      drawShot(shot, predictions[0]?.thumbnail, predictions[0]?.kind);
    } catch {
      // It stays a drawing.
    }
  }

  function drawShot(shot, address, kind) {
    const drawing = () => fill(shot, icon(drawingOf(kind)));
    if (!isOwnAddress(address)) {
      drawing();
      return;
    }
    fill(shot, h("img", { src: address, alt: "", class: "checked", loading: "lazy", onerror: drawing }));
  }

  const cards = new Map();

  function card(workflow) {
    const shot = h("div", { class: "workflow-shot", data: { workflow: workflow.id } });
    drawShot(shot, workflow.thumbnail);
    if (!isOwnAddress(workflow.thumbnail)) observer.observe(shot);
    const standing = aliasesOf(workflow, workflow.version);
    return h("li", null, h("a", { class: "workflow-card", href: `#/workflows/${encodeURIComponent(workflow.id)}` }, shot,
      h("div", { class: "workflow-words" }, h("b", null, nameOf(workflow)), h("code", null, workflow.id),
        h("p", { class: "row" }, h("span", { class: "badge" }, kindText(workflow)),
          h("span", { class: "badge" }, [workflow.version, ...standing].filter(Boolean).join(" · ")),
          workflow.problem && h("span", { class: "badge bad" }, icon("failed"), t("workflows.broken"))))));
  }

  /** The cards of workflows, those of the same as before as they were. */
  function section(heading, some) {
    if (some.length === 0) return null;
    const items = some.map((workflow) => {
      const key = JSON.stringify([workflow.title, workflow.version, workflow.aliases, workflow.thumbnail, workflow.problem]);
      const known = cards.get(workflow.id);
      if (known?.key === key) return known.element;
      const element = card(workflow);
      cards.set(workflow.id, { key, element });
      return element;
    });
    return h("section", { class: "stack" }, h("h2", null, heading), h("ul", { class: "workflow-grid" }, items));
  }

  function draw() {
    if (!workflows) return;
    const words = text.trim().toLowerCase();
    const shown = workflows.filter(({ id, title, summary }) =>
      [id, title, summary].some((one) => (one ?? "").toLowerCase().includes(words)));
    count.textContent = t("workflows.count", { count: shown.length });
    search.parentElement.hidden = workflows.length < 9 && !text;
    const published = shown.filter(({ kind }) => kind !== "local");
    fill(lists, section(t("workflows.published"), published),
      published.length === 0 && !words && h("section", { class: "card stack invitation" },
        h("h2", null, t("workflows.invitation")), h("p", { class: "soft" }, t("workflows.invitationText")),
        h("div", { class: "row" }, h("a", { class: "button", href: "#/publish" }, t("workflows.fromComfyUI")))),
      section(t("workflows.builtIn"), shown.filter(({ kind }) => kind === "local")),
      shown.length === 0 && empty(t("workflows.noMatch")));
  }

  async function load() {
    try {
      ({ workflows } = await get("workflows", {}, { signal: abort.signal }));
      draw();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (workflows) context.report(error);
      else fill(lists, failure(error.message, load));
    }
  }

  const endings = [
    feed.on("workflows", load), feed.on("resume", load),
    bind({
      "/": { text: t("keys.filter"), run: () => search.parentElement.hidden ? false : search.focus() },
      n: { text: t("workflows.fromComfyUI"), run: () => navigate("#/publish") },
    }),
  ];
  count.textContent = t("loading");
  load();
  return () => {
    abort.abort();
    observer.disconnect();
    for (const end of endings) end();
  };
}
