"""Pictures a second from a folder of JPEGs, altered at random: ours, and torchvision with and without workers.

python -m benchmarks.loading [--sizes 32,128,500] [--peers torchvision] [--threads 2] [--json FILE]

For every size a folder of JPEGs is made (smooth noise, ten classes, quality 90). An epoch gives all of them in random
order as float32 batches of 100, each cut at random out of a border that is an eighth of the picture, and mirrored left
to right half of the time. Ours is `load("folder:…")`, which reads the folder once and keeps the pixels, and a `Loader`
with Crop and HorizontalFlip. The peer is torchvision's ImageFolder, which decodes in each epoch, with RandomCrop,
RandomHorizontalFlip and ToTensor, and a DataLoader without workers and with as many as there are threads. The first
epoch counts everything from the folder on, a later one is the fastest of three; memory is what the processes hold in
the end, all together. Every contestant runs in a process of its own. torchvision is needed for the peer.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import write_json

BATCH = 100
EPOCHS = 4
COUNTS = {32: 10_000, 128: 3_000, 500: 600}
"""How many pictures of which size: enough for a second, few enough to be made in a few."""

CLASSES = 10
MIB = 1 << 20


def make(folder: Path, side: int, count: int) -> None:
    """`count` JPEGs of side × side pixels for training, a sub-folder for each class, and a small test part."""
    from PIL import Image

    rng = np.random.default_rng(side)
    for i in range(count + CLASSES):
        part = folder / ("train" if i < count else "test") / f"class{i % CLASSES}"
        part.mkdir(parents=True, exist_ok=True)
        coarse = Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        coarse.resize((side, side), Image.Resampling.BICUBIC).save(part / f"{i:05}.jpg", quality=90)


# ── in a process of its own ──────────────────────────────────────────────────────────────────────────────────────────


def ours(folder: Path, side: int, workers: int) -> Callable[[int], int]:
    """How many pictures an epoch gave."""
    from zerokara.data import Loader, load
    from zerokara.data.transforms import Compose, Crop, HorizontalFlip

    altered = Compose([Crop(side // 8), HorizontalFlip()])
    loader = Loader(load(f"folder:{folder}").train, BATCH, seed=0, transform=altered)
    return lambda number: sum(len(x) for x, _ in loader.epoch(number))


def torchvision(folder: Path, side: int, workers: int) -> Callable[[int], int]:
    """How many pictures an epoch gave."""
    import torch
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    altered = transforms.Compose(
        [transforms.RandomCrop(side, side // 8), transforms.RandomHorizontalFlip(), transforms.ToTensor()]
    )
    torch.manual_seed(0)
    pictures = datasets.ImageFolder(str(folder / "train"), altered)
    loader = DataLoader(pictures, BATCH, shuffle=True, num_workers=workers, persistent_workers=workers > 0)
    return lambda number: sum(len(x) for x, _ in loader)


CONTESTANTS = {"zerokara": ours, "torchvision": torchvision}


def measure(name: str, folder: Path, side: int, workers: int) -> dict[str, float]:
    """Seconds of the first epoch and of the fastest later one, pictures an epoch, MiB."""
    start = time.perf_counter()
    epoch = CONTESTANTS[name](folder, side, workers)
    count = epoch(0)
    seconds = [time.perf_counter() - start]
    for number in range(1, EPOCHS):
        start = time.perf_counter()
        epoch(number)
        seconds.append(time.perf_counter() - start)
    return {"pictures": count, "first": seconds[0], "later": min(seconds[1:]), "mib": _memory() / MIB}


def _memory() -> float:
    """Bytes that this process and its workers hold, what they share counted once (Linux)."""
    me = str(os.getpid())
    total = 0
    for process in Path("/proc").iterdir():
        try:
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1] if process.name.isdigit() else ""
            if me in (process.name, parent):
                rows = (process / "smaps_rollup").read_text().splitlines()
                total += sum(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
        except OSError:
            continue  # it has just ended
    return 1024.0 * total


# ── one after the other ──────────────────────────────────────────────────────────────────────────────────────────────


def run(name: str, folder: Path, side: int, workers: int, threads: int) -> dict[str, Any]:
    """The measurement in a process of its own."""
    told = json.dumps({"name": name, "folder": str(folder), "side": side, "workers": workers})
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.loading", "--one", told],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {"side": side, "name": name, "workers": workers} | found


def main(arguments: list[str] | None = None) -> int:
    """Measure and print, a row for each contestant and size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--sizes", default=",".join(map(str, COUNTS)), help="pixels a side")
    parser.add_argument("--count", type=int, default=0, help="pictures of each size, instead of what suits it")
    parser.add_argument("--peers", default="torchvision", help="torchvision, or nothing")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", default="", metavar="FILE", help="also write everything there")
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.one:
        one = json.loads(asked.one)
        print(json.dumps(measure(one["name"], Path(one["folder"]), one["side"], one["workers"])))
        return 0
    contestants = [("zerokara", 0)]
    for peer in filter(None, asked.peers.split(",")):
        if peer not in CONTESTANTS:
            parser.error(f"a peer is torchvision; got {peer}")
        contestants += [(peer, 0), (peer, asked.threads)]
    rows = []
    print(
        f"{'pixels':>7}  {'contestant':24} {'first epoch':>12} {'later':>12} {'MiB':>7}   pictures a second", flush=True
    )
    for side in map(int, asked.sizes.split(",")):
        with tempfile.TemporaryDirectory() as place:
            make(Path(place), side, asked.count or COUNTS.get(side, 600))
            for name, workers in contestants:
                row = run(name, Path(place), side, workers, asked.threads)
                rows.append(row)
                title = name + (f", {workers} workers" if workers else "")
                first, later = (row["pictures"] / row[key] for key in ("first", "later"))
                print(f"{side:>7}  {title:24} {first:>12,.0f} {later:>12,.0f} {row['mib']:>7.0f}", flush=True)
    if asked.json:
        write_json(Path(asked.json), {"rows": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
