"""What a first run waits for: seconds on an empty kernel cache, and what each kernel takes of them.

python -m benchmarks.cold

The seconds from the start of `zerokara demo` to its report, and from the start of Python to the end of the first
training step of two networks, each in a process of its own with a cache of its own, by the clock. (The demo compiles
nothing.) Then every part of kernels that is compiled by itself, and every kernel that they call: seconds of one
processor in which it is compiled, functions that only kernels call included where it is the first to call them, and the
bytes of its machine code. `--again` measures the same with the caches as they are then.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NETWORKS = ("SimpleConvNet", "ResNet-18")

_STEP = """
import sys
from benchmarks import ours, workloads
ours.training(next(w for w in workloads.TRAININGS if w.name == sys.argv[1])).step(0)
"""

_KERNELS = """
import json, sys, time
import llvmlite.binding as llvm
import numpy as np
import zerokara.kernels.compiled
from zerokara.kernels.compiled import build, crew

kernels = {kernel.name: kernel for kernel in (*build.SUBKERNELS, *build.KERNELS)}
rows = []
for name, dtype in sorted(json.loads(sys.argv[1]), key=lambda row: list(kernels).index(row[0])):
    began = time.process_time()
    compiled = kernels[name].on(np.dtype(dtype))
    seconds = time.process_time() - began
    code = build.code_of(compiled).library._get_compiled_object()
    sections = llvm.ObjectFileRef.from_data(code).sections()
    rows.append((name, dtype, seconds, sum(part.size() for part in sections if part.is_text())))
print(json.dumps(rows))
"""

_TYPES = {"f4": "float32", "f8": "float64"}


def timed(command: list[str], cache: Path) -> float:
    """Seconds by the clock that a command takes."""
    began = time.perf_counter()
    done = subprocess.run(command, env=environment(cache), capture_output=True, encoding="utf-8")
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])} failed:\n{done.stderr}")
    return time.perf_counter() - began


def environment(cache: Path) -> dict[str, str]:
    """That of a command with this kernel cache."""
    settings = {"ZEROKARA_CACHE": str(cache), "ZEROKARA_QUIET": "1", "PYTHONIOENCODING": "utf-8"}
    return {**os.environ, **settings}


def compiled_in(cache: Path) -> set[tuple[str, str]]:
    """The kernels in a cache: name and kind of numbers."""
    parts = (path.stem.split("-") for path in cache.rglob("*.done"))
    return {(name, _TYPES[kind]) for name, kind, _ in parts}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold", description="What a first run waits for.")
    parser.add_argument("--again", action="store_true", help="measure everything again, with the caches as they are")
    parser.add_argument("--no-kernels", action="store_true", help="leave out the table of kernels")
    asked = parser.parse_args()
    wanted: set[tuple[str, str]] = set()
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "demo, start to report": [sys.executable, "-m", "zerokara", "demo", "--out", str(Path(folder, "demo"))],
            **{f"first step of {name}": [sys.executable, "-c", _STEP, name] for name in NETWORKS},
        }
        for name, command in commands.items():
            cache = Path(folder, name.split()[-1])
            print(f"{name:30} {timed(command, cache):7.1f} s", end="", flush=True)
            print(f" {timed(command, cache):7.1f} s again" if asked.again else "", flush=True)
            wanted |= compiled_in(cache)
        if asked.no_kernels:
            return
        command = [sys.executable, "-c", _KERNELS, json.dumps(sorted(wanted))]
        done = subprocess.run(
            command, env=environment(Path(folder, "all")), stdout=subprocess.PIPE, encoding="utf-8", check=True
        )
    rows = sorted(json.loads(done.stdout), key=lambda row: -row[2])
    print(f"\n{'kernel':24} {'numbers':8} {'seconds':>8} {'bytes':>9}")
    for name, dtype, seconds, size in rows:
        print(f"{name:24} {dtype:8} {seconds:8.2f} {size:9,}")
    print(f"{'together':24} {'':8} {sum(row[2] for row in rows):8.2f} {sum(row[3] for row in rows):9,}")


if __name__ == "__main__":
    main()
