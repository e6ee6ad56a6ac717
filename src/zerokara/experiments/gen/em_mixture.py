"""`em-mixture`: how can two hills be found without labels?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arguments import known
from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.gen.hills import FILE, GEYSER, REAL, among, cloud_of, far_off, ring
from zerokara.experiments.gen.mixture import collapsing, start_at
from zerokara.experiments.gen.points import POINTS
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Panel, Points, Text, line_chart, panels, significant

STARTS = ("far", "points")


@dataclass(frozen=True)
class EmMixture(Experiment):
    """Expectation and maximization on points of two hills, from a start that is far off."""

    name = "em-mixture"
    chapter = "gen"
    source = "V5 s4; V5 s5"
    title = Text("A mixture of normal distributions", "混合ガウスモデルと EM アルゴリズム")
    question = Text("How can two hills be found without labels?", "ラベルなしで二つの山を見つけるには？")
    formula = (
        r"q_{n k} = \frac{\phi_k\, N(x_n; \mu_k, \Sigma_k)}{\sum_j \phi_j\, N(x_n; \mu_j, \Sigma_j)}, \qquad"
        r" \phi_k = \frac{1}{N} \sum_n q_{n k}",
        r"\mu_k = \frac{\sum_n q_{n k}\, x_n}{\sum_n q_{n k}}, \qquad"
        r" \Sigma_k = \frac{\sum_n q_{n k}\, (x_n - \mu_k)(x_n - \mu_k)^\top}{\sum_n q_{n k}}",
    )
    symbols = Text(
        "q: how much of the point n the hill k has; φ, μ, Σ: share, mean and covariance of a hill.",
        "q：点 n のうち山 k に属する割合、φ・μ・Σ：山の割合・平均・共分散行列。",
    )
    turns = (
        Turn(Text("Three hills where there are two.", "山が二つのところに三つを仮定すると？"), {"hills": 3}),
        Turn(
            Text("A ring of eight, from points of its own.", "八つの塊の輪を、点そのものから始めると？"),
            {"cloud": "ring", "hills": 8, "start": "points"},
        ),
    )
    quick = {"steps": 12}
    shows = Shows.ALWAYS
    random = True

    cloud: str = knob(
        GEYSER, "points: geyser, moons, ring, or file:FILE with two numbers a line",
        "点：geyser、moons、ring、または 2 つの数を並べたファイル file:ファイル名",
    )  # fmt: skip
    points: int = knob(272, "points (of a file all are taken)", "点の数（ファイルなら全部）", low=10, high=100_000)
    hills: int = knob(2, "hills that are looked for", "仮定する山の数", low=1, high=8)
    start: str = knob(
        "far", "far: at (0, 50) … (0, 100); points: at points of the cloud",
        "出発点：far は (0, 50)～(0, 100)、points は点のどれか", choices=STARTS,
    )  # fmt: skip
    steps: int = knob(40, "steps", "ステップ数", low=2, high=10_000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.cloud.startswith(FILE):
            known("cloud", self.cloud, (GEYSER, *POINTS, f"{FILE}FILE"))

    def measure(self, lab: Lab) -> Arrays:
        """The hills and the log likelihood after every step."""
        x = cloud_of(self.cloud, self.points, lab)
        mixture = far_off(self.hills) if self.start == STARTS[0] else among(x, self.hills, lab.rng("start"))
        hills = [mixture]
        for _ in range(self.steps):
            hills.append(hills[-1].step(x))
        one = start_at(x.mean(axis=0)[None], x)
        return {
            "points": x,
            "likelihood": np.array([h.log_likelihood(x) for h in hills]),
            "one": np.array(one.log_likelihood(x)),
            "real": np.array(REAL.log_likelihood(x) if self.cloud == GEYSER else np.nan),
            "floor": np.array(any(collapsing(h, x) for h in hills)),
            "shares": np.array([h.shares for h in hills]),
            "means": np.array([h.means for h in hills]),
            "covariances": np.array([h.covariances for h in hills]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Ellipses by step; the likelihood."""
        x = found["points"]
        shown = [k for k in (0, 1, 2, 5, 10, self.steps) if k <= self.steps]
        cloud = Points(t("points", "点"), x[:, 0], x[:, 1])
        boxes = []
        for k in dict.fromkeys(shown):
            rings = [
                Line(t("hill {i}", "山 {i}", i=i + 1), *ring(found["means"][k, i], found["covariances"][k, i]))
                for i in range(self.hills)
            ]
            boxes.append(Panel(t("after {k} steps", "{k} ステップ後", k=k), [cloud, *rings]))
        steps = np.arange(self.steps + 1)
        one = t("one normal distribution", "一つの正規分布")
        lines = [
            Line(t("mixture", "混合モデル"), steps, found["likelihood"]),
            Line(one, steps, np.full(len(steps), found.number("one"))),
        ]
        low = float(min(found["one"], found["likelihood"][1:].min()))
        return [
            panels(
                t("Two standard deviations around each hill", "各山の標準偏差 2 つ分"), boxes,
                *self._axes(x, t), columns=3, lang=t.lang,
            ),
            line_chart(
                t("The log likelihood never falls", "対数尤度は下がらない"), lines,
                Axis(t.word("steps"), whole=True),
                Axis(t("log likelihood a point", "1 点あたりの対数尤度"), low=low - 0.1), lang=t.lang,
            ),
        ]  # fmt: skip

    def _axes(self, x: Array, t: Tongue) -> tuple[Axis, Axis]:
        """What the two numbers of a point are, and from where to where."""
        if self.cloud == GEYSER:
            eruption, until = (
                t("eruption, minutes", "噴出時間（分）"),
                t("until the next, minutes", "次までの時間（分）"),
            )
            return Axis(eruption, low=0, high=6.5), Axis(until, low=35, high=110)
        middle, room = (x.min(axis=0) + x.max(axis=0)) / 2, 0.65 * np.ptp(x, axis=0) + 1e-9
        low, high = (middle - room).tolist(), (middle + room).tolist()
        return Axis("x", low=low[0], high=high[0]), Axis("y", low=low[1], high=high[1])

    def _real(self, found: Found, t: Tongue) -> str:
        real = found.number("real")
        if np.isnan(real):
            return ""
        return t(", the mixture that drew the points {f}", "、点を引いた混合モデルでは {f}", f=significant(real, 5))

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """From where to where, and against one hill."""
        values = found["likelihood"]
        return [
            t(
                "The log likelihood a point rises from {a} to {b} after one step and {c} after {n}, and ends at {d}; "
                "one normal distribution has {e}{f}.",
                "1 点あたりの対数尤度は {a} から、1 ステップで {b}、{n} ステップで {c}、最後は {d}。"
                "一つの正規分布では {e}{f}。",
                n=min(10, self.steps), a=significant(values[0], 4), b=significant(values[1], 4),
                c=significant(values[min(10, self.steps)], 5), d=significant(values[-1], 5),
                e=significant(found.number("one"), 5), f=self._real(found, t),
            ),
            t(
                "The shares end at {s}.", "山の割合は {s} になりました。",
                s=t.list(None, *(significant(float(v), 3) for v in found["shares"][-1])),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """It never falls, and ends where a mixture like this ends."""
        values, floor = found.all("likelihood"), bool(found.all("floor").any())
        least = t("the least step of the log likelihood", "対数尤度の変化の最小値")
        rows = [at_least(least, np.diff(values, axis=1).min(axis=1), -1e-10, "A", law=not floor)]
        if self.cloud == GEYSER:
            rows.append(near(t("log likelihood at the end", "最後の対数尤度"), values[:, -1], -4.16, 0.24, "A"))
        likelier = t("two hills are likelier than one", "一つより二つの山のほうが尤もらしい")
        rows.append(holds(likelier, values[:, -1] > found.all("one"), "A"))
        if self.cloud == GEYSER:
            fitted = t("the fit is likelier than what drew the points", "当てはめは点を引いたモデルより尤もらしい")
            rows.append(holds(fitted, values[:, -1] >= found.all("real"), "A"))
        ends = found.all("shares")[:, -1].sum(axis=1)
        whole = t("the shares of the hills add up to", "山の割合の和")
        return [*rows, near(whole, ends, 1, 1e-9, "A", law=True)]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Whether a step can make it worse."""
        least = float(np.diff(found["likelihood"]).min())
        return [
            Question(
                t("Can a step of EM make the likelihood worse?", "EM の 1 ステップで尤度が下がることはあるか？"),
                t("Never: of {n} steps the smallest gain was {g}.",
                  "ありません。{n} ステップで最小の増加は {g} でした。",
                  n=self.steps, g=significant(max(least, 0.0), 2)),
            )
        ]  # fmt: skip
