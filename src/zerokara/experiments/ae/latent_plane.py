"""`latent-plane`: how do the digits lie on a plane?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.ae.teaching import principal, rows, through
from zerokara.experiments.ae.variational import OnVae, means, neighbours, parts, pixels
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.explain.latent import normal_quantiles
from zerokara.report import Axis, Points, Text, chart, percent, significant

SHOWN = 1500


@dataclass(frozen=True)
class LatentPlane(OnVae):
    """A variational auto-encoder with two code numbers: where the digits are, and what each place looks like."""

    name = "latent-plane"
    source = "V5 s7; V3 s59"
    title = Text("The plane of codes", "潜在平面")
    question = Text("How do the digits lie on a plane?", "数字は平面の上にどう並ぶのか？")
    formula = (r"z_{i j} = \bigl( \Phi^{-1}(u_i),\ \Phi^{-1}(u_j) \bigr), \qquad u = .05 \dots .95",)
    symbols = Text(
        "Φ⁻¹: the quantiles of N(0, 1): each step of the grid holds as much probability as any other.",
        "Φ⁻¹：標準正規分布の分位点。格子の 1 目盛りは、どこでも同じ確率に当たります。",
    )
    turns = (Turn(Text("Does a longer training part the digits?", "長く学習すると数字は分かれるか？"), {"epochs": 30}),)

    side: int = knob(15, "decoded points along a side", "1 辺の点の数", low=2, high=40)
    beta: float = knob(1.0, "weight of the KL term", "KL の項の重み", low=0, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """The grid, the codes of the test images, and how well neighbours tell the class; PCA beside it."""
        train, test = self.pictures(lab)
        lab.plan(self.updates(len(train)))
        model, losses = self.teach(lab, "vae", self.vae(lab, train, 2, self.beta), train)
        x, unseen = pixels(train), pixels(test)
        codes, known = means(model, unseen), means(model, x)
        quantiles = normal_quantiles(self.side)
        z = np.stack(np.meshgrid(quantiles, quantiles[::-1]), axis=-1).reshape(-1, 2).astype(np.float32)
        _, directions = principal(x)
        centre = x.reshape(len(x), -1).mean(axis=0)
        flat, flat_known = ((a.reshape(len(a), -1) - centre) @ directions[:, :2] for a in (unseen, x))
        return {
            "parts": np.array(parts(model, unseen, lab.seed)), "losses": losses,
            "grid": through(model.decode, z), "quantiles": quantiles,
            "codes": codes[:SHOWN], "labels": test.labels[:SHOWN], "spread": codes.std(axis=0),
            "classes": np.array(lab.load(self.data).classes),
            "same": np.array([
                neighbours(codes, test.labels, known, train.labels),
                neighbours(flat, test.labels, flat_known, train.labels),
            ]),
        }  # fmt: skip

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The grid of decoded points, and the codes coloured by class."""
        grid = [(t("decoded points", "復号した点"), found["grid"])]
        marks = [
            Points(str(name), *found["codes"][found["labels"] == k].T)
            for k, name in enumerate(found["classes"])
            if (found["labels"] == k).any()
        ]
        return [
            rows(
                t("What every place of the plane looks like", "平面の各点を復号した画像"), grid, t, columns=self.side,
                note=t("From left to right the first code number, upwards the second: normal quantiles .05 to .95.",
                       "左から右が第 1 成分、下から上が第 2 成分。正規分布の分位点 .05〜.95。"),
            ),
            chart(
                t("Where the test images lie", "テスト画像の位置"), marks,
                Axis(t("first code number", "符号の第 1 成分")), Axis(t("second", "第 2 成分")),
                lang=t.lang, equal=True, wide=True,
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The bound, and what neighbours say."""
        rebuilt, kl = found.mean("parts").tolist()
        own, flat = found.mean("same").tolist()
        return [
            t(
                "With two code numbers a test picture costs {a} nats, {b} of them for the reconstruction.",
                "符号が 2 次元では、テスト画像 1 枚あたり {a} ナット（うち再現に {b}）。",
                a=significant(rebuilt + kl, 4), b=significant(rebuilt, 4),
            ),
            t(
                "Share of the test images whose class most of the five nearest images on the plane have: {p}; on "
                "PCA's plane {q}.",
                "平面で最も近い 5 枚の多数決がテスト画像のクラスと一致する割合は {p}。PCA の平面では {q}。",
                p=significant(own, 2), q=significant(flat, 2),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured bound; the grid is that of normal quantiles."""
        rebuilt, kl = found.all("parts").T
        own, flat = found.all("same").T
        grid: Array = found["quantiles"]
        return [
            near(t("−ELBO on the test images", "テスト画像の −ELBO"), rebuilt + kl, 164.5, 3.0, "M"),
            near(t("KL", "KL の項"), kl, 5.3, 0.8, "M"),
            near(t("class by five neighbours", "近傍 5 枚によるクラス"), own, 0.51, 0.08, "M"),
            near(t("the same on PCA's plane", "PCA の平面で同じこと"), flat, 0.42, 0.03, "M"),
            holds(t("curved beats flat", "曲がった平面は平らな平面に勝る"), own > flat, "M"),
            at_most(
                t("the grid is symmetric", "格子は対称"), float(np.abs(grid + grid[::-1]).max()), 1e-12, "A", law=True
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """What the grid holds."""
        inside = np.abs(found["codes"]).max(axis=1) <= found["quantiles"][-1]
        return [
            Question(
                t(
                    "The grid goes from the quantile .05 to .95 in both directions. What share of the codes that are "
                    "drawn from N(0, 1) lies on it?",
                    "格子は、縦も横も分位点 .05 から .95 までです。標準正規分布から引いた符号のうち、"
                    "格子の中に入る割合は？",
                ),
                t(
                    ".9² = {p}, for the two numbers are independent. Of the codes of {n} test images it is {q}.",
                    "二つの成分は独立なので .9² = {p} です。{n} 枚のテスト画像の符号では {q} です。",
                    p=percent(0.9**2, 0), n=len(inside), q=percent(float(inside.mean()), 0),
                ),
            )
        ]  # fmt: skip
