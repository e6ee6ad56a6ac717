"""`filters`: the filters of a convolution before and after training."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch07.mosaics import mosaic, signed
from zerokara.experiments.ch07.trained import OnTrained, convolution
from zerokara.experiments.checks import Check, at_least, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Figure, Line, Picture, Rule, Text, Tile, chart, gallery, percent, significant

SHOWN = 64
WHEN = ("before", "after")


@dataclass(frozen=True)
class Filters(OnTrained):
    """The weights of one layer's filters as pictures, and how alike neighbouring weights are."""

    name = "filters"
    source = "Ch7 §7.6.1 visualize_filter"
    title = Text("What filters learn", "フィルターは何を学習するか")
    question = Text("What do the filters learn?", "フィルターは何を学習するのか？")
    seeds = 3
    formula = (
        r"r_d = \mathrm{corr}\,(w_{f,c,p,q},\ w_{f,c,p',q'}), \qquad (p',\, q') \in \{(p,\, q + d),\ (p + d,\, q)\}",
    )
    symbols = Text(
        "r is the correlation of two weights of a filter that are d cells apart, over all filters f, channels c and "
        "places.",
        "r は、同じフィルターの中で d マス離れた 2 つの重みの相関係数。"
        "すべてのフィルター f、チャンネル c、位置にわたって計算する。",
    )
    turns = (
        Turn(
            Text(
                "After six updates there is only noise: when does it give way?",
                "6 回の更新ではまだ雑音だけです。模様はいつ現れるでしょうか。",
            ),
            {"iterations": 6},
        ),
        Turn(
            Text(
                "The second convolution of the deeper network: is there as much order in it?",
                "深いネットワークの 2 つ目の畳み込み層でも、同じような模様が見えるでしょうか。",
            ),
            {"model": "deep", "layer": 2},
        ),
    )

    iterations: int = knob(1000, "updates before the look inside", "観察の前に学習する更新回数", low=1, high=10**6)
    layer: int = knob(1, "which convolution, counted from 1", "何番目の畳み込み層か（1 から）", low=1, high=100)

    def measure(self, lab: Lab) -> Arrays:
        """The weights before and after, and the correlations at every distance."""
        data = self.pictures(lab)
        before = convolution(self.untrained(lab, data), self.layer).weight.data
        lab.plan(self.iterations)
        model, found = self.trained(lab, data)
        after = convolution(model, self.layer).weight.data
        for when, weights in zip(WHEN, (before, after), strict=True):
            found[when] = weights.copy()
            found[f"{when}.alike"] = np.array([_alike(weights, d) for d in range(max(weights.shape[2:]))])
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both sets of filters on one scale, and the correlations."""
        return [self._pictures(found, t), self._correlations(found, t)]

    def _pictures(self, found: Found, t: Tongue) -> Figure:
        end = max(float(np.abs(found[when]).max()) for when in WHEN)
        before, after = t("before training", "学習前"), t("after training", "学習後")
        shown: list[tuple[str, str, float | None, str]] = [
            (when, n, end, t("common scale", "共通の濃淡")) for when, n in zip(WHEN, (before, after), strict=True)
        ]  # these two stand side by side
        shown.append(("before", before, None, t("own scale", "個別の濃淡")))
        tiles = []
        for when, name, scale, said in shown:
            slices = found[when].reshape(-1, *found[when].shape[2:])[:SHOWN]
            tiles.append(Tile([Picture(mosaic(signed(slices, scale)), name, wide=True)], name, said))
        F, C = found["after"].shape[:2]
        note = t(
            "White is positive, black negative, grey 0. {shown} of {all} slices (filters × channels), in rows of 8.",
            "白は正、黒は負、灰色は 0。フィルター×チャンネルの {all} 枚のうち {shown} 枚を 8 枚ずつ並べています。",
            shown=min(SHOWN, F * C),
            all=F * C,
        )
        return gallery(t("The filters", "フィルター"), tiles, lang=t.lang, note=note, large=True)

    def _correlations(self, found: Found, t: Tongue) -> Figure:
        apart = np.arange(len(found["after.alike"]))
        lines = [
            Line(t("before training", "学習前"), apart, found.mean("before.alike")),
            Line(t("after training", "学習後"), apart, found.mean("after.alike")),
        ]
        return chart(
            t("How alike weights are that are near each other", "近くの重みはどれだけ似ているか"),
            [*lines, Rule("", y=0.0)],
            Axis(t("distance in the filter, cells", "フィルター内の距離（マス）"), whole=True),
            Axis(t("correlation", "相関係数"), high=1),
            lang=t.lang,
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How good the network is, and what became of neighbouring weights."""
        if len(found["after.alike"]) < 2:
            return [t("A filter of one cell has no neighbours.", "1 マスのフィルターには隣がありません。")]
        before, after = (float(found.mean(f"{when}.alike")[1]) for when in WHEN)
        grown = float(found.all("after").std()) / max(1e-12, float(found.all("before").std()))
        return [
            t(
                "Before training the correlation of neighbouring weights is {before}, after training {after}.",
                "隣どうしの重みの相関係数は、学習前が {before}、学習後が {after} です。",
                before=significant(before, 2),
                after=significant(after, 2),
            ),
            t(
                "So the filters have become smooth: edges and blobs instead of noise.",
                "フィルターは雑音から、なめらかな模様（エッジやブロブ）に変わりました。",
            )
            if after > before + 0.15
            else t("The filters still look like noise.", "フィルターはまだ雑音に見えます。"),
            t(
                "The spread of the weights grew by a factor of {grown}; the network gets {test} of the test images "
                "right.",
                "重みの標準偏差は {grown} 倍になり、ネットワークのテスト正答率は {test} です。",
                grown=significant(grown, 2),
                test=percent(found.number("accuracy")),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Noise before, clearly correlated after; a weight is like itself."""
        one = t("correlation of neighbours {when} training", "{when}の隣どうしの重みの相関係数")
        before = one.format(when=t("before", "学習前"))
        zero = t("correlation at distance 0", "距離 0 の相関係数")
        law = t("correlation before training, in standard errors", "学習前の相関係数（標準誤差単位）")
        neighbours = found.all("before.alike")[:, 1:2]
        pairs = max(1, found["before"].size)
        checks = [near(zero, found.all("after.alike")[:, 0], 1, 1e-6, "A", law=True)]
        if neighbours.size:
            checks += [
                near(before, neighbours[:, 0], 0, 0.08, "M"),
                at_least(one.format(when=t("after", "学習後")), found.all("after.alike")[:, 1], 0.5, "M"),
                at_most(law, np.abs(neighbours[:, 0]) * np.sqrt(pairs), 6, "A", law=True),
            ]
        return checks


def _alike(weights: Array, distance: int) -> float:
    """The correlation of weights (F, C, P, Q) so many cells apart, along the rows and along the columns."""
    pairs = [(weights[..., distance:], weights[..., : weights.shape[3] - distance])]
    pairs.append((weights[..., distance:, :], weights[..., : weights.shape[2] - distance, :]))
    one, other = (np.concatenate([pair[k].ravel() for pair in pairs]).astype(np.float64) for k in (0, 1))
    return float(np.corrcoef(one, other)[0, 1]) if one.size > 1 else np.nan
