"""`momentum-oscillator`: Momentum on a parabola is a damped oscillator."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.optim import Momentum
from zerokara.report import Axis, Line, Mark, Path, Points, Rule, Text, chart, line_chart, significant

HALVINGS = 24


@dataclass(frozen=True)
class MomentumOscillator(Experiment):
    """f = ½λx²: the ball creeps, just arrives, or swings, depending on m."""

    name = "momentum-oscillator"
    chapter = 6
    source = "WK; Ch6 §6.1.4"
    title = Text("Momentum as a damped oscillator", "減衰振動としてのモメンタム")
    question = Text("Is Momentum a damped oscillator?", "モメンタムは減衰振動か？")
    formula = (
        r"f(x) = \tfrac 1 2 \lambda x^2, \qquad v \leftarrow m v + \lambda x, \qquad x \leftarrow x - \eta v",
        r"x_{k+1} = (1 + m - \eta\lambda)\, x_k - m\, x_{k-1} \quad\longleftrightarrow\quad "
        r"\ddot x + \frac{1 - m}{\sqrt \eta}\, \dot x + \lambda x = 0",
        r"m_{\text{crit}} = \bigl(1 - \sqrt{\eta\lambda}\bigr)^2, \qquad \eta\lambda < 2\,(1 + m)",
    )
    symbols = Text(
        "λ: curvature, η: learning rate, m: momentum. Below the critical m the ball creeps, above it swings; the last "
        "inequality is where it stays stable.",
        "λ：曲率、η：学習率、m：モメンタム係数。臨界値より小さい m では振動せず、大きい m では振動します。"
        "最後の不等式が安定の条件です。",
    )
    turns = (
        Turn(
            Text("Without friction it swings for ever.", "摩擦がないと、いつまでも振動します。"),
            {"m": (0.1, 1.0)},
        ),
        Turn(
            Text("Too large a learning rate: unstable for small m.", "学習率が大きすぎると、小さい m では発散します。"),
            {"lr": 1.5},
        ),
    )
    quick = {"steps": 60}

    curvature: tuple[float, ...] = knob((0.1, 2.0), "curvatures λ", "曲率 λ", low=1e-3, high=1e3)
    lr: float = knob(0.1, "learning rate", "学習率", low=1e-4, high=10)
    m: tuple[float, ...] = knob(
        (0.1, 0.9), "momenta beside the critical one", "臨界値と比べるモメンタム係数", low=0, high=1
    )
    steps: int = knob(200, "steps", "ステップ数", low=20, high=10_000)
    start: float = knob(1.0, "where it starts", "出発点", low=0.01, high=100)

    def measure(self, lab: Lab) -> Arrays:
        """The positions; the critical m and the limit of stability, found by trying."""
        found: Arrays = {"critical": np.array([_critical(self.lr * c) for c in self.curvature])}
        tried = []
        for i, c in enumerate(self.curvature):
            ms = [*self.m, float(found["critical"][i])]
            found[f"path {i}"] = np.array([self._roll(c, m) for m in ms])
            found[f"exact {i}"] = np.array([self._exact(c, m) for m in ms])
            tried.append(_last(0.0, 1.0, partial(self._creeps, c)))
        limits = [_last(0.0, 8.0, partial(self._stays, m)) for m in self.m]
        return found | {"tried critical": np.array(tried), "tried limit": np.array(limits)}

    def _roll(self, curvature: float, m: float, lr: float | None = None) -> Array:
        """The positions, step by step, that the optimizer makes."""
        x = Tensor(np.array([self.start]), requires_grad=True)
        optimizer = Momentum([x], self.lr if lr is None else lr, m)
        positions = [self.start]
        for _ in range(self.steps):
            x.grad = curvature * x.data  # the gradient of ½λx²
            optimizer.step()
            positions.append(float(x.data[0]))
        return np.array(positions)

    def _exact(self, curvature: float, m: float) -> Array:
        """The same by powers of the matrix (x, previous x) → (next x, x)."""
        a = self.lr * curvature
        matrix = np.array([[1 + m - a, -m], [1.0, 0.0]])
        state, positions = np.array([self.start, self.start]), [self.start]
        for _ in range(self.steps):
            state = matrix @ state
            positions.append(float(state[0]))
        return np.array(positions)

    def _creeps(self, curvature: float, m: float) -> bool:
        """Whether the ball never gets to the other side."""
        return bool((self._roll(curvature, m) >= 0).all())

    def _stays(self, m: float, a: float) -> bool:
        """Whether the ball does not leave, at lr·λ = a."""
        late = np.abs(self._roll(a, m, lr=1.0))[-10:].max()
        return bool(late <= 10 * self.start)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Position against time for every curvature, the three kinds of motion over m, and position against speed."""
        steps = Axis(t.word("steps"), whole=True)
        k = np.arange(self.steps + 1)
        pieces: list[Piece] = []
        for i, c in enumerate(self.curvature):
            lines = [
                Line(f"m = {significant(m, 3)}, {_kind(self.lr * c, m, t)}", k, path)
                for m, path in zip(self._momenta(found, i), found[f"path {i}"], strict=True)
            ]
            title = t("Curvature λ = {c}", "曲率 λ = {c}", c=significant(c, 4))
            pieces.append(line_chart(title, lines, steps, Axis(t.word("position")), lang=t.lang))
        a = np.linspace(0, 1, 101)
        measured = Points(
            t("found by trying", "実際に動かして求めた値"),
            [self.lr * c for c in self.curvature],
            found["tried critical"],
            [f"λ = {significant(c, 3)}" for c in self.curvature],
        )
        marks: list[Mark] = [Line(t("critical m", "臨界値 m"), a, (1 - np.sqrt(a)) ** 2), measured]
        marks += [Rule(f"m = {m:g}", y=m) for m in self.m]
        pieces.append(
            chart(
                t("Creeping below, swinging above", "下は過減衰、上は減衰振動"),
                marks,
                Axis("lr·λ", low=0, high=1),
                Axis("m", low=0, high=1),
                lang=t.lang,
            )
        )
        pieces.append(
            chart(
                t("Position and speed", "位置と速度"),
                [
                    Path(f"m = {significant(m, 3)}", path[:-1], np.diff(path))
                    for m, path in zip(self._momenta(found, 0), found["path 0"], strict=True)
                ],
                Axis(t.word("position")),
                Axis(t("speed (change a step)", "速度（1 ステップの変化）")),
                lang=t.lang,
                note=t(
                    "Curvature λ = {c}. A swinging ball winds around its goal.",
                    "曲率 λ = {c}。振動する球は目標の周りを回ります。",
                    c=significant(self.curvature[0], 4),
                ),
            )
        )
        return pieces

    def _momenta(self, found: Found, i: int) -> list[float]:
        return [*self.m, float(found["critical"][i])]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The critical values, who arrives first, and what the differential equation says."""
        told = []
        for i, c in enumerate(self.curvature):
            ms = self._momenta(found, i)
            settled = [_settled(path, self.start) for path in found[f"path {i}"]]
            first = int(np.argmin(settled))
            told.append(
                t(
                    "λ = {c}: swinging begins at m = {tried}; the formula says {critical}. Of m = {ms}, m = {best} is "
                    "the first to stay within 1 % of the bottom, after {n} steps.",
                    "λ = {c}：m = {tried} から振動が始まりました（式では {critical}）。m = {ms} のうち、"
                    "谷底の 1 % 以内に最初に落ち着いたのは m = {best} で、{n} ステップです。",
                    c=significant(c, 3), tried=significant(float(found["tried critical"][i]), 3),
                    critical=significant(float(found["critical"][i]), 3),
                    ms=t.list(None, *(significant(m, 3) for m in ms)), best=significant(ms[first], 3), n=settled[first],
                )
                if min(settled) <= self.steps and self.lr * c < 1
                else t(
                    "λ = {c}: m = {ms} settle after {settled} steps (more than {n} means not yet); with lr·λ = {a} "
                    "every step overshoots.",
                    "λ = {c}：m = {ms} が落ち着くまでのステップ数は {settled} です（{n} を超える値は未収束）。"
                    "lr·λ = {a} では毎回行き過ぎます。",
                    c=significant(c, 3), ms=t.list(None, *(significant(m, 3) for m in ms)),
                    settled=t.list(None, *settled), n=self.steps, a=significant(self.lr * c, 3),
                )
                if self.lr * c >= 1
                else t(
                    "λ = {c}: none of the momenta settles within {n} steps.",
                    "λ = {c}：{n} ステップ以内に落ち着いたものはありません。",
                    c=significant(c, 3), n=self.steps,
                )
            )  # fmt: skip
        limits = [
            t(
                "m = {m}: up to lr·λ = {limit}", "m = {m} では lr·λ = {limit} まで",
                m=significant(m, 3), limit=significant(float(limit), 3),
            )
            for m, limit in zip(self.m, found["tried limit"], strict=True)
        ]  # fmt: skip
        continuous = [1 - 2 * np.sqrt(self.lr * c) for c in self.curvature]
        return [
            *told,
            t(
                "The differential equation of the damped oscillator puts the critical m at 1 − 2√(lr·λ) = {values}: "
                "right for small steps only.",
                "減衰振動の微分方程式では臨界値は 1 − 2√(lr·λ) = {values} です。1 歩が小さいときだけ正しい近似です。",
                values=t.list(None, *(significant(float(v), 3) for v in continuous)),
            ),
            t(
                "It is stable for {limits}: momentum widens the room.",
                "安定なのは、{limits}です。モメンタムは安定な範囲を広げます。",
                limits=t.list(None, *limits),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The critical m, the limit of stability, and the recursion."""
        checks = []
        for c, expected, tolerance in ((self.curvature[0], 0.81, 0.005), (self.curvature[-1], 0.306, 0.005)):
            i = self.curvature.index(c)
            where = f"λ = {significant(c, 3)}"
            checks += [
                near(
                    t("{w}: critical m by the formula", "{w}：式による臨界値 m", w=where),
                    found["critical"][i],
                    expected,
                    0.0005,
                    "A",
                ),
                near(
                    t("{w}: m at which swinging begins", "{w}：振動が始まる m", w=where),
                    found["tried critical"][i],
                    expected,
                    tolerance,
                    "A",
                ),
            ]
        for m, limit in zip(self.m, found["tried limit"], strict=True):
            what = t(
                "m = {m}: largest stable lr·λ / 2(1 + m)", "m = {m}：安定な最大の lr·λ ÷ 2(1 + m)", m=significant(m, 3)
            )
            checks.append(near(what, limit / (2 * (1 + m)), 1, 0.02, "A"))
        apart = max(_apart(found[f"path {i}"], found[f"exact {i}"]) for i in range(len(self.curvature)))
        return [
            *checks,
            at_most(
                t("positions − powers of the matrix, relative", "位置と行列のべきによる位置の差（相対）"),
                apart, 1e-9, "A", law=True,
            ),
        ]  # fmt: skip


def _critical(a: float) -> float:
    """(1 − √a)²; no m below 1 lets it swing less where a is large."""
    return float(min(1.0, (1 - np.sqrt(a)) ** 2))


def _last(low: float, high: float, so: Callable[[float], bool]) -> float:
    """The last place up to which it is so, by halving; `low` where it never is."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if so(middle) else (low, middle)
    return low


def _settled(path: Array, start: float) -> int:
    """After how many steps the ball stays within 1 % of its start; more than there are if never."""
    outside = np.flatnonzero(~(np.abs(path) <= 0.01 * start))
    return int(outside[-1]) + 1 if outside.size else 0


def _apart(path: Array, exact: Array) -> float:
    """The largest difference beside the farthest the ball has been until then, as long as there are numbers."""
    farthest = np.maximum(1.0, np.maximum.accumulate(np.abs(exact), axis=-1))
    relative = np.abs(path - exact) / farthest
    return float(relative[np.isfinite(farthest)].max())


def _kind(a: float, m: float, t: Tongue) -> str:
    edge = (1 - np.sqrt(a)) ** 2
    if abs(m - edge) < 1e-9:
        return t("critical", "臨界減衰")
    if m < edge and a > 1:
        return t("overshooting every step", "毎回行き過ぎる")
    if m < edge:
        return t("overdamped", "過減衰")
    return t("underdamped", "減衰振動")
