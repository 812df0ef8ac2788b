// The versions of a workflow, and the aliases that stand for them.
import { path, put, remove } from "./api.js";
import { beginIn, confirm, dialog, report, toast } from "./dialogs.js";
import { append, button, field, h } from "./dom.js";
import { table } from "./table.js";
import { date, duration, fullDate, t } from "./text.js";
import { aliasesOf, nameOf } from "./workflow_text.js";

export function versionsPart(holder, { workflow, context, reload }) {
  const { id } = workflow;
  const isBuiltIn = workflow.kind === "local";

  async function doing(action, done) {
    try {
      await action();
      toast(done);
      await reload();
    } catch (error) {
      report(error);
    }
  }

  async function moveAlias(version) {
    const known = Object.keys(workflow.aliases ?? {}).sort();
    const list = h("datalist", { id: "aliases" }, known.map((name) => h("option", { value: name })));
    const first = known.find((name) => workflow.aliases[name] !== version) ?? (known.length ? "" : "main");
    const input = h("input", {
      type: "text", value: first, list: "aliases", maxlength: 64, autocomplete: "off", spellcheck: "false",
    });
    const before = h("p", { class: "soft", role: "status" });
    const tell = () => {
      const now = Object.hasOwn(workflow.aliases ?? {}, input.value.trim()) ? workflow.aliases[input.value.trim()] : null;
      before.textContent = now ? t("workflows.aliasMoves", { alias: input.value.trim(), from: now, to: version })
        : t("workflows.aliasNew", { to: version });
    };
    input.addEventListener("input", tell);
    tell();
    const { element, closed } = dialog({
      title: t("workflows.aliasTitle", { version }),
      body: [h("p", null, t("workflows.aliasText")), field(t("workflows.alias"), input), list, before],
      actions: [{ text: t("cancel"), run: () => {} }, {
        text: t("workflows.aliasMove"), class: "primary",
        run: async () => {
          const alias = input.value.trim();
          if (!alias) throw new Error(t("workflows.aliasNameless"));
          await put(path`workflows/${id}/aliases/${alias}`, { version });
          toast(t("workflows.aliasMoved", { alias, version }));
        },
      }],
    });
    beginIn(input, element);
    await closed;
    await reload();
  }

  async function removeVersion(version) {
    const isSure = await confirm({
      title: t("workflows.removeVersionTitle", { version }), text: t("workflows.removeVersionText"),
      action: t("workflows.removeVersion", { version }), isDangerous: true,
    });
    if (isSure) await doing(() => remove(path`workflows/${id}/versions/${version}`), t("workflows.versionRemoved", { version }));
  }

  async function removeAll() {
    const isSure = await confirm({
      title: t("workflows.removeTitle", { name: nameOf(workflow) }), text: t("workflows.removeText"),
      action: t("workflows.remove"), isDangerous: true,
    });
    if (!isSure) return;
    try {
      await remove(path`workflows/${id}`);
      toast(t("workflows.removed", { name: nameOf(workflow) }));
      context.navigate("#/workflows");
    } catch (error) {
      report(error);
    }
  }

  if (isBuiltIn) {
    append(holder, h("p", { class: "soft" }, t("workflows.comesWith")));
    return;
  }
  const history = (workflow.history ?? []).toReversed();
  const row = (one) => {
    const standing = aliasesOf(workflow, one.version);
    const address = `#/workflows/${encodeURIComponent(id)}?${new URLSearchParams({ version: one.version })}`;
    return h("tr", null,
      h("th", { scope: "row" }, h("a", { href: address }, one.version)),
      h("td", null, h("span", { class: "row" }, standing.map((alias) => h("span", { class: "badge good" }, alias)),
        one.version === workflow.version && h("span", { class: "badge" }, t("workflows.usual")),
        one.problem && h("span", { class: "badge bad" }, t("workflows.broken"))),
      one.problem && h("p", { class: "soft" }, one.problem)),
      h("td", null, h("time", { title: fullDate(one.created) }, date(one.created))),
      h("td", null, one.example_seconds ? t("workflows.tried", { time: duration(one.example_seconds) }) : ""),
      h("td", null, h("span", { class: "row" },
        button(t("workflows.aliasHere"), () => moveAlias(one.version), {
          class: "small", "aria-label": t("workflows.aliasTitle", { version: one.version }),
        }),
        button(t("workflows.removeShort"), () => removeVersion(one.version), {
          class: "small quiet", "aria-label": t("workflows.removeVersion", { version: one.version }),
        }))));
  };
  const headings = ["version", "aliases", "publishedAt", "trial", "actions"].map((name) => t(`workflows.column.${name}`));
  append(holder, h("div", { class: "stack" },
    table(t("workflows.tab.versions"), headings, history.map(row)),
    h("div", { class: "row" },
      workflow.kind === "comfyui" && h("a", { class: "button", href: "#/publish" }, t("workflows.newVersion")),
      button(t("workflows.remove"), removeAll, { class: "danger" }))));
}
