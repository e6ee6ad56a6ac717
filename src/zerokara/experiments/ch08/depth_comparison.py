"""`depth-comparison`: is deeper better at equal parameters?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch08.deep import picture_shape
from zerokara.experiments.checks import Check, at_least, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.experiments.tongue import Tongue
from zerokara.models import MultiLayerNet, count_parameters, summarize
from zerokara.nn import Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential
from zerokara.optim import Adam
from zerokara.report import Axis, Band, Cell, Line, Mark, Table, Text, chart, percent, significant, whole

KINDS = ("mlp", "cnn")
WIDEST = 20_000


@dataclass(frozen=True)
class DepthComparison(OnImages):
    """For every depth the layers are made so wide that the network has the same number of parameters."""

    name = "depth-comparison"
    chapter = 8
    source = "Ch8 §8.1.3"
    cost = "L"
    title = Text("Depth at equal size", "同じパラメータ数での深さの比較")
    question = Text("Is deeper better at equal parameters?", "パラメータ数が同じなら、深いほうがよいか？")
    formula = (
        r"P_{\text{mlp}} = (n + 1) w + (d - 1)(w + 1) w + (w + 1) K",
        r"P_{\text{cnn}} = (9C + 1) w + (d - 1)(9w + 1) w + (q\, w + 1) K",
    )
    symbols = Text(
        "d layers of width w (units, or filters of 3×3) before the last one; n inputs, C channels, K classes; q places "
        "of the last map.",
        "d は最後の層より前の層の数、w はその幅（ニューロン数または 3×3 フィルターの数）。n は入力の数、"
        "C はチャンネル数、K はクラス数、q は最後の特徴マップの位置の数。",
    )
    seeds = 3
    quick = {"depths": (1, 2), "parameters": 3000, "iterations": 8, "test_images": 300}
    turns = (
        Turn(
            Text("Longer training: do the deep ones catch up?", "長く学習すると、深い網は追いつくでしょうか。"),
            {"iterations": 3000, "kinds": ("cnn",)},
        ),
        Turn(Text("A tenth of the parameters.", "パラメータを 10 分の 1 にします。"), {"parameters": 12_000}),
    )

    depths: tuple[int, ...] = knob(
        (1, 2, 3, 4, 5, 6), "layers before the last one", "最後の層より前の層の数", low=1, high=30
    )
    kinds: tuple[str, ...] = knob(KINDS, "mlp (fully connected), cnn", "mlp（全結合）、cnn", choices=KINDS)
    parameters: int = knob(120_000, "parameters, about", "パラメータ数（およそ）", low=100, high=5_000_000)
    iterations: int = knob(600, "updates", "更新回数", low=1, high=1_000_000)
    batch_size: int = knob(50, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.001, "learning rate of Adam", "Adam の学習率", low=0, high=10)
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)
    test_images: int = knob(10_000, "test images at most", "テスト画像の最大数", low=1, high=10**6)

    def measure(self, lab: Lab) -> Arrays:
        """Width, size, work and accuracy of every network. Shapes: (kinds, depths)."""
        data = lab.load(self.data)
        lab.plan(len(self.kinds) * len(self.depths) * self.iterations)
        found: dict[str, list[Array]] = {}
        for kind in self.kinds:
            for depth in self.depths:
                train = partial(self._train, lab, data, kind, depth)
                for key, value in lab.part(f"{kind}-{depth}", train, self.iterations).items():
                    found.setdefault(key, []).append(value)
        return {key: np.reshape(values, (len(self.kinds), len(self.depths))) for key, values in found.items()}

    def _train(self, lab: Lab, data: Dataset, kind: str, depth: int) -> Arrays:
        shape, classes = picture_shape(data), len(data.classes)
        width = _width(lambda w: _count(kind, shape, depth, w, classes), self.parameters)
        make = _cnn if kind == "cnn" else _mlp
        model = make(shape, depth, width, classes, lab.rng("weights", kind, depth))
        learned = learn(
            lab,
            model,
            Adam(model, lr=self.lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            judge=[data.test.take(self.test_images)],
            every=self.iterations,
            sampling=self.sampling,
        )
        return {
            "width": np.array(width),
            "parameters": np.array(count_parameters(model)),
            "by_formula": _count(kind, shape, depth, np.array(width), classes),
            "multiply_adds": np.array(sum(row.multiply_adds for row in summarize(model, shape))),
            "loss": np.array(learned.end_loss()),
            "test": learned.final[0],
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy against depth; and what every network is made of."""
        tests, low, high = found.mean("test"), found.low("test"), found.high("test")
        marks: list[Mark] = []
        for k, kind in enumerate(self.kinds):
            marks.append(Line(_name(kind, t), self.depths, tests[k]))
            if found.seeds > 1:
                marks.append(Band(_name(kind, t), self.depths, low[k], high[k]))
        work = [Line(_name(kind, t), self.depths, found["multiply_adds"][k] / 1e6) for k, kind in enumerate(self.kinds)]
        depth = Axis(t("layers before the last one", "最後の層より前の層の数"), whole=True)
        heads = [t.word("network"), t.word("depth"), t("width", "幅"), t.word("parameters"), t.word("test accuracy")]
        rows: list[list[Cell]] = [
            [_name(kind, t), depth_, int(found["width"][k, d]), int(found["parameters"][k, d]), f"{tests[k, d]:.4f}"]
            for k, kind in enumerate(self.kinds)
            for d, depth_ in enumerate(self.depths)
        ]
        return [
            chart(
                t("Accuracy and depth", "深さと正答率"),
                marks,
                depth,
                Axis(t.word("test accuracy"), high=1),
                lang=t.lang,
                note=t("The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else "",
            ),
            chart(
                t("Equal size is not equal work", "パラメータ数が同じでも計算量は違う"),
                work,
                depth,
                Axis(t("multiplications for a picture, millions", "画像 1 枚の乗算（百万回）"), low=0),
                lang=t.lang,
            ),
            Table(heads, rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Which depth is best, and how far accuracy rises."""
        said, tests = [], found.mean("test")
        for k, kind in enumerate(self.kinds):
            best = int(tests[k].argmax())
            said.append(
                t(
                    "{kind}: best with {d} layers before the last, {best}; the shallowest reaches {first}, the deepest "
                    "{last}.",
                    "{kind}：最もよいのは {d} 層で {best}、最も浅い網は {first}、最も深い網は {last} です。",
                    kind=_capital(_name(kind, t)),
                    d=self.depths[best],
                    best=percent(float(tests[k, best]), 2),
                    first=percent(float(tests[k, np.argmin(self.depths)]), 2),
                    last=percent(float(tests[k, np.argmax(self.depths)]), 2),
                )
            )
        counts = found["parameters"]
        said.append(
            t(
                "All have between {low} and {high} parameters: what is put into depth is taken from the width.",
                "パラメータ数はどれも {low} から {high} の間です。深くした分、幅は狭くなります。",
                low=whole(int(counts.min())),
                high=whole(int(counts.max())),
            )
        )
        if set(KINDS) <= set(self.kinds):
            ahead = 100 * (tests[self.kinds.index("cnn")] - tests[self.kinds.index("mlp")])
            said.append(
                t(
                    "At equal depth the accuracy of the convolutional network minus that of the fully connected one "
                    "lies "
                    "between {low} and {high} percentage points.",
                    "同じ深さでの正答率の差（CNN − 全結合）は {low} ～ {high} ポイントです。",
                    low=significant(float(ahead.min()), 2),
                    high=significant(float(ahead.max()), 2),
                )
            )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Four convolutions beat one; all networks have the size they should have."""
        checks = []
        counts = found.all("parameters")
        if "cnn" in self.kinds and {1, 4} <= set(self.depths):
            tests = found.all("test")[:, self.kinds.index("cnn")]
            gain = tests[:, self.depths.index(4)] - tests[:, self.depths.index(1)]
            what = t("CNN: accuracy with 4 convolutions − with 1", "CNN：畳み込み 4 層と 1 層の正答率の差")
            checks.append(at_least(what, gain, 0.003, "M"))
        away = np.abs(counts / self.parameters - 1).max(axis=(1, 2))
        return [
            *checks,
            at_most(t("parameters off the wanted number, share", "パラメータ数のずれ（割合）"), away, 0.02, "A"),
            near(
                t("parameters − formula", "パラメータ数 − 数式"),
                np.abs(counts - found.all("by_formula")).max(),
                0,
                0,
                "A",
                law=True,
            ),
        ]


def _mlp(shape: tuple[int, int, int], depth: int, width: int, classes: int, rng: np.random.Generator) -> Module:
    return MultiLayerNet(int(np.prod(shape)), [width] * depth, classes, rng=rng)


def _cnn(shape: tuple[int, int, int], depth: int, width: int, classes: int, rng: np.random.Generator) -> Module:
    """28 → 14 by the first convolution's stride of 2 → 7 by a pool behind it; the other convolutions keep that size."""
    first = [Conv2d(shape[0], width, 3, 2, padding=1, init="he", rng=rng), ReLU(), MaxPool2d(2)]
    rest = [(Conv2d(width, width, 3, padding=1, init="he", rng=rng), ReLU()) for _ in range(depth - 1)]
    last = Linear(_places(shape) * width, classes, init="he", rng=rng)
    return Sequential(*first, *(layer for pair in rest for layer in pair), Flatten(), last)


def _count(kind: str, shape: tuple[int, int, int], depth: int, w: Array, classes: int) -> Array:
    """The parameters of a network of width w, by the formula."""
    if kind == "mlp":
        return np.asarray((int(np.prod(shape)) + 1) * w + (depth - 1) * (w + 1) * w + (w + 1) * classes)
    return np.asarray((9 * shape[0] + 1) * w + (depth - 1) * (9 * w + 1) * w + (_places(shape) * w + 1) * classes)


def _places(shape: tuple[int, int, int]) -> int:
    rows, columns = ((size + 1) // 2 // 2 for size in shape[1:])
    if rows < 1 or columns < 1:
        raise ValueError(f"pictures have at least 3×3 pixels here; got {shape[1]}×{shape[2]}")
    return rows * columns


def _width(count: Callable[[Array], Array], parameters: int) -> int:
    """The width with which the network comes nearest to the wanted size."""
    widths = np.arange(1, WIDEST)
    return int(widths[np.abs(count(widths) - parameters).argmin()])


def _name(kind: str, t: Tongue) -> str:
    return {"mlp": t("fully connected", "全結合"), "cnn": "CNN"}[kind]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
