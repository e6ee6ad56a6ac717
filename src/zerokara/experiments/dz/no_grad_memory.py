"""`no-grad-memory`: what is kept for the way back."""

import gc
import weakref
from dataclasses import dataclass

import numpy as np

from zerokara.autodiff import Tensor, enable_grad, no_grad
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, line_chart, significant


@dataclass(frozen=True)
class NoGradMemory(Experiment):
    """A chain of squares: the arrays that are alive after each step, with a record of the way and without."""

    name = "no-grad-memory"
    chapter = "dz"
    source = "V3 s17, s18"
    title = Text("What is kept for the way back", "逆伝播のために残るメモリ")
    question = Text("What is kept for the way back?", "逆伝播のために何が残されるか？")
    formula = (
        r"x_{k+1} = x_k^2, \qquad \frac{\partial L}{\partial x_k} = 2 x_k\, \frac{\partial L}{\partial x_{k+1}}",
    )
    symbols = Text("The way back needs every x_k.", "逆伝播にはすべての x_k が要ります。")
    shows = Shows.ALWAYS
    turns = (Turn(Text("Thirty steps.", "30 ステップ。"), {"length": 30}),)

    length: int = knob(10, "squares in a row", "2 乗を重ねる回数", low=1, high=200)
    numbers: int = knob(100_000, "numbers in each array", "配列の要素数", low=1, high=10_000_000)

    def measure(self, lab: Lab) -> Arrays:
        """Megabytes alive after each step, with and without recording; what is left after the backward pass."""
        recorded, left = self._chain(record=True)
        plain, left_plain = self._chain(record=False)
        return {"recorded": recorded, "plain": plain, "left": np.array(left), "left_plain": np.array(left_plain)}

    def _chain(self, *, record: bool) -> tuple[np.ndarray, int]:
        """(bytes alive after each step, arrays that are left behind it all), the collector of cycles switched off."""
        alive: list[weakref.ref[np.ndarray]] = []
        enabled = gc.isenabled()
        gc.disable()  # what goes, goes without the collector of cycles
        try:
            x = Tensor(np.full(self.numbers, 0.999, np.float32), requires_grad=True)
            y, counts = x, []
            with enable_grad() if record else no_grad():
                for _ in range(self.length):
                    y = y * y
                    alive.append(weakref.ref(y._data))
                    counts.append(4 * self.numbers * _alive(alive))
            if record:
                y.sum().backward()
            del y
            return np.array(counts), _alive(alive)
        finally:
            if enabled:
                gc.enable()

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Bytes by step."""
        at = np.arange(1, self.length + 1)
        return [
            line_chart(
                t("Memory of the results that are alive", "残っている計算結果のメモリ"),
                [
                    Line(t("recorded", "記録あり"), at, found["recorded"] / 1e6),
                    Line(t("under no_grad", "no_grad の中"), at, found["plain"] / 1e6),
                ],
                Axis(t.word("steps"), whole=True),
                Axis(t("memory", "メモリ"), "MB", low=0),
                lang=t.lang,
                wide=True,
            )
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Grows, stays, goes."""
        return [
            t(
                "With a record {a} MB are alive after {n} squares, without one {b} MB.",
                "{n} 回の 2 乗の後に残っているのは、記録ありで {a} MB、記録なしで {b} MB です。",
                a=significant(found["recorded"][-1] / 1e6, 3),
                b=significant(found["plain"][-1] / 1e6, 3),
                n=self.length,
            ),
            t(
                "After the backward pass {n} of the {m} arrays are left, without the collector of cycles having run.",
                "逆伝播の後に残っている配列は {m} 個中 {n} 個です。循環参照のごみ集めは動かしていません。",
                n=int(found["left"]),
                m=self.length,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """n arrays, one array, none."""
        size = 4.0 * self.numbers
        return [
            near(
                t("recorded: arrays alive at the end", "記録あり：最後に残る配列"),
                found["recorded"][-1] / size,
                self.length,
                0,
                "A",
                law=True,
            ),
            near(
                t("no_grad: arrays alive at most", "no_grad：残る配列の最大"),
                found["plain"].max() / size,
                1,
                0,
                "A",
                law=True,
            ),
            at_most(t("arrays left after the backward pass", "逆伝播の後に残る配列"), found["left"], 0, "A", law=True),
            at_most(t("arrays left without a record", "記録なしで残る配列"), found["left_plain"], 0, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Prediction."""
        share = found["plain"].max() / found["recorded"][-1]
        return [
            Question(
                t(
                    "How much of the memory does a prediction need, if no gradient is asked for?",
                    "勾配を求めない予測に必要なメモリは、記録ありの何倍か？",
                ),
                t(
                    "{v} of it for {n} squares.",
                    "{n} 回の 2 乗では {v} 倍です。",
                    v=significant(float(share), 3),
                    n=self.length,
                ),
            )
        ]


def _alive(refs: list[weakref.ref[np.ndarray]]) -> int:
    """How many of the arrays are still there."""
    return sum(ref() is not None for ref in refs)
