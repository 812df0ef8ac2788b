// New predictions.
import { post, upload } from "./api.js";
import { toast } from "./dialogs.js";
import { t } from "./text.js";

/** The names of inputs that had a value which is not kept any more. */
export const missingInputs = (inputs) => Object.entries(inputs)
  .filter(([, input]) => input.omitted_bytes !== undefined || (input.file && !input.file.url)).map(([name]) => name);

/**
 * The inputs of a prediction as a new one takes them: files by their URLs, and nothing for those without a value.
 * Throws an error if one is not kept any more: what came out would be another prediction.
 */
export function inputsOf(inputs) {
  const missing = missingInputs(inputs);
  if (missing.length) throw new Error(t("created.missing", { names: missing.join(", ") }));
  const given = Object.entries(inputs).map(([name, input]) => [name, input.file ? input.file.url : input.value]);
  return Object.fromEntries(given.filter(([, value]) => value !== null && value !== undefined));
}

/**
 * Creates predictions of what a form says; its files are uploaded first.
 *
 * @param form What `inputForm` gave; its `read()` throws an error if something is wrong.
 * @param randomise Whether each gets seeds of its own instead of those in the inputs.
 * @param progress Called with a file's name and a fraction while it is uploaded.
 * Returns `{ids}`.
 */
export async function createPredictions({
  workflow, version, alias, form, count = 1, randomise = false, label, signal, progress,
}) {
  const { inputs, files } = form.read();
  for (const [name, given] of Object.entries(files ?? {})) {
    const several = Array.isArray(given) ? given : [given];
    const urls = [];
    for (const file of several) {
      urls.push(await upload(file, { signal, progress: (fraction) => progress?.(file.name, fraction) }));
    }
    inputs[name] = Array.isArray(given) ? urls : urls[0];
  }
  return createFrom({ workflow, version, alias, inputs, count, randomise, label, signal });
}

/** What says in an element how far an upload is: a `progress` of `createPredictions`. */
export const uploadStatus = (element) => (file, fraction) => {
  element.textContent = t("again.uploading", { file, percent: Math.round(fraction * 100) });
};

/** Creates predictions of inputs as they are. */
export async function createFrom({ workflow, version, alias, inputs, count = 1, randomise = false, label, signal }) {
  const body = { workflow, inputs, count, randomise_seeds: randomise };
  for (const [name, value] of Object.entries({ version, alias, label })) if (value) body[name] = value;
  const { ids, refused } = await post("predictions", body, { signal });
  // Some were created before the gateway had no more room, say.
  if (refused) toast(t("created.refused", { reason: refused }), { isError: true });
  return { ids };
}
