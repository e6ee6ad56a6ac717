"""`newton-traps`: where Newton's method goes uphill, in circles, or nowhere."""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.dz.newton_method import QUARTIC
from zerokara.experiments.dz.orders import derivatives, newton, of_formula
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Line, Mark, Path, Rule, Table, Text, chart, line_chart, significant

CIRCLE, FLAT = 1 / 5**0.5, 1 / 3**0.5
"""Where it goes round and round, and where y″ is 0."""


@dataclass(frozen=True)
class NewtonTraps(Experiment):
    """Newton's method looks for a point without slope: it does not ask whether that is a valley or a hill."""

    name = "newton-traps"
    chapter = "dz"
    source = "OWN"
    title = Text("Traps of Newton's method", "ニュートン法の落とし穴")
    question = Text("When does Newton walk uphill?", "ニュートン法が山を登るのはどんなとき？")
    formula = (r"x \leftarrow x - \frac{y'}{y''} = \frac{2x^3}{3x^2 - 1}, \qquad y = x^4 - 2x^2",)
    shows = Shows.ALWAYS
    turns = (Turn(Text("Just outside of the circle.", "周期点のすぐ外から。"), {"starts": (0.448, 0.46, 0.6)}),)

    starts: tuple[float, ...] = knob((0.4, CIRCLE, 0.5, FLAT), "where it starts", "出発点", low=-10, high=10)
    steps: int = knob(8, "steps", "ステップ数", low=1, high=50)

    def measure(self, lab: Lab) -> Arrays:
        """The way from each start, NaN behind a step that cannot be taken; where it ends from a whole grid."""
        f = of_formula(QUARTIC)
        ways = np.full((len(self.starts), self.steps + 1), np.nan)
        for row, start in zip(ways, self.starts, strict=True):
            _, _, second = derivatives(f, np.array(start), 2)
            way = np.array([start]) if abs(second) < 1e-9 else newton(f, start, self.steps)
            row[: len(way)] = way
        grid = np.linspace(-1.2, 1.2, 481)
        ends = grid.copy()
        for _ in range(60):
            _, first, second = derivatives(f, ends, 2)
            ends = np.where(np.abs(second) > 1e-12, ends - first / np.where(second == 0, 1, second), ends)
        return {"ways": ways, "grid": grid, "ends": ends}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The ways, where each start ends, and the numbers."""
        at = np.arange(self.steps + 1)
        names = [significant(s, 4) for s in self.starts]
        lines = [Line(f"x₀ = {n}", at, way) for n, way in zip(names, found["ways"], strict=True)]
        x = np.linspace(-1.4, 1.4, 141)
        marks: list[Mark] = [Line("y", x, x**4 - 2 * x**2)]
        for n, way in zip(names, found["ways"], strict=True):
            seen = way[np.isfinite(way) & (np.abs(way) <= 1.4)]
            if len(seen) > 1:
                marks.append(Path(f"x₀ = {n}", seen, seen**4 - 2 * seen**2))
        rows: list[list[Cell]] = [
            [n, *(("–" if np.isnan(v) else f"{v:.4f}") for v in way[:6])]
            for n, way in zip(names, found["ways"], strict=True)
        ]
        heads = [t("start", "出発点"), *(t("step {k}", "{k} 歩目", k=k) for k in range(len(rows[0]) - 1))]
        return [
            chart(t("On the curve", "曲線の上の道"), marks, Axis("x"), Axis("y"), lang=t.lang),
            line_chart(
                t("Step by step", "ステップごとの x"), lines, Axis(t.word("steps"), whole=True), Axis("x"), lang=t.lang
            ),
            chart(
                t("Where each start ends", "出発点と行き着く先"),
                [
                    Line(t("end", "行き先"), found["grid"], np.clip(found["ends"], -1.5, 1.5)),
                    Rule("1/√5", x=CIRCLE),
                    Rule("−1/√5", x=-CIRCLE),
                ],
                Axis(t("start", "出発点")),
                Axis(t("x after 60 steps", "60 ステップ後の x"), low=-1.5, high=1.5),
                lang=t.lang,
                wide=True,
            ),
            Table(heads, rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """One sentence a start."""
        return [self._told(start, way, t) for start, way in zip(self.starts, found["ways"], strict=True)]

    def _told(self, start: float, way: np.ndarray, t: Tongue) -> str:
        s, end = significant(start, 4), way[np.isfinite(way)][-1]
        if np.isnan(way).any():
            return t(
                "From {s}: y″ is 0 there, so there is no step: a division by nothing.",
                "{s} から：y″ = 0 なので 0 で割ることになり、1 歩も進めません。",
                s=s,
            )
        if abs(abs(end) - CIRCLE) < 1e-3:
            return t("From {s}: to and fro between ±1/√5 forever.", "{s} から：±1/√5 の間を往復し続けます。", s=s)
        if abs(end) < 1e-3:
            return t("From {s}: to 0, the top of the hill.", "{s} から：山の頂上 0 に着きます。", s=s)
        if abs(abs(end) - 1) < 1e-3:
            return t(
                "From {s}: to the valley at {e}.", "{s} から：谷 {e} に着きます。", s=s, e=significant(round(end, 3), 3)
            )
        return t("From {s}: at {e} so far.", "{s} から：まだ {e} にいます。", s=s, e=significant(end, 4))

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's ways; where hill and valley part."""
        told = []
        for start, way in zip(self.starts, found["ways"], strict=True):
            s = significant(start, 4)
            if start == 0.4:
                told += [near(t("from 0.4, step 1", "0.4 から 1 歩目"), way[1], -0.246154, 1e-6, "A")]
                told += [near(t("from 0.4, step 2", "0.4 から 2 歩目"), way[min(2, self.steps)], 0.036458, 1e-5, "A")]
            if start == 0.5:
                told.append(near(t("from 0.5, step 1", "0.5 から 1 歩目"), way[1], -1, 1e-12, "A"))
            if start == CIRCLE:
                told.append(
                    near(t("from 1/√5, |x| after one step", "1/√5 から 1 歩後の |x|"), abs(way[1]), CIRCLE, 1e-9, "A")
                )
            if start == FLAT:
                told.append(
                    holds(t("from {s} no step is taken", "{s} からは 1 歩も進まない", s=s), np.isnan(way[1]), "A")
                )
        inner = np.abs(found["grid"]) < CIRCLE - 1e-3
        hill = np.abs(found["ends"][inner]).max()
        outer = np.abs(found["ends"][~inner & (np.abs(found["grid"]) > FLAT + 1e-2)])
        return [
            *told,
            at_most(
                t("inside of 1/√5 all end on the hill: |x|", "1/√5 の内側はすべて山頂へ：|x|"),
                hill,
                1e-9,
                "A",
                law=True,
            ),
            at_most(
                t("beyond 1/√3 all end in a valley: ||x| − 1|", "1/√3 の外側はすべて谷へ：||x| − 1|"),
                np.abs(outer - 1).max(),
                1e-9,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        hill = np.abs(found["grid"][np.abs(found["ends"]) < 1e-6]).max()
        _, first, second = derivatives(of_formula(QUARTIC), np.array(0.4), 2)
        return [
            Question(
                t(
                    "From where does Newton land on the hill instead of in the valley?",
                    "どこから出発すると、谷ではなく山に着くか？",
                ),
                t(
                    "From |x| < 1/√5 = {v} (found on the grid: up to {h}). At 0.4 the slope is {a} and y″ is {b}: both "
                    "are negative, so the step leads uphill.",
                    "|x| < 1/√5 = {v} からです（格子での最大は {h}）。0.4 では y′ = {a}、y″ = {b} "
                    "でどちらも負なので、登る向きに進みます。",
                    v=significant(CIRCLE, 4),
                    h=significant(hill, 3),
                    a=significant(float(first), 3),
                    b=significant(float(second), 3),
                ),
            )
        ]
