const run = JSON.parse(document.getElementById("run").textContent);
const pictures = JSON.parse(document.getElementById("pictures").textContent);

const isBad = (entry) => entry.status === "failed" || entry.status === "canceled";
const isDone = (entry) => entry.status === "succeeded";
// A picture that the script has made itself.
const isMade = (entry) => entry.status === "made";
const caption = (entry) => {
  const texts = Object.entries(entry.input).filter(([, value]) => typeof value === "string");
  const chosen = texts.find(([key]) => /prompt|text|title/i.test(key)) || texts[0];
  if (chosen) return chosen[1];
  if (isMade(entry)) return "made by the script";
  return entry.id ? JSON.stringify(entry.input) : entry.error;
};

// Tiles: one for each picture, and one for each prediction without any; failures first.
const tiles = [];
for (const [index, entry] of run.entries.entries()) {
  const shown = entry.outputs.filter((output) => output.picture >= 0);
  if (shown.length === 0) tiles.push({ entry, index, output: null });
  for (const output of shown) tiles.push({ entry, index, output });
}
const rank = (tile) => isBad(tile.entry) ? 0 : isMade(tile.entry) ? 3 : isDone(tile.entry) ? 2 : 1;
tiles.sort((a, b) => rank(a) - rank(b) || a.index - b.index);

const chosen = [];
const nameOf = (entry) => (entry.label ? entry.label + " · " : "") + entry.workflow;
const haystack = (entry) => [entry.id, entry.workflow, entry.label || "", entry.error || "", entry.unsure || "", JSON.stringify(entry.input),
  ...entry.outputs.map((output) => output.name)].join("\n").toLowerCase();

function tileElement(tile) {
  const { entry, output } = tile;
  const shot = output
    ? make("div", { class: "shot" }, make("img", { src: pictures[output.picture], alt: output.name }))
    : make("div", { class: "shot plain", text: entry.error || entry.outputs.map((o) => o.name).join("\n")
        || (isDone(entry) ? JSON.stringify(entry.data ?? {}) : entry.status) });
  const status = entry.status + (entry.unsure ? ", " + entry.unsure : "");
  const open = make("button", { type: "button", "aria-label": nameOf(entry) + ", " + status + ": " + caption(entry) },
    shot,
    make("div", { class: "caption" }, make("b", { text: isDone(entry) || isMade(entry) ? nameOf(entry) : entry.status + ": " + nameOf(entry) }),
      entry.unsure ? make("em", { text: entry.unsure }) : null,
      make("span", { text: caption(entry) })));
  open.addEventListener("click", () => showDetail(tile.index));
  const element = make("div", { class: "tile " + (isBad(entry) ? "failed" : entry.status) }, open);
  if (output) {
    const box = make("input", { type: "checkbox", "aria-label": "Compare " + output.name });
    box.addEventListener("change", () => choose(tile, box.checked));
    tile.box = box;
    element.append(make("label", { class: "pick", title: "Compare (c)" }, box));
  }
  tile.badge = make("span", { class: "mark" });
  element.append(tile.badge);
  tile.element = element;
  tile.text = haystack(entry);
  return element;
}

const filters = [
  ["All", () => true],
  ["Failed", isBad],
  ["Done", isDone],
  ["Unsure", (entry) => Boolean(entry.unsure)],
  ["Unfinished", (entry) => !isBad(entry) && !isDone(entry) && !isMade(entry)],
  ["Made", isMade],
];
let filter = filters[0][1];
function refresh() {
  const word = at("search").value.trim().toLowerCase();
  let shown = 0;
  for (const tile of tiles) {
    const fits = filter(tile.entry) && (!word || tile.text.includes(word));
    tile.element.hidden = !fits;
    if (fits) shown++;
  }
  at("nothing").hidden = shown > 0;
}

// Detail
let current = 0;
function pairs(object) {
  const list = make("dl");
  for (const [key, value] of Object.entries(object)) {
    list.append(make("dt", { text: key }),
      make("dd", { text: typeof value === "string" ? value : JSON.stringify(value, null, 1) }));
  }
  return list;
}
function figure(picture, text) {
  const words = make("figcaption", { text });
  return make("figure", {}, picture >= 0
    ? make("div", { class: "shot" }, make("img", { src: pictures[picture], alt: text })) : null, words);
}
function showDetail(index) {
  current = index;
  const entry = run.entries[index];
  at("detail-title").textContent = nameOf(entry) + " " + entry.id;
  const left = make("div", { class: "pictures" });
  for (const output of entry.outputs) {
    left.append(figure(output.picture, [output.name, output.size, output.path || output.url].filter(Boolean).join(" · ")));
  }
  for (const source of entry.sources) if (source.picture >= 0) left.append(figure(source.picture, "input: " + source.name));
  const times = {};
  if (entry.times.length > 1) {
    const [created, running, ended] = entry.times;
    times.queued = seconds((running ?? ended ?? run.elapsed) - created);
    if (running !== null && running !== undefined) times.ran = seconds((ended ?? run.elapsed) - running);
  }
  if (entry.computing !== null && entry.computing !== undefined) times.computing = seconds(entry.computing);
  const code = make("pre", { tabindex: "0", text: entry.lua });
  const copy = make("button", { type: "button", class: "copy", text: "Copy as Lua" });
  copy.addEventListener("click", () => copyText(entry.lua, copy, code));
  const right = make("div", {},
    entry.error ? make("p", { class: "error", text: entry.error }) : null,
    Object.keys(entry.input).length ? make("h3", { text: "Input" }) : null, pairs(entry.input),
    Object.keys(entry.options).length ? make("h3", { text: "Options" }) : null, pairs(entry.options),
    entry.data !== undefined && entry.data !== null ? make("h3", { text: "Output" }) : null,
    entry.data !== undefined && entry.data !== null ? pairs(Object(entry.data)) : null,
    ...(entry.id ? [make("h3", { text: "Prediction" }), pairs({ id: entry.id, status: entry.status + (entry.reused ? ", paid for by an attempt before" : ""), ...times }),
      make("h3", { text: "Lua" }), code, copy] : []));
  at("detail-body").replaceChildren(...(left.childElementCount ? [left, right] : [right]));
  if (!at("detail").open) at("detail").showModal();
  showMarks();
  at("detail").scrollTop = 0;
}
async function copyText(text, button, code) {
  const label = button.textContent;
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages from a disk may not use the clipboard everywhere: then what is selected is copied.
    const selection = getSelection();
    selection.selectAllChildren(code);
    done = document.execCommand("copy");
    if (done) selection.removeAllRanges();
  }
  button.textContent = done ? "Copied" : "Selected: press Ctrl-C";
  setTimeout(() => { button.textContent = label; }, 1500);
}
function step(by) {
  const shown = tiles.filter((tile) => !tile.element.hidden).map((tile) => tile.index);
  const order = [...new Set(shown.length ? shown : tiles.map((tile) => tile.index))];
  const index = order.indexOf(current);
  showDetail(order[(index + by + order.length) % order.length]);
}

// Marks: good and bad, by entry. They stay with the page in this browser, where that lets pages from a disk keep something.
const storageKey = "speedpix report " + run.facts[0] + " " + run.title;
const marks = new Map();
function storeMarks() {
  try { localStorage.setItem(storageKey, JSON.stringify([...marks])); } catch { /* They last as long as the page is open. */ }
}
function restoreMarks() {
  try {
    for (const [index, mark] of JSON.parse(localStorage.getItem(storageKey) || "[]")) if (run.entries[index]) marks.set(index, mark);
  } catch { /* There are none. */ }
}
function mark(index, kind) {
  if (marks.get(index) === kind) marks.delete(index); else marks.set(index, kind);
  storeMarks();
  showMarks();
}
function showMarks() {
  for (const tile of tiles) {
    const kind = marks.get(tile.index) || "";
    tile.element.classList.toggle("good", kind === "good");
    tile.element.classList.toggle("poor", kind === "bad");
    tile.badge.textContent = kind === "good" ? "✓ good" : kind === "bad" ? "✗ bad" : "";
  }
  at("detail-mark").textContent = at("detail").open ? marks.get(current) || "" : "";
  const counts = { good: 0, bad: 0 };
  for (const kind of marks.values()) counts[kind]++;
  at("marks").hidden = marks.size === 0;
  at("marked").textContent = counts.good + " good, " + counts.bad + " bad";
  at("copy-good").hidden = counts.good === 0;
  at("copy-bad").hidden = counts.bad === 0;
}
// A line for each: what it is called, its id, and where its files are.
function marked(kind) {
  const lines = [...marks].filter(([, other]) => other === kind).sort(([a], [b]) => a - b).map(([index]) => {
    const entry = run.entries[index];
    return [entry.label || "", entry.id, ...entry.outputs.map((output) => output.path || output.name)]
      .filter(Boolean).join("\t") || nameOf(entry);
  });
  return lines.join("\n") + "\n";
}

// Compare
function choose(tile, isChosen) {
  const index = chosen.indexOf(tile);
  if (isChosen && index < 0) chosen.push(tile);
  if (!isChosen && index >= 0) chosen.splice(index, 1);
  while (chosen.length > 2) chosen.shift().box.checked = false;
  tile.box.checked = chosen.includes(tile);
  at("tray").hidden = chosen.length === 0;
  at("chosen").textContent = chosen.length === 1 ? "1 picture chosen; choose another" : "2 pictures chosen";
  at("compare-button").disabled = chosen.length < 2;
}
function showCompare() {
  if (chosen.length < 2) return;
  for (const [side, tile] of [["left", chosen[0]], ["right", chosen[1]]]) {
    at(side).src = pictures[tile.output.picture];
    at(side).alt = tile.output.name;
    at(side + "-caption").textContent = tile.output.name + " — " + caption(tile.entry).slice(0, 160);
  }
  cut(50);
  at("compare").showModal();
  at("slider").focus();
}
function cut(value) {
  at("slider").value = value;
  at("stage").style.setProperty("--cut", value + "%");
}

// Timeline
function drawTimeline() {
  const total = Math.max(run.elapsed, 0.001);
  const percent = (value) => Math.min(Math.max(value / total, 0), 1) * 100;
  for (let tick = 0; tick <= 4; tick++) at("axis").append(make("span", { text: seconds(total * tick / 4) }));
  for (const [index, entry] of run.entries.entries()) {
    // Nothing was waited for.
    if (entry.times.length === 0) continue;
    const track = make("span", { class: "track" });
    const bar = (kind, from, to) => {
      const element = make("i", { class: kind, title: kind + " " + seconds(Math.max(to - from, 0)) });
      element.style.left = percent(from) + "%";
      element.style.width = Math.max(percent(to) - percent(from), 0) + "%";
      track.append(element);
    };
    const [created, running, ended] = entry.times;
    const end = ended ?? run.elapsed;
    bar("queue", created, running ?? end);
    if (running !== null && running !== undefined) bar(isBad(entry) ? "bad" : "run", running, end);
    else if (isBad(entry)) bar("bad", end, end);
    for (const output of entry.outputs) if (output.downloaded) bar("load", ...output.downloaded);
    const lane = make("button", { type: "button", class: "lane",
      "aria-label": nameOf(entry) + " " + entry.id + ", " + entry.status },
      make("span", { class: "name", text: nameOf(entry) + " " + entry.id.slice(0, 8) }), track);
    lane.addEventListener("click", () => showDetail(index));
    at("timeline").append(lane);
  }
  at("timeline-section").hidden = !run.entries.some((entry) => entry.times.length > 0);
}

// The page
document.title = run.title;
at("title").textContent = run.title;
at("facts").textContent = run.facts.join(" · ");
if (run.problem) { at("problem").textContent = run.problem; at("problem").hidden = false; }
at("sheet").append(...tiles.map(tileElement));
for (const [name, test] of filters) {
  const count = run.entries.filter(test).length;
  if (name !== "All" && count === 0) continue;
  const button = make("button", { type: "button", "aria-pressed": String(name === "All"), text: name + " " + count });
  button.addEventListener("click", () => {
    filter = test;
    for (const other of at("filters").children) other.setAttribute("aria-pressed", String(other === button));
    refresh();
  });
  at("filters").append(button);
}
at("search").addEventListener("input", refresh);
at("previous").addEventListener("click", () => step(-1));
at("next").addEventListener("click", () => step(1));
at("compare-button").addEventListener("click", showCompare);
at("clear-button").addEventListener("click", () => { while (chosen.length) choose(chosen[0], false); });
at("slider").addEventListener("input", () => cut(at("slider").value));
at("stage").addEventListener("pointermove", (event) => {
  if (event.buttons !== 1) return;
  const box = at("stage").getBoundingClientRect();
  cut(Math.round((event.clientX - box.left) / box.width * 100));
});
at("layout-button").addEventListener("click", () => {
  const beside = at("compare").classList.toggle("beside");
  at("layout-button").setAttribute("aria-pressed", String(beside));
});
for (const button of document.querySelectorAll(".close")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (at("detail").open) {
    if (event.key === "g") mark(current, "good");
    if (event.key === "b") mark(current, "bad");
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
    return;
  }
  if (at("compare").open || event.target === at("search")) return;
  if (event.key === "/") { at("search").focus(); event.preventDefault(); }
  if (event.key === "Enter" && event.target.type === "checkbox") showCompare();
  const shown = tiles.filter((tile) => !tile.element.hidden);
  const index = shown.findIndex((tile) => tile.element.contains(document.activeElement));
  if (index < 0) return;
  if (event.key === "g") mark(shown[index].index, "good");
  if (event.key === "b") mark(shown[index].index, "bad");
  if (event.key === "c" && shown[index].box) choose(shown[index], !shown[index].box.checked);
  // Rows as they are laid out now.
  const columns = getComputedStyle(at("sheet")).gridTemplateColumns.split(" ").length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
  if (by === undefined) return;
  const target = shown[index + by];
  if (target) target.element.querySelector("button").focus();
  event.preventDefault();
});
for (const kind of ["good", "bad"]) {
  const button = at("copy-" + kind);
  button.addEventListener("click", () => {
    at("copied").textContent = marked(kind);
    copyText(marked(kind), button, at("copied"));
  });
}
refresh();
restoreMarks();
showMarks();
drawTimeline();
// A link can name what to open: #1 is the first prediction, #compare the first two pictures.
const wanted = location.hash.slice(1);
if (wanted === "compare") {
  for (const tile of tiles.filter((tile) => tile.box).slice(0, 2)) choose(tile, true);
  showCompare();
} else if (/^\d+$/.test(wanted) && run.entries[wanted - 1]) showDetail(wanted - 1);
