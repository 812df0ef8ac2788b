// What the browser keeps for this page. Without it (private windows, settings) the page works as long as it is open.
const prefix = "speedpix.";
const memory = new Map();

export function stored(name) {
  try {
    return localStorage.getItem(prefix + name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

export function store(name, value) {
  if (value === null) memory.delete(name);
  else memory.set(name, value);
  try {
    if (value === null) localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, value);
  } catch {
    // It stays in memory.
  }
}
