"use strict";
// What the pages of a run and of a batch have in common; stands in front of their own scripts.
const at = (id) => document.getElementById(id);

// Everything that a stranger wrote becomes text, never markup.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "text") element.textContent = value;
    else if (key === "class") element.className = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child));
  return element;
}
const seconds = (value) => value < 9.95 ? value.toFixed(1) + " s"
  : value < 59.5 ? Math.round(value) + " s"
  : Math.floor(Math.round(value) / 60) + ":" + String(Math.round(value) % 60).padStart(2, "0");
