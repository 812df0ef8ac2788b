// What is shown to a browser that has no session.
import { announce } from "./dialogs.js";
import { button, field, fill, h } from "./dom.js";
import { t } from "./text.js";

/**
 * @param trade Signs in with a code; throws what is wrong with it.
 * @param reason What was wrong with a code already; null if there was none.
 */
export function showSignIn(root, trade, reason) {
  document.title = `${t("signIn.title")} · SpeedPix`;
  const input = h("input", {
    type: "text", autocomplete: "off", spellcheck: "false", autocapitalize: "off", required: true,
  });
  const problem = h("p", { class: "notice bad", role: "alert", hidden: !reason }, reason);
  const form = h("form", {
    class: "stack",
    onsubmit: async (event) => {
      event.preventDefault();
      problem.hidden = true;
      // A link or its code.
      const code = input.value.trim().split("#").at(-1);
      try {
        await trade(code);
        announce(t("signIn.done"));
      } catch (error) {
        problem.textContent = error.message;
        problem.hidden = false;
        input.select();
      }
    },
  }, field(t("signIn.code"), input, { help: t("signIn.codeHelp") }), problem,
  h("div", { class: "row" }, button(t("signIn.open"), null, { class: "primary", type: "submit" })));
  fill(root, h("main", { class: "sign-in" }, h("div", { class: "card stack" },
    h("h1", null, t("signIn.title")), h("p", null, t("signIn.text")),
    h("pre", { class: "code" }, "speedpix console"), h("p", { class: "soft" }, t("signIn.once")), form)));
}
