// The page's words, numbers and dates, in the language of the browser or the one that was chosen.
import { stored, store } from "./storage.js";

export const languages = { en: "English", zh: "中文" };

let texts = {};
let fallback = {};
let locale = "en";
let plural = new Intl.PluralRules("en");

/** The language whose texts are shown. */
export let language = "en";

/** The language that was chosen, else the first of the browser's that there are texts for. */
function preferred() {
  const chosen = stored("language");
  if (chosen in languages) return chosen;
  for (const tag of navigator.languages ?? []) {
    const base = tag.toLowerCase().split("-")[0];
    if (base in languages) return base;
  }
  return "en";
}

/** Fetches the texts. To be done before anything is shown. */
export async function loadTexts() {
  language = preferred();
  const file = async (name) => (await fetch(`/console/texts_${name}.json`)).json();
  [fallback, texts] = await Promise.all([file("en"), language === "en" ? {} : file(language)]);
  // Dates and numbers as the browser's own variant of the language has them: en-GB, zh-TW.
  locale = (navigator.languages ?? []).find((tag) => tag.toLowerCase().split("-")[0] === language) ?? language;
  plural = new Intl.PluralRules(locale);
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
}

/** Takes another language from the next load on. */
export function chooseLanguage(name) {
  store("language", name);
}

/**
 * A text by its key, with `{name}` replaced by the values. If `count` is among them and there is a text `key.one` or
 * `key.other`, that one is taken, by the language's rules.
 */
export function t(key, values) {
  let text = find(key, values?.count);
  if (text === undefined) return key;
  if (values) {
    text = text.replace(/\{(\w+)\}/g, (whole, name) => {
      if (!(name in values)) return whole;
      return typeof values[name] === "number" ? number(values[name]) : String(values[name]);
    });
  }
  return text;
}

function find(key, count) {
  for (const source of [texts, fallback]) {
    if (typeof count === "number") {
      const form = source[`${key}.${plural.select(count)}`] ?? source[`${key}.other`];
      if (form !== undefined) return form;
    }
    if (source[key] !== undefined) return source[key];
  }
  return undefined;
}

export function number(value, options) {
  return new Intl.NumberFormat(locale, options).format(value);
}

/** A date of seconds since 1970: the time alone if it is today's. */
export function date(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const moment = new Date(seconds * 1000);
  const isToday = moment.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale, isToday
    ? { hour: "2-digit", minute: "2-digit", second: "2-digit" }
    : { dateStyle: "medium", timeStyle: "medium" }).format(moment);
}

/** A date with all that is known, for a title. */
export function fullDate(seconds) {
  if (seconds === null || seconds === undefined) return "";
  return new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" }).format(new Date(seconds * 1000));
}

/** How long something took, of seconds. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 9.95) return t("unit.seconds", { value: number(seconds, { maximumFractionDigits: 1 }) });
  if (seconds < 59.5) return t("unit.seconds", { value: number(Math.round(seconds)) });
  const whole = Math.round(seconds);
  const two = (value) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The size of a file. */
export function bytes(size) {
  if (size === null || size === undefined) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = size;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${number(value, { maximumFractionDigits: unit && value < 9.95 ? 1 : 0 })} ${units[unit]}`;
}
