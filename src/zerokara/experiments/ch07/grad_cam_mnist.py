"""`grad-cam-mnist`: which strokes decide."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arguments import known
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, no_grad
from zerokara.data import scaled
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch07.trained import MODELS, OnTrained, convolution, convolutions
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Sequential
from zerokara.report import Axis, Figure, Picture, Text, Tile, bar_chart, gallery, percent, significant

WAYS = ("hot", "ink", "random")


@dataclass(frozen=True)
class GradCamMnist(OnTrained):
    """Grad-CAM of DeepConvNet for the true and for the second class, and what happens when hot pixels are erased.

    Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", 2017.
    """

    name = "grad-cam-mnist"
    source = "RYO (Grad-CAM)"
    title = Text("Where the network looks", "ネットワークはどこを見ているか")
    question = Text("Which strokes decide?", "どの線が決め手になっているのか？")
    seeds = 3
    formula = (
        r"\alpha_k = \frac{1}{H W} \sum_{i,j} \frac{\partial s_c}{\partial A_{k,i,j}}, \qquad "
        r"M_{i,j} = \max\!\left(0,\ \sum_k \alpha_k\, A_{k,i,j}\right)",
    )
    symbols = Text(
        "A are the feature maps of a layer, k counts them; s is the score of class c, before softmax; M is the map of "
        "Grad-CAM, enlarged to the picture.",
        "A はある層の特徴マップ、k はその番号。s は（ソフトマックス前の）クラス c のスコア、M は Grad-CAM のマップで、"
        "画像の大きさに拡大する。",
    )
    quick = {"iterations": 40, "images": 40, "draws": 2}
    turns = (
        Turn(
            Text(
                "Maps of an earlier layer: sharper, but do they decide?",
                "もっと手前の層のマップは鮮明ですが、決め手を示すでしょうか。",
            ),
            {"layer": 3},
        ),
        Turn(
            Text(
                "Erase twice as much: how far does the score fall?",
                "2 倍の画素を消すと、スコアはどこまで下がるでしょうか。",
            ),
            {"share": 0.2},
        ),
    )

    model: str = knob("deep", "SimpleConvNet or DeepConvNet", "SimpleConvNet か DeepConvNet", choices=MODELS)
    layer: int = knob(
        0,
        "after which convolution, counted from 1; 0 is the last",
        "何番目の畳み込みのあとか（0 は最後）",
        low=0,
        high=100,
    )
    against: str = knob(
        "second", "the other class: second, or the name of one", "比べるクラス：second（次点）またはクラス名"
    )
    start: int = knob(0, "the first test image, counted from 0", "最初のテスト画像の番号（0 から）", low=0, high=10**7)
    images: int = knob(200, "test images to erase pixels of", "画素を消すテスト画像の数", low=1, high=10**6)
    share: float = knob(0.1, "share of the pixels erased", "消す画素の割合", low=0.001, high=0.999)
    draws: int = knob(5, "random choices to compare with", "比較のためランダムに選ぶ回数", low=1, high=1000)
    shown: int = knob(6, "images shown", "表示する画像の数", low=1, high=50)

    def measure(self, lab: Lab) -> Arrays:
        """Maps for two classes, and the score after erasing hot, inked and any pixels."""
        data = self.pictures(lab)
        part = data.test.select(np.arange(self.start, min(len(data.test), self.start + self.images)))
        if not len(part):
            raise ValueError(f"there are {len(data.test)} test images, counted from 0; got start {self.start}")
        lab.plan(self.iterations)
        model, found = self.trained(lab, data)
        front, head = self._cut(model)
        x, true = scaled(part.images), part.labels
        maps, scores = grad_cam(front, head, x, true)
        other = self._other(scores, true, data.classes)
        others, _ = grad_cam(front, head, x, other)
        heat, cold = _enlarged(maps, x.shape[2:]), _enlarged(others, x.shape[2:])
        pair = np.stack([true, other], axis=1)
        return {
            **found,
            **self._erased(lab, model, x, true, heat),
            "apart": np.array([_unlike(a, b) for a, b in zip(heat, cold, strict=True)]),
            "least": np.array(min(maps.min(), others.min())),
            "pictures": x.mean(axis=1)[: self.shown],
            "heat": np.stack([heat, cold], axis=1)[: self.shown],
            "names": np.array(data.classes)[pair][: self.shown],
            "probabilities": np.take_along_axis(F.softmax(scores).data, pair, axis=1)[: self.shown],
            "slope_error": np.array(_slope_error(front, head, x[:1], int(true[0]))),
        }

    def _cut(self, model: Sequential) -> tuple[Sequential, Sequential]:
        """The network up to the ReLU behind the convolution, and from there on."""
        number = self.layer or len(convolutions(model))
        end = list(model).index(convolution(model, number)) + 2
        return model[:end], model[end:]

    def _other(self, scores: Array, true: Array, classes: tuple[str, ...]) -> Array:
        """The class to compare with: the best but the true one, or the one that was asked for."""
        if self.against != "second":
            known("class", self.against, classes)
            return np.full(len(true), classes.index(self.against))
        return np.asarray(np.where(np.arange(len(classes)) == true[:, None], -np.inf, scores).argmax(axis=1))

    def _erased(self, lab: Lab, model: Sequential, x: Array, true: Array, heat: Array) -> Arrays:
        """How much the true class's score and probability fall, for each way of choosing the pixels to erase.

        hot: the hottest. random: as many, anywhere. ink: at random as many inked pixels as the hottest contain.
        """
        rng = lab.rng("erase")
        count = max(1, round(self.share * heat[0].size))
        ink = (x.max(axis=1) > 0).reshape(len(x), -1)
        hot = _largest(heat.reshape(len(x), -1), np.full(len(x), count))
        inked = (hot & ink).sum(axis=1)
        chosen: dict[str, list[Array]] = {"hot": [hot], "random": [], "ink": []}
        for _ in range(self.draws):
            chance = rng.random(ink.shape)
            chosen["random"].append(_largest(chance, np.full(len(x), count)))
            chosen["ink"].append(_largest(np.where(ink, chance, -1), inked))
        before, found = _answers(model, x, true), {}
        for way, masks in chosen.items():
            after = [_answers(model, np.where(m.reshape(len(x), 1, *x.shape[2:]), 0, x), true) for m in masks]
            found[f"{way}.fall"] = (before - np.mean(after, axis=0)).mean(axis=1)
        return {**found, "erased": np.array(count), "inked": np.array(inked.mean())}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Overlays for both classes, and what erasing does."""
        return [self._overlays(found, t), self._falls(found, t)]

    def _overlays(self, found: Found, t: Tongue) -> Figure:
        tiles = []
        for k, picture in enumerate(found["pictures"]):
            pictures = [Picture(picture, t.word("image"), t.word("image"))]
            for name, p, heat in zip(found["names"][k], found["probabilities"][k], found["heat"][k], strict=True):
                words = t("what speaks for {name}", "{name} の根拠", name=name)
                pictures.append(Picture(_overlay(picture, heat), words, f"{name}: {percent(float(p))}"))
            tiles.append(Tile(pictures))
        note = t(
            "In orange what speaks for the true class, and what for the other one, with their probabilities; each map "
            "has its own scale.",
            "オレンジ色は、正解のクラスともう一方のクラスの根拠。数字はその確率。濃さはマップごとに調整しています。",
        )
        return gallery(
            t("Grad-CAM for two classes", "2 つのクラスの Grad-CAM"), tiles, lang=t.lang, note=note, large=True
        )

    def _falls(self, found: Found, t: Tongue) -> Figure:
        label = t("fall of the score", "スコアの低下")
        falls = {way: found.all(f"{way}.fall")[:, 0] for way in WAYS}
        several = found.seeds > 1
        return bar_chart(
            t("What erasing pixels does", "画素を消した効果"),
            [self._way(way, t) for way in WAYS],
            {label: [float(falls[way].mean()) for way in WAYS]},
            Axis(t("fall of the true class's score", "正解クラスのスコアの低下")),
            category=t("pixels erased", "消した画素"),
            low={label: [float(falls[way].min()) for way in WAYS]} if several else {},
            high={label: [float(falls[way].max()) for way in WAYS]} if several else {},
            lang=t.lang,
            note=t(
                "“ink” erases, at random, as many inked pixels as there are among the hottest.",
                "「線の上」は、最も熱い画素に含まれる線の画素と同じ数を、線の上からランダムに消します。",
            ),
        )

    def _way(self, way: str, t: Tongue) -> str:
        names = {"hot": t("hottest", "最も熱い"), "ink": t("ink", "線の上"), "random": t("random", "ランダム")}
        return names[way]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How far the score falls, and how different the maps of two classes are."""
        falls = {way: found.all(f"{way}.fall").mean(axis=0) for way in WAYS}
        return [
            t(
                "Erasing the hottest {share} of the pixels lowers the score of the true class by {hot} on average, "
                "erasing as many at random by {random}.",
                "最も熱い {share} の画素を消すと正解クラスのスコアは平均 {hot} 下がり、"
                "同じ数をランダムに消すと {random} 下がります。",
                share=percent(self.share, 0),
                hot=significant(float(falls["hot"][0]), 3),
                random=significant(float(falls["random"][0]), 3),
            ),
            t(
                "Most pixels are empty, so this is easily won. Among the hottest pixels {n} are inked; as many inked "
                "ones at random lower the score by {ink}: {verdict}",
                "画素のほとんどは空白なので、これは有利な比較です。最も熱い画素のうち線の画素は {n} 個で、"
                "同じ数を線の上からランダムに消すと {ink} 下がります。{verdict}",
                n=significant(found.number("inked"), 3),
                ink=significant(float(falls["ink"][0]), 3),
                verdict=t("the hot strokes do count more.", "熱い部分の線のほうが重要だといえます。")
                if falls["hot"][0] > falls["ink"][0]
                else t("it is the ink that counts, not the heat.", "重要なのは熱さではなく、線であることでした。"),
            ),
            t(
                "The maps of the two classes have {part} of their heat in different places, on average.",
                "2 つのクラスのマップは、平均して熱の {part} が違う場所にあります。",
                part=percent(float(found.all("apart").mean()), 0),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Hot pixels count more than any; the classes have different maps; the gradient is the slope."""
        falls = {way: found.all(f"{way}.fall")[:, 0] for way in WAYS}
        more = t("hot pixels lower the score more than random ones", "熱い画素のほうがランダムな画素よりスコアを下げる")
        apart = t("share of heat in different places for the two classes", "2 つのクラスで熱の場所が違う割合")
        slope = t(
            "gradient in the maps against a central difference, relative",
            "マップについての勾配と中心差分との相対的な差",
        )
        return [
            holds(more, falls["hot"] > falls["random"], "M"),
            at_least(apart, found.all("apart").mean(axis=1), 0.3, "M"),
            at_least(t("least value of a map", "マップの最小値"), found.all("least"), 0, "A", law=True),
            at_most(slope, found.all("slope_error"), 1e-4, "A", law=True),
        ]


def grad_cam(front: Sequential, head: Sequential, x: Array, classes: Array) -> tuple[Array, Array]:
    """Grad-CAM of pictures x (N, C, H, W) for one class each: maps (N, H', W'), and all scores (N, K)."""
    with no_grad():
        maps = front(Tensor(x))
    A = Tensor(maps.data, requires_grad=True)
    scores = head(A)
    (slopes,) = gradients(scores[np.arange(len(x)), classes].sum(), at=[A])
    alpha = slopes.mean(axis=(2, 3), keepdims=True)
    return np.maximum(0, (alpha * A.data).sum(axis=1)), scores.data


def _enlarged(maps: Array, size: tuple[int, ...]) -> Array:
    """Maps (N, h, w) as large as the pictures, straight lines between the middles of their cells."""
    for axis, n in ((1, size[0]), (2, size[1])):
        cells = maps.shape[axis]
        place = np.clip((np.arange(n) + 0.5) * cells / n - 0.5, 0, cells - 1)
        low = np.minimum(place.astype(int), max(0, cells - 2))
        part = np.expand_dims(place - low, tuple(i for i in range(3) if i != axis))
        maps = (1 - part) * maps.take(low, axis) + part * maps.take(np.minimum(low + 1, cells - 1), axis)
    return maps


def _largest(values: Array, counts: Array) -> Array:
    """A mask of the `counts[n]` largest values of every row."""
    ranks = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1)
    return np.asarray(ranks < counts[:, None])


def _answers(model: Sequential, x: Array, classes: Array) -> Array:
    """Score and probability of one class for every picture: (2, N)."""
    with no_grad():
        scores = model(Tensor(x.astype(np.float32)))
    at = np.arange(len(x)), classes
    return np.stack([scores.data[at], F.softmax(scores).data[at]])


def _unlike(a: Array, b: Array) -> float:
    """The share of the heat that lies in different places: 0 for the same map, 1 for maps that share none."""
    a, b = a / max(1e-12, float(a.sum())), b / max(1e-12, float(b.sum()))
    return 1.0 - float(np.minimum(a, b).sum())


def _slope_error(front: Sequential, head: Sequential, x: Array, label: int, h: float = 1e-5) -> float:
    """Σ ∂s/∂A_k against the central difference when h is added to all of map k; the worst k, relative to the largest.

    In double precision; this converts the network.
    """
    for part in (front, head):
        part.astype(np.float64)
    with no_grad():
        maps = front(Tensor(x.astype(np.float64))).data
    A = Tensor(maps, requires_grad=True)
    (slopes,) = gradients(head(A)[0, label], at=[A])
    own = slopes[0].sum(axis=(1, 2))
    step = h * np.eye(len(own))[:, :, None, None]
    with no_grad():
        ends = [head(Tensor(maps + sign * step)).data[:, label] for sign in (1, -1)]
    return float(np.abs((ends[0] - ends[1]) / (2 * h) - own).max() / max(1e-12, np.abs(own).max()))


def _overlay(picture: Array, heat: Array) -> Array:
    """The picture in grey, hot places in orange: (H, W, 3) in 0..1."""
    strength = heat / max(1e-12, float(heat.max()))
    grey = 0.85 * picture[:, :, None]
    return np.asarray(grey + (np.array([1.0, 0.55, 0.0]) - 0.6 * grey) * 0.8 * strength[:, :, None])
