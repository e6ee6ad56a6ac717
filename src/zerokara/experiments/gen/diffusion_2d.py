"""`diffusion-2d`: can noise be undone?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, between, holds
from zerokara.experiments.found import Found
from zerokara.experiments.gen.points import (
    BLOB,
    POINTS,
    SEEN,
    OnDiffusion,
    energy_distance,
    nearest_blob,
    points,
    ring_place,
)
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import smooth
from zerokara.experiments.tongue import Tongue
from zerokara.explain import diffusion_steps
from zerokara.models import Diffusion, PointDenoiser
from zerokara.report import Arrows, Axis, Line, Mark, Panel, Points, Text, line_chart, panels, significant

SHOWN = 500


@dataclass(frozen=True)
class Diffusion2d(OnDiffusion):
    """Two moons and a ring of blobs, learned as noise, and walked back to."""

    name = "diffusion-2d"
    source = "V5 s9; OWN"
    title = Text("Diffusion in the plane", "平面上の拡散モデル")
    question = Text("Can noise be undone?", "ノイズを取り消すことはできるか？")
    formula = (
        r"L = E \left\| \varepsilon - \varepsilon_\theta(x_t, t) \right\|^2, \qquad"
        r" x_{t-1} = \frac{1}{\sqrt{1 - \beta_t}} \left( x_t - \frac{\beta_t}{\sqrt{1 - \bar\alpha_t}}"
        r" \varepsilon_\theta(x_t, t) \right) + \sigma_t z",
    )
    symbols = Text(
        "ε_θ: the network's guess of the noise in x_t; z: new noise of N(0, 1), none in the last step.",
        "ε_θ：x_t に含まれるノイズの推定、z：標準正規乱数（最後のステップでは加えない）。",
    )
    turns = (
        Turn(Text("A short chain.", "連鎖を短くすると？"), {"T": 20}),
        Turn(Text("A smaller learning rate: the gaps fill.", "学習率を小さくすると隙間が埋まる。"), {"lr": 0.001}),
    )
    quick = {"iterations": 60, "T": 20, "drawn": 300}

    clouds: tuple[str, ...] = knob(POINTS, "clouds of points: moons, ring", "点の集まり（moons, ring）", choices=POINTS)
    lr: float = knob(0.003, "learning rate of Adam, the first one", "Adam の学習率（初期値）", low=0, high=10)
    width: int = knob(128, "units of the network's layers", "各層のユニット数", low=1, high=4096)
    drawn: int = knob(2000, "points that are drawn", "引く点の数", low=100, high=20_000)

    def measure(self, lab: Lab) -> Arrays:
        """Points on their way back, their distance to fresh data, and the field of the guesses."""
        lab.plan(len(self.clouds) * self.iterations)
        found: Arrays = {}
        told = []
        for name in self.clouds:
            train = points(name, SEEN, lab.seed)
            network = PointDenoiser((2,), self.width, 3, rng=lab.rng("weights", name))
            model = Diffusion(network, self.T)
            losses = self.teach(lab, name, model, train)
            times = [round(self.T * share) for share in (1, 0.5, 0.2, 0.1, 0.05, 0)]
            steps = diffusion_steps(model, self.drawn, (2,), times=times, rng=lab.rng("chain", name))
            fresh, other = (points(name, self.drawn, lab.seed + k).images for k in (1000, 2000))
            cloud = lab.rng("cloud").standard_normal((self.drawn, 2))
            told.append([
                energy_distance(steps.last, fresh), energy_distance(other, fresh), energy_distance(cloud, fresh),
                losses[-500:].mean(), _in_blobs(steps.last) if name == "ring" else np.nan,
            ])  # fmt: skip
            side = np.linspace(-2, 2, 11, dtype=np.float32)
            places = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
            found |= {
                f"{name} times": steps.times, f"{name} steps": steps.examples[:, :SHOWN],
                f"{name} places": places, f"{name} guess": model.guess(places, max(1, self.T // 5)),
                f"{name} losses": losses, f"{name} fresh": fresh[:SHOWN],
            }  # fmt: skip
        fresh = points("ring", self.drawn, lab.seed + 1000).images
        return {**found, "told": np.array(told), "fresh in blobs": np.array(_in_blobs(fresh))}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Points at t = T … 0; arrows against the guessed noise; losses."""
        axes = Axis("x", low=-3, high=3), Axis("y", low=-3, high=3)
        pieces: list[Piece] = []
        for name in self.clouds:
            boxes = [
                Panel(f"t = {time}", [Points(t("points", "点"), *x.T)])
                for time, x in zip(found[f"{name} times"], found[f"{name} steps"], strict=True)
            ]
            title = t("{n}: from noise to points", "{n}：ノイズから点へ", n=self._called(name, t))
            pieces.append(panels(title, boxes, *axes, columns=3, lang=t.lang))
        fields = []
        for name in self.clouds:
            places, guess = found[f"{name} places"], found[f"{name} guess"]
            marks: list[Mark] = [
                Points(t("data", "データ"), *found[f"{name} fresh"].T),
                Arrows(t("against the guess", "推定ノイズの逆向き"), *places.T, *-guess.T),
            ]
            fields.append(Panel(self._called(name, t), marks))
        title = t(
            "Where the network sends a point (t = {t})",
            "ネットワークが点を動かす向き（t = {t}）",
            t=max(1, self.T // 5),
        )
        losses = [
            Line(self._called(name, t), np.arange(self.iterations) + 1, smooth(found[f"{name} losses"], 51))
            for name in self.clouds
        ]
        return [
            *pieces,
            panels(title, fields, *axes, columns=2, lang=t.lang),
            line_chart(
                t("While it learns", "学習の経過"), losses, Axis(t.word("updates"), whole=True),
                Axis(t.word("loss"), low=0), lang=t.lang,
            ),
        ]  # fmt: skip

    @staticmethod
    def _called(name: str, t: Tongue) -> str:
        return t("two moons", "二つの三日月") if name == "moons" else t("ring of 8", "8 つの塊の輪")

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How far the drawn points are from fresh data; whether the gaps of the ring stay empty."""
        told = [
            t(
                "{n}: drawn points have an energy distance of {a} to fresh data; two fresh samples have {b}, a normal "
                "cloud {c}.",
                "{n}：引いた点と新しいデータのエネルギー距離は {a}。新しいデータどうしでは {b}、正規分布の雲では {c}。",
                n=self._called(name, t), a=significant(a, 2), b=significant(b, 2), c=significant(c, 2),
            )
            for name, (a, b, c, *_) in zip(self.clouds, found.mean("told").tolist(), strict=True)
        ]  # fmt: skip
        if "ring" in self.clouds:
            drawn, fresh = found.mean("told")[self.clouds.index("ring"), 4], found.number("fresh in blobs")
            told.append(
                t(
                    "In the ring a share of {p} lies within three spreads of a blob's middle; of fresh points {q}. The "
                    "energy distance hardly sees the gaps.",
                    "輪では、塊の中心から標準偏差 3 つ以内にある割合は {p}（新しいデータでは {q}）。"
                    "エネルギー距離では隙間はほとんど見えません。",
                    p=significant(float(drawn), 3), q=significant(fresh, 3),
                )
            )  # fmt: skip
        return told

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Near the data, far from a cloud; the loss."""
        told = found.all("told")
        limits = {"moons": 0.010, "ring": 0.010}
        checks = []
        for i, name in enumerate(self.clouds):
            what = self._called(name, t)
            checks += [
                at_most(t("{n}: energy distance", "{n}：エネルギー距離", n=what), told[:, i, 0], limits[name], "M"),
                between(t("{n}: loss at the end", "{n}：最後の損失", n=what), told[:, i, 3], 0.18, 0.28, "M"),
                holds(t("{n}: nearer than a cloud", "{n}：雲より近い", n=what), told[:, i, 0] < told[:, i, 2] / 3, "M"),
            ]
        if "ring" in self.clouds:
            near = told[:, self.clouds.index("ring"), 4]
            what = t("ring of 8: share in the blobs", "8 つの塊の輪：塊の中の割合")
            checks.append(at_least(what, near, 0.9, "M"))
        fresh = np.abs(told[..., 1]).max(axis=1)
        return [
            *checks,
            at_most(t("two fresh samples", "新しいデータどうし"), fresh, 0.02, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The loss of no guess."""
        losses = t.list(
            None,
            *(
                f"{self._called(name, t)} {significant(float(row[3]), 2)}"
                for name, row in zip(self.clouds, found.mean("told"), strict=True)
            ),
        )
        return [
            Question(
                t(
                    "What is the loss of a network that always guesses 0 for the noise?",
                    "ノイズをいつも 0 と推定するネットワークの損失は？",
                ),
                t(
                    "1 on average: the noise is drawn from N(0, 1), and the mean of its square is its variance. At the "
                    "end the losses were: {l}.",
                    "平均すると 1 です。ノイズは標準正規乱数で、二乗の平均は分散に等しいからです。"
                    "最後の損失は、{l} でした。",
                    l=losses,
                ),
            )
        ]


def _in_blobs(x: Array) -> float:
    """The share of points within three spreads of the middle of a blob."""
    away = ((x - ring_place(nearest_blob(x))) ** 2).sum(axis=1)
    return float(np.mean(away < (3 * BLOB) ** 2 / (0.5 + BLOB**2)))
