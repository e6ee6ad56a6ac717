"""How a training step grows: its time and memory against one size after the other, with PyTorch beside.

python -m benchmarks.growth [--only batch,depth] [--peers torch] [--threads 2] [--json FILE]

Every size is measured in a process of its own: milliseconds a step (the median of several turns, after a warm-up), and
how many MiB the process then holds at most beyond what it held before the network was made. The exponent e of
time ∝ sizeᵉ is that between the last two sizes; beside it stands the exponent of the multiplications. What grows faster
than its multiplications by more than 0.15 is marked. Then come the data: an epoch against the number of rows, batches
from a file that is larger than the memory (it is mapped; sparse, so that no disk is read), and the memory after 10,000
steps.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.growing import AXES, Axis, Case

TURNS, TURN = 7, 0.05
"""Turns of a measurement, and seconds that each lasts at least."""

MARGIN = 0.15
LEAK_STEPS = 10_000
ROWS = (10_000, 100_000, 1_000_000, 10_000_000)
PEERS_ROWS = 1_000_000
"""The most rows that PyTorch's loader, which takes them one by one, is asked to pass."""

MIB = 1 << 20


# ── in a process of its own ──────────────────────────────────────────────────────────────────────────────────────────


def ours(case: Case) -> Callable[[], Any]:
    """A captured step of SGD."""
    import zerokara as zk
    from zerokara import functional, nn, optim

    network = case.network(nn)
    optimizer = optim.SGD(network, 0.001)

    @zk.capture
    def step(x: zk.Tensor, labels: Any) -> zk.Tensor:
        loss: zk.Tensor = case.loss(functional, network, x, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    x = zk.Tensor(case.x)
    return lambda: step(x, case.labels).item()


def pytorch(case: Case) -> Callable[[], Any]:
    """The same, eager."""
    import torch

    from benchmarks.pytorch import OPTIMIZERS, prepare

    prepare()
    network = case.network(torch.nn)
    optimizer = OPTIMIZERS["sgd"](network.parameters(), 0.001)
    x, labels = torch.from_numpy(case.x), torch.from_numpy(case.labels)

    def step() -> float:
        optimizer.zero_grad()
        loss = case.loss(torch.nn.functional, network, x, labels)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return step


STEPS = {"zerokara": ours, "torch": pytorch}


def memory(which: str) -> int:
    """A number of /proc/self/status: VmRSS, VmHWM (its peak), RssAnon. Bytes."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(which)).split()[1]) * 1024


def peak_since_now() -> Callable[[], float]:
    """MiB that the process holds at most from here on, beyond what it holds now."""
    now = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    return lambda: max(memory("VmHWM") - now, 0) / MIB


def seconds_of(step: Callable[[], Any]) -> float:
    """The median over several turns of at least `TURN` seconds."""
    began = time.perf_counter()
    step()
    repeats = max(1, math.ceil(TURN / max(time.perf_counter() - began, 1e-7)))
    turns = []
    for _ in range(TURNS):
        began = time.perf_counter()
        for _ in range(repeats):
            step()
        turns.append((time.perf_counter() - began) / repeats)
    return statistics.median(turns)


def measure_size(framework: str, axis: Axis, size: int) -> dict[str, float]:
    """Seconds a step, and MiB."""
    case = axis.case(size)
    STEPS[framework](AXES[0].case(1))()  # its library, and what it compiles once
    peak = peak_since_now()
    step = STEPS[framework](case)
    step()  # recorded
    step()
    return {"seconds": seconds_of(step), "mib": peak()}


def measure_rows(framework: str, size: int) -> dict[str, float]:
    """An epoch of batches of 1,000 rows of 20 numbers, in an order of its own, without a network."""
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal((size, 20), np.float32), rng.integers(0, 10, size)
    if framework == "zerokara":
        from zerokara import data

        loader = data.Loader((x, labels), batch_size=1000)
        batches: Callable[[int], Any] = loader.epoch
    else:
        import torch
        from torch.utils.data import DataLoader, TensorDataset

        rows = TensorDataset(torch.from_numpy(x), torch.from_numpy(labels))
        batches = lambda epoch: DataLoader(rows, batch_size=1000, shuffle=True)  # noqa: E731
    peak, began = peak_since_now(), time.perf_counter()
    count = sum(len(y) for _, y in batches(0))
    if count != size:
        raise SystemExit(f"{count} rows of {size} came")
    return {"seconds": time.perf_counter() - began, "mib": peak()}


def measure_file(size: int) -> dict[str, float]:
    """A batch of 100 pictures of 3×64×64 out of a mapped file of `size` GiB."""
    from zerokara import data

    count = size * (1 << 30) // (3 * 64 * 64)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pictures")
        with path.open("wb") as file:
            file.truncate(count * 3 * 64 * 64)
        pictures = np.memmap(path, np.uint8, "r", shape=(count, 3, 64, 64))
        before = memory("RssAnon")
        loader = data.Loader((pictures, np.zeros(count, np.int64)), batch_size=100)
        batches = loader.epoch(0)
        next(batches)
        began = time.perf_counter()
        for _ in range(200):
            next(batches)
        seconds = (time.perf_counter() - began) / 200
        return {"seconds": seconds, "mib": max(memory("RssAnon") - before, 0) / MIB}


def measure_leak(framework: str, steps: int) -> dict[str, float]:
    """MiB that came between the 200th step and the last, of a small network."""
    step = STEPS[framework](AXES[0].case(4))
    for _ in range(200):
        step()
    before, began = memory("RssAnon"), time.perf_counter()
    for _ in range(steps):
        step()
    return {"seconds": (time.perf_counter() - began) / steps, "mib": (memory("RssAnon") - before) / MIB}


def one(what: str, framework: str, size: int) -> dict[str, float]:
    """A measurement by its name."""
    if what == "rows":
        return measure_rows(framework, size)
    if what == "file":
        return measure_file(size)
    if what == "steps":
        return measure_leak(framework, size)
    return measure_size(framework, next(axis for axis in AXES if axis.name == what), size)


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────────────


def measured(what: str, framework: str, size: int, threads: int) -> dict[str, float] | None:
    """The same in a process of its own; None where it ended badly, which is said."""
    counts = dict.fromkeys(("ZEROKARA_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    command = [sys.executable, "-m", "benchmarks.growth", "--one", what, framework, str(size)]
    done = subprocess.run(command, env={**os.environ, **counts}, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        print(f"  {what} {size:,}: {framework} could not: {last}", flush=True)
        return None
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def exponent(rows: list[tuple[int, dict[str, float] | None]]) -> float:
    """e of time ∝ sizeᵉ between the last two sizes that could be measured; NaN of fewer."""
    known = [(size, row["seconds"]) for size, row in rows if row is not None]
    if len(known) < 2:
        return math.nan
    (n, a), (m, b) = known[-2:]
    return math.log(b / a) / math.log(m / n)


def grow(what: str, about: str, sizes: tuple[int, ...], work: float, frameworks: list[str], threads: int) -> Any:
    """Measure an axis, and print its table."""
    print(f"\n{what}: {about}")
    heads = [f"{name} {unit}" for name in frameworks for unit in ("ms", "MiB")]
    print(f"{'':>13}" + "".join(f"{head:>16}" for head in heads) + ("   ratio" if len(frameworks) > 1 else ""))
    found: dict[str, list[tuple[int, dict[str, float] | None]]] = {name: [] for name in frameworks}
    for size in sizes:
        cells = []
        for name in frameworks:
            skipped = what == "rows" and name != "zerokara" and size > PEERS_ROWS
            row = None if skipped else measured(what, name, size, threads)
            found[name].append((size, row))
            cells += ["–", "–"] if row is None else [f"{1000 * row['seconds']:,.3f}", f"{row['mib']:,.0f}"]
        times = [found[name][-1][1] for name in frameworks]
        ratio = f"{times[1]['seconds'] / times[0]['seconds']:8.2f}" if len(times) > 1 and all(times) else ""  # type: ignore[index]
        print(f"{size:>13,}" + "".join(f"{cell:>16}" for cell in cells) + ratio, flush=True)
    for name in frameworks:
        e = exponent(found[name])
        mark = "   faster than its multiplications" if e > work + MARGIN else ""
        print(f"  {name}: time ∝ size^{e:.2f}, multiplications ∝ size^{work:g}{mark}", flush=True)
    return {name: [{"size": size, **(row or {})} for size, row in rows] for name, rows in found.items()}


def memory_gib() -> int:
    """The memory of this machine."""
    return max(1, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    known = [*(axis.name for axis in AXES), "rows", "file", "steps"]
    parser.add_argument("--only", default=",".join(known), help="names with commas between them")
    parser.add_argument("--peers", default="torch", help="torch, or none")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--most", type=int, default=0, help="leave out sizes above this")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(one(asked.one[0], asked.one[1], int(asked.one[2]))))
        return
    names = asked.only.split(",")
    if unknown := sorted(set(names) - set(known)):
        parser.exit(2, f"nothing called {', '.join(unknown)} grows here: {', '.join(known)}\n")
    frameworks = ["zerokara", *([] if asked.peers == "none" else asked.peers.split(","))]
    if set(frameworks) - STEPS.keys():
        parser.exit(2, f"--peers is torch or none; got {asked.peers}\n")
    told = {}
    gib = memory_gib()
    axes = [(axis.name, axis.about, axis.sizes, axis.exponent) for axis in AXES]
    axes.append(("rows", "rows of 20 numbers, an epoch in batches of 1,000", ROWS, 1.0))
    axes.append(("steps", "steps of training: ms a step, and MiB that came since the 200th", (1000, LEAK_STEPS), 0.0))
    for name, about, sizes, work in axes:
        if name in names:
            some = tuple(size for size in sizes if not asked.most or size <= asked.most)
            if len(some) > 1:
                told[name] = grow(name, about, some, work, frameworks, asked.threads)
    if "file" in names:
        about = f"GiB of a mapped file, a batch of 100 pictures of it ({gib} GiB of memory)"
        told["file"] = grow("file", about, (1, gib // 2 + 1, gib * 3 // 2), 0.0, ["zerokara"], asked.threads)
    if asked.json is not None:
        asked.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
