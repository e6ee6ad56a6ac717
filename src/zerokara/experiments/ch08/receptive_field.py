"""`receptive-field`: how much of the picture a unit sees."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import DeepConvNet, SimpleConvNet
from zerokara.nn import Conv2d, MaxPool2d, Module
from zerokara.report import Axis, Cell, Grid, Line, Mark, Rule, Table, Text, chart, grids

IMAGE = 28
"""Rows of an MNIST image."""

Window = tuple[int, int]
"""Size and stride of a layer's windows."""


@dataclass(frozen=True)
class ReceptiveField(Experiment):
    """The square that a unit sees, layer by layer: by the rule, and as the place where it has a gradient.

    For the gradient every filter holds ones and pooling adds up, so that nothing is cancelled or left out.
    """

    name = "receptive-field"
    chapter = 8
    source = "Ch8 §8.1.3"
    title = Text("The receptive field", "受容野")
    question = Text("How much of the picture does a unit see?", "1 つのユニットは画像のどれだけを見ているか？")
    formula = (r"r_{l} = r_{l-1} + (k_l - 1) \prod_{m < l} s_m, \qquad r_0 = 1",)
    symbols = Text(
        "r: rows of the square, k: rows of the window of layer l, s: strides of the layers before.",
        "r：見える範囲の行数、k：層 l の窓の行数、s：それより前の層のストライド。",
    )
    turns = (
        Turn(
            Text("One filter of 7 sees as much as three of 3.", "7×7 を 1 回は、3×3 を 3 回と同じ範囲を見ます。"),
            {"layers": ("7",)},
        ),
        Turn(
            Text(
                "Pooling makes what comes after it see twice as far.",
                "プーリングのあとでは、1 層で 2 倍遠くまで見えます。",
            ),
            {"layers": ("3", "pool2", "3", "pool2", "3")},
        ),
    )

    layers: tuple[str, ...] = knob(
        ("3", "3", "pool2", "3"),
        "layers of a network of yours: 3 is a filter of 3×3, 5/2 one of 5×5 with stride 2, pool2 a pool of 2",
        "自分で決めるネットワークの層：3 は 3×3 フィルター、5/2 は 5×5 でストライド 2、pool2 は 2×2 プーリング",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if _field(self._own())[-1] > 100:
            raise ValueError(f"these layers see {_field(self._own())[-1]} pixels; at most 100 can be drawn")

    def _own(self) -> list[Window]:
        return [_parsed(layer) for layer in self.layers]

    def measure(self, lab: Lab) -> Arrays:
        """By the rule and by the gradient, for the own layers, two stacks and both networks of the book."""
        found: Arrays = {}
        models: dict[str, Module] = {"SimpleConvNet": SimpleConvNet(), "DeepConvNet": DeepConvNet()}
        windows = {
            "own": self._own(), "3, 3": [(3, 1)] * 2, "3, 3, 3": [(3, 1)] * 3,
            **{name: _windows(model) for name, model in models.items()},
        }  # fmt: skip
        for name, chain in windows.items():
            found[f"{name}.windows"] = np.array(chain)
            found[f"{name}.rule"] = np.array(_field(chain))
            found[f"{name}.gradient"] = np.array([_seen(chain[:depth]) for depth in range(1, len(chain) + 1)])
            found[f"{name}.names"] = np.array(_names(name, models, chain))
        found["ways"] = _gradient(self._own())
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The growing square, layer by layer; the ways through the own layers; all layers of the networks."""
        marks: list[Mark] = []
        for name in ("3, 3, 3", "SimpleConvNet", "DeepConvNet"):
            rule = found[f"{name}.rule"]
            marks.append(Line(name, np.arange(len(rule) + 1), np.concatenate([[1], rule])))
        marks.append(Rule(t("an MNIST image", "MNIST の画像"), y=IMAGE))
        own = ", ".join(self.layers)
        squares = [
            Grid(
                _growing(found[f"{name}.rule"]),
                t("{name}: first layer that sees the pixel", "{name}：その画素が見え始める層", name=name),
            )
            for name in ("3, 3", "3, 3, 3", "SimpleConvNet", "DeepConvNet")
        ]
        return [
            chart(
                t("The square grows", "見える範囲が広がる"),
                marks,
                Axis(t.word("layer"), whole=True),
                Axis(t("rows of the receptive field", "受容野の行数"), t("pixels", "画素"), low=0),
                lang=t.lang,
            ),
            grids(
                t(
                    "Your layers {own}: ways from each pixel to one unit",
                    "設定した層 {own}：各画素から 1 つのユニットへの経路の数",
                    own=own,
                ),
                [Grid(found["ways"].astype(int))],
                lang=t.lang,
                wide=found["ways"].shape[0] > 12,
                note=t("The middle has the most.", "中央がいちばん多くなります。"),
            ),
            grids(
                t("What a unit in the middle sees, layer after layer", "中央のユニットが見る範囲（層ごと）"),
                squares,
                lang=t.lang,
                note=t(
                    "The larger squares are shaded: the deeper the layer, the darker.",
                    "大きな範囲は濃淡で表示：深い層で見え始める画素ほど濃い。",
                ),
            ),
            *(self._table(name, found, t) for name in ("SimpleConvNet", "DeepConvNet")),
        ]

    def _table(self, name: str, found: Found, t: Tongue) -> Table:
        heads = [
            name,
            t("window", "窓"),
            t.word("stride"),
            t("receptive field", "受容野"),
            t("by the gradient", "勾配で測った値"),
        ]
        columns = (found[f"{name}.{key}"].tolist() for key in ("names", "windows", "rule", "gradient"))
        rows: list[list[Cell]] = [
            [layer, f"{k}×{k}", s, f"{r}×{r}", f"{g}×{g}"] for layer, (k, s), r, g in zip(*columns, strict=True)
        ]
        return Table(heads, rows)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The own layers, both networks, and whether the gradient agrees."""
        own, deep = int(found["own.rule"][-1]), int(found["DeepConvNet.rule"][-1])
        agree = all(np.array_equal(found[f"{n}.rule"], found[f"{n}.gradient"]) for n in self._chains(found))
        told = t(
            "A unit after the last pool of DeepConvNet sees {r}×{r} pixels,",
            "DeepConvNet の最後のプーリング後のユニットは {r}×{r} 画素を見ます。",
            r=deep,
        )
        more = (
            t(" more than the whole image of {n}×{n}.", "{n}×{n} の画像全体より広い範囲です。", n=IMAGE)
            if deep > IMAGE
            else t(" less than the image of {n}×{n}.", "{n}×{n} の画像より狭い範囲です。", n=IMAGE)
        )
        return [
            t(
                "After the layers {own} a unit sees {r}×{r} pixels; after the pool of SimpleConvNet {s}×{s}.",
                "層 {own} のあとのユニットは {r}×{r} 画素、SimpleConvNet のプーリング後では {s}×{s} 画素を見ます。",
                own=", ".join(self.layers),
                r=own,
                s=int(found["SimpleConvNet.rule"][-1]),
            ),
            told + more,
            t(
                "Where a unit has a gradient is exactly this square, in every layer.",
                "どの層でも、勾配が 0 でない範囲はちょうどこの正方形です。",
            )
            if agree
            else t("The gradient is not confined to this square.", "勾配の範囲は、この正方形と一致しません。"),
        ]

    def _chains(self, found: Found) -> list[str]:
        return [key.removesuffix(".rule") for key in found if key.endswith(".rule")]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """5, 7, 6, 36; and the gradient agrees with the rule everywhere."""
        last = {name: int(found[f"{name}.gradient"][-1]) for name in self._chains(found)}
        agree = [np.array_equal(found[f"{n}.rule"], found[f"{n}.gradient"]) for n in self._chains(found)]
        return [
            near("3, 3", last["3, 3"], 5, evidence="A"),
            near("3, 3, 3", last["3, 3, 3"], 7, evidence="A"),
            near(
                t("SimpleConvNet, after the pool", "SimpleConvNet、プーリング後"),
                last["SimpleConvNet"],
                6,
                evidence="A",
            ),
            near(
                t("DeepConvNet, after the last pool", "DeepConvNet、最後のプーリング後"),
                last["DeepConvNet"],
                36,
                evidence="A",
            ),
            at_least(
                t("DeepConvNet sees more than 28 pixels", "DeepConvNet は 28 画素より広く見る"),
                last["DeepConvNet"],
                29,
                "A",
            ),
            holds(
                t(
                    "the support of the gradient is the rule's square, in every layer",
                    "どの層でも、勾配の範囲 = 式の正方形",
                ),
                all(agree),
                "A",
                law=True,
            ),
        ]


def _parsed(layer: str) -> Window:
    """`3` → (3, 1), `5/2` → (5, 2), `pool2` → (2, 2)."""
    match = re.fullmatch(r"(pool)?(\d{1,2})(?:/(\d))?", layer)
    if not match or int(match[2]) < 1 or (match[3] and int(match[3]) < 1):
        raise ValueError(f"a layer is 3 (filter of 3×3), 5/2 (with stride 2) or pool2; got {layer!r}")
    size = int(match[2])
    return size, int(match[3] or (size if match[1] else 1))


def _windows(model: Module) -> list[Window]:
    return [
        (layer.kernel_size[0], layer.stride[0]) for layer in model.modules() if isinstance(layer, Conv2d | MaxPool2d)
    ]


def _names(name: str, models: dict[str, Module], chain: Sequence[Window]) -> list[str]:
    if name not in models:
        return [str(i + 1) for i in range(len(chain))]
    return [n for n, layer in models[name].named_modules() if isinstance(layer, Conv2d | MaxPool2d)]


def _field(chain: Sequence[Window]) -> list[int]:
    """The rule: rows of the receptive field after each layer."""
    rows, apart, found = 1, 1, []
    for k, s in chain:
        rows += (k - 1) * apart
        apart *= s
        found.append(rows)
    return found


def _gradient(chain: Sequence[Window]) -> Array:
    """The gradient of one unit in the middle, cut to where it is not 0; the picture is larger than the field."""
    side = _field(chain)[-1] + 4 * int(np.prod([s for _, s in chain])) + 3
    x = Tensor(np.ones((1, 1, side, side)), requires_grad=True)
    y = x
    for k, s in chain:
        y = F.conv2d(y, Tensor(np.ones((1, 1, k, k))), stride=s)
    middle = y.shape[2] // 2
    (g,) = gradients(y[0, 0, middle, middle], [x])
    ways: Array = np.asarray(g)[0, 0]
    used = np.flatnonzero(ways.any(axis=1))
    return ways[used[0] : used[-1] + 1, used[0] : used[-1] + 1]


def _seen(chain: Sequence[Window]) -> int:
    return len(_gradient(chain))


def _growing(fields: Array) -> Array:
    """For each pixel of the last square, the first layer (from 1) that sees it; smaller squares lie in the middle."""
    side = int(fields[-1])
    first = np.full((side, side), len(fields))
    for depth, rows in reversed(list(enumerate(fields.tolist(), 1))):
        corner = (side - rows) // 2
        first[corner : corner + rows, corner : corner + rows] = depth
    return first
