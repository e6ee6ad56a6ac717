"""An evaluation by all processes of a team: `python judging.py FOLDER`; what each has got is in rank-R.npz."""

import sys
from pathlib import Path
from typing import Any

import numpy as np

import zerokara as zk
from tests.parallel import cases
from zerokara import parallel, training
from zerokara.data import Loader, Split
from zerokara.parallel.team import Team

SIZES = ((103, 10), (40, 40), (41, 20), (7, 50), (90, 45))
"""Examples and batch size: a short last batch, one batch, as many as processes or fewer."""


def judged(team: Team | None) -> dict[str, Any]:
    """All answers and what is made of them, of classes and of numbers."""
    found: dict[str, Any] = {}
    for examples, batch in SIZES:
        split = cases.split(examples)
        by_class = training.evaluate(
            cases.network("convolution", 5, 0), Loader(split, batch, dtype=np.float64), team=team
        )
        targets = Split(split.images, np.random.default_rng(1).normal(size=(examples, 3)))
        loader = Loader(targets, batch, dtype=np.float64)
        by_number = training.evaluate(cases.network("linear", 5, 0), loader, task="regression", team=team)
        for name, one in (("classes", by_class), ("numbers", by_number)):
            values = {key: value for key, value in vars(one).items() if isinstance(value, float | np.ndarray)}
            assert len(values) >= 3
            found |= {f"{name}/{examples}/{key}": value for key, value in values.items()}
    return found


def main() -> None:
    """Evaluate."""
    zk.use_kernels("reference")
    team = parallel.team()
    np.savez(Path(sys.argv[1], f"rank-{team.rank}.npz"), **judged(team))


if __name__ == "__main__":
    main()
