"""The records of a training as TensorBoard's event files, written by tensorboardX: `zerokara[tensorboard]`."""

import importlib.util
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from zerokara.arguments import UsageError
from zerokara.paths import as_path
from zerokara.training.records import Record

MEASURES = {"loss": "loss", "accuracy": "accuracy", "val_loss": "loss", "val_accuracy": "accuracy"}
"""The measures of a record, and the group of charts in which each stands."""


def needs_tensorboard() -> None:
    """Raise a UsageError that says what to install where tensorboardX is not."""
    if importlib.util.find_spec("tensorboardX") is None:
        raise UsageError("--tensorboard needs tensorboardX: pip install 'zerokara[tensorboard]'")


def to_tensorboard(
    records: Iterable[Record], folder: str | os.PathLike[str], settings: Mapping[str, Any] | None = None
) -> Iterator[Record]:
    """Write a training into `folder` while it goes on, and pass its records on.

        for record in to_tensorboard(fit(...), "tensorboard/run"):
            ...

    A chart for every measure over the updates: `loss/step` of every update, `loss/training` and `loss/validation` of
    every epoch, the same of accuracy, and `learning_rate`. `settings` go to the page of hyper-parameters, with the
    last epoch's measures. A training that is resumed goes on in the same folder: TensorBoard drops what the new
    records repeat. Everything is on the disk after every epoch. UsageError where tensorboardX is not installed.
    """
    needs_tensorboard()
    return _written(records, as_path(folder, "a folder"), settings)


def _written(
    records: Iterable[Record], folder: os.PathLike[str], settings: Mapping[str, Any] | None
) -> Iterator[Record]:
    writer: Any = None
    last: dict[str, float] = {}
    try:
        for record in records:
            if writer is None:
                writer = _writer(folder, record)
            told = _told(record)
            for name, value in told.items():
                writer.add_scalar(name, value, record.step)
            if record.kind == "epoch":
                last = told
                writer.flush()
            yield record
    finally:
        if writer is not None:
            if settings is not None and last:
                _summarize(writer, settings, last)
            writer.close()


def _writer(folder: os.PathLike[str], first: Record) -> Any:
    from tensorboardX import SummaryWriter

    own = f".{os.getpid()}.{first.step}"  # else two files that are begun in the same second would be one
    return SummaryWriter(os.fspath(folder), purge_step=first.step if first.step > 1 else None, filename_suffix=own)


def _told(record: Record) -> dict[str, float]:
    """The charts' names, and what each gets of this record."""
    place = {"step": "step", "epoch": "training"}[record.kind]
    told = {}
    for name, group in MEASURES.items():
        value = getattr(record, name)
        if value is not None:
            told[f"{group}/{'validation' if name.startswith('val_') else place}"] = float(value)
    return told if record.kind == "epoch" else {**told, "learning_rate": record.lr}


def _summarize(writer: Any, settings: Mapping[str, Any], last: Mapping[str, float]) -> None:
    """The settings, and the measures by which TensorBoard's table of hyper-parameters is sorted."""
    from tensorboardX.summary import hparams

    plain = {name: value if isinstance(value, bool | int | float) else str(value) for name, value in settings.items()}
    for summary in hparams(plain, dict(last)):
        writer.file_writer.add_summary(summary)
