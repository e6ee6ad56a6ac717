"""`optimizer-paths`: how each optimizer walks down a long valley."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.optim import SGD, AdaGrad, Adam, Momentum, Nesterov, Optimizer, RMSprop
from zerokara.report import Axis, Cell, Contours, Line, Panel, Path, Table, Text, line_chart, panels, significant

EPS = 1e-7
"""What the book adds below the fraction."""

OPTIMIZERS: dict[str, Callable[[Tensor, float, float], Optimizer]] = {
    "SGD": lambda w, lr, m: SGD([w], lr),
    "Momentum": lambda w, lr, m: Momentum([w], lr, m),
    "Nesterov": lambda w, lr, m: Nesterov([w], lr, m) if m else SGD([w], lr),
    "AdaGrad": lambda w, lr, m: AdaGrad([w], lr, EPS),
    "RMSprop": lambda w, lr, m: RMSprop([w], lr, eps=EPS),
    "Adam": lambda w, lr, m: Adam([w], lr, eps=EPS),
}
EXPECTED: dict[str, tuple[float, float, float | None]] = {
    "SGD": (-0.3504, 0.0848, 36.8),
    "Momentum": (0.8964, 0.0881, 12.6),
    "Nesterov": (0.6896, -0.0007, None),
    "AdaGrad": (-0.1202, 0.0, 7.56),
    "RMSprop": (-0.6974, 0.0, None),
    "Adam": (0.1360, 0.3182, 8.18),
}
"""Where each is after 30 steps, and how long a way the book draws: its script draws the start and 29 steps."""


@dataclass(frozen=True)
class OptimizerPaths(Experiment):
    """f = x²/20 + y²: steep across the valley, almost flat along it."""

    name = "optimizer-paths"
    chapter = 6
    source = "Ch6 §6.1 optimizer_compare_naive"
    title = Text("Six ways down a valley", "最適化手法の道すじ")
    question = Text(
        "How does each optimizer walk down a long valley?", "細長い谷を、それぞれの最適化手法はどう下るか？"
    )
    formula = (
        r"f(x, y) = \frac{x^2}{20} + y^2",
        r"\text{SGD:}\quad w \leftarrow w - \eta g \qquad "
        r"\text{Momentum:}\quad v \leftarrow m v + g,\quad w \leftarrow w - \eta v",
        r"\text{Nesterov:}\quad v \leftarrow m v + g,\quad w \leftarrow w - \eta\,(g + m v)",
        r"\text{AdaGrad:}\quad h \leftarrow h + g^2,\quad w \leftarrow w - \frac{\eta\, g}{\sqrt h + \varepsilon} "
        r"\qquad \text{RMSprop:}\quad h \leftarrow \rho h + (1 - \rho)\, g^2",
        r"\text{Adam:}\quad u \leftarrow \beta_1 u + (1 - \beta_1)\, g,\quad "
        r"h \leftarrow \beta_2 h + (1 - \beta_2)\, g^2,\quad "
        r"w \leftarrow w - \frac{\eta\, \hat u}{\sqrt{\hat h} + \varepsilon}",
    )
    symbols = Text(
        "g: gradient at w = (x, y), η: learning rate, m: momentum, ρ and β: decay rates, ε = 10⁻⁷; the hats correct "
        "the start at 0.",
        "g：w = (x, y) での勾配、η：学習率、m：モメンタム係数、ρ と β：減衰率、ε = 10⁻⁷。"
        "ハットは初期値 0 の影響を補正した値。",
    )
    turns = (
        Turn(
            Text("In a round bowl they differ much less.", "丸いお椀では、違いはずっと小さくなります。"),
            {"valley": 1.0, "lr": (0.3, 0.1, 0.1, 1.5, 0.1, 0.3)},
        ),
        Turn(
            Text("Without momentum, three of them are the same.", "モメンタムを 0 にすると 3 つは同じ動きになります。"),
            {"m": 0.0, "lr": (0.1, 0.1, 0.1, 1.5, 0.1, 0.3)},
        ),
    )

    start: tuple[float, ...] = knob((-7.0, 2.0), "where it starts: x,y", "出発点 x,y", low=-100, high=100, least=2)
    steps: int = knob(30, "steps", "ステップ数", low=1, high=10_000)
    lr: tuple[float, ...] = knob(
        (0.95, 0.1, 0.1, 1.5, 0.1, 0.3),
        "learning rates of SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam",
        "学習率（SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam の順）",
        low=0, high=100, least=6,
    )  # fmt: skip
    m: float = knob(0.9, "momentum of Momentum and Nesterov", "Momentum と Nesterov のモメンタム係数", low=0, high=1)
    valley: float = knob(
        20.0, "how much flatter f is along x: f = x²/valley + y²", "谷の細長さ：f = x²/valley + y²", low=0.01, high=1e4
    )

    @property
    def scales(self) -> Array:
        """f = Σ scales · w²"""
        return np.array([1 / self.valley, 1.0])

    def measure(self, lab: Lab) -> Arrays:
        """Every path, and the height of f along it."""
        found: Arrays = {}
        for (name, make), lr in zip(OPTIMIZERS.items(), self.lr, strict=False):
            w = Tensor(np.array(self.start[:2]), requires_grad=True)
            optimizer = make(w, lr, self.m)
            path = [w.data.copy()]
            for _ in range(self.steps):
                optimizer.zero_grad()
                f = (w * w * self.scales).sum()
                f.backward()
                optimizer.step()
                path.append(w.data.copy())
            found[name] = np.array(path)
            found[f"{name}.f"] = (found[name] ** 2 * self.scales).sum(axis=1)
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """One panel each, the height step by step, and a table of the ends."""
        reach = [float(np.clip(1.1 * max(np.abs(found[n][:, k]).max() for n in OPTIMIZERS), 0.1, 1e3)) for k in (0, 1)]
        grids = [np.linspace(-side, side, 81) for side in reach]
        heights = grids[0] ** 2 * self.scales[0] + grids[1][:, None] ** 2
        levels = [float(v) for v in heights.max() * np.array([0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7])]
        valley = Contours("", grids[0], grids[1], heights, levels)
        items = [
            Panel(f"{name}, lr {lr:g}", [valley, Path("", *found[name].T)])
            for name, lr in zip(OPTIMIZERS, self.lr, strict=False)
        ]
        heads = [
            t.word("optimizer"),
            "lr",
            "x",
            "y",
            "f",
            t("length of the way", "道のり"),
            t("changes of sign of y", "y の符号変化"),
        ]
        rows: list[list[Cell]] = [
            [
                name,
                lr,
                *map(float, found[name][-1]),
                float(found[f"{name}.f"][-1]),
                _length(found[name]),
                _turns(found[name]),
            ]
            for name, lr in zip(OPTIMIZERS, self.lr, strict=False)
        ]
        ends = Table(heads, rows, t("After {n} steps.", "{n} ステップ後。", n=self.steps))
        steps = np.arange(self.steps + 1)
        return [
            panels(
                t("The ways down", "谷を下る道すじ"),
                items,
                Axis("x", low=-reach[0], high=reach[0]),
                Axis("y", low=-reach[1], high=reach[1]),
                columns=3,
                lang=t.lang,
                table=ends,
                note=t("The lines are contours of f; the ring is the start.", "曲線は f の等高線、輪が出発点です。"),
            ),
            line_chart(
                t("The height step by step", "f の値の変化"),
                [Line(name, steps, found[f"{name}.f"]) for name in OPTIMIZERS],
                Axis(t.word("steps"), whole=True),
                Axis("f", log=True),
                lang=t.lang,
                wide=True,
            ),
            ends,
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Who zigzags, who goes straight, who is lowest."""
        lengths = {name: _length(found[name]) for name in OPTIMIZERS}
        turns = {name: _turns(found[name]) for name in OPTIMIZERS}
        ends = {name: float(found[f"{name}.f"][-1]) for name in OPTIMIZERS}
        direct = float(np.linalg.norm(self.start[:2]))
        longest, shortest = max(lengths, key=lambda n: lengths[n]), min(lengths, key=lambda n: lengths[n])
        busiest, lowest = max(turns, key=lambda n: turns[n]), min(ends, key=lambda n: ends[n])
        return [
            t(
                "{name} crosses the bottom of the valley most often: y changes its sign {count} times in {n} steps.",
                "谷底を最も多く横切るのは {name} で、{n} ステップのうち y の符号が {count} 回変わります。",
                name=busiest, count=turns[busiest], n=self.steps,
            ),
            t(
                "The longest way is that of {longest}, {far}; the shortest that of {shortest}, {near}. In a straight "
                "line it is {direct} to the bottom.",
                "道のりが最も長いのは {longest} の {far}、最も短いのは {shortest} の {near} です。"
                "谷底までの直線距離は {direct} です。",
                longest=longest, far=significant(lengths[longest], 3), shortest=shortest,
                near=significant(lengths[shortest], 3), direct=significant(direct, 3),
            ),
            t(
                "After {n} steps {name} is lowest, at f = {f}.",
                "{n} ステップ後に最も低いのは {name} で、f = {f} です。",
                n=self.steps, name=lowest, f=significant(ends[lowest], 3),
            ),
            t(
                "AdaGrad and Adam divide by the size of the gradient: their first steps are {ada} and {adam} along the "
                "flat x, and {ada_y} and {adam_y} along the steep y.",
                "AdaGrad と Adam は勾配の大きさで割るため、最初の 1 歩は緩やかな x 方向に {ada} と {adam}、"
                "急な y 方向にも {ada_y} と {adam_y} です。",
                ada=_first(found["AdaGrad"], 0), adam=_first(found["Adam"], 0),
                ada_y=_first(found["AdaGrad"], 1), adam_y=_first(found["Adam"], 1),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The ends and lengths of the catalogue; the exact path of SGD; the first step of AdaGrad and Adam."""
        checks = []
        for name, (x, y, length) in EXPECTED.items():
            end = found[name][-1]
            checks += [
                near(t("{name}: x at the end", "{name}：最後の x", name=name), end[0], x, 1e-4, "A"),
                near(t("{name}: y at the end", "{name}：最後の y", name=name), end[1], y, 1e-4, "A"),
            ]
            if length is not None:
                what = t("{name}: length without the last step", "{name}：最後の 1 歩を除く道のり", name=name)
                checks.append(near(what, _length(found[name][:-1]), length, 0.05, "A"))
        what = t("SGD: changes of sign of y without the last step", "SGD：最後の 1 歩を除く y の符号変化の回数")
        checks.append(near(what, _turns(found["SGD"][:-1]), 29, 0, "A"))
        powers = (1 - 2 * self.lr[0] * self.scales) ** np.arange(self.steps + 1)[:, None]
        exact = powers * np.array(self.start[:2])
        apart = np.abs(found["SGD"] - exact) / np.maximum(1.0, np.abs(exact))
        g = np.abs(2 * self.scales * np.array(self.start[:2]))
        first = [
            np.abs(np.abs(found[name][1] - found[name][0]) - lr * g / (g + EPS)).max() / max(1.0, lr)
            for name, lr in (("AdaGrad", self.lr[3]), ("Adam", self.lr[5]))
        ]
        return [
            *checks,
            at_most(
                t("SGD: distance from (1 − lr·f″)ⁿ · start, relative", "SGD：(1 − lr·f″)ⁿ · 出発点 との差（相対）"),
                np.nanmax(np.where(np.isfinite(exact), apart, 0.0)), 1e-9, "A", law=True,
            ),
            at_most(
                t("first step of AdaGrad and Adam − lr in every direction", "AdaGrad と Adam の最初の 1 歩と lr の差"),
                max(first), 1e-9, "A", law=True,
            ),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-3-1."""
        told = [
            t(
                "{name}: way {length}, end at distance {rest}",
                "{name}：道のり {length}、最後の距離 {rest}",
                name=name,
                length=significant(_length(found[name]), 3),
                rest=significant(float(np.linalg.norm(found[name][-1])), 3),
            )
            for name in ("SGD", "Momentum", "AdaGrad", "RMSprop")
        ]
        return [
            Question(
                t(
                    "What marks out Momentum, AdaGrad and RMSProp against plain SGD?",
                    "Momentum、AdaGrad、RMSProp には、SGD と比べてどんな特徴があるでしょうか？",
                ),
                t(
                    "Momentum gathers speed where the slope keeps its direction; AdaGrad comes close to the optimum "
                    "even on gentle slopes, because it divides by the size of the gradient; RMSProp forgets old "
                    "gradients and needs less tuning. Here, after {n} steps: {told}. None of them is sure to find the "
                    "global minimum: see the experiment local-minimum.",
                    "Momentum は同じ向きの坂で加速し、AdaGrad は勾配の大きさで割るので緩やかな斜面でも最適解に近づき、"
                    "RMSProp は古い勾配を忘れるので調整が少なくて済みます。{n} ステップ後の結果は、{told} でした。"
                    "ただし、どれも大域的最適解に着く保証はありません（実験 local-minimum）。",
                    n=self.steps,
                    told=t("; ", "。").join(told),
                ),
            )
        ]


def _length(path: Array) -> float:
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def _turns(path: Array) -> int:
    """How often y changes its sign; a difference too small to see is none."""
    return int(np.count_nonzero(np.diff(np.sign(path[:, 1])) != 0))


def _first(path: Array, axis: int) -> str:
    return significant(float(abs(path[1, axis] - path[0, axis])), 3)
