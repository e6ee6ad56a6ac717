"""A training with everything in it that has a state, resumed if there is something: `python run_to_the_end.py FOLDER`.

More words change it: slow (so that somebody can interfere), other-weights, other-data, other-pixel, other-settings,
other-version, other-NAME (of a package), drift, raise, leave (each on rank 1), full (on 0).
"""

import importlib
import os
import sys
import time
from pathlib import Path

import numpy as np

import zerokara as zk
from tests.training.conftest import shift, tiny_model, tiny_split
from zerokara import data, optim, parallel, training


def main() -> None:
    """Train."""
    folder, words = Path(sys.argv[1]), sys.argv[2:]
    zk.use_kernels("compiled" if "compiled" in words else "reference")
    team = parallel.team()
    second = team.rank == 1
    model = tiny_model(2 if "other-weights" in words and second else 1)
    split = tiny_split(60 if "other-data" in words and second else 50)
    if "other-pixel" in words and second:
        split.images[7, 0, 2, 3] ^= 1
    if "other-version" in words and second:
        training.settings.__version__ = "0.0.9"  # type: ignore[attr-defined]
    for package in ("numba", "llvmlite", "mpi4py"):
        if f"other-{package}" in words and second:
            if package == "llvmlite":
                importlib.import_module("numba")  # which looks at that version itself
            importlib.import_module(package).__version__ = "0.0.9"  # type: ignore[attr-defined]
    optimizer = optim.AdamW(model, lr=0.03 if "other-settings" in words and second else 0.02)
    records = training.fit(
        model,
        data.Loader(split, 12, transform=shift),
        optimizer,
        epochs=8,
        validation=split.take(20),
        schedule=optim.CosineLR(0.02, 40, warmup=3),
        clip_norm=1.0,
        average=0.9,
        early_stopping=training.EarlyStopping(patience=8),
        run_dir=folder,
        resume=team.share_json(any((folder / f"{name}.safetensors").exists() for name in ("last", "previous"))),
        checkpoint_steps=3,
        clock=lambda: 0.0,  # time is the one thing that may differ
        team=team,
    )
    for record in records:
        if "slow" in words:
            time.sleep(0.02)
        if "raise" in words and second and record.step == 4:
            raise RuntimeError("the roof is leaking")
        if "drift" in words and second and record.step == 1:
            bias = dict(model.named_parameters())["6.bias"].data
            bias[2] = np.nextafter(bias[2], np.float32(9))
        if "leave" in words and second and record.step == 4:
            sys.exit(0)
        if "full" in words and team.leads and record.step == 4:
            os.link = os.replace = os.rename = no_room  # type: ignore[assignment]
            Path.open = no_room  # type: ignore[method-assign,assignment]
    for rank in range(team.size):  # whose random numbers are which
        numbers = team.gather(np.array([zk.default_generator().random()]))
        if team.leads and rank == 0:
            assert np.all(numbers == numbers[0])


def no_room(*arguments: object, **options: object) -> None:
    """A disk on which nothing fits any more."""
    raise OSError(28, "No space left on device")


if __name__ == "__main__":
    main()
