"""Pages laid out by a real browser, where one is installed: what is cut off, lies on something else, or is squeezed.

The pages are shown in frames of a page that measures them, each once, with its style sheet as every medium reads it:
narrow and printed, wide and in the dark. A copy is measured, without the policy that forbids scripts.

In the dark only colours differ: what is wrong there is a matter of the style sheet, the element and those around it. So
a page is looked at in the dark if it has words of a kind that no page before it had.
"""

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

REQUIRED = "ZEROKARA_TEST_BROWSER"
"""Set to `required`, a missing browser is a failure: the checks of every change set it. Else the tests are skipped."""


def may_be_skipped() -> bool:
    """Whether there is no browser, and nobody said that there has to be one."""
    return CHROMIUM is None and os.environ.get(REQUIRED) != "required"


needs_browser = pytest.mark.skipif(may_be_skipped(), reason="no browser (chromium) is installed")

WIDE, NARROW, PRINTED = 1200, 390, 718
"""Pixels across: a desk, a phone, and a sheet of A4 between its margins."""

MEDIA = [(width, dark) for dark in (False, True) for width in (NARROW, PRINTED, WIDE)]

MEASURE = """
const found = [];
const visible = e => { const r = e.getBoundingClientRect(); return r.width > 0.5 && r.height > 0.5; };
const printed = width => width === PRINTED;
function sheet(text, width, dark) {
  const scheme = dark ? 'all' : 'not all', screen = printed(width) ? 'not all' : 'all';
  return text.replaceAll('@media screen and (prefers-color-scheme: dark)', `@media ${dark ? screen : 'not all'}`)
    .replaceAll('@media (prefers-color-scheme: dark)', `@media ${scheme}`)
    .replaceAll('@media screen', `@media ${screen}`)
    .replaceAll('@media print', `@media ${printed(width) ? 'all' : 'not all'}`);
}
function light(colour) {
  const parts = colour.match(/[\\d.]+/g).map(Number);
  const linear = parts.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return [0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2], parts.length < 4 ? 1 : parts[3]];
}
function behind(e, known) {
  if (!e) return 1;
  if (!known.has(e)) {
    const [brightness, opacity] = light(getComputedStyle(e).backgroundColor);
    known.set(e, opacity > 0.9 ? brightness : behind(e.parentElement, known));
  }
  return known.get(e);
}
const kinds = 'p, li, h1, h2, h3, th, td, dt, dd, small, summary, pre, a, strong, .tick, .name';
const seen = new Map();
function numbered(text) {
  if (!seen.has(text)) seen.set(text, seen.size);
  return seen.get(text);
}
function around(e, known) {
  if (!e) return '';
  if (!known.has(e)) {
    const style = (e.getAttribute('style') ?? '').replaceAll(/[\\d.]+px/g, 'px');  // lengths have no colour
    const own = `${e.localName}.${e.getAttribute('class')}{${style}}`;
    known.set(e, numbered(`${own} < ${around(e.parentElement, known)}`));
  }
  return known.get(e);
}
function novel(document) {
  const sheets = numbered([...document.querySelectorAll('style')].map(s => s.textContent).join());
  const before = seen.size, known = new Map();
  for (const e of document.querySelectorAll(kinds)) numbered(`${sheets}: ${around(e, known)}`);
  return seen.size > before;
}
function pale(document) {
  const told = [], known = new Map();
  for (const e of document.querySelectorAll(kinds)) {
    if (!e.textContent.trim() || !visible(e)) continue;
    const style = getComputedStyle(e), [a] = light(e.closest('svg') ? style.fill : style.color), b = behind(e, known);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 3) told.push(`pale (${contrast.toFixed(1)}): ${e.textContent.slice(0, 40)}`);
  }
  return told;
}
function crowded(document) {
  const told = [];
  for (const drawing of document.querySelectorAll('figure svg, .thumb svg:not(.window)')) {
    const frame = drawing.getBoundingClientRect();
    const texts = [...drawing.querySelectorAll('text')].filter(t => t.textContent.trim() && visible(t)
      && getComputedStyle(t).visibility !== 'hidden' && !t.closest('.quiet'));
    const boxes = texts.map(t => t.getBoundingClientRect());
    boxes.forEach((b, i) => {
      if (b.left < frame.left - 3 || b.right > frame.right + 3 || b.top < frame.top - 3 || b.bottom > frame.bottom + 3)
        told.push(`cut off: ${texts[i].textContent}`);
      for (let j = 0; j < i; j++) {
        const c = boxes[j];
        const across = Math.min(b.right, c.right) - Math.max(b.left, c.left);
        const down = Math.min(b.bottom, c.bottom) - Math.max(b.top, c.top);
        const turned = [texts[i], texts[j]].some(t => t.getAttribute('transform'));
        if (!turned && across > 2.5 && down > 0.45 * Math.min(b.height, c.height))
          told.push(`on each other: ${texts[j].textContent} | ${texts[i].textContent}`);
      }
    });
  }
  return told;
}
const leaves = (b, frame) => b.left < frame.left - 2 || b.right > frame.right + 2
  || b.top < frame.top - 2 || b.bottom > frame.bottom + 2;
function shrunk(document) {
  const told = [], marks = 'path, rect, line, circle, ellipse, polyline, polygon, text';
  for (const thumb of document.querySelectorAll('.thumb')) {
    const name = thumb.parentElement.id, frame = thumb.getBoundingClientRect();
    const drawn = [...thumb.querySelectorAll('svg:not(.window), img, :scope > b')].filter(visible);
    if (!drawn.some(e => e.localName !== 'svg' || [...e.querySelectorAll(marks)].some(visible)))
      told.push(`nothing on a card: ${name}`);
    for (const e of drawn) {
      const box = e.getBoundingClientRect(), scale = box.width / (e.viewBox?.baseVal.width || box.width);
      if (leaves(box, frame)) told.push(`cut off on a card: ${name}`);
      if (Math.max(box.width, box.height) < 40) told.push(`too small to be seen on a card: ${name}`);
      for (const mark of e.querySelectorAll(marks))
        if (!mark.closest('.window') && visible(mark) && leaves(mark.getBoundingClientRect(), box))
          told.push(`cut off on a card: ${name}, ${mark.localName}`);
      for (const text of e.querySelectorAll('text'))
        if (scale * parseFloat(getComputedStyle(text).fontSize) < 8)
          told.push(`too small to be read on a card: ${name}, ${text.textContent}`);
    }
  }
  return told;
}
function broken(document) {
  const told = [], range = document.createRange();
  for (const e of document.querySelectorAll('h1, h2, h3, th, .panels p, .gallery strong, .cards strong')) {
    const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode())
      for (const word of text.data.matchAll(/[A-Za-z]{4,}[,;.:]?/g)) {
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
        if (lines.size > 1) told.push(`a broken word: ${word[0]} in ${e.textContent.slice(0, 60)}`);
      }
  }
  return told;
}
function squeezed(document) {
  const told = [];
  for (const cell of document.querySelectorAll('td, th')) {
    const letters = cell.textContent.trim().length, box = cell.getBoundingClientRect();
    if (box.width === 0 || letters <= 5 || cell.querySelector('img')) continue;
    const style = getComputedStyle(cell), line = parseFloat(style.lineHeight);
    const room = box.width - parseFloat(style.paddingRight) - parseFloat(style.paddingLeft);
    const inside = document.createRange();
    inside.selectNodeContents(cell);
    const lines = inside.getBoundingClientRect().height / line;
    const few = lines > letters / 2 || room < 2 * parseFloat(style.fontSize);
    if (few && lines > 3.5) told.push(`squeezed: ${cell.textContent}`);
  }
  return told;
}
function hidden(document, width) {
  const told = [];
  for (const e of document.querySelectorAll('div, pre, ul, figure, .formula, table')) {
    const style = getComputedStyle(e), more = e.scrollWidth - e.clientWidth;
    if (!visible(e) || more < 2 || style.overflowX === 'visible') continue;
    if (printed(width)) told.push(`cut in print by ${more} px: ${e.className || e.tagName}`);
    else if (style.overflowX === 'hidden' || style.backgroundImage === 'none')
      told.push(`no sign that one may scroll: ${e.className || e.tagName}`);
  }
  return told;
}
function torn(document, width) {
  if (!printed(width)) return [];
  const whole = [...document.querySelectorAll('main *')].filter(e => getComputedStyle(e).breakInside === 'avoid');
  const told = whole.filter(e => e.getBoundingClientRect().height > 560)
    .map(e => `half a page stays white before it: ${e.className || e.tagName}`);
  for (const heading of document.querySelectorAll('main section > h2')) {
    const last = whole.find(e => heading.parentElement.contains(e) && getComputedStyle(e).breakAfter !== 'avoid');
    const together = last ? last.getBoundingClientRect().bottom - heading.getBoundingClientRect().top : 0;
    if (together > 520) told.push(`half a page stays white before a heading: ${heading.textContent}, ${together} px`);
  }
  return told;
}
function uneven(document) {
  return [...document.querySelectorAll('.pictures')].filter(row => {
    const alike = [...row.children].filter(e => !e.classList.contains('wide'));
    const boxes = alike.map(e => e.querySelector('img').getBoundingClientRect());
    return boxes.some(b => Math.abs(b.top - boxes[0].top) > 2 || Math.abs(b.width - boxes[0].width) > 2);
  }).map(row => `pictures of different sizes or rows: ${row.textContent.slice(0, 40)}`);
}
function faults(document, width, dark) {
  const told = [], wide = document.documentElement.scrollWidth;
  if (dark) return pale(document);
  if (wide > width + 1) told.push(`the page is ${wide} px wide`);
  return [...told, ...pale(document), ...crowded(document), ...shrunk(document), ...broken(document),
    ...squeezed(document), ...hidden(document, width), ...torn(document, width), ...uneven(document)];
}
function next() {
  const job = jobs.shift();
  if (!job) { document.getElementById('out').textContent = JSON.stringify(found); return; }
  const [name, source] = job;
  const frame = document.createElement('iframe');
  frame.style.cssText = 'display:none;visibility:hidden;height:900px;border:0';
  frame.onload = () => {
    const page = frame.contentDocument, styles = [...page.querySelectorAll('style')];
    const texts = styles.map(s => s.textContent);
    page.querySelectorAll('details').forEach(d => { d.open = true; });
    const other = novel(page);
    for (const [width, dark] of media) {
      if (dark && !other) continue;
      styles.forEach((s, i) => { s.textContent = sheet(texts[i], width, dark); });
      Object.assign(frame.style, {width: `${width}px`, display: 'block'});
      const told = [...faults(page, width, dark), ...(dark ? [] : more(page, width, name))];
      for (const fault of told) found.push([name, width, fault]);
    }
    frame.remove();
    next();
  };
  frame.srcdoc = source;
  document.body.append(frame);
}
next();
"""


def faults(
    pages: Mapping[str, str], folder: Path, media: Sequence[tuple[int, bool]] = MEDIA, more: str = "[]"
) -> list[tuple[str, int, str]]:
    """(page, width, what is wrong) for every page in every medium: (width, whether dark).

    `more` is an expression for what else is told of a page, from its `document`, its `width` and its `name`.
    """
    if CHROMIUM is None:
        pytest.fail(f"{REQUIRED}=required, and there is no browser: install chromium", pytrace=False)
    jobs = [
        [name, re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)] for name, page in pages.items()
    ]
    written = json.dumps(jobs).replace("</", "<\\/")
    harness = folder / "harness.html"
    given = f"const jobs = {written}, media = {json.dumps(list(media))}, WIDE = {WIDE}, PRINTED = {PRINTED};"
    given += f"const NARROW = {NARROW}, more = (document, width, name) => {more};"
    script = f"<script>{given}{MEASURE}</script>"
    harness.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body><pre id='out'></pre>{script}", encoding="utf-8")
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--virtual-time-budget=600000", "--dump-dom", harness.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    told = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, flags=re.DOTALL)
    assert told is not None, f"the browser measured nothing: {done.stderr[-500:]}"
    return [(name, width, fault) for name, width, fault in json.loads(html.unescape(told.group(1)))]
