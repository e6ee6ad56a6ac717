// Settings ↔ link, by the table of state.py: `#v=1&p=draw&turn=12` holds what differs from the defaults.

/** The fragment for a page and its settings. */
export function linkOf(table, page, values) {
  const parts = [`v=${table.version}`, `p=${page}`];
  for (const [name, setting] of Object.entries(table.settings[page])) {
    if (name in values && values[name] !== setting.default) parts.push(`${name}=${encodeURIComponent(values[name])}`);
  }
  return `#${parts.join("&")}`;
}

/** The page, all of its settings, and the names that were left out. */
export function parseLink(table, fragment) {
  const given = new Map(new URLSearchParams(fragment.replace(/^#/, "")));
  const bad = [];
  if ((given.get("v") ?? String(table.version)) !== String(table.version)) bad.push("v");
  let page = given.get("p") ?? table.pages[0];
  if (!table.pages.includes(page)) { bad.push("p"); page = table.pages[0]; }
  for (const name of ["v", "p", "lang"]) given.delete(name);
  const known = table.settings[page], values = {};
  for (const [name, setting] of Object.entries(known)) values[name] = setting.default;
  for (const [name, text] of given) {
    const value = name in known ? read(known[name], text) : null;
    if (value === null) bad.push(name);
    else values[name] = value;
  }
  return { page, values, bad };
}

function read(setting, text) {
  if (setting.kind === "Number") {
    const value = text.trim() === "" ? NaN : Number(text);
    return Number.isFinite(value) && value >= setting.low && value <= setting.high ? value : null;
  }
  if (setting.kind === "Choice") return setting.choices.includes(text) ? text : null;
  return /^[\w-]*$/.test(text) ? text : null;
}

/** Whole numbers as base64url of int16. @param {number[]} numbers */
export function pack(numbers) {
  const bytes = new Uint8Array(Int16Array.from(numbers).buffer);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @returns {number[]} what was packed; empty for what cannot be unpacked */
export function unpack(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return bytes.length % 2 ? [] : Array.from(new Int16Array(bytes.buffer));
  } catch {
    return [];
  }
}
