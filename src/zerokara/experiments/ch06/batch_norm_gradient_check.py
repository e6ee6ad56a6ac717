"""`batch-norm-gradient-check`: the hard gradient against central differences, and the trap of a batch of 1."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.models import MultiLayerNet
from zerokara.nn import BatchNorm1d
from zerokara.report import Axis, Cell, Table, Text, bar_chart, significant

LARGEST_H = 1e-5
"""Up to this h no corner of a ReLU is likely to lie between the two points of a central difference."""


@dataclass(frozen=True)
class BatchNormGradientCheck(OnImages):
    """Every parameter of a network with batch normalization, in float64."""

    name = "batch-norm-gradient-check"
    chapter = 6
    source = "Ch6 batch_norm_gradient_check"
    cost = "M"
    title = Text("Checking the gradient of batch normalization", "バッチ正規化の勾配確認")
    question = Text("Is the hard gradient right?", "複雑な逆伝播の勾配は正しいか？")
    formula = (
        r"e = \frac{\lVert g_{\text{back}} - g_{\text{num}} \rVert}"
        r"{\lVert g_{\text{back}} \rVert + \lVert g_{\text{num}} \rVert}, \qquad "
        r"g_{\text{num}} = \frac{L(w + h) - L(w - h)}{2h}",
    )
    symbols = Text(
        "e: relative error, g: the gradient of one array of parameters, carried back and by differences; "
        "h: a small step.",
        "e：相対誤差、g：1 つのパラメータ配列の勾配（誤差逆伝播法と数値微分）、h：小さな幅。",
    )
    seeds = 3
    quick = {"entries": 8, "hidden": 20}
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("The least batch that has a spread.", "ばらつきのある最小のバッチです。"), {"batch": 2}),
        Turn(
            Text("With the book's h the differences are less exact.", "本の h では、数値微分の精度が下がります。"),
            {"h": 1e-4},
        ),
    )

    batch: int = knob(10, "images in the batch", "バッチの画像数", low=2, high=1000)
    hidden: int = knob(100, "units in a hidden layer", "隠れ層のニューロン数", low=1, high=1000)
    depth: int = knob(2, "hidden layers", "隠れ層の数", low=1, high=20)
    entries: int = knob(
        500,
        "so many numbers of each array are checked, all if there are no more",
        "配列ごとに確認する値の数（少なければ全部）",
        low=1,
        high=100_000,
    )
    h: float = knob(1e-6, "h of the central difference", "中心差分の h", low=1e-8, high=1e-2)

    def measure(self, lab: Lab) -> Arrays:
        """Gradients of both kinds, with a batch, and with a single image."""
        data = lab.load(self.data)
        size = min(self.batch, len(data.train))
        x, labels = scaled(data.train.images[:size]).astype(np.float64), data.train.labels[:size]
        model = MultiLayerNet(
            int(np.prod(data.train.shape)),
            [self.hidden] * self.depth,
            len(data.classes),
            batch_norm=True,
            rng=lab.rng("weights"),
        ).astype(np.float64)
        rng = lab.rng("entries")
        chosen = {n: _some(p.size, self.entries, rng) for n, p in model.named_parameters()}
        lab.plan(2 * len(chosen))
        found: Arrays = {"names": np.array(list(chosen)), "sizes": np.array([p.size for p in model.parameters()])}
        found["checked"] = np.array([len(where) for where in chosen.values()])
        for kind, loss in (
            ("batch", lambda: F.cross_entropy(model(Tensor(x)), labels)),
            ("single", lambda: F.cross_entropy(_alone(model, Tensor(x[:1])), labels[:1])),
        ):
            compared = list(self._compare(lab, model, chosen, loss))
            for i, what in enumerate(("error", "difference", "gradient")):
                found[f"{kind}.{what}"] = np.array([one[i] for one in compared])
        return found

    def _compare(
        self, lab: Lab, model: MultiLayerNet, chosen: dict[str, Array], loss: Callable[[], Tensor]
    ) -> Iterator[tuple[float, float, float]]:
        """For every array: relative error, mean absolute difference, largest gradient."""
        model.zero_grad()
        loss().backward()
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None
            where = chosen[name]
            back = parameter.grad.flat[where]
            numerical = np.array([self._slope(parameter.data, int(i), loss) for i in where])
            lab.advance()
            norms = float(np.linalg.norm(back) + np.linalg.norm(numerical))
            error = float(np.linalg.norm(back - numerical)) / norms if norms else 0.0
            yield error, float(np.abs(back - numerical).mean()), float(np.abs(parameter.grad).max())

    def _slope(self, values: Array, i: int, loss: Callable[[], Tensor]) -> float:
        here = values.flat[i]
        with no_grad():
            values.flat[i] = here + self.h
            above = float(loss())
            values.flat[i] = here - self.h
            below = float(loss())
        values.flat[i] = here
        return (above - below) / (2 * self.h)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The errors, array by array; and the trap."""
        names = [str(name) for name in found["names"]]
        judged = ~self._idle(found)
        shown = [name for name, so in zip(names, judged, strict=True) if so]
        heads = [
            t("parameters", "パラメータ"),
            t("numbers", "個数"),
            t("checked", "確認した数"),
            t.word("relative error"),
            t("mean difference", "差の平均"),
            t("largest gradient", "勾配の最大"),
        ]
        rows: list[list[Cell]] = [
            [name, int(size), int(checked), float(error) if so else None, float(difference), float(gradient)]
            for name, size, checked, error, difference, gradient, so in zip(
                names, found["sizes"], found["checked"], found.mean("batch.error"), found.mean("batch.difference"),
                found.mean("batch.gradient"), judged, strict=True,
            )
        ]  # fmt: skip
        return [
            bar_chart(
                t("A batch of {n}", "バッチサイズ {n}", n=self.batch),
                shown,
                {t.word("relative error"): found.mean("batch.error")[judged]},
                Axis(t.word("relative error"), log=True),
                category=t("parameters", "パラメータ"),
                low={t.word("relative error"): found.low("batch.error")[judged]} if found.seeds > 1 else {},
                high={t.word("relative error"): found.high("batch.error")[judged]} if found.seeds > 1 else {},
                lang=t.lang,
            ),
            bar_chart(
                t("The trap: a batch of 1", "落とし穴：バッチサイズ 1"),
                names,
                {t("mean difference", "差の平均"): found.mean("single.difference")},
                Axis(t("mean |difference|", "差の絶対値の平均"), low=0),
                category=t("parameters", "パラメータ"),
                lang=t.lang,
                note=t(
                    "Of one image x̂ = 0: nothing before the last normalization has any effect, so all differences are "
                    "0 and look perfect, but for the last β, which starts exactly at the corner of the ReLU.",
                    "画像 1 枚では x̂ = 0 です。最後の正規化より前は何も影響せず、差はすべて 0 で完璧に見えます。"
                    "ただし最後の β だけは、ReLU の折れ目の真上にあります。",
                ),
            ),
            Table(
                heads,
                rows,
                t("A batch of {n}, mean over the seeds.", "バッチサイズ {n}（乱数の種の平均）。", n=self.batch),
            ),
        ]

    def _idle(self, found: Found) -> Array:
        """Biases that stand before a normalization, which takes them away again: their gradient is 0."""
        return np.array([self._before(str(name)) for name in found["names"]])

    def _before(self, name: str) -> bool:
        return name.endswith(".bias") and name.startswith("fc") and name != f"fc{self.depth + 1}.bias"

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The worst error, the idle biases, the trap."""
        idle = self._idle(found)
        worst = found.high("batch.error")[~idle]
        names = found["names"]
        off = found.mean("single.difference")
        last = int(np.argmax(off))
        dead = [str(n) for n, g in zip(names, found.high("single.gradient"), strict=True) if g == 0]
        return [
            t(
                "With {n} images the two gradients differ by at most {worst} (relative), most in {name}.",
                "画像 {n} 枚では、2 つの勾配の相対誤差は最大 {worst}（{name}）です。",
                n=self.batch, worst=significant(float(worst.max()), 2), name=names[~idle][int(np.argmax(worst))],
            ),
            t(
                "The biases before a normalization have no gradient (at most {g}): the mean that is taken away "
                "contains them.",
                "正規化の直前のバイアスの勾配は 0 です（最大 {g}）。引き算する平均にバイアスも含まれているからです。",
                g=significant(float(found.high("batch.gradient")[idle].max()), 2),
            ),
            t(
                "With one image the gradients of {dead} of {all} arrays are exactly 0, and so are their differences: "
                "such a check would find nothing.",
                "画像 1 枚では {all} 個の配列のうち {dead} 個で勾配がちょうど 0 になり、差も 0 です。"
                "これでは何も確認できません。",
                dead=len(dead), all=len(names),
            ),
            t(
                "Only {name} is off, by {off} on average: its ReLU is evaluated on both sides of its kink. The "
                "gradient is not at fault.",
                "{name} だけは平均 {off} ずれます。数値微分が ReLU の折れ目の両側を見るためで、"
                "勾配の誤りではありません。",
                name=names[last], off=significant(float(off[last]), 3),
            )
            if np.count_nonzero(off > 1e-6) == 1
            else t(
                "{n} arrays are off by more than a millionth.",
                "差が 100 万分の 1 を超えた配列は {n} 個です。",
                n=int(np.count_nonzero(off > 1e-6)),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """At most 1e-6; the idle biases; and the book's numbers of the trap."""
        idle = self._idle(found)
        errors = found.all("batch.error")[:, ~idle].max(axis=1)
        off = found.all("single.difference")
        corner = found["names"] == f"bn{self.depth}.bias"
        gradients = np.maximum(
            found.all("batch.gradient"), 1e-4
        )  # where next to nothing comes back, no ratio says much
        beside = (found.all("batch.difference") / gradients).max(axis=1)
        what = t("largest relative error", "相対誤差の最大")
        return [
            at_most(what, errors, 1e-6, "M"),
            at_most(
                t(
                    "mean difference over the largest gradient (h ≤ 1e−5; gradients below 1e−4 count as that)",
                    "差の平均 ÷ 勾配の最大（h ≤ 1e−5 のとき。1e−4 より小さい勾配は 1e−4 とみなす）",
                ),
                beside if self.h <= LARGEST_H else np.zeros(1), 1e-3, "A", law=True,
            ),
            at_most(
                t("gradient of the biases before a normalization", "正規化の直前のバイアスの勾配"),
                found.all("batch.gradient")[:, idle].max(axis=1), 1e-9, "A", law=True,
            ),
            near(
                t("batch of 1: mean difference in the last β", "バッチサイズ 1：最後の β の差の平均"),
                off[:, corner].mean(axis=1), 0.0563, 0.015, "N",
            ),
            at_most(
                t("batch of 1: every other mean difference", "バッチサイズ 1：それ以外の差の平均"),
                off[:, ~corner].max(axis=1), 1e-6, "N",
            ),
            holds(
                t(
"batch of 1: no gradient before the last normalization",
"バッチサイズ 1：最後の正規化より前の勾配は 0",
),
                found.all("single.gradient")[:, : int(np.argmax(corner)) - 1].max(axis=1) == 0, "A", law=True,
            ),
        ]  # fmt: skip


def _some(size: int, most: int, rng: np.random.Generator) -> Array:
    return np.sort(rng.permutation(size)[:most])


def _alone(model: MultiLayerNet, x: Tensor) -> Tensor:
    """The network's scores with statistics of the batch, whatever its size: the layer itself refuses a single image."""
    for layer in model:
        x = _normalized(x, layer) if isinstance(layer, BatchNorm1d) else layer(x)
    return x


def _normalized(x: Tensor, layer: BatchNorm1d) -> Tensor:
    d = x - x.mean(axis=0)
    assert layer.weight is not None
    assert layer.bias is not None
    return d / F.sqrt((d * d).mean(axis=0) + layer.eps) * layer.weight + layer.bias
