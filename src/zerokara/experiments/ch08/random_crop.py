"""`random-crop`: how a crop is taken."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.transforms import Crop, HorizontalFlip
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch07.pictures import small_photograph
from zerokara.experiments.checks import Check, at_least, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.photographs import credit
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cells, Code, Picture, Text, Tile, chart, gallery, percent

CODE = """top = rng.integers(0, H - h + 1)
left = rng.integers(0, W - w + 1)
crop = image[top:top + h, left:left + w, :]"""

SHOWN = 4
"""So many crops are shown."""


@dataclass(frozen=True)
class RandomCrop(Experiment):
    """A rectangle at a random place is cut out of a photograph; and the library's own transforms are looked at."""

    name = "random-crop"
    chapter = 8
    source = "DR 6-4-3-4; Ch8 §8.1.2"
    title = Text("A random crop", "ランダムな切り抜き")
    question = Text("How is a crop taken?", "切り抜き（crop）はどのように行うか？")
    formula = (
        r"\text{top} \in \{0, \dots, H - h\}, \quad \text{left} \in \{0, \dots, W - w\}",
        r"\text{crop}_{i,j,c} = \text{image}_{\text{top}+i,\ \text{left}+j,\ c}",
    )
    symbols = Text("H×W is the picture, h×w the crop; c is the colour.", "H×W は元の画像、h×w は切り抜き、c は色。")
    random = True
    quick = {"draws": 200, "longest": 160, "height": 40, "width": 40}
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("A smaller crop.", "切り抜きを小さくします。"), {"height": 60, "width": 60}),
        Turn(Text("Another photograph.", "別の写真で試します。"), {"file": "flower.jpg"}),
    )

    height: int = knob(120, "h: rows of the crop", "h：切り抜きの行数", low=1, high=1000)
    width: int = knob(160, "w: columns of the crop", "w：切り抜きの列数", low=1, high=1000)
    file: str = knob(
        "china.jpg", "china.jpg, flower.jpg, or a picture of yours", "china.jpg、flower.jpg、または自分の画像ファイル"
    )
    longest: int = knob(
        320, "the picture has at most so many pixels a side", "画像の一辺の最大画素数", low=8, high=1000
    )
    draws: int = knob(2000, "crops that are drawn", "切り抜く回数", low=10, high=100_000)

    def measure(self, lab: Lab) -> Arrays:
        """The crops and their places; every pixel of one compared; flips; the transforms for batches."""
        image = small_photograph(self.file, self.longest)
        H, W = image.shape[:2]
        if self.height > H or self.width > W:
            raise ValueError(f"a crop of {self.height}×{self.width} does not fit into a picture of {H}×{W}")
        rng = lab.rng("places")
        tops = rng.integers(0, H - self.height + 1, self.draws)
        lefts = rng.integers(0, W - self.width + 1, self.draws)
        places = list(zip(tops[:SHOWN].tolist(), lefts[:SHOWN].tolist(), strict=True))
        crops = [_crop(image, top, left, self.height, self.width) for top, left in places]
        wrong = sum(
            not np.array_equal(crops[0][i, j], image[places[0][0] + i, places[0][1] + j])
            for i, j in np.ndindex(self.height, self.width)
        )
        batch = np.moveaxis(image, 2, 0)[None].astype(np.float32) / 255
        flip = HorizontalFlip(1.0)
        return {
            "image": image,
            "places": np.array(places),
            "crops": np.array(crops),
            "wrong": np.array(wrong),
            "covered": self._covered(image.shape[:2], tops, lefts),
            "flipped": image[:, ::-1],
            "flip.once": np.array(np.array_equal(flip(batch, rng), batch[..., ::-1])),
            "flip.twice": np.array(np.abs(flip(flip(batch, rng), rng) - batch).max()),
            "padded.shape": np.array(Crop(4)(batch, rng).shape),
            "padded.same": np.array(np.array_equal(Crop(0)(batch, rng), batch)),
        }

    def _covered(self, shape: tuple[int, ...], tops: Array, lefts: Array) -> Array:
        """The share of the crops that each pixel is in, by counting corners and adding up (rows, then columns)."""
        marks = np.zeros((shape[0] + 1, shape[1] + 1))
        for dy, dx, sign in ((0, 0, 1), (self.height, 0, -1), (0, self.width, -1), (self.height, self.width, 1)):
            np.add.at(marks, (tops + dy, lefts + dx), sign)
        share: Array = marks.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] / self.draws
        return share

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The rectangle, some crops, the flip, and how often each pixel is in a crop."""
        image = found["image"]
        tiles = [
            Tile(
                [
                    Picture(
                        self._framed(image, *place),
                        t("a rectangle in the photograph", "写真の中の長方形"),
                        smooth=True,
                        wide=True,
                    )
                ],
                self._slice(*place),
            )
            for place in found["places"].tolist()
        ]
        crop = Picture(found["crops"][0], t("the first crop", "最初の切り抜き"), smooth=True, wide=True)
        flipped = Picture(found["flipped"], t("the photograph, mirrored", "左右反転した写真"), smooth=True, wide=True)
        tiles.append(Tile([crop], t("the first crop", "最初の切り抜き"), str(found["crops"].shape[1:])))
        tiles.append(Tile([flipped], "image[:, ::-1, :]", t("flipped", "左右反転")))
        every = max(1, -(-max(image.shape[:2]) // 64))
        share = found["covered"][::every, ::every]
        rows, columns = (np.arange(n) * every for n in share.shape)
        return [
            gallery(
                t("Crops and a flip", "切り抜きと反転"),
                tiles,
                lang=t.lang,
                large=True,
                words=t("Rectangles in a photograph, and what is cut out.", "写真の中の長方形と、切り抜いた結果。"),
                note=credit(self.file, t),
            ),
            Code(CODE),
            chart(
                t("How often a pixel is in the crop", "各画素が切り抜きに入る割合"),
                [Cells(t.word("share"), columns, rows, share[::-1])],
                Axis(t("column", "列"), t("pixels", "画素")),
                Axis(t("row, from below", "行（下から）"), t("pixels", "画素")),
                lang=t.lang,
                equal=True,
                note=t("Dark: nearly always; light: seldom.", "濃い：ほとんど毎回入る。薄い：めったに入らない。"),
            ),
        ]

    def _slice(self, top: int, left: int) -> str:
        return f"image[{top}:{top + self.height}, {left}:{left + self.width}, :]"

    def _framed(self, image: Array, top: int, left: int) -> Array:
        """The picture, darker outside of the crop."""
        framed = image // 3
        framed[top : top + self.height, left : left + self.width] = _crop(image, top, left, self.height, self.width)
        return framed

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many crops there could be; what middle and corner get; the flip."""
        H, W = found["image"].shape[:2]
        share = found["covered"]
        return [
            t(
                "A crop of {h}×{w} has {n} places in {H}×{W} pixels, so one photograph gives {n} training pictures.",
                "{H}×{W} 画素の中に {h}×{w} の切り抜きは {n} 通りあり、1 枚の写真から {n} 枚の訓練画像が作れます。",
                h=self.height, w=self.width, n=f"{(H - self.height + 1) * (W - self.width + 1):,}", H=H, W=W,
            ),
            t(
                "The pixel in the middle is in {a} of {n} crops, the one at the upper left corner in {b}.",
                "中央の画素は {n} 回のうち {a} の切り抜きに入り、左上の隅の画素は {b} です。",
                a=percent(float(share[H // 2, W // 2])), n=self.draws, b=percent(float(share[0, 0])),
            ),
            t(
                "Flipping twice gives the photograph back, number by number.",
                "2 回反転すると、どの画素も元の写真に戻ります。",
            )
            if found["flip.twice"] == 0
            else t("Flipping twice does not give the photograph back.", "2 回反転しても、元の写真に戻りません。"),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Shape and content of a crop; the flip; the transforms keep the shape."""
        H, W = found["image"].shape[:2]
        i, j = min(H // 2, self.height - 1), min(W // 2, self.width - 1)
        middle = float(found["covered"][H // 2, W // 2])
        return [
            holds(
                t("the crop has shape (h, w, 3)", "切り抜きの形状は (h, w, 3)"),
                found["crops"].shape[1:] == (self.height, self.width, 3),
                "S",
                law=True,
            ),
            near(
                t(
                    "pixels of the crop that are not image[top + i, left + j]",
                    "image[top + i, left + j] と異なる画素の数",
                ),
                found["wrong"],
                0,
                evidence="S",
                law=True,
            ),
            holds(t("a flip is image[:, ::-1]", "反転は image[:, ::-1]"), found["flip.once"], "S", law=True),
            at_most(t("flip twice − the photograph", "2 回反転 − 元の写真"), found["flip.twice"], 0, "S", law=True),
            holds(
                t(
                    "Crop of a batch keeps its shape, and without padding everything",
                    "Crop はバッチの形状を保ち、パディング 0 なら何も変えない",
                ),
                found["padded.shape"].tolist() == [1, 3, H, W] and found["padded.same"],
                "A",
                law=True,
            ),
            at_least(
                t(
                    "share of the crops with the middle pixel − with the corner",
                    "中央の画素が入る割合 − 隅の画素が入る割合",
                ),
                middle - float(found["covered"][0, 0]),
                0.5 if (i, j) else 0.0,
                "A",
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-4-3-4."""
        return [
            Question(
                t(
                    "Which slice is a random crop of an (H, W, C) image?",
                    "(H, W, C) の画像のランダムな切り抜きは、どのスライスでしょうか？",
                ),
                t(
                    "`image[top:bottom, left:right, :]`: rows, columns, all colours. Here it has shape {shape}; "
                    "{n} pixels differ from the photograph at that place.",
                    "`image[top:bottom, left:right, :]`（行、列、すべての色）です。"
                    "ここでの形状は {shape} で、写真の同じ場所と異なる画素は {n} 個です。",
                    shape=str(found["crops"].shape[1:]),
                    n=int(found["wrong"]),
                ),
            )
        ]


def _crop(image: Array, top: int, left: int, height: int, width: int) -> Array:
    bottom, right = top + height, left + width
    return image[top:bottom, left:right, :]
