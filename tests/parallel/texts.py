"""Small trainings of language models in float64, by one process or several; a case may stop, or go on with a run."""

from pathlib import Path
from typing import Any

import numpy as np

import zerokara as zk
from zerokara import optim, training
from zerokara.arrays import Array, generator
from zerokara.data.text import Snippets, Windows
from zerokara.models import GPT, LanguageModel
from zerokara.nn import Module
from zerokara.parallel.team import Team

DEFAULTS: dict[str, Any] = {
    "cell": "lstm",
    "kernels": "reference",
    "optimizer": "adam",
    "layers": 1,
    "tied": False,
    "dropout": 0.0,
    "streams": 7,
    "epochs": 8,
    "clip": 0.5,
    "schedule": False,
    "carry": True,
    "patience": 0,
    "folder": "",
    "stop": 0,
    "resume": False,
}
OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda model: optim.SGD(model, lr=0.5),
    "momentum": lambda model: optim.Momentum(model, lr=0.1),
    "adam": lambda model: optim.Adam(model, lr=0.02),
    "adamw": lambda model: optim.AdamW(model, lr=0.02, weight_decay=0.1, decay="weights"),
}
TIME, KINDS, WIDTH = 6, 6, 8


def network(case: dict[str, Any]) -> Module:
    """A language model in float64."""
    zk.manual_seed(0)
    if case["cell"] == "gpt":
        return GPT(
            KINDS, layers=case["layers"], heads=2, width=WIDTH, context=TIME, dropout=case["dropout"],
            tied=case["tied"], rng=generator(0, "gpt"), dtype=np.float64,
        )  # fmt: skip
    return LanguageModel(
        KINDS, 5, 5, cell=case["cell"], num_layers=case["layers"], dropout=case["dropout"], tied=case["tied"],
        dtype=np.float64,
    )  # fmt: skip


def text(count: int, seed: int) -> Array:
    """Tokens of which each depends on the one before."""
    steps = generator(seed, "tokens").integers(0, 3, count)
    return (np.cumsum(steps) % KINDS).astype(np.int64)


def trained(team: Team, **changes: Any) -> dict[str, Array]:
    """The weights and losses after a training, or after as much of it as the case says."""
    case = DEFAULTS | changes
    zk.use_kernels(case["kernels"])
    model, ids = network(case), text(300, 0)
    read: Any = Windows(ids, case["streams"], TIME)
    if case["cell"] == "gpt":
        read = Snippets(ids, case["streams"], TIME, 7)
    records = training.fit_language(
        model,
        read,
        OPTIMIZERS[case["optimizer"]](model),
        epochs=case["epochs"],
        validation=text(200, 1),
        schedule=optim.CosineLR(0.02, case["epochs"] * len(read), warmup=3) if case["schedule"] else None,
        clip_norm=case["clip"],
        carry=case["carry"],
        early_stopping=training.EarlyStopping(patience=case["patience"]) if case["patience"] else None,
        run_dir=case["folder"] or None,
        resume=case["resume"],
        checkpoint_steps=4 if case["folder"] else None,
        clock=lambda: 0.0,
        team=team,
    )
    seen = []
    for record in records:
        seen.append(record.to_line())
        if case["stop"] and record.step == case["stop"]:
            records.close()
            break
    rows = training.read_records(case["folder"]) if case["folder"] and team.leads else seen
    epochs = [row for row in rows if row["kind"] == "epoch"]
    found = {f"weight/{name}": array for name, array in model.state_dict().items()}
    for name, array in found.items():
        if name.endswith("in_proj_bias"):  # that of the keys has no gradient but rounding, which Adam divides by itself
            array[WIDTH : 2 * WIDTH] = 0
    found["steps"] = np.array(len(rows) - len(epochs))
    for name in ("loss", "images", "lr"):
        found[name] = np.array([row[name] for row in rows])
    found["validation"] = np.array([row["val_loss"] for row in epochs])
    return found


def begun(folder: Path, stop: int = 10, **changes: Any) -> dict[str, Any]:
    """A case whose training was left after a step, in the middle of an epoch."""
    return {**changes, "folder": str(folder), "stop": stop}


def gone_on(folder: Path, **changes: Any) -> dict[str, Any]:
    """The case that goes on with it from the last step that was saved: step 8 of 10, in the middle of the text."""
    return {**changes, "folder": str(folder), "resume": True}
