// JSON with whole numbers of any size: a seed has up to 64 bits, and a JavaScript number only 53. Whole numbers that do
// not fit become a BigInt, and a BigInt is written as the number it is.

// Strings first, so that digits within them are left alone.
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const longNumber = /\d{16}/;

/** The value of a JSON text. Throws a SyntaxError. */
export function parse(text) {
  if (!longNumber.test(text)) return JSON.parse(text);
  // No text that was written before this call can have it.
  const tag = `${crypto.getRandomValues(new Uint32Array(4)).join("-")}:`;
  const marked = text.replace(stringOrNumber, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${tag}${token}"` : token);
  return JSON.parse(marked, (key, value) =>
    typeof value === "string" && value.startsWith(tag) ? BigInt(value.slice(tag.length)) : value);
}

/** A value as JSON text. */
export function stringify(value, indentation) {
  const tag = `${crypto.getRandomValues(new Uint32Array(4)).join("-")}:`;
  let hasBigInt = false;
  const text = JSON.stringify(value, (key, member) => {
    if (typeof member !== "bigint") return member;
    hasBigInt = true;
    return tag + member;
  }, indentation);
  return hasBigInt ? text.replaceAll(new RegExp(`"${tag}(-?\\d+)"`, "g"), "$1") : text;
}

/** The whole number that a text says: a number if it is exact as one, else a BigInt. Null for any other text. */
export function integer(text) {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) return null;
  const number = Number(trimmed);
  return Number.isSafeInteger(number) ? number : BigInt(trimmed.replace("+", ""));
}
