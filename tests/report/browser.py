"""Pages laid out by a real browser, where one is installed: what is cut off, lies on something else, or is squeezed.

The pages are shown in frames of a page that measures them. A copy is measured, without the policy that forbids scripts.
"""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

MEASURE = """
const found = [];
const visible = e => { const r = e.getBoundingClientRect(); return r.width > 0.5 && r.height > 0.5; };
function faults(document, width) {
  const told = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > width + 1) told.push(`the page is ${wide} px wide`);
  for (const drawing of document.querySelectorAll('figure svg')) {
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
  for (const cell of document.querySelectorAll('td, th')) {
    const box = cell.getBoundingClientRect();
    if (box.width > 0 && box.width < 50 && cell.textContent.length > 6 && box.height > 90)
      told.push(`squeezed: ${cell.textContent}`);
  }
  return told;
}
function next() {
  const job = jobs.shift();
  if (!job) { document.getElementById('out').textContent = JSON.stringify(found); return; }
  const [name, width, source] = job;
  const frame = document.createElement('iframe');
  frame.style.cssText = `width:${width}px;height:900px;border:0`;
  frame.onload = () => {
    for (const fault of faults(frame.contentDocument, width)) found.push([name, width, fault]);
    frame.remove();
    next();
  };
  frame.srcdoc = source;
  document.body.append(frame);
}
next();
"""


def faults(pages: Mapping[str, str], widths: Sequence[int], folder: Path) -> list[tuple[str, int, str]]:
    """(page, width, what is wrong) for every page at every width."""
    assert CHROMIUM is not None
    jobs = [
        [name, width, re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)]
        for name, page in pages.items()
        for width in widths
    ]
    written = json.dumps(jobs).replace("</", "<\\/")
    harness = folder / "harness.html"
    script = f"<script>const jobs = {written};{MEASURE}</script>"
    harness.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body><pre id='out'></pre>{script}", encoding="utf-8")
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--virtual-time-budget=600000", "--dump-dom", harness.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    told = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, flags=re.DOTALL)
    assert told is not None, f"the browser measured nothing: {done.stderr[-500:]}"
    return [(name, width, fault) for name, width, fault in json.loads(html.unescape(told.group(1)))]
