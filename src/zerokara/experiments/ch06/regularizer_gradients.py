"""`regularizer-gradients`: what each penalty adds to the gradient."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.optim import SGD
from zerokara.report import Axis, Line, Text, chart, heat_map, significant

POWERS = {"l2": 2.0, "l1": 1.0}
"""Penalty → its p."""


@dataclass(frozen=True)
class RegularizerGradients(Experiment):
    """½λΣw² adds λw to the gradient, λΣ|w| adds λ·sign(w)."""

    name = "regularizer-gradients"
    chapter = 6
    source = "DR 6-4-3-2, -3; MEMO p.193"
    title = Text("What a penalty adds to the gradient", "正則化項の勾配")
    question = Text("What does each penalty add to the gradient?", "それぞれの正則化項は勾配に何を加えるか？")
    formula = (
        r"\frac{\partial}{\partial w} \, \tfrac 1 2 \lambda \sum w^2 = \lambda w, \qquad "
        r"\frac{\partial}{\partial w} \, \lambda \sum |w| = \lambda \, \text{sign}(w)",
        r"\frac{\partial}{\partial w} \, \frac \lambda p \sum |w|^p = \lambda \, |w|^{p-1} \, \text{sign}(w)",
    )
    symbols = Text(
        "w: the weights (not the inputs), λ: strength, p: which norm; sign(0) = 0.",
        "w：重み（入力ではありません）、λ：正則化の強さ、p：ノルムの種類。sign(0) = 0 とします。",
    )
    random = True
    seeds = 3
    turns = (
        Turn(
            Text(
                "p = 4 hardly minds small weights and hates large ones.",
                "p = 4 は小さい重みには寛容で、大きい重みに厳しくなります。",
            ),
            {"p": (1.0, 2.0, 4.0)},
        ),
    )

    strength: float = knob(0.1, "λ", "正則化の強さ λ", low=1e-6, high=1e3)
    p: tuple[float, ...] = knob((1.0, 1.5, 2.0), "norms whose curves are drawn", "曲線を描く p ノルム", low=1, high=20)
    rows: int = knob(3, "rows of W", "W の行数", low=1, high=20)
    columns: int = knob(5, "columns of W", "W の列数", low=1, high=12)

    def measure(self, lab: Lab) -> Arrays:
        """The gradients of both penalties in a random W with one 0: by optimizer, graph and differences; the curves."""
        W = lab.rng("W").standard_normal((self.rows, self.columns))
        W += 0.01 * np.sign(W)  # away from 0, where |w| has a corner …
        W.flat[0] = 0.0  # … but for one weight
        found: Arrays = {"W": W, "w": np.linspace(-2, 2, 161)}
        for name, power in POWERS.items():
            weights, optimizer = self._penalised(name, W)
            weights.grad = np.zeros_like(W)  # no loss: what is left is the penalty's part
            found[name] = optimizer.gradient(weights)
            found[f"{name}.graph"] = self._slope(W, power)
            found[f"{name}.numerical"] = numerical_gradient(partial(self._penalty, name), W)
        for i, p in enumerate(self.p):
            found[f"curve {i}"] = self.strength / p * np.abs(found["w"]) ** p
            found[f"slope {i}"] = self._slope(found["w"], p)
        return found

    def _penalised(self, name: str, values: Array) -> tuple[Tensor, SGD]:
        weights, none = Tensor(values.copy(), requires_grad=True), 0.0
        l2, l1 = (self.strength, none) if name == "l2" else (none, self.strength)
        return weights, SGD([weights], weight_decay=l2, l1=l1)

    def _penalty(self, name: str, values: Array) -> float:
        return self._penalised(name, values)[1].penalty()

    def _slope(self, values: Array, p: float) -> Array:
        w = Tensor(values.copy(), requires_grad=True)
        penalty = (F.absolute(w) ** p).sum() * (self.strength / p)
        penalty.backward()
        assert w.grad is not None
        return w.grad

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Curves of penalty and slope; W and what is added."""
        w = found["w"]
        names = [f"p = {p:g}" for p in self.p]
        lam = significant(self.strength, 3)
        rows, columns = [str(r + 1) for r in range(self.rows)], [str(c + 1) for c in range(self.columns)]
        maps = [
            heat_map(
                title,
                found[key],
                rows,
                columns,
                Axis(value),
                row_name=t("row", "行"),
                column_name=t("column", "列"),
                diverging=True,
                lang=t.lang,
            )
            for key, title, value in (
                ("W", t("The weights W", "重み W"), "w"),
                ("l2", t("L2 adds λ·w", "L2 が加える λ·w"), "λ·w"),
                ("l1", t("L1 adds λ·sign(w)", "L1 が加える λ·sign(w)"), "λ·sign(w)"),
            )
        ]
        return [
            chart(
                t("The penalty of one weight", "重み 1 つの正則化項"),
                [Line(name, w, found[f"curve {i}"]) for i, name in enumerate(names)],
                Axis("w"),
                Axis("(λ/p)·|w|ᵖ", low=0),
                lang=t.lang,
                note=f"λ = {lam}",
            ),
            chart(
                t("Its slope", "その傾き"),
                [Line(name, w, found[f"slope {i}"]) for i, name in enumerate(names)],
                Axis("w"),
                Axis("λ·|w|ᵖ⁻¹·sign(w)"),
                lang=t.lang,
                note=t("What is added to the gradient of the loss.", "損失の勾配に加わる値です。"),
            ),
            *maps,
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Pulls in proportion, pulls all alike."""
        W, l1, l2 = found["W"], found["l1"], found["l2"]
        pulls = np.unique(np.abs(l1[W != 0]).round(12))
        worst = max(float(_apart(found, name, "numerical").max()) for name in POWERS)
        return [
            t(
                "L2 pulls every weight towards 0 in proportion to its size: from {low} to {high} here.",
                "L2 は重みの大きさに比例して 0 へ引きます。ここでは {low} ～ {high} です。",
                low=significant(float(np.abs(l2[W != 0]).min(initial=np.inf)), 3),
                high=significant(float(np.abs(l2).max()), 3),
            ),
            t(
                "L1 pulls all weights alike, by {pull}, however small they are: that is why it brings them to 0.",
                "L1 はどんなに小さい重みも同じ {pull} の強さで引きます。だから重みを 0 にできます。",
                pull=significant(float(pulls[0]), 4),
            )
            if pulls.size == 1
            else t("L1 does not pull all weights alike.", "L1 の引く強さはそろっていません。"),
            t(
                "At w = 0 both add {zero}; central differences of the penalties agree within {worst}.",
                "w = 0 ではどちらも {zero} を加えます。正則化項の中心差分との差は {worst} 以内です。",
                zero=significant(max(abs(float(l1.flat[0])), abs(float(l2.flat[0]))), 3),
                worst=significant(worst, 2),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """λw, λ·sign(w), and the differences of the penalties themselves."""
        W = found.all("W")
        scale = max(1.0, self.strength)
        checks = [
            holds(
                t("L2 adds exactly λ·w", "L2 はちょうど λ·w を加える"),
                _every(found.all("l2") == self.strength * W),
                "A",
                law=True,
            ),
            holds(
                t("L1 adds exactly λ·sign(w)", "L1 はちょうど λ·sign(w) を加える"),
                _every(found.all("l1") == self.strength * np.sign(W)),
                "A",
                law=True,
            ),
            near(t("L1 at w = 0", "w = 0 での L1"), found.all("l1")[:, 0, 0], 0, 0, "A", law=True),
        ]
        for name in POWERS:
            label = name.upper()
            checks += [
                at_most(
                    t(
"{n}: gradient − central difference of the penalty",
"{n}：勾配と正則化項の中心差分の差",
n=label),
                    _apart(found, name, "numerical") / scale, 1e-7, "A", law=True,
                ),
                at_most(
                    t(
                        "{n}: gradient − that of (λ/p)Σ|w|ᵖ through the graph",
                        "{n}：勾配と (λ/p)Σ|w|ᵖ の計算グラフの勾配の差",
n=label),
                    _apart(found, name, "graph") / scale, 1e-12, "A", law=True,
                ),
            ]  # fmt: skip
        return checks

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-4-3-2 and 6-4-3-3."""
        l2, l1 = (significant(float(_apart(found, name, "numerical").max()), 2) for name in ("l2", "l1"))
        signs = t.list(None, *(significant(float(v), 3) for v in np.unique(np.sign(found["W"]))[::-1]))
        return [
            Question(
                t("What is the gradient of the L2 penalty ½‖param‖²?", "L2 正則化項 ½‖param‖² の勾配は何でしょうか？"),
                t(
                    "`param` itself (times λ). The central difference of the penalty differs by at most {e}.",
                    "`param` そのもの（の λ 倍）です。正則化項の中心差分との差は最大 {e} でした。",
                    e=l2,
                ),
            ),
            Question(
                t("And that of the L1 penalty Σ|param|?", "では、L1 正則化項 Σ|param| の勾配は？"),
                t(
                    "`np.sign(param)` (times λ): here the values {signs}. The central difference differs by at "
"most {e}.",
                    "`np.sign(param)`（の λ 倍）です。ここでは {signs} の値になりました。"
"中心差分との差は最大 {e} でした。",
                    signs=signs, e=l1,
                ),
            ),
        ]  # fmt: skip


def _apart(found: Found, name: str, other: str) -> Array:
    """The largest difference, seed by seed."""
    return np.array(np.abs(found.all(name) - found.all(f"{name}.{other}")).max(axis=(1, 2)))


def _every(so: Array) -> Array:
    return np.array(so.all(axis=(1, 2)))
