"""A training in a process of its own, that can be told to kill itself: `python resumed_training.py RUN_DIR [KILL_AT]`.

It counts what it does in the run's folder (files opened, renamed, removed, cut) and the batches it prepares, and at
number KILL_AT it sends itself SIGKILL, which no code can answer. It resumes whenever there is something to resume.
"""

import os
import signal
import sys
from pathlib import Path

import zerokara as zk
from conftest import shift, tiny_model, tiny_split
from zerokara import optim
from zerokara.data import Loader
from zerokara.training import EarlyStopping, fit

FOLDER, KILL_AT = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 0
events = 0


def count(event, arguments):
    """Audit hook: called before the operating system is."""
    global events
    if event == "batch" or (arguments and str(arguments[0]).startswith(str(FOLDER))):
        events += 1
        if events == KILL_AT:
            os.kill(os.getpid(), signal.SIGKILL)


def altered(x, rng):
    sys.audit("batch")
    return shift(x, rng)


def main():
    zk.use_kernels("reference")
    model = tiny_model()
    optimizer = optim.AdamW(model, lr=0.02)
    data = tiny_split()
    records = fit(
        model,
        Loader(data, 12, transform=altered),
        optimizer,
        epochs=4,
        validation=data.take(20),
        schedule=optim.CosineLR(0.02, 20, warmup=3),
        clip_norm=1.0,
        average=0.9,
        early_stopping=EarlyStopping(patience=4),
        run_dir=FOLDER,
        resume=any((FOLDER / name).exists() for name in ("last.safetensors", "previous.safetensors")),
        checkpoint_steps=3,
        clock=lambda: 0.0,  # time is the one thing that may differ
    )
    sys.addaudithook(count)
    for _ in records:
        pass
    sys.stdout.write(f"{events}\n")


if __name__ == "__main__":
    main()
