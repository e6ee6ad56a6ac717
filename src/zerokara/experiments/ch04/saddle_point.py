"""`saddle-point`: flat in every direction, and no minimum."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch04.functions import SURFACES
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.optim import SGD, AdaGrad, Adam, Momentum, Optimizer
from zerokara.report import (
    Axis,
    Cell,
    Contours,
    Line,
    Mark,
    Path,
    Table,
    Text,
    bar_chart,
    chart,
    line_chart,
    significant,
)

METHODS: dict[str, type[Optimizer]] = {"SGD": SGD, "Momentum": Momentum, "AdaGrad": AdaGrad, "Adam": Adam}
SADDLE = SURFACES["saddle"]


@dataclass(frozen=True)
class SaddlePoint(Experiment):
    """f = x² − y²: a valley along x, a ridge along y. All methods start on the ridge or next to it."""

    name = "saddle-point"
    chapter = 4
    source = "RYO, DR 6-3-2"
    title = Text("A saddle point", "鞍点")
    question = Text(
        "What happens at a point flat in every direction that is no minimum?",
        "どの方向にも平らなのに最小値ではない点では、何が起きるか？",
    )
    formula = (
        r"f(x, y) = x^2 - y^2, \qquad \nabla f = (2x,\ -2y)",
        r"\text{SGD:} \quad y^{(n)} = (1 + 2\eta)^n\, y^{(0)}",
    )
    symbols = Text(
        "η is the learning rate. At (0, 0) the gradient is 0: a minimum along x, a maximum along y.",
        "η は学習率。(0, 0) では勾配が 0 で、x 方向には極小、y 方向には極大。",
    )
    random = True  # with noise
    turns = (
        Turn(
            Text(
                "A little noise in the gradient, as mini-batches have it, frees even who starts exactly on the ridge.",
                "ミニバッチのように勾配に少しノイズがあると、尾根の真上から出発しても抜け出せます。",
            ),
            {"noise": 0.001},
        ),
    )

    y0: tuple[float, ...] = knob((0.0, 1e-3), "where they start in y", "y の出発点", low=-10, high=10)
    x0: float = knob(1.0, "where they start in x", "x の出発点", low=-10, high=10)
    lr: float = knob(0.05, "learning rate of all methods", "すべての手法の学習率", low=0, high=10)
    noise: float = knob(
        0.0, "standard deviation of noise in the gradient", "勾配に加えるノイズの標準偏差", low=0, high=10
    )
    steps: int = knob(200, "steps", "ステップ数", low=1, high=10_000)

    def measure(self, lab: Lab) -> Arrays:
        """The way of every method from every start, and after how many steps it is free: |y| > 1."""
        ways = np.array([[self._walk(lab, method, y0) for method in METHODS.values()] for y0 in self.y0])
        away = np.abs(ways[..., 1]) > 1
        return {"ways": ways, "free": np.where(away.any(axis=-1), away.argmax(axis=-1), np.nan)}

    def _walk(self, lab: Lab, method: type[Optimizer], y0: float) -> Array:
        place = tensor(np.array([self.x0, y0]), requires_grad=True)
        optimizer, rng = method([place], lr=self.lr), lab.rng("noise")
        way = [place.data.copy()]
        for _ in range(self.steps):
            optimizer.zero_grad()
            SADDLE.of(place).backward()
            if self.noise and place.grad is not None:
                place.grad = place.grad + self.noise * rng.standard_normal(2)
            optimizer.step()
            way.append(place.data.copy())
        return np.array(way)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The ways on the surface, |y| step by step, and the steps until they are free."""
        k = self._shown(found)
        side = max(1.2, 1.2 * abs(self.x0))
        fine = np.linspace(-side, side, 61)
        on_map: list[Mark] = [Contours("", fine, fine, SADDLE(np.meshgrid(fine, fine)))]
        lines = []
        for name, way in zip(METHODS, found["ways"][k], strict=True):
            inside = way[: 1 + int(np.argmax(np.append(np.abs(way[:, 1]) > side, True)))]
            on_map.append(Path(name, *inside[np.isfinite(inside).all(axis=1)].T))
            lines.append(Line(name, np.arange(len(way)), np.abs(way[:, 1])))
        start = t("start ({x}, {y})", "出発点 ({x}, {y})", x=f"{self.x0:g}", y=f"{self.y0[k]:g}")
        axis = Axis("|y|", log=True, low=max(1e-6, abs(self.y0[k]) / 2 or 1e-6), high=10)
        figures: list[Piece] = [
            chart(
                t("Ways over the saddle, {start}", "鞍点を通る道（{start}）", start=start),
                on_map,
                Axis("x", low=-side, high=side),
                Axis("y", low=-side, high=side),
                equal=True,
                lang=t.lang,
            ),
            line_chart(
                t("The distance from the ridge, {start}", "尾根からの距離（{start}）", start=start),
                lines,
                Axis(t.word("steps"), whole=True),
                axis,
                lang=t.lang,
                note=t("The scale is logarithmic.", "対数目盛。"),
            ),
        ]
        if np.isfinite(found["free"][k]).any():
            title = t("Steps until |y| > 1, {start}", "|y| > 1 になるまでのステップ数（{start}）", start=start)
            free = {t.word("steps"): found["free"][k]}
            figures.append(bar_chart(title, list(METHODS), free, Axis(t.word("steps"), low=0), lang=t.lang))
        return [*figures, self._table(found, t)]

    def _table(self, found: Found, t: Tongue) -> Table:
        rows: list[list[Cell]] = [
            [f"{y0:g}", *(self._written(n, t) for n in found["free"][k])] for k, y0 in enumerate(self.y0)
        ]
        return Table([t("y at the start", "出発点の y"), *METHODS], rows)

    def _written(self, steps: float, t: Tongue) -> str:
        return t("never", "抜け出せず") if np.isnan(steps) else t("{n} steps", "{n} ステップ", n=int(steps))

    def _shown(self, found: Found) -> int:
        """The start from which most methods come free."""
        return int(np.isfinite(found["free"]).sum(axis=1).argmax())

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Who stays, who comes free, and in which order."""
        told = []
        for k, y0 in enumerate(self.y0):
            free = found["free"][k]
            order = [i for i in np.argsort(free) if np.isfinite(free[i])]
            if not order:
                told.append(
                    t(
                        "Start y = {y}: nobody leaves; after {n} steps all are on the ridge, at (0, 0) or on the way.",
                        "y = {y} から出発すると、{n} ステップたってもどの手法も抜け出せず、尾根の上にとどまります。",
                        y=f"{y0:g}",
                        n=self.steps,
                    )
                )
                continue
            told.append(
                t(
                    "Start y = {y}: {list}.",
                    "y = {y} から出発した場合：{list}。",
                    y=f"{y0:g}",
                    list=t.list(None, *(f"{list(METHODS)[i]} {self._written(free[i], t)}" for i in order)),
                )
            )
        told.append(
            t(
                "A saddle is a minimum in one direction and a maximum in another; where the gradient is exactly 0 no "
                "method knows which way is down.",
                "鞍点は、ある方向には極小、別の方向には極大です。"
                "勾配がちょうど 0 の場所では、どの手法にも下る向きがわかりません。",
            )
        )
        return told

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The steps of every method; SGD by its formula; on the ridge, everybody stays."""
        starts = dict(zip(self.y0, found["free"], strict=True))
        nobody = np.full(len(METHODS), np.nan)
        expected = {"SGD": 73, "AdaGrad": 57, "Momentum": 27, "Adam": 20}
        steps = t(
            "start y = 0.001, {name}: steps until |y| > 1",
            "出発点 y = 0.001、{name}：|y| > 1 までのステップ数",
            name="{name}",
        )
        ways, quiet = found["ways"], self.noise == 0
        ridge = ways[[y0 == 0 for y0 in self.y0]][..., 1]
        sgd, powers = ways[:, 0], np.arange(self.steps + 1)[:, None]
        with np.errstate(all="ignore"):  # of what has left the numbers nothing is said
            formula = np.array([1 - 2 * self.lr, 1 + 2 * self.lr]) ** powers * np.array(
                [[[self.x0, y0]] for y0 in self.y0]
            )
            off = np.abs(sgd - formula) / np.maximum(1, np.abs(formula))
        return [
            *(
                near(steps.format(name=name), starts.get(1e-3, nobody)[list(METHODS).index(name)], n, 0, "M")
                for name, n in expected.items()
            ),
            holds(
                t("start y = 0: nobody leaves", "y = 0 から出発すると、どの手法も抜け出せない"),
                np.isnan(starts.get(0.0, np.zeros(1))).all(),
                "A",
            ),
            holds(
                t("without noise, y = 0 stays exactly 0", "ノイズがなければ y = 0 はちょうど 0 のまま"),
                (ridge == 0).all() or not quiet,
                "A",
                law=True,
            ),
            at_most(
                t("SGD without noise: distance from its formula, relative", "ノイズなしの SGD と公式との相対的な差"),
                off[np.isfinite(off)].max(initial=0.0) if quiet else 0.0,
                1e-9,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """RYO: is the gradient's end the minimum?"""
        gradient, around = SADDLE.gradient([0.0, 0.0]), SADDLE([[0.1, 0.0], [0.0, 0.1]])
        return [
            Question(
                t("The gradient is 0. Is that a minimum?", "勾配が 0 になりました。そこは最小値でしょうか？"),
                t(
                    "Not necessarily. At (0, 0) the gradient is ({a}, {b}), yet f = {up} at (0.1, 0) and {down} at "
                    "(0, 0.1): a way down is left. With many parameters it is likely that some direction leads down.",
                    "そうとは限りません。(0, 0) の勾配は ({a}, {b}) ですが、(0.1, 0) では f = {up}、"
                    "(0, 0.1) では f = {down} となり、下り道が残っています。"
                    "パラメータが多いほど、どこかに下れる方向が残っているものです。",
                    a=significant(abs(float(gradient[0]))),
                    b=significant(abs(float(gradient[1]))),
                    up=significant(float(around[0])),
                    down=significant(float(around[1])),
                ),
            )
        ]
