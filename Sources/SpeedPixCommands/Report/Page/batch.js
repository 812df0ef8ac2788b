const data = (id) => JSON.parse(at(id).textContent);
const batch = data("batch");
const rows = data("rows");
const pictures = data("pictures");
const nonce = at("program").nonce;
// The places of a row's members.
const [NUMBER, KEY, LABEL, STATE, SECONDS, PREDICTIONS, REASON, MESSAGE, PICTURES, WARNINGS, EARLIER] = Array(11).keys();

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const count = (number, noun) => grouped(number) + " " + noun + (number === 1 ? "" : "s");
const stateNames = { succeeded: "done", failed: "failed", in_doubt: "in doubt", not_run: "not run" };
const stateOf = (row) => batch.states[row[STATE]];
const labelOf = (row) => row[LABEL] === 0 ? row[KEY] : row[LABEL];
const messageOf = (row) => row[REASON] < 0 ? "" : row[MESSAGE] === 0 ? batch.reasons[row[REASON]][1] : row[MESSAGE];
const withCode = (code, text) => !text ? code : text === code || text.includes(code + ": ") ? text : code + ": " + text;

// Details: of all rows in the page, or in files of so many rows, of which the newest that were read are kept.
const details = new Map(data("details").map((portion, number) => [number, portion]));
const isInPage = batch.folder === undefined;
const mostKept = 30;
const wanted = new Map();
const missing = new Set();
const places = new Map(rows.map((row, place) => [row, place]));
const portionOf = (row) => Math.floor(places.get(row) / batch.rowsOfFile);
const detailOf = (row) => (details.get(portionOf(row)) || [])[places.get(row) % batch.rowsOfFile];
// What a file of details calls. A script, since a page from a disk may not fetch what lies beside it.
globalThis.speedpixRows = (number, text) => {
  details.set(number, JSON.parse(text));
  while (details.size > mostKept) details.delete(details.keys().next().value);
};
function load(number) {
  if (isInPage || details.has(number) || wanted.has(number) || missing.has(number)) return;
  const script = document.createElement("script");
  script.nonce = nonce;
  script.src = batch.folder + batch.rowsPrefix + number + ".js";
  const end = () => { script.remove(); wanted.delete(number); describe(number); };
  script.onload = end;
  script.onerror = () => { missing.add(number); end(); };
  wanted.set(number, script);
  document.head.append(script);
}

// What is shown: by state, reason and words, in an order.
const isUnsure = (row) => row[WARNINGS] !== 0;
const isState = (name) => (row) => stateOf(row) === name;
const filters = [
  ["All", () => true], ["Failed", isState("failed")], ["In doubt", isState("in_doubt")], ["Done", isState("succeeded")],
  ["Not run", isState("not_run")], ["With warnings", isUnsure], ["Done before", (row) => row[EARLIER] === 1],
];
const orders = [
  ["Failures first", null], ["As the rows stand", (a, b) => a[NUMBER] - b[NUMBER]],
  ["Slowest first", (a, b) => (b[SECONDS] ?? -1) - (a[SECONDS] ?? -1) || a[NUMBER] - b[NUMBER]],
];
let filter = filters[0][1];
let reason = -1;
let order = orders[0][1];
let shown = rows;
const texts = new Map();
function textOf(row) {
  let text = texts.get(row);
  if (text === undefined) {
    text = [row[KEY], labelOf(row), messageOf(row), row[REASON] < 0 ? "" : batch.reasons[row[REASON]][0], row[WARNINGS] || ""]
      .join("\n").toLowerCase();
    texts.set(row, text);
  }
  return text;
}
function select() {
  const word = at("search").value.trim().toLowerCase();
  shown = rows.filter((row) => filter(row) && (reason < 0 || row[REASON] === reason) && (!word || textOf(row).includes(word)));
  // A row that is called exactly so comes first.
  if (word) {
    const isExact = (row) => row[KEY].toLowerCase() === word || labelOf(row).toLowerCase() === word;
    if (order) shown.sort(order);
    shown = [...shown.filter(isExact), ...shown.filter((row) => !isExact(row))];
  } else if (order) shown.sort(order);
  at("shown").textContent = shown.length === rows.length ? count(rows.length, "row")
    : grouped(shown.length) + " of " + count(rows.length, "row");
  focused = 0;
  const top = listTop();
  if (scrollY > top) scrollTo(0, top);
  clear();
  draw();
}

// The list: only rows that are seen are laid out. Browsers allow some ten million pixels; a longer list scrolls faster.
const list = at("list");
const mostPixels = 8e6;
const spare = 6;
let rowHeight = 92;
let focused = 0;
const drawn = new Map();
const listTop = () => list.getBoundingClientRect().top + scrollY - at("filters").parentElement.offsetHeight;
function scale() {
  const whole = shown.length * rowHeight;
  const height = Math.min(whole, mostPixels);
  const room = Math.max(height - innerHeight, 1);
  return { height, factor: whole > mostPixels ? (whole - innerHeight) / room : 1 };
}
function clear() {
  for (const element of drawn.values()) element.remove();
  drawn.clear();
}
function draw() {
  rowHeight = parseInt(getComputedStyle(list).getPropertyValue("--row"), 10);
  const { height, factor } = scale();
  list.style.height = height + "px";
  const scrolled = Math.max(-list.getBoundingClientRect().top, 0);
  const start = scrolled * factor;
  const first = Math.max(Math.floor(start / rowHeight) - spare, 0);
  const last = Math.min(Math.ceil((start + innerHeight) / rowHeight) + spare, shown.length);
  const active = document.activeElement?.closest(".row");
  for (const [index, element] of drawn) {
    if ((index < first || index >= last) && element !== active) { element.remove(); drawn.delete(index); }
  }
  let before = null;
  for (let index = first; index < last; index++) {
    let element = drawn.get(index);
    if (!element) {
      element = rowElement(shown[index], index);
      drawn.set(index, element);
      // In the order of the list, for those who read it with the keyboard.
      if (before) before.after(element); else list.prepend(element);
    }
    before = element;
  }
  for (const [index, element] of drawn) {
    element.style.transform = "translateY(" + Math.round(index * rowHeight - start + scrolled) + "px)";
  }
  settle();
}
let settling = 0;
// Details are read when the list stands still.
function settle() {
  clearTimeout(settling);
  settling = setTimeout(() => {
    for (const index of drawn.keys()) if (shown[index]) load(portionOf(shown[index]));
  }, 80);
}
function thumbnail(picture, name) {
  if (picture === -1) return make("span", { class: "none", text: "·" });
  const image = make("img", { src: sourceOf(picture), alt: name || "", decoding: "async" });
  image.onerror = () => image.parentElement?.replaceWith(make("span", { class: "none", text: "·" }));
  return make("span", {}, image);
}
const sourceOf = (picture) => isInPage ? pictures[picture] : batch.folder + picture + batch.thumbnailExtension;
function rowElement(row, index) {
  const state = stateOf(row);
  const shots = row[PICTURES].slice(0, 3).map((picture) => thumbnail(picture));
  const why = row[REASON] < 0 ? "" : withCode(batch.reasons[row[REASON]][0], messageOf(row));
  const button = make("button", { type: "button", tabindex: index === focused ? "0" : "-1",
      "aria-label": [labelOf(row), stateNames[state], why, row[WARNINGS] || ""].filter(Boolean).join(", ") },
    make("span", { class: "shots" }, ...(shots.length ? shots : [thumbnail(-1)])),
    make("span", { class: "text" }, make("b", { text: labelOf(row) }),
      why ? make("span", { class: "why", text: why, title: why }) : null,
      isUnsure(row) ? make("span", { class: "warn", text: "unsure: " + row[WARNINGS] }) : null,
      make("span", { class: "values" })),
    make("span", { class: "numbers" }, make("i", { class: "state", text: stateNames[state] + (row[EARLIER] ? ", before" : "") }),
      row[SECONDS] === null ? null : make("i", { text: seconds(row[SECONDS]) }),
      row[PREDICTIONS] ? make("i", { text: count(row[PREDICTIONS], "prediction") }) : null));
  button.addEventListener("click", () => show(index));
  button.addEventListener("focus", () => setFocused(index));
  const element = make("div", { class: "row " + state + (isUnsure(row) ? " unsure" : ""), role: "listitem",
    "aria-setsize": shown.length, "aria-posinset": index + 1 }, button);
  fill(element, row);
  return element;
}
const plain = (value) => typeof value === "string" ? value : JSON.stringify(value);
function fill(element, row) {
  const detail = detailOf(row);
  if (!detail) return;
  element.querySelector(".values").textContent =
    detail.values.map(([name, value]) => name + ": " + plain(value).slice(0, 100)).join(" · ").slice(0, 300);
}
function describe(number) {
  for (const [index, element] of drawn) if (shown[index] && portionOf(shown[index]) === number) fill(element, shown[index]);
  if (at("detail").open && shown[opened] && portionOf(shown[opened]) === number) show(opened);
}
function setFocused(index) {
  const before = drawn.get(focused)?.firstElementChild;
  if (before) before.tabIndex = -1;
  focused = index;
  const now = drawn.get(index)?.firstElementChild;
  if (now) now.tabIndex = 0;
}
function focusRow(index) {
  focused = Math.min(Math.max(index, 0), shown.length - 1);
  if (focused < 0) return;
  reveal(focused);
  const button = drawn.get(focused)?.firstElementChild;
  if (button) { setFocused(focused); button.focus({ preventScroll: true }); }
}
// Scrolls so far that the row is seen whole, below what stays at the top.
function reveal(index) {
  const { factor } = scale();
  const bar = at("filters").parentElement.offsetHeight;
  const origin = list.getBoundingClientRect().top + scrollY;
  const start = Math.max(scrollY - origin, 0) * factor;
  const lead = scrollY < origin ? origin - scrollY : 0;
  const upper = index * rowHeight - start + lead;
  if (upper < bar) scrollTo(0, Math.max(origin + (index * rowHeight - bar) / factor, 0));
  else if (upper + rowHeight > innerHeight) scrollTo(0, origin + (index * rowHeight + rowHeight - innerHeight) / factor);
  draw();
}

// One row
function pairs(values) {
  const terms = make("dl");
  for (const [name, value] of values) {
    terms.append(make("dt", { text: name }), make("dd", { text: typeof value === "string" ? value : JSON.stringify(value, null, 1) }));
  }
  return terms;
}
// Of a row that a worker has done, a file without a link is one that only the worker's machine sees.
function link(file, worker) {
  return file.link ? make("a", { href: file.link, target: "_blank", rel: "noopener", text: file.name })
    : make("span", { text: file.name + (worker === undefined ? " (no longer there)" : " (at the worker " + worker + ")") });
}
function figure(row, file) {
  const picture = row[PICTURES][file.picture];
  const small = picture === undefined || picture === -1 ? null : sourceOf(picture);
  // Beside a large page only small pictures lie: the saved one itself is shown as long as it is there.
  const source = isInPage ? small : file.link || small;
  const image = source && make("img", { src: source, alt: file.name });
  if (image) image.onerror = () => {
    if (small && image.getAttribute("src") !== small) image.src = small; else image.parentElement?.remove();
  };
  return make("figure", {}, image && make("div", { class: "shot" }, image), make("figcaption", {}, link(file)));
}
const section = (title, ...children) => children.length ? [make("h3", { text: title }), ...children] : [];
// Which is open. Not the focused one: a browser gives the focus back to the row that was opened first.
let opened = 0;
function show(index) {
  opened = index;
  const row = shown[index];
  const detail = detailOf(row);
  at("detail-title").textContent = labelOf(row);
  const left = make("div", { class: "pictures" });
  const right = make("div");
  const facts = [["state", stateNames[stateOf(row)] + (row[EARLIER] ? ", by an attempt before" : "")], ["row", grouped(row[NUMBER])]];
  if (row[KEY] !== labelOf(row)) facts.push(["key", row[KEY]]);
  if (row[SECONDS] !== null) facts.push(["took", seconds(row[SECONDS])]);
  if (detail?.ended) facts.push(["ended", detail.ended]);
  if (detail?.worker !== undefined) facts.push(["worker", detail.worker]);
  const why = row[REASON] < 0 ? "" : withCode(batch.reasons[row[REASON]][0], messageOf(row));
  if (why) right.append(make("p", { class: "error", text: detail?.error || why }));
  if (isUnsure(row)) right.append(make("p", { class: "warned", text: "unsure: " + row[WARNINGS] }));
  right.append(...section("Row", pairs(facts)));
  if (detail) {
    for (const file of detail.files) if (file.picture !== undefined) left.append(figure(row, file));
    const others = detail.files.filter((file) => file.picture === undefined);
    if (detail.values.length) right.append(...section("Returned", pairs(detail.values)));
    if (detail.inputs.length) right.append(...section("Values", pairs(detail.inputs)));
    if (others.length) {
      right.append(...section("Files", make("ul", { class: "files" }, ...others.map((file) => make("li", {}, link(file, detail.worker))))));
    }
    if (detail.predictions.length) right.append(...section("Predictions", make("pre", { tabindex: "0", text: detail.predictions.join("\n") })));
  } else {
    const number = portionOf(row);
    load(number);
    right.append(make("p", { text: missing.has(number)
      ? "The rest is in the folder " + decodeURIComponent(batch.folder) + " beside this page, which is not there." : "…" }));
  }
  at("detail-body").classList.toggle("single", left.childElementCount === 0);
  at("detail-body").replaceChildren(...(left.childElementCount ? [left, right] : [right]));
  if (!at("detail").open) at("detail").showModal();
  at("detail").scrollTop = 0;
}
function step(by) {
  const index = opened + by;
  if (!shown[index]) return;
  reveal(index);
  show(index);
}

// The page
document.title = batch.head.title;
at("title").textContent = batch.head.title;
at("facts").textContent = batch.head.facts.join(" · ");
at("results").append("Results: ", make("a", { href: batch.head.results.link, text: batch.head.results.name }));
if (batch.head.problem) { at("problem").textContent = batch.head.problem; at("problem").hidden = false; }

function press(buttons, pressed) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed));
}
for (const [name, test] of filters) {
  const number = rows.reduce((sum, row) => sum + (test(row) ? 1 : 0), 0);
  if (name !== "All" && number === 0) continue;
  const button = make("button", { type: "button", "aria-pressed": String(name === "All"), text: name + " " + grouped(number) });
  button.addEventListener("click", () => {
    filter = test;
    setReason(-1);
    press(at("filters").children, button);
    select();
  });
  at("filters").append(button);
}
const reasonButtons = new Map();
function setReason(wanted) {
  reason = wanted;
  press(reasonButtons.values(), reasonButtons.get(wanted));
}
// Those of most rows first; what failed before what has not run.
const groups = batch.reasons.map(([code, text], index) => ({ code, text, index, count: 0, first: null, isLater: false }));
for (const row of rows) {
  if (row[REASON] < 0) continue;
  const group = groups[row[REASON]];
  group.count++;
  group.first ??= row;
  group.isLater ||= stateOf(row) === "not_run";
}
const found = groups.filter((group) => group.count > 0).sort((a, b) => a.isLater - b.isLater || b.count - a.count);
for (const group of found) {
  const text = withCode(group.code, group.count === 1 ? messageOf(group.first) : group.text);
  const button = make("button", { type: "button", "aria-pressed": "false", class: group.isLater ? "later" : null, title: text },
    make("b", { text: grouped(group.count) }), make("span", { text }));
  button.addEventListener("click", () => {
    filter = filters[0][1];
    press(at("filters").children, at("filters").firstElementChild);
    setReason(reason === group.index ? -1 : group.index);
    select();
  });
  reasonButtons.set(group.index, button);
  at("reasons").append(button);
}
at("reasons-section").hidden = found.length === 0;
for (const [index, [name]] of orders.entries()) at("order").append(make("option", { value: String(index), text: name }));
at("order").addEventListener("change", () => { order = orders[at("order").value][1]; select(); });

let typing = 0;
at("search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(select, 60); });
at("previous").addEventListener("click", () => step(-1));
at("next").addEventListener("click", () => step(1));
at("close").addEventListener("click", () => at("detail").close());
at("detail").addEventListener("close", () => focusRow(opened));
let isDrawing = false;
function drawSoon() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => { isDrawing = false; draw(); });
}
addEventListener("scroll", drawSoon, { passive: true });
addEventListener("resize", () => { clear(); drawSoon(); });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (at("detail").open) {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
    return;
  }
  if (event.target === at("search")) {
    if (event.key === "Enter" || event.key === "ArrowDown") { select(); focusRow(0); event.preventDefault(); }
    return;
  }
  if (event.key === "/") { at("search").focus(); event.preventDefault(); return; }
  if (!event.target.closest?.(".row")) return;
  const page = Math.max(Math.floor(innerHeight / rowHeight) - 2, 1);
  const target = { ArrowUp: focused - 1, ArrowDown: focused + 1, PageUp: focused - page, PageDown: focused + page,
    Home: 0, End: shown.length - 1 }[event.key];
  if (target === undefined) return;
  focusRow(target);
  event.preventDefault();
});
select();
// A link can name a row to open by its number: #17.
const place = /^#\d+$/.test(location.hash) ? rows.findIndex((row) => row[NUMBER] === Number(location.hash.slice(1))) : -1;
if (place >= 0) { reveal(place); show(place); }
