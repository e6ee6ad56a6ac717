"""`sine-derivatives`: the sine, differentiated until it comes back."""

from dataclasses import dataclass

import numpy as np

from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most
from zerokara.experiments.dz.orders import derivatives
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, line_chart, significant

FUNCTIONS = {"sin": Tensor.sin, "cos": Tensor.cos}


@dataclass(frozen=True)
class SineDerivatives(Experiment):
    """sin, sin′, sin″, …: each the gradient of the one before, along many points at once."""

    name = "sine-derivatives"
    chapter = "dz"
    source = "V3 s34"
    title = Text("The derivatives of the sine", "sin の高階微分")
    question = Text("Do four derivatives bring the sine back?", "4 回微分すると sin に戻るか？")
    formula = (r"\frac{d^n}{dx^n} \sin x = \sin\left(x + n \frac{\pi}{2}\right)",)
    shows = Shows.ALWAYS
    turns = (Turn(Text("Eight times.", "8 回微分してみましょう。"), {"orders": 8}),)

    function: str = knob("sin", "what is differentiated", "微分する関数", choices=tuple(FUNCTIONS))
    orders: int = knob(4, "how often", "微分の回数", low=1, high=12)
    side: float = knob(7.0, "x from −side to side", "x の範囲 −side ～ side", low=0.5, high=100)
    points: int = knob(200, "points", "点の数", low=2, high=10_000)

    def measure(self, lab: Lab) -> Arrays:
        """All orders at all points."""
        x = np.linspace(-self.side, self.side, self.points)
        return {"x": x, "curves": np.array(derivatives(FUNCTIONS[self.function], x, self.orders))}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The curves and their errors."""
        lines = [
            Line(t("order {n}", "{n} 階", n=n) if n else self.function, found["x"], curve)
            for n, curve in enumerate(found["curves"])
        ]
        errors = np.maximum(np.abs(found["curves"] - self._exact(found)).max(axis=1), 1e-18)
        return [
            line_chart(t("The derivatives", "導関数"), lines, Axis("x"), Axis(t.word("value")), lang=t.lang, wide=True),
            line_chart(
                t("Largest error by order", "階数ごとの最大誤差"),
                [Line(t.word("error"), np.arange(len(errors)), errors)],
                Axis(t("order", "階数"), whole=True),
                Axis(t.word("error"), log=True, low=1e-18),
                lang=t.lang,
            ),
        ]

    def _exact(self, found: Found) -> np.ndarray:
        turns = np.arange(self.orders + 1)[:, None] + (self.function == "cos")
        return np.asarray(np.sin(found["x"] + turns * np.pi / 2))

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """It comes back."""
        gap = float(np.abs(found["curves"] - self._exact(found)).max())
        told = [
            t(
                "Up to order {n} the derivatives agree with sines moved by quarter turns to {e:.0e}.",
                "{n} 階までの導関数は、4 分の 1 周期ずつずらした sin と {e:.0e} の範囲で一致します。",
                n=self.orders,
                e=gap,
            )
        ]
        if self.orders >= 4:
            back = float(np.abs(found["curves"][4] - found["curves"][0]).max())
            told.append(
                t(
                    "The fourth derivative is the function itself again, to {e:.0e}.",
                    "4 階微分は元の関数に戻ります（差 {e:.0e}）。",
                    e=back,
                )
            )
        return told

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """cos, −sin, −cos, sin."""
        gaps = np.abs(found["curves"] - self._exact(found)).max(axis=1)
        what = t("order {n}: distance from the sine moved on", "{n} 階：ずらした sin との差", n="{n}")
        return [at_most(what.format(n=n), gap, 1e-12, "A", law=True) for n, gap in enumerate(gaps)]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """At 0."""
        here = [float(np.interp(0, found["x"], curve)) for curve in found["curves"]]
        return [
            Question(
                t("The derivatives at x = 0, in their order?", "x = 0 での値を順に答えよ。"),
                t("About {v}.", "およそ {v}。", v=t.list(None, *(significant(round(v, 2), 2) for v in here))),
            )
        ]
