"""`apply-filter`: learned filters on a photograph."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch07.by_hand import windows
from zerokara.experiments.ch07.classic_filters import classic, filtered, grey
from zerokara.experiments.ch07.mosaics import signed
from zerokara.experiments.ch07.trained import OnTrained, convolution
from zerokara.experiments.checks import Check, at_least, at_most
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.photographs import credit
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Figure, Picture, Points, Text, Tile, chart, gallery, significant

STRONG = 0.5
DIRECTIONS = {"vertical": "sobel-x", "horizontal": "sobel-y"}
"""Brightness changes along x at a vertical edge, along y at a horizontal one."""


@dataclass(frozen=True)
class ApplyFilter(OnTrained):
    """The first filters of a trained network, without bias, slide over a grey photograph."""

    name = "apply-filter"
    source = "Ch7 §7.6.1 apply_filter"
    title = Text("Learned filters on a photograph", "学習したフィルターを写真にかける")
    question = Text("What does each filter see?", "それぞれのフィルターは何に反応するのか？")
    formula = (r"y_{f,h,w} = \sum_{p,q} x_{h+p,\,w+q}\; w_{f,p,q}",)
    symbols = Text(
        "x is the grey photograph, w the weights of filter f; there is no bias.",
        "x はグレースケールの写真、w はフィルター f の重み。バイアスはなし。",
    )
    quick = {"iterations": 40, "side": 60}
    turns = (
        Turn(
            Text("Another photograph, the same filters.", "同じフィルターを別の写真にかけます。"),
            {"file": "flower.jpg"},
        ),
        Turn(
            Text("What do hardly trained filters see?", "ほとんど学習していないフィルターは何に反応するでしょうか。"),
            {"iterations": 1},
        ),
    )

    iterations: int = knob(1000, "updates before the look inside", "観察の前に学習する更新回数", low=1, high=10**6)
    file: str = knob(
        "china.jpg", "china.jpg, flower.jpg, or a picture of yours", "china.jpg、flower.jpg、または自分の画像ファイル"
    )
    side: int = knob(213, "pixels of its longer side at most", "長辺の画素数の上限", low=8, high=2000)
    filters: int = knob(16, "filters shown, the first ones", "使うフィルターの数（先頭から）", low=1, high=100)

    def measure(self, lab: Lab) -> Arrays:
        """The maps, and how each of them correlates with the slopes of the photograph."""
        data = self.pictures(lab)
        photo = grey(self.file, self.side)
        lab.plan(self.iterations)
        model, found = self.trained(lab, data)
        weights = convolution(model, 1).weight.data[: self.filters]
        maps = filtered(photo, weights)
        size = weights.shape[2]
        for direction, name in DIRECTIONS.items():
            slope = filtered(photo, _centred(classic(name, 3), size)[None, None])[0]
            found[direction] = np.array([np.corrcoef(m.ravel(), slope.ravel())[0, 1] for m in maps])
        seen = windows(np.broadcast_to(photo, (1, weights.shape[1], *photo.shape)), weights.shape[2:], (1, 1))
        hand = np.einsum("chwpq,fcpq->fhw", seen[0], weights, optimize=True)
        return {
            **found,
            "photo": photo,
            "weights": weights,
            "maps": maps,
            "by_hand": np.array(np.abs(maps - hand).max() / max(1e-12, np.abs(hand).max())),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The photograph, every filter beside its map, and what the maps correlate with."""
        photo = t("the photograph, grey", "グレースケールの写真")
        return [
            gallery(
                t("The photograph", "写真"),
                [Tile([Picture(found["photo"], photo, smooth=True, wide=True)], photo)],
                lang=t.lang,
                note=credit(self.file, t),
                large=True,
            ),
            self._maps(found, t),
            self._reactions(found, t),
        ]

    def _maps(self, found: Found, t: Tongue) -> Figure:
        tiles = []
        for i, (weights, seen) in enumerate(zip(found["weights"], found["maps"], strict=True), 1):
            name = t("filter {i}", "フィルター {i}", i=i)
            own = Picture(signed(weights.mean(axis=0)), name)
            seen_name = t("map of filter {i}", "フィルター {i} の特徴マップ", i=i)
            v, h = (_short(found[direction][i - 1]) for direction in DIRECTIONS)
            said = t("vertical {v}, horizontal {h}", "縦 {v}、横 {h}", v=v, h=h)
            tiles.append(Tile([own, Picture(signed(seen), seen_name, smooth=True, wide=True)], name, said))
        note = t(
            "Grey is 0, white positive, black negative; every filter and map has its own scale. The numbers are the "
            "correlations with the slope of the photograph along x (vertical edges) and along y (horizontal edges).",
            "灰色は 0、白は正、黒は負。濃淡はフィルターと特徴マップごとに調整しています。"
            "数字は写真の x 方向の傾き（縦のエッジ）、y 方向の傾き（横のエッジ）との相関係数です。",
        )
        return gallery(t("Filters and their maps", "フィルターと特徴マップ"), tiles, lang=t.lang, note=note)

    def _reactions(self, found: Found, t: Tongue) -> Figure:
        names = [str(i) for i in range(1, len(found["maps"]) + 1)]
        x, y = np.abs(found["vertical"]), np.abs(found["horizontal"])
        return chart(
            t("What the maps react to", "特徴マップは何に反応するか"),
            [Points(t.word("filter"), x, y, names)],
            Axis(t("|correlation| with vertical edges", "縦のエッジとの相関係数の絶対値"), low=0, high=1),
            Axis(t("|correlation| with horizontal edges", "横のエッジとの相関係数の絶対値"), low=0, high=1),
            lang=t.lang,
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many filters react to either kind of edge, and which most."""
        vertical, horizontal = np.abs(found["vertical"]), np.abs(found["horizontal"])
        neither = int(np.count_nonzero(np.maximum(vertical, horizontal) <= STRONG))
        return [
            t(
                "Of {n} filters, {v} react to vertical edges and {h} to horizontal ones (|correlation| above {s}); {o} "
                "to neither.",
                "{n} 個のフィルターのうち、縦のエッジに反応するのは {v} 個、横のエッジに反応するのは {h} 個です"
                "（相関係数の絶対値が {s} を超えるもの）。どちらでもないものは {o} 個です。",
                n=len(vertical),
                v=int(np.count_nonzero(vertical > STRONG)),
                h=int(np.count_nonzero(horizontal > STRONG)),
                s=STRONG,
                o=neither,
            ),
            t(
                "Filter {a} sees vertical edges best ({x}), filter {b} horizontal ones ({y}).",
                "縦のエッジに最もよく反応するのはフィルター {a}（{x}）、横のエッジにはフィルター {b}（{y}）です。",
                a=int(vertical.argmax()) + 1,
                x=significant(float(vertical.max()), 2),
                b=int(horizontal.argmax()) + 1,
                y=significant(float(horizontal.max()), 2),
            ),
            t(
                "The filters have only ever seen the pictures of {data}, not photographs; edges are edges.",
                "フィルターが学習したのは {data} だけで、写真ではありません。それでもエッジには反応します。",
                data=self.data,
            )
            if max(vertical.max(), horizontal.max()) > STRONG
            else t("None of the filters reacts clearly to edges.", "エッジにはっきり反応するフィルターはありません。"),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Both kinds of edges have a filter; the maps are those of the formula."""
        strongest = t("strongest |correlation| of a map with {kind} edges", "{kind}のエッジとの相関係数の絶対値の最大")
        formula = t("maps against the formula, relative difference", "特徴マップと数式による値との相対的な差")
        return [
            at_least(strongest.format(kind=t("vertical", "縦")), np.abs(found["vertical"]).max(), STRONG, "M"),
            at_least(strongest.format(kind=t("horizontal", "横")), np.abs(found["horizontal"]).max(), STRONG, "M"),
            at_most(formula, found["by_hand"], 1e-4, "A", law=True),
        ]


def _centred(small: Array, size: int) -> Array:
    """A filter in the middle of zeros, so that its map has the places of a larger one; a larger filter as it is."""
    room = max(0, size - len(small))
    return np.pad(small, (room // 2, room - room // 2))


def _short(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
