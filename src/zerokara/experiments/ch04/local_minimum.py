"""`local-minimum`: which valley a ball rolls into."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import numerical_diff, tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch04.functions import VALLEYS, Function
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.optim import SGD
from zerokara.report import Axis, Cell, Cells, Line, Mark, Panel, Path, Points, Table, Text, chart, panels, significant

REACH = 2.5
"""Critical points are looked for, and the map is drawn, from −REACH to REACH."""

MOMENTA = np.linspace(0, 0.98, 15)
STARTS = np.linspace(-REACH, REACH, 51)


@dataclass(frozen=True)
class LocalMinimum(Experiment):
    """Gradient descent with and without momentum in a landscape with more than one valley."""

    name = "local-minimum"
    chapter = 4
    source = "RYO, DR 6-3-1"
    cost = "M"
    title = Text("Local minima", "局所的最適解")
    question = Text(
        "Does gradient descent find the minimum, and does Momentum?",
        "勾配降下法は最小値を見つけるか？モメンタムならどうか？",
    )
    formula = (
        r"f(x) = (x^2 - 1)^2 + 0.3\,x \quad \text{(two-valleys)}",
        r"v \leftarrow m\, v + f'(x), \qquad x \leftarrow x - \eta\, v",
    )
    symbols = Text(
        "v is the velocity, m the momentum (0: plain descent), η the learning rate.",
        "v は速度、m はモメンタム（0 なら普通の勾配降下法）、η は学習率。",
    )
    quick = {"steps": 300}
    shows = Shows.QUICKLY
    turns = (
        Turn(
            Text(
                "Starts that lie close together end in different valleys once the ball has much momentum.",
                "モメンタムが大きいと、ごく近い出発点からでも別の谷に落ち着きます。",
            ),
            {"start": (1.8, 1.9, 2.0), "momentum": (0.95,)},
        ),
        Turn(Text("Many valleys.", "谷がたくさんある場合。"), {"f": "waves"}),
    )

    f: str = knob("two-valleys", "the function", "関数", choices=tuple(VALLEYS))
    start: tuple[float, ...] = knob((1.5, 2.0), "where the ball starts", "出発点", low=-REACH, high=REACH)
    lr: float = knob(0.01, "learning rate", "学習率", low=0, high=1)
    momentum: tuple[float, ...] = knob((0.0, 0.9, 0.95), "momentum", "モメンタム", low=0, high=0.999)
    steps: int = knob(1000, "steps", "ステップ数", low=1, high=100_000)

    def measure(self, lab: Lab) -> Arrays:
        """The critical points, the ways from every start with every momentum, and the ends from many starts."""
        f = VALLEYS[self.f]
        lab.plan(len(self.momentum) + len(MOMENTA))
        critical = _critical_points(f)
        before, behind = (np.array([numerical_diff(f, c + side) for c in critical]) for side in (-1e-3, 1e-3))
        paths = np.array([self._roll(lab, f, np.array(self.start), m) for m in self.momentum])
        ends = np.array([self._roll(lab, f, STARTS, m)[-1] for m in MOMENTA])
        return {
            "critical": critical,
            "is_minimum": (before < 0) & (behind > 0),
            "paths": paths,
            "heights": f(paths),
            "slopes": f.gradient(paths[:, -1]),
            "ends": ends,
            "end_slopes": f.gradient(ends),
        }

    def _roll(self, lab: Lab, f: Function, starts: Array, momentum: float) -> Array:
        """The ways of balls that start at rest, all at once: an optimizer moves every number by itself."""
        x = tensor(starts, requires_grad=True)
        optimizer, path = SGD([x], lr=self.lr, momentum=momentum), [starts]
        for _ in range(self.steps):
            optimizer.zero_grad()
            f.of(x).sum().backward()
            optimizer.step()
            path.append(x.data.copy())
        lab.advance()
        return np.array(path)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The balls on the curve, where they are step by step, the map of the ends, and the ends in numbers."""
        f, x = VALLEYS[self.f], np.linspace(-1.1 * REACH, 1.1 * REACH, 161)
        curve = Line("f(x)", x, f(x), faint=True)
        shown = np.unique(np.geomspace(1, self.steps + 1, 60).astype(int)) - 1  # the first steps are the large ones
        balls = [
            Panel(self._called(m, start, t), [curve, Path(t("ball", "ボール"), ways[shown, j], heights[shown, j])])
            for m, ways, heights in zip(self.momentum, found["paths"], found["heights"], strict=True)
            for j, start in enumerate(self.start)
        ]
        top = float(np.nanmax(f(np.array(self.start))) * 1.15 + 0.5)
        low = float(f(x).min())
        return [
            panels(
                t("Balls in f(x) = {f}", "f(x) = {f} を転がるボール", f=f.written),
                balls,
                Axis("x", low=-1.1 * REACH, high=1.1 * REACH),
                Axis("f(x)", low=low - 0.05 * (top - low), high=top),
                columns=max(1, min(3, len(self.start))),
                lang=t.lang,
                note=t(
                    "Some of the steps; the first ones are all drawn.",
                    "ステップの一部（最初のほうはすべて）を描いています。",
                ),
            ),
            self._map(found, t),
            self._ends(found, t),
        ]

    def _map(self, found: Found, t: Tongue) -> Piece:
        """Which start ends in which valley."""
        minima, names = self._minima(found), self._names(found, t)
        runs = np.array([(start, m) for m in self.momentum for start in self.start])
        ended = _valleys(found["paths"][:, -1], minima).ravel()
        marks: list[Mark] = [Cells("", STARTS, MOMENTA, _valleys(found["ends"], minima), names)]
        marks += [Points(name, *runs[ended == k].T) for k, name in enumerate(names)]
        if np.isnan(ended).any():
            marks.append(Points(t("none yet", "未到達"), *runs[np.isnan(ended)].T))
        return chart(
            t("Where a ball ends", "ボールの行き着く先"),
            marks,
            Axis(t("start", "出発点")),
            Axis(t.word("momentum")),
            lang=t.lang,
            wide=True,
            note=t(
                "The points are the balls whose ways are drawn; empty cells: in no valley after {n} steps.",
                "点は動きを描いたボール。空白は、{n} ステップのあとどの谷にも落ち着いていない場合。",
                n=self.steps,
            ),
        )

    def _ends(self, found: Found, t: Tongue) -> Table:
        rows: list[list[Cell]] = [
            [f"{m:g}", f"{start:g}", significant(float(found["paths"][i, -1, j]), 5), self._valley(found, i, j, t)]
            for i, m in enumerate(self.momentum)
            for j, start in enumerate(self.start)
        ]
        return Table([t.word("momentum"), t("start", "出発点"), t("end", "終点"), t("valley", "谷")], rows)

    def _called(self, m: float, start: float, t: Tongue) -> str:
        return t("momentum {m}, start {x}", "モメンタム {m}、出発点 {x}", m=f"{m:g}", x=f"{start:g}")

    def _minima(self, found: Found) -> Array:
        minima: Array = found["critical"][found["is_minimum"].astype(bool)]
        return minima

    def _names(self, found: Found, t: Tongue) -> list[str]:
        """The minima by name: the lowest is the global one."""
        minima = self._minima(found)
        heights = VALLEYS[self.f](minima)
        best = heights <= heights.min() + 1e-9
        kinds = [t("global minimum", "大域的最適解") if b else t("local minimum", "局所的最適解") for b in best]
        return [f"{kind} x = {significant(float(x), 4)}" for kind, x in zip(kinds, minima, strict=True)]

    def _valley(self, found: Found, i: int, j: int, t: Tongue) -> str:
        valley = float(_valleys(found["paths"][i, -1, j], self._minima(found)))
        return t("none yet", "未到達") if np.isnan(valley) else self._names(found, t)[int(valley)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Where the balls ended, and how much of the map belongs to the global minimum."""
        told = [
            t(
                "{run}: {valley}.",
                "{run}：{valley}。",
                run=self._called(m, start, t),
                valley=self._valley(found, i, j, t),
            )
            for i, m in enumerate(self.momentum)
            for j, start in enumerate(self.start)
        ]
        plain, heavy = (self._luck(found, row) for row in (MOMENTA == 0, MOMENTA >= 0.8))
        told.append(
            t(
                "Over all starts of the map, the global minimum is found from {plain} % without momentum and from "
                "{heavy} % with a momentum from 0.8: {verdict}",
                "図のすべての出発点のうち、大域的最適解に着いたのは、モメンタムなしで {plain} %、"
                "0.8 以上のモメンタムで {heavy} % でした。{verdict}",
                plain=round(100 * plain),
                heavy=round(100 * heavy),
                verdict=t(
                    "momentum is a chance, not a guarantee.", "モメンタムは可能性を変えるだけで、保証にはなりません。"
                )
                if heavy < 1
                else t("here it always helps.", "この設定ではいつも役立ちます。"),
            )
        )
        return told

    def _luck(self, found: Found, rows: Array) -> float:
        heights = VALLEYS[self.f](self._minima(found))
        best = np.flatnonzero(heights <= heights.min() + 1e-9)
        return float(np.isin(_valleys(found["ends"][rows], self._minima(found)), best).mean())

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The critical points, the ends, and that whoever has come to rest is at a minimum."""
        expected = {(0.0, 1.5): 0.96015, (0.0, 2.0): 0.96015, (0.9, 1.5): 0.960, (0.95, 1.5): -1.036,
                    (0.9, 2.0): -1.036, (0.95, 2.0): 0.960}  # fmt: skip
        ends = {
            (m, start): found["paths"][i, -1, j]
            for i, m in enumerate(self.momentum)
            for j, start in enumerate(self.start)
        }
        critical = np.resize(found["critical"], 3)
        names = (t("global minimum", "大域的最適解"), t("top", "山の頂上"), t("local minimum", "局所的最適解"))
        rest = np.abs(found["end_slopes"]) < 1e-9
        nearest = np.abs(found["ends"][..., None] - found["critical"]).min(axis=-1)
        gentle = self.lr * 75 <= 1  # |f″| ≤ 75 for every function here, within the reach
        plain = found["heights"][[m == 0 for m in self.momentum]]
        climbs = np.diff(plain, axis=1).max(initial=0.0) if gentle else 0.0
        return [
            *(
                near(name, c, e, 1e-5, "A")
                for name, c, e in zip(names, critical, (-1.03558, 0.07543, 0.96015), strict=True)
            ),
            *(
                near(self._called(*run, t), ends.get(run, np.nan), end, 1e-3, "A" if run[0] == 0 else "M")
                for run, end in expected.items()
            ),
            at_most(
                t("whoever is at rest is at a critical point: distance", "静止したボールと最も近い停留点との距離"),
                nearest[rest].max(initial=0.0),
                1e-6,
                "A",
                law=True,
            ),
            at_most(
                t("plain descent with lr ≤ 1/75: largest climb", "普通の勾配降下法（lr ≤ 1/75）：最大の上り"),
                climbs,
                1e-12,
                "A",
                law=True,
            ),
            holds(
                t("of the critical points, minima and tops alternate", "停留点では谷と山が交互に並ぶ"),
                (np.diff(found["is_minimum"].astype(int)) != 0).all(),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """RYO: is the end the minimum?"""
        names = self._names(found, t)
        reached = sorted({int(v) for v in _valleys(found["ends"], self._minima(found)).ravel() if not np.isnan(v)})
        return [
            Question(
                t(
                    "Gradient descent has come to rest. Is that the minimum?",
                    "勾配降下法が止まりました。そこは最小値でしょうか？",
                ),
                t(
                    "Not necessarily: from different starts the balls of this run came to rest at {ends}. All that is "
                    "certain is a gradient of 0. With many parameters there are usually other ways down.",
                    "そうとは限りません。この実行では、ボールが止まった場所は出発点によって {ends} でした。"
                    "確かなのは勾配が 0 ということだけです。"
                    "パラメータが多い場合は、たいてい別の下り道が残っています。",
                    ends=t.list(None, *(names[k] for k in reached)),
                ),
            )
        ]


def _critical_points(f: Function) -> Array:
    """Where the slope by differences changes its sign, each found by halving."""
    grid = np.linspace(-REACH, REACH, 1000)  # an even number, so that 0, a likely critical point, lies between two
    slopes = np.array([numerical_diff(f, x) for x in grid])
    found = []
    for k in np.flatnonzero(slopes[:-1] * slopes[1:] < 0):
        low, high = grid[k], grid[k + 1]
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if numerical_diff(f, middle) * slopes[k] > 0 else (low, middle)
        found.append((low + high) / 2)
    return np.array(found)


def _valleys(x: Array, minima: Array) -> Array:
    """Which of the minima x has come to; not-a-number if it is near none."""
    away = np.abs(np.asarray(x)[..., None] - minima)
    with np.errstate(invalid="ignore"):
        return np.where(away.min(axis=-1) < 0.01, away.argmin(axis=-1), np.nan)
