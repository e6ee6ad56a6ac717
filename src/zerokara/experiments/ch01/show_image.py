"""`show-image`: what a picture is to a program."""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.photographs import credit, photograph
from zerokara.experiments.tongue import Tongue
from zerokara.report import (
    Axis,
    Grid,
    Picture,
    Table,
    Text,
    Tile,
    bar_chart,
    gallery,
    grids,
    significant,
    whole,
)

PLANES = {"red": Text("red", "赤"), "green": Text("green", "緑"), "blue": Text("blue", "青")}
SHOWN = 320
"""A picture is shown in the report with at most so many pixels a side."""


@dataclass(frozen=True)
class ShowImage(Experiment):
    """A photograph, read as an array (H, W, 3) of whole numbers from 0 to 255: how much red, green and blue."""

    name = "show-image"
    chapter = 1
    source = "Ch1 §1.6 img_show"
    title = Text("A picture is an array", "画像は配列である")
    question = Text("What is a picture to a program?", "プログラムにとって画像とは何か？")
    formula = (r"\text{image}_{h,w} = (r,\ g,\ b), \qquad r, g, b \in \{0, 1, \dots, 255\}",)
    symbols = Text(
        "h counts the rows from the top, w the columns from the left.", "h は上から数えた行、w は左から数えた列。"
    )
    turns = (
        Turn(
            Text("A flower: which plane is brightest now?", "花の写真では、どの色の面がいちばん明るいでしょうか。"),
            {"file": "flower.jpg"},
        ),
        Turn(Text("The same window in blue.", "同じ窓を青の面で見てみましょう。"), {"plane": "blue"}),
    )

    file: str = knob(
        "china.jpg", "china.jpg, flower.jpg, or a picture of yours", "china.jpg、flower.jpg、または自分の画像ファイル"
    )
    plane: str = knob("red", "the plane shown as numbers", "数値で表示する色の面", choices=tuple(PLANES))
    top: int = knob(200, "first row of the window shown as numbers", "数値で表示する窓の最初の行", low=0, high=100_000)
    left: int = knob(300, "first column of that window", "その窓の最初の列", low=0, high=100_000)
    window: int = knob(8, "rows and columns of that window", "その窓の行数と列数", low=1, high=16)

    def measure(self, lab: Lab) -> Arrays:
        """The array, its planes, and the picture put together from them again."""
        image = photograph(self.file)
        H, W = image.shape[:2]
        if self.top + self.window > H or self.left + self.window > W:
            raise ValueError(
                f"a window of {self.window} pixels at row {self.top}, column {self.left} does not lie in a picture of "
                f"{H} rows and {W} columns"
            )
        planes = [np.where(np.arange(3) == k, image, 0).astype(np.uint8) for k in range(3)]
        again = planes[0] + planes[1] + planes[2]
        part = image[self.top : self.top + self.window, self.left : self.left + self.window]
        few = max(1, -(-max(H, W) // SHOWN))
        return {
            "shape": np.array(image.shape),
            "dtype": np.array(str(image.dtype)),
            "smallest": image.min(axis=(0, 1)),
            "largest": image.max(axis=(0, 1)),
            "mean": image.mean(axis=(0, 1)),
            "wrong": np.array(np.count_nonzero(again != image)),
            "window": part,
            "every": np.array(few),
            "shown": image[::few, ::few],
            "bytes": np.array(image.nbytes),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The picture and its planes, their brightness, a window as numbers, and the facts."""
        shown, means = found["shown"], [float(v) for v in found["mean"]]
        names = [t.of(name) for name in PLANES.values()]
        k, every = list(PLANES).index(self.plane), int(found["every"])
        tiles = [
            Tile([Picture(shown, t("the whole picture", "画像全体"), smooth=True, wide=True)], t("picture", "画像"))
        ]
        for i, name in enumerate(names):
            only = np.where(np.arange(3) == i, shown, 0).astype(np.uint8)
            tiles.append(
                Tile(
                    [Picture(only, name, smooth=True, wide=True)],
                    t("plane {i}: {name}", "面 {i}：{name}", i=i, name=name),
                )
            )
        thinned = (
            t(" Shown is every pixel number {n}.", "表示は {n} 画素ごとに間引いています。", n=every)
            if every > 1
            else ""
        )
        facts = [
            [t.word("shape"), _shape(found)],
            ["dtype", found.text("dtype")],
            [t("bytes", "バイト数"), whole(int(found["bytes"]))],
            *(
                [t("{name}: smallest, largest, mean", "{name}：最小、最大、平均", name=n), self._range(found, i)]
                for i, n in enumerate(names)
            ),
        ]
        return [
            gallery(
                t("The picture and its three planes", "画像と 3 つの色の面"),
                tiles,
                lang=t.lang,
                words=t("A photograph, and its red, green and blue part.", "写真と、その赤・緑・青の成分。"),
                note=credit(self.file, t) + thinned,
                large=True,
            ),
            grids(
                t("A window of the {p} plane, in numbers", "{p}の面の一部を数値で見る", p=names[k]),
                [Grid(found["window"][:, :, k], self._index(k))],
                lang=t.lang,
                wide=False,
            ),
            bar_chart(
                t("How bright each plane is", "それぞれの面の明るさ"),
                names,
                {t("mean", "平均"): means},
                Axis(t("mean brightness", "明るさの平均"), "0–255", low=0, high=255),
                category=t("plane", "色の面"),
                lang=t.lang,
            ),
            Table([t("fact", "項目"), t.word("value")], facts),
        ]

    def _index(self, plane: int) -> str:
        rows, columns = (f"{first}:{first + self.window}" for first in (self.top, self.left))
        return f"image[{rows}, {columns}, {plane}]"

    def _range(self, found: Found, i: int) -> str:
        return f"{found['smallest'][i]}, {found['largest'][i]}, {significant(float(found['mean'][i]))}"

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What the picture is made of."""
        H, W, C = found["shape"].tolist()
        names, mean = [t.of(name) for name in PLANES.values()], found["mean"]
        return [
            t(
                "To a program the picture is {H} rows of {W} pixels with {C} numbers each: {n} whole numbers between "
                "{low} and {high}, one byte each.",
                "プログラムにとって画像は {H} 行 × {W} 列の画素で、画素 1 つにつき数が {C} つあります。"
                "全部で {n} 個の整数（{low} 〜 {high}、1 つ 1 バイト）です。",
                H=H,
                W=W,
                C=C,
                n=whole(H * W * C),
                low=int(found["smallest"].min()),
                high=int(found["largest"].max()),
            ),
            t(
                "The {most} plane is the brightest ({a} on average), the {least} plane the darkest ({b}).",
                "平均がいちばん明るいのは{most}の面（{a}）、いちばん暗いのは{least}の面（{b}）です。",
                most=names[int(mean.argmax())],
                least=names[int(mean.argmin())],
                a=significant(float(mean.max()), 3),
                b=significant(float(mean.min()), 3),
            ),
            t(
                "The three planes added up differ from the picture in {n} numbers.",
                "3 つの面を足し合わせたものは、元の画像と {n} 個の数で異なります。",
                n=int(found["wrong"]),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """(H, W, 3), and the planes are the whole picture."""
        H, W, C = found["shape"].tolist()
        return [
            holds(t("the shape is (427, 640, 3)", "形状は (427, 640, 3)"), (H, W, C) == (427, 640, 3), "M"),
            near(t("length of the last axis: the colours", "最後の軸の長さ（色の数）"), C, 3, evidence="A", law=True),
            near(
                t("numbers in which the sum of the planes differs from the picture", "面の和と画像が異なる数の個数"),
                found["wrong"],
                0,
                evidence="A",
                law=True,
            ),
            near(
                t("bytes per number", "数 1 つあたりのバイト数"),
                int(found["bytes"]) / (H * W * C),
                1,
                evidence="A",
                law=True,
            ),
        ]


def _shape(found: Found) -> str:
    return "(" + ", ".join(map(str, found["shape"].tolist())) + ")"
