// The gateway's own routes below /speedpix/, with the session's token.
import { parse, stringify } from "./json.js";
import { store, stored } from "./storage.js";
import { t } from "./text.js";

/**
 * What the gateway refused, or that it was not reached: then `code` is `Unreachable`. `details` is what a refusal says besides,
 * such as `{findings}`.
 */
class ApiError extends Error {
  constructor(code, message, status = 0, details = null) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** A path whose parts are escaped: path`predictions/${id}/cancel`. */
export function path(strings, ...parts) {
  return strings.reduce((text, string, index) => text + encodeURIComponent(parts[index - 1]) + string);
}

/** `?name=value&…`, without what is null or empty. */
export function query(values) {
  const isSaid = ([, value]) => value !== null && value !== undefined && value !== "";
  const pairs = Object.entries(values ?? {}).filter(isSaid);
  return pairs.length ? `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}` : "";
}

export const session = {
  get token() { return stored("token"); },
  /** Called when the gateway does not take the token, or there is none. */
  onRefused: () => {},
  end() { store("token", null); },
};

async function send(method, address, { body, headers, signal } = {}) {
  try {
    return await fetch(address, {
      method, body, signal, cache: "no-store", credentials: "omit", redirect: "error",
      headers: { ...(session.token ? { Authorization: `Bearer ${session.token}` } : {}), ...headers },
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("Unreachable", t("error.unreachable"));
  }
}

/** The `data` of an answer. */
async function data(response, onRefused = () => session.onRefused()) {
  let answer;
  try {
    answer = parse(await response.text());
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("NoJSON", t("error.answer", { status: response.status }), response.status);
  }
  if (response.ok && !answer.errCode) return answer.data;
  if (response.status === 401) onRefused();
  throw new ApiError(answer.errCode ?? "HTTP", answer.errMessage ?? t("error.answer", { status: response.status }),
    response.status, answer.data ?? null);
}

async function call(method, route, body, signal) {
  const json = body === undefined ? {} : { body: stringify(body), headers: { "Content-Type": "application/json" } };
  return data(await send(method, `/speedpix/${route}`, { ...json, signal }));
}

/** `get("predictions", {limit: 60}, {signal})`; all give the answer's `data`, or throw an `ApiError`. */
export const get = (route, values, { signal } = {}) => call("GET", route + query(values), undefined, signal);
export const post = (route, body = {}, { signal } = {}) => call("POST", route, body, signal);
export const put = (route, body = {}, { signal } = {}) => call("PUT", route, body, signal);
export const remove = (route, { signal } = {}) => call("DELETE", route, undefined, signal);

/** Trades a one-time code for a session's token. Throws an `ApiError` if the code is unknown, used or too old. */
export async function signIn(code) {
  const { token } = await data(await send("POST", "/console/session", {
    body: stringify({ code }), headers: { "Content-Type": "application/json" },
  }), () => { /* There is no session yet that could end. */ });
  store("token", token);
}

/** The events, as a response whose body is read as it comes. */
export const openEvents = (signal) =>
  send("GET", "/speedpix/events", { signal, headers: { Accept: "text/event-stream" } });

/**
 * Uploads a file and gives its URL, which an input takes.
 *
 * @param progress Called with a fraction.
 */
export async function upload(file, { signal, progress } = {}) {
  const { upload_url: address, url, content_type: type } = await post("uploads", {
    filename: file.name || "file", size: file.size, content_type: file.type || "application/octet-stream",
  }, { signal });
  // Only this tells how far an upload is.
  await new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", address);
    request.setRequestHeader("Content-Type", type ?? (file.type || "application/octet-stream"));
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress?.(event.loaded / event.total);
    });
    request.addEventListener("load", () => request.status < 300 ? resolve()
      : reject(new ApiError("Upload", t("error.upload", { name: file.name, status: request.status }), request.status)));
    request.addEventListener("error", () => reject(new ApiError("Unreachable", t("error.unreachable"))));
    request.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
  return url;
}
