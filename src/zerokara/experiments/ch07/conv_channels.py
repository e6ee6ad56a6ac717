"""`conv-channels`: what a channel is after the first layer."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch07.pictures import small_photograph, tile
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.photographs import credit
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.models import DeepConvNet, summarize
from zerokara.nn import Conv2d
from zerokara.report import Grid, Picture, Table, Text, Tile, gallery, grids, significant

PLANES = (Text("red", "赤"), Text("green", "緑"), Text("blue", "青"))


@dataclass(frozen=True)
class ConvChannels(Experiment):
    """A filter has one slice for every channel of its input; what the slices give is added up to one map.

    The filters are random, with mean 0, so that they answer to edges.
    """

    name = "conv-channels"
    chapter = 7
    source = "Ch7 §7.2.5–6; N7 7.2.6; RYO (チャンネル); DR 6-5-4"
    title = Text("Channels", "チャンネル")
    question = Text("What is a channel after the first layer?", "最初の層を通ったあとの「チャンネル」とは何か？")
    formula = (r"y_{f,i,j} = \sum_{c} \left( \sum_{p,q} x_{c,\ i+p,\ j+q}\; w_{f,c,p,q} \right)",)
    symbols = Text(
        "c counts the channels of the input, f the filters; the bracket is what one slice gives.",
        "c は入力のチャンネル、f はフィルターの番号。括弧の中は 1 枚分の結果。",
    )
    random = True
    quick = {"longest": 60}
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text("Eight filters give eight channels.", "フィルターを 8 個にすると、8 チャンネルになります。"),
            {"filters": 8},
        ),
        Turn(Text("Another photograph.", "別の写真で試します。"), {"file": "flower.jpg"}),
    )

    filters: int = knob(4, "F: filters of the first layer", "F：1 層目のフィルター数", low=1, high=16)
    filter_size: int = knob(3, "k: rows and columns of a filter", "k：フィルターの行数・列数", low=1, high=7)
    next_filters: int = knob(6, "filters of a second layer", "2 層目のフィルター数", low=1, high=16)
    file: str = knob(
        "china.jpg", "china.jpg, flower.jpg, or a picture of yours", "china.jpg、flower.jpg、または自分の画像ファイル"
    )
    longest: int = knob(
        160, "the picture has at most so many pixels a side", "画像の一辺の最大画素数", low=16, high=400
    )

    def measure(self, lab: Lab) -> Arrays:
        """Every slice alone on its channel, and the layer as a whole; then a second layer."""
        photo = small_photograph(self.file, self.longest)
        if min(photo.shape[:2]) < 2 * self.filter_size:
            raise ValueError(f"filters of {self.filter_size} are too large for a picture of shape {photo.shape}")
        x = np.moveaxis(photo, 2, 0)[None] / 255
        w = _filters(lab.rng("filters"), self.filters, x.shape[1], self.filter_size)
        slices = [
            [_conv(x[:, c : c + 1], w[f : f + 1, c : c + 1])[0, 0] for c in range(3)] for f in range(self.filters)
        ]
        maps = _conv(x, w)
        w2 = _filters(lab.rng("filters", 2), self.next_filters, self.filters, self.filter_size)
        rows = [row for row in summarize(DeepConvNet(), (1, 28, 28)) if row.kind == "Conv2d"]
        k = self.filter_size
        place = photo.shape[0] // 2, photo.shape[1] // 2
        return {
            "photo": photo,
            "weights": w,
            "slices": np.array(slices),
            "maps": maps[0],
            "second": np.array(_conv(np.maximum(maps, 0), w2).shape[1:]),
            "second_weights": np.array(w2.shape),
            "place": np.array(place),
            "window": x[0, :, place[0] : place[0] + k, place[1] : place[1] + k],
            "deep": np.array([row.output_shape[0] for row in rows]),
            "deep_filters": np.array([len(layer.weight) for layer in _convolutions(DeepConvNet())]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The slices and their sum, in pictures and in the numbers of one window; the maps; a chain of layers."""
        names = [t.of(name) for name in PLANES]
        slices, maps, photo = found["slices"][0], found["maps"], found["photo"]
        span = float(slices.min()), float(slices.max())
        ends = float(maps.min()), float(maps.max())
        tiles = [Tile([Picture(photo, t("the photograph", "写真"), smooth=True, wide=True)], t("picture", "画像"))]
        tiles += [
            tile(slices[c], t("{name}: slice {c}", "{name}：スライス {c}", name=names[c], c=c), span=span, wide=True)
            for c in range(3)
        ]
        tiles.append(tile(maps[0], t("their sum: map 0", "その和：マップ 0"), span=ends, wide=True))
        return [
            gallery(
                t(
                    "One filter: a slice for every channel, added up",
                    "1 つのフィルター：チャンネルごとの結果を足し合わせる",
                ),
                tiles,
                lang=t.lang,
                large=True,
                words=t("What each slice gives, and their sum.", "各スライスの結果とその和。"),
                note=credit(self.file, t),
            ),
            self._numbers(found, names, t),
            gallery(
                t("{F} filters give {F} maps", "フィルター {F} 個でマップ {F} 枚", F=len(maps)),
                [tile(one, t("map {f}", "マップ {f}", f=f), span=ends, wide=True) for f, one in enumerate(maps)],
                lang=t.lang,
                large=True,
                words=t("One map for every filter.", "フィルターごとに 1 枚のマップ。"),
                note=t(
                    "Dark is negative, light positive; one scale for all.", "暗いほど負、明るいほど正。尺度は共通。"
                ),
            ),
            self._chain(found, t),
        ]

    def _numbers(self, found: Found, names: list[str], t: Tongue) -> Piece:
        window, w = found["window"], found["weights"][0]
        i, j = found["place"]
        rows: list[list[Grid | str]] = [
            [
                Grid(window[c], names[c]),
                "·",
                Grid(w[c], t("slice {c}", "スライス {c}", c=c)),
                "→",
                Grid([[float(found["slices"][0, c, i, j])]], t("sum of products", "積の和")),
            ]
            for c in range(3)
        ]
        total = Grid([[float(found["maps"][0, i, j])]], t("all three added up", "3 つの和"), [[True]])
        return grids(
            t("The window at ({i}, {j}), in numbers", "位置 ({i}, {j}) の窓を数値で", i=int(i), j=int(j)),
            [*rows, ["Σ", total]],
            lang=t.lang,
        )

    def _chain(self, found: Found, t: Tongue) -> Table:
        heads = [
            t.word("layer"),
            t("filters (F, C, k, k)", "フィルター (F, C, k, k)"),
            t("channels of the output", "出力のチャンネル数"),
        ]
        first, second = found["weights"].shape, tuple(found["second_weights"].tolist())
        return Table(
            heads,
            [
                [t("first", "1 層目"), str(first), len(found["maps"])],
                [t("second", "2 層目"), str(second), int(found["second"][0])],
            ],
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What is summed, and what is counted."""
        i, j = found["place"]
        parts = [float(v) for v in found["slices"][0, :, i, j]]
        deep = ", ".join(map(str, found["deep"].tolist()))
        return [
            t(
                "At the window in the figure the slices give {a}, {b} and {c}; the map has their sum, {d}.",
                "図の窓では、各スライスの結果は {a}、{b}、{c} で、マップの値はその和 {d} です。",
                a=significant(parts[0], 3), b=significant(parts[1], 3), c=significant(parts[2], 3),
                d=significant(float(found["maps"][0, i, j]), 3),
            ),
            t(
                "{F} filters, each with {C} slices, make {n} maps: the channels of the next layer. After the first "
                "layer a channel is no longer a colour but the output of one filter.",
                "{C} 枚のスライスをもつフィルター {F} 個から {n} 枚のマップができ、それが次の層のチャンネルになります。"
                "最初の層のあとでは、チャンネルは色ではなく、1 つのフィルターの応答です。",
                F=len(found["weights"]), C=found["weights"].shape[1], n=len(found["maps"]),
            ),
            t(
                "The second layer's filters have {c} slices each, as many as the first has filters.",
                "2 層目のフィルターのスライスは {c} 枚で、1 層目のフィルターの数と同じです。",
                c=int(found["second_weights"][1]),
            ),
            t(
                "The channels {deep} of DeepConvNet count the filters of its layers.",
                "DeepConvNet のチャンネル数 {deep} は、各層のフィルターの数です。",
                deep=deep,
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Slices are summed; as many channels as filters."""
        size = max(1e-12, float(np.abs(found["slices"]).max()))
        gap = np.abs(found["slices"].sum(axis=1) - found["maps"]).max() / size
        return [
            at_most(
                t("sum of the slices − the layer's map, relative", "スライスの和 − 層のマップ（相対値）"),
                gap,
                1e-12,
                "A",
                law=True,
            ),
            near(
                t("channels of the output − filters", "出力のチャンネル数 − フィルターの数"),
                len(found["maps"]) - self.filters,
                0,
                evidence="A",
                law=True,
            ),
            near(
                t(
                    "channels of a filter of the second layer − filters of the first",
                    "2 層目のフィルターのチャンネル数 − 1 層目のフィルター数",
                ),
                int(found["second_weights"][1]) - len(found["maps"]),
                0,
                evidence="A",
                law=True,
            ),
            holds(
                t(
                    "DeepConvNet: channels 16, 16, 32, 32, 64, 64",
                    "DeepConvNet のチャンネル数は 16, 16, 32, 32, 64, 64",
                ),
                found["deep"].tolist() == [16, 16, 32, 32, 64, 64],
                "A",
            ),
            holds(
                t(
                    "DeepConvNet: every layer has as many channels as filters",
                    "DeepConvNet：どの層もチャンネル数 = フィルター数",
                ),
                np.array_equal(found["deep"], found["deep_filters"]),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """RYO's and N7's questions on channels."""
        return [
            Question(
                t("How can “channels” be 16, 32, 64?", "「チャンネル」が 16、32、64 になるのはなぜでしょうか？"),
                t(
                    "There is one channel per filter of the layer before: here {F} filters gave {n} channels.",
                    "前の層のフィルター 1 つにつき 1 チャンネルだからです。"
                    "ここでは {F} 個のフィルターから {n} チャンネルができました。",
                    F=self.filters,
                    n=len(found["maps"]),
                ),
            ),
            Question(
                t("Does each colour get its own filter?", "色ごとに別々のフィルターがあるのでしょうか？"),
                t(
                    "Each colour gets its own slice of every filter, {C} here; what the slices give is then summed "
                    "into one map.",
                    "フィルターごとに、色別のスライスが（ここでは {C} 枚）あります。"
                    "各スライスの結果を足し合わせて 1 枚のマップになります。",
                    C=found["weights"].shape[1],
                ),
            ),
        ]


def _filters(rng: np.random.Generator, filters: int, channels: int, k: int) -> Array:
    """Random filters (F, C, k, k) whose slices have mean 0 where they have more than one number."""
    w = rng.normal(size=(filters, channels, k, k))
    return w - w.mean(axis=(2, 3), keepdims=True) if k > 1 else w


def _conv(x: Array, w: Array) -> Array:
    y: Array = F.conv2d(Tensor(x), Tensor(w)).data
    return y


def _convolutions(model: DeepConvNet) -> list[Conv2d]:
    return [layer for layer in model if isinstance(layer, Conv2d)]
