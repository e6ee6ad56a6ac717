"""`adding-problem`: two numbers out of fifty."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import no_grad
from zerokara.data.sequences import adding_problem
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, between, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import smooth
from zerokara.experiments.sequence_models import KINDS, Reading, cell_name, squares
from zerokara.experiments.tongue import Tongue
from zerokara.optim import Adam
from zerokara.report import Axis, Cell, Line, Rule, Table, Text, chart, significant

ALWAYS_1 = 1 / 6
"""The variance of the sum of two numbers that are even in 0 … 1."""

RANGES = {"rnn": (0.12, 0.18), "gru": (2e-4, 3e-3), "lstm": (1e-3, 0.06), "lstm+1": (1e-3, 0.03)}


@dataclass(frozen=True)
class AddingProblem(Experiment):
    """Sequences of numbers of which two are marked; the answer, read off the last state, is their sum."""

    name = "adding-problem"
    chapter = "seq4"
    source = "OWN"
    cost = "M"
    title = Text("The adding problem", "足し算問題")
    question = Text("Who remembers over 50 steps?", "50 ステップ前を覚えていられるのは？")
    formula = (r"y = \sum_t m_t\, x_t, \qquad \sum_t m_t = 2, \qquad \mathrm{E}(1 - y)^2 = \frac{2}{12} = \frac 1 6",)
    symbols = Text(
        "x_t: numbers in 0 … 1; m_t: 1 at one place in each half, else 0.",
        "x_t：0 ～ 1 の数、m_t：前半と後半の 1 か所ずつで 1、ほかは 0。",
    )
    random = True
    seeds = 2
    quick = {"iterations": 20, "kinds": ("rnn", "gru"), "hidden": 16}
    turns = (
        Turn(
            Text("Over 20 steps even an RNN may learn it.", "20 ステップなら RNN でも学べることがあります。"),
            {"steps": 20, "iterations": 1500},
        ),
    )

    kinds: tuple[str, ...] = knob(("rnn", "gru", "lstm", "lstm+1"), "cells", "セル", choices=KINDS)
    steps: int = knob(50, "steps T", "ステップ数 T", low=2, high=500)
    hidden: int = knob(64, "hidden size H", "隠れ状態の大きさ H", low=1, high=512)
    batch_size: int = knob(64, "sequences in a batch", "バッチサイズ", low=1, high=1024)
    iterations: int = knob(1500, "updates", "更新回数", low=1, high=100_000)
    lr: float = knob(0.002, "learning rate of Adam", "Adam の学習率", low=0, high=1)
    clip: float = knob(1.0, "largest norm of the gradient", "勾配ノルムの上限", low=1e-3, high=1e6)

    def measure(self, lab: Lab) -> Arrays:
        """The losses of every cell, and its error on new sequences."""
        lab.plan(len(self.kinds) * self.iterations)
        x, y = adding_problem(self.batch_size * self.iterations, self.steps, seed=2 * lab.seed)
        found: Arrays = {"always_1": np.array(np.mean((y - 1) ** 2))}
        for kind in self.kinds:
            part = lab.part(kind, partial(self._learn, lab, kind, x, y), self.iterations)
            found |= {f"{kind}.{key}": value for key, value in part.items()}
        return found

    def _learn(self, lab: Lab, kind: str, x: Array, y: Array) -> Arrays:
        model = Reading(kind, 2, self.hidden, 1, lab.rng("weights"))
        step, losses = squares(model, Adam(model, lr=self.lr), last=True, clip=self.clip), np.zeros(self.iterations)
        for i in lab.steps(self.iterations):
            rows = slice(i * self.batch_size, (i + 1) * self.batch_size)
            losses[i] = step(x[rows], y[rows], None)[0].item()
        new, answers = adding_problem(2000, self.steps, seed=2 * lab.seed + 1)
        with no_grad():
            said = model(new)[0].data[:, -1]
        return {"losses": losses, "error": np.array(np.mean((said - answers) ** 2))}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The errors while learning; the ends."""
        at = np.arange(1, self.iterations + 1)
        lines = [Line(cell_name(k, t), at, smooth(found.mean(f"{k}.losses"), 31)) for k in self.kinds]
        rows: list[list[Cell]] = []
        for k in self.kinds:
            errors = found.number(f"{k}.error"), found.low(f"{k}.error"), found.high(f"{k}.error")
            rows.append([cell_name(k, t), *(significant(float(e), 3) for e in errors)])
        heads = [
            t("cell", "セル"),
            t("error on new sequences", "新しい系列での誤差"),
            t("least", "最小"),
            t("greatest", "最大"),
        ]
        return [
            chart(
                t("Error while learning", "学習中の誤差"),
                [*lines, Rule(t("always saying 1", "いつも 1 と答える"), y=ALWAYS_1)],
                Axis(t.word("updates"), whole=True),
                Axis(t("mean square", "2 乗誤差の平均"), log=True),
                lang=t.lang,
                wide=True,
                note=t("Smoothed; mean over the seeds.", "平滑化した値。乱数の種についての平均。"),
            ),
            Table(heads, rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Who learned it."""
        return [
            t(
                "{k}: error {e}"
                + (
                    ", no better than always saying 1 ({v})."
                    if e > 0.7 * ALWAYS_1
                    else ", where always saying 1 has {v}."
                ),
                "{k}：誤差 {e}"
                + (
                    "で、いつも 1 と答えるのと変わりません（{v}）。"
                    if e > 0.7 * ALWAYS_1
                    else "（いつも 1 と答えると {v}）。"
                ),
                k=cell_name(k, t),
                e=significant(e, 2),
                v=significant(ALWAYS_1, 4),
            )
            for k, e in ((k, found.number(f"{k}.error")) for k in self.kinds)
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured errors."""
        told = [
            between(
                t("{k}: error on new sequences", "{k}：新しい系列での誤差", k=cell_name(k, t)),
                found.all(f"{k}.error"),
                *RANGES[k],
                "M",
            )
            for k in self.kinds
            if k in RANGES
        ]
        n = self.batch_size * self.iterations
        one = t("error of always saying 1", "いつも 1 と答えるときの誤差")
        off = t("always saying 1: distance from 1/6, in standard errors", "いつも 1 の誤差と 1/6 の差（標準誤差単位）")
        spread = abs(found.all("always_1") - ALWAYS_1).max() * np.sqrt(n) / 0.2
        return [
            *told,
            near(one, found.all("always_1"), ALWAYS_1, 0.002, "A"),
            at_most(off, spread, 6, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        return [
            Question(
                t("What error has “always 1” in the adding problem?", "足し算問題で「いつも 1」と答えるときの誤差は？"),
                t(
                    "2/12 = {v}; measured here {m}.",
                    "2/12 = {v}（ここでの測定値 {m}）。",
                    v=significant(ALWAYS_1, 4),
                    m=significant(found.number("always_1"), 4),
                ),
            )
        ]
