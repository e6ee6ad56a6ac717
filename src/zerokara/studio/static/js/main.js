// The frame around the pages: texts, doors, language, theme, the live line, the link.

import { make, put } from "./dom.js";
import { Draw, KEYS } from "./draw/page.js";
import { Pictures, PICTURES_KEYS } from "./pictures/page.js";
import { Plane, PLANE_KEYS } from "./plane/page.js";
import { encode } from "./frames.js";
import { linkOf, parseLink } from "./state.js";
import { fill, language, onSpeak, speak, t, translate } from "./texts.js";
import { Wire } from "./wire.js";

const PAGES = { draw: Draw, plane: Plane, pictures: Pictures };
const pages = {};
const $ = (id) => document.getElementById(id);

let wire, table, page, name;
const lines = { state: null, notice: null };

async function begin() {
  const answer = await fetch("api/texts");
  const { texts, state, guest } = await answer.json();
  fill(texts);
  table = { ...state, guest, pages: guest ? state.pages.slice(0, 1) : state.pages }; // a guest draws and looks
  asked();
  const known = localStorage.getItem("lang") ?? (navigator.language.startsWith("ja") ? "ja" : "en");
  theme(localStorage.getItem("theme") ?? "system");
  wire = new Wire();
  wire.on("hello", (head) => engine(head.workers));
  wire.on("closed", ({ code }) => say(() => t(code === 4429 ? "too-many-tabs" : "closed"), "bad"));
  const { values, bad, page: which } = parseLink(table, location.hash);
  put($("doors"), ...table.pages.filter((one) => !table.within[one]).map((door) => make("a", { href: `#v=1&p=${door}`, "data-page": door, "data-t": `door-${door}` })));
  enter(which, values);
  put($("key-list"), ...[KEYS, PLANE_KEYS, PICTURES_KEYS].slice(0, table.pages.length).flat().filter(([, text]) => !table.guest || text !== "key-keep").map(([key, text]) => make("tr", {}, make("th", { scope: "row" }, make("kbd", {}, key)), make("td", { "data-t": text }))));
  onSpeak(() => { $("language").textContent = language() === "ja" ? "English" : "日本語"; $("language").lang = language() === "ja" ? "en" : "ja"; for (const [id, line] of Object.entries(lines)) if (line) show(id, line.words, line.kind); });
  speak(known);
  if (bad.length) note(() => t("link-bad", { names: bad.join(", ") }), "bad");
  else if (table.guest) note(() => t("guest"), "");
  listen();
}

/** The language that the link asks for, if it does; it is kept. */
function asked() {
  const given = new URLSearchParams(location.hash.slice(1)).get("lang");
  if (given) localStorage.setItem("lang", given);
  return given;
}

/** Through a door: a page is made when it is first entered, and stays as it was left. */
function enter(which, values) {
  name = which;
  const known = pages[which];
  $("save").hidden = table.guest || !PAGES[which].prototype.saved;
  page = pages[which] ??= new PAGES[which]({ wire, table, values, status: (words, kind) => note(words ? () => words : null, kind) });
  put($("main"), ...beside(which), page.element);
  translate($("main"));
  for (const door of $("doors").children) if (door.dataset.page === (table.within[which] ?? which)) door.setAttribute("aria-current", "page"); else door.removeAttribute("aria-current");
  if (known && values) page.open(values);
  else if (known) page.entered?.();
}

/** Of a door with several pages behind it: the way to each. */
function beside(which) {
  const door = table.within[which] ?? which, pages = [door, ...Object.keys(table.within).filter((one) => table.within[one] === door)];
  if (pages.length === 1) return [];
  return [make("nav", { class: "beside", "data-label": `door-${door}` }, ...pages.map((one) => make("a", { href: `#v=1&p=${one}`, "aria-current": one === which ? "page" : null, "data-t": `beside-${one}` })))];
}

/** The link in the address has changed: another page, or other settings. */
function follow() {
  const { values, bad, page: which } = parseLink(table, location.hash), bare = /^#?(v=\d+&?)?(p=\w+)?$/.test(location.hash);
  note(bad.length ? () => t("link-bad", { names: bad.join(", ") }) : null, "bad");
  const lang = asked();
  if (lang && lang !== language()) speak(lang);
  enter(which, which !== name && bare && pages[which] ? null : values);
}

function listen() {
  $("language").addEventListener("click", () => { const next = language() === "ja" ? "en" : "ja"; localStorage.setItem("lang", next); speak(next); });
  $("theme").addEventListener("change", () => theme($("theme").value));
  $("copy").addEventListener("click", copy);
  $("save").addEventListener("click", save);
  $("keys").addEventListener("click", () => $("help").showModal());
  document.addEventListener("keydown", (event) => { if (event.key === "?" && !event.target.closest("input, dialog")) $("help").showModal(); });
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", () => { $("printed").textContent = [link(), ...settings()].join(" · "); });
}

function theme(which) {
  localStorage.setItem("theme", which);
  $("theme").value = which;
  if (which === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = which;
  document.dispatchEvent(new CustomEvent("theme"));
}

let workers = {};

/** How the engine does; null: as far as is known. */
function engine(now) {
  workers = now ?? workers;
  const state = workers.read?.state ?? "starting";
  say(() => t(`engine-${state}`), state === "ready" ? "good" : state === "broken" || state === "restarting" ? "bad" : "");
  document.body.dataset.engine = state;
}

/** The live line. */
const say = (words, kind) => show("state", words, kind);

/** What was done, or could not be; it stays until there is something else to say. */
const note = (words, kind) => show("notice", words, kind);

/** `words` makes the sentence in the language of the moment; null: there is nothing to say. */
function show(id, words, kind) {
  lines[id] = { words, kind };
  $(id).hidden = !words;
  $(id).className = `state ${id} ${kind}`;
  $(id).querySelector(".words").textContent = words ? words() : "";
}

/** The settings of the page as they stand in its link, one by one; what is packed is left to the link. */
const settings = () => Object.entries(page.values()).filter(([key]) => table.settings[name][key]?.kind !== "Packed").map(([key, value]) => `${key} ${value}`);

const link = () => new URL(linkOf(table, name, page.values()), document.baseURI).href;

async function copy() {
  const address = link();
  if (address.length > table.longest) { note(() => t("link-long"), "bad"); return; }
  try {
    await navigator.clipboard.writeText(address);
    const lacks = page.lacks?.();
    note(() => lacks ?? t("copied"), lacks ? "bad" : "good");
  } catch {
    history.replaceState(null, "", address);
    note(() => t("link-above"), "");
  }
}

/** What is on the screen as a page to keep, in a frame from which nothing reaches this page. */
async function save() {
  let what;
  try {
    what = await page.saved();
  } catch (why) {
    note(() => why.message, "bad");
    return;
  }
  const { head, arrays } = what;
  const answer = await fetch("api/pages", { method: "POST", body: encode({ do: "page", lang: language(), link: link(), ...head }, arrays) });
  const { address, error } = await answer.json();
  if (error) { note(() => error, "bad"); return; }
  $("saved").querySelector("iframe").src = address;
  Object.assign($("saved").querySelector("a"), { href: address, download: `zerokara-${name}.html` });
  $("saved").showModal();
}

begin().catch((error) => { put($("main"), make("p", {}, `The studio could not begin: ${error.message}`)); throw error; });
