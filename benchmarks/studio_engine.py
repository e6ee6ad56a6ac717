"""`python -m benchmarks.studio_engine`: updates a second of a small network, its surfaces drawn 30 times a second.

One process, one thread, as the studio's trainer: what the page itself costs is not in it.
"""

import argparse
import statistics
import time

from zerokara.studio.plane import Grid, Spec, Training, drawn

FRAMES, PORTION = 30, 20
"""Surfaces a second, and updates between two looks at the clock."""


def measure(seconds: float, surfaces: bool) -> tuple[float, float]:
    """(updates, surfaces) a second of 2-8-8-3 on three spirals, batches of 10."""
    training = Training(Spec(units=(8, 8)), drawn("spirals", 300))
    grid = Grid(training.spec)
    training.play(100)
    start = time.perf_counter()
    frames, steps = 0, 0
    while (now := time.perf_counter() - start) < seconds:
        if surfaces and frames < now * FRAMES:
            grid.all_units(training.model)
            frames += 1
        training.play(PORTION)
        steps += PORTION
    return steps / now, frames / now


def rewinding(times: int = 20) -> float:
    """Milliseconds of a jump to a step that lies 255 steps after its snapshot, in the median."""
    training = Training(Spec(units=(8, 8)), drawn("spirals", 300))
    training.play(4000)
    took = []
    for k in range(times):
        start = time.perf_counter()
        training.rewind(256 * (k % 10) + 255)
        took.append(time.perf_counter() - start)
    return 1000 * statistics.median(took)


def main() -> None:
    """Print the three figures, each the median of some runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    both = [(measure(given.seconds, False), measure(given.seconds, True)) for _ in range(given.runs)]
    alone, shown = (statistics.median(pair[k][0] for pair in both) for k in (0, 1))
    frames = statistics.median(pair[1][1] for pair in both)
    print(f"updates a second alone             {alone:10,.0f}")
    print(f"updates a second with surfaces     {shown:10,.0f}   ({frames:.0f} of 100×100 a second, all units)")
    print(f"rewinding by 255 steps             {rewinding():10.1f} ms")


if __name__ == "__main__":
    main()
