"""What was measured, as a table and as JSON."""

import json
import math
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.contestants import OURS, Workload
from benchmarks.turns import Start, Turn

TOLERANCE = 0.02
"""How far results may differ: arithmetic in another order changes the last bits, and training makes that grow."""


@dataclass(frozen=True)
class Measured:
    """All there is to say of a workload. The dictionaries are by contestant, ourselves included."""

    workload: Workload
    starts: dict[str, Start]
    turns: dict[str, list[Turn]]
    peaks: dict[str, float]
    failures: dict[str, str]

    @property
    def peers(self) -> list[str]:
        return [name for name in self.turns if name != OURS]

    def milliseconds(self, name: str) -> float:
        """The median of the rounds."""
        return 1e3 * statistics.median(turn.seconds for turn in self.turns[name])

    def ratios(self, peer: str) -> list[float]:
        """The peer's time divided by ours, round by round."""
        return [theirs.seconds / own.seconds for theirs, own in zip(self.turns[peer], self.turns[OURS], strict=True)]

    @property
    def best(self) -> str | None:
        """The peer that is hardest to beat."""
        if OURS not in self.turns:
            return None
        return min(self.peers, key=lambda peer: statistics.median(self.ratios(peer)), default=None)

    @property
    def ratio(self) -> float | None:
        """How many times as fast as the best peer we are."""
        return None if self.best is None else statistics.median(self.ratios(self.best))

    @property
    def differing(self) -> list[str]:
        """Who does not get what the others get, after the first step or after the last."""
        numbers = {name: start.numbers for name, start in self.starts.items()}
        middle = [statistics.median_low(values[i] for values in numbers.values()) for i in (0, -1)]
        return [
            name
            for name, values in numbers.items()
            if not (_near(values[0], middle[0], TOLERANCE / 100) and _near(values[-1], middle[1], TOLERANCE))
        ]


def _near(value: float, wanted: float, tolerance: float) -> bool:
    return math.isfinite(value) and abs(value - wanted) <= tolerance * abs(wanted)


def geometric_mean(values: Sequence[float]) -> float | None:
    return statistics.geometric_mean(values) if values else None


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def heading(kind: str) -> str:
    what = "loss after 20 steps" if kind in ("training", "written", "sequence") else "sum of squares"
    return (
        f"{kind.capitalize():40} {'ms':>9}  {'cores':>5}  {'ratio (quartiles)':>20}  {'MiB':>6}  {'warm-up':>7}  {what}"
    )


def lines(measured: Measured) -> str:
    """A line for each contestant, ours first."""
    shown = [f"{measured.workload.name}"]
    for name in measured.turns:
        turns, start = measured.turns[name], measured.starts[name]
        mark = "  ← DIFFERS" if name in measured.differing else ""
        best = " ★" if name == measured.best else ""
        cores = statistics.median(turn.cores for turn in turns)
        shown.append(
            f"    {name + best:36} {measured.milliseconds(name):9.3f}  {cores:5.2f}  {_spread(measured, name):>20}"
            f"  {measured.peaks[name]:6.0f}  {start.first_seconds:5.1f} s  {start.numbers[-1]:.6g}{mark}"
        )
    shown += [f"    {name:36} does not take part: {why}" for name, why in measured.failures.items()]
    return "\n".join(shown)


def _spread(measured: Measured, name: str) -> str:
    if name == OURS or OURS not in measured.turns:
        return ""
    low, middle, high = quartiles(measured.ratios(name))
    return f"{middle:.2f}× ({low:.2f}–{high:.2f})"


def quartiles(values: Sequence[float]) -> list[float]:
    return statistics.quantiles(values, n=4) if len(values) > 1 else [values[0]] * 3


def summary(results: Sequence[Measured]) -> str:
    """The geometric means, and the memory that each framework needs for nothing."""
    shown = []
    for kind in ("training", "written", "inference", "layer", "sequence"):
        ratios = [r.ratio for r in results if r.workload.kind == kind and r.ratio is not None]
        if ratios:
            mean = geometric_mean(ratios)
            shown.append(f"geometric mean of the ratios, {kind} ({len(ratios)}): {mean:.2f}×, least {min(ratios):.2f}×")
    bare = {name: start for r in results for name, start in r.starts.items()}
    if bare:
        parts = ", ".join(f"{name} {start.load_mib:.0f}" for name, start in bare.items())
        shown.append(f"MiB after nothing but the import: {parts}")
    return "\n".join(shown)


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def as_json(results: Sequence[Measured], about: dict[str, Any]) -> dict[str, Any]:
    ratios = [r.ratio for r in results if r.workload.kind == "training" and r.ratio is not None]
    return {"workloads": [_entry(r) for r in results], "geomean_training": geometric_mean(ratios), **about}


def _entry(r: Measured) -> dict[str, Any]:
    work = getattr(r.workload, "work", 0)
    return {
        "name": r.workload.name,
        "kind": r.workload.kind,
        "ours_ms": r.milliseconds(OURS) if OURS in r.turns else None,
        "peers_ms": {name: r.milliseconds(name) for name in r.peers},
        "ratio": r.ratio,
        "ours_mib": r.peaks.get(OURS),
        "best_peer_mib": None if r.best is None else r.peaks[r.best],
        "best_peer": r.best,
        "ratios": {name: quartiles(r.ratios(name)) for name in r.peers if OURS in r.turns},
        "minimum_ms": {name: 1e3 * min(turn.seconds for turn in turns) for name, turns in r.turns.items()},
        "rounds_ms": {name: [1e3 * turn.seconds for turn in turns] for name, turns in r.turns.items()},
        "gflops": 1e-6 * work / r.milliseconds(OURS) if work and OURS in r.turns else None,
        "mib": r.peaks,
        "import_mib": {name: start.load_mib for name, start in r.starts.items()},
        "warm_up_seconds": {name: start.first_seconds for name, start in r.starts.items()},
        "cores": {name: statistics.median(turn.cores for turn in turns) for name, turns in r.turns.items()},
        "idle_cores": {name: statistics.median(turn.idle_cores for turn in turns) for name, turns in r.turns.items()},
        "results": {name: start.numbers for name, start in r.starts.items()},
        "differing": r.differing,
        "failures": r.failures,
        "versions": {name: start.versions for name, start in r.starts.items()},
    }


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write and rename, so that an interrupted measurement leaves the last whole file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content, indent=1, allow_nan=True) + "\n", encoding="utf-8")
    draft.replace(path)
