// Why predictions of workflows from ComfyUI wait: there is no server that takes them.
import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./text.js";

/**
 * A note that is shown while no server of ComfyUI takes predictions: `{element, setWanted(isWanted), end}`. Once it is wanted, it
 * follows by itself what the servers do.
 */
export function holdNote(feed) {
  const abort = new AbortController();
  const element = h("p", { class: "notice warn row", role: "status", hidden: true });
  let isWanted = false;
  let round = 0;

  async function ask() {
    const mine = ++round;
    let servers = null;
    try {
      ({ servers } = await get("servers", {}, { signal: abort.signal }));
    } catch {
      // What is wrong with the gateway is told elsewhere.
      return;
    }
    if (mine !== round || !isWanted) return;
    const up = servers.filter((server) => server.up);
    element.hidden = up.some((server) => !server.draining);
    fill(element, h("span", { class: "grow" }, t(up.length ? "hold.drained" : "hold.down")),
      h("a", { href: "#/servers" }, t("nav.servers")));
  }

  function setWanted(wanted) {
    if (wanted === isWanted) return;
    isWanted = wanted;
    if (wanted) {
      ask();
    } else {
      round += 1;
      element.hidden = true;
    }
  }

  const again = () => { if (isWanted) ask(); };
  const endings = [feed.on("servers", again), feed.on("resume", again)];
  return {
    element, setWanted,
    end() {
      abort.abort();
      for (const end of endings) end();
    },
  };
}
