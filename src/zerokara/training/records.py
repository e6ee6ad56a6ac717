"""What the training loop says: one record a step, one an epoch."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Unit = Literal["images", "rows", "tokens", "examples"]


@dataclass(frozen=True, repr=False)
class Record:
    """What happened in one step, or in one epoch.

    step: updates so far. epoch: the epoch it belongs to, from 1. images: images seen so far, repeats counted.
    loss, accuracy: of a step, those of the very forward pass that was learned from (so in training mode, before the
    update); of an epoch, the mean over its images. val_loss, val_accuracy: on the validation data after the epoch.
    lr: the learning rate of the update. seconds: training time so far, without the time spent by who reads the records,
    or in which kernels were compiled. images_per_second: of the steps timed lately, 0 until two are. A step that
    compiled something is not timed, nor counted in the time left.
    unit: what is counted as images: "images", "rows" of a table, "tokens" of a text, or other "examples".
    best: this epoch is the best one so far. note: a remark in words, such as why the training ends here.
    """

    kind: Literal["step", "epoch"]
    step: int
    epoch: int
    images: int
    loss: float
    accuracy: float | None
    lr: float
    seconds: float
    images_per_second: float = 0.0
    val_loss: float | None = None
    val_accuracy: float | None = None
    best: bool = False
    note: str = ""
    total_steps: int = 0
    total_epochs: int = 0
    total_images: int = 0
    unit: Unit = "images"

    def __repr__(self) -> str:
        return f"Record({describe(self)})"

    def _repr_html_(self) -> str:
        from html import escape

        told: dict[str, str] = {"epoch": f"{self.epoch}/{self.total_epochs}", "step": f"{self.step:,}"}
        for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
            if (value := getattr(self, name)) is not None:
                told[name.replace("_", " ")] = f"{value:.2%}" if "accuracy" in name else f"{value:.4f}"
        told |= {"learning rate": f"{self.lr:.3g}", "time": duration(self.seconds)}
        told |= {"note": self.note} if self.note else {}
        heads, cells = ("".join(f"<{tag}>{escape(text)}</{tag}>" for text in of) for tag, of in _cells(told))
        return f"<table><tr>{heads}</tr><tr>{cells}</tr></table>"

    @property
    def eta(self) -> float | None:
        """Seconds that the rest will take at the present rate; None while the rate is unknown."""
        if self.images_per_second <= 0:
            return None
        return max(self.total_images - self.images, 0) / self.images_per_second

    def to_line(self) -> dict[str, Any]:
        """The fields that the history keeps: those that say something, without the plan (totals, unit)."""
        return {name: value for name, value in vars(self).items() if name not in _PLAN and not _says_nothing(value)}


def _cells(told: dict[str, str]) -> tuple[tuple[str, list[str]], tuple[str, list[str]]]:
    return ("th", list(told)), ("td", list(told.values()))


_PLAN = ("total_steps", "total_epochs", "total_images", "unit")


def _says_nothing(value: Any) -> bool:
    return value is None or value is False or value == ""


Lang = Literal["en", "ja"]

WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "epoch": "epoch {}/{}",
        "step": "step {}/{}",
        "loss": "loss {}",
        "accuracy": "accuracy {}",
        "val_loss": "val loss {}",
        "val_accuracy": "val accuracy {}",
        "images": "{} images/s",
        "rows": "{} rows/s",
        "tokens": "{} tokens/s",
        "examples": "{} examples/s",
        "left": "{} left",
        "first": "first step …",
    },
    "ja": {
        "epoch": "エポック {}/{}",
        "step": "ステップ {}/{}",
        "loss": "損失 {}",
        "accuracy": "正答率 {}",
        "val_loss": "検証損失 {}",
        "val_accuracy": "検証正答率 {}",
        "images": "{} 枚/秒",
        "rows": "{} 行/秒",
        "tokens": "{} トークン/秒",
        "examples": "{} 件/秒",
        "left": "残り {}",
        "first": "最初のステップ …",
    },
}
"""What is said of a record, in the languages in which trainings are shown."""


def describe(record: Record, lang: Lang = "en") -> str:
    """A record in one line: "epoch 3/20   loss 0.0812   accuracy 97.61%   …"; a star marks the best epoch so far."""
    return "   ".join(_parts(record, WORDS[lang]))


_STOPPED = re.compile(
    r"stopped early: (\S+) was not better(?: than (\S+) in epoch (\d+))? for (\d+) epochs"
    r"(?:; the model gets the weights of epoch (\d+))?"
)


def remark(record: Record, lang: Lang = "en") -> str:
    """The note of a record in a language; one that is not known is told as it is."""
    found = _STOPPED.fullmatch(record.note) if lang == "ja" else None
    if found is None:
        return record.note
    what, least, best, waited, kept = found.groups()
    than = f"エポック {best} の {least} より" if least else ""
    weights = f"モデルにはエポック {kept} の重みが入ります。" if kept else ""
    return f"早期終了：{what} が {waited} エポックの間、{than}よくなりませんでした。{weights}"


def duration(seconds: float) -> str:
    """Seconds as people say them: "1.5 s", "48 s", "1:20", "2:03:00"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    total = round(seconds)
    if total < 60:
        return f"{total} s"
    minutes, rest = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _parts(record: Record, words: dict[str, str]) -> Iterator[str]:
    yield words["epoch"].format(f"{record.epoch:>{len(str(record.total_epochs))}}", record.total_epochs)
    if record.kind == "step":
        yield words["step"].format(f"{record.step:,}", f"{record.total_steps:,}")
    yield words["loss"].format(f"{record.loss:.4f}")
    if record.accuracy is not None:
        yield words["accuracy"].format(f"{record.accuracy:7.2%}")
    if record.val_loss is not None:
        yield words["val_loss"].format(f"{record.val_loss:.4f}")
    if record.val_accuracy is not None:
        yield words["val_accuracy"].format(f"{record.val_accuracy:7.2%}{' *' if record.best else '  '}")
    if record.images_per_second > 0:
        yield words[record.unit].format(f"{record.images_per_second:,.0f}")
    yield duration(record.seconds)
    if record.eta is not None and record.step < record.total_steps and not record.note:
        yield words["left"].format(duration(record.eta))
