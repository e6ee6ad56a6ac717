"""The settings that every experiment on a language model has, each with its own default."""

from typing import Any

from zerokara.experiments.base import knob


def dimensions_knob(default: int = 32) -> Any:
    """D."""
    return knob(default, "embedding size D", "埋め込みの次元 D", low=1, high=1000)


def hidden_knob(default: int = 64) -> Any:
    """H."""
    return knob(default, "hidden size H", "隠れ状態の大きさ H", low=1, high=1000)


def time_knob(default: int = 35) -> Any:
    """T."""
    return knob(default, "unrolled steps T", "展開するステップ数 T", low=1, high=200)


def streams_knob(default: int = 20) -> Any:
    """N."""
    return knob(default, "streams side by side", "並べて読む数（バッチサイズ）", low=1, high=200)


def clip_knob(default: float = 0.25) -> Any:
    """The longest gradient that is taken as it is."""
    return knob(default, "largest norm of the gradient", "勾配ノルムの上限", low=1e-6, high=1e6)


def adam_knob(default: float = 0.005) -> Any:
    """The step of Adam."""
    return knob(default, "learning rate of Adam", "Adam の学習率", low=0, high=1)


def words_knob(default: int = 200_000) -> Any:
    """How much of the text is read."""
    return knob(default, "words of the training text, at most", "訓練テキストの語数の上限", low=1000, high=10_000_000)


def epochs_knob(default: int, high: int = 100) -> Any:
    """How often the text is read."""
    return knob(default, "epochs", "エポック数", low=1, high=high)
