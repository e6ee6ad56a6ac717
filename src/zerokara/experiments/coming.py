"""Experiments that wait for the model zoo and the tools that explain."""

from dataclasses import dataclass

from zerokara.report import Text


@dataclass(frozen=True)
class Coming:
    """An experiment that is not there yet: its chapter and its question."""

    chapter: int
    question: Text


COMING: dict[str, Coming] = {}
