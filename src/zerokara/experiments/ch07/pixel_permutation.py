"""`pixel-permutation`: pictures whose pixels change places, for a network that sees shapes and one that does not."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Dataset, Split, scaled
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.networks import initial
from zerokara.experiments.ch07.training import SimpleTraining, loss_chart, shape_of
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import MultiLayerNet
from zerokara.nn import Linear, Sequential
from zerokara.report import Axis, Figure, Picture, Text, Tile, bar_chart, gallery, percent

SHOWN = 6
TRAININGS = ("mlp.plain", "mlp.mixed", "cnn.plain", "cnn.mixed")


@dataclass(frozen=True)
class PixelPermutation(SimpleTraining):
    """A fully connected network and SimpleConvNet, on the pictures and on the same with all their pixels permuted."""

    name = "pixel-permutation"
    source = "N7 7.2.1"
    title = Text("Pixels change places", "画素を並べ替える")
    question = Text(
        "Does a fully connected layer really ignore the shape?", "全結合層は本当に画像の形状を無視しているのか？"
    )
    formula = (
        r"x'_j = x_{\pi(j)}, \qquad w'_{ij} = w_{i,\pi(j)} \quad\Rightarrow\quad "
        r"\sum_j w'_{ij}\, x'_j = \sum_j w_{ij}\, x_j",
    )
    symbols = Text(
        "π is one fixed permutation of the pixels, x a picture, w the weights of a fully connected layer.",
        "π は固定した画素の並べ替え、x は画像、w は全結合層の重み。",
    )
    turns = (
        Turn(
            Text(
                "Blocks of 4×4 pixels change places, each in one piece: how much of its advantage does the CNN keep?",
                "4×4 画素のブロックごとに並べ替えます。CNN の強みはどれだけ残るでしょうか。",
            ),
            {"block_size": 4},
        ),
    )

    iterations: int = knob(600, "updates", "更新回数", low=2, high=10**6)
    block_size: int = knob(
        1,
        "rows and columns of the blocks that change places; 1 is every pixel alone",
        "並べ替えるブロックの行数と列数（1 なら 1 画素ずつ）",
        low=1,
        high=1000,
    )
    init: str = knob("he", "initial weights of both networks", "両方のネットワークの重みの初期値")

    def measure(self, lab: Lab) -> Arrays:
        """Four trainings, and the fully connected network's weights put back in order."""
        data = self.pictures(lab)
        order = self.order(lab, data)
        mixed = Dataset(data.name, _mixed(data.train, order), _mixed(data.test, order), data.classes, data.source)
        first = data.test.images[:SHOWN]
        found: Arrays = {
            "first": first,
            "first_mixed": mixed.test.images[:SHOWN],
            "wrong": np.array(np.count_nonzero(_permuted(mixed.test.images, np.argsort(order)) != data.test.images)),
        }
        lab.plan(len(TRAININGS) * self.iterations)
        for name in TRAININGS:
            seen = mixed if name.endswith("mixed") else data
            model = self._mlp(lab, data) if name.startswith("mlp") else self.network(lab, data)
            found |= self.train(lab, name, model, seen)
            if name == "mlp.mixed":
                found["sorted"] = np.array(_sorted_difference(model, order, first))
        return found

    def order(self, lab: Lab, data: Dataset) -> Array:
        """π: position j of a permuted picture shows what was at position order[j]; within a channel."""
        _, H, W = shape_of(data)
        size = self.block_size
        if H % size or W % size:
            raise ValueError(f"blocks of {size}×{size} pixels do not fill a picture of {H}×{W}")
        positions = np.arange(H * W).reshape(H // size, size, W // size, size)
        blocks = positions.transpose(0, 2, 1, 3).reshape(-1, size, size)
        moved = lab.rng("permutation").permutation(blocks).reshape(H // size, W // size, size, size)
        return np.asarray(moved.transpose(0, 2, 1, 3).reshape(H * W))

    def _mlp(self, lab: Lab, data: Dataset) -> MultiLayerNet:
        inputs = int(np.prod(shape_of(data)))
        init = initial(self.init)
        return MultiLayerNet(inputs, [self.hidden], len(data.classes), init=init, rng=lab.rng("weights", "mlp"))

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Digits before and after, the test accuracies, and the losses."""
        return [_digits(found, t), self._bars(found, t), loss_chart(found, _labels(t), t)]

    def _bars(self, found: Found, t: Tongue) -> Figure:
        kinds = {"plain": t("as they are", "元の画像"), "mixed": t("permuted", "並べ替えた画像")}
        nets = ("mlp", "cnn")
        key = "{net}.{kind}.end_test"
        series, low, high = {}, {}, {}
        for kind, label in kinds.items():
            keys = [key.format(net=net, kind=kind) for net in nets]
            series[label] = [found.number(k) for k in keys]
            low[label], high[label] = [float(found.low(k)) for k in keys], [float(found.high(k)) for k in keys]
        return bar_chart(
            t("Test accuracy", "テスト正答率"),
            [_net(net, t) for net in nets],
            series,
            Axis(t.word("test accuracy"), low=0, high=1),
            category=t.word("network"),
            low=low if found.seeds > 1 else {},
            high=high if found.seeds > 1 else {},
            lang=t.lang,
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How much each network loses, and what is left of the lead."""
        ends = {name: found.number(f"{name}.end_test") for name in TRAININGS}
        sentences = [
            t(
                "{net}: {plain} of the test images are classified correctly as they are, {mixed} with permuted pixels.",
                "{net}のテスト正答率は、元の画像で {plain}、画素を並べ替えると {mixed} です。",
                net=_net(net, t),
                plain=percent(ends[f"{net}.plain"]),
                mixed=percent(ends[f"{net}.mixed"]),
            )
            for net in ("mlp", "cnn")
        ]
        before, after = (100 * (ends[f"cnn.{kind}"] - ends[f"mlp.{kind}"]) for kind in ("plain", "mixed"))
        sentences.append(
            t(
                "The lead of the CNN over the fully connected network changes from {before} to {after} points.",
                "CNN と全結合ネットワークの差は {before} ポイントから {after} ポイントに変わります。",
                before=f"{before:.1f}",
                after=f"{after:.1f}",
            )
        )
        sentences.append(
            t(
                "The network that learned permuted pictures gives the same scores for the ordinary ones once the "
                "columns of its first weight are sorted back: to a fully connected layer the order of its inputs "
                "means nothing.",
                "並べ替えた画像で学習した全結合ネットワークも、最初の重みの列を元の順に戻せば、"
                "元の画像に同じスコアを出します。全結合層にとって入力の順序に意味はありません。",
            )
            if found.all("sorted").max() < 1e-3
            else t(
                "Sorting the weights back does not give the same scores.",
                "重みを元の順に戻しても、同じスコアになりません。",
            )
        )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies, and that the CNN alone loses."""
        expected = {"mlp.plain": 0.926, "mlp.mixed": 0.929, "cnn.plain": 0.967, "cnn.mixed": 0.931}
        ends = {name: found.all(f"{name}.end_test") for name in TRAININGS}
        labels, test = _labels(t), t.word("test accuracy")
        loses = (ends["cnn.plain"] - ends["cnn.mixed"]) > (ends["mlp.plain"] - ends["mlp.mixed"])
        return [
            # one run of the catalogue each; runs differ by a few thousandths
            *(near(f"{labels[n]}: {test}", ends[n], value, 0.008, "M") for n, value in expected.items()),
            near(
                t("MLP: permuted − as they are", "MLP：並べ替えた画像 − 元の画像"),
                ends["mlp.mixed"] - ends["mlp.plain"],
                0,
                0.008,
                "M",
            ),
            holds(t("the CNN loses more than the MLP", "CNN のほうが MLP より大きく下がる"), loses, "M"),
            near(
                t("pixels that are wrong when put back in order", "元の順に戻したときに違っている画素の数"),
                found.all("wrong"),
                0,
                evidence="A",
                law=True,
            ),
            at_most(
                t(
                    "scores of the MLP with its weights sorted back, difference",
                    "重みを元の順に戻した MLP のスコアの差",
                ),
                found.all("sorted"),
                1e-3,
                "A",
                law=True,
            ),
            *self.laws(found, TRAININGS, t),
        ]


def _mixed(split: Split, order: Array) -> Split:
    return Split(_permuted(split.images, order), split.labels)


def _permuted(images: Array, order: Array) -> Array:
    """x'[n, c, j] = x[n, c, order[j]]"""
    flat = images.reshape(*images.shape[:2], -1)
    return np.ascontiguousarray(flat[:, :, order]).reshape(images.shape)


def _sorted_difference(model: Sequential, order: Array, plain: Array) -> float:
    """Scores for permuted pictures against those for plain ones with w[i, π(j)] = w'[i, j], relative to the largest."""
    with no_grad():
        mixed = model.eval()(Tensor(scaled(_permuted(plain, order)))).data
        first = next(layer for layer in model if isinstance(layer, Linear))
        columns = first.weight.data.reshape(len(first.weight), *plain.shape[1:])
        first.weight.data = _permuted(columns, np.argsort(order)).reshape(first.weight.shape)
        sorted_back = model(Tensor(scaled(plain))).data
    return float(np.abs(mixed - sorted_back).max() / max(1e-3, np.abs(mixed).max()))


def _digits(found: Found, t: Tongue) -> Figure:
    words = t("a digit and the same pixels in other places", "数字と、同じ画素を並べ替えたもの")
    tiles = [
        Tile([Picture(a, words), Picture(b, words)]) for a, b in zip(found["first"], found["first_mixed"], strict=True)
    ]
    title = t("The first test images, and permuted", "先頭のテスト画像と、並べ替えた画像")
    note = t("All images are permuted in the same way.", "すべての画像を同じ規則で並べ替えます。")
    return gallery(title, tiles, lang=t.lang, words=words, note=note)


def _net(name: str, t: Tongue) -> str:
    return {"mlp": t("fully connected (MLP)", "全結合 (MLP)"), "cnn": t("convolutional (CNN)", "畳み込み (CNN)")}[name]


def _labels(t: Tongue) -> dict[str, str]:
    plain, mixed = t("as they are", "元の画像"), t("permuted", "並べ替え")
    return {f"{n}.{k}": f"{n.upper()}: {w}" for n in ("mlp", "cnn") for k, w in (("plain", plain), ("mixed", mixed))}
