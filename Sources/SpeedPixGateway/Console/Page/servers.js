// The servers of ComfyUI, and what the gateway itself has to do.
import { get, path, post } from "./api.js";
import { confirm, report, toast } from "./dialogs.js";
import { button, fill, fractionBar, h, icon } from "./dom.js";
import { steady } from "./steady.js";
import { bytes, duration, number, t } from "./text.js";

/** Events come one by one when many servers change; so long the page waits for more, in milliseconds. */
const pause = 250;

export function view(root, parameters, { feed }) {
  const abort = new AbortController();
  const { signal } = abort;
  const list = h("div", { class: "server-grid" });
  const own = h("div");
  const cards = new Map();
  let timer = 0;
  fill(root, h("div", { class: "head" }, h("h1", null, t("nav.servers"))), h("div", { class: "stack wide-gaps" }, list, own));
  fill(list, h("p", { class: "soft" }, t("loading")));

  async function change(server, verb) {
    try {
      draw(await post(path`servers/${server.number}/${verb}`, {}, { signal }));
      toast(t(`servers.done.${verb}`, { number: server.number }));
    } catch (error) {
      report(error);
    }
  }

  async function free(server) {
    const isSure = await confirm({
      title: t("servers.freeTitle", { number: server.number }), text: t("servers.freeText"), action: t("servers.freeNow"),
    });
    if (isSure) await change(server, "free");
  }

  function draw(server) {
    const key = String(server.number);
    let card = cards.get(key);
    if (!card) {
      const name = t("servers.name", { number: server.number });
      card = { element: h("section", { class: "card stack server", "aria-label": name }) };
      cards.set(key, card);
    }
    const text = JSON.stringify(server, (name, value) => typeof value === "bigint" ? String(value) : value);
    if (card.text === text) return card.element;
    card.text = text;
    steady(card.element, () => fill(card.element, ...content(server)));
    return card.element;
  }

  function content(server) {
    const { queue = {}, speed } = server;
    const action = (verb, run, attributes) =>
      button(t(`servers.${verb}`), run, { class: "small", data: { key: verb }, ...attributes });
    return [
      h("div", { class: "row" }, h("h2", { class: "grow" }, t("servers.name", { number: server.number })), stateBadges(server)),
      h("p", null, h("code", null, server.url), server.version && h("span", { class: "soft" }, ` ComfyUI ${server.version}`)),
      !server.up && [server.problem && h("p", { class: "notice warn" }, server.problem),
        h("p", { class: "soft" }, t("servers.downHelp"))],
      (server.devices ?? []).map(memory),
      h("dl", { class: "facts" },
        h("dt", null, t("servers.running")), h("dd", null, number(queue.running ?? 0)),
        h("dt", null, t("servers.waiting")), h("dd", null, number(queue.waiting ?? 0)),
        queue.strangers > 0 && [h("dt", null, t("servers.strangers")), h("dd", null, number(queue.strangers))],
        speed && [h("dt", null, t("servers.speed")), h("dd", null, t("servers.speedText", {
          time: duration(speed.mean_seconds), count: speed.predictions,
        }))]),
      h("div", { class: "row" },
        server.draining ? action("resume", () => change(server, "resume"), { data: { key: "drain" } })
          : action("drain", () => change(server, "drain"), { title: t("servers.drainHelp") }),
        action("free", () => free(server), { disabled: !server.up }),
        h("a", { class: "button small quiet", href: `#/publish/${server.number}` }, t("servers.history"))),
    ];
  }

  let round = 0;
  async function load() {
    const mine = ++round;
    try {
      const [{ servers }, status] = await Promise.all([get("servers", {}, { signal }), get("status", {}, { signal })]);
      if (mine !== round) return;
      const elements = servers.map(draw);
      const isSame = list.childElementCount === elements.length
        && elements.every((element, index) => list.children[index] === element);
      if (elements.length === 0) fill(list, nothing());
      else if (!isSame) fill(list, elements);
      fill(own, gateway(status));
    } catch (error) {
      if (error.name === "AbortError" || mine !== round) return;
      if (cards.size) report(error);
      else {
        fill(list, h("div", { class: "stack whole" }, h("p", { class: "notice bad" }, error.message),
          h("div", { class: "row" }, button(t("retry"), load, { icon: "again" }))));
      }
    }
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(load, pause);
  };
  const endings = [feed.on("servers", soon), feed.on("resume", load)];
  load();
  return () => {
    abort.abort();
    clearTimeout(timer);
    for (const end of endings) end();
  };
}

function stateBadges(server) {
  if (!server.up) return h("span", { class: "badge bad" }, icon("failed"), t("servers.down"));
  return [
    server.draining ? h("span", { class: "badge warn" }, icon("canceled"), t("servers.draining"))
      : h("span", { class: "badge good" }, icon("succeeded"), t("servers.up")),
    server.connected === false && h("span", { class: "badge warn" }, t("servers.noSocket")),
  ];
}

/** The memory of what models run on, of which servers say only how much is free. */
function memory({ name, type, memory_total: total, memory_free: free }) {
  const title = [name, type].filter(Boolean).join(" · ");
  if (!(total > 0)) return h("p", { class: "soft" }, title);
  const used = Math.max(0, total - (free ?? 0));
  const bar = fractionBar(t("servers.memory", { name: title }), used / total, { role: "meter" });
  return h("div", { class: "memory" }, h("p", { class: "row" }, h("span", { class: "grow" }, title),
    h("span", { class: "soft" }, t("servers.memoryText", { free: bytes(free ?? 0), total: bytes(total) }))), bar);
}

const nothing = () => h("div", { class: "card stack" }, h("h2", null, t("publish.noServer")),
  h("p", null, t("publish.noServerText")), h("pre", { class: "code" }, "speedpix serve --comfyui http://127.0.0.1:8188"),
  h("p", { class: "soft" }, t("publish.ports")));

function gateway(status) {
  const { storedBytes: stored, maximumStoredBytes: most } = status;
  return h("section", { class: "card stack" }, h("h2", null, t("servers.gateway")), h("dl", { class: "facts" },
    h("dt", null, t("servers.version")), h("dd", null, status.version),
    h("dt", null, t("servers.running")), h("dd", null, number(status.running ?? 0)),
    h("dt", null, t("servers.waiting")), h("dd", null, number(status.waiting ?? 0)),
    h("dt", null, t("servers.stored")),
    h("dd", null, most ? t("servers.storedOf", { stored: bytes(stored), most: bytes(most) }) : bytes(stored)),
    h("dt", null, t("servers.keys")), h("dd", null, number(status.keys ?? 0)),
    h("dt", null, t("nav.workflows")), h("dd", null, number(status.workflows?.length ?? 0))));
}
