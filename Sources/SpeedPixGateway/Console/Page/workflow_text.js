// What workflows are called.
import { t } from "./text.js";

/** The name of a workflow for people, of those that have none their id. */
export const nameOf = (workflow) => workflow.title || workflow.id;

/** The aliases that stand for a version, in their order. */
export const aliasesOf = (workflow, version) => Object.entries(workflow.aliases ?? {})
  .filter(([, name]) => name === version).map(([alias]) => alias).sort();

/** What a workflow is made of, in words. */
export const kindText = ({ kind }) => t(`workflows.kind.${["comfyui", "lua", "local"].includes(kind) ? kind : "unknown"}`);

/** Why a text cannot be the name of a workflow, an input, an output or an alias, in words; null if it can. */
export function nameProblem(text) {
  if (!text) return t("publish.name.empty");
  if ([...text].length > 64) return t("publish.name.long");
  return /^[\p{L}\p{Nd}\p{Mn}\p{Mc}_-]+$/u.test(text) ? null : t("publish.name.characters");
}

/** A name made of a text: in lower case, with `_` for everything else than letters and digits. Empty if it has none. */
export const slug = (text) => [...String(text ?? "").toLowerCase().replaceAll(/[^\p{L}\p{Nd}\p{Mn}\p{Mc}]+/gu, "_")
  .replace(/^_+/, "")].slice(0, 56).join("").replace(/_+$/, "");
