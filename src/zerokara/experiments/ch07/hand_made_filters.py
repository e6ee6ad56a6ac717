"""`hand-made-filters`: learned filters beside those of image processing."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch07.classic_filters import EDGES, SMALL, classic, filtered, grey, label
from zerokara.experiments.ch07.mosaics import positive, signed
from zerokara.experiments.ch07.trained import OnTrained, convolution
from zerokara.experiments.checks import Check, at_least, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.photographs import credit
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Figure, Picture, Text, Tile, gallery, heat_map, significant

CLEAR = 0.6
SHOWN = 30


@dataclass(frozen=True)
class HandMadeFilters(OnTrained):
    """Sobel, Laplace and Gauss filters, what they make of a photograph, and which learned filter is most like each."""

    name = "hand-made-filters"
    source = "N7 7.6.1"
    title = Text("Learned filters and classic ones", "学習したフィルターと古典的なフィルター")
    question = Text(
        "How do learned filters compare with classic ones?",
        "学習したフィルターは古典的なフィルターとどれだけ似ているか？",
    )
    seeds = 3
    formula = (r"\cos(w, v) = \frac{\sum_{p,q} w_{p,q}\, v_{p,q}}{\|w\|\,\|v\|}",)
    symbols = Text(
        "w is a learned filter, v one made by hand; 1 is the same pattern, −1 its negative, 0 nothing in common.",
        "w は学習したフィルター、v は手作りのフィルター。1 は同じ模様、−1 は白黒反転、0 は無関係。",
    )
    quick = {"iterations": 40, "side": 60}
    turns = (
        Turn(
            Text("Filters of 3×3: is a match easier?", "3×3 のフィルターなら、もっと似るでしょうか。"),
            {"model": "deep"},
        ),
        Turn(
            Text("Without training: what is chance?", "学習前に近いと、偶然どれだけ似るでしょうか。"), {"iterations": 1}
        ),
    )

    iterations: int = knob(1000, "updates before the look inside", "観察の前に学習する更新回数", low=1, high=10**6)
    filters: tuple[str, ...] = knob(tuple(SMALL), "filters made by hand", "手作りのフィルター", choices=tuple(SMALL))
    file: str = knob(
        "china.jpg", "china.jpg, flower.jpg, or a picture of yours", "china.jpg、flower.jpg、または自分の画像ファイル"
    )
    side: int = knob(213, "pixels of its longer side at most", "長辺の画素数の上限", low=8, high=2000)

    def measure(self, lab: Lab) -> Arrays:
        """The cosines of all pairs, before and after training; what the filters make of three pictures."""
        data = self.pictures(lab)
        photo = grey(self.file, self.side)
        before = convolution(self.untrained(lab, data), 1).weight.data.copy()
        lab.plan(self.iterations)
        model, found = self.trained(lab, data)
        after = convolution(model, 1).weight.data
        made = np.array([classic(name, after.shape[2]) for name in self.filters])
        weights = made[:, None].astype(np.float32)
        ramp = np.tile(np.arange(16.0), (16, 1))
        return {
            **found,
            "learned": after.mean(axis=1),
            "made": made,
            "cosines": _cosines(after.mean(axis=1), made),
            "by_chance": _cosines(before.mean(axis=1), made),
            "photo": photo,
            "maps": filtered(photo, weights),
            "flat": np.abs(filtered(np.ones((16, 16)), weights)).max(axis=(1, 2)),
            "ramp": filtered(ramp, weights).mean(axis=(1, 2)),
            "ramp_varies": np.ptp(filtered(ramp, weights), axis=(1, 2)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The classic filters at work, their nearest learned ones, and all cosines."""
        learned = [str(i) for i in range(1, min(SHOWN, len(found["learned"])) + 1)]
        return [
            self._at_work(found, t),
            self._nearest(found, t),
            heat_map(
                t("How alike each pair is", "すべての組の類似度"),
                found["cosines"][:SHOWN].T,
                [label(name, t) for name in self.filters],
                learned,
                Axis(t("cosine", "コサイン類似度"), low=-1, high=1),
                row_name=t("made by hand", "手作り"),
                column_name=t("learned filter", "学習したフィルター"),
                diverging=True,
                lang=t.lang,
                wide=True,
            ),
        ]

    def _at_work(self, found: Found, t: Tongue) -> Figure:
        original = t("in shades of grey", "グレースケールの写真")
        tiles = [Tile([Picture(found["photo"], original, smooth=True, wide=True)], original)]
        for name, weights, seen in zip(self.filters, found["made"], found["maps"], strict=True):
            said = label(name, t)
            shown = positive(seen) if name == "gauss" else signed(seen)
            tiles.append(Tile([Picture(signed(weights), said), Picture(shown, said, smooth=True, wide=True)], said))
        return gallery(
            t("What filters made by hand see", "手作りのフィルターが見るもの"),
            tiles,
            lang=t.lang,
            note=credit(self.file, t),
        )

    def _nearest(self, found: Found, t: Tongue) -> Figure:
        tiles, by_hand = [], t("made by hand", "手作り")
        for k, name in enumerate(self.filters):
            best = int(np.abs(found["cosines"][:, k]).argmax())
            said = t("learned filter {i}", "学習したフィルター {i}", i=best + 1)
            pictures = [
                Picture(signed(found["made"][k]), label(name, t), by_hand),
                Picture(signed(found["learned"][best]), said, said),
            ]
            cosine = f"{found['cosines'][best, k]:+.2f}".replace("-", "−")
            tiles.append(Tile(pictures, label(name, t), t("cosine {c}", "コサイン類似度 {c}", c=cosine)))
        title = t("The nearest learned filters", "最も近い学習したフィルター")
        return gallery(title, tiles, lang=t.lang, large=True)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many match an edge, how many would by chance, and the best pair."""
        edges = self._edges(found, "cosines")
        best = np.unravel_index(np.abs(found["cosines"]).argmax(), found["cosines"].shape)
        return [
            t(
                "Of {n} learned filters {m} match an oriented edge with |cos| above {c} (mean over the seeds); of the "
                "same filters before training {b}.",
                "{n} 個の学習したフィルターのうち、いずれかの向きのエッジに |cos| > {c} で似ているのは {m} 個"
                "（乱数の種の平均）、学習前の同じフィルターでは {b} 個です。",
                n=len(found["learned"]),
                c=CLEAR,
                m=significant(float(edges.mean()), 3),
                b=significant(float(self._edges(found, "by_chance").mean()), 3),
            ),
            t(
                "The best pair are learned filter {i} and {name}, with a cosine of {cos}.",
                "最もよく似ているのは学習したフィルター {i} と{name}で、コサイン類似度は {cos} です。",
                i=int(best[0]) + 1,
                name=label(self.filters[int(best[1])], t),
                cos=significant(float(found["cosines"][best]), 2),
            ),
        ]

    def _edges(self, found: Found, name: str) -> Array:
        """How many filters match an edge clearly, one number a seed."""
        among = [k for k, kind in enumerate(self.filters) if kind in EDGES]
        strongest = np.abs(found.all(name)[:, :, among]).max(axis=2, initial=0.0)
        return np.asarray(np.count_nonzero(strongest > CLEAR, axis=1))

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Several learned filters are edges; the classic ones do what they are made for."""
        edges, chance = self._edges(found, "cosines"), self._edges(found, "by_chance")
        flat = np.where([name == "gauss" for name in self.filters], 0.0, found["flat"])
        slopes = [k for k, name in enumerate(self.filters) if name == "sobel-x"]
        size = t("largest |cos|", "|cos| の最大値")
        checks = [
            at_least(
                t("learned filters that match an oriented edge", "エッジと一致する学習したフィルターの数"),
                edges,
                3,
                "M",
            ),
            holds(t("more than before training", "学習前より多い"), edges > chance, "M"),
            at_most(size, np.abs(found.all("cosines")).max(), 1 + 1e-6, "A", law=True),
            near(
                t("answer of edge and Laplace filters to a flat picture", "一様な画像へのエッジ・ラプラシアンの応答"),
                flat.max(),
                0,
                1e-5,
                "A",
                law=True,
            ),
        ]
        answer = t("answer of Sobel x to a slope of 1", "傾き 1 の画像へのソーベル x の応答")
        checks += [near(answer, found["ramp"][k] + found["ramp_varies"][k], 1, 1e-4, "A", law=True) for k in slopes]
        return checks


def _cosines(filters: Array, made: Array) -> Array:
    """cos of every pair. Shapes: (F, P, Q) and (M, P, Q) → (F, M)."""
    a, b = (w.reshape(len(w), -1).astype(np.float64) for w in (filters, made))
    lengths = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)
    return np.asarray(a @ b.T / np.maximum(lengths, 1e-12))
