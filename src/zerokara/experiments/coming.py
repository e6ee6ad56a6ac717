"""Experiments that wait for the model zoo and the tools that explain."""

from dataclasses import dataclass

from zerokara.report import Text


@dataclass(frozen=True)
class Coming:
    """An experiment that is not there yet: its chapter and its question."""

    chapter: int
    question: Text


COMING: dict[str, Coming] = {
    "feature-hierarchy": Coming(7, Text("What do deeper layers react to?", "深い層は何に反応するか？")),
    "grad-cam": Coming(7, Text("Where did the network look?", "ネットワークは画像のどこを見たのか？")),
    "inception": Coming(8, Text("Why paths side by side, and why 1×1?", "なぜ経路を並べ、なぜ 1×1 を使うのか？")),
}
