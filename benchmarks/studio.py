"""The studio in a real browser: from a pointer's event to the painted bars, and from the start to the first paint.

    python -m benchmarks.studio              # needs Chromium and Playwright; says so where they are missing
    python -m benchmarks.studio --strokes 40 --json studio.json

A stroke is drawn by the mouse, an event every 16 ms as a hand makes them; measured is the time from the oldest event
that a question answers to the task after the frame in which its bars were painted. No number is asserted anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DIGITS = {
    2: [(0.25, 0.3), (0.4, 0.12), (0.66, 0.15), (0.7, 0.35), (0.25, 0.86), (0.8, 0.86)],
    3: [(0.25, 0.15), (0.6, 0.1), (0.72, 0.28), (0.45, 0.46), (0.74, 0.62), (0.66, 0.86), (0.25, 0.84)],
    7: [(0.22, 0.15), (0.8, 0.15), (0.45, 0.9)],
}
EVERY = 0.016


def start(**environment: str) -> tuple[subprocess.Popen[str], str, float]:
    """A studio, its link, and the seconds until it was printed."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "zerokara", "studio", "--json", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    assert process.stdout is not None
    link = json.loads(process.stdout.readline())["url"]
    return process, link, time.perf_counter() - began


def first_paint(browser: Any, **environment: str) -> dict[str, float]:
    """Seconds from the command to the link, to the first paint, and to the first numbers."""
    began = time.perf_counter()
    process, link, linked = start(**environment)
    try:
        page = browser.new_context().new_page()
        page.goto(link)
        page.wait_for_selector("h1")
        painted = time.perf_counter() - began
        page.wait_for_selector('.answer[data-exact="true"]')
        read = time.perf_counter() - began
        page.wait_for_selector('body[data-engine="ready"]', timeout=300_000)
        return {"link": linked, "paint": painted, "numbers": read, "compiled": time.perf_counter() - began}
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def strokes(browser: Any, count: int) -> dict[str, Any]:
    """Milliseconds from event to painted bars, over many strokes."""
    process, link, _ = start()
    try:
        page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        page.goto(link)
        page.wait_for_selector('.answer[data-exact="true"]')
        page.wait_for_selector('body[data-engine="ready"]', timeout=300_000)
        page.evaluate("""() => { window.took = [];
          document.addEventListener("painted", ({ detail }) => window.took.push(detail.now - detail.since)); }""")
        box = page.locator("#ink").bounding_box()
        for k in range(count):
            points = list(DIGITS.values())[k % len(DIGITS)]
            ways = [np.linspace(a, b, 14) for a, b in pairwise(points)]
            path = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in np.concatenate(ways)]
            page.mouse.move(*path[0])
            page.mouse.down()
            for x, y in path:
                began = time.perf_counter()
                page.mouse.move(x, y)
                time.sleep(max(0.0, EVERY - (time.perf_counter() - began)))
            page.mouse.up()
            page.wait_for_selector('.answer[data-exact="true"]')
            page.keyboard.press("Delete")
            page.wait_for_selector('.answer[data-text=""]')
        took = np.array(page.evaluate("window.took"))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
    p50, p95 = np.percentile(took, [50, 95])
    return {"answers": len(took), "p50_ms": float(p50), "p95_ms": float(p95), "within_50": float((took <= 50).mean())}


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=int, default=24)
    parser.add_argument("--cold", action="store_true", help="start with an empty cache of kernels, too")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("skipped: Playwright is not installed (pip install playwright)")
        return 0
    if CHROMIUM is None:
        print("skipped: there is no Chromium here")
        return 0
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        found: dict[str, Any] = {"warm": first_paint(browser), "strokes": strokes(browser, options.strokes)}
        if options.cold:
            import tempfile

            with tempfile.TemporaryDirectory() as empty:
                found["cold"] = first_paint(browser, ZEROKARA_CACHE=empty)
        browser.close()
    stroke = found["strokes"]
    print(
        f"event → painted bars   p50 {stroke['p50_ms']:.0f} ms   p95 {stroke['p95_ms']:.0f} ms   "
        f"within 50 ms {stroke['within_50']:.1%}   ({stroke['answers']} answers)"
    )
    for how in ("warm", "cold"):
        if how in found:
            told = found[how]
            print(
                f"{how}: link {told['link']:.2f} s   first paint {told['paint']:.2f} s   first numbers "
                f"{told['numbers']:.2f} s   compiled reader {told['compiled']:.1f} s"
            )
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
