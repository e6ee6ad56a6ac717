"""The studio in a real browser: strokes, frames, how soon it answers, how soon it is there, how much memory it takes.

    python -m benchmarks.studio                           # needs Chromium; says so where there is none
    python -m benchmarks.studio strokes --strokes 40
    python -m benchmarks.studio start --cold              # with an empty cache of kernels, too
    python -m benchmarks.studio memory --minutes 30
    python -m benchmarks.studio --json studio.json

strokes   A hand draws with the mouse, 125 moves a second whether or not the page keeps up. Of every answer: the time
          from the pointer's event (the oldest one that the question holds) to the task after the frame in which its
          bars were painted, and the moments between.
plane     2-8-8-3 learns on the page at full speed: frames and updates a second, beside the engine without a page.
hello     `/api/hello` a hundred times, while the reader explains and the trainer trains.
start     From the command to the link, the first paint (the browser's own time), first numbers, the compiled reader.
pictures  From pressing play to the tested network, with the page's own settings: MNIST where it is (`--data-dir`).
memory    Drawing and training in turns: the processes' own memory (PSS) at first, and at the end.

No number is asserted anywhere. The load of the machine (waiting processes, mean of a minute) stands beside each.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from benchmarks.chromium import CHROMIUM, Page, chromium

DIGITS = {
    2: [(0.25, 0.3), (0.4, 0.12), (0.66, 0.15), (0.7, 0.35), (0.25, 0.86), (0.8, 0.86)],
    3: [(0.25, 0.15), (0.6, 0.1), (0.72, 0.28), (0.45, 0.46), (0.74, 0.62), (0.66, 0.86), (0.25, 0.84)],
    7: [(0.22, 0.15), (0.8, 0.15), (0.45, 0.9)],
}
EVERY = 0.008
READ = "document.querySelector('.answer[data-exact=\"true\"]')"
READY = "document.body?.dataset.engine === 'ready'"
HOPS = ("heard", "asked", "answered", "shown", "painted")
PLANE = "#v=1&p=plane&set=gaussians&noise=0.3&classes=3&step=0&target=0&patience=0"
"""Two layers of eight tanh units, as by default, on three clouds: 2-8-8-3; it never stops by itself."""


@contextmanager
def studio(*arguments: str, **environment: str) -> Iterator[tuple[str, float, int]]:
    """A studio: its link, the seconds until it was printed, and its process."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "zerokara", "studio", "--json", "--port", "0", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **environment}
    )
    try:
        assert process.stdout is not None
        link = json.loads(process.stdout.readline())["url"]
        yield link, time.perf_counter() - began, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def enter(page: Page, link: str, there: str = "") -> None:
    """Through the link, and wait until all that is shown at first is there, by the compiled reader."""
    page.go(link)
    page.until(READ)
    page.until(READY)
    page.until("document.querySelectorAll('#why li svg').length === 6")
    if there:
        page.go(link.split("/open")[0] + "/" + there)


# ── strokes


def strokes(count: int) -> dict[str, Any]:
    """Milliseconds from event to painted bars, over many strokes, and where they go."""
    with studio() as (link, _, _), chromium() as page:
        enter(page, link)
        page.value(
            """(() => { window.took = [];
              document.addEventListener("painted", ({ detail }) => window.took.push(detail)); })()"""
        )
        for k in range(count):
            draw(page, list(DIGITS.values())[k % len(DIGITS)])
            page.until(READ)
            page.key("Delete", 46)
            page.until("document.querySelector('.answer[data-text=\"\"]')")
        took = page.value("window.took")
    total = np.array([one["painted"] - one["event"] for one in took])
    p50, p95 = np.percentile(total, [50, 95])
    until = {hop: np.array([one[hop] - one["event"] for one in took]) for hop in HOPS}
    return {
        "answers": len(took),
        "p50_ms": float(p50),
        "p95_ms": float(p95),
        "within_50": float((total <= 50).mean()),
        "until": {hop: [float(v) for v in np.percentile(ms, [50, 95])] for hop, ms in until.items()},
    }


def draw(page: Page, corners: list[tuple[float, float]]) -> None:
    """One stroke, at the pace of a hand."""
    box = page.value("(({ x, y, width, height }) => ({ x, y, width, height }))(ink.getBoundingClientRect())")
    ways = np.concatenate([np.linspace(a, b, 28) for a, b in pairwise(corners)])
    path = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ways]
    page.mouse("mouseMoved", *path[0], down=False)
    page.mouse("mousePressed", *path[0])
    due = time.perf_counter()
    for x, y in path:
        page.mouse("mouseMoved", x, y, wait=False)  # a hand does not wait for the page
        due += EVERY
        time.sleep(max(0.0, due - time.perf_counter()))
    page.mouse("mouseReleased", *path[-1], down=False)


# ── the plane


def plane(seconds: float) -> dict[str, Any]:
    """Frames and updates a second of 2-8-8-3, on the page and without one."""
    with studio() as (link, _, _), chromium() as page:
        enter(page, link, PLANE)
        page.until("document.querySelector('.plane[data-settled=\"true\"]')")
        page.value(
            """(() => { window.frames = 0; window.steps = () => Number(document.querySelector(".plane").dataset.step);
              new MutationObserver(() => window.frames++).observe(
                document.querySelector(".plane"), { attributeFilter: ["data-step"] }); play.click(); })()"""
        )
        page.until("window.frames > 10")
        before, began = page.value("[window.frames, window.steps()]"), time.perf_counter()
        time.sleep(seconds)
        after, took = page.value("[window.frames, window.steps()]"), time.perf_counter() - began
    return {
        "frames": (after[0] - before[0]) / took,
        "updates": (after[1] - before[1]) / took,
        "updates_without_a_page": engine(seconds),
    }


def engine(seconds: float) -> float:
    """Updates a second of the same training with nobody looking, in a process of its own, as the trainer runs."""
    program = f"""
import os, time
os.environ["ZEROKARA_THREADS"] = "1"
from zerokara.studio.plane.data import Choice
from zerokara.studio.plane.network import Layers
from zerokara.studio.plane.steering import Live, Plan, Steered
data = Choice("gaussians", 200, 0.3, 0.7, 3, 0)
plan = Plan(Layers((( 8, "tanh"), (8, "tanh")), ("x", "y"), False, "xavier"), "adam", 0, Live(data, lr=0.02, batch=10))
training = Steered(plan)
training.update(200, 60)
before, began = training.step, time.perf_counter()
training.update(10**7, {seconds})
print((training.step - before) / (time.perf_counter() - began))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout)


# ── the server while all workers are busy


def hello(count: int = 100) -> dict[str, float]:
    """Milliseconds of `/api/hello` while the reader and the trainer are busy, and at rest."""
    with studio() as (link, _, _), chromium() as page:
        enter(page, link, PLANE)
        page.until("document.querySelector('.plane[data-settled=\"true\"]')")
        (name,) = page.call("Network.getCookies")["cookies"]
        told = {"Cookie": f"{name['name']}={name['value']}"}
        rest = answers(link, told, count)
        page.value(BUSY)
        page.until("window.busy > 20")
        busy = answers(link, told, count)
    told_ms = {"rest": rest, "busy": busy}
    return {f"{how}_{name}": f(ms) for how, ms in told_ms.items() for name, f in KINDS.items()}


KINDS: dict[str, Callable[[Any], float]] = {
    "p50_ms": lambda ms: float(np.percentile(ms, 50)),
    "p95_ms": lambda ms: float(np.percentile(ms, 95)),
    "worst_ms": lambda ms: float(np.max(ms)),
}
BUSY = """(async () => {
  window.busy = 0;
  const { Wire } = await import("/static/js/wire.js"), wire = new Wire(), view = new Float32Array(784).fill(0.5);
  const question = { kind: "read", do: "become", target: 3, steps: 200 };
  const ask = () => wire.ask({ ...question, n: window.busy }, { view: { data: view, shape: [28, 28] } });
  wire.on("become", (head) => { window.busy++; if (head.step > 190) ask(); });
  wire.on("hello", () => { if (!window.busy) ask(); });
  play.click();
})()"""


def answers(link: str, headers: dict[str, str], count: int) -> list[float]:
    """How long each answer takes."""
    took = []
    connection = http.client.HTTPConnection(str(urlsplit(link).netloc))
    for _ in range(count):
        began = time.perf_counter()
        connection.request("GET", "/api/hello", headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        took.append(1000 * (time.perf_counter() - began))
        time.sleep(0.02)
    return took


# ── the start


def first_paint(**environment: str) -> dict[str, float]:
    """Seconds from the command to the link, to the first paint, to the first numbers, to the compiled reader."""
    with chromium() as page:
        began = time.time()
        with studio(**environment) as (link, linked, _):
            page.go(link)
            page.until(READ)
            painted = """performance.timeOrigin + performance.getEntriesByName("first-contentful-paint")[0].startTime"""
            page.until("""performance.getEntriesByName("first-contentful-paint").length""")
            numbers = time.time() - began
            paint = page.value(painted) / 1000 - began
            page.until(READY)
            return {"link": linked, "paint": paint, "numbers": numbers, "compiled": time.time() - began}


# ── memory


def memory(minutes: float) -> dict[str, Any]:
    """Mebibytes of the studio's processes and of the page, while one draws and trains in turns."""
    told: list[dict[str, float]] = []
    with studio() as (link, _, pid), chromium() as page:
        enter(page, link)
        end = time.monotonic() + 60 * minutes
        while time.monotonic() < end:
            for corners in DIGITS.values():
                draw(page, corners)
                page.until(READ)
                page.key("Delete", 46)
                page.until("document.querySelector('.answer[data-text=\"\"]')")
            page.value("document.querySelector('a[data-page=plane]').click()")
            page.until("document.querySelector('.plane[data-settled=\"true\"]')")
            page.value("play.click()")
            time.sleep(min(5.0, max(0.0, end - time.monotonic())))
            page.value("play.click()")
            page.value("document.querySelector('a[data-page=draw]').click()")
            page.until(READ)
            heap = page.call("Runtime.getHeapUsage")["usedSize"] / 2**20
            told.append({"server": pss(pid), "workers": sum(map(pss, children(pid))), "page": heap})
    return {"minutes": minutes, "rounds": len(told), "first": told[0], "middle": told[len(told) // 2], "last": told[-1]}


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(status.parent.name))
    return found


def pss(pid: int) -> float:
    """Mebibytes of a process, what it shares divided among those who share it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


# ── pictures


def pictures(data_dir: Path | None) -> dict[str, Any]:
    """Seconds from pressing play until the network is tested, twice: the second time with the kernels there."""
    where = [] if data_dir is None else ["--data-dir", str(data_dir)]
    tested = "document.querySelector('.pictures[data-test]:not([data-test=\"\"])')"
    with tempfile.TemporaryDirectory() as runs, studio("--runs", runs, *where) as (link, _, _), chromium() as page:
        enter(page, link, "#v=1&p=pictures")
        page.until("document.querySelector('.samples li')")
        took = []
        for _ in range(2):
            began = time.perf_counter()
            page.value("document.querySelector('#pic-play').click()")
            page.until(tested)
            took.append(time.perf_counter() - began)
            share = float(page.value("document.querySelector('.pictures').dataset.test"))
            data = page.value("document.querySelector('#data, #pictures-data, .data select').value")
            page.value("document.querySelector('.pictures').dataset.test = ''")
            page.value("document.querySelector('#pic-stop').click()")
    return {"data": data, "first": took[0], "again": took[1], "accuracy": share}


# ── the table


def told(name: str, found: dict[str, Any]) -> str:
    """What was measured, in a line or two."""
    if name == "strokes":
        hops = "   ".join(f"{hop} {found['until'][hop][0]:.0f}/{found['until'][hop][1]:.0f}" for hop in HOPS)
        return (
            f"event → painted bars   p50 {found['p50_ms']:.0f} ms   p95 {found['p95_ms']:.0f} ms   within 50 ms "
            f"{found['within_50']:.1%}   ({found['answers']} answers)\n    p50/p95 until {hops}"
        )
    if name == "plane":
        return (
            f"2-8-8-3: {found['frames']:.0f} frames/s, {found['updates']:,.0f} updates/s; "
            f"without a page {found['updates_without_a_page']:,.0f} updates/s"
        )
    if name == "hello":
        quantiles = [" ".join(f"{found[f'{how}_{kind}']:.1f}" for kind in KINDS) for how in ("rest", "busy")]
        return f"/api/hello, ms (p50, p95, worst): at rest {quantiles[0]}; all workers busy {quantiles[1]}"
    if name in ("warm", "cold"):
        return (
            f"start, {name}: link {found['link']:.2f} s   first paint {found['paint']:.2f} s   first numbers "
            f"{found['numbers']:.2f} s   compiled reader {found['compiled']:.1f} s"
        )
    if name == "pictures":
        return (
            f"{found['data']}, from play to tested: {found['first']:.1f} s, again {found['again']:.1f} s; "
            f"accuracy {found['accuracy']:.2%}"
        )
    parts = ("server", "workers", "page")
    moments = ", ".join(
        f"{when} {'/'.join(f'{found[when][part]:.0f}' for part in parts)}" for when in ("first", "middle", "last")
    )
    return f"MiB of server/workers/page over {found['minutes']:g} min ({found['rounds']} rounds): {moments}"


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ("strokes", "plane", "hello", "start", "pictures", "memory")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(parts)}; without one, all")
    parser.add_argument("--strokes", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=8, help="of training on the plane")
    parser.add_argument("--minutes", type=float, default=1, help="of drawing and training, for the memory")
    parser.add_argument("--data-dir", type=Path, help="where MNIST is, for the page of pictures")
    parser.add_argument("--cold", action="store_true", help="start with an empty cache of kernels, too")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if CHROMIUM is None:
        print("skipped: there is no Chromium here")
        return 0
    wanted = options.parts or list(parts)
    with tempfile.TemporaryDirectory() as empty:
        runs: dict[str, Callable[[], dict[str, Any]]] = {
            "strokes": lambda: strokes(options.strokes),
            "plane": lambda: plane(options.seconds),
            "hello": hello,
            "warm": first_paint,
            "cold": lambda: first_paint(ZEROKARA_CACHE=empty),
            "pictures": lambda: pictures(options.data_dir),
            "memory": lambda: memory(options.minutes),
        }
        skipped = {*({"warm", "cold"} if "start" not in wanted else set()), *(() if options.cold else ("cold",))}
        found = {}
        for name, run in runs.items():
            if name in skipped or (name not in wanted and name not in ("warm", "cold")):
                continue
            found[name] = {**run(), "load": os.getloadavg()[0]}
            print(f"{told(name, found[name])}   [load {found[name]['load']:.1f}]", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
