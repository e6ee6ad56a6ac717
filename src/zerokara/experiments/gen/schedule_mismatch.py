"""`schedule-mismatch`: what if the chain does not end in noise?"""

from dataclasses import dataclass

import numpy as np

from zerokara.data import Split
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.gen.points import SEEN, OnDiffusion, energy_distance, points
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import Diffusion, PointDenoiser, noise_betas
from zerokara.report import Axis, Panel, Points, Text, panels, percent, significant

SHOWN, WIDTH = 500, 0.3
SCHEDULES = ("linear", "unscaled")


@dataclass(frozen=True)
class ScheduleMismatch(OnDiffusion):
    """The ring as it is and three times as large, with a chain that ends in noise and one that does not."""

    name = "schedule-mismatch"
    source = "OWN"
    title = Text("A chain that does not end in noise", "ノイズで終わらない連鎖")
    question = Text("What if the chain does not end in noise?", "連鎖がノイズで終わらなかったら？")
    formula = (r"\operatorname{Var}(x_T) = \bar\alpha_T \operatorname{Var}(x_0) + (1 - \bar\alpha_T)",)
    symbols = Text(
        "The walk back starts from N(0, 1). If the data have variance 1, so has every x_t, and the start is "
        "right in mean "
        "and variance whatever ᾱ is.",
        "逆向きの連鎖は N(0, 1) から始まります。データの分散が 1 なら x_t の分散も常に 1 で、ᾱ "
        "によらず平均と分散は合います。",
    )
    turns = (Turn(Text("Larger data still.", "もっと大きなデータでは？"), {"scale": (1.0, 10.0)}),)
    quick = {"iterations": 60, "T": 20, "drawn": 200}

    T: int = knob(50, "steps of the chain", "連鎖のステップ数 T", low=2, high=10_000)
    scale: tuple[float, ...] = knob(
        (1.0, 3.0), "how many times the ring's size", "輪の大きさの倍率", low=0.01, high=1000
    )
    width: int = knob(128, "units of the network's layers", "各層のユニット数", low=1, high=4096)
    drawn: int = knob(2000, "points that are drawn", "引く点の数", low=100, high=20_000)

    def measure(self, lab: Lab) -> Arrays:
        """Energy distance, and the share of points near the ring, in the ring's own scale."""
        lab.plan(len(self.scale) * len(SCHEDULES) * self.iterations)
        train = points("ring", SEEN, lab.seed)
        fresh = points("ring", self.drawn, lab.seed + 1000).images
        radius = 1 / np.sqrt(0.5 + 0.07**2)
        told = np.zeros((len(self.scale), len(SCHEDULES), 2))
        found: Arrays = {}
        for i, times in enumerate(self.scale):
            larger = Split(train.images * np.float32(times), train.labels)
            for j, schedule in enumerate(SCHEDULES):
                network = PointDenoiser((2,), self.width, 3, rng=lab.rng("weights"))
                model = Diffusion(network, self.T, schedule)
                self.teach(lab, f"{i}-{schedule}", model, larger)
                x = model.sample(self.drawn, (2,), rng=lab.rng("chain")) / times
                away = np.abs(np.sqrt((x**2).sum(axis=1)) - radius)
                told[i, j] = energy_distance(x, fresh), np.mean(away < WIDTH)
                found[f"points {i} {j}"] = x[:SHOWN]
        kept = np.array([np.prod(1 - noise_betas(self.T, name)) for name in SCHEDULES])
        return {**found, "told": told, "kept": kept}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Points of the four."""
        boxes = [
            Panel(
                t("× {s}, {w}", "× {s}、{w}", s=f"{times:g}", w=self._called(j, t)),
                [Points(t("points", "点"), *found[f"points {i} {j}"].T)],
            )
            for i, times in enumerate(self.scale)
            for j in range(len(SCHEDULES))
        ]
        return [
            panels(
                t("Drawn points, in the ring's own scale", "引いた点（輪の大きさに戻したもの）"), boxes,
                Axis("x", low=-3, high=3), Axis("y", low=-3, high=3), columns=2, lang=t.lang,
            )
        ]  # fmt: skip

    @staticmethod
    def _called(j: int, t: Tongue) -> str:
        return (t("β scaled", "β を調整"), t("β not scaled", "β は元のまま"))[j]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Harm only where the data are not of variance 1."""
        told, kept = found.mean("told"), found["kept"]
        first = t(
            "At the end of the chain a share of {a} of the data's variance is left with β scaled, {b} without.",
            "連鎖の最後に残るデータの分散の割合は、β を調整すると {a}、しないと {b}。",
            a=significant(float(kept[0]), 2), b=significant(float(kept[1]), 3),
        )  # fmt: skip
        return [
            first,
            *(
                t(
                    "Ring × {s}: energy distance {a} scaled, {b} not; near the ring {p} and {q}.",
                    "輪 × {s}：エネルギー距離は調整あり {a}、なし {b}。輪の近くにある割合は {p} と {q}。",
                    s=f"{times:g}", a=significant(told[i, 0, 0], 2), b=significant(told[i, 1, 0], 2),
                    p=percent(told[i, 0, 1]), q=percent(told[i, 1, 1]),
                )
                for i, times in enumerate(self.scale)
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """No harm at variance 1; harm at 9."""
        told, kept = found.all("told"), found["kept"]
        checks = []
        if self.scale[:1] == (1.0,):
            checks.append(
                at_most(
                    t("× 1, not scaled: energy distance", "× 1、調整なし：エネルギー距離"), told[:, 0, 1, 0], 0.02, "M"
                )
            )
        if 3.0 in self.scale:
            i = self.scale.index(3.0)
            worse = told[:, i, 1, 0] > told[:, i, 0, 0]
            checks += [
                holds(t("× 3: not scaled is worse", "× 3：調整なしのほうが悪い"), worse, "M"),
                at_least(t("× 3, scaled: near the ring", "× 3、調整あり：輪の近くの割合"), told[:, i, 0, 1], 0.95, "M"),
            ]
        return [
            *checks,
            at_most(t("scaled: left of the variance", "調整あり：残る分散"), float(kept[0]), 1e-3, "A", law=True),
            at_least(t("not scaled: left of the variance", "調整なし：残る分散"), float(kept[1]), 0.5, "A"),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The variance at the end."""
        left = float(found["kept"][1])
        ends = [
            t("{v} for the ring × {s}", "輪 × {s} では {v}", s=f"{s:g}", v=significant(left * s * s + 1 - left, 3))
            for s in self.scale
        ]
        return [
            Question(
                t(
                    "The walk back starts from N(0, 1). What variance has x_T, where it should start, if β is not "
                    "scaled?",
                    "逆向きの連鎖は N(0, 1) から始まります。β が元のままのとき、本来の出発点 x_T の分散は？",
                ),
                t(
                    "ᾱ·s² + 1 − ᾱ with ᾱ = {a}: {e}.",
                    "ᾱ = {a} として ᾱ·s² + 1 − ᾱ なので、{e} です。",
                    a=significant(left, 3), e=t.list(None, *ends),
                ),
            )
        ]  # fmt: skip
