"""What came of an experiment, ready to be shown in either language."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from zerokara.arrays import Array
from zerokara.experiments.base import Experiment, Question
from zerokara.experiments.checks import Check
from zerokara.experiments.found import Found
from zerokara.experiments.scope import Gap, gap
from zerokara.experiments.tongue import Tongue
from zerokara.report import Figure, Lang, Text, notebook_html


class Verdict(Enum):
    """How the measured numbers lie beside the expected ones.

    AS_EXPECTED: measured with the recipe's own settings, seeds and data, and every number lies where it was expected.
    OUTSIDE: one of those does not, or a law, which has to hold for any settings, does not. NOT_JUDGED: other settings
    or data, for which nothing but laws was promised.
    """

    AS_EXPECTED = "as expected"
    OUTSIDE = "outside"
    NOT_JUDGED = "not judged"


_ARRAYS = Text("arrays", "配列")
_SAID = {
    Verdict.AS_EXPECTED: Text("as expected", "予想どおり"),
    Verdict.OUTSIDE: Text("outside", "予想の範囲外"),
    Verdict.NOT_JUDGED: Text("not judged", "判定なし"),
}


@dataclass(frozen=True, eq=False)
class Result:
    """An experiment and what it found.

    `result["loss"]` is an array of the first seed, `result.found.all("loss")` has those of all seeds. `quick`: run in
    small, so that only laws are judged. `source`: the data used, empty where there were none. `seconds`: how long it
    took to measure. `lang`: the language in which it shows itself, and answers where no other is asked for. A notebook
    shows the figures.
    """

    experiment: Experiment
    found: Found
    first_seed: int = 0
    quick: bool = False
    source: str = ""
    seconds: float = 0.0
    lang: Lang = "en"

    def __getitem__(self, name: str) -> Array:
        return self.found[name]

    @property
    def arrays(self) -> dict[str, Array]:
        """Everything found for the first seed, by name."""
        return dict(self.found)

    @property
    def own(self) -> bool:
        """Whether settings, data and number of seeds are the recipe's own, for which it promises numbers."""
        return not self.quick and not self.experiment.unjudged and self.found.seeds >= self.experiment.seeds

    @property
    def gap(self) -> Gap:
        """What these settings lack to show the effect; where they lack something there are no findings."""
        return gap(self.experiment)

    def figures(self, lang: Lang | None = None) -> list[Figure]:
        """The figures, without the tables and paragraphs between them."""
        pieces = self.experiment.figures(self.found, Tongue(lang or self.lang))
        return [piece for piece in pieces if isinstance(piece, Figure)]

    def figure(self, number: int = 0, lang: Lang | None = None) -> Figure:
        """One figure, counted from 0; ValueError if there is none with that number."""
        figures = self.figures(lang)
        if not -len(figures) <= number < len(figures):
            raise ValueError(f"{self.experiment.name} has {len(figures)} figures, counted from 0; got {number}")
        return figures[number]

    def findings(self, lang: Lang | None = None) -> Sequence[str]:
        """What is to be seen, computed from what was found; none where the settings are too small to show it."""
        return () if self.gap else self.experiment.findings(self.found, Tongue(lang or self.lang))

    def checks(self, lang: Lang | None = None) -> Sequence[Check]:
        """What was expected, beside what was found."""
        return self.experiment.checks(self.found, Tongue(lang or self.lang))

    def questions(self, lang: Lang | None = None) -> Sequence[Question]:
        """The readers' questions, with computed answers; none where the settings are too small to answer them."""
        return () if self.gap else self.experiment.questions(self.found, Tongue(lang or self.lang))

    def judged(self, check: Check) -> bool:
        """Whether a check says anything about these settings: laws always do."""
        return check.law or self.own

    @property
    def verdict(self) -> Verdict:
        """Over all checks if the settings are the recipe's own; else only a broken law is a fault: see `Verdict`."""
        if not all(check.holds for check in self.checks("en") if self.judged(check)):
            return Verdict.OUTSIDE
        return Verdict.AS_EXPECTED if self.own else Verdict.NOT_JUDGED

    def write(self, path: str | Path, lang: Lang | None = None, command: str = "") -> Path:
        """Write the report, one HTML file; return its path."""
        from zerokara.experiments.page import page

        return page(self, lang or self.lang, command).write(Path(path))

    def facts(self) -> dict[str, Any]:
        """The result in plain values, for JSON: in English, whatever the language of the result."""
        return {
            "name": self.experiment.name,
            "chapter": self.experiment.chapter,
            "settings": self.experiment.measured,
            "seeds": [self.first_seed + k for k in range(self.found.seeds)],
            "quick": self.quick,
            "data": self.source,
            "seconds": self.seconds,
            "verdict": self.verdict.value,
            "checks": [{**asdict(c), "judged": self.judged(c), "holds": c.holds} for c in self.checks("en")],
            "shows": not self.gap,
            "findings": list(self.findings("en")),
        }

    def __repr__(self) -> str:
        told = f"{self.experiment.name}, {_SAID[self.verdict](self.lang)}"
        return f"Result({told}, {_ARRAYS(self.lang)}: {', '.join(self.found)})"

    def _repr_html_(self) -> str:
        return notebook_html(*(figure.html(self.lang) for figure in self.figures()))
