// Files of predictions: pictures, films and sounds as what they are, everything else as a name.
import { button, fill, h, icon, isOwnAddress } from "./dom.js";
import { bytes, duration, t } from "./text.js";

/** Of a file's type: `image`, `video`, `audio` or `data`. */
export function kindOf(file) {
  const kind = (file.mime_type ?? "").split("/")[0];
  return ["image", "video", "audio"].includes(kind) ? kind : "data";
}

const drawings = { image: "picture", video: "video", audio: "audio" };

/** The name of the drawing that stands for a file of a kind where it cannot be shown. */
export const drawingOf = (kind) => drawings[kind] ?? "data";

/** The files among the outputs of a prediction. */
export const filesOf = (detail) => (detail.outputs ?? []).flatMap((output) => output.files ?? []);

/** What is known of a file, in one line. */
export function factsText(file) {
  const facts = file.facts ?? {};
  const parts = [];
  if (facts.width && facts.height) parts.push(`${facts.width} × ${facts.height}`);
  if (facts.duration) parts.push(duration(facts.duration));
  if (facts.pages > 1) parts.push(t("file.pages", { count: facts.pages }));
  if (file.size !== null && file.size !== undefined) parts.push(bytes(file.size));
  parts.push((file.mime_type ?? "").replace(/^(image|video|audio)\//, ""));
  return parts.filter(Boolean).join(" · ");
}

/** A link that saves a file under its name. */
const downloadLink = (file, attributes) => h("a", {
  class: "button small", href: isOwnAddress(file.url) ? file.url : null, download: file.filename,
  "aria-label": t("file.downloadName", { name: file.filename }), ...attributes,
}, icon("download"), h("span", null, t("file.download")));

/**
 * A file of a result, large. Nothing of it is ever part of this page: a drawing with scripts is an image, and a page of
 * HTML only a name.
 *
 * @param actions More buttons below it.
 */
export function figure(file, actions = []) {
  const shot = h("div", { class: "figure-shot" });
  const kind = isOwnAddress(file.url) ? kindOf(file) : "data";
  const controls = [];
  const asName = (why = file.gone && t("file.gone")) => fill(shot, h("p", { class: "file-name" }, icon(drawingOf(kind)),
    h("span", null, file.filename), why && h("span", { class: "soft" }, why)));
  if (kind === "image") {
    const image = h("img", { src: file.url, alt: file.filename, class: "checked", decoding: "async" });
    // There are pictures that only the gateway can draw.
    image.addEventListener("error", () => {
      if (isOwnAddress(file.thumbnail) && image.getAttribute("src") !== file.thumbnail) {
        image.src = file.thumbnail;
        return;
      }
      asName(t(file.mime_type === "image/svg+xml" ? "file.drawing" : "file.unshown"));
      zoom.remove();
    });
    const zoom = button(t("file.actualSize"), () => {
      const isActual = shot.classList.toggle("is-actual");
      zoom.setAttribute("aria-pressed", isActual);
      if (isActual) shot.tabIndex = 0;
      else shot.removeAttribute("tabindex");
    }, { class: "small", "aria-pressed": "false" });
    shot.setAttribute("role", "group");
    shot.setAttribute("aria-label", file.filename);
    shot.append(image);
    controls.push(zoom);
  } else if (kind === "video") {
    shot.append(h("video", {
      src: file.url, controls: true, preload: "metadata", loop: true, "aria-label": file.filename,
      poster: isOwnAddress(file.thumbnail) ? file.thumbnail : null, onerror: () => asName(t("file.unplayed")),
    }));
  } else if (kind === "audio") {
    shot.append(h("audio", {
      src: file.url, controls: true, preload: "metadata", "aria-label": file.filename,
      onerror: () => asName(t("file.unplayed")),
    }));
  } else {
    asName();
  }
  return h("figure", { class: `figure ${kind}` }, shot,
    h("figcaption", null,
      h("span", { class: "grow" }, h("b", null, file.filename), " ", h("span", { class: "soft" }, factsText(file))),
      h("span", { class: "row" }, controls, actions, isOwnAddress(file.url) && downloadLink(file))));
}

/** A file of an input, small. */
export function fileChip(file) {
  const drawing = icon(drawingOf(kindOf(file)));
  const picture = isOwnAddress(file.thumbnail) && h("img", {
    src: file.thumbnail, alt: "", class: "checked", loading: "lazy",
    onerror: ({ target }) => target.replaceWith(drawing),
  });
  const content = [picture || drawing, h("span", null, file.filename),
    file.gone && h("span", { class: "soft" }, t("file.gone"))];
  return isOwnAddress(file.url)
    ? h("a", {
      class: "file-chip", href: file.url, download: file.filename,
      title: t("file.downloadName", { name: file.filename }),
    }, content)
    : h("span", { class: "file-chip" }, content);
}

/** The pictures among the files of a result. */
export function pictures(detail) {
  return filesOf(detail).filter((file) => kindOf(file) === "image" && isOwnAddress(file.url));
}
